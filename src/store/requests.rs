//! Questions about requests: their number and bytes, by dimension, and how long
//! they took.

use super::filter::{column, field};
use super::query::{Query, RequestRow, Top};
use super::{Reader, StoreError};
use crate::model::{Class, Dimension, Metric, latency_of_bin};
use duckdb::{Row, params_from_iter};
use std::collections::BTreeMap;

/// A histogram: bin and count.
type Bins = Vec<(u16, i64)>;

impl Reader {
    /// Requests and bytes of the whole range.
    pub fn requests(&self, query: &Query) -> Result<(i64, i64), StoreError> {
        let (conditions, bound) = query.conditions(true);
        let table = if query.filters_error_path() { "error_facts" } else { "request_facts" };
        let sql = format!(
            "SELECT coalesce(CAST(sum(requests) AS BIGINT), 0), coalesce(CAST(sum(bytes) AS BIGINT), 0) \
             FROM {table} WHERE {conditions}"
        );
        Ok(self.connection().query_row(&sql, params_from_iter(bound), |row| Ok((row.get(0)?, row.get(1)?)))?)
    }

    /// The first `limit` values of a dimension of requests (0: all).
    pub fn top_requests(
        &self,
        query: &Query,
        dimension: Dimension,
        sort: Metric,
        limit: u64,
    ) -> Result<Top<RequestRow>, StoreError> {
        let (id, dictionary, number) = column(dimension);
        let (conditions, bound) = query.conditions(true);
        let by_path = dimension == Dimension::ErrorPath || query.filters_error_path();
        let table = if by_path { "error_facts" } else { "request_facts" };
        let (text, join) = texts_of(id, dictionary, number);
        let sql = format!(
            "SELECT {text} AS value, CAST(sum(requests) AS BIGINT) AS requests, CAST(sum(bytes) AS BIGINT) AS bytes \
             FROM {table} f {join} WHERE {conditions} AND {} GROUP BY 1",
            if matches!(dimension, Dimension::Bot | Dimension::BotFamily) { "f.bot <> 0" } else { "true" },
        );
        let mut latencies = if by_path { BTreeMap::new() } else { self.latencies(query, dimension)? };
        let mut statement = self.connection().prepare(&sql)?;
        let mut rows = statement.query(params_from_iter(bound))?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let value = request_name(dimension, row)?;
            let latency_ms = latencies.remove(&value).map(|bins| percentiles(&bins));
            all.push(RequestRow { value, requests: row.get(1)?, bytes: row.get(2)?, latency_ms });
        }
        sort_requests(&mut all, sort);
        let total = all.len() as u64;
        if limit > 0 {
            all.truncate(limit as usize);
        }
        Ok(Top { total, rows: all })
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

fn texts_of(id: &str, dictionary: &str, number: u8) -> (String, String) {
    if dictionary.is_empty() {
        return (format!("CAST({id} AS VARCHAR)"), String::new());
    }
    (field("d.text", number), format!("LEFT JOIN {dictionary} d ON d.id = f.{id}"))
}

fn request_name(dimension: Dimension, row: &Row<'_>) -> duckdb::Result<String> {
    let text: String = row.get::<_, Option<String>>(0)?.unwrap_or_default();
    Ok(match dimension {
        Dimension::Class => {
            text.parse().ok().and_then(Class::from_index).map_or(text, |class| class.as_str().to_owned())
        }
        _ => text,
    })
}

fn sort_requests(rows: &mut [RequestRow], sort: Metric) {
    let percentile = |row: &RequestRow, at: usize| row.latency_ms.map_or(-1.0, |ms| ms[at]);
    rows.sort_by(|a, b| {
        let order = match sort {
            Metric::Bytes => b.bytes.cmp(&a.bytes),
            Metric::P50 => percentile(b, 0).total_cmp(&percentile(a, 0)),
            Metric::P95 => percentile(b, 1).total_cmp(&percentile(a, 1)),
            Metric::P99 => percentile(b, 2).total_cmp(&percentile(a, 2)),
            _ => b.requests.cmp(&a.requests),
        };
        order.then_with(|| a.value.cmp(&b.value))
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
