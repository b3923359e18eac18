//! What is asked of a store, and what it answers.

use super::filter::Filter;
use crate::model::{Counters, Day, Kind, Ledger, SiteId, Zone};

/// What a report shows for a value that is not known.
pub const UNKNOWN: &str = "(unknown)";
/// What a report shows for everything that a list may not name.
pub const FEW: &str = "(few)";

/// The range and conditions of a question.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// First instant, epoch seconds.
    pub from: i64,
    /// First instant after it, epoch seconds.
    pub to: i64,
    /// These sites; nothing means all.
    pub sites: Vec<SiteId>,
    /// Only facts of this kind; `None` adds both.
    pub kind: Option<Kind>,
    /// All have to hold.
    pub filters: Vec<Filter>,
    /// The clock, epoch seconds: a range may end within a day that goes on.
    pub now: i64,
}

impl Query {
    /// The local days that lie in the range as a whole, as a half-open range; of a day
    /// that goes on, what is still to come does not count.
    pub fn days(&self, zone: Zone) -> std::ops::Range<i32> {
        let first = zone.day(self.from);
        let first = if zone.day_start(first) == self.from { first } else { Zone::shift(first, 1) };
        let end = if self.to > self.now { Zone::shift(zone.day(self.to - 1), 1) } else { zone.day(self.to) };
        first.0..end.0.max(first.0)
    }

    /// Whether the range begins or ends within a day, as far as that day has come.
    pub fn cuts_days(&self, zone: Zone) -> bool {
        let is_start = |at: i64| zone.day_start(zone.day(at)) == at;
        !is_start(self.from) || (!is_start(self.to) && self.to <= self.now)
    }

    /// Every day that the range touches, as a half-open range.
    pub fn touched(&self, zone: Zone) -> std::ops::Range<i32> {
        let clamp = |at: i64| at.clamp(0, u32::MAX.into());
        let (first, last) = (zone.day(clamp(self.from)), zone.day(clamp(self.to - 1)));
        first.0..last.0.max(first.0 - 1) + 1
    }
}

/// The sums of one step of time: an hour, a minute or a day.
#[derive(Clone, Copy, Debug)]
pub struct SeriesRow {
    /// Its start, epoch seconds.
    pub bucket: i64,
    /// Its sums.
    pub sums: Counters,
}

/// One value of a dimension of page facts.
#[derive(Clone, Debug)]
pub struct TopRow {
    /// The value.
    pub value: String,
    /// Its sums.
    pub sums: Counters,
}

/// One value of a dimension of requests.
#[derive(Clone, Debug)]
pub struct RequestRow {
    /// The value.
    pub value: String,
    /// Requests.
    pub requests: i64,
    /// Bytes sent.
    pub bytes: i64,
    /// Median, 95th and 99th percentile of the time taken in milliseconds,
    /// at most 9 % above the true one; `None` where the log has no times.
    pub latency_ms: Option<[f64; 3]>,
}

/// The first values of a dimension and how many there are.
#[derive(Clone, Debug)]
pub struct Top<R> {
    /// How many values there are.
    pub total: u64,
    /// The first of them.
    pub rows: Vec<R>,
    /// What could not be named.
    pub few: Option<Few>,
}

/// What a list could not name: a row `(few)` of it has the same, so that it adds up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Few {
    /// Page views.
    pub page_views: i64,
    /// Visits.
    pub visits: i64,
}

/// The ledger of one hour of one site.
pub type LedgerRow = (SiteId, i64, Ledger);

/// Days of a range that are not as others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Days {
    /// They may count a visitor twice.
    pub marked: Vec<Day>,
    /// They are still open.
    pub sealed: Vec<Day>,
    /// Their key is not to be had, or a part of them could not be opened.
    pub unreadable: Vec<Day>,
    /// Days whose pages are counted on a later one, and which; nothing while they wait.
    pub shifted: Vec<(Day, Option<Day>)>,
}
