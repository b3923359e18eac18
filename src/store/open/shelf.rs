//! Where the segments of open days lie: the newest is written anew by each commit until
//! it holds enough, so that no commit stands alone in it; the others are merged by tiers.

use super::segment::Segment;
use crate::model::{Day, Hash, Marks, OpenVisit, Seal, Symbols};
use crate::store::StoreError;
use crate::store::state::list;
use duckdb::{Connection, params};
use std::collections::{BTreeMap, HashMap};

/// The newest segment grows until it has so many page views …
const VIEWS: u64 = 256;
/// … or rows.
const ROWS: usize = 4096;
/// So many of tier 1 are merged into one of tier 2, and so many of that into a full one.
const TIERS: [usize; 2] = [16, 8];
/// One with so many rows is not merged any more.
const FULL: usize = 32_768;
/// A full segment has at most about so many rows of a table.
const SLICE: usize = 65_536;

/// A tier of the segments that are merged: 0 grows, 1 is complete, 2 is merged.
type Tier = u8;

/// One segment as far as it is known without its key.
#[derive(Clone, Copy, Debug)]
struct Spine {
    tier: Tier,
    first: u64,
    last: u64,
}

/// What a process remembers of the newest segments.
#[derive(Default)]
pub(in crate::store) struct Shelf {
    newest: HashMap<Day, (u64, Segment)>,
}

/// Whether an open visit that was written is still as it was.
pub(in crate::store) type IsCurrent<'c> = &'c dyn Fn(Day, &Hash, &OpenVisit) -> bool;

/// What a writer needs for one day.
pub(in crate::store) struct Work<'w> {
    pub(in crate::store) connection: &'w Connection,
    pub(in crate::store) symbols: &'w Symbols,
    pub(in crate::store) seal: &'w dyn Seal,
    pub(in crate::store) day: Day,
    /// The number of this commit.
    pub(in crate::store) commit: u64,
    pub(in crate::store) is_current: IsCurrent<'w>,
}

impl Shelf {
    pub(in crate::store) fn clear(&mut self) {
        self.newest.clear();
    }

    /// Adds what a commit brought to a day.
    pub(in crate::store) fn add(&mut self, work: &Work<'_>, batch: Segment) -> Result<(), StoreError> {
        let spines = spines(work)?;
        let mut moved = Segment::default();
        work.merge(&spines, 1, &mut moved)?;
        work.merge(&spines, 2, &mut moved)?;
        if batch.facts.rows() >= FULL {
            // What grows goes on; only visits that are still open may not lie in a full one.
            moved.facts.marks.extend(newest_only(&batch));
            moved.open.extend(batch.open);
            work.insert_full(Segment { facts: batch.facts, open: Vec::new() }, work.commit, work.commit)?;
        } else {
            moved.facts.append(batch.facts);
            moved.open.extend(batch.open);
        }
        if moved.facts.rows() > 0 || !moved.open.is_empty() {
            self.grow(work, &spines, moved)?;
        }
        Ok(())
    }

    fn grow(&mut self, work: &Work<'_>, spines: &[Spine], more: Segment) -> Result<(), StoreError> {
        // One whose salt is lost stays, and another grows behind it.
        let growing = spines.iter().rfind(|spine| spine.tier == 0).copied();
        let known = self.newest.remove(&work.day);
        let (first, mut segment) = match growing {
            None => (work.commit, Segment::default()),
            Some(spine) => {
                let known = known.filter(|(last, _)| *last == spine.last).map(|(_, segment)| segment);
                let read = match known {
                    Some(segment) => Some(segment),
                    None => work.read("sealed", spine)?,
                };
                match read {
                    Some(segment) => {
                        work.delete(&[spine])?;
                        (spine.first, segment)
                    }
                    // It stays as it is, for whoever brings its key or salt back.
                    None => (work.commit, Segment::default()),
                }
            }
        };
        segment.facts.append(more.facts);
        segment.facts.add_up();
        segment.open = work.still_open(segment.open.into_iter().chain(more.open));
        let is_complete = segment.facts.page_views() >= VIEWS || segment.facts.rows() >= ROWS;
        if segment.facts.rows() >= FULL {
            let open = Segment {
                facts: crate::model::Facts { marks: newest_only(&segment), ..Default::default() },
                open: std::mem::take(&mut segment.open),
            };
            work.insert_full(segment, first, work.commit)?;
            work.insert("sealed", 0, work.commit, work.commit, &open)?;
            self.newest.insert(work.day, (work.commit, open));
            return Ok(());
        }
        work.insert("sealed", u8::from(is_complete), first, work.commit, &segment)?;
        if !is_complete {
            self.newest.insert(work.day, (work.commit, segment));
        }
        Ok(())
    }
}

/// The newest times of a segment, to be kept beside open visits.
fn newest_only(segment: &Segment) -> Vec<((u32, crate::model::Kind), Marks)> {
    segment.facts.marks.iter().map(|(of, marks)| (*of, Marks { several: 0, ..*marks })).collect()
}

/// What is known of a day's segments, in order.
fn spines(work: &Work<'_>) -> Result<Vec<Spine>, StoreError> {
    let sql = "SELECT tier, first, last FROM sealed WHERE day = ? ORDER BY last";
    let mut statement = work.connection.prepare_cached(sql)?;
    let rows = statement
        .query_map([work.day.0], |row| Ok(Spine { tier: row.get(0)?, first: row.get(1)?, last: row.get(2)? }))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

impl Work<'_> {
    /// Merges the segments of a tier if there are enough. Open visits of one that is full
    /// then are `moved`.
    fn merge(&self, spines: &[Spine], tier: Tier, moved: &mut Segment) -> Result<(), StoreError> {
        let of_tier: Vec<Spine> = spines.iter().filter(|spine| spine.tier == tier).copied().collect();
        if of_tier.len() < TIERS[usize::from(tier) - 1] {
            return Ok(());
        }
        let mut merged = Segment::default();
        let mut gone = Vec::new();
        let mut open = Vec::new();
        for &spine in &of_tier {
            // One whose key is lost stays.
            let Some(segment) = self.read("sealed", spine)? else { continue };
            merged.facts.append(segment.facts);
            open.extend(segment.open);
            gone.push(spine);
        }
        let (Some(first), Some(last)) = (gone.first(), gone.last()) else { return Ok(()) };
        merged.facts.add_up();
        merged.open = self.still_open(open);
        self.delete(&gone)?;
        if tier == 2 || merged.facts.rows() >= FULL {
            moved.facts.marks.extend(newest_only(&merged));
            moved.open.append(&mut merged.open);
            self.insert_full(merged, first.first, last.last)
        } else {
            self.insert("sealed", 2, first.first, last.last, &merged)
        }
    }

    /// Those that are still as they were written; of one that was written twice, the last.
    fn still_open(&self, open: impl IntoIterator<Item = (Hash, OpenVisit)>) -> Vec<(Hash, OpenVisit)> {
        let last: BTreeMap<Hash, OpenVisit> = open.into_iter().collect();
        last.into_iter().filter(|(hash, visit)| (self.is_current)(self.day, hash, visit)).collect()
    }

    fn read(&self, table: &str, spine: Spine) -> Result<Option<Segment>, StoreError> {
        let Spine { tier, first, last } = spine;
        let sql = format!("SELECT payload FROM {table} WHERE day = ? AND first = ? AND last = ?");
        let payload: Vec<u8> = self.connection.query_row(&sql, params![self.day.0, first, last], |row| row.get(0))?;
        let place = Segment::place(self.day, tier, first, last);
        Ok(Segment::open(&payload, self.symbols, self.seal, place, true))
    }

    fn delete(&self, spines: &[Spine]) -> Result<(), StoreError> {
        let lasts: Vec<String> = spines.iter().map(|spine| spine.last.to_string()).collect();
        let sql = format!("DELETE FROM sealed WHERE day = ? AND last IN ({})", lasts.join(","));
        self.connection.execute(&sql, [self.day.0])?;
        Ok(())
    }

    fn insert(&self, table: &str, tier: Tier, first: u64, last: u64, segment: &Segment) -> Result<(), StoreError> {
        let payload = segment.seal(self.symbols, self.seal, Segment::place(self.day, tier, first, last));
        let mut appender = self.connection.appender(table)?;
        appender.append_row(params![self.day.0, tier, first, last, payload])?;
        Ok(appender.flush()?)
    }

    /// In slices, so that whoever reads them needs little memory at a time.
    fn insert_full(&self, segment: Segment, first: u64, last: u64) -> Result<(), StoreError> {
        let mut facts = segment.facts;
        while facts.visits.len() > SLICE || facts.crossed.len() > SLICE {
            let rest = crate::model::Facts {
                visits: facts.visits.split_off(facts.visits.len().min(SLICE)),
                crossed: facts.crossed.split_off(facts.crossed.len().min(SLICE)),
                ..Default::default()
            };
            self.insert("sealed_full", 3, first, last, &Segment { facts, open: Vec::new() })?;
            facts = rest;
        }
        self.insert("sealed_full", 3, first, last, &Segment { facts, open: Vec::new() })
    }
}

/// Where the segments of a day lie.
pub(in crate::store) const TABLES: [&str; 2] = ["sealed_full", "sealed"];

/// Deletes everything that is kept of open days.
pub(in crate::store) fn forget(connection: &Connection, days: &[Day]) -> Result<(), StoreError> {
    let days = list(days.iter().copied());
    for table in TABLES.into_iter().chain(["seen"]) {
        connection.execute(&format!("DELETE FROM {table} WHERE day IN ({days})"), [])?;
    }
    Ok(())
}

/// Writes an open day anew without one of its sites.
pub(in crate::store) fn leave_out(
    connection: &Connection,
    (day, visits_from): (Day, u64),
    site: crate::model::SiteId,
    keys: &dyn crate::model::Keys,
) -> Result<(), StoreError> {
    let (symbols, seal) = (Symbols::default(), keys.day(day));
    let whole = super::read_whole(connection, day, visits_from, &symbols, seal.as_deref(), true)?;
    let Some(seal) = seal.filter(|_| whole.unreadable == 0) else {
        return Err(StoreError::Keys(format!("{day} is open, and its key is not to be had")));
    };
    let super::OpenDay { mut facts, mut open, .. } = whole;
    facts.keep_sites(|of| of != site);
    open.retain(|_, visit| visit.site != site);
    let sql = "SELECT coalesce(max(last), 0) FROM (SELECT last FROM sealed WHERE day = ? \
               UNION ALL SELECT last FROM sealed_full WHERE day = ?)";
    let last: u64 = connection.query_row(sql, [day.0, day.0], |row| row.get(0))?;
    for table in TABLES {
        connection.execute(&format!("DELETE FROM {table} WHERE day = ?"), [day.0])?;
    }
    let is_current = |_: Day, _: &Hash, _: &OpenVisit| true;
    let work = Work { connection, symbols: &symbols, seal: &*seal, day, commit: last, is_current: &is_current };
    let marks = facts.marks.iter().map(|(of, marks)| (*of, Marks { several: 0, ..*marks })).collect();
    let open = Segment { facts: crate::model::Facts { marks, ..Default::default() }, open: open.into_iter().collect() };
    work.insert_full(Segment { facts, open: Vec::new() }, last, last)?;
    // Of a day whose salt is lost nothing can be newest.
    work.insert("sealed", 1, last, last, &open)
}
