//! What crosses stages: the words of docs/design.md as types. Imports nothing
//! of ours; every stage may import it.

mod class;
mod clock;
mod commit;
mod dimension;
mod facts;
mod hit;
mod live;
mod open_day;
mod open_visit;
mod privacy;
mod request;
mod seal;
pub mod stars;
mod symbol;
mod symbols;
mod text;

pub use class::{Class, Ledger};
pub use clock::{Day, Zone};
pub use commit::{Candidate, Commit, Cursor, DayBatch, InputCommit, InputState, Mark, RowSums, Tells};
pub use dimension::{Dimension, Metric, Sort};
pub use facts::{Channel, SiteId, latency_bin, latency_of_bin};
pub use facts::{Counters, Country, Device, Kind, RequestKey, RequestSums, RowKey, VisitDims, VisitSym};
pub use hit::{Hash, Hit};
pub use live::{Live, MINUTES, Presence};
pub use open_day::{
    CrossKey, CrossSums, Facts, Mapped, Marks, MinuteKey, MinuteSums, Of, PageKey, PageSums, Rows, Sums, VisitKey,
    VisitSums, add_up,
};
pub use open_visit::{OpenVisit, View};
pub use privacy::Privacy;
pub use request::{Malformed, Request};
pub use seal::{Keys, NoKeys, Part, Place, Seal};
pub use symbol::{Dictionary, Sym};
pub use symbols::{LocalSymbols, Symbols};
pub use text::{clean, cut, is_unsafe};
