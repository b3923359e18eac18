//! A store's own facts: its id, zone and where its salts and key lie.

use super::engine::open_private;
use super::lease::beside;
use super::{StoreError, migrate};
use crate::model::Zone;
use duckdb::Connection;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// What a store is; fixed when it is made.
#[derive(Clone, Debug)]
pub struct Info {
    /// 32 hexadecimal digits.
    pub id: String,
    /// The zone of its days.
    pub zone: Zone,
    /// Where its salts lie.
    pub salts: PathBuf,
    /// Where its key lies.
    pub state: PathBuf,
}

impl Info {
    /// Where its day keys lie: always on a disk, wherever the salts are.
    pub fn days(&self) -> PathBuf {
        self.state.join("days")
    }
}

/// What a new store is made with.
#[derive(Clone, Debug)]
pub struct NewStore {
    /// 32 hexadecimal digits, random.
    pub id: String,
    /// The zone of its days.
    pub zone: Zone,
    /// Folder of states; the store's own is a folder in it.
    pub state_root: PathBuf,
    /// Folder of salts, if not the state's.
    pub salts_root: Option<PathBuf>,
}

impl NewStore {
    /// What the new store will be.
    pub fn info(&self) -> Info {
        let state = self.state_root.join(&self.id);
        let salts_root = self.salts_root.as_ref().unwrap_or(&self.state_root);
        Info { id: self.id.clone(), zone: self.zone, salts: salts_root.join(&self.id).join("salts"), state }
    }

    /// Makes the store unless somebody else just did; either way there is one
    /// afterwards.
    ///
    /// # Errors
    /// If the folder cannot be written to.
    pub fn create(&self, path: &Path) -> Result<(), StoreError> {
        let temporary = beside(path, &format!(".new-{}-{}", std::process::id(), &self.id[..8]));
        let made = self.fill(&temporary).and_then(|()| publish(&temporary, path));
        for leftover in [temporary.clone(), beside(&temporary, ".wal")] {
            let _ = std::fs::remove_file(leftover);
        }
        made
    }

    fn fill(&self, temporary: &Path) -> Result<(), StoreError> {
        let folder = temporary.parent().unwrap_or(Path::new("."));
        // The engine's own message for this is long and names its internals.
        std::fs::File::create_new(temporary).map_err(StoreError::io(folder))?;
        std::fs::remove_file(temporary).map_err(StoreError::io(folder))?;
        let connection = open_private(temporary)?;
        migrate::migrate(&connection, 0)?;
        let info = self.info();
        for (key, value) in [
            ("store", info.id.as_str()),
            ("zone", info.zone.name()),
            ("salts", &info.salts.to_string_lossy()),
            ("state", &info.state.to_string_lossy()),
            ("version", "0"),
            ("sites", "0"),
            ("commits", "0"),
            ("commit", "0"),
            ("destroyed", ""),
            ("checkpoint", "0"),
        ] {
            connection.execute("INSERT INTO meta VALUES (?, ?)", [key, value])?;
        }
        connection.execute_batch("CHECKPOINT")?;
        Ok(())
    }
}

/// Gives the finished file its name with `link`, which fails if there is one:
/// with `rename` two makers lost each other's commits.
fn publish(temporary: &Path, path: &Path) -> Result<(), StoreError> {
    match std::fs::hard_link(temporary, path) {
        Ok(()) => sync_folder(path),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(StoreError::Io(path.into(), error)),
    }
}

fn sync_folder(path: &Path) -> Result<(), StoreError> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::File::open(folder).and_then(|f| f.sync_all()).map_err(StoreError::io(folder))
}

/// Everything in `meta`.
pub(crate) fn all(connection: &Connection, path: &Path) -> Result<HashMap<String, String>, StoreError> {
    let read = || -> duckdb::Result<HashMap<String, String>> {
        let mut statement = connection.prepare("SELECT key, value FROM meta")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.collect()
    };
    read().map_err(|error| match StoreError::from(error) {
        // No such table.
        StoreError::Engine(_) => StoreError::NotAStore(path.into()),
        other => other,
    })
}

/// What a store is, by its `meta`.
pub(crate) fn info(meta: &HashMap<String, String>, path: &Path) -> Result<Info, StoreError> {
    let text = |key| meta.get(key).cloned().ok_or_else(|| StoreError::NotAStore(path.into()));
    let zone = text("zone")?.parse().map_err(|_| StoreError::NotAStore(path.into()))?;
    Ok(Info { id: text("store")?, zone, salts: text("salts")?.into(), state: text("state")?.into() })
}

/// Counts a commit, and gives the state its next version. Returns the commits
/// since the last checkpoint.
pub(crate) fn count_commit(connection: &Connection, version: &str, number: u64) -> Result<u32, StoreError> {
    let commits = get(connection, "commits")?.and_then(|n| n.parse().ok()).unwrap_or(0u32) + 1;
    let sql = "UPDATE meta SET value = CASE key WHEN 'commits' THEN ? WHEN 'commit' THEN ? ELSE ? END \
               WHERE key IN ('commits', 'commit', 'version')";
    connection.execute(sql, [&commits.to_string(), &number.to_string(), version])?;
    Ok(commits)
}

/// Gives the state another version, so that whoever follows a log looks again.
pub(crate) fn renew(connection: &Connection) -> Result<(), StoreError> {
    set(connection, "version", &random_id())
}

/// 32 random hexadecimal digits.
pub fn random_id() -> String {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("the operating system has random bytes");
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// One value of `meta`.
pub(crate) fn get(connection: &Connection, key: &str) -> Result<Option<String>, StoreError> {
    let mut statement = connection.prepare("SELECT value FROM meta WHERE key = ?")?;
    let mut rows = statement.query([key])?;
    Ok(rows.next()?.map(|row| row.get(0)).transpose()?)
}

/// Sets one value of `meta`.
pub(crate) fn set(connection: &Connection, key: &str, value: &str) -> Result<(), StoreError> {
    connection.execute("UPDATE meta SET value = ? WHERE key = ?", [value, key])?;
    Ok(())
}
