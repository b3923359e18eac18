//! The ingesting side of one command: collects a batch, and has it committed,
//! beside the reading of the next one if need be.

use super::batch::{Batch, Slots};
use super::committer::{Committer, Cursors, Done, Keep, Secrets};
use super::error::IngestError;
use super::judge::{Judge, Shared};
use super::judged::{Judged, Line, Task};
use super::live::Lives;
use super::pool::{Pool, Waiting};
use super::settings::{ImportOptions, Settings};
use super::sites::SharedSites;
use super::states::{Reached, remember};
use super::stream::Stream;
use crate::anonymise::{DayKeys, Salts, UsedKeys};
use crate::enrich::agent;
use crate::input::Identity;
use crate::model::{Class, Day, Hit, InputState, SiteId, Symbols};
use crate::store::{Info, Reader, Writer};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;

/// A smaller block is judged at once: handing it on would take longer.
const SMALL: usize = 32 << 10;
/// More threads than this wait for the one that merges and commits.
const MOST_THREADS: usize = 8;

/// The ingesting side of one command.
pub struct Ingest {
    /// Settings of the command.
    pub settings: Arc<Settings>,
    /// Options of `import`.
    pub options: ImportOptions,
    /// Inputs known at the last look.
    pub inputs: Vec<InputState>,
    /// Makes the proofs of cursors.
    pub identity: Arc<Identity>,
    /// Inputs that are read side by side.
    pub streams: usize,
    info: Option<Info>,
    committer: Arc<Mutex<Committer>>,
    /// A commit under way.
    pending: Option<JoinHandle<Result<Done, IngestError>>>,
    shared: Shared,
    secrets: Secrets,
    judge: Judge,
    pool: Option<Pool>,
    batch: Batch,
    /// One that was committed, for its memory.
    spare: Batch,
    now: i64,
    covered: Vec<(u32, SiteId, i64, i64)>,
    /// Lines left out because another input covers their time.
    pub overlapping: u64,
    /// Path of an input that covers the time of a new one.
    pub overlapped: Option<String>,
}

/// A block that was given away to be judged.
pub enum Judging {
    /// It is done.
    Done(Box<Judged>),
    /// A thread has it.
    Waiting(Waiting),
}

impl Ingest {
    /// For a store that is open.
    ///
    /// # Errors
    /// If the store cannot be read or its key not used.
    pub fn into_store(
        writer: Writer,
        settings: Settings,
        options: ImportOptions,
        (salts, days): (Salts, DayKeys),
        identity: Identity,
    ) -> Result<Ingest, IngestError> {
        let (sites, inputs) = {
            let reader = Reader::open(writer.path(), writer.tell())?;
            (reader.sites()?, reader.inputs_by(&Cursors(&identity, &writer.info().id))?)
        };
        let sites = SharedSites::new(sites);
        let secrets = Secrets { salts: Arc::new(salts), days: Arc::new(days) };
        Ok(Ingest::new(Keep::Store(Box::new(writer)), settings, options, (sites, secrets), identity, inputs))
    }

    /// That writes nothing; `known` are the inputs of a store there may be.
    pub fn into_nothing(
        settings: Settings,
        options: ImportOptions,
        identity: Identity,
        known: Vec<InputState>,
    ) -> Ingest {
        let sites = SharedSites::new(Vec::new());
        let secrets = Secrets { salts: Arc::new(Salts::in_memory()), days: Arc::new(DayKeys::in_memory()) };
        Ingest::new(Keep::Nothing(Vec::new()), settings, options, (sites, secrets), identity, known)
    }

    fn new(
        keep: Keep,
        settings: Settings,
        options: ImportOptions,
        (sites, secrets): (SharedSites, Secrets),
        identity: Identity,
        inputs: Vec<InputState>,
    ) -> Ingest {
        let covered = inputs
            .iter()
            .filter_map(|i| Some((i.id, i.last_place?.0, i.first_record.into(), i.last_record.into())))
            .collect();
        let now = settings.clock();
        let (settings, identity, symbols) = (Arc::new(settings), Arc::new(identity), Arc::new(Symbols::default()));
        let info = match &keep {
            Keep::Store(writer) => Some(writer.info().clone()),
            Keep::Nothing(_) => None,
        };
        let committer =
            Committer::new(keep, settings.clone(), identity.clone(), symbols.clone(), secrets.clone(), inputs.clone());
        let shared =
            Shared { settings: settings.clone(), sites: Arc::new(sites), salts: secrets.salts.clone(), symbols };
        Ingest {
            settings,
            options,
            inputs,
            identity,
            streams: 1,
            info,
            committer: Arc::new(Mutex::new(committer)),
            pending: None,
            judge: Judge::new(shared.clone()),
            shared,
            secrets,
            pool: None,
            batch: Batch::default(),
            spare: Batch::default(),
            now,
            covered,
            overlapping: 0,
            overlapped: None,
        }
    }

    /// What the store is; nothing if there is none.
    pub fn info(&self) -> Option<&Info> {
        self.info.as_ref()
    }

    fn committer(&self) -> MutexGuard<'_, Committer> {
        self.committer.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// The keys of open days as this process has them, for whoever reads beside it.
    pub fn keys(&self) -> Option<UsedKeys> {
        let store = self.info.as_ref()?.id.clone();
        Some(UsedKeys { store, days: self.secrets.days.clone(), salts: self.secrets.salts.clone() })
    }

    /// Makes a site that has no lines yet.
    ///
    /// # Errors
    /// Of the store.
    pub fn know(&mut self, site: &str) -> Result<(), IngestError> {
        self.committer().site(site)?;
        Ok(())
    }

    /// Does something with the store's writing side; nothing if there is none.
    pub fn with_writer<T>(&mut self, act: impl FnOnce(&mut Writer) -> T) -> Option<T> {
        match &mut self.committer().keep {
            Keep::Store(writer) => Some(act(writer)),
            Keep::Nothing(_) => None,
        }
    }

    /// Days whose salt was lost before their last record came.
    pub fn marked(&self) -> BTreeSet<Day> {
        self.committer().marked.clone()
    }

    /// Looks at the clock; records are judged by it until the next look.
    pub fn tick(&mut self) {
        self.now = self.settings.clock();
        self.shared.salts.set_clock(self.now);
        self.secrets.days.set_clock(self.now);
    }

    /// The clock at the last look, epoch seconds.
    pub fn now(&self) -> i64 {
        self.now
    }

    /// How many blocks of an input should be under way at a time: one until there is
    /// so much to read that threads are worth it.
    pub fn depth(&self) -> usize {
        self.pool.as_ref().map_or(1, |pool| (pool.threads() * 2 + 2).div_ceil(self.streams.max(1)))
    }

    /// Has a block judged, by a thread if it is large.
    ///
    /// # Errors
    /// If a salt cannot be made.
    pub fn judge(&mut self, task: Task) -> Result<Judging, IngestError> {
        agent::prepare();
        if task.block.bytes().len() < self.options.block.unwrap_or(usize::MAX).min(SMALL) {
            return Ok(Judging::Done(Box::new(self.judge.block(task)?)));
        }
        let cores = || std::thread::available_parallelism().map_or(1, |n| n.get().min(MOST_THREADS));
        let threads = self.options.threads;
        let pool = self.pool.get_or_insert_with(|| Pool::new(threads.unwrap_or_else(cores), &self.shared));
        Ok(Judging::Waiting(pool.judge(task)))
    }

    /// Takes a judged block whose input's parser had changed so often before it:
    /// judged anew if it had not when it was given away, and to its end.
    ///
    /// # Errors
    /// If a salt or site cannot be made.
    pub fn finish(&mut self, judging: Judging, parser: &crate::parse::Parser) -> Result<Judged, IngestError> {
        let mut judged = match judging {
            Judging::Done(judged) => *judged,
            Judging::Waiting(waiting) => waiting.wait()?,
        };
        if judged.before != parser.changes() {
            judged = self.judge.block(judged.again(parser.clone()))?;
        }
        while let Some(host) = judged.unknown_site.take() {
            self.learn(&host, judged.claimed())?;
            self.judge.go_on(&mut judged)?;
        }
        Ok(judged)
    }

    fn learn(&self, host: &[u8], claimed: Option<u16>) -> Result<SiteId, IngestError> {
        let mut add = |name: &str| self.committer().site(name);
        Ok(self.shared.sites.learn(host, claimed, &self.settings, &mut add)?.id)
    }

    /// Site and hour of now, for inputs without any request.
    ///
    /// # Errors
    /// If the site cannot be made.
    pub fn place_of_now(&mut self, claimed: Option<u16>) -> Result<(SiteId, u32), IngestError> {
        Ok((self.learn(b"", claimed)?, self.judge.bucket(self.now)))
    }

    /// Whether lines of an hour are counted: all, or those of the one day that is.
    pub fn counts(&self, bucket: u32) -> bool {
        let only = self.options.only.as_ref();
        only.is_none_or(|days| days.contains(&self.settings.zone.day(bucket.into())))
    }

    /// Notes a request of a new input whose time an earlier input covers: it may
    /// be a slice of what was counted. Returns whether it is to be left out.
    pub fn is_overlap(&mut self, site: SiteId, time: i64) -> bool {
        if self.covered.is_empty() || (self.overlapped.is_some() && !self.options.skip_overlap) {
            return false;
        }
        let over = self.covered.iter().find(|(_, s, first, last)| *s == site && (*first..=*last).contains(&time));
        let Some(&(id, ..)) = over else { return false };
        if self.overlapped.is_none() {
            self.overlapped = self.inputs.iter().find(|i| i.id == id).map(|i| i.path.clone());
        }
        self.overlapping += u64::from(self.options.skip_overlap);
        self.options.skip_overlap
    }

    /// Adds a request, which has that one of a block's keys.
    pub fn add(&mut self, input: u32, judged: &Judged, key: u32, slots: &mut Slots, line: &Line) {
        self.batch.add(input, judged, key, slots, line);
    }

    /// Adds a page view of the request added last.
    pub fn add_hit(&mut self, input: u32, hit: &Hit) {
        self.batch.add_hit(input, hit);
    }

    /// Adds lines of a stream that have no request.
    pub fn add_lines(&mut self, input: u32, place: (SiteId, u32), class: Class, lines: u64) {
        self.batch.add_lines(input, place, class, lines);
    }

    /// Takes a stream out of the batch again.
    pub fn remove(&mut self, input: u32) {
        self.batch.remove(input);
    }

    /// Lines that wait for a commit.
    pub fn waiting(&self) -> u64 {
        self.batch.lines()
    }

    /// Whether the batch should be committed now.
    pub fn is_full(&self, lines: u64, hits: usize) -> bool {
        self.batch.is_full(lines, hits)
    }

    /// Commits the batch. Streams that another process was quicker with are
    /// taken out of it and returned by number: they have to be opened anew.
    ///
    /// # Errors
    /// If nothing can be said about whether it was committed; inputs have to be
    /// opened anew then.
    pub fn commit(&mut self, streams: &mut [&mut Stream]) -> Result<Vec<u32>, IngestError> {
        let mut lost = self.settle(streams)?;
        let (batch, reached) = self.close_batch(streams, &lost);
        let result = self.committer().commit(batch, &reached, true);
        lost.extend(self.apply(result, streams)?);
        Ok(lost)
    }

    /// Has the batch committed while the next one is read; [`Ingest::settle`] tells
    /// what came of it. The commit before is settled.
    pub fn commit_beside(&mut self, streams: &mut [&mut Stream]) {
        debug_assert!(self.pending.is_none(), "the commit before was settled");
        let (batch, reached) = self.close_batch(streams, &[]);
        let committer = self.committer.clone();
        let commit = move || committer.lock().unwrap_or_else(|p| p.into_inner()).commit(batch, &reached, false);
        self.pending = Some(std::thread::spawn(commit));
    }

    /// Waits for the commit under way, if there is one. Returns the streams that
    /// have to be opened anew.
    ///
    /// # Errors
    /// As [`Ingest::commit`].
    pub fn settle(&mut self, streams: &mut [&mut Stream]) -> Result<Vec<u32>, IngestError> {
        let Some(pending) = self.pending.take() else { return Ok(Vec::new()) };
        let result = pending.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        let lost = self.apply(result, streams)?;
        for &number in &lost {
            self.batch.remove(number);
        }
        Ok(lost)
    }

    fn close_batch(&mut self, streams: &mut [&mut Stream], but: &[u32]) -> (Batch, Vec<Reached>) {
        let next = Batch::after(&self.batch, std::mem::take(&mut self.spare));
        let batch = std::mem::replace(&mut self.batch, next);
        let streams = streams.iter().filter(|stream| !but.contains(&stream.number));
        let is_recount = self.options.only.is_some();
        let reached = streams.filter(|_| !is_recount).map(|stream| stream.reached(&self.identity));
        (batch, reached.collect())
    }

    fn apply(
        &mut self,
        result: Result<Done, IngestError>,
        streams: &mut [&mut Stream],
    ) -> Result<Vec<u32>, IngestError> {
        let done = result.inspect_err(|_| self.forget_batch())?;
        self.spare = done.batch;
        match done.inputs {
            Some(inputs) => self.inputs = inputs,
            None => remember(&mut self.inputs, &done.states),
        }
        for (number, state) in done.states {
            if let Some(stream) = streams.iter_mut().find(|s| s.number == number) {
                stream.state = state;
            }
        }
        Ok(done.lost)
    }

    fn forget_batch(&mut self) {
        self.batch = Batch::after(&self.batch, Batch::default());
    }

    /// Drops the batch and what is remembered of the store: inputs have to be
    /// opened anew.
    pub fn discard(&mut self) {
        if let Some(pending) = self.pending.take() {
            // Whatever came of it is in the store.
            let _ = pending.join();
        }
        self.forget_batch();
        self.committer().discard();
    }

    /// Who is there now, by site, as far as this process has counted.
    pub fn live(&self) -> Option<Lives> {
        self.committer().live(&self.shared.sites.all(), self.settings.clock())
    }

    /// Lets go of everything under a salt, so that those that are due can be
    /// destroyed; only right after a commit.
    pub fn release(&mut self) {
        self.committer().release();
    }
}

impl Drop for Ingest {
    fn drop(&mut self) {
        if let Some(pending) = self.pending.take() {
            let _ = pending.join();
        }
    }
}
