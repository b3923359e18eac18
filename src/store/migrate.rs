//! The schema's versions. Appended, never edited.

use super::StoreError;
use duckdb::Connection;
use std::path::Path;

/// Every step from an empty database to today's schema.
const MIGRATIONS: &[&str] = &[include_str!("sql/migrations/0001_initial.sql")];

/// The schema that this program writes.
pub(crate) const VERSION: usize = MIGRATIONS.len();

/// The version of a store's schema.
pub(crate) fn version(connection: &Connection, path: &Path) -> Result<usize, StoreError> {
    let sql = "SELECT value FROM meta WHERE key = 'schema'";
    let value: Result<String, _> = connection.query_row(sql, [], |row| row.get(0));
    let version = value.ok().and_then(|v| v.parse().ok());
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
