//! The reading side: a short read lease and what is asked under it.

use super::engine::Access;
use super::lease::{Lease, Tell, lease_while};
use super::limit::{Included, Limit, Stopper};
use super::{Info, Site, StoreError, meta, migrate, sites, state};
use crate::model::{Day, Dictionary, InputState, SiteId};
use duckdb::Connection;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

/// A read lease on the store. Keep it short.
pub struct Reader {
    limit: Limit,
    lease: Lease,
    path: PathBuf,
    info: Info,
}

/// Size and counts of the store.
#[derive(Clone, Copy, Debug)]
pub struct Status {
    /// Bytes of the file and its log.
    pub bytes: u64,
    /// Rows of page and request facts.
    pub facts: u64,
}

/// What is kept about one local day.
#[derive(Clone, Copy, Debug)]
pub struct DayState {
    /// The day.
    pub day: Day,
    /// Whether hashes made under its salt may still be there.
    pub has_salt: bool,
    /// Clock of the last commit that wrote to it, epoch seconds.
    pub last_commit: i64,
    /// Its salt was lost or destroyed before its last record came.
    pub marked: bool,
}

impl Reader {
    /// Waits for a read lease. `tell` gets who holds the store when that
    /// takes long. A store of an older version is migrated first.
    ///
    /// # Errors
    /// If it is missing, locked for a minute, too new, or no store.
    pub fn open(path: &Path, tell: Tell) -> Result<Reader, StoreError> {
        Reader::open_while(path, tell, &|| true)
    }

    /// The same, given up when it is not wanted any more.
    ///
    /// # Errors
    /// As `open`, and if it was given up.
    pub fn open_while(path: &Path, tell: Tell, is_wanted: &dyn Fn() -> bool) -> Result<Reader, StoreError> {
        let path = std::path::absolute(path).map_err(StoreError::io(path))?;
        super::lease::is_there(&path)?;
        let open = |access| lease_while(&path, access, tell, is_wanted);
        let mut held = match open(Access::Read) {
            Err(StoreError::DamagedLog(damaged)) => {
                // Only a writer mends it.
                drop(open(Access::Write).map_err(|_| StoreError::DamagedLog(damaged))?);
                open(Access::Read)?
            }
            held => held?,
        };
        let mut values = meta::all(&held, &path)?;
        let version = migrate::version(&values, &path)?;
        if version < migrate::VERSION {
            drop(held);
            migrate::migrate(&*open(Access::Write)?, version)?;
            held = open(Access::Read)?;
            values = meta::all(&held, &path)?;
        }
        let info = meta::info(&values, &path)?;
        Ok(Reader { limit: Limit::new(&held), lease: held, path, info })
    }

    /// For a question that is asked now.
    pub(crate) fn connection(&self) -> &Connection {
        self.limit.renew();
        &self.lease
    }

    /// What the store is.
    pub fn info(&self) -> &Info {
        &self.info
    }

    /// Lets the engine use every core.
    pub(super) fn spread(&self) -> Result<(), StoreError> {
        Ok(self.lease.spread()?)
    }

    /// What another thread interrupts questions with.
    pub fn stopper(&self) -> Stopper {
        self.limit.stopper()
    }

    /// Texts of a dictionary by number.
    ///
    /// # Errors
    /// Of the engine.
    pub fn texts(&self, dictionary: Dictionary, ids: &HashSet<u32>) -> Result<HashMap<u32, String>, StoreError> {
        Ok(super::dictionary::texts(self.connection(), dictionary, ids)?.into_iter().collect())
    }

    /// What watches over the questions.
    pub(super) fn limit(&self) -> &Limit {
        &self.limit
    }

    /// Another connection under the same lease, for another thread.
    pub(super) fn another(&self) -> Result<Included, StoreError> {
        Ok(self.limit.include(super::engine::another(&self.lease)?))
    }

    /// All sites by name.
    pub fn sites(&self) -> Result<Vec<Site>, StoreError> {
        sites::all(self.connection())
    }

    /// The number of a site.
    pub fn site(&self, name: &str) -> Result<Option<SiteId>, StoreError> {
        sites::find(self.connection(), name)
    }

    /// Every input that the store knows.
    pub fn inputs(&self) -> Result<Vec<InputState>, StoreError> {
        state::inputs(self.connection())
    }

    /// Every day written to.
    pub fn days(&self) -> Result<Vec<DayState>, StoreError> {
        days(self.connection())
    }

    /// Size and counts.
    pub fn status(&self) -> Result<Status, StoreError> {
        status(self.connection(), &self.path)
    }
}

pub(crate) fn days(connection: &Connection) -> Result<Vec<DayState>, StoreError> {
    let sql = "SELECT day, salt IS NOT NULL, last_commit, marked FROM days ORDER BY day";
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map([], |row| {
        Ok(DayState { day: Day(row.get(0)?), has_salt: row.get(1)?, last_commit: row.get(2)?, marked: row.get(3)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(crate) fn status(connection: &Connection, path: &Path) -> Result<Status, StoreError> {
    let count = |table: &str| -> Result<u64, StoreError> {
        let sql = format!("SELECT count(*) FROM {table}");
        Ok(connection.query_row(&sql, [], |row| row.get::<_, i64>(0))? as u64)
    };
    let size = |path: PathBuf| std::fs::metadata(path).map_or(0, |m| m.len());
    Ok(Status {
        bytes: size(path.to_owned()) + size(super::lease::beside(path, ".wal")),
        facts: count("page_facts")? + count("request_facts")?,
    })
}
