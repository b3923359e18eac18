//! What one transaction writes: facts, hashes, open visits and cursors.

use super::{Class, Counters, Day, Hash, Kind, Ledger, RequestKey, RequestSums, RowKey, SiteId};

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
}

/// What a batch read of one input.
#[derive(Clone, Debug)]
pub struct InputCommit {
    /// The input with its new cursor and whole ledger.
    pub state: InputState,
}

/// A hash that may be new today, and the row that it counts on if so.
#[derive(Clone, Copy, Debug)]
pub struct Candidate {
    /// The local day.
    pub day: Day,
    /// A visitor or a page visitor.
    pub hash: Hash,
    /// Index into the commit's pages.
    pub row: u32,
    /// Whether it is a page visitor.
    pub is_page: bool,
}

/// Everything that one transaction writes.
#[derive(Default)]
pub struct Commit {
    /// Rows of page facts.
    pub pages: Vec<(RowKey, Counters<i32>)>,
    /// Hashes to be looked up among those seen.
    pub candidates: Vec<Candidate>,
    /// Hashes that are known to be new, and counted.
    pub fresh: Vec<(Day, Hash)>,
    /// Rows of request facts and, where there is a path, error facts.
    pub requests: Vec<(RequestKey, RequestSums)>,
    /// Times taken: the request's key (without path), bin, count.
    pub latencies: Vec<(RequestKey, u16, i64)>,
    /// Lines by site, hour and class.
    pub ledger: Vec<(SiteId, u32, Class, u64)>,
    /// Sealed shards of open visits; an empty one is deleted.
    pub shards: Vec<(Day, u16, Vec<u8>)>,
    /// Newest time of a day by site and kind.
    pub newest: Vec<(Day, SiteId, Kind, u32)>,
    /// Days written to and the fingerprint of their salt.
    pub days: Vec<(Day, Hash)>,
    /// Inputs read.
    pub inputs: Vec<InputCommit>,
    /// The clock, epoch seconds.
    pub now: i64,
}

impl Commit {
    /// Empties it for the next batch; what was allocated stays.
    pub fn clear(&mut self) {
        let Commit { pages, candidates, fresh, requests, latencies, ledger, shards, newest, days, inputs, now } = self;
        pages.clear();
        candidates.clear();
        fresh.clear();
        requests.clear();
        latencies.clear();
        ledger.clear();
        shards.clear();
        newest.clear();
        days.clear();
        inputs.clear();
        *now = 0;
    }
}
