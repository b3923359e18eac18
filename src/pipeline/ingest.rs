//! Collects a batch and commits it: state read back where another process was
//! quicker, hits sessionised, everything written in one transaction.

use super::batch::Batch;
use super::error::IngestError;
use super::settings::{ImportOptions, Settings};
use super::sites::Sites;
use super::states::{count_only, new_states, overtaken};
use super::stream::Stream;
use super::worker::{Outcome, Worker};
use crate::anonymise::Salts;
use crate::input::Identity;
use crate::model::{Class, Commit, Day, InputCommit, InputState, Kind, Request, SiteId, Symbols};
use crate::sessionise::{Deltas, OpenVisit, Sessions};
use crate::store::{Info, Reader, StoreError, Tx, Writer};
use std::collections::BTreeSet;

/// Where what is read goes.
pub enum Keep {
    /// Into a store.
    Store(Box<Writer>),
    /// Nowhere: it is only counted. Sites get numbers as they come.
    Nothing(Vec<String>),
}

impl Keep {
    fn site(&mut self, name: &str) -> Result<SiteId, StoreError> {
        match self {
            Keep::Store(writer) => {
                let tx = writer.begin()?;
                let id = tx.site(name)?;
                tx.finish()?;
                Ok(id)
            }
            Keep::Nothing(names) => {
                let at = names.iter().position(|known| known == name).unwrap_or_else(|| {
                    names.push(name.to_owned());
                    names.len() - 1
                });
                Ok(at as SiteId + 1)
            }
        }
    }
}

/// The ingesting side of one command.
pub struct Ingest {
    /// Settings of the command.
    pub settings: Settings,
    /// Options of `import`.
    pub options: ImportOptions,
    /// Inputs known at the last look.
    pub inputs: Vec<InputState>,
    /// Makes the proofs of cursors.
    pub identity: Identity,
    keep: Keep,
    worker: Worker,
    sessions: Sessions,
    version: Option<String>,
    batch: Batch,
    now: i64,
    covered: Vec<(u32, SiteId, i64, i64)>,
    /// Lines left out because another input covers their time.
    pub overlapping: u64,
    /// Path of an input that covers the time of a new one.
    pub overlapped: Option<String>,
    /// Days whose salt was lost before their last record came.
    pub marked: BTreeSet<Day>,
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
        salts: Salts,
        identity: Identity,
    ) -> Result<Ingest, IngestError> {
        let (sites, inputs) = {
            let reader = Reader::open(writer.path(), writer.tell())?;
            (reader.sites()?, reader.inputs()?)
        };
        Ok(Ingest::new(
            Keep::Store(Box::new(writer)),
            settings,
            options,
            Worker::new(salts, Sites::new(sites)),
            identity,
            inputs,
        ))
    }

    /// That writes nothing; `known` are the inputs of a store there may be.
    pub fn into_nothing(
        settings: Settings,
        options: ImportOptions,
        identity: Identity,
        known: Vec<InputState>,
    ) -> Ingest {
        let worker = Worker::new(Salts::in_memory(), Sites::new(Vec::new()));
        Ingest::new(Keep::Nothing(Vec::new()), settings, options, worker, identity, known)
    }

    fn new(
        keep: Keep,
        settings: Settings,
        options: ImportOptions,
        worker: Worker,
        identity: Identity,
        inputs: Vec<InputState>,
    ) -> Ingest {
        let covered = inputs
            .iter()
            .filter_map(|i| Some((i.id, i.last_place?.0, i.first_record.into(), i.last_record.into())))
            .collect();
        let now = settings.clock();
        Ingest {
            settings,
            options,
            inputs,
            identity,
            keep,
            worker,
            sessions: Sessions::default(),
            version: None,
            batch: Batch::default(),
            now,
            covered,
            overlapping: 0,
            overlapped: None,
            marked: BTreeSet::new(),
        }
    }

    /// What the store is; nothing if there is none.
    pub fn info(&self) -> Option<&Info> {
        match &self.keep {
            Keep::Store(writer) => Some(writer.info()),
            Keep::Nothing(_) => None,
        }
    }

    /// The store's writing side.
    pub fn writer(&mut self) -> Option<&mut Writer> {
        match &mut self.keep {
            Keep::Store(writer) => Some(writer),
            Keep::Nothing(_) => None,
        }
    }

    /// Looks at the clock; records are judged by it until the next look.
    pub fn tick(&mut self) {
        self.now = self.settings.clock();
        self.worker.salts.set_clock(self.now);
    }

    /// Judges a request.
    ///
    /// # Errors
    /// If a salt or site cannot be made.
    pub fn judge(&mut self, request: &Request<'_>, claimed: Option<u16>) -> Result<Outcome, IngestError> {
        let keep = &mut self.keep;
        self.worker.judge(request, claimed, self.now, &self.settings, &mut |name| keep.site(name))
    }

    /// Site and hour of now, for inputs without any request.
    ///
    /// # Errors
    /// If the site cannot be made.
    pub fn place_of_now(&mut self, claimed: Option<u16>) -> Result<(SiteId, u32), IngestError> {
        let keep = &mut self.keep;
        let site = self.worker.default_site(claimed, &self.settings, &mut |name| keep.site(name))?;
        Ok((site, self.worker.bucket(self.now, &self.settings)))
    }

    /// Notes (and, if so told, leaves out) a request of a new input whose time
    /// an earlier input covers: it may be a slice of what was counted.
    pub fn check_overlap(&mut self, input: u32, outcome: &mut Outcome) {
        if input != 0 || self.covered.is_empty() || (self.overlapped.is_some() && !self.options.skip_overlap) {
            return;
        }
        let (site, time) = (outcome.key.site, outcome.time);
        let over = self.covered.iter().find(|(_, s, first, last)| *s == site && (*first..=*last).contains(&time));
        let Some(&(id, ..)) = over else { return };
        if self.overlapped.is_none() {
            self.overlapped = self.inputs.iter().find(|i| i.id == id).map(|i| i.path.clone());
        }
        if self.options.skip_overlap {
            self.overlapping += 1;
            outcome.key.class = Class::Excluded;
            outcome.hit = None;
        }
    }

    /// Adds what a stream gave.
    pub fn add(&mut self, input: u32, outcome: &Outcome) {
        self.batch.add(input, outcome);
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
    pub fn is_full(&self, lines: u64) -> bool {
        self.batch.is_full(lines)
    }

    /// Commits the batch. Streams that another process was quicker with are
    /// taken out of it and returned by number: they have to be opened anew.
    ///
    /// # Errors
    /// If nothing can be said about whether it was committed; inputs have to be
    /// opened anew then.
    pub fn commit(&mut self, streams: &mut [&mut Stream]) -> Result<Vec<u32>, IngestError> {
        let result = self.try_commit(streams);
        if result.is_err() {
            self.discard();
        }
        self.batch = Batch::default();
        result
    }

    /// Drops the batch and what is remembered of the store: inputs have to be
    /// opened anew.
    pub fn discard(&mut self) {
        self.version = None;
        self.batch = Batch::default();
        if let Keep::Store(writer) = &mut self.keep {
            writer.forget();
        }
    }

    /// Lets go of every salt, so that those that are due can be destroyed; only
    /// right after a commit.
    pub fn release(&mut self) {
        self.worker.salts.keep_only(&[]);
        self.sessions.keep_only(&[]);
    }

    fn try_commit(&mut self, streams: &mut [&mut Stream]) -> Result<Vec<u32>, IngestError> {
        let Keep::Store(writer) = &mut self.keep else {
            count_only(&self.batch, streams, &mut self.inputs, &self.identity);
            return Ok(Vec::new());
        };
        let mut tx = writer.begin()?;
        let version = tx.version()?;
        if self.version.as_ref() != Some(&version) {
            self.sessions.clear();
            self.inputs = tx.inputs()?;
        }
        let lost = overtaken(streams, &self.inputs, &self.identity);
        for &number in &lost {
            self.batch.remove(number);
        }
        let mut commit = Commit { now: self.settings.clock(), ..Commit::default() };
        let mut deltas = Deltas::default();
        let days: BTreeSet<Day> = self.batch.hits().iter().map(|hit| hit.day).collect();
        for &day in &days {
            let salt = *self.worker.salts.day(day)?.fingerprint();
            if !self.sessions.knows(day) {
                if tx.renew_day(day, &salt)? {
                    self.marked.insert(day);
                }
                load(&mut self.sessions, &self.worker.salts, &mut self.worker.symbols, &mut tx, day)?;
            }
            commit.days.push((day, salt));
        }
        for hit in self.batch.hits() {
            self.sessions.hit(hit, &mut deltas, &mut commit);
        }
        self.batch.fill(&mut commit);
        tx.resolve(&self.worker.symbols, &commit)?;
        commit.shards = self.sessions.changes(&deltas, |hash, visit, payload| {
            visit.map(|row| tx.stored(row)).encode(hash, payload);
        });
        for (day, shard, payload) in commit.shards.iter_mut().filter(|s| !s.2.is_empty()) {
            if let Some(salt) = self.worker.salts.known(*day) {
                *payload = salt.seal(*day, *shard, payload);
            }
        }
        commit.newest = self.sessions.newest(&deltas);
        let states = new_states(&self.batch, streams, &lost, &self.inputs, &self.identity);
        commit.inputs = states.iter().map(|(_, state)| InputCommit { state: state.clone() }).collect();
        let next = new_version();
        tx.commit(commit, &next)?;
        self.version = Some(next);
        for (number, state) in states {
            self.inputs.retain(|known| known.id != state.id);
            self.inputs.push(state.clone());
            if let Some(stream) = streams.iter_mut().find(|s| s.number == number) {
                stream.state = state;
            }
        }
        // A request that is ready was hashed already: its salt stays in use.
        let ready = streams.iter().filter_map(|stream| stream.day());
        let days: Vec<Day> = days.into_iter().chain(ready).collect();
        self.worker.salts.keep_only(&days);
        self.sessions.keep_only(&days);
        Ok(lost)
    }
}

/// Reads a day's open visits back.
fn load(
    sessions: &mut Sessions,
    salts: &Salts,
    symbols: &mut Symbols,
    tx: &mut Tx<'_>,
    day: Day,
) -> Result<(), IngestError> {
    let mut stored = Vec::new();
    for (shard, sealed) in tx.shards(day)? {
        let plain = salts.known(day).and_then(|salt| salt.open(day, shard, &sealed));
        stored.extend(plain.and_then(|plain| OpenVisit::decode_all(&plain)).unwrap_or_default());
    }
    let ids: Vec<_> = stored.iter().flat_map(|(_, visit)| visit.rows()).collect();
    let rows = tx.unresolve(symbols, &ids)?;
    // A site may have been removed meanwhile.
    let sites: Vec<SiteId> = tx.sites()?.iter().map(|site| site.id).collect();
    let visits = stored
        .iter()
        .zip(rows.chunks(2))
        .filter(|(_, rows)| sites.contains(&rows[0].site))
        .map(|((hash, visit), rows)| (*hash, visit.with_rows(rows[0], rows[1])));
    let newest = tx.newest(day)?.into_iter().map(|(site, kind, time)| {
        let kind = if kind == 0 { Kind::Log } else { Kind::Beacon };
        ((site, kind), time)
    });
    sessions.load(day, visits.collect(), newest.collect());
    Ok(())
}

/// A random 128-bit value in hexadecimal.
fn new_version() -> String {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("the operating system has random bytes");
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
