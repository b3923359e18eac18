//! Commits batches: state read back where another process was quicker, hits
//! sessionised, everything written in one transaction. Works beside the reading
//! of the next batch.

use super::batch::Batch;
use super::error::IngestError;
use super::live::{self, Lives, by_site};
use super::settings::Settings;
use super::states::{Reached, new_states, overtaken, remember};
use crate::anonymise::{DayKey, DayKeys, DaySalt, Salts, Sealer};
use crate::input::Identity;
use crate::model::{
    Commit, Day, DayBatch, Dictionary, Hash, InputCommit, InputState, Keys, NoKeys, OpenVisit, Presence, Seal, SiteId,
    Sym, Symbols,
};
use crate::sessionise::{Deltas, Sessions};
use crate::store::{DayWas, Means, OpenVisits, Site, StoreError, Tx, Writer, random_id};
use std::collections::{BTreeMap, BTreeSet};
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
    secrets: Secrets,
    inputs: Vec<InputState>,
    sessions: Sessions,
    version: Option<String>,
}

/// What hides open days and cursors.
#[derive(Clone)]
pub struct Secrets {
    /// The salts.
    pub salts: Arc<Salts>,
    /// The day keys.
    pub days: Arc<DayKeys>,
}

/// What seals one day while a commit is under way.
struct Sealed {
    sealer: Sealer,
    fingerprint: Hash,
    // Held for their locks.
    _key: Arc<DayKey>,
    _salt: Arc<DaySalt>,
}

/// The one key of a store that opens cursors.
pub(super) struct Cursors<'c>(pub(super) &'c Identity, pub(super) &'c str);

impl Cursors<'_> {
    fn sealer(&self) -> Sealer {
        Sealer::plain(self.1, &self.0.derive("cursors"))
    }
}

impl Keys for Cursors<'_> {
    fn day(&self, day: Day) -> Option<Box<dyn Seal>> {
        NoKeys.day(day)
    }
    fn carried(&self, day: Day) -> Option<Box<dyn Seal>> {
        NoKeys.carried(day)
    }
    fn cursors(&self) -> Option<Box<dyn Seal>> {
        Some(Box::new(self.sealer()))
    }
}

impl Committer {
    /// That knows these inputs.
    pub fn new(
        keep: Keep,
        settings: Arc<Settings>,
        identity: Arc<Identity>,
        symbols: Arc<Symbols>,
        secrets: Secrets,
        inputs: Vec<InputState>,
    ) -> Committer {
        let (sessions, marked) = (Sessions::default(), BTreeSet::new());
        Committer { keep, marked, settings, identity, symbols, secrets, inputs, sessions, version: None }
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
        let presence =
            |visit: &OpenVisit| (visit.site, Presence { first: visit.first, last: visit.last, page: visit.exit.page });
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
        let Committer { keep, settings, identity, symbols, inputs, sessions, version, marked, secrets } = self;
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
        let store = writer.info().id.clone();
        let cursors = Cursors(identity, &store);
        let mut facts = batch.facts(settings.zone);
        // Before the lease: whoever destroys a key may wait for the store.
        let salts = batch.take_salts();
        let mut sealed: BTreeMap<Day, Sealed> = BTreeMap::new();
        for &day in salts.keys().chain(facts.keys()) {
            if sealed.contains_key(&day) {
                continue;
            }
            let key = secrets.days.day(day)?;
            // Also where no page view came: the newest segment is sealed under both.
            let salt = match salts.get(&day) {
                Some(salt) => salt.clone(),
                None => secrets.salts.day(day)?,
            };
            let sealer = key.sealer(&store, Some(&salt));
            sealed.insert(day, Sealed { sealer, fingerprint: key.fingerprint(), _key: key, _salt: salt });
        }
        let mut tx = writer.begin()?;
        let stored = tx.version()?;
        let is_changed = version.as_ref() != Some(&stored);
        if is_changed {
            sessions.clear();
            tx.forget();
            *inputs = tx.inputs(&cursors)?;
        }
        let lost = overtaken(reached, inputs, identity);
        if !lost.is_empty() {
            lost.iter().for_each(|&number| batch.remove(number));
            facts = batch.facts(settings.zone);
        }
        let now = settings.clock();
        let days: BTreeSet<Day> = batch.hits().iter().map(|hit| hit.day).collect();
        for &day in &days {
            let fingerprint = salts[&day].fingerprint();
            if sessions.knows(day, fingerprint) {
                continue;
            }
            let was = tx.begin_day(day, fingerprint)?;
            marked.extend(matches!(was, DayWas::Renewed { .. } | DayWas::Closed).then_some(day));
            let sealer = &sealed[&day].sealer;
            match was {
                DayWas::New => sessions.begin(day, *fingerprint),
                DayWas::Known => load(sessions, (day, *fingerprint), symbols, &mut tx, sealer)?,
                DayWas::Closed => {
                    let open = tx.open_visits(day, None, symbols, sealer)?;
                    sessions.load((day, *fingerprint), [], open.newest, true);
                }
                DayWas::Renewed { from } => {
                    // Nobody can go on with them under another salt.
                    let open = tx.open_visits(day, Some(from), symbols, sealer)?;
                    let facts = facts.entry(day).or_default();
                    open.visits.iter().for_each(|(_, visit)| visit.end(facts));
                    sessions.load((day, *fingerprint), [], open.newest, true);
                }
            }
        }
        let mut deltas = Deltas::default();
        for hit in batch.hits() {
            sessions.hit(hit, &mut deltas);
        }
        let several = |day: Day, visitor: &Hash| salts[&day].several(visitor);
        let mut commit = Commit { days: sessions.finish(&mut deltas, &several), now, ..Commit::default() };
        for (day, facts) in facts {
            match commit.days.iter_mut().find(|batch| batch.day == day) {
                Some(batch) => batch.facts = facts,
                None => commit.days.push(DayBatch { day, facts, ..DayBatch::default() }),
            }
        }
        let states = new_states(&batch, reached, &lost, inputs);
        commit.inputs = states.iter().map(|(_, state)| InputCommit { state: state.clone() }).collect();
        let next = random_id();
        if alone && batch.hits().len() > MANY {
            tx.spread()?;
        }
        let sessions_now = &*sessions;
        let means = Means {
            symbols,
            days: &|day| sealed.get(&day).map(|sealed| (&sealed.sealer as &dyn Seal, sealed.fingerprint)),
            cursors: &cursors.sealer(),
            is_current: &|day, hash, visit| {
                !sessions_now.has(day) || sessions_now.find(day, hash).is_some_and(|now| now == visit)
            },
        };
        tx.commit(&mut commit, &means, &next)?;
        *version = Some(next);
        remember(inputs, &states);
        // A batch of robots and images says nothing about who is still there.
        if !days.is_empty() {
            sessions.keep_only(&days.union(&live::days(settings.zone, now)).copied().collect());
        }
        Ok(Done { lost, states, inputs: is_changed.then(|| inputs.clone()), batch })
    }
}

/// Reads a day's open visits back.
fn load(
    sessions: &mut Sessions,
    (day, salt): (Day, Hash),
    symbols: &Symbols,
    tx: &mut Tx<'_>,
    sealer: &Sealer,
) -> Result<(), IngestError> {
    let OpenVisits { visits, newest } = tx.open_visits(day, None, symbols, sealer)?;
    // A site may have been removed meanwhile.
    let sites: Vec<SiteId> = tx.sites()?.iter().map(|site| site.id).collect();
    let is_new = !tx.has_seen(day)?;
    let visits = visits.into_iter().filter(|(_, visit)| sites.contains(&visit.site));
    sessions.load((day, salt), visits, newest, is_new);
    Ok(())
}
