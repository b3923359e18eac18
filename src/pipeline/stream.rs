//! One input while it is read: its lines, parser and cursor, one request ahead
//! so that several can be read side by side by time.

mod opening;

pub use opening::{Inspection, Opened, Opening, inspect};

use super::error::IngestError;
use super::ingest::Ingest;
use super::source::Source;
use super::worker::Outcome;
use crate::input::{HEAD, Identity, TAIL};
use crate::model::{Class, Cursor, Day, InputState, Malformed, Mark};
use crate::parse::{Format, Parser};
use std::collections::BTreeMap;
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
    /// A decoder's complaint at its end.
    pub trouble: Option<String>,
    source: Source,
    parser: Parser,
    base: u64,
    /// Where this run began to read.
    begun: u64,
    head: Vec<u8>,
    ahead: Option<(Outcome, u64)>,
    /// Everything before this position of the stream was consumed.
    consumed: u64,
    /// Lines that wait for the first request to say where they belong.
    waiting: BTreeMap<Class, u64>,
    rejected: BTreeMap<Malformed, Rejected>,
    line: u64,
    /// The last line ended without a newline: the rest of it is no line.
    midline: bool,
    limit: Option<u64>,
    is_following: bool,
}

impl Stream {
    /// Time of the request that is ready to be taken, if there is one.
    pub fn time(&self) -> Option<i64> {
        self.ahead.as_ref().map(|(outcome, _)| outcome.time)
    }

    /// The local day of the request that is ready, if it is a page view.
    pub fn day(&self) -> Option<Day> {
        self.ahead.as_ref().and_then(|(outcome, _)| outcome.hit).map(|hit| hit.day)
    }

    /// Whether lines were passed over that do not yet know where they belong.
    pub fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
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
        self.source.lines.retry();
    }

    /// Takes the request that is ready, and makes the next one ready.
    ///
    /// # Errors
    /// If reading fails, a salt or site cannot be made, or with `--strict` a
    /// line is no request.
    pub fn take(&mut self, ingest: &mut Ingest) -> Result<Option<Outcome>, IngestError> {
        let taken = self.ahead.take().map(|(outcome, end)| {
            self.consumed = end;
            self.state.last_place = Some((outcome.key.site, outcome.key.bucket));
            let time = outcome.time as u32;
            self.state.last_record = self.state.last_record.max(time);
            if self.state.first_record == 0 {
                self.state.first_record = time;
            }
            outcome
        });
        if !self.is_known {
            self.advance(ingest)?;
        }
        Ok(taken)
    }

    /// Reads up to the next request. Lines before it that are none are
    /// consumed on the way.
    fn advance(&mut self, ingest: &mut Ingest) -> Result<(), IngestError> {
        loop {
            if self.limit.is_some_and(|limit| self.consumed - self.begun >= limit) {
                self.trouble = Some("stopped at --max-bytes; the rest is read next time".into());
                return self.finish_waiting(ingest);
            }
            let line = match self.source.lines.next_line() {
                Ok(Some(line)) => line,
                Ok(None) => return self.finish_waiting(ingest),
                Err(error) if is_decoding(&error) => {
                    self.trouble = Some(error.to_string());
                    return self.finish_waiting(ingest);
                }
                Err(error) => return Err(IngestError::Read(PathBuf::from(&self.name), error)),
            };
            let (start, end, terminated) = (line.start, line.end, line.terminated);
            let too_long = line.too_long;
            if !terminated && self.is_following && !too_long {
                self.source.lines.unread(start);
                return Ok(());
            }
            if std::mem::take(&mut self.midline) {
                // The rest of a line that was counted without its newline.
                self.consumed = end;
                self.midline = !terminated;
                continue;
            }
            let judged = if too_long {
                Err(Malformed::TooLong)
            } else {
                match self.parser.parse(line.bytes) {
                    Ok(request) => Ok(ingest.judge(&request, self.claimed)?),
                    Err(reason) => Err(reason),
                }
            };
            if !terminated && judged.is_err() && !too_long {
                // Half a line: it may still become whole.
                self.source.lines.unread(start);
                return self.finish_waiting(ingest);
            }
            self.line += 1;
            self.midline = !terminated;
            match judged {
                Ok(outcome) if outcome.key.class == Class::OutOfWindow => {
                    self.consumed = end;
                    self.wait(Class::OutOfWindow, ingest);
                }
                Ok(mut outcome) => {
                    self.settle_waiting((outcome.key.site, outcome.key.bucket), ingest);
                    ingest.check_overlap(self.state.id, &mut outcome);
                    self.ahead = Some((outcome, end));
                    return Ok(());
                }
                Err(reason) => {
                    self.consumed = end;
                    self.reject(reason, ingest)?;
                    self.wait(Class::Malformed, ingest);
                }
            }
        }
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

    /// Counts a line that has no request: where the one before it was, or once
    /// the first one is known.
    fn wait(&mut self, class: Class, ingest: &mut Ingest) {
        match self.state.last_place {
            Some(place) => ingest.add_lines(self.number, place, class, 1),
            None => *self.waiting.entry(class).or_default() += 1,
        }
    }

    fn settle_waiting(&mut self, place: (u32, u32), ingest: &mut Ingest) {
        for (class, lines) in std::mem::take(&mut self.waiting) {
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

    /// The cursor after everything consumed, with its proofs.
    pub fn cursor(&mut self, identity: &Identity) -> Cursor {
        let position = self.consumed - self.base;
        let before = self.source.lines.tail(self.consumed);
        let tail = &before[before.len() - before.len().min(TAIL).min(position as usize)..];
        let tail = identity.mark(tail);
        let head = self.head_mark(position, identity);
        Cursor { head, position, tail }
    }

    /// The head grows until it is 4 KiB of committed bytes.
    fn head_mark(&mut self, position: u64, identity: &Identity) -> Mark {
        let len = position.min(HEAD as u64) as usize;
        let old = self.state.cursor.head;
        if old.len as usize >= len.min(self.head.len()) && old.len > 0 {
            return old;
        }
        identity.mark(&self.head[..len.min(self.head.len())])
    }

    /// Whether its head is that of another input.
    pub fn has_head(&self, identity: &Identity, mark: &Mark) -> bool {
        identity.has_head(&self.head, mark)
    }

    /// Its first bytes, up to 4 KiB.
    pub fn head(&self) -> &[u8] {
        &self.head
    }

    /// Whether it begins like another input, as far as both go.
    pub fn begins_like(&self, head: &[u8]) -> bool {
        !head.is_empty() && !self.head.is_empty() && (head.starts_with(&self.head) || self.head.starts_with(head))
    }

    /// While a file is followed its head may still be growing.
    pub fn refresh_head(&mut self) {
        if self.head.len() >= HEAD || self.base > 0 {
            return;
        }
        let head = self.source.head(HEAD);
        if head.starts_with(&self.head) {
            self.head = head;
        }
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
        while let Some(line) = self.source.lines.next_line()? {
            let (start, end, terminated) = (line.start, line.end, line.terminated);
            if !terminated && !line.too_long {
                self.source.lines.unread(start);
                break;
            }
            self.consumed = end;
            self.midline = !terminated;
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
