//! Questions about requests: their number and bytes, by dimension, and how long
//! they took.

use super::dictionary::texts;
use super::filter::{column, field};
use super::overview::part;
use super::query::{Query, RequestRow, Top};
use super::{Reader, StoreError};
use crate::model::{Class, Dictionary, Dimension, Metric, Sort, latency_of_bin};
use duckdb::{Row, params_from_iter};
use std::collections::{BTreeMap, HashMap, HashSet};

/// A histogram: bin and count.
type Bins = Vec<(u16, i64)>;

/// What [`Reader::requests`] answers.
pub struct Requests {
    /// Requests of the whole range.
    pub requests: i64,
    /// Bytes sent.
    pub bytes: i64,
    /// The lists, in the order of the dimensions.
    pub tops: Vec<Top<RequestRow>>,
}

/// Requests and bytes by the values of some columns.
type Sums = Vec<(Vec<u32>, i64, i64)>;

impl Reader {
    /// Requests and bytes, and of each of these dimensions of requests the
    /// first `limit` values (0: all).
    ///
    /// # Errors
    /// Of the engine.
    pub fn requests(&self, query: &Query, lists: &[(Dimension, Sort)], limit: u64) -> Result<Requests, StoreError> {
        let by_path = query.filters_error_path();
        let table = request_table(query);
        let (of_paths, others): (Vec<Dimension>, Vec<Dimension>) =
            lists.iter().map(|(d, _)| *d).partition(|d| *d == Dimension::ErrorPath && !by_path);
        let sums = self.request_sums(query, table, &others)?;
        let paths = if of_paths.is_empty() { Vec::new() } else { self.request_sums(query, "error_facts", &of_paths)? };
        let any_times = !by_path && !others.is_empty() && self.has_times(query)?;
        let (mut of_others, mut tops) = (0, Vec::new());
        for &(dimension, sort) in lists {
            let has_times = any_times && dimension != Dimension::ErrorPath;
            let rows = if of_paths.contains(&dimension) {
                self.name_requests(dimension, paths.iter().map(|(ids, n, bytes)| (ids[0], *n, *bytes)))?
            } else {
                of_others += 1;
                self.name_requests(dimension, sums.iter().map(|(ids, n, bytes)| (ids[of_others - 1], *n, *bytes)))?
            };
            tops.push(self.top_requests(query, dimension, rows, has_times, sort, limit)?);
        }
        Ok(Requests {
            requests: sums.iter().map(|(_, n, _)| n).sum(),
            bytes: sums.iter().map(|(_, _, bytes)| bytes).sum(),
            tops,
        })
    }

    /// Start of each hour with requests in epoch seconds, their number and bytes.
    ///
    /// # Errors
    /// Of the engine.
    pub fn request_hours(&self, query: &Query) -> Result<Vec<(i64, i64, i64)>, StoreError> {
        let (conditions, bound) = query.conditions(true);
        let sql = format!(
            "SELECT bucket, CAST(sum(requests) AS BIGINT), CAST(sum(bytes) AS BIGINT) FROM {} WHERE {conditions} \
             GROUP BY bucket",
            request_table(query)
        );
        let mut statement = self.connection().prepare(&sql)?;
        let rows = statement
            .query_map(params_from_iter(bound), |row| Ok((row.get::<_, u32>(0)?.into(), row.get(1)?, row.get(2)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn request_sums(&self, query: &Query, table: &str, dimensions: &[Dimension]) -> Result<Sums, StoreError> {
        let (conditions, bound) = query.conditions(true);
        let columns: String = dimensions.iter().map(|d| format!("CAST({} AS UINTEGER), ", column(*d).0)).collect();
        let sql = format!(
            "SELECT {columns} coalesce(CAST(sum(requests) AS BIGINT), 0), coalesce(CAST(sum(bytes) AS BIGINT), 0) \
             FROM {table} WHERE {conditions} GROUP BY ALL"
        );
        let mut statement = self.connection().prepare(&sql)?;
        let n = dimensions.len();
        let rows = statement.query_map(params_from_iter(bound), |row| {
            let ids = (0..n).map(|index| row.get(index)).collect::<Result<_, _>>()?;
            Ok((ids, row.get(n)?, row.get(n + 1)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Adds up what has one name.
    fn name_requests(
        &self,
        dimension: Dimension,
        rows: impl Iterator<Item = (u32, i64, i64)>,
    ) -> Result<HashMap<String, (i64, i64)>, StoreError> {
        let (_, dictionary, number) = column(dimension);
        let mut by_id: HashMap<u32, (i64, i64)> = HashMap::new();
        for (id, requests, bytes) in rows {
            let sums = by_id.entry(id).or_default();
            *sums = (sums.0 + requests, sums.1 + bytes);
        }
        if matches!(dimension, Dimension::Bot | Dimension::BotFamily) {
            by_id.remove(&0);
        }
        let names: HashMap<u32, String> = match Dictionary::ALL.into_iter().find(|d| d.as_str() == dictionary) {
            Some(table) => {
                let ids: HashSet<u32> = by_id.keys().copied().collect();
                texts(self.connection(), table, &ids)?.into_iter().collect()
            }
            None => by_id.keys().map(|&id| (id, number_name(dimension, id))).collect(),
        };
        let mut by_name: HashMap<String, (i64, i64)> = HashMap::new();
        for (id, (requests, bytes)) in by_id {
            let name = part(names.get(&id).map_or("", String::as_str), number);
            let sums = by_name.entry(name.to_owned()).or_default();
            *sums = (sums.0 + requests, sums.1 + bytes);
        }
        Ok(by_name)
    }

    fn top_requests(
        &self,
        query: &Query,
        dimension: Dimension,
        rows: HashMap<String, (i64, i64)>,
        has_times: bool,
        sort: Sort,
        limit: u64,
    ) -> Result<Top<RequestRow>, StoreError> {
        let mut latencies = if has_times { self.latencies(query, dimension)? } else { BTreeMap::new() };
        let row = |(value, (requests, bytes)): (String, (i64, i64))| {
            let latency_ms = latencies.remove(&value).map(|bins| percentiles(&bins));
            RequestRow { value, requests, bytes, latency_ms }
        };
        let mut all: Vec<RequestRow> = rows.into_iter().map(row).collect();
        sort_requests(&mut all, sort);
        let total = all.len() as u64;
        if limit > 0 {
            all.truncate(limit as usize);
        }
        Ok(Top { total, rows: all })
    }

    fn has_times(&self, query: &Query) -> Result<bool, StoreError> {
        let (conditions, bound) = query.conditions(true);
        let mut statement =
            self.connection().prepare(&format!("SELECT 1 FROM latency_facts WHERE {conditions} LIMIT 1"))?;
        Ok(statement.query(params_from_iter(bound))?.next()?.is_some())
    }

    fn latencies(&self, query: &Query, dimension: Dimension) -> Result<BTreeMap<String, Bins>, StoreError> {
        let (id, dictionary, number) = column(dimension);
        let (conditions, bound) = query.conditions(true);
        let (text, join) = texts_of(id, dictionary, number);
        let sql = format!(
            "SELECT {text} AS value, bin, CAST(sum(requests) AS BIGINT) FROM latency_facts f {join} \
             WHERE {conditions} GROUP BY 1, 2 ORDER BY 1, 2"
        );
        let mut statement = self.connection().prepare(&sql)?;
        let mut rows = statement.query(params_from_iter(bound))?;
        let mut bins: BTreeMap<String, Bins> = BTreeMap::new();
        while let Some(row) = rows.next()? {
            bins.entry(request_name(dimension, row)?).or_default().push((row.get(1)?, row.get(2)?));
        }
        Ok(bins)
    }
}

/// Only the facts of errors have paths.
fn request_table(query: &Query) -> &'static str {
    if query.filters_error_path() { "error_facts" } else { "request_facts" }
}

fn texts_of(id: &str, dictionary: &str, number: u8) -> (String, String) {
    if dictionary.is_empty() {
        return (format!("CAST({id} AS VARCHAR)"), String::new());
    }
    (field("d.text", number), format!("LEFT JOIN {dictionary} d ON d.id = f.{id}"))
}

/// The name of a value that is a number.
fn number_name(dimension: Dimension, number: u32) -> String {
    let class = u8::try_from(number).ok().and_then(Class::from_index);
    match (dimension, class) {
        (Dimension::Class, Some(class)) => class.as_str().to_owned(),
        _ => number.to_string(),
    }
}

fn request_name(dimension: Dimension, row: &Row<'_>) -> duckdb::Result<String> {
    let text: String = row.get::<_, Option<String>>(0)?.unwrap_or_default();
    Ok(match (dimension, text.parse()) {
        (Dimension::Class, Ok(number)) => number_name(dimension, number),
        _ => text,
    })
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
    let total: i64 = bins.iter().map(|(_, n)| n).sum();
    [0.50, 0.95, 0.99].map(|share| {
        let rank = (share * total as f64).ceil() as i64;
        let mut below = 0;
        let bin = bins.iter().find(|(_, n)| {
            below += n;
            below >= rank
        });
        bin.map_or(0.0, |(bin, _)| latency_of_bin(*bin) / 1000.0)
    })
}
