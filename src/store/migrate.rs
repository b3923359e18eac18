//! The schema's versions. Appended, never edited.

use super::StoreError;
use duckdb::Connection;
use std::collections::HashMap;
use std::path::Path;

/// Every step from an empty database to today's schema.
const MIGRATIONS: &[&str] = &[include_str!("sql/migrations/0001_initial.sql")];

/// The schema that this program writes.
pub(crate) const VERSION: usize = MIGRATIONS.len();

/// The version of a store's schema, by its `meta`.
pub(crate) fn version(meta: &HashMap<String, String>, path: &Path) -> Result<usize, StoreError> {
    let version = meta.get("schema").and_then(|v| v.parse().ok());
    match version {
        Some(version) if version > VERSION => Err(StoreError::TooNew(path.into())),
        Some(version) => Ok(version),
        None => Err(StoreError::NotAStore(path.into())),
    }
}

/// Brings a schema of version `from` up to date, in one transaction.
pub(crate) fn migrate(connection: &Connection, from: usize) -> Result<(), StoreError> {
    if from == VERSION {
        return Ok(());
    }
    connection.execute_batch("BEGIN")?;
    for step in &MIGRATIONS[from..] {
        connection.execute_batch(step)?;
    }
    connection.execute("DELETE FROM meta WHERE key = 'schema'", [])?;
    connection.execute("INSERT INTO meta VALUES ('schema', ?)", [VERSION.to_string()])?;
    connection.execute_batch("COMMIT")?;
    Ok(())
}
