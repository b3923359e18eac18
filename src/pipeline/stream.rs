//! One input while it is read: its lines, parser and cursor, one request ahead
//! so that several can be read side by side by time.

mod opening;
mod proof;

pub use opening::{Inspection, Opened, Opening, inspect};

use super::batch::Slots;
use super::error::IngestError;
use super::ingest::{Ingest, Judging};
use super::judged::{Judged, Spare, Task, Terms, Told};
use super::source::Source;
use crate::model::{Class, InputState, Malformed, SiteId};
use crate::parse::{Format, Parser};
use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;

/// Lines of one kind that were no requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// Why.
    pub reason: Malformed,
    /// How many.
    pub lines: u64,
    /// Line numbers of the first ones, from 1.
    pub first: Vec<u64>,
}

/// An input that is being read.
pub struct Stream {
    /// Its number among the streams of this command.
    pub number: u32,
    /// Its path, or `-`.
    pub name: String,
    /// What it is and how far it was read, as of the last commit.
    pub state: InputState,
    /// The highest input number that was known when it was located.
    pub known: u32,
    /// The configured site that claims it.
    pub claimed: Option<u16>,
    /// Bytes on the disk; 0 where unknown.
    pub size: u64,
    /// Whether nothing of it is new.
    pub is_known: bool,
    /// Whether nothing of it was known when it was opened.
    is_new: bool,
    /// A decoder's complaint at its end.
    pub trouble: Option<String>,
    source: Source,
    /// As the lines that were consumed left it.
    parser: Parser,
    base: u64,
    /// Where this run began to read.
    begun: u64,
    head: Vec<u8>,
    /// Blocks that were given away to be judged, in their order.
    ahead: VecDeque<Judging>,
    /// Memory of blocks that are done with.
    spare: Vec<Spare>,
    /// The last of them is half a line.
    half_ahead: bool,
    /// Whether a request of it was taken.
    has_begun: bool,
    /// What reading failed with behind them.
    failed: Option<std::io::Error>,
    current: Option<Current>,
    /// Time of the request that is ready to be taken.
    next: Option<i64>,
    /// Everything before this position of the stream was consumed.
    consumed: u64,
    /// The bytes before it, if there is no current block.
    tail: Vec<u8>,
    /// What the lines say about the input that were consumed.
    seen: Seen,
    /// Lines that wait for the first request to say where they belong.
    waiting: BTreeMap<Class, u64>,
    rejected: BTreeMap<Malformed, Rejected>,
    line: u64,
    /// The last line ended without a newline: the rest of it is no line.
    midline: bool,
    limit: Option<u64>,
    is_following: bool,
}

/// A judged block, and where in it the next line is.
struct Current {
    judged: Judged,
    line: usize,
    hit: usize,
    slots: Slots,
}

#[derive(Clone, Copy)]
struct Seen {
    last_place: Option<(SiteId, u32)>,
    first_record: u32,
    last_record: u32,
}

impl Stream {
    /// Time of the request that is ready to be taken, if there is one.
    pub fn time(&self) -> Option<i64> {
        self.next
    }

    /// Says that nobody writes to it any more: its last line may be taken
    /// without a newline.
    pub fn close(&mut self) {
        self.is_following = false;
    }

    /// Position in its file or stream up to which it was consumed.
    pub fn position(&self) -> u64 {
        self.consumed
    }

    /// Lines of it that were counted, in this run and before.
    pub fn lines(&self) -> u64 {
        self.line
    }

    /// Bytes read of it as it lies on the disk.
    pub fn bytes_read(&self) -> u64 {
        self.source.read.load(std::sync::atomic::Ordering::Relaxed)
    }

    /// Lines that were no requests.
    pub fn rejected(&self) -> impl Iterator<Item = &Rejected> {
        self.rejected.values()
    }

    /// Looks for more after the end was reached.
    pub fn retry(&mut self) {
        self.failed = None;
        self.source.lines.retry();
    }

    /// Makes the next request ready, if none is. Lines before it that are none are
    /// consumed on the way. Returns its time.
    ///
    /// # Errors
    /// If reading fails, a salt or site cannot be made, or with `--strict` a
    /// line is no request.
    pub fn ready(&mut self, ingest: &mut Ingest) -> Result<Option<i64>, IngestError> {
        while self.next.is_none() && !self.is_known {
            if self.limit.is_some_and(|limit| self.consumed - self.begun >= limit) {
                self.trouble = Some("stopped at --max-bytes; the rest is read next time".into());
                self.finish_waiting(ingest)?;
                break;
            }
            let Some(current) = &mut self.current else {
                if self.fetch(ingest)? {
                    continue;
                }
                self.finish_waiting(ingest)?;
                break;
            };
            let Judged { block, lines, keys, .. } = &current.judged;
            let Some(&line) = lines.get(current.line) else {
                self.finish_block();
                continue;
            };
            match line.told {
                Told::Request(key) => {
                    let key = keys[key as usize];
                    if key.class == Class::OutOfWindow {
                        self.pass(Class::OutOfWindow, ingest);
                    } else {
                        self.settle_waiting((key.site, key.bucket), ingest);
                        self.next = Some(line.time.into());
                    }
                }
                // Half a line: it may still become whole.
                Told::Malformed(_) if !block.terminated && !block.too_long => {
                    let start = block.start();
                    self.source.lines.unread(start);
                    self.finish_block();
                    self.finish_waiting(ingest)?;
                    break;
                }
                Told::Malformed(reason) => {
                    self.pass(Class::Malformed, ingest);
                    self.reject(reason, ingest)?;
                }
            }
        }
        Ok(self.next)
    }

    /// Takes requests into the batch as long as they are not later than `until`
    /// (a time, and for equal times the number of a stream) and `is_full` does not
    /// say that it is enough. One is ready. Returns how many.
    ///
    /// # Errors
    /// As [`Stream::ready`].
    pub fn take(
        &mut self,
        until: Option<(i64, u32)>,
        ingest: &mut Ingest,
        is_full: impl Fn(&Ingest, u64) -> bool,
    ) -> Result<u64, IngestError> {
        let mut taken = 0;
        while let Some(time) = self.next
            && until.is_none_or(|until| (time, self.number) < until)
            && !is_full(ingest, taken)
        {
            self.take_one(time, ingest);
            taken += 1;
            if !self.is_next_ready() {
                self.ready(ingest)?;
            }
        }
        Ok(taken)
    }

    /// The short way of [`Stream::ready`], for a request that follows a request.
    fn is_next_ready(&mut self) -> bool {
        let Some(Current { judged, line, .. }) = &self.current else { return false };
        let Some(next) = judged.lines.get(*line).filter(|_| self.limit.is_none()) else { return false };
        let Told::Request(key) = next.told else { return false };
        let counts = judged.keys[key as usize].class != Class::OutOfWindow;
        self.next = counts.then_some(next.time.into());
        counts
    }

    fn take_one(&mut self, time: i64, ingest: &mut Ingest) {
        self.next = None;
        self.has_begun = true;
        let Some(Current { judged, line, hit, slots }) = &mut self.current else { return };
        let of_line = judged.lines[*line];
        let Told::Request(number) = of_line.told else { return };
        let key = judged.keys[number as usize];
        self.seen.last_place = Some((key.site, key.bucket));
        self.seen.last_record = self.seen.last_record.max(of_line.time);
        if self.seen.first_record == 0 {
            self.seen.first_record = of_line.time;
        }
        let is_left_out = !ingest.counts(key.bucket);
        if is_left_out {
            // Of another day than the one that is counted again.
        } else if self.is_new && ingest.is_overlap(key.site, time) {
            ingest.add_lines(self.number, (key.site, key.bucket), Class::Excluded, 1);
        } else {
            ingest.add(self.number, judged, number, slots, &of_line);
            if key.class == Class::Page {
                ingest.add_hit(self.number, &judged.hits[*hit]);
            }
        }
        *hit += usize::from(key.class == Class::Page);
        *line += 1;
        self.consumed = judged.block.position(of_line.end as usize);
        self.midline = !judged.block.terminated;
        self.line += 1;
    }

    /// Consumes the next line, which is no request that counts: where the one
    /// before it was, or once the first one is known.
    fn pass(&mut self, class: Class, ingest: &mut Ingest) {
        let Some(Current { judged, line, .. }) = &mut self.current else { return };
        let of_line = judged.lines[*line];
        *line += 1;
        self.consumed =
            if judged.block.too_long { judged.block.end() } else { judged.block.position(of_line.end as usize) };
        self.midline = !judged.block.terminated;
        self.line += 1;
        match self.seen.last_place {
            Some(place) if !ingest.counts(place.1) => {}
            Some(place) => ingest.add_lines(self.number, place, class, 1),
            None => *self.waiting.entry(class).or_default() += 1,
        }
    }

    /// Makes the next block the current one; `false` at the end.
    fn fetch(&mut self, ingest: &mut Ingest) -> Result<bool, IngestError> {
        self.read_ahead(ingest)?;
        let Some(judging) = self.ahead.pop_front() else {
            return match self.failed.take_if(|error| !is_decoding(error)) {
                Some(error) => Err(IngestError::Read(PathBuf::from(&self.name), error)),
                None => {
                    self.trouble = self.failed.as_ref().map(ToString::to_string).or(self.trouble.take());
                    Ok(false)
                }
            };
        };
        let judged = ingest.finish(judging, &self.parser)?;
        if judged.parser.changes() != self.parser.changes() {
            self.parser = judged.parser.clone();
        }
        self.current = Some(Current { judged, line: 0, hit: 0, slots: Slots::default() });
        Ok(true)
    }

    /// Gives blocks away to be judged, as many as there should be under way.
    fn read_ahead(&mut self, ingest: &mut Ingest) -> Result<(), IngestError> {
        // Nothing of it may be wanted yet: others come before it.
        let depth = if self.has_begun { ingest.depth() } else { 1 };
        // What stands behind half a line is the rest of that.
        self.half_ahead &= !self.ahead.is_empty();
        while self.failed.is_none() && !self.half_ahead && self.ahead.len() < depth {
            let mut block = match self.source.lines.next_block() {
                Ok(Some(block)) => block,
                Ok(None) => break,
                Err(error) => {
                    self.failed = Some(error);
                    break;
                }
            };
            if !block.terminated && self.is_following && !block.too_long {
                self.source.lines.unread(block.start());
                break;
            }
            if self.midline {
                // The rest of a line that was counted without its newline. Nothing
                // is under way: it was the last one there was.
                self.midline = if block.too_long { !block.terminated } else { !block.skip_line() };
                let behind = if block.too_long { block.end() } else { block.start() };
                self.tail = block.tail(behind).to_vec();
                self.consumed = behind;
                if block.too_long || block.bytes().is_empty() {
                    continue;
                }
            }
            self.half_ahead = !block.terminated;
            let terms = Terms { claimed: self.claimed, now: ingest.now() };
            self.ahead.push_back(ingest.judge(Task {
                block,
                parser: self.parser.clone(),
                terms,
                spare: self.spare.pop().unwrap_or_default(),
            })?);
        }
        Ok(())
    }

    fn finish_block(&mut self) {
        let Some(Current { judged, .. }) = self.current.take() else { return };
        self.tail.clear();
        self.tail.extend_from_slice(judged.block.tail(self.consumed));
        let (block, spare) = judged.into_spare();
        self.source.lines.recycle(block);
        self.spare.push(spare);
    }

    fn reject(&mut self, reason: Malformed, ingest: &Ingest) -> Result<(), IngestError> {
        if ingest.options.strict {
            return Err(IngestError::Strict(format!("{}:{}: {}", self.name, self.line, reason.as_str())));
        }
        let show = ingest.options.show_rejected.max(1);
        let rejected = self.rejected.entry(reason).or_insert_with(|| Rejected { reason, lines: 0, first: Vec::new() });
        rejected.lines += 1;
        if rejected.first.len() < show {
            rejected.first.push(self.line);
        }
        Ok(())
    }

    fn settle_waiting(&mut self, place: (u32, u32), ingest: &mut Ingest) {
        let waiting = std::mem::take(&mut self.waiting);
        if !ingest.counts(place.1) {
            return;
        }
        for (class, lines) in waiting {
            ingest.add_lines(self.number, place, class, lines);
        }
    }

    /// At the end of an input without any request its lines count now.
    fn finish_waiting(&mut self, ingest: &mut Ingest) -> Result<(), IngestError> {
        if self.waiting.is_empty() || self.is_following {
            return Ok(());
        }
        let place = ingest.place_of_now(self.claimed)?;
        self.settle_waiting(place, ingest);
        Ok(())
    }

    /// Whether what was read of it is still there; not if it was truncated, and
    /// perhaps filled again.
    ///
    /// # Errors
    /// If reading fails.
    pub fn is_intact(&self) -> std::io::Result<bool> {
        self.source.is_intact()
    }

    /// Device and inode of its file.
    pub fn file_id(&self) -> Option<(u64, u64)> {
        self.source.file_id()
    }

    /// Passes over everything that is there; nothing of it is counted.
    ///
    /// # Errors
    /// If reading fails.
    pub fn skip_to_end(&mut self) -> std::io::Result<()> {
        while let Some(block) = self.source.lines.next_block()? {
            if !block.terminated && !block.too_long {
                self.source.lines.unread(block.start());
                break;
            }
            self.consumed = block.end();
            self.tail = block.tail(block.end()).to_vec();
            self.midline = !block.terminated;
            self.source.lines.recycle(block);
        }
        Ok(())
    }

    /// Whether it can be opened anew.
    pub fn is_file(&self) -> bool {
        self.source.is_file()
    }

    /// The format that its lines have now.
    pub fn format(&self) -> &Format {
        self.parser.format()
    }
}

/// Whether an error says that the bytes are wrong and not that reading failed.
fn is_decoding(error: &std::io::Error) -> bool {
    use std::io::ErrorKind as K;
    matches!(error.kind(), K::UnexpectedEof | K::InvalidData | K::InvalidInput | K::Other)
        && error.raw_os_error().is_none()
}
