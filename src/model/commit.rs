//! What one transaction writes: facts, hashes, open visits and cursors.

use super::facts::{Kind, RowKey, SiteId};
use super::open_day::{Facts, MinuteKey, MinuteSums, Of};
use super::{Day, Hash, Ledger, OpenVisit};

/// A keyed hash of some bytes of an input and how many they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    /// How many bytes, at most 4096 of a head and 1024 of a tail.
    pub len: u32,
    /// HMAC-SHA-256 under the store's key, its first half.
    pub hash: Hash,
}

/// How far an input is committed, with proof of its content.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    /// The input's first bytes.
    pub head: Mark,
    /// Committed bytes, uncompressed.
    pub position: u64,
    /// The bytes just before `position`.
    pub tail: Mark,
}

/// An input as the store knows it.
#[derive(Clone, Debug, Default)]
pub struct InputState {
    /// Its number in the store; 0 for one not yet stored.
    pub id: u32,
    /// Where it was last read.
    pub path: String,
    /// The name of its format.
    pub format: String,
    /// How far it is committed.
    pub cursor: Cursor,
    /// Time of its first request, epoch seconds; 0 if none.
    pub first_record: u32,
    /// Newest time of a request, epoch seconds; 0 if none.
    pub last_record: u32,
    /// Site and hour of the last request, which malformed lines take.
    pub last_place: Option<(SiteId, u32)>,
    /// Lines by class.
    pub ledger: Ledger,
    /// Whether what is sealed of it could be opened: without the store's key only path
    /// and format are known.
    pub is_known: bool,
}

/// What a batch read of one input.
#[derive(Clone, Debug)]
pub struct InputCommit {
    /// The input with its new cursor and whole ledger.
    pub state: InputState,
}

/// What a hash tells if it is new today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tells {
    /// A visitor.
    Visitor,
    /// A page visitor.
    Page,
    /// That a visitor saw more than one page.
    Several,
}

/// A hash that may be new today, and what it counts on if so.
#[derive(Clone, Copy, Debug)]
pub struct Candidate {
    /// The hash.
    pub hash: Hash,
    /// What it tells.
    pub tells: Tells,
    /// Which of the batch's visitors it belongs to.
    pub visitor: u32,
    /// Index into the day's rows.
    pub row: u32,
    /// Index into the day's minutes.
    pub minute: u32,
}

/// Counters of a row of page views while a batch is built.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RowSums {
    /// Page views.
    pub page_views: u32,
    /// Visitors seen first here.
    pub visitors: u32,
    /// Page visitors.
    pub uniques: u32,
    /// Visits that began here.
    pub visits: u32,
    /// Seconds on the page, where known.
    pub duration_s: u32,
    /// Page views whose seconds are known.
    pub duration_n: u32,
}

/// What a batch adds to one open day.
#[derive(Default)]
pub struct DayBatch {
    /// The local day.
    pub day: Day,
    /// The fingerprint of the salt that its page views were hashed with.
    pub salt: Option<Hash>,
    /// Page views by hour, page, host and dimensions of their visit.
    pub rows: Vec<(RowKey, RowSums)>,
    /// Totals by minute.
    pub minutes: Vec<(MinuteKey, MinuteSums)>,
    /// Visits that have ended.
    pub ended: Vec<OpenVisit>,
    /// Hashes to be looked up among those seen.
    pub candidates: Vec<Candidate>,
    /// Hashes that are known to be new, and counted.
    pub fresh: Vec<Hash>,
    /// Visitors who are known to have seen more than one page since this batch.
    pub several: Vec<(Of, u32)>,
    /// Everything that is not page views.
    pub facts: Facts,
    /// Open visits that have changed.
    pub open: Vec<(Hash, OpenVisit)>,
    /// The newest time by site and kind.
    pub newest: Vec<(SiteId, Kind, u32)>,
}

/// Everything that one transaction writes.
#[derive(Default)]
pub struct Commit {
    /// The days that it writes to.
    pub days: Vec<DayBatch>,
    /// Inputs read.
    pub inputs: Vec<InputCommit>,
    /// The clock, epoch seconds.
    pub now: i64,
}
