//! Bytes to lines. Every line has its position in the uncompressed stream, and
//! the bytes before a position stay at hand for proof of how far was read.

use super::identity::TAIL;
use std::fs::File;
use std::io::{Read, Result, Seek, SeekFrom};

/// A longer line is no request, and is passed over in constant memory.
pub const MAX_LINE: usize = 1 << 20;
const READ: usize = 1 << 18;

/// One line of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// Its bytes without the newline; nothing if it was too long.
    pub bytes: &'a [u8],
    /// Where it begins in the stream.
    pub start: u64,
    /// Where the next line begins.
    pub end: u64,
    /// Whether a newline ended it, and not the end of the input.
    pub terminated: bool,
    /// Whether it was longer than [`MAX_LINE`].
    pub too_long: bool,
}

/// A stream of lines.
pub struct Lines {
    source: Box<dyn Read + Send>,
    buffer: Vec<u8>,
    /// Position in the stream of the buffer's first byte.
    base: u64,
    /// Where in the buffer the line before the next one begins.
    mark: usize,
    /// Where in the buffer the next line begins.
    next: usize,
    at_end: bool,
}

impl Lines {
    /// Of a stream from its beginning.
    pub fn new(source: Box<dyn Read + Send>) -> Lines {
        Lines { source, buffer: Vec::new(), base: 0, mark: 0, next: 0, at_end: false }
    }

    /// Of a plain file from a position; what stands just before is read too.
    ///
    /// # Errors
    /// If seeking or reading fails.
    pub fn at(mut file: File, position: u64, wrap: impl FnOnce(File) -> Box<dyn Read + Send>) -> Result<Lines> {
        let base = position.saturating_sub(TAIL as u64);
        file.seek(SeekFrom::Start(base))?;
        let mut lines = Lines::new(wrap(file));
        lines.base = base;
        let before = (position - base) as usize;
        lines.fill(before)?;
        lines.next = before.min(lines.buffer.len());
        lines.mark = lines.next;
        Ok(lines)
    }

    /// Position of the next line.
    pub fn position(&self) -> u64 {
        self.base + self.next as u64
    }

    /// Reads until `wanted` bytes from the next line on are in the buffer, or
    /// the end was reached. Returns what is there.
    ///
    /// # Errors
    /// If reading fails.
    pub fn peek(&mut self, wanted: usize) -> Result<&[u8]> {
        self.fill(wanted)?;
        Ok(&self.buffer[self.next..])
    }

    fn fill(&mut self, wanted: usize) -> Result<()> {
        while self.buffer.len() - self.next < wanted && !self.at_end {
            self.read_more()?;
        }
        Ok(())
    }

    fn read_more(&mut self) -> Result<usize> {
        self.forget();
        let before = self.buffer.len();
        self.buffer.resize(before + READ, 0);
        let read = loop {
            match self.source.read(&mut self.buffer[before..]) {
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                other => break other,
            }
        };
        let read = match read {
            Ok(read) => read,
            Err(error) => {
                self.buffer.truncate(before);
                return Err(error);
            }
        };
        self.buffer.truncate(before + read);
        self.at_end = read == 0;
        Ok(read)
    }

    /// Drops what no proof needs any more, once it is worth the copying.
    fn forget(&mut self) {
        let keep = self.mark.saturating_sub(TAIL);
        if keep >= READ || (keep > 0 && keep >= self.buffer.len() / 2) {
            self.buffer.drain(..keep);
            self.base += keep as u64;
            self.mark -= keep;
            self.next -= keep;
        }
    }

    /// Goes on after the end, if the source has grown.
    pub fn retry(&mut self) {
        self.at_end = false;
    }

    /// Up to [`TAIL`] bytes before `position`, which must be the beginning of
    /// the line returned last, or of the next one.
    pub fn tail(&self, position: u64) -> &[u8] {
        let end = (position.saturating_sub(self.base) as usize).min(self.buffer.len());
        &self.buffer[end.saturating_sub(TAIL)..end]
    }

    /// The last bytes that were read, with their position: up to [`TAIL`] before
    /// the next line, and what there is of it and behind it.
    pub fn at_hand(&self) -> (u64, &[u8]) {
        let start = self.next.saturating_sub(TAIL);
        (self.base + start as u64, &self.buffer[start..])
    }

    /// Passes over everything before `position`; stops earlier at the end.
    ///
    /// # Errors
    /// If reading fails.
    pub fn skip_to(&mut self, position: u64) -> Result<()> {
        while self.position() < position {
            let there = self.buffer.len() - self.next;
            let missing = position - self.position();
            self.next += there.min(missing.try_into().unwrap_or(usize::MAX));
            self.mark = self.next;
            if self.position() < position && self.read_more()? == 0 {
                break;
            }
        }
        Ok(())
    }

    /// The next line, or nothing at the end. What stands after the last
    /// newline is a line too, one that is not `terminated`.
    ///
    /// # Errors
    /// If reading fails; the lines before were returned.
    pub fn next_line(&mut self) -> Result<Option<Line<'_>>> {
        self.mark = self.next;
        let mut searched = 0;
        let mut start = None;
        let (found, too_long) = loop {
            let unread = &self.buffer[self.next + searched..];
            if let Some(at) = memchr::memchr(b'\n', unread) {
                break (Some(searched + at), start.is_some() || searched + at > MAX_LINE);
            }
            searched = self.buffer.len() - self.next;
            if searched > MAX_LINE {
                // Only the end of it is kept, for the proof.
                start.get_or_insert(self.base + self.mark as u64);
                self.next = self.buffer.len() - 1;
                self.mark = self.next;
                searched = 1;
            }
            if self.read_more()? == 0 {
                break (None, start.is_some());
            }
        };
        let length = found.unwrap_or(self.buffer.len() - self.next);
        if length == 0 && found.is_none() && start.is_none() {
            return Ok(None);
        }
        let first = self.next;
        self.next += length + usize::from(found.is_some());
        if too_long {
            self.mark = self.next;
        }
        Ok(Some(Line {
            bytes: if too_long { &[] } else { &self.buffer[first..first + length] },
            start: start.unwrap_or(self.base + first as u64),
            end: self.base + self.next as u64,
            terminated: found.is_some(),
            too_long,
        }))
    }

    /// Takes back the line returned last, which began at `start` and was not
    /// too long.
    pub fn unread(&mut self, start: u64) {
        self.next = start.saturating_sub(self.base) as usize;
        self.mark = self.next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines_of(bytes: Vec<u8>) -> Vec<(Vec<u8>, u64, u64, bool, bool)> {
        let mut lines = Lines::new(Box::new(std::io::Cursor::new(bytes)));
        let mut all = Vec::new();
        while let Some(l) = lines.next_line().expect("readable") {
            all.push((l.bytes.to_vec(), l.start, l.end, l.terminated, l.too_long));
        }
        all
    }

    #[test]
    fn lines_have_their_positions() {
        let expected = [
            (b"a".to_vec(), 0, 2, true, false),
            (b"".to_vec(), 2, 3, true, false),
            (b"bc".to_vec(), 3, 5, false, false),
        ];
        assert_eq!(lines_of(b"a\n\nbc".to_vec()), expected);
        assert_eq!(lines_of(Vec::new()), []);
    }

    #[test]
    fn a_line_of_any_length_is_passed_over_in_constant_memory() {
        let long = 10 * MAX_LINE;
        let mut bytes = b"first\n".to_vec();
        bytes.resize(bytes.len() + long, b'x');
        bytes.extend_from_slice(b"\nlast\n");
        let all = lines_of(bytes);
        assert_eq!(all.len(), 3);
        assert_eq!(all[1], (Vec::new(), 6, 7 + long as u64, true, true));
        assert_eq!(all[2].0, b"last");
    }

    #[test]
    fn the_bytes_before_a_position_stay_at_hand() {
        let text: Vec<u8> = (0..400_000u32).flat_map(|n| format!("line {n}\n").into_bytes()).collect();
        let mut lines = Lines::new(Box::new(std::io::Cursor::new(text.clone())));
        while let Some(line) = lines.next_line().expect("readable") {
            let (start, end) = (line.start, line.end);
            for position in [start, end] {
                let at = position as usize;
                assert_eq!(lines.tail(position), &text[at.saturating_sub(TAIL)..at], "at {at}");
            }
        }
        lines = Lines::new(Box::new(std::io::Cursor::new(text.clone())));
        lines.skip_to(1_000_000).expect("readable");
        assert_eq!(lines.position(), 1_000_000);
        assert_eq!(lines.tail(1_000_000), &text[1_000_000 - TAIL..1_000_000]);
    }
}
