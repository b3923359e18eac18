//! The schema's versions. Appended, never edited.

use super::StoreError;
use duckdb::Connection;
use std::collections::HashMap;
use std::path::Path;

/// Every step from an empty database to today's schema.
const MIGRATIONS: &[&str] = &[
    include_str!("sql/migrations/0001_initial.sql"),
    include_str!("sql/migrations/0002_destroyed.sql"),
    include_str!("sql/migrations/0003_open_visits.sql"),
    include_str!("sql/migrations/0004_hashes.sql"),
];

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

#[cfg(test)]
mod tests {
    use super::super::columns::Columns;
    use super::*;
    use crate::model::Hash;

    /// Every column, and every key of `meta`.
    fn shape(connection: &Connection) -> Vec<String> {
        let sql = "SELECT table_name || '.' || column_name || ' ' || data_type FROM duckdb_columns() WHERE NOT internal \
                   UNION ALL SELECT key FROM meta ORDER BY 1";
        let mut statement = connection.prepare(sql).expect("prepared");
        let rows = statement.query_map([], |row| row.get(0)).expect("asked");
        rows.collect::<duckdb::Result<_>>().expect("read")
    }

    #[test]
    fn every_earlier_version_becomes_todays() {
        let today = Connection::open_in_memory().expect("an engine");
        migrate(&today, 0).expect("made");
        for earlier in 1..VERSION {
            let old = Connection::open_in_memory().expect("an engine");
            MIGRATIONS[..earlier].iter().for_each(|step| old.execute_batch(step).expect("made"));
            old.execute("INSERT INTO meta VALUES ('schema', ?)", [earlier.to_string()]).expect("noted");
            old.execute_batch("INSERT INTO ledger VALUES (1, 3600, 0, 42)").expect("filled");
            migrate(&old, earlier).expect("migrated");
            assert_eq!(shape(&old), shape(&today), "from {earlier}");
            let lines: i64 = old.query_row("SELECT sum(lines) FROM ledger", [], |row| row.get(0)).expect("kept");
            assert_eq!(lines, 42, "from {earlier}");
        }
    }

    #[test]
    fn hashes_stay_what_they_were() {
        let hashes: [Hash; 4] = [[0; 16], [0xff; 16], *b"\x7f..............\x01", *b"\x80..............\x01"];
        let store = Connection::open_in_memory().expect("an engine");
        MIGRATIONS[..3].iter().for_each(|step| store.execute_batch(step).expect("made"));
        store.execute_batch("INSERT INTO meta VALUES ('schema', '3')").expect("noted");
        for hash in &hashes {
            store.execute("INSERT INTO seen VALUES (1, ?)", [i128::from_be_bytes(*hash)]).expect("filled");
        }
        migrate(&store, 3).expect("migrated");
        store.execute_batch("CREATE TABLE again (hash UUID)").expect("made");
        Columns::default().hash(hashes.iter()).append_to(&store, "again").expect("appended");
        let sql = "SELECT count(*) FROM seen JOIN again USING (hash)";
        let same: i64 = store.query_row(sql, [], |row| row.get(0)).expect("asked");
        assert_eq!(same, hashes.len() as i64);
    }
}
