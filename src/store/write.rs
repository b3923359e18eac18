//! Commits: facts, hashes, open visits and cursors of a batch, in one
//! transaction, under one write lease.

use super::dictionary::{Ids, Need};
use super::engine::Access;
use super::lease::{Lease, Tell, file_id, last_read, lease};
use super::{Info, StoreError, meta, migrate, reader, state};
use crate::model::{Class, Commit, Counters, Day, Dictionary, Hash, InputState, RowKey, SiteId, Stored, Sym, Symbols};
use duckdb::{Connection, params};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

/// A writer checkpoints after this many commits: every opening replays the
/// log, 10 ms for the first commit in it and more than 1 ms for each other. While
/// somebody reads it checkpoints after every commit; otherwise writing half a
/// megabyte for each would wear out the disk for nobody.
const CHECKPOINT_COMMITS: u32 = 16;
/// … or after this long.
const CHECKPOINT_AFTER: Duration = Duration::from_secs(60);
/// From so many hashes on a commit is quicker on every core.
const MANY: usize = 5000;

/// The writing side of a store in one process. Opens the file only for a commit.
pub struct Writer {
    path: PathBuf,
    file: (u64, u64),
    info: Info,
    ids: Ids,
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
        Ok(Writer { path, file, info, ids: Ids::new(cap), checkpointed: Instant::now(), read, tell })
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
}

/// Hashes are stored as 128-bit integers.
pub(crate) fn integer(hash: &Hash) -> i128 {
    i128::from_be_bytes(*hash)
}

impl Tx<'_> {
    pub(crate) fn connection(&self) -> &Connection {
        &self.lease
    }

    pub(crate) fn spread(&self) -> Result<(), StoreError> {
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

    /// Sees to it that the day's stored hashes were made under that salt. If
    /// they were made under another, which is lost, they are deleted and the
    /// day is marked. Returns whether it was so.
    pub fn renew_day(&self, day: Day, salt: &Hash) -> Result<bool, StoreError> {
        state::renew_day(&self.lease, day, salt)
    }

    /// The symbols of rows that were read back as ids.
    pub fn unresolve(&mut self, symbols: &mut Symbols, rows: &[Stored<RowKey>]) -> Result<Vec<RowKey>, StoreError> {
        state::unresolve(&self.lease, &mut self.writer.ids, symbols, rows)
    }

    /// Gives every text of these rows and requests an id.
    pub fn resolve(&mut self, symbols: &Symbols, commit: &Commit) -> Result<(), StoreError> {
        let mut needs = std::collections::HashSet::new();
        let mut ordered = Vec::new();
        let zone = self.writer.info.zone;
        let mut need = |dictionary, sym, site, bucket: u32| {
            if sym == Sym::EMPTY {
                return;
            }
            let need = Need { dictionary, sym, site, day: zone.day(bucket.into()) };
            if needs.insert(need) {
                ordered.push(need);
            }
        };
        for (row, _) in &commit.pages {
            row.map(|dictionary, sym| {
                need(dictionary, sym, row.site, row.bucket);
                sym
            });
        }
        for (key, _) in &commit.requests {
            need(Dictionary::Methods, key.method, key.site, key.bucket);
            need(Dictionary::Bots, key.bot, key.site, key.bucket);
            need(Dictionary::Paths, key.path, key.site, key.bucket);
        }
        self.writer.ids.resolve(&self.lease, symbols, &ordered)
    }

    /// A row with the store's ids; after [`Tx::resolve`].
    pub fn stored(&self, row: &RowKey) -> Stored<RowKey> {
        self.writer.ids.row(row, self.day(row.bucket))
    }

    fn day(&self, bucket: u32) -> Day {
        self.writer.info.zone.day(bucket.into())
    }

    /// Writes the batch and ends the transaction. `version` becomes the state's.
    ///
    /// # Errors
    /// After an error of the engine nothing is known about whether it was
    /// committed: read the inputs again.
    pub fn commit(mut self, mut commit: Commit, version: &str) -> Result<(), StoreError> {
        self.count_new(&mut commit)?;
        self.append_pages(&commit.pages)?;
        self.append_requests(&commit)?;
        self.append_ledger(&commit)?;
        self.replace_open_visits(&commit)?;
        self.touch_days(&commit)?;
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

    /// Which hashes are new is found by an anti-join here, in the commit's own
    /// transaction: so no process needs to hold what was seen.
    fn count_new(&mut self, commit: &mut Commit) -> Result<(), StoreError> {
        if commit.candidates.is_empty() {
            return Ok(());
        }
        if commit.candidates.len() > MANY {
            self.lease.spread()?;
        }
        let sql = include_str!("sql/candidates.sql");
        self.lease.execute_batch(sql)?;
        let mut appender = self.lease.appender_to_catalog_and_db("candidates", "temp", "main")?;
        for (index, candidate) in commit.candidates.iter().enumerate() {
            appender.append_row(params![index as u32, candidate.day.0, integer(&candidate.hash)])?;
        }
        appender.flush()?;
        drop(appender);
        self.lease.execute_batch(include_str!("sql/insert_seen.sql"))?;
        let mut statement = self.lease.prepare("SELECT i FROM temp.main.fresh")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let candidate = commit.candidates[row.get::<_, u32>(0)? as usize];
            let counters = &mut commit.pages[candidate.row as usize].1;
            if candidate.is_page {
                counters.uniques += 1;
            } else {
                counters.visitors += 1;
            }
        }
        Ok(())
    }

    fn append_pages(&self, pages: &[(RowKey, Counters)]) -> Result<(), StoreError> {
        if pages.is_empty() {
            return Ok(());
        }
        let mut appender = self.lease.appender("page_facts")?;
        for (row, c) in pages {
            if *c == Counters::default() {
                continue;
            }
            let Stored(r) = self.stored(row);
            let v = r.visit;
            appender.append_row(params![
                r.site,
                r.kind as u8,
                r.bucket,
                r.page.0,
                r.host.0,
                v.source.0,
                v.referrer.0,
                v.channel as u8,
                v.campaign.0,
                v.country.code(),
                v.region.0,
                v.city.0,
                v.browser.0,
                v.os.0,
                v.device as u8,
                c.page_views as i32,
                c.visitors as i32,
                c.uniques as i32,
                c.visits as i32,
                c.bounces as i32,
                c.exits as i32,
                c.duration_s as i32,
                c.duration_n as i32
            ])?;
        }
        Ok(appender.flush()?)
    }

    fn id(&self, dictionary: Dictionary, sym: Sym, site: SiteId, bucket: u32) -> u32 {
        self.writer.ids.id(Need { dictionary, sym, site, day: self.day(bucket) })
    }

    fn append_requests(&self, commit: &Commit) -> Result<(), StoreError> {
        let mut facts = self.lease.appender("request_facts")?;
        let mut errors = self.lease.appender("error_facts")?;
        for (key, sums) in &commit.requests {
            let method = self.id(Dictionary::Methods, key.method, key.site, key.bucket);
            let class = key.class as u8;
            if key.path == Sym::EMPTY {
                let bot = self.id(Dictionary::Bots, key.bot, key.site, key.bucket);
                facts.append_row(params![
                    key.site,
                    key.bucket,
                    class,
                    key.status,
                    method,
                    bot,
                    sums.requests as i32,
                    sums.bytes,
                    sums.time_us,
                    sums.time_n as i32
                ])?;
            } else {
                let path = self.id(Dictionary::Paths, key.path, key.site, key.bucket);
                errors.append_row(params![
                    key.site,
                    key.bucket,
                    class,
                    key.status,
                    method,
                    path,
                    sums.requests as i32,
                    sums.bytes
                ])?;
            }
        }
        facts.flush()?;
        errors.flush()?;
        if commit.latencies.is_empty() {
            return Ok(());
        }
        let mut latencies = self.lease.appender("latency_facts")?;
        for (key, bin, requests) in &commit.latencies {
            let method = self.id(Dictionary::Methods, key.method, key.site, key.bucket);
            let bot = self.id(Dictionary::Bots, key.bot, key.site, key.bucket);
            let class = key.class as u8;
            let row = params![key.site, key.bucket, class, key.status, method, bot, *bin, *requests as i32];
            latencies.append_row(row)?;
        }
        Ok(latencies.flush()?)
    }

    fn append_ledger(&self, commit: &Commit) -> Result<(), StoreError> {
        let mut ledger = self.lease.appender("ledger")?;
        let mut buckets: Vec<u32> = commit.ledger.iter().map(|row| row.1).collect();
        buckets.extend(commit.pages.iter().map(|(row, _)| row.bucket));
        for (site, bucket, class, lines) in &commit.ledger {
            ledger.append_row(params![*site, *bucket, *class as u8, *lines as i64])?;
        }
        ledger.flush()?;
        buckets.sort_unstable();
        buckets.dedup();
        let mut unmerged = self.lease.appender("unmerged")?;
        for bucket in buckets {
            unmerged.append_row([bucket])?;
        }
        Ok(unmerged.flush()?)
    }

    fn replace_open_visits(&self, commit: &Commit) -> Result<(), StoreError> {
        if commit.shards.is_empty() {
            return state::save_newest(&self.lease, &commit.newest);
        }
        let mut by_day: std::collections::BTreeMap<Day, Vec<u16>> = Default::default();
        for (day, shard, _) in &commit.shards {
            by_day.entry(*day).or_default().push(*shard);
        }
        for (day, shards) in by_day {
            let list = shards.iter().map(u16::to_string).collect::<Vec<_>>().join(",");
            let sql = format!("DELETE FROM open_visits WHERE day = ? AND shard IN ({list})");
            self.lease.execute(&sql, [day.0])?;
        }
        let mut appender = self.lease.appender("open_visits")?;
        for (day, shard, payload) in commit.shards.iter().filter(|s| !s.2.is_empty()) {
            appender.append_row(params![day.0, *shard, payload])?;
        }
        appender.flush()?;
        drop(appender);
        state::save_newest(&self.lease, &commit.newest)
    }

    fn touch_days(&self, commit: &Commit) -> Result<(), StoreError> {
        for (day, _) in &commit.days {
            let sql = "UPDATE days SET last_commit = ?, coarsened = false WHERE day = ?";
            self.lease.execute(sql, params![commit.now, day.0])?;
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

    /// Store size and counts, as `status` shows them.
    pub fn status(&self) -> Result<reader::Status, StoreError> {
        reader::status(&self.lease, &self.writer.path)
    }

    /// Whether a class has rows in `request_facts`.
    pub fn counts_as_request(class: Class) -> bool {
        !matches!(class, Class::Malformed | Class::OutOfWindow | Class::Excluded)
    }
}
