//! Where address and agent end: a day's salts, the hashes made with them, and
//! the sealing of open visits. What leaves here has no field for either.

mod hash;
mod salts;
mod seal;
mod traces;

pub use hash::{ViewHash, Visitor, VisitorHash};
pub use salts::{DaySalt, Doomed, SaltError, Salts, list};
pub use traces::{LONGEST, Traces};
