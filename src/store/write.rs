//! Commits: facts, hashes, open visits and cursors of a batch, in one
//! transaction, under one write lease.

use super::dictionary::{Ids, Need};
use super::engine::Access;
use super::lease::{Lease, Tell, file_id, last_read, lease};
use super::{DayWas, Info, StoreError, meta, migrate, reader, state};
use crate::model::{
    Class, Commit, Day, Dictionary, Hash, InputState, RowKey, SiteId, Stored, Sym, Symbols, VisitDims, Zone,
};
use duckdb::Connection;
use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashSet};
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
    ids: Ids,
    /// What the numbers of visits stand for.
    visits: Vec<VisitDims>,
    checkpointed: Instant,
    /// When somebody last read the store, at our last checkpoint.
    read: Option<SystemTime>,
    tell: Tell,
}

impl Writer {
    /// For the store at `path`, which must exist. `tell` gets who holds
    /// the store when a lease takes long; `cap` see [`super::DEFAULT_CAP`].
    ///
    /// # Errors
    /// If it is missing, locked for a minute, too new, or no store.
    pub fn open(path: &Path, cap: u64, tell: Tell) -> Result<Writer, StoreError> {
        let path = std::path::absolute(path).map_err(StoreError::io(path))?;
        let info = {
            let lease = lease(&path, Access::Write, tell)?;
            let meta = meta::all(&lease, &path)?;
            migrate::migrate(&lease, migrate::version(&meta, &path)?)?;
            meta::info(&meta, &path)?
        };
        let file = file_id(&path).ok_or_else(|| StoreError::Missing(path.clone()))?;
        let read = last_read(&path);
        Ok(Writer {
            path,
            file,
            info,
            ids: Ids::new(cap),
            visits: Vec::new(),
            checkpointed: Instant::now(),
            read,
            tell,
        })
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
        let days = Days { zone: self.info.zone, known: HashMap::default() };
        Ok(Tx { lease, writer: self, days })
    }

    /// Forgets which ids texts have: a transaction that gave some out may have
    /// been undone.
    pub fn forget(&mut self) {
        self.ids.forget();
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
    days: Days,
}

/// The local days of hours: asked for every row, and worked out once.
struct Days {
    zone: Zone,
    known: HashMap<u32, Day, FixedState>,
}

impl Days {
    fn learn(&mut self, commit: &Commit) {
        let buckets = commit.pages.iter().map(|(row, _)| row.bucket);
        for bucket in buckets.chain(commit.requests.iter().map(|(key, _)| key.bucket)) {
            self.known.entry(bucket).or_insert_with(|| self.zone.day(bucket.into()));
        }
    }

    fn of(&self, bucket: u32) -> Day {
        self.known.get(&bucket).copied().unwrap_or_else(|| self.zone.day(bucket.into()))
    }
}

/// Hashes are stored as 128-bit integers.
pub(crate) fn integer(hash: &Hash) -> i128 {
    i128::from_be_bytes(*hash)
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

    /// Every input that the store knows.
    pub fn inputs(&self) -> Result<Vec<InputState>, StoreError> {
        state::inputs(&self.lease)
    }

    /// The sealed shards of a day's open visits.
    pub fn shards(&self, day: Day) -> Result<Vec<(u16, Vec<u8>)>, StoreError> {
        state::shards(&self.lease, day)
    }

    /// The newest committed time of a day by site and kind.
    pub fn newest(&self, day: Day) -> Result<Vec<(SiteId, u8, u32)>, StoreError> {
        state::newest(&self.lease, day)
    }

    /// Whether any hash of a day is stored.
    pub fn has_seen(&self, day: Day) -> Result<bool, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM seen WHERE day = ?)";
        Ok(self.lease.query_row(sql, [day.0], |row| row.get(0))?)
    }

    /// Sees to it that the day's stored hashes were made under that salt. If
    /// they were made under another, which is lost, they are deleted and the
    /// day is marked.
    pub fn begin_day(&self, day: Day, salt: &Hash) -> Result<DayWas, StoreError> {
        state::begin_day(&self.lease, day, salt)
    }

    /// The symbols of rows that were read back as ids.
    pub fn unresolve(
        &mut self,
        symbols: &Symbols,
        rows: &[Stored<RowKey<VisitDims>>],
    ) -> Result<Vec<RowKey>, StoreError> {
        state::unresolve(&self.lease, &mut self.writer.ids, symbols, rows)
    }

    /// Gives every text of these rows and requests an id.
    pub fn resolve(&mut self, symbols: &Symbols, commit: &Commit) -> Result<(), StoreError> {
        symbols.copy_visits(&mut self.writer.visits);
        self.days.learn(commit);
        let needs = self.needs(commit);
        self.writer.ids.resolve(&self.lease, symbols, &needs)
    }

    /// The texts of a commit that have no id yet, each once, in the order of its
    /// rows.
    fn needs(&self, commit: &Commit) -> Vec<Need> {
        let Tx { writer, days, .. } = self;
        let mut seen = HashSet::with_hasher(FixedState::default());
        let mut ordered = Vec::new();
        let mut need = |dictionary, sym, site, day| {
            let need = Need { dictionary, sym, site, day };
            if !writer.ids.is_known(dictionary, sym) && seen.insert(need) {
                ordered.push(need);
            }
        };
        let mut combinations = HashSet::with_hasher(FixedState::default());
        for (row, _) in &commit.pages {
            let (site, day) = (row.site, days.of(row.bucket));
            need(Dictionary::Pages, row.page, site, day);
            need(Dictionary::Hosts, row.host, site, day);
            if combinations.insert((row.visit, site, day)) {
                writer.visits[row.visit.0 as usize].map(|dictionary, sym| {
                    need(dictionary, sym, site, day);
                    sym
                });
            }
        }
        for (key, _) in &commit.requests {
            let (site, day) = (key.site, days.of(key.bucket));
            need(Dictionary::Methods, key.method, site, day);
            need(Dictionary::Bots, key.bot, site, day);
            need(Dictionary::Paths, key.path, site, day);
        }
        ordered
    }

    /// A row with the store's ids; after [`Tx::resolve`].
    pub fn stored(&self, row: &RowKey) -> Stored<RowKey<VisitDims>> {
        let visit = self.writer.visits[row.visit.0 as usize];
        self.writer.ids.row(&row.with_visit(visit), self.days.of(row.bucket))
    }

    /// The id of a text; after [`Tx::resolve`].
    pub(super) fn id(&self, dictionary: Dictionary, sym: Sym, site: SiteId, bucket: u32) -> u32 {
        self.writer.ids.id(Need { dictionary, sym, site, day: self.days.of(bucket) })
    }

    /// Writes the batch and ends the transaction. `version` becomes the state's.
    ///
    /// # Errors
    /// After an error of the engine nothing is known about whether it was
    /// committed: read the inputs again.
    pub fn commit(mut self, commit: &mut Commit, version: &str) -> Result<(), StoreError> {
        self.count_new(commit)?;
        self.append_fresh(&mut commit.fresh)?;
        self.append_pages(&commit.pages)?;
        self.append_requests(commit)?;
        self.append_ledger(commit)?;
        self.replace_open_visits(commit)?;
        self.touch_days(commit)?;
        state::save_inputs(&self.lease, &commit.inputs, commit.now)?;
        let commits = meta::count_commit(&self.lease, version)?;
        if let Err(error) = self.lease.execute_batch("COMMIT") {
            self.writer.ids.forget();
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
        checkpoint(&self.lease)?;
        self.writer.checkpointed = Instant::now();
        Ok(())
    }

    /// Store size and counts, as `status` shows them.
    pub fn status(&self) -> Result<reader::Status, StoreError> {
        reader::status(&self.lease, &self.writer.path)
    }

    /// Whether a class has rows in `request_facts`.
    pub fn counts_as_request(class: Class) -> bool {
        !matches!(class, Class::Malformed | Class::OutOfWindow | Class::Excluded)
    }
}
