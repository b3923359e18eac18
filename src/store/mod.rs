//! The one DuckDB file: leases, schema, commits, queries. Only this module
//! knows SQL.

mod answers;
mod audit;
mod closed;
mod columns;
mod dictionary;
mod engine;
mod error;
mod filter;
mod forget;
mod holdings;
mod lease;
mod limit;
mod meta;
mod migrate;
mod open;
mod reader;
mod recover;
mod sites;
mod state;
mod tables;
pub mod testing;
mod write;

pub use answers::{Overview, Requests};
pub use audit::Audit;
pub use closed::{Closed, Closing, Due, close_days, due_at};
pub use dictionary::DEFAULT_CAP;
pub use error::StoreError;
pub use holdings::{Holding, below, damaged_logs, each_file, files};
pub use lease::{Notice, Tell, try_while_closed, while_closed};
pub use limit::Stopper;
pub use meta::{Info, NewStore, random_id};
pub use reader::{DayState, Reader, Status};
pub use recover::Mended;
pub use sites::Site;
pub use state::DayWas;
pub use write::{Means, OpenVisits, Tx, Writer};

/// The version of the engine.
///
/// # Errors
/// If it cannot be started.
pub fn engine_version() -> Result<String, StoreError> {
    Ok(duckdb::Connection::open_in_memory()?.version()?)
}
