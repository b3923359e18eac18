//! Closed days: which rows of which table answer a question.

use super::tally::{Groups, Source, tally};
use crate::model::{Dimension, SiteId, Zone};
use crate::query::{Query, Table};
use crate::store::filter::{column, condition, condition_on_value};
use crate::store::{Reader, StoreError};
use duckdb::types::Value;

/// What a sum is counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    /// The day, or the quarter of an hour.
    Time,
    /// A dimension.
    Value(Dimension),
}

/// Offsets from UTC are whole quarters of an hour, and so are hours.
pub(super) const QUARTER: u32 = 900;

/// The condition on site and kind.
pub(super) fn base(query: &Query, with_kind: bool) -> String {
    let mut sql = String::new();
    if !query.sites.is_empty() {
        let list: Vec<String> = query.sites.iter().map(SiteId::to_string).collect();
        sql.push_str(&format!(" AND site IN ({})", list.join(",")));
    }
    if let (true, Some(kind)) = (with_kind, query.kind) {
        sql.push_str(&format!(" AND kind = {}", kind as u8));
    }
    sql
}

/// A page that too few saw has given away whatever ended there, and the row that took it
/// (the first of all pages) has bounces of visits that stand elsewhere: neither has a rate.
const RATED: &str = "CASE WHEN bounces + exits + duration_n > 0 AND page <> 1 THEN visits ELSE 0 END";
const BOUNCES: &str = "CASE WHEN page = 1 THEN 0 ELSE bounces END";

fn counters(table: Table) -> [&'static str; 9] {
    match table {
        Table::Hours => ["page_views", "visitors", "0", "visits", "0", "0", "0", "0", "0"],
        Table::Visits => ["page_views", "visitors", "0", "visits", "visits", "bounces", "0", "seconds", "timed"],
        Table::Pages => ["page_views", "0", "uniques", "visits", RATED, BOUNCES, "exits", "duration_s", "duration_n"],
        Table::Pairs(_) => ["page_views", "0", "uniques", "visits", "0", "0", "0", "0", "0"],
    }
}

fn name(table: Table) -> &'static str {
    match table {
        Table::Hours => "hours",
        Table::Visits => "visit_sums",
        Table::Pages => "page_sums",
        Table::Pairs(_) => "pairs",
    }
}

fn is_of_page(dimension: Dimension) -> bool {
    matches!(dimension, Dimension::Page | Dimension::EntryPage | Dimension::ExitPage)
}

/// The rows of a table that a query asks for, within whole days or hours.
pub(super) fn source(reader: &Reader, query: &Query, table: Table) -> Source {
    let (mut condition_sql, mut bound) = (base(query, true), Vec::<Value>::new());
    if let Table::Pairs(dimension) = table {
        condition_sql.push_str(&format!(" AND dimension = {}", dimension as u8));
    }
    for filter in query.filters.iter().filter(|filter| !filter.dimension.is_request()) {
        let sql = match table {
            Table::Pairs(_) if !is_of_page(filter.dimension) => condition_on_value(filter, &mut bound),
            _ => condition(filter, &mut bound),
        };
        condition_sql.push_str(&format!(" AND {sql}"));
    }
    let (time, range) = match table {
        Table::Hours => ("bucket", query.from.clamp(0, u32::MAX.into())..query.to.clamp(0, u32::MAX.into())),
        _ => ("day", day_range(query, reader.info().zone)),
    };
    Source { table: name(table), counters: counters(table), time, range, condition: condition_sql, bound }
}

/// The sums by these, each an own group.
pub(super) fn sums(reader: &Reader, query: &Query, table: Table, by: &[By]) -> Result<Vec<Groups>, StoreError> {
    let columns: Vec<String> = by.iter().map(|by| expression(table, *by)).collect();
    tally(reader, &source(reader, query, table), &columns)
}

fn expression(table: Table, by: By) -> String {
    match (by, table) {
        (By::Time, Table::Hours) => format!("bucket // {QUARTER}"),
        (By::Time, _) => "day".to_owned(),
        (By::Value(dimension), Table::Pairs(_)) if !is_of_page(dimension) => "value".to_owned(),
        (By::Value(dimension), _) => column(dimension).0.to_owned(),
    }
}

/// The whole days of a question.
pub(super) fn day_range(query: &Query, zone: Zone) -> std::ops::Range<i64> {
    let days = query.days(zone);
    i64::from(days.start)..i64::from(days.end)
}
