//! What was read since the last commit, kept by input so that an input which
//! another process was quicker with can be taken out again.

use super::judged::{Judged, Line};
use crate::anonymise::DaySalt;
use crate::model::{
    Class, Day, Facts, Hit, Ledger, RequestKey, RequestSums, SiteId, Sums as _, Sym, Zone, latency_bin,
};
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use std::collections::BTreeMap;
use std::hash::Hash;
use std::sync::Arc;

type Map<K, V> = HashMap<K, V, FixedState>;
type Place = (SiteId, u32, Class);

/// Sums by key, each with a number.
struct Sums<K, V> {
    numbers: Map<K, u32>,
    sums: Vec<(K, V)>,
}

impl<K, V> Default for Sums<K, V> {
    fn default() -> Self {
        Sums { numbers: Map::default(), sums: Vec::new() }
    }
}

impl<K: Copy + Eq + Hash, V: Default> Sums<K, V> {
    fn number(&mut self, key: K) -> u32 {
        *self.numbers.entry(key).or_insert_with(|| {
            self.sums.push((key, V::default()));
            self.sums.len() as u32 - 1
        })
    }

    fn at(&mut self, number: u32) -> &mut V {
        &mut self.sums[number as usize].1
    }

    fn of(&mut self, key: K) -> &mut V {
        let number = self.number(key);
        self.at(number)
    }
}

/// What one input brought.
#[derive(Default)]
struct Part {
    places: Sums<Place, u64>,
    requests: Sums<RequestKey, RequestSums>,
    latencies: Sums<(RequestKey, u16), i64>,
}

/// Where the keys of a block are in the part of its input, as far as they were
/// needed in this batch.
#[derive(Default)]
pub struct Slots {
    batch: u64,
    slots: Vec<Option<Slot>>,
}

#[derive(Clone, Copy)]
struct Slot {
    place: u32,
    /// Of classes that have request facts.
    facts: Option<u32>,
    /// Of keys with a path.
    errors: Option<u32>,
}

/// The parts by input.
#[derive(Default)]
struct Parts {
    parts: Vec<(u32, Part)>,
    /// Where the one is that was asked for last: often it is the next one.
    last: usize,
}

impl Parts {
    fn of(&mut self, input: u32) -> &mut Part {
        if self.parts.get(self.last).is_none_or(|(of, _)| *of != input) {
            self.last = self.parts.iter().position(|(of, _)| *of == input).unwrap_or_else(|| {
                self.parts.push((input, Part::default()));
                self.parts.len() - 1
            });
        }
        &mut self.parts[self.last].1
    }
}

/// A batch.
#[derive(Default)]
pub struct Batch {
    parts: Parts,
    hits: Vec<Hit>,
    salts: BTreeMap<Day, Arc<DaySalt>>,
    lines: u64,
    /// Tells batches apart.
    number: u64,
}

impl Batch {
    /// One that follows another, in the memory of one that is done with.
    pub fn after(before: &Batch, spare: Batch) -> Batch {
        let mut hits = spare.hits;
        hits.clear();
        Batch { number: before.number + 1, hits, ..Batch::default() }
    }

    /// Lines in it.
    pub fn lines(&self) -> u64 {
        self.lines
    }

    /// Whether it is time to commit: so many lines or page views.
    pub fn is_full(&self, lines: u64, hits: usize) -> bool {
        self.lines >= lines || self.hits.len() >= hits
    }

    /// Page views in order of processing.
    pub fn hits(&self) -> &[Hit] {
        &self.hits
    }

    /// Takes the salts of the days of its page views out.
    pub fn take_salts(&mut self) -> BTreeMap<Day, Arc<DaySalt>> {
        std::mem::take(&mut self.salts)
    }

    /// Adds a request, which has that one of a block's keys. `slots` are the
    /// block's, from its first request to its last.
    pub fn add(&mut self, input: u32, judged: &Judged, key: u32, slots: &mut Slots, line: &Line) {
        let keys = &judged.keys;
        if slots.batch != self.number || slots.slots.len() != keys.len() {
            *slots = Slots { batch: self.number, slots: vec![None; keys.len()] };
            for (day, salt) in &judged.salts {
                self.salts.entry(*day).or_insert_with(|| salt.clone());
            }
        }
        self.lines += 1;
        let part = self.parts.of(input);
        let slot = *slots.slots[key as usize].get_or_insert_with(|| part.slot(keys[key as usize]));
        *part.places.at(slot.place) += 1;
        let sums = RequestSums {
            requests: 1,
            bytes: line.bytes as i64,
            time_us: line.duration_us.unwrap_or(0) as i64,
            time_n: line.duration_us.is_some().into(),
        };
        if let Some(errors) = slot.errors {
            part.requests.at(errors).add(&sums);
        }
        let Some(facts) = slot.facts else { return };
        part.requests.at(facts).add(&sums);
        if let Some(time) = line.duration_us {
            let key = part.requests.sums[facts as usize].0;
            *part.latencies.of((key, latency_bin(time))) += 1;
        }
    }

    /// Adds a page view of the request added last.
    pub fn add_hit(&mut self, input: u32, hit: &Hit) {
        self.hits.push(Hit { input, ..*hit });
    }

    /// Adds lines that have no request of their own.
    pub fn add_lines(&mut self, input: u32, place: (SiteId, u32), class: Class, lines: u64) {
        self.lines += lines;
        *self.parts.of(input).places.of((place.0, place.1, class)) += lines;
    }

    /// The lines of one input by class.
    pub fn ledger(&self, input: u32) -> Ledger {
        let mut ledger = Ledger::default();
        let part = self.parts.parts.iter().find(|(of, _)| *of == input);
        for ((_, _, class), lines) in part.into_iter().flat_map(|(_, part)| &part.places.sums) {
            ledger.add(*class, *lines);
        }
        ledger
    }

    /// Takes an input out again.
    pub fn remove(&mut self, input: u32) {
        self.lines -= self.ledger(input).lines();
        self.parts.parts.retain(|(of, _)| *of != input);
        self.hits.retain(|hit| hit.input != input);
        if self.hits.is_empty() {
            self.salts.clear();
        }
        // Whoever knows places in it has to ask again.
        self.number += 1;
    }

    /// Everything but page views, by the local day.
    pub fn facts(&self, zone: Zone) -> BTreeMap<Day, Facts> {
        let mut days = BTreeMap::<Day, Facts>::new();
        let mut known: Map<u32, Day> = Map::default();
        let mut day = |bucket: u32| *known.entry(bucket).or_insert_with(|| zone.day(bucket.into()));
        for (_, part) in &self.parts.parts {
            for (key, lines) in &part.places.sums {
                days.entry(day(key.1)).or_default().ledger.push((*key, *lines));
            }
            for (key, sums) in &part.requests.sums {
                let facts = days.entry(day(key.bucket)).or_default();
                match key.path {
                    Sym::EMPTY => facts.requests.push((*key, *sums)),
                    _ => facts.errors.push((RequestKey { bucket: 0, bot: Sym::EMPTY, ..*key }, *sums)),
                }
            }
            for ((key, bin), n) in &part.latencies.sums {
                days.entry(day(key.bucket)).or_default().latencies.push(((*key, *bin), *n as u64));
            }
        }
        days
    }
}

impl Part {
    fn slot(&mut self, key: RequestKey) -> Slot {
        let counts = !matches!(key.class, Class::Malformed | Class::OutOfWindow | Class::Excluded);
        Slot {
            place: self.places.number((key.site, key.bucket, key.class)),
            facts: counts.then(|| self.requests.number(RequestKey { path: Sym::EMPTY, ..key })),
            errors: (counts && key.path != Sym::EMPTY).then(|| self.requests.number(key)),
        }
    }
}
