//! Stores as no version of the program would leave them, for its tests.
#![doc(hidden)]

use super::engine::open_private;
use super::open::{Segment, each};
use super::{StoreError, meta};
use crate::model::{Day, Dictionary, Keys, Symbols, VisitSym};
use serde_json::json;
use std::path::Path;

/// Pretends that a store has a schema of that version.
///
/// # Errors
/// Of the engine.
pub fn set_schema(path: &Path, version: u32) -> Result<(), StoreError> {
    let connection = open_private(path)?;
    meta::set(&connection, "schema_version", &version.to_string())?;
    Ok(connection.execute_batch("CHECKPOINT")?)
}

/// Runs statements on a store.
///
/// # Errors
/// Of the engine.
pub fn run(path: &Path, sql: &str) -> Result<(), StoreError> {
    Ok(open_private(path)?.execute_batch(sql)?)
}

/// A database that is none of ours.
///
/// # Errors
/// Of the engine.
pub fn foreign(path: &Path) -> Result<(), StoreError> {
    let connection = open_private(path)?;
    Ok(connection.execute_batch("CREATE TABLE t (n INTEGER); CHECKPOINT")?)
}

/// Rows of a table.
///
/// # Errors
/// Of the engine.
pub fn rows(path: &Path, table: &str) -> Result<i64, StoreError> {
    let connection = open_private(path)?;
    Ok(connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))?)
}

/// What a question gives, cell by cell as text; nothing is an empty text.
///
/// # Errors
/// Of the engine.
pub fn ask(path: &Path, sql: &str) -> Result<Vec<Vec<String>>, StoreError> {
    let connection = open_private(path)?;
    let sql = format!("SELECT CAST(COLUMNS(*) AS VARCHAR) FROM ({sql})");
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query([])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let columns = row.as_ref().column_count();
        let cell = |at| row.get::<_, Option<String>>(at).map(Option::unwrap_or_default);
        all.push((0..columns).map(cell).collect::<Result<_, _>>()?);
    }
    Ok(all)
}

/// Fills a store with made-up closed days of a year up to `now` (epoch seconds), of about
/// so many page views.
///
/// # Errors
/// Of the engine.
pub fn fill(path: &Path, views: u64, now: i64) -> Result<(), StoreError> {
    let connection = open_private(path)?;
    let sql = include_str!("sql/testing_fill.sql")
        .replace("{views}", &views.to_string())
        .replace("{hour}", &(now / 3600 * 3600).to_string())
        .replace("{day}", &(now / 86_400).to_string());
    Ok(connection.execute_batch(&sql)?)
}

/// What these keys open of a day, for whoever looks for a trail in it: its segments as
/// tests/attack/opened.py wants them.
///
/// # Errors
/// Of the engine.
pub fn opened(path: &Path, day: Day, keys: &dyn Keys) -> Result<serde_json::Value, StoreError> {
    let connection = open_private(path)?;
    let symbols = Symbols::default();
    let Some(seal) = keys.day(day) else { return Ok(json!({"segments": []})) };
    let page = |sym| symbols.text(Dictionary::Pages, sym).to_string();
    let host = |sym| symbols.text(Dictionary::Hosts, sym).to_string();
    let traits = |visit: VisitSym| -> Vec<serde_json::Value> {
        let dims = symbols.dims([visit])[0];
        let text = |dictionary, sym| symbols.text(dictionary, sym).to_string();
        vec![
            text(Dictionary::Sources, dims.source).into(),
            text(Dictionary::Referrers, dims.referrer).into(),
            dims.channel.as_str().into(),
            text(Dictionary::Campaigns, dims.campaign).into(),
            dims.country.as_str().into(),
            text(Dictionary::Places, dims.region).into(),
            text(Dictionary::Places, dims.city).into(),
            text(Dictionary::Agents, dims.browser).into(),
            text(Dictionary::Agents, dims.os).into(),
            dims.device.as_str().into(),
        ]
    };
    let mut segments = Vec::new();
    for (first, last, segment) in each(&connection, day, &symbols, &*seal)? {
        let Some(Segment { facts, open }) = segment else { continue };
        let pages = facts.pages.iter().map(|(key, s)| {
            json!([
                page(key.page),
                host(key.host),
                s.page_views,
                s.uniques,
                s.visits,
                s.bounces,
                s.exits,
                s.duration_s,
                s.duration_n
            ])
        });
        let visits = facts.visits.iter().map(|(key, s)| {
            let counts = [s.visitors, s.visits, s.bounces, s.page_views, s.seconds, s.timed];
            let mut row = vec![host(key.host).into()];
            row.extend(traits(key.visit));
            row.extend(counts.map(serde_json::Value::from));
            serde_json::Value::from(row)
        });
        let minutes = facts.minutes.iter().map(|(key, s)| json!([key.minute, s.page_views, s.visitors, s.visits]));
        let going_on = open.iter().map(|(_, visit)| {
            json!({"entry_page": page(visit.entry.page), "last_page": page(visit.exit.page), "first": visit.first,
                   "last": visit.last, "traits": traits(visit.visit)})
        });
        let crossed = facts.crossed.iter().map(|(key, s)| {
            let mut row = vec![page(key.page).into()];
            row.extend(traits(key.visit));
            row.extend([s.page_views, s.uniques, s.visits].map(serde_json::Value::from));
            serde_json::Value::from(row)
        });
        segments.push(json!({
            "first": first, "last": last, "pages": pages.collect::<Vec<_>>(), "visits": visits.collect::<Vec<_>>(),
            "minutes": minutes.collect::<Vec<_>>(), "open": going_on.collect::<Vec<_>>(),
            "crossed": crossed.collect::<Vec<_>>(),
        }));
    }
    Ok(json!({"segments": segments}))
}

/// Reads bytes as an opened segment, whatever they are.
pub fn segment(bytes: &[u8]) {
    super::open::segment::read_any(bytes);
}
