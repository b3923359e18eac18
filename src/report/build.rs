//! Builds a report from the store's answers.

use super::value::{Asked, Before, Report, ReportError, Rows, Totals};
use crate::model::{Counters, Dimension, Kind, Ledger, Metric, SiteId, Sort};
use crate::query::{
    Compare, Days, Filter, Interval, Meaning, Query, Range, SeriesRow, Unknown, combine, is_known, table,
};
use crate::store::{Reader, StoreError};

const USUAL: [Dimension; 8] = [
    Dimension::Page,
    Dimension::Referrer,
    Dimension::Country,
    Dimension::Browser,
    Dimension::Os,
    Dimension::Device,
    Dimension::Status,
    Dimension::Bot,
];

/// Builds the report at `now`.
///
/// # Errors
/// If the store cannot be read, or what was asked for makes no sense.
pub fn build(reader: &Reader, asked: &Asked, now: i64) -> Result<Report, ReportError> {
    let zone = reader.info().zone;
    let sites = reader.sites()?;
    let (site, ids) = choose(asked, &sites)?;
    check(asked)?;
    // Only `all` has to know where the data begins.
    let extent = if asked.span.is_all() { reader.extent(&ids)? } else { None };
    let range = asked.span.range(zone, now, extent)?;
    let interval = asked.interval.unwrap_or_else(|| range.interval());
    let filters = asked.filters.clone();
    let mut query = Query { from: range.from, to: range.to, sites: ids, filters, now, ..Query::default() };
    query.kind = match asked.kind {
        Some(kind) => kind,
        None => kind(reader.kinds(&query)?),
    };
    let asker = Asker::new(reader, asked, &query);
    let by: Vec<Dimension> = if asked.by.is_empty() { USUAL.to_vec() } else { asked.by.clone() };
    let Answer { totals, missing, hours, has_gaps, lists, days } = asker.answer(&by)?;
    let before = |compare| before(reader, asked, &query, compared(reader, &range, compare, now)?, interval, &[]);
    let previous = asked.compare.map(before).transpose()?;
    let mut ledger = Ledger::default();
    for (_, _, lines) in reader.ledger(&query)? {
        ledger.merge(&lines);
    }
    let steps = range.steps(interval, zone);
    Ok(Report {
        zone,
        kind: query.kind,
        range,
        interval,
        totals,
        missing,
        previous,
        series: asker.series(&hours, &steps),
        gaps: asker.gaps(&hours, &steps, has_gaps, interval),
        request_series: asker.request_series(&steps)?,
        by: by.into_iter().zip(lists).collect(),
        sites: if site == "*" { asker.sites(&sites)? } else { Vec::new() },
        site,
        ledger,
        filters: query.filters.clone(),
        days,
        asked_interval: asked.interval.is_some() && asked.by.is_empty(),
    })
}

/// The range to compare with: cut at the same minute as today where every day of it that
/// is cut is still open, else at the last full hour.
fn compared(reader: &Reader, range: &Range, compare: Compare, now: i64) -> Result<Range, StoreError> {
    let zone = reader.info().zone;
    let by_minute = range.compared(compare, zone, now, true);
    let last = zone.day(by_minute.to - 1);
    let is_open = reader.days()?.iter().any(|state| state.day == last && state.is_open);
    Ok(if is_open { by_minute } else { range.compared(compare, zone, now, false) })
}

/// What a report that was asked for without a comparison is compared with, with
/// these lists.
///
/// # Errors
/// If the store cannot be read.
pub fn build_before(
    reader: &Reader,
    asked: &Asked,
    report: &Report,
    compare: Compare,
    now: i64,
    by: &[Dimension],
) -> Result<Before, ReportError> {
    let sites = reader.sites()?;
    let (_, ids) = choose(asked, &sites)?;
    let range = compared(reader, &report.range, compare, now)?;
    let query = Query { sites: ids, kind: report.kind, filters: asked.filters.clone(), now, ..Query::default() };
    Ok(before(reader, asked, &query, range, report.interval, by)?)
}

fn before(
    reader: &Reader,
    asked: &Asked,
    query: &Query,
    range: Range,
    interval: Interval,
    by: &[Dimension],
) -> Result<Before, StoreError> {
    let query = Query { from: range.from, to: range.to, ..query.clone() };
    let asker = Asker::new(reader, asked, &query);
    let Answer { totals, hours, has_gaps, lists, .. } = asker.answer(by)?;
    let steps = range.steps(interval, reader.info().zone);
    let (series, request_series) = (asker.series(&hours, &steps), asker.request_series(&steps)?);
    let gaps = asker.gaps(&hours, &steps, has_gaps, interval);
    Ok(Before { range, totals, series, gaps, request_series, by: by.iter().copied().zip(lists).collect() })
}

fn choose(asked: &Asked, sites: &[crate::store::Site]) -> Result<(String, Vec<SiteId>), ReportError> {
    match (&asked.site, sites) {
        (Some(name), _) => match sites.iter().find(|site| site.name == *name) {
            Some(site) => Ok((name.clone(), vec![site.id])),
            None => Err(ReportError::NoSite(name.clone(), sites.iter().map(|site| site.name.clone()).collect())),
        },
        (None, [only]) => Ok((only.name.clone(), vec![only.id])),
        (None, _) => Ok(("*".into(), Vec::new())),
    }
}

fn check(asked: &Asked) -> Result<(), ReportError> {
    let filters = &asked.filters;
    if filters.iter().any(|filter| filter.dimension == Dimension::Event) {
        return Err(ReportError::Unsupported("a filter on event".into()));
    }
    let pairs = filters.iter().enumerate().flat_map(|(n, later)| filters[..n].iter().map(move |first| (first, later)));
    for (first, later) in pairs {
        if !combine(first.dimension, later.dimension) {
            return Err(ReportError::Mixed(later.dimension, first.dimension));
        }
    }
    for by in asked.by.iter().copied().filter(|by| *by != Dimension::Event) {
        let mixes = |filter: &&Filter| !combine(filter.dimension, by) && !is_known(by, std::slice::from_ref(*filter));
        if let Some(filter) = filters.iter().find(mixes) {
            return Err(ReportError::Mixed(by, filter.dimension));
        }
    }
    Ok(())
}

/// Log and beacon counts are never added up unasked: the kind that there is,
/// logs if there are both.
fn kind([logs, beacons]: [bool; 2]) -> Option<Kind> {
    Some(if !logs && beacons { Kind::Beacon } else { Kind::Log })
}

/// What the facts of a range say.
struct Answer {
    totals: Totals,
    missing: Option<Unknown>,
    hours: Vec<SeriesRow>,
    /// Whether steps without a row are not known.
    has_gaps: bool,
    lists: Vec<Rows>,
    days: Days,
}

const NOT_TOGETHER: &str = "page views and requests are counted apart";
const PARTS_OF_DAYS: &str = "paths of errors are kept by whole days, and the range begins or ends within one";

/// The step that an hour belongs to.
fn step_of(steps: &[i64], hour: i64) -> usize {
    steps.partition_point(|&start| start <= hour).saturating_sub(1)
}

struct Asker<'a> {
    reader: &'a Reader,
    asked: &'a Asked,
    query: &'a Query,
    meaning: Meaning,
}

impl<'a> Asker<'a> {
    fn new(reader: &'a Reader, asked: &'a Asked, query: &'a Query) -> Asker<'a> {
        let meaning = Meaning::under(&asked.filters);
        let cuts_days = query.cuts_days(reader.info().zone);
        let meaning = if cuts_days { meaning.within_days() } else { meaning };
        Asker { reader, asked, query, meaning }
    }
}

impl Asker<'_> {
    fn filters(&self, requests: bool) -> bool {
        self.asked.filters.iter().any(|filter| filter.dimension.is_request() == requests)
    }

    fn series(&self, hours: &[SeriesRow], steps: &[i64]) -> Vec<(i64, Counters)> {
        let mut series: Vec<(i64, Counters)> = steps.iter().map(|&at| (at, Counters::default())).collect();
        for row in hours {
            series[step_of(steps, row.bucket)].1.add(&row.sums);
        }
        series
    }

    /// Steps of which nothing is known: by hour there are totals only, and a pair that was
    /// too rare on a day says nothing of it.
    fn gaps(&self, rows: &[SeriesRow], steps: &[i64], has_gaps: bool, interval: Interval) -> Vec<usize> {
        let is_filtered = self.asked.filters.iter().any(|filter| !filter.dimension.is_request());
        if interval == Interval::Hour && is_filtered {
            return (0..steps.len()).collect();
        }
        if !has_gaps {
            return Vec::new();
        }
        let known: std::collections::HashSet<usize> = rows.iter().map(|row| step_of(steps, row.bucket)).collect();
        (0..steps.len()).filter(|step| !known.contains(step)).collect()
    }

    fn request_series(&self, steps: &[i64]) -> Result<Vec<(i64, i64)>, StoreError> {
        if !self.asked.request_series || self.filters(false) {
            return Ok(Vec::new());
        }
        let mut series = vec![(0, 0); steps.len()];
        for (bucket, requests, bytes) in self.reader.request_hours(self.query)? {
            let (sum, sum_of_bytes) = &mut series[step_of(steps, bucket)];
            *sum += requests;
            *sum_of_bytes += bytes;
        }
        Ok(series)
    }

    /// Everything that the sums of the range say.
    fn answer(&self, by: &[Dimension]) -> Result<Answer, StoreError> {
        let mut totals = Totals { meaning: self.meaning, ..Totals::default() };
        let is_asked = |d: &Dimension| *d != Dimension::Event && is_combined(*d, self.asked);
        let (of_requests, of_pages): (Vec<Dimension>, Vec<Dimension>) =
            by.iter().filter(|d| is_asked(d)).partition(|d| d.is_request());
        let (mut pages, mut requests) = (Vec::new().into_iter(), Vec::new().into_iter());
        let (mut missing, mut hours, mut has_gaps, mut days) = (None, Vec::new(), false, Days::default());
        if !self.filters(true) {
            let lists = self.sorted(&of_pages, Metric::Visitors);
            let overview = self.reader.overview(self.query, &lists, self.asked.limit)?;
            totals.pages = overview.totals;
            (missing, hours, has_gaps, days) = (overview.unknown, overview.series, overview.has_gaps, overview.days);
            pages = overview.tops.into_iter();
        }
        if !self.filters(false) {
            let lists = self.sorted(&of_requests, Metric::Requests);
            let found = self.reader.requests(self.query, &lists, self.asked.limit)?;
            totals.requests = Some((found.requests, found.bytes));
            requests = found.tops.into_iter();
        }
        let filters = || self.asked.filters.iter().map(ToString::to_string).collect();
        let mut next = |d: &Dimension| match (is_asked(d), d.is_request()) {
            _ if *d == Dimension::Event => Rows::none(),
            (true, true) => match requests.next() {
                Some(Some(top)) => Rows::Requests(top),
                Some(None) => Rows::Unknown(Unknown { because: PARTS_OF_DAYS, remove: Vec::new() }),
                None => Rows::Unknown(Unknown { because: NOT_TOGETHER, remove: filters() }),
            },
            (true, false) => match pages.next() {
                Some(Ok(top)) => Rows::Pages(top),
                Some(Err(unknown)) => Rows::Unknown(unknown),
                None => Rows::Unknown(Unknown { because: NOT_TOGETHER, remove: filters() }),
            },
            _ => Rows::Unknown(Unknown { because: NOT_TOGETHER, remove: filters() }),
        };
        let lists = by.iter().map(&mut next).collect();
        Ok(Answer { totals, missing, hours, has_gaps, lists, days })
    }

    fn sorted(&self, by: &[Dimension], usual: Metric) -> Vec<(Dimension, Sort)> {
        // Under a filter on entry or exit pages only visits are known.
        let usual = if self.meaning.of_visits && usual == Metric::Visitors { Metric::Visits } else { usual };
        let usual = self.asked.sort.unwrap_or(usual).into();
        let own = |dimension| self.asked.sorts.iter().find(|(of, _)| *of == dimension).map(|(_, sort)| *sort);
        by.iter().map(|&dimension| (dimension, own(dimension).unwrap_or(usual))).collect()
    }

    fn sites(&self, sites: &[crate::store::Site]) -> Result<Vec<(String, Counters)>, StoreError> {
        let mut rows = Vec::new();
        for site in sites {
            if !self.filters(true) {
                let query = Query { sites: vec![site.id], ..self.query.clone() };
                let overview = self.reader.overview(&query, &[], 0)?;
                rows.push((site.name.clone(), overview.totals.unwrap_or_default()));
            }
        }
        rows.sort_by(|a, b| self.meaning.first(&b.1).cmp(&self.meaning.first(&a.1)).then_with(|| a.0.cmp(&b.0)));
        Ok(rows)
    }
}

/// Whether a list is of the sort that the filters ask for.
fn is_combined(dimension: Dimension, asked: &Asked) -> bool {
    let filters = &asked.filters;
    let combines = |filter: &Filter| {
        let is_kept = || !dimension.is_request() && table(Some(dimension), std::slice::from_ref(filter), false).is_ok();
        combine(filter.dimension, dimension) || is_kept()
    };
    filters.iter().all(|filter| filter.dimension.is_request() == dimension.is_request() && combines(filter))
}
