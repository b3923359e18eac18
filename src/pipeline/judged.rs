//! A block of lines through parse and [`Judge`]: what is left of each line, and
//! which keys its requests have.

use super::judge::{Judge, Stop};
use crate::anonymise::{DaySalt, SaltError};
use crate::input::Block;
use crate::model::{Day, Hit, Malformed, Request, RequestKey};
use crate::parse::Parser;
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use std::sync::Arc;

/// What is to be judged, and how.
#[derive(Debug)]
pub struct Task {
    /// The lines.
    pub block: Block,
    /// The parser as the block before left it.
    pub parser: Parser,
    /// How to judge.
    pub terms: Terms,
    /// Memory of a block that is done with.
    pub spare: Spare,
}

/// What a judged block allocated, for another one: giving it back on one thread
/// and asking for it on another would have them wait for each other.
#[derive(Debug, Default)]
pub struct Spare {
    lines: Vec<Line>,
    keys: Vec<RequestKey>,
    hits: Vec<Hit>,
}

/// How the requests of an input are judged.
#[derive(Clone, Copy, Debug, Default)]
pub struct Terms {
    /// The configured site that claims the input.
    pub claimed: Option<u16>,
    /// The clock, epoch seconds.
    pub now: i64,
}

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// A request with that one of the block's keys.
    Request(u32),
    /// No request.
    Malformed(Malformed),
}

/// What is left of a line.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    /// Offset behind it in the block's bytes.
    pub end: u32,
    /// What it is.
    pub told: Told,
    /// Its time, epoch seconds; 0 if it is no request.
    pub time: u32,
    /// Bytes sent.
    pub bytes: u64,
    /// Time taken, where logged.
    pub duration_us: Option<u64>,
}

/// A judged block.
pub struct Judged {
    /// The lines' bytes, for the proof of how far was read.
    pub block: Block,
    /// What is left of each line.
    pub lines: Vec<Line>,
    /// The keys of its requests, each once.
    pub keys: Vec<RequestKey>,
    /// Its page views: one for each line whose key has that class.
    pub hits: Vec<Hit>,
    /// The salts that these were hashed with.
    pub salts: Vec<(Day, Arc<DaySalt>)>,
    /// How often the parser had changed before the block.
    pub before: u64,
    /// The parser behind the block.
    pub parser: Parser,
    /// The host of the line behind the last one of `lines`, if its site is not
    /// known yet: from there on nothing is judged.
    pub unknown_site: Option<Vec<u8>>,
    terms: Terms,
}

impl Judge {
    /// Judges the lines of a block.
    ///
    /// # Errors
    /// If a salt cannot be made.
    pub fn block(&mut self, task: Task) -> Result<Judged, SaltError> {
        let Task { block, parser, terms, spare: Spare { mut lines, mut keys, mut hits } } = task;
        lines.clear();
        keys.clear();
        hits.clear();
        let mut judged = Judged {
            lines,
            keys,
            hits,
            salts: Vec::new(),
            before: parser.changes(),
            parser,
            unknown_site: None,
            terms,
            block,
        };
        if judged.block.too_long {
            judged.lines.push(Line::malformed(0, Malformed::TooLong));
        }
        self.go_on(&mut judged)?;
        Ok(judged)
    }

    /// Judges what [`Judge::block`] left, once the site is known.
    ///
    /// # Errors
    /// If a salt cannot be made.
    pub fn go_on(&mut self, judged: &mut Judged) -> Result<(), SaltError> {
        let Judged { block, lines, keys, hits, salts, parser, unknown_site, terms, .. } = judged;
        *unknown_site = None;
        let mut numbers = Numbers::of(keys);
        let from = lines.last().map_or(0, |line| line.end as usize);
        for (text, end) in block.lines_from(from) {
            let mut request = Request::default();
            if let Err(reason) = parser.parse_into(text, &mut request) {
                lines.push(Line::malformed(end, reason));
                continue;
            }
            if request.is_cut && !block.terminated && block.lines_from(end).next().is_none() {
                // Not cut by anybody, but still being written.
                lines.push(Line::malformed(end, Malformed::Shape));
                continue;
            }
            match self.request(&request, terms.claimed, terms.now) {
                Ok(verdict) => {
                    hits.extend(verdict.hit);
                    lines.push(Line {
                        end: end as u32,
                        told: Told::Request(numbers.of_key(verdict.key, keys)),
                        time: request.time as u32,
                        bytes: request.bytes,
                        duration_us: request.duration_us,
                    });
                }
                Err(Stop::UnknownSite) => {
                    *unknown_site = Some(request.host.to_vec());
                    break;
                }
                Err(Stop::Salt(error)) => {
                    // Those that there are must not stay locked.
                    drop(self.take_salts());
                    return Err(error);
                }
            }
        }
        salts.extend(self.take_salts());
        Ok(())
    }
}

impl Judged {
    /// The configured site that claims its input.
    pub fn claimed(&self) -> Option<u16> {
        self.terms.claimed
    }

    /// The same once more, with another parser.
    pub fn again(self, parser: Parser) -> Task {
        let Judged { block, terms, lines, keys, hits, .. } = self;
        Task { block, parser, terms, spare: Spare { lines, keys, hits } }
    }

    /// Its parts, once everything of it was taken.
    pub fn into_spare(self) -> (Block, Spare) {
        let Judged { block, lines, keys, hits, .. } = self;
        (block, Spare { lines, keys, hits })
    }
}

impl Line {
    fn malformed(end: usize, reason: Malformed) -> Line {
        Line { end: end as u32, told: Told::Malformed(reason), time: 0, bytes: 0, duration_us: None }
    }
}

/// Numbers for the keys of a block.
struct Numbers {
    known: HashMap<RequestKey, u32, FixedState>,
    /// Those met last, by class and status: most requests are of a few kinds.
    last: [u32; KINDS],
}

const KINDS: usize = 64;

impl Numbers {
    fn of(keys: &[RequestKey]) -> Numbers {
        Numbers { known: keys.iter().copied().zip(0..).collect(), last: [u32::MAX; KINDS] }
    }

    fn of_key(&mut self, key: RequestKey, keys: &mut Vec<RequestKey>) -> u32 {
        let last = &mut self.last[(usize::from(key.status) * 11 + key.class as usize) % KINDS];
        if keys.get(*last as usize) == Some(&key) {
            return *last;
        }
        *last = *self.known.entry(key).or_insert_with(|| {
            keys.push(key);
            keys.len() as u32 - 1
        });
        *last
    }
}
