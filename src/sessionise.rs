//! Hits to visits (docs/design.md, Visits).
//!
//! An open visit keeps its first and last time, its entry and its last page view, and
//! whether it still counts as a bounce. Nothing is counted before it is known, so that
//! nothing has ever to be taken back: exit, bounce and seconds of a visit are counted
//! when it has ended.

use crate::model::{
    Candidate, Day, DayBatch, Hash, Hit, MinuteKey, MinuteSums, Of, OpenVisit, RowKey, RowSums, Tells, View,
};
use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashSet};
use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

type Map<K, V> = HashMap<K, V, FixedState>;

/// A page view joins a visit that it is less than this from, in seconds.
const GAP: u32 = 30 * 60;
/// A day's hashes are held from batch to batch up to so many.
const WHOLE: usize = 1 << 20;

/// An open visit, and whether the store has it as it is.
struct Kept {
    visit: OpenVisit,
    is_changed: bool,
}

/// The open visits of one local day.
#[derive(Default)]
struct OpenDay {
    visits: Map<Hash, Kept>,
    newest: Map<Of, u32>,
    /// When visits may be over: each is here once, by a time that is not after its last.
    ends: Map<Of, BinaryHeap<Reverse<(u32, Hash)>>>,
    changed: Vec<Hash>,
    seen: Seen,
    /// That of the salt which everything here was hashed with.
    salt: Hash,
}

/// The hashes that were seen on a day.
#[derive(Default)]
struct Seen {
    hashes: HashSet<Hash, FixedState>,
    /// Visitors who saw more than one page.
    several: HashSet<Hash, FixedState>,
    /// Whether these are all of the day, and not only those of this batch.
    is_whole: bool,
    /// The numbers of this batch's visitors, where they are not.
    visitors: Map<Hash, u32>,
}

/// All open visits that this process knows.
#[derive(Default)]
pub struct Sessions {
    days: Map<Day, OpenDay>,
}

/// The page views of a batch while they are added up.
#[derive(Default)]
pub struct Deltas {
    days: Vec<Delta>,
    /// Where the day is that was asked for last.
    last: usize,
}

/// Those of one day.
#[derive(Default)]
struct Delta {
    batch: DayBatch,
    rows: Tables,
    minutes: Map<MinuteKey, u32>,
    last_minute: Option<(MinuteKey, u32)>,
    several: Map<Of, u32>,
    /// Visitors who saw more than one page and whose hash of that is not made yet.
    unnamed: Vec<Hash>,
}

/// Where the rows of a batch are, by hour: a log is mostly in the order of time, so
/// the table of its hour stays in the processor's cache, as that of all would not.
#[derive(Default)]
struct Tables {
    hours: Map<u32, usize>,
    tables: Vec<Map<RowKey, u32>>,
    last: Option<(u32, usize)>,
}

impl Tables {
    fn of(&mut self, hour: u32) -> &mut Map<RowKey, u32> {
        let at = match self.last {
            Some((last, at)) if last == hour => at,
            _ => {
                let next = self.hours.len();
                *self.hours.entry(hour).or_insert(next)
            }
        };
        self.last = Some((hour, at));
        if self.tables.len() <= at {
            self.tables.push(Map::default());
        }
        &mut self.tables[at]
    }
}

impl Delta {
    fn row(&mut self, row: &RowKey) -> u32 {
        let rows = &mut self.batch.rows;
        *self.rows.of(row.bucket).entry(*row).or_insert_with(|| {
            rows.push((*row, RowSums::default()));
            rows.len() as u32 - 1
        })
    }

    fn minute(&mut self, hit: &Hit) -> u32 {
        let key = MinuteKey { site: hit.row.site, kind: hit.row.kind, minute: hit.time / 60 * 60 };
        if let Some((last, at)) = self.last_minute
            && last == key
        {
            return at;
        }
        let minutes = &mut self.batch.minutes;
        let at = *self.minutes.entry(key).or_insert_with(|| {
            minutes.push((key, MinuteSums::default()));
            minutes.len() as u32 - 1
        });
        self.last_minute = Some((key, at));
        at
    }

    fn at(&mut self, row: u32) -> &mut RowSums {
        &mut self.batch.rows[row as usize].1
    }
}

impl Deltas {
    fn of(&mut self, day: Day) -> &mut Delta {
        if self.days.get(self.last).is_none_or(|delta| delta.batch.day != day) {
            self.last = self.days.iter().position(|delta| delta.batch.day == day).unwrap_or_else(|| {
                let batch = DayBatch { day, ..DayBatch::default() };
                self.days.push(Delta { batch, ..Delta::default() });
                self.days.len() - 1
            });
        }
        &mut self.days[self.last]
    }
}

impl Seen {
    /// Counts the hashes of a hit if they are new, or leaves that to the store, which
    /// alone knows days that had begun before.
    fn see(&mut self, hit: &Hit, row: u32, minute: u32, delta: &mut Delta) {
        match self.is_whole {
            true => self.see_whole(hit, row, minute, delta),
            false => self.see_candidates(hit, row, minute, delta),
        }
    }

    fn see_whole(&mut self, hit: &Hit, row: u32, minute: u32, delta: &mut Delta) {
        let is_new = self.hashes.insert(hit.visitor);
        if is_new {
            delta.batch.fresh.push(hit.visitor);
            delta.at(row).visitors += 1;
            delta.batch.minutes[minute as usize].1.visitors += 1;
        }
        if self.hashes.insert(hit.page) {
            delta.batch.fresh.push(hit.page);
            delta.at(row).uniques += 1;
            if !is_new && self.several.insert(hit.visitor) {
                delta.unnamed.push(hit.visitor);
                *delta.several.entry((hit.row.site, hit.row.kind)).or_default() += 1;
            }
        }
    }

    fn see_candidates(&mut self, hit: &Hit, row: u32, minute: u32, delta: &mut Delta) {
        let next = self.visitors.len() as u32;
        let visitor = *self.visitors.entry(hit.visitor).or_insert(next);
        let candidate = |hash, tells| Candidate { hash, tells, visitor, row, minute };
        if visitor == next {
            delta.batch.candidates.push(candidate(hit.visitor, Tells::Visitor));
            // The place of the hash that says so, which only the salt makes.
            delta.batch.candidates.push(candidate(hit.visitor, Tells::Several));
        }
        if self.hashes.insert(hit.page) {
            delta.batch.candidates.push(candidate(hit.page, Tells::Page));
        }
    }

    /// Makes ready for the next batch.
    fn settle(&mut self) {
        if !self.is_whole || self.hashes.len() > WHOLE {
            *self = Seen::default();
        }
    }
}

impl OpenDay {
    fn insert(&mut self, hash: Hash, visit: OpenVisit, is_changed: bool) {
        let end = Reverse((visit.last, hash));
        self.ends.entry((visit.site, visit.kind)).or_default().push(end);
        self.put(hash, visit, is_changed);
    }

    /// One that is among the ends already.
    fn put(&mut self, hash: Hash, visit: OpenVisit, is_changed: bool) {
        if is_changed {
            self.changed.push(hash);
        }
        self.visits.insert(hash, Kept { visit, is_changed });
    }

    /// Ends the visits that are over.
    fn expire(&mut self, ended: &mut Vec<OpenVisit>) {
        for (of, ends) in &mut self.ends {
            let newest = self.newest.get(of).copied().unwrap_or(0);
            while let Some(&Reverse((time, hash))) = ends.peek() {
                let Some(kept) = self.visits.get(&hash) else {
                    ends.pop();
                    continue;
                };
                if !(OpenVisit { last: time, ..kept.visit }).is_over(newest) {
                    break;
                }
                ends.pop();
                if kept.visit.is_over(newest) {
                    ended.push(kept.visit);
                    self.visits.remove(&hash);
                } else {
                    ends.push(Reverse((kept.visit.last, hash)));
                }
            }
        }
    }
}

impl Sessions {
    /// Whether a day's open visits were loaded, and are those of the salt with that
    /// fingerprint.
    pub fn knows(&self, day: Day, salt: &Hash) -> bool {
        self.days.get(&day).is_some_and(|open| open.salt == *salt)
    }

    /// Whether a day's open visits were loaded.
    pub fn has(&self, day: Day) -> bool {
        self.days.contains_key(&day)
    }

    /// Forgets everything, to load it anew.
    pub fn clear(&mut self) {
        self.days.clear();
    }

    /// Puts in what the store had of a day under a salt. `is_new` says that no hash of it was
    /// seen yet.
    pub fn load(
        &mut self,
        (day, salt): (Day, Hash),
        visits: impl IntoIterator<Item = (Hash, OpenVisit)>,
        newest: impl IntoIterator<Item = (Of, u32)>,
        is_new: bool,
    ) {
        let mut open = OpenDay { salt, ..OpenDay::default() };
        open.seen.is_whole = is_new;
        for (hash, visit) in visits {
            open.insert(hash, visit, false);
        }
        open.newest.extend(newest);
        self.days.insert(day, open);
    }

    /// Begins a day under a salt, of which the store has nothing.
    pub fn begin(&mut self, day: Day, salt: Hash) {
        self.load((day, salt), [], [], true);
    }

    /// Counts one hit.
    pub fn hit(&mut self, hit: &Hit, deltas: &mut Deltas) {
        let open = self.days.entry(hit.day).or_default();
        let delta = deltas.of(hit.day);
        let key = (hit.row.site, hit.row.kind);
        let newest = open.newest.get(&key).copied().unwrap_or(0);
        open.newest.insert(key, newest.max(hit.time));
        let minute = delta.minute(hit);
        let row = match open.visits.get_mut(&hit.visit) {
            Some(Kept { visit, is_changed }) => {
                let is_alive = !visit.is_over(newest);
                if is_alive && visit.joins(hit.time) {
                    if !std::mem::replace(is_changed, true) {
                        open.changed.push(hit.visit);
                    }
                    visit.join(hit, delta)
                } else if !is_alive || hit.time > visit.last {
                    let before = std::mem::replace(visit, OpenVisit::begin(hit));
                    delta.batch.ended.push(before);
                    if !std::mem::replace(is_changed, true) {
                        open.changed.push(hit.visit);
                    }
                    begin(hit, minute, delta)
                } else {
                    // It came late, and is over at once; the open one goes on.
                    delta.batch.ended.push(OpenVisit::begin(hit));
                    begin(hit, minute, delta)
                }
            }
            None => {
                open.insert(hit.visit, OpenVisit::begin(hit), true);
                begin(hit, minute, delta)
            }
        };
        delta.at(row).page_views += 1;
        delta.batch.minutes[minute as usize].1.page_views += 1;
        open.seen.see(hit, row, minute, delta);
    }

    /// What the batch adds to each of its days: visits that are over end, those that
    /// have changed are listed. `several` makes the hash that says that a visitor saw
    /// more than one page.
    pub fn finish(&mut self, deltas: &mut Deltas, several: &dyn Fn(Day, &Hash) -> Hash) -> Vec<DayBatch> {
        let mut batches = Vec::new();
        for delta in std::mem::take(&mut deltas.days) {
            let Delta { mut batch, several: counts, unnamed, .. } = delta;
            let day = batch.day;
            let Some(open) = self.days.get_mut(&day) else { continue };
            open.seen.settle();
            open.expire(&mut batch.ended);
            let name = |candidate: &mut Candidate| candidate.hash = several(day, &candidate.hash);
            batch.candidates.iter_mut().filter(|candidate| candidate.tells == Tells::Several).for_each(name);
            batch.fresh.extend(unnamed.iter().map(|visitor| several(day, visitor)));
            batch.several = counts.into_iter().collect();
            batch.salt = Some(open.salt);
            batch.newest = open.newest.iter().map(|(&(site, kind), &time)| (site, kind, time)).collect();
            for hash in open.changed.drain(..) {
                if let Some(kept) = open.visits.get_mut(&hash)
                    && std::mem::take(&mut kept.is_changed)
                {
                    batch.open.push((hash, kept.visit));
                }
            }
            batches.push(batch);
        }
        deltas.last = 0;
        batches
    }

    /// A visit that is still open.
    pub fn find(&self, day: Day, hash: &Hash) -> Option<&OpenVisit> {
        self.days.get(&day)?.visits.get(hash).map(|kept| &kept.visit)
    }

    /// Every open visit.
    pub fn visits(&self) -> impl Iterator<Item = &OpenVisit> {
        self.days.values().flat_map(|open| open.visits.values().map(|kept| &kept.visit))
    }

    /// Lets go of days that no batch has touched for long; they are read again
    /// if need be.
    pub fn keep_only(&mut self, days: &BTreeSet<Day>) {
        self.days.retain(|day, _| days.contains(day));
    }
}

/// Counts a visit that begins; returns the place of its row.
fn begin(hit: &Hit, minute: u32, delta: &mut Delta) -> u32 {
    let row = delta.row(&hit.row);
    delta.at(row).visits += 1;
    delta.batch.minutes[minute as usize].1.visits += 1;
    row
}

impl OpenVisit {
    fn begin(hit: &Hit) -> OpenVisit {
        let RowKey { site, kind, page, host, visit, .. } = hit.row;
        let view = View { page, host };
        let (first, last) = (hit.time, hit.time);
        OpenVisit { site, kind, visit, entry: view, exit: view, first, last, bounce: true, seconds: 0, timed: 0 }
    }

    fn joins(&self, time: u32) -> bool {
        self.first < time + GAP && time < self.last + GAP
    }

    /// Takes the hit into the visit; returns the place of the row it counts on: its
    /// own page and hour with the dimensions of the visit's entry.
    fn join(&mut self, hit: &Hit, delta: &mut Delta) -> u32 {
        let row = RowKey { visit: self.visit, ..hit.row };
        self.bounce = false;
        let index = delta.row(&row);
        if hit.time >= self.last {
            let View { page, host } = self.exit;
            let before = delta.row(&RowKey { page, host, ..row });
            let seconds = hit.time - self.last;
            delta.at(before).duration_s += seconds;
            delta.at(before).duration_n += 1;
            self.seconds += seconds;
            self.timed += 1;
            self.exit = View { page: row.page, host: row.host };
            self.last = hit.time;
        }
        index
    }
}
