//! Commits batches: state read back where another process was quicker, hits
//! sessionised, everything written in one transaction. Works beside the reading
//! of the next batch.

use super::batch::Batch;
use super::error::IngestError;
use super::live::{self, Lives, by_site};
use super::settings::Settings;
use super::states::{Reached, new_states, overtaken, remember};
use crate::anonymise::DaySalt;
use crate::input::Identity;
use crate::model::{Commit, Day, Dictionary, InputCommit, InputState, Kind, Presence, RowKey, SiteId, Sym, Symbols};
use crate::sessionise::{Deltas, OpenVisit, Sessions};
use crate::store::{DayWas, Site, StoreError, Tx, Writer};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Where what is read goes.
pub enum Keep {
    /// Into a store.
    Store(Box<Writer>),
    /// Nowhere: it is only counted. Sites get numbers as they come.
    Nothing(Vec<String>),
}

/// From so many rows on a commit is quicker on every core.
const MANY: usize = 5_000;

/// What a commit did.
pub struct Done {
    /// Streams that another process was quicker with: nothing of them was
    /// committed, and they have to be opened anew.
    pub lost: Vec<u32>,
    /// What the others lead to.
    pub states: Vec<(u32, InputState)>,
    /// Every input that the store knows, if another process has changed it.
    pub inputs: Option<Vec<InputState>>,
    /// The batch, to be filled again: what it allocated need not be allocated anew.
    pub batch: Batch,
}

/// The writing side of one command.
pub struct Committer {
    /// Where it goes.
    pub keep: Keep,
    /// Days whose salt was lost before their last record came.
    pub marked: BTreeSet<Day>,
    settings: Arc<Settings>,
    identity: Arc<Identity>,
    symbols: Arc<Symbols>,
    inputs: Vec<InputState>,
    sessions: Sessions,
    version: Option<String>,
    /// Those of the batch before, emptied.
    commit: Commit,
    deltas: Deltas,
}

impl Committer {
    /// That knows these inputs.
    pub fn new(
        keep: Keep,
        settings: Arc<Settings>,
        identity: Arc<Identity>,
        symbols: Arc<Symbols>,
        inputs: Vec<InputState>,
    ) -> Committer {
        let (sessions, marked) = (Sessions::default(), BTreeSet::new());
        let (commit, deltas) = (Commit::default(), Deltas::default());
        Committer { keep, marked, settings, identity, symbols, inputs, sessions, version: None, commit, deltas }
    }

    /// The number of a site, made if there is none of that name.
    ///
    /// # Errors
    /// Of the store.
    pub fn site(&mut self, name: &str) -> Result<SiteId, StoreError> {
        match &mut self.keep {
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

    /// Forgets what it remembers of the store, of which nothing is known after an
    /// error.
    pub fn discard(&mut self) {
        self.version = None;
        if let Keep::Store(writer) = &mut self.keep {
            writer.forget();
        }
    }

    /// Who is there at `now`, by site; nothing if not all of their visits are known
    /// here.
    pub fn live(&self, sites: &[Site], now: i64) -> Option<Lives> {
        if !live::days(self.settings.zone, now).into_iter().all(|day| self.sessions.has(day)) {
            return None;
        }
        let presence = |visit: &OpenVisit<RowKey>| {
            let row = visit.exit();
            (row.site, Presence { first: visit.first(), last: visit.last(), page: row.page })
        };
        let visits: Vec<_> = self.sessions.visits().map(presence).collect();
        let text = |page: &Sym| {
            self.symbols.texts(Dictionary::Pages, &[*page]).first().map_or(String::new(), |text| text.to_string())
        };
        Some(by_site(sites, &visits, now, text))
    }

    /// Lets go of the open visits, which are read again if need be.
    pub fn release(&mut self) {
        self.sessions.clear();
    }

    /// Commits a batch that brought its streams so far; `alone` says that nothing
    /// else is to be done meanwhile.
    ///
    /// # Errors
    /// If nothing can be said about whether it was committed; inputs have to be
    /// opened anew then.
    pub fn commit(&mut self, batch: Batch, reached: &[Reached], alone: bool) -> Result<Done, IngestError> {
        let result = self.try_commit(batch, reached, alone);
        if result.is_err() {
            self.discard();
        }
        result
    }

    fn try_commit(&mut self, mut batch: Batch, reached: &[Reached], alone: bool) -> Result<Done, IngestError> {
        let Committer { keep, settings, identity, symbols, inputs, sessions, version, marked, commit, deltas } = self;
        let Keep::Store(writer) = keep else {
            // The inputs are remembered, so that a copy of one is known for one.
            let states = new_states(&batch, reached, &[], inputs);
            remember(inputs, &states);
            return Ok(Done { lost: Vec::new(), states, inputs: None, batch });
        };
        // Nothing new: a command that finds its logs as they were writes nothing.
        if batch.lines() == 0 && reached.iter().all(Reached::has_not_moved) {
            batch.take_salts();
            return Ok(Done { lost: Vec::new(), states: Vec::new(), inputs: None, batch });
        }
        let mut tx = writer.begin()?;
        let stored = tx.version()?;
        let is_changed = version.as_ref() != Some(&stored);
        if is_changed {
            sessions.clear();
            *inputs = tx.inputs()?;
        }
        let lost = overtaken(reached, inputs, identity);
        for &number in &lost {
            batch.remove(number);
        }
        commit.clear();
        commit.now = settings.clock();
        deltas.clear();
        let days: BTreeSet<Day> = batch.hits().iter().map(|hit| hit.day).collect();
        let salts = batch.take_salts();
        for &day in &days {
            let salt = &salts[&day];
            if !sessions.knows(day, salt.fingerprint()) {
                match tx.begin_day(day, salt.fingerprint())? {
                    DayWas::New => sessions.begin(day, *salt.fingerprint()),
                    was => {
                        marked.extend((was == DayWas::Renewed).then_some(day));
                        load(sessions, salt, symbols, &mut tx, day)?;
                    }
                }
            }
            commit.days.push((day, *salt.fingerprint()));
        }
        for hit in batch.hits() {
            sessions.hit(hit, deltas, commit);
        }
        batch.fill(commit);
        tx.resolve(symbols, commit)?;
        commit.shards = sessions.changes(deltas, |hash, visit, payload| {
            visit.map(|row| tx.stored(row)).encode(hash, payload);
        });
        for (day, shard, payload) in commit.shards.iter_mut().filter(|s| !s.2.is_empty()) {
            if let Some(salt) = salts.get(day) {
                *payload = salt.seal(*day, *shard, payload);
            }
        }
        commit.newest = sessions.newest(deltas);
        let states = new_states(&batch, reached, &lost, inputs);
        commit.inputs = states.iter().map(|(_, state)| InputCommit { state: state.clone() }).collect();
        let next = new_version();
        if alone && commit.pages.len() > MANY {
            tx.spread()?;
        }
        tx.commit(commit, &next)?;
        *version = Some(next);
        remember(inputs, &states);
        // A batch of robots and images says nothing about who is still there.
        if !days.is_empty() {
            sessions.keep_only(&days.union(&live::days(settings.zone, commit.now)).copied().collect());
        }
        Ok(Done { lost, states, inputs: is_changed.then(|| inputs.clone()), batch })
    }
}

/// Reads a day's open visits back.
fn load(
    sessions: &mut Sessions,
    salt: &DaySalt,
    symbols: &Symbols,
    tx: &mut Tx<'_>,
    day: Day,
) -> Result<(), IngestError> {
    let mut stored = Vec::new();
    for (shard, sealed) in tx.shards(day)? {
        let plain = salt.open(day, shard, &sealed);
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
    let is_new = !tx.has_seen(day)?;
    sessions.load((day, *salt.fingerprint()), visits.collect(), newest.collect(), is_new);
    Ok(())
}

/// A random 128-bit value in hexadecimal.
fn new_version() -> String {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("the operating system has random bytes");
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
