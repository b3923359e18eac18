//! Builds a report from the store's answers.

use super::meaning::{Meaning, combine, is_known};
use super::range::{Compare, Interval, Range};
use super::value::{Asked, Before, Report, ReportError, Rows, Totals};
use crate::model::{Dimension, Kind, Ledger, Metric, SiteId, Sort, Zone};
use crate::store::{PageSums, Query, Reader, SeriesRow, StoreError, Top};

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
    let mut query = Query { from: range.from, to: range.to, sites: ids, filters, ..Query::default() };
    let rows = reader.rows_by_kind(&query)?;
    query.kind = asked.kind.unwrap_or_else(|| kind(rows));
    query.rows = Some(rows.iter().sum());
    let asker = Asker::new(reader, asked, &query);
    let by: Vec<Dimension> = if asked.by.is_empty() { USUAL.to_vec() } else { asked.by.clone() };
    let Answer { totals, hours, lists } = asker.answer(&by)?;
    let before = |compare| before(reader, asked, &query, range.compared(compare, zone, now), interval, &[]);
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
        previous,
        series: asker.series(&hours, &steps),
        request_series: asker.request_series(&steps)?,
        by: by.into_iter().zip(lists).collect(),
        sites: if site == "*" { asker.sites(&sites)? } else { Vec::new() },
        site,
        ledger,
        marked: marked(reader, &range, zone)?,
        asked_interval: asked.interval.is_some() && asked.by.is_empty(),
    })
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
    let range = report.range.compared(compare, report.zone, now);
    let query = Query { sites: ids, kind: report.kind, filters: asked.filters.clone(), ..Query::default() };
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
    let query = Query { from: range.from, to: range.to, rows: None, ..query.clone() };
    let asker = Asker::new(reader, asked, &query);
    let Answer { totals, hours, lists } = asker.answer(by)?;
    let steps = range.steps(interval, reader.info().zone);
    let (series, request_series) = (asker.series(&hours, &steps), asker.request_series(&steps)?);
    Ok(Before { range, totals, series, request_series, by: by.iter().copied().zip(lists).collect() })
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
        if let Some(filter) = filters.iter().find(|filter| !is_known(by, std::slice::from_ref(*filter))) {
            return Err(ReportError::Mixed(by, filter.dimension));
        }
    }
    Ok(())
}

/// Log and beacon counts are never added up unasked: the kind that there is,
/// logs if there are both.
fn kind([logs, beacons]: [u64; 2]) -> Option<Kind> {
    Some(if logs == 0 && beacons > 0 { Kind::Beacon } else { Kind::Log })
}

fn marked(reader: &Reader, range: &Range, zone: Zone) -> Result<Vec<String>, StoreError> {
    let (first, last) = (zone.day(range.from), zone.day(range.to - 1));
    let days = reader.days()?;
    Ok(days.iter().filter(|d| d.marked && (first..=last).contains(&d.day)).map(|d| d.day.to_string()).collect())
}

/// What the facts of a range say.
struct Answer {
    totals: Totals,
    hours: Vec<SeriesRow>,
    lists: Vec<Rows>,
}

/// The list of a dimension that has none.
fn nothing(dimension: Dimension) -> Rows {
    match dimension {
        Dimension::Event => Rows::Pages(Top { total: 0, rows: Vec::new() }),
        _ => Rows::Unknown,
    }
}

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
        Asker { reader, asked, query, meaning: Meaning::under(&asked.filters) }
    }
}

impl Asker<'_> {
    fn filters(&self, requests: bool) -> bool {
        self.asked.filters.iter().any(|filter| filter.dimension.is_request() == requests)
    }

    fn series(&self, hours: &[SeriesRow], steps: &[i64]) -> Vec<(i64, PageSums)> {
        let mut series: Vec<(i64, PageSums)> = steps.iter().map(|&at| (at, PageSums::default())).collect();
        for row in hours {
            series[step_of(steps, row.bucket)].1.add(&row.sums);
        }
        series
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

    /// Everything that the facts of the range say: one pass over those of
    /// pages, one over those of requests.
    fn answer(&self, by: &[Dimension]) -> Result<Answer, StoreError> {
        let mut answer = Answer { totals: Totals::default(), hours: Vec::new(), lists: Vec::new() };
        answer.totals.meaning = self.meaning;
        let (of_requests, of_pages): (Vec<Dimension>, Vec<Dimension>) =
            by.iter().filter(|d| self.knows(**d)).partition(|d| d.is_request());
        let (mut pages, mut requests) = (Vec::new().into_iter(), Vec::new().into_iter());
        if !self.filters(true) {
            let lists = self.sorted(&of_pages, Metric::Visitors);
            let overview = self.reader.overview(self.query, &lists, self.asked.limit)?;
            let mut sums = PageSums::default();
            overview.series.iter().for_each(|hour| sums.add(&hour.sums));
            answer.totals.pages = Some(sums);
            answer.hours = overview.series;
            pages = overview.tops.into_iter();
        }
        if !self.filters(false) {
            let lists = self.sorted(&of_requests, Metric::Requests);
            let found = self.reader.requests(self.query, &lists, self.asked.limit)?;
            answer.totals.requests = Some((found.requests, found.bytes));
            requests = found.tops.into_iter();
        }
        let mut next = |d: &Dimension| match (self.knows(*d), d.is_request()) {
            (true, true) => requests.next().map(Rows::Requests),
            (true, false) => pages.next().map(Rows::Pages),
            _ => None,
        };
        answer.lists = by.iter().map(|d| next(d).unwrap_or_else(|| nothing(*d))).collect();
        Ok(answer)
    }

    fn sorted(&self, by: &[Dimension], usual: Metric) -> Vec<(Dimension, Sort)> {
        // Under a filter on entry or exit pages only visits are known.
        let usual = if self.meaning.of_visits && usual == Metric::Visitors { Metric::Visits } else { usual };
        let usual = self.asked.sort.unwrap_or(usual).into();
        let own = |dimension| self.asked.sorts.iter().find(|(of, _)| *of == dimension).map(|(_, sort)| *sort);
        by.iter().map(|&dimension| (dimension, own(dimension).unwrap_or(usual))).collect()
    }

    fn knows(&self, dimension: Dimension) -> bool {
        is_known(dimension, &self.asked.filters)
    }

    fn sites(&self, sites: &[crate::store::Site]) -> Result<Vec<(String, PageSums)>, StoreError> {
        let mut rows = Vec::new();
        for site in sites {
            if !self.filters(true) {
                let query = Query { sites: vec![site.id], ..self.query.clone() };
                rows.push((site.name.clone(), self.reader.totals(&query)?));
            }
        }
        rows.sort_by(|a, b| self.meaning.first(&b.1).cmp(&self.meaning.first(&a.1)).then_with(|| a.0.cmp(&b.0)));
        Ok(rows)
    }
}
