//! Commits: facts, hashes, open visits and cursors of a batch, in one
//! transaction, under one write lease.

use super::engine::Access;
use super::lease::{Lease, Tell, file_id, last_read, lease};
use super::open::seen::{count_new, facts};
use super::open::{Segment, Shelf, Work, read_whole};
use super::{DayWas, Info, StoreError, meta, migrate, reader, state};
use crate::model::{Commit, Day, Hash, InputState, Keys, Of, OpenVisit, Seal, SiteId, Symbols};
use duckdb::Connection;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

/// A writer checkpoints after this many commits: every opening replays the
/// log, 10 ms for the first commit in it and more than 1 ms for each other. While
/// somebody reads it checkpoints after every commit; otherwise writing half a
/// megabyte for each would wear out the disk for nobody.
const CHECKPOINT_COMMITS: u32 = 16;
/// … or after this long.
const CHECKPOINT_AFTER: Duration = Duration::from_secs(60);

/// The writing side of a store in one process. Opens the file only for a commit.
pub struct Writer {
    path: PathBuf,
    file: (u64, u64),
    info: Info,
    /// The newest segments, as this process wrote them.
    shelf: Shelf,
    checkpointed: Instant,
    /// When somebody last read the store, at our last checkpoint.
    read: Option<SystemTime>,
    tell: Tell,
}

/// What a commit needs beside what it writes.
pub struct Means<'m> {
    /// The texts of everything in it.
    pub symbols: &'m Symbols,
    /// By day what seals it, and the fingerprint of its key.
    pub days: &'m dyn Fn(Day) -> Option<(&'m dyn Seal, Hash)>,
    /// What seals cursors.
    pub cursors: &'m dyn Seal,
    /// Whether an open visit that was written is still as it was.
    pub is_current: &'m dyn Fn(Day, &Hash, &OpenVisit) -> bool,
}

impl Writer {
    /// For the store at `path`, which must exist. `tell` gets who holds
    /// the store when a lease takes long.
    ///
    /// # Errors
    /// If it is missing, locked for a minute, too new, or no store.
    pub fn open(path: &Path, tell: Tell) -> Result<Writer, StoreError> {
        let path = std::path::absolute(path).map_err(StoreError::io(path))?;
        let info = {
            let lease = lease(&path, Access::Write, tell)?;
            let meta = meta::all(&lease, &path)?;
            migrate::migrate(&lease, migrate::version(&meta, &path)?)?;
            meta::info(&meta, &path)?
        };
        let file = file_id(&path).ok_or_else(|| StoreError::Missing(path.clone()))?;
        let read = last_read(&path);
        Ok(Writer { path, file, info, shelf: Shelf::default(), checkpointed: Instant::now(), read, tell })
    }

    /// What the store is.
    pub fn info(&self) -> &Info {
        &self.info
    }

    /// Whom it tells.
    pub(crate) fn tell(&self) -> Tell {
        self.tell
    }

    /// Where the store is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Takes the write lease and begins a transaction.
    ///
    /// # Errors
    /// If the file is no longer the one that was opened, or locked for a minute.
    pub fn begin(&mut self) -> Result<Tx<'_>, StoreError> {
        if file_id(&self.path) != Some(self.file) {
            return Err(StoreError::Replaced(self.path.clone()));
        }
        let lease = lease(&self.path, Access::Write, self.tell)?;
        lease.execute_batch("BEGIN")?;
        Ok(Tx { lease, writer: self })
    }

    /// Forgets what it remembers of the store: a transaction may have been undone.
    pub fn forget(&mut self) {
        self.shelf.clear();
    }

    /// Writes the log back into the file.
    ///
    /// # Errors
    /// As [`Writer::begin`].
    pub fn checkpoint(&mut self) -> Result<(), StoreError> {
        let lease = lease(&self.path, Access::Write, self.tell)?;
        checkpoint(&lease)?;
        self.checkpointed = Instant::now();
        Ok(())
    }
}

fn checkpoint(connection: &Connection) -> Result<(), StoreError> {
    meta::set(connection, "commits", "0")?;
    connection.execute_batch("CHECKPOINT")?;
    Ok(())
}

/// A transaction under the write lease. Dropped without [`Tx::commit`], nothing
/// of it is written.
pub struct Tx<'w> {
    lease: Lease,
    writer: &'w mut Writer,
}

/// What is open of a day, as it was read back.
pub struct OpenVisits {
    /// Visits that may still go on.
    pub visits: Vec<(Hash, OpenVisit)>,
    /// The newest time by site and kind, epoch seconds.
    pub newest: Vec<(Of, u32)>,
}

impl Tx<'_> {
    pub(crate) fn connection(&self) -> &Connection {
        &self.lease
    }

    /// Lets the engine use every core. Not for a commit beside others: a thread of
    /// the engine that waits spins.
    pub fn spread(&self) -> Result<(), StoreError> {
        Ok(self.lease.spread()?)
    }

    /// The state's version: random, new with every commit.
    pub fn version(&self) -> Result<String, StoreError> {
        Ok(meta::get(&self.lease, "version")?.unwrap_or_default())
    }

    /// Forgets what this process remembers of open days: another has written to them.
    pub fn forget(&mut self) {
        self.writer.shelf.clear();
    }

    /// Every input that the store knows.
    pub fn inputs(&self, keys: &dyn Keys) -> Result<Vec<InputState>, StoreError> {
        state::inputs(&self.lease, keys)
    }

    /// The number of the commit that is under way.
    pub fn number(&self) -> Result<u64, StoreError> {
        Ok(meta::get(&self.lease, "commit")?.and_then(|n| n.parse().ok()).unwrap_or(0u64) + 1)
    }

    /// What is open of a day, of commits after `from` (if not told, since its salt was made).
    pub fn open_visits(
        &self,
        day: Day,
        from: Option<u64>,
        symbols: &Symbols,
        seal: &dyn Seal,
    ) -> Result<OpenVisits, StoreError> {
        let sql = "SELECT coalesce(max(visits_from), 0) FROM days WHERE day = ?";
        let from = match from {
            Some(from) => from,
            None => self.lease.query_row(sql, [day.0], |row| row.get(0))?,
        };
        let whole = read_whole(&self.lease, day, from, symbols, Some(seal), false)?;
        let newest = whole.facts.marks.iter().map(|(of, marks)| (*of, marks.newest)).collect();
        Ok(OpenVisits { visits: whole.open.into_iter().collect(), newest })
    }

    /// Whether any hash of a day is stored.
    pub fn has_seen(&self, day: Day) -> Result<bool, StoreError> {
        state::has_seen(&self.lease, day)
    }

    /// Sees to it that the day's stored hashes were made under that salt. If
    /// they were made under another, which is lost, they are deleted and the
    /// day is marked.
    pub fn begin_day(&self, day: Day, salt: &Hash) -> Result<DayWas, StoreError> {
        state::begin_day(&self.lease, day, salt, self.number()?)
    }

    /// Writes the batch and ends the transaction. `version` becomes the state's.
    ///
    /// # Errors
    /// After an error of the engine nothing is known about whether it was
    /// committed: read the inputs again.
    pub fn commit(mut self, commit: &mut Commit, means: &Means<'_>, version: &str) -> Result<(), StoreError> {
        let written = self.write(commit, means, version);
        let commits = match written {
            Ok(commits) => commits,
            Err(error) => {
                self.writer.shelf.clear();
                return Err(error);
            }
        };
        if let Err(error) = self.lease.execute_batch("COMMIT") {
            self.writer.shelf.clear();
            self.lease.abandon();
            return Err(error.into());
        }
        let read = last_read(&self.writer.path);
        let is_read = read != self.writer.read;
        if is_read || commits >= CHECKPOINT_COMMITS || self.writer.checkpointed.elapsed() >= CHECKPOINT_AFTER {
            self.writer.read = read;
            checkpoint(&self.lease)?;
            self.writer.checkpointed = Instant::now();
        }
        Ok(())
    }

    fn write(&mut self, commit: &mut Commit, means: &Means<'_>, version: &str) -> Result<u32, StoreError> {
        let number = self.number()?;
        count_new(&self.lease, &mut commit.days)?;
        let mut touched = Vec::new();
        for batch in &mut commit.days {
            let day = batch.day;
            let (seal, key) = (means.days)(day).expect("every day that is written to has a key");
            let segment = Segment { facts: facts(batch), open: std::mem::take(&mut batch.open) };
            let work = Work {
                connection: &self.lease,
                symbols: means.symbols,
                seal,
                day,
                commit: number,
                is_current: means.is_current,
            };
            self.writer.shelf.add(&work, segment)?;
            touched.push((day, key));
        }
        state::touch_days(&self.lease, &touched, commit.now)?;
        state::save_inputs(&self.lease, &commit.inputs, means.cursors)?;
        meta::count_commit(&self.lease, version, number)
    }

    /// The number of the site of that name, made if there is none.
    pub fn site(&self, name: &str) -> Result<SiteId, StoreError> {
        super::sites::find_or_add(&self.lease, name)
    }

    /// All sites.
    pub fn sites(&self) -> Result<Vec<super::Site>, StoreError> {
        super::sites::all(&self.lease)
    }

    /// Ends the transaction with nothing but what was done through it so far
    /// (sites added, days renewed).
    pub fn finish(self) -> Result<(), StoreError> {
        Ok(self.lease.execute_batch("COMMIT")?)
    }

    /// The same, and writes the log back into the file.
    pub fn finish_and_checkpoint(self) -> Result<(), StoreError> {
        self.lease.execute_batch("COMMIT")?;
        self.writer.shelf.clear();
        checkpoint(&self.lease)?;
        self.writer.checkpointed = Instant::now();
        Ok(())
    }

    /// Store size and counts, as `status` shows them.
    pub fn status(&self) -> Result<reader::Status, StoreError> {
        reader::status(&self.lease, &self.writer.path)
    }
}
