//! Hits to visits and deltas (docs/design.md, Visits).
//!
//! An open visit keeps its first and last time, the dimensions of its entry
//! and last row, and whether it still counts as a bounce. Everything counted
//! is a delta on the row that was counted, so every counter stays additive.

use crate::model::{Candidate, Commit, Counters, Day, Hash, Hit, Kind, RowKey, SiteId, Stored, VisitDims};
use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashSet};
use std::collections::BTreeSet;

type Map<K, V> = HashMap<K, V, FixedState>;

/// A row as the store has it.
type StoredRow = Stored<RowKey<VisitDims>>;

/// A page view joins a visit that it is less than this from, in seconds.
const GAP: u32 = 30 * 60;
/// An open visit is dropped once the newest time is more than this past its
/// last, in seconds.
const DROP_AFTER: u32 = 3600;
/// A day's hashes are held from batch to batch up to so many.
const WHOLE: usize = 1 << 20;
/// Shards of a day's open visits; a commit rewrites those that changed.
pub const SHARDS: u16 = 64;

/// A visit that may still go on. `R` is a row with symbols, or with ids when
/// it is read or written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OpenVisit<R> {
    first: u32,
    last: u32,
    entry: R,
    exit: R,
    bounce: bool,
}

/// The open visits of one local day.
#[derive(Default)]
struct OpenDay {
    visits: Map<Hash, OpenVisit<RowKey>>,
    newest: Map<(SiteId, Kind), u32>,
    changed: HashSet<u16, FixedState>,
    seen: Seen,
    /// That of the salt which everything here was hashed with.
    salt: Hash,
}

/// The hashes that were seen on a day.
#[derive(Default)]
struct Seen {
    hashes: HashSet<Hash, FixedState>,
    /// Whether these are all of the day, and not only those of this batch.
    is_whole: bool,
}

/// All open visits that this process knows.
#[derive(Default)]
pub struct Sessions {
    days: Map<Day, OpenDay>,
}

/// Facts of a batch while it is built.
#[derive(Default)]
pub struct Deltas {
    rows: Rows,
    days: HashSet<Day, FixedState>,
}

/// Where the rows of a batch are, by hour: a log is mostly in the order of time, so
/// the table of its hour stays in the processor's cache, as that of all would not.
#[derive(Default)]
struct Rows {
    hours: Map<u32, usize>,
    tables: Vec<Map<RowKey, u32>>,
    last: Option<(u32, usize)>,
}

impl Rows {
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

    fn clear(&mut self) {
        self.hours.clear();
        self.tables.iter_mut().for_each(Map::clear);
        self.last = None;
    }
}

impl Deltas {
    /// Makes ready for the next batch; what was allocated stays.
    pub fn clear(&mut self) {
        self.rows.clear();
        self.days.clear();
    }

    /// The counters of a row.
    fn at<'c>(&mut self, commit: &'c mut Commit, row: &RowKey) -> &'c mut Counters<i32> {
        let index = self.index(commit, row);
        &mut commit.pages[index as usize].1
    }

    fn index(&mut self, commit: &mut Commit, row: &RowKey) -> u32 {
        *self.rows.of(row.bucket).entry(*row).or_insert_with(|| {
            commit.pages.push((*row, Counters::default()));
            commit.pages.len() as u32 - 1
        })
    }
}

impl Seen {
    /// Counts a hash on a row if it is new, or leaves that to the store, which
    /// alone knows days that had begun before.
    fn see(&mut self, day: Day, hash: Hash, row: u32, is_page: bool, commit: &mut Commit) {
        if !self.hashes.insert(hash) {
            return;
        }
        if !self.is_whole {
            commit.candidates.push(Candidate { day, hash, row, is_page });
            return;
        }
        commit.fresh.push((day, hash));
        let counters = &mut commit.pages[row as usize].1;
        *(if is_page { &mut counters.uniques } else { &mut counters.visitors }) += 1;
    }

    /// Makes ready for the next batch.
    fn settle(&mut self) {
        if !self.is_whole || self.hashes.len() > WHOLE {
            *self = Seen::default();
        }
    }
}

/// Shard of an open visit.
pub fn shard_of(visit: &Hash) -> u16 {
    u16::from(visit[0]) % SHARDS
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
        visits: Vec<(Hash, OpenVisit<RowKey>)>,
        newest: Vec<((SiteId, Kind), u32)>,
        is_new: bool,
    ) {
        let mut open = OpenDay { salt, ..OpenDay::default() };
        open.seen.is_whole = is_new;
        open.visits.extend(visits);
        open.newest.extend(newest);
        self.days.insert(day, open);
    }

    /// Begins a day under a salt, of which the store has nothing.
    pub fn begin(&mut self, day: Day, salt: Hash) {
        self.load((day, salt), Vec::new(), Vec::new(), true);
    }

    /// Counts one hit.
    pub fn hit(&mut self, hit: &Hit, deltas: &mut Deltas, commit: &mut Commit) {
        let open = self.days.entry(hit.day).or_default();
        deltas.days.insert(hit.day);
        let key = (hit.row.site, hit.row.kind);
        let newest = open.newest.get(&key).copied().unwrap_or(0);
        open.newest.insert(key, newest.max(hit.time));
        open.changed.insert(shard_of(&hit.visit));
        let found = open.visits.get_mut(&hit.visit).filter(|v| v.last + DROP_AFTER >= newest);
        let index = match found {
            Some(visit) if visit.joins(hit.time) => visit.join(hit, deltas, commit),
            Some(visit) => {
                if hit.time > visit.last {
                    *visit = OpenVisit::begin(hit);
                }
                begin(hit, deltas, commit)
            }
            None => {
                open.visits.insert(hit.visit, OpenVisit::begin(hit));
                begin(hit, deltas, commit)
            }
        };
        commit.pages[index as usize].1.page_views += 1;
        open.seen.see(hit.day, hit.visitor, index, false, commit);
        open.seen.see(hit.day, hit.page, index, true, commit);
    }

    /// Drops what is over, and lists the shards that a commit has to rewrite
    /// and the newest times. `encode` gives a visit's bytes.
    pub fn changes(
        &mut self,
        deltas: &Deltas,
        mut encode: impl FnMut(&Hash, &OpenVisit<RowKey>, &mut Vec<u8>),
    ) -> Vec<(Day, u16, Vec<u8>)> {
        let mut shards = Vec::new();
        for &day in &deltas.days {
            let Some(open) = self.days.get_mut(&day) else { continue };
            open.seen.settle();
            let (newest, changed) = (&open.newest, &mut open.changed);
            open.visits.retain(|visit_hash, visit| {
                let key = (visit.entry.site, visit.entry.kind);
                let keep = visit.last + DROP_AFTER >= newest.get(&key).copied().unwrap_or(0);
                if !keep {
                    changed.insert(shard_of(visit_hash));
                }
                keep
            });
            let mut payloads: Map<u16, Vec<u8>> = open.changed.drain().map(|shard| (shard, Vec::new())).collect();
            for (hash, visit) in &open.visits {
                if let Some(payload) = payloads.get_mut(&shard_of(hash)) {
                    encode(hash, visit, payload);
                }
            }
            shards.extend(payloads.into_iter().map(|(shard, payload)| (day, shard, payload)));
        }
        shards
    }

    /// The newest times of the days of a batch.
    pub fn newest(&self, deltas: &Deltas) -> Vec<(Day, SiteId, Kind, u32)> {
        let of = |day: Day| self.days.get(&day).into_iter().flat_map(|open| &open.newest);
        deltas.days.iter().flat_map(|&day| of(day).map(move |(&(site, kind), &time)| (day, site, kind, time))).collect()
    }

    /// Every open visit.
    pub fn visits(&self) -> impl Iterator<Item = &OpenVisit<RowKey>> {
        self.days.values().flat_map(|open| open.visits.values())
    }

    /// Lets go of days that no batch has touched for long; they are read again
    /// if need be.
    pub fn keep_only(&mut self, days: &BTreeSet<Day>) {
        self.days.retain(|day, _| days.contains(day));
    }
}

/// Counts a visit that begins; returns the place of its row.
fn begin(hit: &Hit, deltas: &mut Deltas, commit: &mut Commit) -> u32 {
    let index = deltas.index(commit, &hit.row);
    let counters = &mut commit.pages[index as usize].1;
    counters.visits += 1;
    counters.bounces += 1;
    counters.exits += 1;
    index
}

impl OpenVisit<RowKey> {
    fn begin(hit: &Hit) -> OpenVisit<RowKey> {
        OpenVisit { first: hit.time, last: hit.time, entry: hit.row, exit: hit.row, bounce: true }
    }

    fn joins(&self, time: u32) -> bool {
        self.first < time + GAP && time < self.last + GAP
    }

    /// Takes the hit into the visit; returns the place of the row it counts on: its
    /// own page and hour with the dimensions of the visit's entry.
    fn join(&mut self, hit: &Hit, deltas: &mut Deltas, commit: &mut Commit) -> u32 {
        let row = RowKey { visit: self.entry.visit, ..hit.row };
        if self.bounce {
            deltas.at(commit, &self.entry).bounces -= 1;
            self.bounce = false;
        }
        let index = deltas.index(commit, &row);
        if hit.time >= self.last {
            let before = deltas.at(commit, &self.exit);
            before.duration_s += (hit.time - self.last) as i32;
            before.duration_n += 1;
            before.exits -= 1;
            commit.pages[index as usize].1.exits += 1;
            self.exit = row;
            self.last = hit.time;
        }
        index
    }

    /// The visit with its rows translated to the store's ids.
    pub fn map<S>(&self, mut f: impl FnMut(&RowKey) -> S) -> OpenVisit<S> {
        let (entry, exit) = (f(&self.entry), f(&self.exit));
        OpenVisit { first: self.first, last: self.last, entry, exit, bounce: self.bounce }
    }
}

impl<R> OpenVisit<R> {
    /// The time of its first page view, epoch seconds.
    pub fn first(&self) -> u32 {
        self.first
    }

    /// The time of its last page view, epoch seconds.
    pub fn last(&self) -> u32 {
        self.last
    }

    /// The row of its last page view.
    pub fn exit(&self) -> &R {
        &self.exit
    }
}

impl OpenVisit<StoredRow> {
    /// Entry and exit row.
    pub fn rows(&self) -> [StoredRow; 2] {
        [self.entry, self.exit]
    }

    /// The visit with these rows instead.
    pub fn with_rows(&self, entry: RowKey, exit: RowKey) -> OpenVisit<RowKey> {
        OpenVisit { first: self.first, last: self.last, entry, exit, bounce: self.bounce }
    }
}

mod codec {
    //! Open visits as bytes, before they are sealed. The first byte is the
    //! version of the layout.

    use super::{OpenVisit, StoredRow};
    use crate::model::{Channel, Country, Device, Hash, Kind, RowKey, Stored, Sym, VisitDims};

    const LAYOUT: u8 = 1;

    fn put_row(row: &RowKey<VisitDims>, out: &mut Vec<u8>) {
        let v = &row.visit;
        let numbers = [
            row.site,
            row.bucket,
            row.page.0,
            row.host.0,
            v.source.0,
            v.referrer.0,
            v.campaign.0,
            v.region.0,
            v.city.0,
        ];
        for number in numbers.into_iter().chain([v.browser.0, v.os.0]) {
            out.extend_from_slice(&number.to_le_bytes());
        }
        out.extend_from_slice(&v.country.0);
        out.extend_from_slice(&[row.kind as u8, v.channel as u8, v.device as u8]);
    }

    fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
        let (first, rest) = bytes.split_first_chunk::<N>()?;
        *bytes = rest;
        Some(*first)
    }

    fn number(bytes: &mut &[u8]) -> Option<u32> {
        take::<4>(bytes).map(u32::from_le_bytes)
    }

    fn get_row(bytes: &mut &[u8]) -> Option<RowKey<VisitDims>> {
        let (site, bucket) = (number(bytes)?, number(bytes)?);
        let mut sym = || number(bytes).map(Sym);
        let (page, host, source, referrer) = (sym()?, sym()?, sym()?, sym()?);
        let (campaign, region, city, browser, os) = (sym()?, sym()?, sym()?, sym()?, sym()?);
        let country = Country(take(bytes)?);
        let [kind, channel, device] = take(bytes)?;
        let kind = if kind == 0 { Kind::Log } else { Kind::Beacon };
        let (channel, device) = (Channel::from_index(channel)?, Device::from_index(device)?);
        let visit = VisitDims { source, referrer, campaign, region, city, browser, os, country, channel, device };
        Some(RowKey { site, kind, bucket, page, host, visit })
    }

    impl OpenVisit<StoredRow> {
        /// Appends the visit to a shard's payload.
        pub fn encode(&self, hash: &Hash, out: &mut Vec<u8>) {
            if out.is_empty() {
                out.push(LAYOUT);
            }
            out.extend_from_slice(hash);
            out.extend_from_slice(&self.first.to_le_bytes());
            out.extend_from_slice(&self.last.to_le_bytes());
            out.push(self.bounce.into());
            put_row(&self.entry.0, out);
            put_row(&self.exit.0, out);
        }

        /// Reads a shard's payload; `None` if it is not one of ours.
        pub fn decode_all(mut bytes: &[u8]) -> Option<Vec<(Hash, OpenVisit<StoredRow>)>> {
            let mut visits = Vec::new();
            if take::<1>(&mut bytes)? != [LAYOUT] {
                return None;
            }
            while !bytes.is_empty() {
                let hash = take(&mut bytes)?;
                let (first, last) = (number(&mut bytes)?, number(&mut bytes)?);
                let bounce = take::<1>(&mut bytes)? == [1];
                let (entry, exit) = (Stored(get_row(&mut bytes)?), Stored(get_row(&mut bytes)?));
                visits.push((hash, OpenVisit { first, last, entry, exit, bounce }));
            }
            Some(visits)
        }
    }
}
