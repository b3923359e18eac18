//! The schema's versions. Appended, never edited.

use super::StoreError;
use duckdb::Connection;
use std::collections::HashMap;
use std::path::Path;

/// Every step from an empty database to today's schema.
const MIGRATIONS: &[&str] = &[include_str!("sql/migrations/0001_initial.sql")];

/// The schema that this program writes: its number in `meta`.
pub(crate) const VERSION: usize = MIGRATIONS.len();
/// Key of that number. Stores from before days were sealed have another: no release has
/// made one.
const KEY: &str = "schema_version";
/// That other key.
const BEFORE: &str = "schema";

/// The version of a store's schema, by its `meta`.
pub(crate) fn version(meta: &HashMap<String, String>, path: &Path) -> Result<usize, StoreError> {
    match meta.get(KEY).and_then(|version| version.parse().ok()) {
        Some(version) if version > VERSION => Err(StoreError::TooNew(path.into())),
        Some(version) => Ok(version),
        None if meta.contains_key(BEFORE) => Err(StoreError::FromBefore(path.into())),
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
    connection.execute(&format!("DELETE FROM meta WHERE key = '{KEY}'"), [])?;
    connection.execute(&format!("INSERT INTO meta VALUES ('{KEY}', ?)"), [VERSION.to_string()])?;
    connection.execute_batch("COMMIT")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stores_from_before_are_told_from_others() {
        let meta = |key: &str, value: &str| HashMap::from([(key.to_owned(), value.to_owned())]);
        let path = Path::new("a");
        assert!(matches!(version(&meta("schema", "4"), path), Err(StoreError::FromBefore(_))));
        assert!(matches!(version(&meta(KEY, "999"), path), Err(StoreError::TooNew(_))));
        assert!(matches!(version(&meta("other", "1"), path), Err(StoreError::NotAStore(_))));
        assert_eq!(version(&meta(KEY, "1"), path).ok(), Some(1));
    }
}
