//! The one place that knows all stages: it takes records from inputs through
//! parse, enrich, anonymise and sessionise, and commits what comes out.

mod batch;
mod committer;
mod error;
mod feed;
mod follow;
mod import;
mod ingest;
mod judge;
mod judged;
mod live;
mod locate;
mod peers;
mod pool;
mod privacy;
mod progress;
mod recount;
mod settings;
mod siblings;
mod sites;
mod source;
mod states;
mod stream;
mod sweep;
mod wake;
mod watch;

pub use error::IngestError;
pub use feed::feed;
pub use import::{Import, Refusal, Summary, Unread, import};
pub use ingest::Ingest;
pub use live::{Lives, live};
pub use peers::{Peers, peers};
pub use privacy::{OpenDay, Privacy, Searched, privacy};
pub use progress::Progress;
pub use recount::{Again, forget, inputs_of, recount};
pub use settings::{ImportOptions, Settings, SiteSettings};
pub use siblings::{logs, rotated_since};
pub use stream::{Inspection, Rejected, inspect};
pub use sweep::{Sweep, is_due, made, sweep};
pub use watch::{WatchOptions, watch};
