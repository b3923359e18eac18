//! The closed set of questions: totals, series, top by dimension, requests,
//! latencies, ledger. Each has a range, sites, kind and filters.

use super::filter::Filter;
use super::{Reader, StoreError};
use crate::model::{Channel, Class, Country, Device, Dimension, Kind, Ledger, SiteId};
use duckdb::types::Value;
use duckdb::{Row, params_from_iter};

/// What a report shows for a value that is not known.
pub const UNKNOWN: &str = "(unknown)";

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
    /// Rows of page facts in the range, where they were counted already.
    pub rows: Option<u64>,
}

/// Sums of page facts: the counters of many rows.
pub type PageSums = crate::model::Counters;

/// The sums of one hour.
#[derive(Clone, Copy, Debug)]
pub struct SeriesRow {
    /// Its start, epoch seconds.
    pub bucket: i64,
    /// Its sums.
    pub sums: PageSums,
}

/// One value of a dimension of page facts.
#[derive(Clone, Debug)]
pub struct TopRow {
    /// The value.
    pub value: String,
    /// Its sums.
    pub sums: PageSums,
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
}

/// The ledger of one hour of one site.
pub type LedgerRow = (SiteId, i64, Ledger);

pub(crate) const SUMS: &str = "CAST(sum(page_views) AS BIGINT) AS page_views, CAST(sum(visitors) AS BIGINT) AS visitors, \
    CAST(sum(uniques) AS BIGINT) AS uniques, CAST(sum(visits) AS BIGINT) AS visits, \
    CAST(sum(bounces) AS BIGINT) AS bounces, CAST(sum(exits) AS BIGINT) AS exits, \
    CAST(sum(duration_s) AS BIGINT) AS duration_s, CAST(sum(duration_n) AS BIGINT) AS duration_n";

pub(crate) fn sums(row: &Row<'_>, at: usize) -> duckdb::Result<PageSums> {
    let n = |i: usize| row.get::<_, Option<i64>>(at + i).map(Option::unwrap_or_default);
    Ok(PageSums {
        page_views: n(0)?,
        visitors: n(1)?,
        uniques: n(2)?,
        visits: n(3)?,
        bounces: n(4)?,
        exits: n(5)?,
        duration_s: n(6)?,
        duration_n: n(7)?,
    })
}

impl Query {
    fn base(&self, with_kind: bool) -> (String, Vec<Value>) {
        let mut conditions = vec!["bucket >= ?".to_owned(), "bucket < ?".to_owned()];
        let clamp = |time: i64| Value::UInt(time.clamp(0, u32::MAX.into()) as u32);
        let bound = vec![clamp(self.from), clamp(self.to)];
        if !self.sites.is_empty() {
            let list: Vec<String> = self.sites.iter().map(SiteId::to_string).collect();
            conditions.push(format!("site IN ({})", list.join(",")));
        }
        if let (true, Some(kind)) = (with_kind, self.kind) {
            conditions.push(format!("kind = {}", kind as u8));
        }
        (conditions.join(" AND "), bound)
    }

    pub(crate) fn conditions(&self, requests: bool) -> (String, Vec<Value>) {
        let (mut sql, mut bound) = self.base(!requests);
        for filter in self.filters.iter().filter(|f| f.dimension.is_request() == requests) {
            sql.push_str(" AND ");
            sql.push_str(&filter.sql(&mut bound));
        }
        (sql, bound)
    }

    /// Whether visitors are page visitors under these filters.
    pub(super) fn counts_page_visitors(&self) -> bool {
        self.filters.iter().any(|f| f.dimension == Dimension::Page)
    }

    /// Whether visits are those that end on pages, not those that enter there.
    pub(super) fn filters_exits(&self) -> bool {
        self.filters.iter().any(|f| f.dimension == Dimension::ExitPage)
    }

    /// What `visits` are: under a filter on exit pages those that end there.
    fn sums(&self) -> String {
        match self.filters_exits() {
            true => SUMS.replace("sum(visits)", "sum(exits)").replace("sum(bounces)", "0"),
            false => SUMS.to_owned(),
        }
    }

    pub(super) fn filters_error_path(&self) -> bool {
        self.filters.iter().any(|f| f.dimension == Dimension::ErrorPath)
    }
}

impl Reader {
    /// The sums of the whole range.
    pub fn totals(&self, query: &Query) -> Result<PageSums, StoreError> {
        let (conditions, bound) = query.conditions(false);
        let sql = format!("SELECT {} FROM page_facts WHERE {conditions}", query.sums());
        Ok(self.connection().query_row(&sql, params_from_iter(bound), |row| sums(row, 0))?)
    }

    /// Lines by class, by site and hour.
    pub fn ledger(&self, query: &Query) -> Result<Vec<LedgerRow>, StoreError> {
        let (conditions, bound) = query.base(false);
        let sql = format!(
            "SELECT site, bucket, class, CAST(sum(lines) AS BIGINT) FROM ledger WHERE {conditions} \
             GROUP BY ALL ORDER BY site, bucket, class"
        );
        let mut statement = self.connection().prepare(&sql)?;
        let mut rows = statement.query(params_from_iter(bound))?;
        let mut ledgers: Vec<LedgerRow> = Vec::new();
        while let Some(row) = rows.next()? {
            let (site, bucket): (SiteId, u32) = (row.get(0)?, row.get(1)?);
            let class = Class::from_index(row.get(2)?).unwrap_or(Class::Malformed);
            if ledgers.last().is_none_or(|last| (last.0, last.1) != (site, bucket.into())) {
                ledgers.push((site, bucket.into(), Ledger::default()));
            }
            if let Some(last) = ledgers.last_mut() {
                last.2.add(class, row.get::<_, i64>(3)? as u64);
            }
        }
        Ok(ledgers)
    }

    /// First and last hour with lines, of these sites.
    pub fn extent(&self, sites: &[SiteId]) -> Result<Option<(i64, i64)>, StoreError> {
        let query = Query { from: 0, to: u32::MAX.into(), sites: sites.to_vec(), ..Query::default() };
        let (conditions, bound) = query.base(false);
        let sql = format!("SELECT min(bucket), max(bucket) FROM ledger WHERE {conditions}");
        Ok(self.connection().query_row(&sql, params_from_iter(bound), |row| {
            let (first, last): (Option<u32>, Option<u32>) = (row.get(0)?, row.get(1)?);
            Ok(first.zip(last).map(|(a, b)| (a.into(), b.into())))
        })?)
    }

    /// Rows of page facts in the range and sites: of logs, of beacons.
    ///
    /// # Errors
    /// Of the engine.
    pub fn rows_by_kind(&self, query: &Query) -> Result<[u64; 2], StoreError> {
        let (conditions, bound) = query.base(false);
        let sql = format!("SELECT count(*), count(*) FILTER (kind = 0) FROM page_facts WHERE {conditions}");
        let (all, logs): (i64, i64) =
            self.connection().query_row(&sql, params_from_iter(bound), |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok([logs as u64, (all - logs) as u64])
    }
}

pub(crate) fn code_name(dimension: Dimension, code: u16) -> String {
    match dimension {
        Dimension::Channel => Channel::from_index(code as u8).unwrap_or_default().as_str().into(),
        Dimension::Device => Device::from_index(code as u8).unwrap_or_default().as_str().into(),
        _ if code == 0 => UNKNOWN.into(),
        _ => Country::from_code(code).as_str().into(),
    }
}
