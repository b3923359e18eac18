//! Open days: everything about them is sealed but bare hashes of who was seen.

mod cells;
mod codec;
mod names;
mod reading;
pub(super) mod seen;
pub(super) mod segment;
pub(super) mod shelf;

pub(super) use reading::{Day as OpenDay, Memory, each, last_commits, read_whole, waiting};
pub(super) use segment::Segment;
pub(super) use shelf::{Shelf, Work};
