//! What keeps open days and cursors unreadable for whoever has only the file.

use super::Day;

/// Which half of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Part {
    /// Sums of pages, of visits, of requests: under the day key.
    Sums = 0,
    /// Sums of pages by what their visits were like: under day key and salt together,
    /// so that a day key alone never says what one kind of visitor saw.
    Crossed = 1,
    /// Page counters that wait for a later day: under a key of their own.
    Carried = 2,
    /// Cursor and ledger of an input: under the store's key.
    Cursor = 3,
    /// Visits that may go on, by their hash: under day key and salt together. Every
    /// segment in which one has moved has it, and in a row they would be its trail.
    Open = 4,
    /// The sums of the newest segment, which is written anew by each commit: under day
    /// key and salt together, since files and logs keep what was written before, and what
    /// one version has more than the one before is what one visitor just did.
    Newest = 5,
}

/// Where something sealed belongs: it opens nowhere else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The local day; that of an input is 0.
    pub day: Day,
    /// The first commit that is in it, or the number of an input.
    pub first: u64,
    /// The last one.
    pub last: u64,
    /// Which part.
    pub part: Part,
}

/// Seals and opens what belongs to one day, or to one store.
pub trait Seal: Send + Sync {
    /// Noise to whoever has not the key.
    fn seal(&self, place: Place, plain: &[u8]) -> Vec<u8>;
    /// What was sealed for that place; nothing if the key is not to be had or another.
    fn open(&self, place: Place, sealed: &[u8]) -> Option<Vec<u8>>;
}

/// The keys of a store, as far as this process may read them.
pub trait Keys: Send + Sync {
    /// What opens the segments of a day; nothing if its key is not to be had.
    fn day(&self, day: Day) -> Option<Box<dyn Seal>>;
    /// What opens the page counters of a day that wait for a later one.
    fn carried(&self, day: Day) -> Option<Box<dyn Seal>>;
    /// What opens the cursors of inputs.
    fn cursors(&self) -> Option<Box<dyn Seal>>;
}

/// No key is to be had.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoKeys;

impl Keys for NoKeys {
    fn day(&self, _: Day) -> Option<Box<dyn Seal>> {
        None
    }
    fn carried(&self, _: Day) -> Option<Box<dyn Seal>> {
        None
    }
    fn cursors(&self) -> Option<Box<dyn Seal>> {
        None
    }
}
