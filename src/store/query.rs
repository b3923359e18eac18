//! The closed set of questions: totals, series, top by dimension, requests,
//! latencies, ledger. Each has a range, sites, kind and filters.

use super::dictionary::texts;
use super::filter::{Filter, column, field};
use super::{Reader, StoreError};
use crate::model::{Channel, Class, Country, Device, Dictionary, Dimension, Kind, Ledger, Metric, SiteId};
use duckdb::types::Value;
use duckdb::{Row, params_from_iter};
use std::collections::{HashMap, HashSet};

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
    pub fn counts_page_visitors(&self) -> bool {
        self.filters.iter().any(|f| f.dimension == Dimension::Page)
    }

    /// Whether only visits are known: a filter on entry or exit pages picks
    /// rows of pages, whose other counts are not those of the visits.
    pub fn counts_visits_only(&self) -> bool {
        self.filters.iter().any(|f| matches!(f.dimension, Dimension::EntryPage | Dimension::ExitPage))
    }

    /// What `visits` are: under a filter on exit pages those that end there.
    fn sums(&self) -> String {
        match self.filters.iter().any(|f| f.dimension == Dimension::ExitPage) {
            true => SUMS.replace("sum(visits)", "sum(exits)").replace("sum(bounces)", "0"),
            false => SUMS.to_owned(),
        }
    }

    /// The sums that a list shows: each one left out saves a tenth of the time.
    fn list_sums(&self, dimension: Dimension) -> String {
        let of_pages = dimension == Dimension::Page || self.counts_page_visitors();
        let unused = if of_pages { "sum(visitors)" } else { "sum(uniques)" };
        let sums = self.sums().replace(unused, "0");
        if dimension == Dimension::ExitPage { sums } else { sums.replace("sum(exits)", "0") }
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

    /// The sums by stored hour, in order of time; hours without rows are left out.
    pub fn series(&self, query: &Query) -> Result<Vec<SeriesRow>, StoreError> {
        let (conditions, bound) = query.conditions(false);
        let sums_of = query.sums();
        let sql =
            format!("SELECT bucket, {sums_of} FROM page_facts WHERE {conditions} GROUP BY bucket ORDER BY bucket");
        let mut statement = self.connection().prepare(&sql)?;
        let rows = statement.query_map(params_from_iter(bound), |row| {
            Ok(SeriesRow { bucket: row.get::<_, u32>(0)?.into(), sums: sums(row, 1)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The first `limit` values of a dimension of page facts (0: all), most first.
    pub fn top(
        &self,
        query: &Query,
        dimension: Dimension,
        sort: Metric,
        limit: u64,
    ) -> Result<Top<TopRow>, StoreError> {
        let (id, dictionary, number) = column(dimension);
        let (conditions, bound) = query.conditions(false);
        let sort = sort_key(dimension, sort, query.counts_page_visitors());
        let having = match dimension {
            Dimension::EntryPage => "visits <> 0",
            Dimension::ExitPage => "exits <> 0",
            // A visit without a campaign is not one of its values.
            _ if id == "campaign" => "value <> '' AND (page_views <> 0 OR visits <> 0)",
            _ => "page_views <> 0 OR visits <> 0 OR visitors <> 0 OR uniques <> 0",
        };
        let limit = if limit == 0 { i64::MAX as u64 } else { limit };
        let sums_of = query.list_sums(dimension);
        let grouped = format!("SELECT {id} AS id, {sums_of} FROM page_facts WHERE {conditions} GROUP BY 1");
        let form = Form::of(dictionary, number, limit);
        let sql = form
            .sql()
            .replace("{dictionary}", dictionary)
            .replace("{field}", &field("d.text", number))
            .replace("{grouped}", &grouped)
            .replace("{sums}", SUMS)
            .replace("{having}", having)
            .replace("{sort}", sort)
            .replace("{limit}", &limit.to_string());
        let mut top = self.rows(&sql, bound, |row| match form {
            Form::Codes => Ok((0, code_name(dimension, row.get(1)?))),
            Form::Ids => Ok((row.get(1)?, String::new())),
            Form::Texts | Form::Fields => Ok((0, row.get::<_, Option<String>>(1)?.unwrap_or_default())),
        })?;
        if form == Form::Ids {
            let ids: HashSet<u32> = top.rows.iter().map(|(id, _)| *id).collect();
            let table = Dictionary::ALL.into_iter().find(|d| d.as_str() == dictionary).unwrap_or(Dictionary::Pages);
            let texts: HashMap<u32, String> = texts(self.connection(), table, &ids)?.into_iter().collect();
            for (id, row) in &mut top.rows {
                row.value = texts.get(id).cloned().unwrap_or_default();
            }
        }
        let mut top = Top { total: top.total, rows: top.rows.into_iter().map(|(_, row)| row).collect() };
        for row in top.rows.iter_mut().filter(|row: &&mut TopRow| row.value.is_empty()) {
            row.value = UNKNOWN.into();
        }
        if matches!(form, Form::Codes | Form::Ids) {
            sort_named(&mut top, sort, limit);
        }
        Ok(top)
    }

    /// Rows of which the first column is their number, the second what `value`
    /// reads, and the others the sums.
    fn rows(
        &self,
        sql: &str,
        bound: Vec<Value>,
        value: impl Fn(&Row<'_>) -> duckdb::Result<(u32, String)>,
    ) -> Result<Top<(u32, TopRow)>, StoreError> {
        let mut statement = self.connection().prepare(sql)?;
        let mut rows = statement.query(params_from_iter(bound))?;
        let mut top = Top { total: 0, rows: Vec::new() };
        while let Some(row) = rows.next()? {
            let (id, value) = value(row)?;
            top.total = row.get::<_, i64>(0)? as u64;
            top.rows.push((id, TopRow { value, sums: sums(row, 2)? }));
        }
        Ok(top)
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

    /// Whether there are page facts of a kind in the range.
    pub fn has_kind(&self, query: &Query, kind: Kind) -> Result<bool, StoreError> {
        let (conditions, bound) = query.base(false);
        let sql = format!("SELECT 1 FROM page_facts WHERE kind = {} AND {conditions} LIMIT 1", kind as u8);
        let mut statement = self.connection().prepare(&sql)?;
        let mut rows = statement.query(params_from_iter(bound))?;
        Ok(rows.next()?.is_some())
    }
}

/// How the values of a dimension are stored, and so asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// As the number of a fixed list.
    Codes,
    /// As an id, and only the first are wanted.
    Ids,
    /// As an id, and all are wanted.
    Texts,
    /// As a field of a compound text.
    Fields,
}

impl Form {
    /// Up to so many rows, texts are looked up after the others are gone.
    const FEW: u64 = 1000;

    fn of(dictionary: &str, number: u8, limit: u64) -> Form {
        match (dictionary, number) {
            ("", _) => Form::Codes,
            (_, 0) if limit <= Form::FEW => Form::Ids,
            (_, 0) => Form::Texts,
            _ => Form::Fields,
        }
    }

    fn sql(self) -> &'static str {
        match self {
            Form::Codes => include_str!("sql/top_codes.sql"),
            Form::Ids => include_str!("sql/top_ids.sql"),
            Form::Texts => include_str!("sql/top_texts.sql"),
            Form::Fields => include_str!("sql/top_fields.sql"),
        }
    }
}

/// The metric to sort by, as SQL over the summed columns.
fn sort_key(dimension: Dimension, sort: Metric, page_filter: bool) -> &'static str {
    use Metric as M;
    match (dimension, sort) {
        (Dimension::EntryPage, M::Visitors | M::Visits) => "visits",
        (Dimension::ExitPage, _) => "exits",
        (Dimension::Page, M::Visitors) => "uniques",
        (_, M::Visitors) if page_filter => "uniques",
        (_, M::Visits) => "visits",
        (_, M::PageViews) => "page_views",
        (_, M::Uniques) => "uniques",
        (_, M::BounceRate) => "bounces / nullif(visits, 0)",
        (_, M::Duration) => "duration_s / nullif(duration_n, 0)",
        (_, M::ViewsPerVisit) => "page_views / nullif(visits, 0)",
        _ => "visitors",
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

/// Codes get their names here, so the engine cannot sort ties by value.
pub(crate) fn sort_named(top: &mut Top<TopRow>, sort: &str, limit: u64) {
    let ratio = |a: i64, b: i64| if b == 0 { -1.0 } else { a as f64 / b as f64 };
    let key = |s: &PageSums| match sort {
        "uniques" => s.uniques as f64,
        "visits" => s.visits as f64,
        "exits" => s.exits as f64,
        "page_views" => s.page_views as f64,
        "bounces / nullif(visits, 0)" => ratio(s.bounces, s.visits),
        "duration_s / nullif(duration_n, 0)" => ratio(s.duration_s, s.duration_n),
        "page_views / nullif(visits, 0)" => ratio(s.page_views, s.visits),
        _ => s.visitors as f64,
    };
    top.rows.sort_by(|a, b| key(&b.sums).total_cmp(&key(&a.sums)).then_with(|| a.value.cmp(&b.value)));
    top.rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
}
