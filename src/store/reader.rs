//! The reading side: a short read lease and what is asked under it.

use super::engine::Access;
use super::lease::{Lease, Tell, lease_while};
use super::limit::{Included, Limit, Stopper};
use super::open::Memory;
use super::{Info, Site, StoreError, meta, migrate, sites, state};
use crate::model::{Day, InputState, Keys, NoKeys, Privacy, SiteId};
use duckdb::Connection;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A read lease on the store. Keep it short.
pub struct Reader {
    limit: Limit,
    lease: Lease,
    path: PathBuf,
    info: Info,
    keys: Arc<dyn Keys>,
    privacy: Privacy,
}

/// What this process remembers of open days, and of which store.
static MEMORY: Mutex<Option<(String, Memory)>> = Mutex::new(None);

/// What is remembered of the open days of one store.
pub(super) struct Remembered {
    guard: MutexGuard<'static, Option<(String, Memory)>>,
}

impl std::ops::Deref for Remembered {
    type Target = Memory;
    fn deref(&self) -> &Memory {
        &self.guard.as_ref().expect("made when it was asked for").1
    }
}

impl std::ops::DerefMut for Remembered {
    fn deref_mut(&mut self) -> &mut Memory {
        &mut self.guard.as_mut().expect("made when it was asked for").1
    }
}

/// Size and counts of the store.
#[derive(Clone, Copy, Debug)]
pub struct Status {
    /// Bytes of the file and its log.
    pub bytes: u64,
    /// Rows of sums of closed days.
    pub facts: u64,
    /// Days that are open.
    pub open: u64,
    /// Days that are closed.
    pub closed: u64,
}

/// What is kept about one local day.
#[derive(Clone, Copy, Debug)]
pub struct DayState {
    /// The day.
    pub day: Day,
    /// Whether something of it is sealed.
    pub is_open: bool,
    /// Clock of the last commit that wrote to it, epoch seconds.
    pub last_commit: i64,
    /// Its salt was lost or destroyed before its last record came.
    pub marked: bool,
    /// A part of it could not be opened.
    pub unreadable: bool,
    /// When it was closed last, epoch seconds.
    pub closed: Option<i64>,
    /// Open visits of commits up to this one ended with a salt that was lost.
    pub visits_from: u64,
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
        let (keys, privacy) = (Arc::new(NoKeys), Privacy::default());
        Ok(Reader { limit: Limit::new(&held), lease: held, path, info, keys, privacy })
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

    /// With the keys that open days are opened with, and the rules by which they answer.
    pub fn with(self, keys: Arc<dyn Keys>, privacy: Privacy) -> Reader {
        Reader { keys, privacy, ..self }
    }

    /// What opens open days.
    pub(super) fn keys(&self) -> &dyn Keys {
        &*self.keys
    }

    /// The rules by which open days answer.
    pub(super) fn privacy(&self) -> Privacy {
        self.privacy
    }

    /// What this process remembers of open days.
    pub(super) fn memory(&self) -> Remembered {
        let mut guard = MEMORY.lock().unwrap_or_else(PoisonError::into_inner);
        if guard.as_ref().is_none_or(|(store, _)| *store != self.info.id) {
            *guard = Some((self.info.id.clone(), Memory::default()));
        }
        Remembered { guard }
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
        state::inputs(self.connection(), self.keys())
    }

    /// The same, opened with other keys.
    ///
    /// # Errors
    /// Of the engine.
    pub fn inputs_by(&self, keys: &dyn Keys) -> Result<Vec<InputState>, StoreError> {
        state::inputs(self.connection(), keys)
    }

    /// Whether page counters have waited so long at `now`, epoch seconds, that they are to
    /// be put where nothing is named.
    ///
    /// # Errors
    /// Of the engine.
    pub fn has_waited(&self, now: i64) -> Result<bool, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM carried WHERE counted IS NULL AND closed <= ?)";
        Ok(self.connection().query_row(sql, [now - super::closed::WAIT], |row| row.get(0))?)
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
    let sql = "SELECT day, is_open, last_commit, marked, unreadable, closed, visits_from FROM days ORDER BY day";
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map([], |row| {
        Ok(DayState {
            day: Day(row.get(0)?),
            is_open: row.get(1)?,
            last_commit: row.get(2)?,
            marked: row.get(3)?,
            unreadable: row.get(4)?,
            closed: row.get(5)?,
            visits_from: row.get(6)?,
        })
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
        open: count("days WHERE is_open")?,
        closed: count("days WHERE NOT is_open")?,
        facts: count("visit_sums")? + count("page_sums")? + count("pairs")? + count("request_hours")?,
    })
}
