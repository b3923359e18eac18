//! The totals, the series and the lists of a report.

use super::closed::{By, QUARTER, sums};
use super::lists::{List, Order, by, name_all};
use super::open::{ByNumber, OpenDays};
use super::tally::Groups;
use crate::model::{Counters, Day, Dimension, Kind, Sort};
use crate::query::{Days, Query, SeriesRow, Table, Top, TopRow, Unknown, table};
use crate::store::closed::Wanted;
use crate::store::{Reader, StoreError};

/// What [`Reader::overview`] answers.
pub struct Overview {
    /// Of the whole range; nothing if it is not known.
    pub totals: Option<Counters>,
    /// Why they are not known.
    pub unknown: Option<Unknown>,
    /// The sums by stored hour or day, in order of time; those without rows are left out.
    pub series: Vec<SeriesRow>,
    /// Whether steps without a row are not known, and not zero.
    pub has_gaps: bool,
    /// The lists, in the order of the dimensions.
    pub tops: Vec<Result<Top<TopRow>, Unknown>>,
    /// Days that are not as others.
    pub days: Days,
}

/// What was added up of one table: by time, and by the dimensions of some lists.
struct Added {
    table: Table,
    lists: Vec<usize>,
    closed: Vec<Groups>,
    open: Vec<ByNumber>,
}

impl Added {
    /// Sums by time, of closed and open days.
    fn by_time(&self) -> impl Iterator<Item = (u32, Counters)> {
        let closed = self.closed[0].ids.iter().copied().zip(self.closed[0].sums.iter().copied());
        closed.chain(self.open[0].iter().map(|(time, sums)| (*time, *sums)))
    }
}

const UNSHARED: &str = "fewer visitors shared both on a day than may be told";

impl Reader {
    /// Totals, series, and of each of these dimensions of page facts the first `limit`
    /// values (0: all).
    ///
    /// # Errors
    /// Of the engine.
    pub fn overview(&self, query: &Query, lists: &[(Dimension, Sort)], limit: u64) -> Result<Overview, StoreError> {
        let limit = if limit == 0 { usize::MAX } else { usize::try_from(limit).unwrap_or(usize::MAX) };
        let zone = self.info().zone;
        let cuts_days = query.cuts_days(zone);
        let whole = table(None, &query.filters, cuts_days);
        let places: Vec<Result<Table, Unknown>> =
            lists.iter().map(|(dimension, _)| table(Some(*dimension), &query.filters, cuts_days)).collect();
        let mut wanted: Vec<(Table, Vec<usize>)> = Vec::new();
        let mut want = |table: Table, list: Option<usize>| {
            let at = wanted.iter().position(|(of, _)| *of == table).unwrap_or_else(|| {
                wanted.push((table, Vec::new()));
                wanted.len() - 1
            });
            wanted[at].1.extend(list);
        };
        if let Ok(table) = whole {
            want(table, None);
        }
        if whole == Ok(Table::Hours) {
            // Rates are those of the whole days.
            want(Table::Visits, None);
            want(Table::Pages, None);
        }
        places.iter().enumerate().filter_map(|(at, place)| Some((at, (*place.as_ref().ok()?)))).for_each(
            |(at, table)| {
                want(table, Some(at));
            },
        );
        let pairs = wanted.iter().fold(Wanted::NONE, |pairs, (table, _)| match table {
            Table::Pairs(of) => pairs.and(*of),
            _ => pairs,
        });
        let open = self.open_days(query.touched(zone), pairs)?;
        let mut added = Vec::new();
        for (table, of_table) in wanted {
            let dimensions: Vec<(Dimension, Sort)> = of_table.iter().map(|at| lists[*at]).collect();
            let by: Vec<By> = by(&dimensions);
            let mut closed = sums(self, query, table, &by)?;
            let mut from_open = open.sums(query, table, &by, zone);
            if table == Table::Pages && filters_exits(query) {
                closed.iter_mut().for_each(|groups| groups.sums.iter_mut().for_each(as_exits));
                from_open.iter_mut().for_each(|groups| groups.values_mut().for_each(as_exits));
            }
            added.push(Added { table, lists: of_table, closed, open: from_open });
        }
        let mut answer = Overview {
            totals: None,
            unknown: whole.clone().err(),
            series: Vec::new(),
            has_gaps: matches!(whole, Ok(Table::Pairs(_))),
            tops: Vec::new(),
            days: self.odd_days(query, &open)?,
        };
        if let Ok(table) = whole {
            self.add_totals(table, &added, query, &mut answer);
        }
        answer.tops = self.lists(lists, &places, added, whole.ok(), &answer, &open, limit, query)?;
        Ok(answer)
    }

    fn add_totals(&self, whole: Table, added: &[Added], query: &Query, answer: &mut Overview) {
        let zone = self.info().zone;
        let of = |table: Table| added.iter().find(|added| added.table == table);
        let mut series: std::collections::BTreeMap<i64, Counters> = std::collections::BTreeMap::new();
        let day = |day: u32| zone.day_start(Day(day as i32)).max(query.from);
        let Some(first) = of(whole) else { return };
        for (time, sums) in first.by_time() {
            let at = if whole == Table::Hours { i64::from(time) * i64::from(QUARTER) } else { day(time) };
            series.entry(at).or_default().add(&sums);
        }
        if whole == Table::Hours {
            // What no hour tells is told by days.
            for (time, sums) in of(Table::Visits).into_iter().flat_map(Added::by_time) {
                let Counters { rated, bounces, .. } = sums;
                series.entry(day(time)).or_default().add(&Counters { rated, bounces, ..Counters::default() });
            }
            for (time, sums) in of(Table::Pages).into_iter().flat_map(Added::by_time) {
                let Counters { uniques, exits, duration_s, duration_n, .. } = sums;
                let more = Counters { uniques, exits, duration_s, duration_n, ..Counters::default() };
                series.entry(day(time)).or_default().add(&more);
            }
        }
        let mut total = Counters::default();
        series.values().for_each(|sums| total.add(sums));
        answer.totals = Some(total);
        if matches!(whole, Table::Pairs(_)) && total == Counters::default() {
            let remove = query.filters.iter().filter(|filter| {
                !matches!(filter.dimension, Dimension::Page | Dimension::EntryPage | Dimension::ExitPage)
            });
            answer.totals = None;
            answer.unknown = Some(Unknown { because: UNSHARED, remove: remove.map(ToString::to_string).collect() });
        }
        answer.series = series.into_iter().map(|(bucket, sums)| SeriesRow { bucket, sums }).collect();
    }

    #[allow(clippy::too_many_arguments)]
    fn lists(
        &self,
        lists: &[(Dimension, Sort)],
        places: &[Result<Table, Unknown>],
        added: Vec<Added>,
        whole: Option<Table>,
        answer: &Overview,
        open: &OpenDays,
        limit: usize,
        query: &Query,
    ) -> Result<Vec<Result<Top<TopRow>, Unknown>>, StoreError> {
        let page_filter = query.filters.iter().any(|filter| filter.dimension == Dimension::Page);
        let mut found: Vec<Option<(List, Option<Counters>)>> = lists.iter().map(|_| None).collect();
        for Added { table, lists: of_table, closed, open } in added {
            for ((at, groups), from_open) in
                of_table.into_iter().zip(closed.into_iter().skip(1)).zip(open.into_iter().skip(1))
            {
                let (dimension, sort) = lists[at];
                let order = Order { dimension, sort, of_pages: page_filter || dimension == Dimension::Page };
                let mut named = Counters::default();
                groups.sums.iter().chain(from_open.values()).for_each(|sums| named.add(sums));
                let few = few(table, whole, dimension, answer.totals, &named);
                found[at] = Some((List::new(order, table, groups, from_open, limit), few));
            }
        }
        let known: Vec<(List, Option<Counters>)> = found.into_iter().flatten().collect();
        let mut tops = name_all(self, known, open, limit)?.into_iter();
        let list = |place: &Result<Table, Unknown>| match place {
            Ok(_) => Ok(tops.next().expect("a list for each that is known")),
            Err(unknown) => Err(unknown.clone()),
        };
        Ok(places.iter().map(list).collect())
    }

    /// Days of a range that are not as others.
    fn odd_days(&self, query: &Query, open: &OpenDays) -> Result<Days, StoreError> {
        let range = query.touched(self.info().zone);
        let states = self.days()?;
        let within = |day: &Day| range.contains(&day.0);
        let mut unreadable: Vec<Day> =
            states.iter().filter(|state| state.unreadable && within(&state.day)).map(|state| state.day).collect();
        unreadable.extend(&open.unreadable);
        unreadable.sort_unstable();
        unreadable.dedup();
        Ok(Days {
            marked: states.iter().filter(|state| state.marked && within(&state.day)).map(|state| state.day).collect(),
            sealed: open.open.clone(),
            unreadable,
            shifted: self.shifted(query)?,
        })
    }

    fn shifted(&self, query: &Query) -> Result<Vec<(Day, Option<Day>)>, StoreError> {
        let range = query.touched(self.info().zone);
        let sql = format!(
            "SELECT DISTINCT day, counted FROM carried WHERE counted IS DISTINCT FROM day \
             AND (day BETWEEN ? AND ? OR counted BETWEEN ? AND ?){} ORDER BY day",
            super::closed::base(query, true)
        );
        let mut statement = self.connection().prepare_cached(&sql)?;
        let ends = [range.start, range.end - 1, range.start, range.end - 1];
        let rows = statement.query_map(ends, |row| Ok((Day(row.get(0)?), row.get::<_, Option<i32>>(1)?.map(Day))))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Whether a range and sites have page views of logs, and of beacons.
    ///
    /// # Errors
    /// Of the engine.
    pub fn kinds(&self, query: &Query) -> Result<[bool; 2], StoreError> {
        let sql = format!(
            "SELECT DISTINCT kind FROM hours WHERE bucket >= CAST(? AS UINTEGER) AND bucket < CAST(? AS UINTEGER){}",
            super::closed::base(query, false)
        );
        let clamp = |at: i64| at.clamp(0, u32::MAX.into());
        let mut statement = self.connection().prepare_cached(&sql)?;
        let mut rows = statement.query([clamp(query.from), clamp(query.to)])?;
        let mut kinds = [false; 2];
        while let Some(row) = rows.next()? {
            if let Some(kind) = Kind::from_index(row.get(0)?) {
                kinds[kind as usize] = true;
            }
        }
        drop(rows);
        // Filters mostly lead to pairs.
        let crossed = query.filters.iter().any(|filter| !filter.dimension.is_request());
        let open = self.open_days_before(query.touched(self.info().zone), Wanted::NONE, crossed)?.kinds(&query.sites);
        Ok([kinds[0] || open[0], kinds[1] || open[1]])
    }
}

/// Whether visits are those that end on pages, not those that enter there.
fn filters_exits(query: &Query) -> bool {
    query.filters.iter().any(|filter| filter.dimension == Dimension::ExitPage)
}

/// The sums as a filter on exit pages has them.
fn as_exits(sums: &mut Counters) {
    *sums = Counters { visits: sums.exits, rated: 0, bounces: 0, ..*sums };
}

/// What a list could not name: the totals without what it named. Lists that stand where
/// the totals stand name everything.
fn few(
    table: Table,
    whole: Option<Table>,
    dimension: Dimension,
    totals: Option<Counters>,
    named: &Counters,
) -> Option<Counters> {
    let (whole, totals) = (whole?, totals?);
    let may_miss = match (table, whole) {
        (Table::Pairs(_), Table::Pairs(_)) => false,
        (Table::Pairs(_), _) => true,
        (Table::Pages, Table::Hours | Table::Visits) => true,
        _ => false,
    };
    if !may_miss {
        return None;
    }
    let left = |all: i64, named: i64| (all - named).max(0);
    let exits = if dimension == Dimension::ExitPage { left(totals.visits, named.exits) } else { 0 };
    // Of pages nobody knows how many saw all of them.
    let uniques = if whole == Table::Pages { left(totals.uniques, named.uniques) } else { 0 };
    let few = Counters {
        page_views: left(totals.page_views, named.page_views),
        visits: left(totals.visits, named.visits),
        uniques,
        exits,
        ..Counters::default()
    };
    (few != Counters::default()).then_some(few)
}
