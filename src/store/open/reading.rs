//! Reading open days: segments are opened once, added up in memory, and remembered by
//! the number of the commit up to which they were read.

use super::segment::Segment;
use super::shelf::TABLES;
use crate::model::{self, Facts, Hash, Keys, OpenVisit, Part, Place, Seal, Symbols};
use crate::store::StoreError;
use crate::store::closed::{Carried, Rules, Sheet, Waiting, Wanted, sheet};
use duckdb::{Connection, params};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// What was read of a day's segments.
#[derive(Clone, Default)]
pub(in crate::store) struct Day {
    pub(in crate::store) facts: Facts,
    /// Visits that may still go on.
    pub(in crate::store) open: HashMap<Hash, OpenVisit>,
    /// Segments that could not be opened.
    pub(in crate::store) unreadable: u32,
    /// Whether crossed sums were read too.
    has_crossed: bool,
    /// Segments up to this commit are in it.
    upto: u64,
}

impl Day {
    fn add(&mut self, segment: Segment) {
        self.facts.append(segment.facts);
        self.open.extend(segment.open);
    }

    /// Leaves out visits that are over: they were counted when they ended.
    fn settle(&mut self) {
        self.facts.add_up();
        let newest: BTreeMap<model::Of, u32> = self.facts.marks.iter().map(|(of, marks)| (*of, marks.newest)).collect();
        self.open.retain(|_, visit| {
            let newest = newest.get(&(visit.site, visit.kind)).copied().unwrap_or(0);
            !visit.is_over(newest)
        });
    }

    /// The facts as they would be if every visit ended now.
    pub(in crate::store) fn ended(&self) -> Facts {
        let mut facts = self.facts.clone();
        self.open.values().for_each(|visit| visit.end(&mut facts));
        facts.add_up();
        facts
    }
}

/// A segment and where it lies.
struct Found {
    tier: u8,
    place: Place,
    payload: Vec<u8>,
}

fn segments(connection: &Connection, day: model::Day, after: u64) -> Result<Vec<Found>, StoreError> {
    let parts =
        TABLES.map(|table| format!("SELECT tier, first, last, payload FROM {table} WHERE day = ? AND last > ?"));
    let sql = format!("{} ORDER BY last", parts.join(" UNION ALL "));
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(params![day.0, after, day.0, after], |row| {
        let tier = row.get(0)?;
        let place = Segment::place(day, tier, row.get(1)?, row.get(2)?);
        Ok(Found { tier, place, payload: row.get(3)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The segments of a day, each by itself: its commits, and what these keys open of it.
pub(in crate::store) fn each(
    connection: &Connection,
    day: model::Day,
    symbols: &Symbols,
    seal: &dyn Seal,
) -> Result<Vec<(u64, u64, Option<Segment>)>, StoreError> {
    let open = |found: Found| {
        let segment = Segment::open(&found.payload, symbols, seal, found.place, true);
        (found.place.first, found.place.last, segment)
    };
    Ok(segments(connection, day, 0)?.into_iter().map(open).collect())
}

/// Everything of a day. Open visits of commits up to `visits_from` ended long ago.
pub(in crate::store) fn read_whole(
    connection: &Connection,
    day: model::Day,
    visits_from: u64,
    symbols: &Symbols,
    seal: Option<&dyn Seal>,
    with_crossed: bool,
) -> Result<Day, StoreError> {
    let mut whole = Day { has_crossed: with_crossed, ..Day::default() };
    for found in segments(connection, day, 0)? {
        read(&mut whole, found, visits_from, symbols, seal);
        // Memory stays that of the rows that differ.
        if whole.facts.rows() > ADD_UP {
            whole.facts.add_up();
        }
    }
    whole.settle();
    Ok(whole)
}

/// Rows are added up at the latest when there are so many.
const ADD_UP: usize = 4_000_000;

fn read(into: &mut Day, found: Found, visits_from: u64, symbols: &Symbols, seal: Option<&dyn Seal>) {
    let opened = seal.and_then(|seal| Segment::open(&found.payload, symbols, seal, found.place, into.has_crossed));
    match opened {
        Some(mut segment) => {
            if found.place.last <= visits_from {
                segment.open.clear();
            }
            into.add(segment);
        }
        None => into.unreadable += 1,
    }
}

/// What a process that asks again and again remembers.
#[derive(Default)]
pub(in crate::store) struct Memory {
    /// The symbols of everything in it.
    pub(in crate::store) symbols: Arc<Symbols>,
    days: BTreeMap<model::Day, Kept>,
}

#[derive(Default)]
struct Kept {
    /// Everything but the segment that grows.
    base: Day,
    /// The sheet of the last answer, what it was made of, and segments that could not be opened.
    sheet: Option<(Made, Arc<Sheet>, u32)>,
    /// What was read ahead: up to this commit.
    ahead: Option<(u64, Day)>,
}

/// What a sheet was made of: the last commit, whether it has pairs, and the page counters
/// that waited.
#[derive(Clone, PartialEq)]
struct Made {
    last: u64,
    pairs: Wanted,
    waiting: Vec<(model::Of, model::Day)>,
    privacy: model::Privacy,
}

impl Memory {
    /// Forgets days that are open no more.
    pub(in crate::store) fn keep_only(&mut self, open: &[model::Day]) {
        self.days.retain(|day, _| open.contains(day));
    }

    /// A day as it would be closed now, and the segments of it that could not be opened.
    /// `last` is its last commit; `crossed`: what pairs are made of will be wanted.
    pub(in crate::store) fn sheet(
        &mut self,
        connection: &Connection,
        (day, visits_from, last): (model::Day, u64, u64),
        keys: &dyn Keys,
        waiting: &Waiting,
        rules: &Rules<'_>,
        crossed: bool,
    ) -> Result<(Arc<Sheet>, u32), StoreError> {
        let kept = self.days.entry(day).or_default();
        let made = Made {
            last,
            pairs: rules.pairs,
            waiting: waiting.iter().flat_map(|(of, all)| all.iter().map(|c| (*of, c.day))).collect(),
            privacy: rules.privacy,
        };
        if let Some((before, sheet, unreadable)) = &kept.sheet
            && before.pairs.covers(made.pairs)
            && *before == (Made { pairs: before.pairs, ..made.clone() })
        {
            return Ok((sheet.clone(), *unreadable));
        }
        let seal = keys.day(day);
        let now = match kept.ahead.take() {
            Some((upto, now)) if upto == last && (now.has_crossed || !crossed) => now,
            _ => kept.read_on(connection, day, visits_from, &self.symbols, seal.as_deref(), crossed)?,
        };
        let sheet = Arc::new(sheet(day, now.ended(), waiting, rules));
        let unreadable = now.unreadable;
        kept.sheet = Some((made, sheet.clone(), unreadable));
        Ok((sheet, unreadable))
    }

    /// Reads days of which nothing is known yet, on two threads; [`Memory::sheet`] then
    /// goes on with that.
    pub(in crate::store) fn read_ahead(
        &mut self,
        connection: &Connection,
        days: &[(model::Day, u64, u64)],
        keys: &dyn Keys,
        crossed: bool,
    ) -> Result<(), StoreError> {
        for (day, ..) in days {
            self.days.entry(*day).or_default();
        }
        let mut jobs = Vec::new();
        for (day, kept) in &mut self.days {
            let Some((_, visits_from, upto)) = days.iter().find(|(of, ..)| of == day) else { continue };
            if kept.base.upto > 0 && (kept.base.has_crossed || !crossed) {
                continue;
            }
            let found = kept.news(connection, *day, crossed)?;
            jobs.push((*upto, kept, found, *visits_from, keys.day(*day)));
        }
        let symbols = &*self.symbols;
        type Job<'k> = (u64, &'k mut Kept, Vec<Found>, u64, Option<Box<dyn Seal>>);
        let read = |jobs: Vec<Job<'_>>| {
            for (upto, kept, found, visits_from, seal) in jobs {
                let now = kept.take_in(found, visits_from, symbols, seal.as_deref());
                kept.ahead = Some((upto, now));
            }
        };
        let others = jobs.split_off(jobs.len() / 2);
        std::thread::scope(|scope| {
            scope.spawn(|| read(jobs));
            read(others);
        });
        Ok(())
    }

    /// The visits that may still go on.
    pub(in crate::store) fn open_visits(
        &mut self,
        connection: &Connection,
        (day, visits_from): (model::Day, u64),
        keys: &dyn Keys,
    ) -> Result<Option<Vec<OpenVisit>>, StoreError> {
        let kept = self.days.entry(day).or_default();
        let seal = keys.day(day);
        let now = kept.read_on(connection, day, visits_from, &self.symbols, seal.as_deref(), false)?;
        Ok((now.unreadable == 0).then(|| now.open.into_values().collect()))
    }
}

impl Kept {
    /// Reads what is new, and gives everything.
    fn read_on(
        &mut self,
        connection: &Connection,
        day: model::Day,
        visits_from: u64,
        symbols: &Symbols,
        seal: Option<&dyn Seal>,
        with_crossed: bool,
    ) -> Result<Day, StoreError> {
        let found = self.news(connection, day, with_crossed)?;
        Ok(self.take_in(found, visits_from, symbols, seal))
    }

    /// The segments that are not in the base.
    fn news(&mut self, connection: &Connection, day: model::Day, with_crossed: bool) -> Result<Vec<Found>, StoreError> {
        if with_crossed && !self.base.has_crossed {
            self.base = Day { has_crossed: true, ..Day::default() };
        }
        let mut found = segments(connection, day, self.base.upto)?;
        let upto = self.base.upto;
        let overlaps = |found: &Found| found.tier > 0 && found.place.first <= upto;
        if self.base.unreadable > 0 || found.iter().any(overlaps) {
            // What was merged meanwhile is partly known.
            self.base = Day { has_crossed: self.base.has_crossed, ..Day::default() };
            found = segments(connection, day, 0)?;
        }
        Ok(found)
    }

    /// Everything, with these.
    fn take_in(&mut self, found: Vec<Found>, visits_from: u64, symbols: &Symbols, seal: Option<&dyn Seal>) -> Day {
        let (growing, complete): (Vec<Found>, Vec<Found>) = found.into_iter().partition(|found| found.tier == 0);
        let is_more = !complete.is_empty();
        for found in complete {
            self.base.upto = self.base.upto.max(found.place.last);
            read(&mut self.base, found, visits_from, symbols, seal);
        }
        if is_more {
            self.base.settle();
        }
        let mut now = self.base.clone();
        for found in growing {
            read(&mut now, found, visits_from, symbols, seal);
        }
        now.settle();
        now
    }
}

/// The last commit of each open day.
pub(in crate::store) fn last_commits(connection: &Connection) -> Result<HashMap<model::Day, u64>, StoreError> {
    let parts = TABLES.map(|table| format!("SELECT day, last FROM {table}"));
    let sql = format!("SELECT day, max(last) FROM ({}) GROUP BY day", parts.join(" UNION ALL "));
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([], |row| Ok((model::Day(row.get(0)?), row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Page counters that wait for a later day, with when their day was closed.
pub(in crate::store) fn waiting(
    connection: &Connection,
    symbols: &Symbols,
    keys: &dyn Keys,
) -> Result<Waiting, StoreError> {
    let sql = "SELECT site, kind, day, payload FROM carried WHERE counted IS NULL ORDER BY day";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([])?;
    let mut waiting = Waiting::new();
    while let Some(row) = rows.next()? {
        let (site, kind, day): (u32, u8, i32) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let Some(kind) = model::Kind::from_index(kind) else { continue };
        let payload: Vec<u8> = row.get(3)?;
        if let Some(carried) = read_carried(&payload, (site, kind), model::Day(day), symbols, keys) {
            waiting.entry((site, kind)).or_default().push(carried);
        }
    }
    Ok(waiting)
}

/// Opens what was sealed of a day that is carried.
pub(in crate::store) fn read_carried(
    payload: &[u8],
    of: model::Of,
    day: model::Day,
    symbols: &Symbols,
    keys: &dyn Keys,
) -> Option<Carried> {
    let seal = keys.carried(day)?;
    let segment = Segment::open(payload, symbols, &*seal, Carried::place(of, day), false)?;
    let visitors = segment.facts.minutes.iter().map(|(_, sums)| sums.visitors).sum();
    let several = segment.facts.marks.iter().map(|(_, marks)| marks.several).sum();
    Some(Carried { day, visitors, several, pages: segment.facts.pages })
}

impl Carried {
    fn place((site, kind): model::Of, day: model::Day) -> Place {
        Place { day, first: site.into(), last: kind as u64, part: Part::Carried }
    }

    /// Sealed, with the numbers by which it is tested: visitors in place of a minute's,
    /// and those who saw more than one page.
    pub(in crate::store) fn seal(&self, of: model::Of, symbols: &Symbols, seal: &dyn Seal) -> Vec<u8> {
        let (site, kind) = of;
        let minute = model::MinuteKey { site, kind, minute: 0 };
        let visitors = model::MinuteSums { visitors: self.visitors, ..Default::default() };
        let facts = Facts {
            pages: self.pages.clone(),
            minutes: vec![(minute, visitors)],
            marks: vec![(of, model::Marks { several: self.several, newest: 0 })],
            ..Facts::default()
        };
        Segment { facts, open: Vec::new() }.seal(symbols, seal, Carried::place(of, self.day))
    }
}
