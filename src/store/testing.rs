//! Stores as no version of the program would leave them, for its tests.
#![doc(hidden)]

use super::engine::open_private;
use super::{StoreError, meta};
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

/// Reads bytes as an opened segment, whatever they are.
pub fn segment(bytes: &[u8]) {
    super::open::segment::read_any(bytes);
}
