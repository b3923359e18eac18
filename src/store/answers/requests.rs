//! Questions about requests: their number and bytes, by dimension, and how long
//! they took.

use super::closed::base;
use super::lists::part;
use super::open::{OpenDays, text};
use crate::model::{Class, Dictionary, Dimension, Ledger, Metric, RequestKey, SiteId, Sort, Symbols, latency_of_bin};
use crate::query::{LedgerRow, Query, RequestRow, Top};
use crate::store::closed::{Sheet, Wanted};
use crate::store::dictionary::texts;
use crate::store::filter::{column, condition, names_status};
use crate::store::{Reader, StoreError};
use duckdb::params_from_iter;
use duckdb::types::Value;
use std::collections::{BTreeMap, HashMap, HashSet};

/// A histogram: count by bin.
type Bins = BTreeMap<u16, i64>;

/// What [`Reader::requests`] answers.
pub struct Requests {
    /// Requests of the whole range.
    pub requests: i64,
    /// Bytes sent.
    pub bytes: i64,
    /// The lists, in the order of the dimensions; nothing for error paths of parts of days.
    pub tops: Vec<Option<Top<RequestRow>>>,
}

/// Requests and bytes by name.
type ByName = HashMap<String, (i64, i64)>;

/// A table of requests of closed days.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Part {
    table: &'static str,
    requests: &'static str,
    bytes: &'static str,
    is_by_day: bool,
}

const HOURS: Part = Part { table: "request_hours", requests: "requests", bytes: "bytes", is_by_day: false };
const DAYS: Part = Part { table: "request_days", requests: "0", bytes: "bytes", is_by_day: true };
const ERRORS: Part = Part { table: "error_days", requests: "requests", bytes: "bytes", is_by_day: true };

impl Part {
    /// Its rows in an open day.
    fn open(self, sheet: &Sheet) -> impl Iterator<Item = (&RequestKey, i64, i64)> {
        let rows = match self.table {
            "request_hours" => &sheet.request_hours,
            "request_days" => &sheet.request_days,
            _ => &sheet.errors,
        };
        rows.iter().map(|(key, sums)| (key, sums.requests, sums.bytes))
    }
}

impl Reader {
    /// Requests and bytes, and of each of these dimensions of requests the
    /// first `limit` values (0: all).
    ///
    /// # Errors
    /// Of the engine.
    pub fn requests(&self, query: &Query, lists: &[(Dimension, Sort)], limit: u64) -> Result<Requests, StoreError> {
        let by_path = filters_error_path(query);
        let cuts_days = query.cuts_days(self.info().zone);
        let open = self.open_days(query.touched(self.info().zone), Wanted::NONE)?;
        let parts: &[Part] = if by_path { &[ERRORS] } else { &[HOURS, DAYS] };
        let whole = self.by_name(query, parts, None, &open, cuts_days)?;
        let (requests, bytes) = whole.values().fold((0, 0), |(n, b), (more, bytes)| (n + more, b + bytes));
        let mut tops = Vec::new();
        for &(dimension, sort) in lists {
            let of_paths = dimension == Dimension::ErrorPath;
            if (of_paths || by_path) && cuts_days {
                tops.push(None);
                continue;
            }
            let parts: &[Part] = if of_paths || by_path { &[ERRORS] } else { parts };
            let names = self.by_name(query, parts, Some(dimension), &open, cuts_days)?;
            let times = match of_paths || by_path {
                true => HashMap::new(),
                false => self.latencies(query, dimension, &open, cuts_days)?,
            };
            tops.push(Some(top(names, times, sort, limit)));
        }
        Ok(Requests { requests, bytes, tops })
    }

    /// Start of each hour or day with requests in epoch seconds, their number and bytes.
    ///
    /// # Errors
    /// Of the engine.
    pub fn request_hours(&self, query: &Query) -> Result<Vec<(i64, i64, i64)>, StoreError> {
        let zone = self.info().zone;
        let cuts_days = query.cuts_days(zone);
        let open = self.open_days(query.touched(zone), Wanted::NONE)?;
        let parts: &[Part] = if filters_error_path(query) { &[ERRORS] } else { &[HOURS, DAYS] };
        let mut hours: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
        let mut add = |at: i64, requests: i64, bytes: i64| {
            let sums = hours.entry(at).or_default();
            *sums = (sums.0 + requests, sums.1 + bytes);
        };
        let start = |day: i64| zone.day_start(crate::model::Day(day as i32)).max(query.from);
        for part in parts.iter().filter(|part| !(part.is_by_day && cuts_days)) {
            let time = if part.is_by_day { "day" } else { "bucket" };
            for (at, requests, bytes) in self.request_rows(query, *part, time)? {
                add(if part.is_by_day { start(at) } else { at }, requests, bytes);
            }
            for sheet in open.sheets.iter().filter(|sheet| is_within(query, sheet, *part, zone)) {
                let mut passing = Passing::new(query, &open.symbols);
                for (key, requests, bytes) in part.open(sheet).filter(|(key, ..)| passing.passes(key)) {
                    if part.is_by_day {
                        add(start(sheet.day.0.into()), requests, bytes);
                    } else if (query.from..query.to).contains(&key.bucket.into()) {
                        add(key.bucket.into(), requests, bytes);
                    }
                }
            }
        }
        Ok(hours.into_iter().map(|(at, (requests, bytes))| (at, requests, bytes)).collect())
    }

    /// Rows of closed days: a number, requests, bytes.
    fn request_rows(&self, query: &Query, part: Part, column: &str) -> Result<Vec<(i64, i64, i64)>, StoreError> {
        let (sql, bound) = self.conditions(query, part.is_by_day);
        let Part { table, requests, bytes, .. } = part;
        let sql = format!(
            "SELECT CAST({column} AS BIGINT), CAST(sum({requests}) AS BIGINT), CAST(sum({bytes}) AS BIGINT) \
             FROM {table} WHERE {sql} GROUP BY 1"
        );
        let mut statement = self.connection().prepare(&sql)?;
        let rows = statement.query_map(params_from_iter(bound), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn conditions(&self, query: &Query, is_by_day: bool) -> (String, Vec<Value>) {
        let mut bound = Vec::new();
        let mut sql = if is_by_day {
            let days = super::closed::day_range(query, self.info().zone);
            bound.extend([Value::BigInt(days.start), Value::BigInt(days.end)]);
            "day >= CAST(? AS INTEGER) AND day < CAST(? AS INTEGER)".to_owned()
        } else {
            let clamp = |at: i64| Value::BigInt(at.clamp(0, u32::MAX.into()));
            bound.extend([clamp(query.from), clamp(query.to)]);
            "bucket >= CAST(? AS UINTEGER) AND bucket < CAST(? AS UINTEGER)".to_owned()
        };
        sql.push_str(&base(query, false));
        for filter in query.filters.iter().filter(|filter| filter.dimension.is_request()) {
            sql.push_str(&format!(" AND {}", condition(filter, &mut bound)));
        }
        (sql, bound)
    }

    /// Sums by the values of a dimension, or all in one.
    fn by_name(
        &self,
        query: &Query,
        parts: &[Part],
        dimension: Option<Dimension>,
        open: &OpenDays,
        cuts_days: bool,
    ) -> Result<ByName, StoreError> {
        let zone = self.info().zone;
        let mut names = ByName::new();
        let is_bot = matches!(dimension, Some(Dimension::Bot | Dimension::BotFamily));
        for part in parts.iter().filter(|part| !(part.is_by_day && cuts_days)) {
            let id = dimension.map_or("0", |dimension| column(dimension).0);
            let rows = self.request_rows(query, *part, id)?;
            let known = self.value_names(dimension, rows.iter().map(|(id, ..)| *id as u32))?;
            for (id, requests, bytes) in rows.into_iter().filter(|(id, ..)| !(is_bot && *id == 0)) {
                let sums = names.entry(known.get(&(id as u32)).cloned().unwrap_or_default()).or_default();
                *sums = (sums.0 + requests, sums.1 + bytes);
            }
            for sheet in open.sheets.iter().filter(|sheet| is_within(query, sheet, *part, zone)) {
                let mut passing = Passing::new(query, &open.symbols);
                let within = |key: &RequestKey| part.is_by_day || (query.from..query.to).contains(&key.bucket.into());
                let rows = part.open(sheet).filter(|(key, ..)| within(key) && passing.passes(key));
                let mut by_number: HashMap<u32, (i64, i64)> = HashMap::new();
                for (key, requests, bytes) in rows {
                    let sums = by_number.entry(dimension.map_or(0, |of| number(key, of))).or_default();
                    *sums = (sums.0 + requests, sums.1 + bytes);
                }
                for (number, (requests, bytes)) in by_number.into_iter().filter(|(n, _)| !(is_bot && *n == 0)) {
                    let name = dimension.map_or(String::new(), |of| name(&open.symbols, of, number));
                    let sums = names.entry(name).or_default();
                    *sums = (sums.0 + requests, sums.1 + bytes);
                }
            }
        }
        // Hours that gave their bytes away are there all the same.
        names.retain(|_, (requests, bytes)| *requests != 0 || *bytes != 0);
        Ok(names)
    }

    /// Names of values of a dimension by number.
    fn value_names(
        &self,
        dimension: Option<Dimension>,
        ids: impl Iterator<Item = u32>,
    ) -> Result<HashMap<u32, String>, StoreError> {
        let Some(dimension) = dimension else { return Ok(HashMap::new()) };
        let (_, table, field) = column(dimension);
        let ids: HashSet<u32> = ids.collect();
        match Dictionary::ALL.into_iter().find(|dictionary| dictionary.as_str() == table) {
            Some(dictionary) => {
                let found = texts(self.connection(), dictionary, &ids)?.into_iter();
                Ok(found.map(|(id, text)| (id, part(&text, field).to_owned())).collect())
            }
            None => Ok(ids.into_iter().map(|id| (id, number_name(dimension, id))).collect()),
        }
    }

    fn latencies(
        &self,
        query: &Query,
        dimension: Dimension,
        open: &OpenDays,
        cuts_days: bool,
    ) -> Result<HashMap<String, Bins>, StoreError> {
        let (id, ..) = column(dimension);
        let mut bins: HashMap<String, Bins> = HashMap::new();
        for (table, is_by_day) in [("latency_hours", false), ("latency_days", true)] {
            if is_by_day && cuts_days {
                continue;
            }
            let (conditions, bound) = self.conditions(query, is_by_day);
            let sql = format!(
                "SELECT CAST({id} AS UINTEGER), bin, CAST(sum(requests) AS BIGINT) FROM {table} \
                 WHERE {conditions} GROUP BY 1, 2"
            );
            let mut statement = self.connection().prepare(&sql)?;
            let rows = statement.query_map(params_from_iter(bound), |row| {
                Ok((row.get::<_, u32>(0)?, row.get::<_, u16>(1)?, row.get::<_, i64>(2)?))
            })?;
            let rows: Vec<(u32, u16, i64)> = rows.collect::<Result<_, _>>()?;
            let names = self.value_names(Some(dimension), rows.iter().map(|row| row.0))?;
            for (id, bin, count) in rows {
                let name = names.get(&id).cloned().unwrap_or_default();
                *bins.entry(name).or_default().entry(bin).or_default() += count;
            }
            for sheet in &open.sheets {
                let part = Part { is_by_day, ..HOURS };
                if !is_within(query, sheet, part, self.info().zone) {
                    continue;
                }
                let mut passing = Passing::new(query, &open.symbols);
                let rows = if is_by_day { &sheet.latency_days } else { &sheet.latency_hours };
                for ((key, bin), count) in rows {
                    let within = is_by_day || (query.from..query.to).contains(&key.bucket.into());
                    if within && passing.passes(key) {
                        let name = name(&open.symbols, dimension, number(key, dimension));
                        *bins.entry(name).or_default().entry(*bin).or_default() += *count as i64;
                    }
                }
            }
        }
        Ok(bins)
    }

    /// Lines by class, by site and hour.
    ///
    /// # Errors
    /// Of the engine.
    pub fn ledger(&self, query: &Query) -> Result<Vec<LedgerRow>, StoreError> {
        let clamp = |at: i64| at.clamp(0, u32::MAX.into());
        let sql = format!(
            "SELECT site, bucket, class, CAST(sum(lines) AS BIGINT) FROM ledger \
             WHERE bucket >= CAST(? AS UINTEGER) AND bucket < CAST(? AS UINTEGER){} GROUP BY ALL",
            base(query, false)
        );
        let mut ledgers: BTreeMap<(SiteId, i64), Ledger> = BTreeMap::new();
        let mut statement = self.connection().prepare(&sql)?;
        let mut rows = statement.query([clamp(query.from), clamp(query.to)])?;
        while let Some(row) = rows.next()? {
            let (site, bucket): (SiteId, u32) = (row.get(0)?, row.get(1)?);
            let class = Class::from_index(row.get(2)?).unwrap_or(Class::Malformed);
            ledgers.entry((site, bucket.into())).or_default().add(class, row.get::<_, i64>(3)? as u64);
        }
        drop(rows);
        let open = self.open_days(query.touched(self.info().zone), Wanted::NONE)?;
        for ((site, bucket, class), lines) in open.sheets.iter().flat_map(|sheet| &sheet.ledger) {
            let is_asked = query.sites.is_empty() || query.sites.contains(site);
            if is_asked && (query.from..query.to).contains(&(*bucket).into()) {
                ledgers.entry((*site, (*bucket).into())).or_default().add(*class, *lines);
            }
        }
        Ok(ledgers.into_iter().map(|((site, bucket), ledger)| (site, bucket, ledger)).collect())
    }

    /// First and last hour with lines, of these sites.
    ///
    /// # Errors
    /// Of the engine.
    pub fn extent(&self, sites: &[SiteId]) -> Result<Option<(i64, i64)>, StoreError> {
        let query = Query { from: 0, to: u32::MAX.into(), sites: sites.to_vec(), ..Query::default() };
        let sql = format!("SELECT min(bucket), max(bucket) FROM ledger WHERE true{}", base(&query, false));
        let closed: (Option<u32>, Option<u32>) =
            self.connection().query_row(&sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let open = self.open_days(query.touched(self.info().zone), Wanted::NONE)?;
        let rows = open.sheets.iter().flat_map(|sheet| &sheet.ledger);
        let hours = rows.filter(|((site, ..), _)| sites.is_empty() || sites.contains(site)).map(|((_, at, _), _)| *at);
        let all: Vec<u32> = hours.chain(closed.0).chain(closed.1).collect();
        Ok(all.iter().min().zip(all.iter().max()).map(|(a, b)| (i64::from(*a), i64::from(*b))))
    }
}

/// Whether an open day counts for a part of a question.
fn is_within(query: &Query, sheet: &Sheet, part: Part, zone: crate::model::Zone) -> bool {
    !part.is_by_day || super::closed::day_range(query, zone).contains(&sheet.day.0.into())
}

fn filters_error_path(query: &Query) -> bool {
    query.filters.iter().any(|filter| filter.dimension == Dimension::ErrorPath)
}

/// The number that a dimension has in a row of requests.
fn number(key: &RequestKey, dimension: Dimension) -> u32 {
    match dimension {
        Dimension::Status => key.status.into(),
        Dimension::Class => key.class as u32,
        Dimension::Method => key.method.0,
        Dimension::ErrorPath => key.path.0,
        _ => key.bot.0,
    }
}

/// The name behind a number.
fn name(symbols: &Symbols, dimension: Dimension, number: u32) -> String {
    match dimension {
        Dimension::Status | Dimension::Class => number_name(dimension, number),
        dimension => text(symbols, dimension, number, false).to_string(),
    }
}

/// The name of a value that is a number.
fn number_name(dimension: Dimension, number: u32) -> String {
    let class = u8::try_from(number).ok().and_then(Class::from_index);
    match (dimension, class) {
        (Dimension::Class, Some(class)) => class.as_str().to_owned(),
        _ => number.to_string(),
    }
}

/// Whether rows of requests pass, remembered by the number of their value.
struct Passing<'q> {
    query: &'q Query,
    symbols: &'q Symbols,
    known: HashMap<(usize, u32), bool>,
}

impl<'q> Passing<'q> {
    fn new(query: &'q Query, symbols: &'q Symbols) -> Passing<'q> {
        Passing { query, symbols, known: HashMap::new() }
    }

    fn passes(&mut self, key: &RequestKey) -> bool {
        let Passing { query, symbols, known } = self;
        if !query.sites.is_empty() && !query.sites.contains(&key.site) {
            return false;
        }
        let mut filters = query.filters.iter().enumerate().filter(|(_, filter)| filter.dimension.is_request());
        filters.all(|(at, filter)| {
            let number = number(key, filter.dimension);
            *known.entry((at, number)).or_insert_with(|| match filter.dimension {
                Dimension::Status => names_status(filter, number as u16) != filter.is_negative(),
                dimension => match &*name(symbols, dimension, number) {
                    "" => filter.passes(crate::query::UNKNOWN),
                    name => filter.passes(name),
                },
            })
        })
    }
}

fn top(names: ByName, mut times: HashMap<String, Bins>, sort: Sort, limit: u64) -> Top<RequestRow> {
    let row = |(value, (requests, bytes)): (String, (i64, i64))| {
        let latency_ms = times.remove(&value).map(|bins| percentiles(&bins));
        RequestRow { value, requests, bytes, latency_ms }
    };
    let mut all: Vec<RequestRow> = names.into_iter().map(row).collect();
    sort_requests(&mut all, sort);
    let total = all.len() as u64;
    if limit > 0 {
        all.truncate(limit as usize);
    }
    Top { total, rows: all, few: None }
}

/// What is unknown is last.
fn sort_requests(rows: &mut [RequestRow], sort: Sort) {
    let key = |row: &RequestRow| {
        let percentile = |at: usize| row.latency_ms.map_or(-1.0, |ms| ms[at]);
        match sort.metric {
            Metric::Bytes => row.bytes as f64,
            Metric::P50 => percentile(0),
            Metric::P95 => percentile(1),
            Metric::P99 => percentile(2),
            _ => row.requests as f64,
        }
    };
    rows.sort_by(|a, b| {
        let (x, y) = (key(a), key(b));
        let order = if sort.ascending { x.total_cmp(&y) } else { y.total_cmp(&x) };
        (x < 0.0).cmp(&(y < 0.0)).then(order).then_with(|| a.value.cmp(&b.value))
    });
}

/// Median, 95th and 99th percentile in milliseconds.
fn percentiles(bins: &Bins) -> [f64; 3] {
    let total: i64 = bins.values().sum();
    [0.50, 0.95, 0.99].map(|share| {
        let rank = (share * total as f64).ceil() as i64;
        let mut below = 0;
        let bin = bins.iter().find(|(_, n)| {
            below += **n;
            below >= rank
        });
        bin.map_or(0.0, |(bin, _)| latency_of_bin(*bin) / 1000.0)
    })
}
