//! The one DuckDB file: leases, schema, commits, queries. Only this module
//! knows SQL.

mod append;
mod audit;
mod columns;
mod compact;
mod dictionary;
mod engine;
mod error;
mod filter;
mod holdings;
mod lease;
mod limit;
mod meta;
mod migrate;
mod overview;
mod pattern;
mod query;
mod reader;
mod recover;
mod requests;
mod sites;
mod state;
mod tally;
pub mod testing;
mod write;

pub use audit::Audit;
pub use compact::{Sweep, due_at, due_days};
pub use dictionary::DEFAULT_CAP;
pub use error::StoreError;
pub use filter::{Filter, FilterError, Op};
pub use holdings::{Holding, below, damaged_logs, each_file, files};
pub use lease::{Notice, Tell, try_while_closed, while_closed};
pub use limit::Stopper;
pub use meta::{Info, NewStore};
pub use overview::Overview;
pub use pattern::Pattern;
pub use query::{LedgerRow, PageSums, Query, RequestRow, SeriesRow, Top, TopRow, UNKNOWN};
pub use reader::{DayState, Reader, Status};
pub use recover::Mended;
pub use requests::Requests;
pub use sites::Site;
pub use state::DayWas;
pub use write::{Tx, Writer};

/// The version of the engine.
///
/// # Errors
/// If it cannot be started.
pub fn engine_version() -> Result<String, StoreError> {
    Ok(duckdb::Connection::open_in_memory()?.version()?)
}
