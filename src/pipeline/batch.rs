//! What was read since the last commit, kept by input so that an input which
//! another process was quicker with can be taken out again.

use super::worker::Outcome;
use crate::model::{Class, Commit, Hit, Ledger, RequestKey, RequestSums, SiteId, Sym};
use foldhash::fast::FixedState;
use hashbrown::HashMap;

type Map<K, V> = HashMap<K, V, FixedState>;

/// What one input brought.
#[derive(Default)]
struct Part {
    places: Map<(SiteId, u32, Class), u64>,
    requests: Map<RequestKey, RequestSums>,
    latencies: Map<(RequestKey, u16), i64>,
}

/// A batch.
#[derive(Default)]
pub struct Batch {
    parts: Map<u32, Part>,
    hits: Vec<Hit>,
    lines: u64,
}

impl Batch {
    /// Lines in it.
    pub fn lines(&self) -> u64 {
        self.lines
    }

    /// Whether it is time to commit: so many lines or page views.
    pub fn is_full(&self, lines: u64) -> bool {
        self.lines >= lines || self.hits.len() >= 100_000
    }

    /// Page views in order of processing.
    pub fn hits(&self) -> &[Hit] {
        &self.hits
    }

    /// Adds a request.
    pub fn add(&mut self, input: u32, outcome: &Outcome) {
        self.lines += 1;
        let part = self.parts.entry(input).or_default();
        let key = outcome.key;
        *part.places.entry((key.site, key.bucket, key.class)).or_default() += 1;
        if matches!(key.class, Class::Malformed | Class::OutOfWindow | Class::Excluded) {
            return;
        }
        let sums = RequestSums {
            requests: 1,
            bytes: outcome.bytes as i64,
            time_us: outcome.duration_us.unwrap_or(0) as i64,
            time_n: outcome.duration_us.is_some().into(),
        };
        let facts = RequestKey { path: Sym::EMPTY, ..key };
        add(part.requests.entry(facts).or_default(), &sums);
        if key.path != Sym::EMPTY {
            add(part.requests.entry(key).or_default(), &sums);
        }
        if let Some(time) = outcome.duration_us {
            *part.latencies.entry((facts, crate::model::latency_bin(time))).or_default() += 1;
        }
        self.hits.extend(outcome.hit.map(|hit| Hit { input, ..hit }));
    }

    /// Adds lines that have no request of their own.
    pub fn add_lines(&mut self, input: u32, place: (SiteId, u32), class: Class, lines: u64) {
        self.lines += lines;
        let part = self.parts.entry(input).or_default();
        *part.places.entry((place.0, place.1, class)).or_default() += lines;
    }

    /// The lines of one input by class.
    pub fn ledger(&self, input: u32) -> Ledger {
        let mut ledger = Ledger::default();
        for ((_, _, class), lines) in self.parts.get(&input).into_iter().flat_map(|part| &part.places) {
            ledger.add(*class, *lines);
        }
        ledger
    }

    /// Takes an input out again.
    pub fn remove(&mut self, input: u32) {
        self.lines -= self.ledger(input).lines();
        self.parts.remove(&input);
        self.hits.retain(|hit| hit.input != input);
    }

    /// Everything but page views, added up over the inputs.
    pub fn fill(&self, commit: &mut Commit) {
        let mut places: Map<(SiteId, u32, Class), u64> = Map::default();
        let mut requests: Map<RequestKey, RequestSums> = Map::default();
        let mut latencies: Map<(RequestKey, u16), i64> = Map::default();
        for part in self.parts.values() {
            for (key, lines) in &part.places {
                *places.entry(*key).or_default() += lines;
            }
            for (key, sums) in &part.requests {
                add(requests.entry(*key).or_default(), sums);
            }
            for (key, n) in &part.latencies {
                *latencies.entry(*key).or_default() += n;
            }
        }
        commit.ledger = places.into_iter().map(|((site, bucket, class), n)| (site, bucket, class, n)).collect();
        commit.requests = requests.into_iter().collect();
        commit.latencies = latencies.into_iter().map(|((key, bin), n)| (key, bin, n)).collect();
    }
}

fn add(sums: &mut RequestSums, more: &RequestSums) {
    sums.requests += more.requests;
    sums.bytes += more.bytes;
    sums.time_us += more.time_us;
    sums.time_n += more.time_n;
}
