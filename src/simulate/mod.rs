//! An access log of a web site that does not exist, for the demo, tests and
//! benchmarks: the same settings give the same bytes on every machine.
//!
//! Lines are shared out over the hours by `rhythm`. Whenever fewer lines are
//! promised than are due, a session is opened: a reader, a robot or noise. It
//! promises its lines and writes them one by one, in turn with all others that
//! are open. So memory holds the open sessions only, for any number of lines.

mod agents;
mod caddy;
mod chance;
mod combined;
mod line;
mod pages;
mod places;
mod reader;
mod rhythm;
mod robots;
mod session;
mod sources;
#[cfg(test)]
mod tests;

use chance::Random;
use line::{Draft, Writer};
use rhythm::Rhythm;
use session::{Regulars, Session, Site};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// What a line looks like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// nginx's and Apache's `combined`.
    #[default]
    Combined,
    /// Caddy 2's JSON.
    Caddy,
}

/// What to simulate.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How many lines; met exactly.
    pub lines: u64,
    /// Another seed, other visitors.
    pub seed: u64,
    /// The days before `end` that the lines are spread over, 1 to 36,500.
    pub days: u32,
    /// Seconds since the epoch; the last line is just before.
    pub end: i64,
    /// What a line looks like.
    pub format: Format,
    /// The share of lines, 0 to 1, with an agent string never seen before.
    pub unique_agents: f64,
    /// How many distinct pages; about 300 with real names if none is given.
    pub pages: Option<u64>,
    /// The site's host name.
    pub host: String,
}

impl Settings {
    /// `combined` lines of `example.com`, seed 1, nothing unusual.
    pub fn new(lines: u64, days: u32, end: i64) -> Settings {
        Settings {
            lines,
            seed: 1,
            days,
            end,
            format: Format::Combined,
            unique_agents: 0.0,
            pages: None,
            host: String::from("example.com"),
        }
    }
}

/// The log, line by line.
#[derive(Debug)]
pub struct Simulation {
    site: Site,
    rhythm: Rhythm,
    random: Random,
    regulars: Regulars,
    /// The sessions; those in `free` have ended and wait for reuse.
    sessions: Vec<Session>,
    free: Vec<u32>,
    /// When each open session writes its next line.
    due: BinaryHeap<Reverse<(i64, u32)>>,
    writer: Writer,
    draft: Draft,
    /// Milliseconds since the epoch, as all times of this type.
    start: i64,
    end: i64,
    now: i64,
    lines: u64,
    written: u64,
    /// Lines written and lines that the open sessions have still to write.
    promised: u64,
    /// Of 2^32 lines, how many have an agent string of their own.
    unique: u64,
}

/// At most so much earlier than the line before it, in ms, is a line's time.
const LATE: u32 = 3000;

impl Simulation {
    /// At its first line.
    pub fn new(settings: Settings) -> Simulation {
        let days = settings.days.clamp(1, 36_500);
        let start = settings.end - i64::from(days) * 86_400;
        let host = settings.host;
        Simulation {
            site: Site::new(&host, settings.pages),
            rhythm: Rhythm::new(settings.lines, settings.seed, days, start),
            random: Random::new(settings.seed),
            regulars: Regulars::new(settings.lines / u64::from(days)),
            sessions: Vec::new(),
            free: Vec::new(),
            due: BinaryHeap::new(),
            writer: match settings.format {
                Format::Combined => Writer::combined(),
                Format::Caddy => Writer::Caddy { host },
            },
            draft: Draft::new(),
            start: start * 1000,
            end: settings.end * 1000,
            now: start * 1000,
            lines: settings.lines,
            written: 0,
            promised: 0,
            unique: (settings.unique_agents.clamp(0.0, 1.0) * 4_294_967_296.0) as u64,
        }
    }

    /// Appends the next line with its `\n` and returns its time in seconds
    /// since the epoch; at the end, appends nothing. A few lines are up to
    /// three seconds earlier than one before them.
    pub fn next_line(&mut self, out: &mut Vec<u8>) -> Option<i64> {
        while self.written < self.lines {
            let opens = self.opens_next();
            let due = self.due.peek().map(|&Reverse(due)| due);
            match (opens, due) {
                (Some(opens), due) if due.is_none_or(|(time, _)| opens < time) => self.open(opens),
                (_, Some((time, slot))) => return Some(self.write(time, slot, out)),
                _ => break,
            }
        }
        None
    }

    /// When the next session opens, if lines are left to promise.
    fn opens_next(&mut self) -> Option<i64> {
        if self.promised >= self.lines {
            return None;
        }
        let time = self.start + self.rhythm.time_of(self.promised);
        Some(time.max(self.now))
    }

    fn open(&mut self, time: i64) {
        let spike = self.rhythm.spike();
        let session = Session::open(&self.site, &mut self.regulars, spike, &mut self.random);
        self.promised += session.remaining();
        let slot = match self.free.pop() {
            Some(slot) => {
                self.sessions[slot as usize] = session;
                slot
            }
            None => {
                self.sessions.push(session);
                self.sessions.len() as u32 - 1
            }
        };
        self.due.push(Reverse((time, slot)));
    }

    /// Writes the next line of an open session. What it would write after the
    /// end, others may write before it.
    fn write(&mut self, time: i64, slot: u32, out: &mut Vec<u8>) -> i64 {
        self.now = time;
        let late = self.lateness(time);
        self.draft.clear(time - late);
        let session = &mut self.sessions[slot as usize];
        let before = session.remaining();
        let wait = session.step(&self.site, &mut self.random, &mut self.draft);
        let next = time + i64::from(wait);
        let after = if next < self.end { session.remaining() } else { 0 };
        self.promised = self.promised + 1 + after - before;
        self.written += 1;
        if self.unique > 0 && self.random.next() >> 32 < self.unique {
            self.draft.agent.clear();
            agents::write_unique(self.written, &mut self.draft.agent);
        }
        session.write(&mut self.writer, &self.draft, out);
        if after == 0 {
            session.close(&mut self.regulars, &mut self.random);
            self.free.push(slot);
            self.due.pop();
        } else if let Some(mut top) = self.due.peek_mut() {
            *top = Reverse((next, slot));
        }
        self.draft.time.div_euclid(1000)
    }

    /// Some requests are written long after they came.
    fn lateness(&mut self, time: i64) -> i64 {
        if !self.random.permille(4) {
            return 0;
        }
        i64::from(self.random.below(LATE)).min(time - self.start)
    }
}
