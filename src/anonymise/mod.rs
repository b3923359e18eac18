//! Where address and agent end: a day's salts, the hashes made with them, day keys,
//! and the sealing of what is kept of open days. What leaves here has no field for
//! either.

mod day_keys;
mod hash;
mod salts;
mod seal;
mod secret;
mod traces;

pub use day_keys::{CARRY_KEY, DAY_KEY, DayKey, DayKeys, carried, carrier};
pub use hash::{ViewHash, Visitor, VisitorHash};
pub use salts::{DaySalt, SALT, Salts};
pub use seal::{FileKeys, Sealer, UsedKeys};
pub use secret::{Doomed, SaltError, Sort, settle};
pub use traces::{LONGEST, Traces};
