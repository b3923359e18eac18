//! Bytes to blocks of whole lines. Every line has its position in the
//! uncompressed stream, and the bytes before a position stay at hand for proof of
//! how far was read.

use super::identity::TAIL;
use memchr::{memchr, memrchr};
use std::fs::File;
use std::io::{Error, ErrorKind, Read, Result, Seek, SeekFrom};

/// A longer line is no request, and is passed over in constant memory.
pub const MAX_LINE: usize = 1 << 20;
/// Bytes of a block, if its last line does not need more: small enough for a
/// core's cache, large enough that handing it on costs nothing.
pub const BLOCK: usize = 1 << 18;

/// Whole lines of an input, or one that is no request.
#[derive(Debug, Default)]
pub struct Block {
    buffer: Vec<u8>,
    /// Position in the stream of the buffer's first byte.
    base: u64,
    /// Where in the buffer the lines begin …
    first: usize,
    /// … and end.
    end: usize,
    start: u64,
    /// Whether a newline ended the last line, and not the end of the input.
    pub terminated: bool,
    /// Whether it is one line longer than [`MAX_LINE`], of which only the end is
    /// here.
    pub too_long: bool,
}

impl Block {
    /// Of lines that come from no input.
    pub fn of(bytes: Vec<u8>) -> Block {
        Block { end: bytes.len(), buffer: bytes, terminated: true, ..Block::default() }
    }

    /// Its lines with their newlines; nothing if it is one that was too long.
    pub fn bytes(&self) -> &[u8] {
        &self.buffer[self.first..self.end]
    }

    /// Position in the stream of its first line.
    pub fn start(&self) -> u64 {
        self.start
    }

    /// Position in the stream behind its last line.
    pub fn end(&self) -> u64 {
        self.base + self.end as u64
    }

    /// Position in the stream of an offset into [`Block::bytes`].
    pub fn position(&self, offset: usize) -> u64 {
        self.base + (self.first + offset) as u64
    }

    /// Leaves out its first line; returns whether a newline ended that.
    pub fn skip_line(&mut self) -> bool {
        match memchr(b'\n', self.bytes()) {
            Some(newline) => {
                self.first += newline + 1;
                self.start = self.base + self.first as u64;
                true
            }
            None => {
                self.first = self.end;
                self.start = self.end();
                false
            }
        }
    }

    /// Up to [`TAIL`] bytes before a position within it.
    pub fn tail(&self, position: u64) -> &[u8] {
        let end = (position.saturating_sub(self.base) as usize).min(self.end);
        &self.buffer[end.saturating_sub(TAIL)..end]
    }

    /// Its lines from an offset into [`Block::bytes`] on, each without its newline
    /// and with the offset behind it.
    pub fn lines_from(&self, offset: usize) -> impl Iterator<Item = (&[u8], usize)> {
        let bytes = self.bytes();
        let mut at = offset;
        std::iter::from_fn(move || {
            let rest = bytes.get(at..).filter(|rest| !rest.is_empty())?;
            let length = memchr(b'\n', rest).unwrap_or(rest.len());
            at += (length + 1).min(rest.len());
            Some((&rest[..length], at))
        })
    }
}

/// A stream of lines.
pub struct Lines {
    source: Box<dyn Read + Send>,
    /// What was read is its first `filled` bytes.
    buffer: Vec<u8>,
    filled: usize,
    /// Position in the stream of the buffer's first byte.
    base: u64,
    /// Where in the buffer the next line begins.
    next: usize,
    at_end: bool,
    /// What reading failed with behind lines that were still returned.
    failed: Option<Error>,
    block: usize,
    spare: Vec<Vec<u8>>,
}

impl Lines {
    /// Of a stream from its beginning.
    pub fn new(source: Box<dyn Read + Send>) -> Lines {
        Lines {
            source,
            buffer: Vec::new(),
            filled: 0,
            base: 0,
            next: 0,
            at_end: false,
            failed: None,
            block: BLOCK,
            spare: Vec::new(),
        }
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
        lines.next = before.min(lines.filled);
        Ok(lines)
    }

    /// Blocks are to have about so many bytes, at least one.
    pub fn set_block(&mut self, bytes: usize) {
        self.block = bytes.max(1);
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
        Ok(&self.buffer[self.next..self.filled])
    }

    fn fill(&mut self, wanted: usize) -> Result<()> {
        while self.filled - self.next < wanted && !self.at_end {
            self.read_more(BLOCK)?;
        }
        Ok(())
    }

    fn read_more(&mut self, most: usize) -> Result<usize> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        self.forget();
        let wanted = self.filled + most;
        if self.buffer.len() < wanted {
            self.buffer.resize(wanted.max(self.block + 4 * TAIL), 0);
        }
        let read = loop {
            match self.source.read(&mut self.buffer[self.filled..wanted]) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        self.filled += read;
        self.at_end = read == 0;
        Ok(read)
    }

    /// Drops what no proof needs any more, once it is worth the copying.
    fn forget(&mut self) {
        let keep = self.next.saturating_sub(TAIL);
        if keep >= BLOCK || (keep > 0 && keep >= self.filled / 2) {
            self.buffer.copy_within(keep..self.filled, 0);
            self.base += keep as u64;
            self.next -= keep;
            self.filled -= keep;
        }
    }

    /// Goes on after the end, if the source has grown.
    pub fn retry(&mut self) {
        self.at_end = false;
    }

    /// Up to [`TAIL`] bytes before the next line.
    pub fn tail(&self) -> &[u8] {
        &self.buffer[self.next.saturating_sub(TAIL)..self.next]
    }

    /// The last bytes that were read, with their position: up to [`TAIL`] before
    /// the next line, and what there is of it and behind it.
    pub fn at_hand(&self) -> (u64, &[u8]) {
        let start = self.next.saturating_sub(TAIL);
        (self.base + start as u64, &self.buffer[start..self.filled])
    }

    /// Passes over everything before `position`; stops earlier at the end.
    ///
    /// # Errors
    /// If reading fails.
    pub fn skip_to(&mut self, position: u64) -> Result<()> {
        while self.position() < position {
            let there = self.filled - self.next;
            let missing = position - self.position();
            self.next += there.min(missing.try_into().unwrap_or(usize::MAX));
            if self.position() < position && self.read_more(BLOCK)? == 0 {
                break;
            }
        }
        Ok(())
    }

    /// The next lines, or nothing at the end. What stands after the last newline
    /// comes by itself, as a block that is not `terminated`.
    ///
    /// # Errors
    /// If reading fails; the lines before were returned.
    pub fn next_block(&mut self) -> Result<Option<Block>> {
        loop {
            let unread = &self.buffer[self.next..self.filled];
            if unread.len() >= self.block || self.at_end {
                if let Some(newline) = memrchr(b'\n', unread) {
                    return Ok(Some(self.cut(self.next + newline + 1)));
                }
                if unread.len() > MAX_LINE {
                    return self.pass_over().map(Some);
                }
                if self.at_end {
                    return Ok((!unread.is_empty()).then(|| self.rest()));
                }
            }
            if let Err(error) = self.read_more(self.block.min(BLOCK)) {
                let unread = &self.buffer[self.next..self.filled];
                let Some(newline) = memrchr(b'\n', unread) else { return Err(error) };
                self.failed = Some(error);
                return Ok(Some(self.cut(self.next + newline + 1)));
            }
        }
    }

    /// Hands out the buffer up to `end`, and goes on in another one with what is
    /// behind it, and before it for the proof.
    fn cut(&mut self, end: usize) -> Block {
        let keep = end.saturating_sub(TAIL);
        let moved = self.filled - keep;
        let mut buffer = self.spare.pop().unwrap_or_default();
        let size = moved.max(self.block + self.block.min(BLOCK) + 2 * TAIL);
        if buffer.len() < size {
            buffer.resize(size, 0);
        }
        buffer[..moved].copy_from_slice(&self.buffer[keep..self.filled]);
        let start = self.position();
        let block = Block {
            buffer: std::mem::replace(&mut self.buffer, buffer),
            base: self.base,
            first: self.next,
            end,
            start,
            terminated: true,
            too_long: false,
        };
        self.base += keep as u64;
        self.next = end - keep;
        self.filled = moved;
        block
    }

    /// What stands behind the last newline, which may still grow: a copy.
    fn rest(&mut self) -> Block {
        let from = self.next.saturating_sub(TAIL);
        let block = Block {
            buffer: self.buffer[from..self.filled].to_vec(),
            base: self.base + from as u64,
            first: self.next - from,
            end: self.filled - from,
            start: self.position(),
            terminated: false,
            too_long: false,
        };
        self.next = self.filled;
        block
    }

    /// Passes over a line that is too long, in constant memory.
    fn pass_over(&mut self) -> Result<Block> {
        let start = self.position();
        let terminated = loop {
            self.next = self.filled;
            if self.read_more(BLOCK)? == 0 {
                break false;
            }
            if let Some(newline) = memchr(b'\n', &self.buffer[self.next..self.filled]) {
                self.next += newline + 1;
                break true;
            }
        };
        let buffer = self.tail().to_vec();
        let (end, base) = (buffer.len(), self.position() - buffer.len() as u64);
        Ok(Block { buffer, base, first: end, end, start, terminated, too_long: true })
    }

    /// Takes back the block returned last, if it was not `terminated` nor too long.
    pub fn unread(&mut self, start: u64) {
        self.next = start.saturating_sub(self.base) as usize;
    }

    /// Takes a block that is done with, to use its memory again.
    pub fn recycle(&mut self, block: Block) {
        if self.spare.len() < SPARE && block.terminated && !block.too_long {
            self.spare.push(block.buffer);
        }
    }
}

/// So many buffers are kept for use again.
const SPARE: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    type Told = (Vec<u8>, u64, u64, bool, bool);

    fn lines_of(bytes: Vec<u8>, block: usize) -> Vec<Told> {
        let mut lines = Lines::new(Box::new(std::io::Cursor::new(bytes)));
        lines.set_block(block);
        let mut all = Vec::new();
        while let Some(block) = lines.next_block().expect("readable") {
            if block.too_long {
                all.push((Vec::new(), block.start(), block.end(), block.terminated, true));
            }
            let mut start = block.start();
            for (line, end) in block.lines_from(0) {
                all.push((line.to_vec(), start, block.position(end), block.terminated, false));
                start = block.position(end);
            }
            lines.recycle(block);
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
        for block in [1, 2, 3, 4, 5, BLOCK] {
            assert_eq!(lines_of(b"a\n\nbc".to_vec(), block), expected);
        }
        assert_eq!(lines_of(Vec::new(), BLOCK), []);
    }

    #[test]
    fn a_line_of_any_length_is_passed_over_in_constant_memory() {
        let long = 10 * MAX_LINE;
        let mut bytes = b"first\n".to_vec();
        bytes.resize(bytes.len() + long, b'x');
        bytes.extend_from_slice(b"\nlast\n");
        for block in [1000, BLOCK] {
            let all = lines_of(bytes.clone(), block);
            assert_eq!(all.len(), 3);
            assert_eq!(all[1], (Vec::new(), 6, 7 + long as u64, true, true));
            assert_eq!(all[2].0, b"last");
        }
    }

    #[test]
    fn the_bytes_before_a_position_stay_at_hand() {
        let text: Vec<u8> = (0..400_000u32).flat_map(|n| format!("line {n}\n").into_bytes()).collect();
        for size in [777, 30_000, BLOCK] {
            let mut lines = Lines::new(Box::new(std::io::Cursor::new(text.clone())));
            lines.set_block(size);
            while let Some(block) = lines.next_block().expect("readable") {
                for position in block.lines_from(0).map(|(_, end)| block.position(end)) {
                    let at = position as usize;
                    assert_eq!(block.tail(position), &text[at.saturating_sub(TAIL)..at], "at {at}");
                }
                assert_eq!(lines.tail(), block.tail(block.end()));
                lines.recycle(block);
            }
        }
        let mut lines = Lines::new(Box::new(std::io::Cursor::new(text.clone())));
        lines.skip_to(1_000_000).expect("readable");
        assert_eq!(lines.position(), 1_000_000);
        assert_eq!(lines.tail(), &text[1_000_000 - TAIL..1_000_000]);
    }

    #[test]
    fn what_may_still_grow_can_be_taken_back() {
        let mut lines = Lines::new(Box::new(std::io::Cursor::new(b"a\nb".to_vec())));
        assert!(lines.next_block().expect("readable").expect("a line").terminated);
        for _ in 0..2 {
            let half = lines.next_block().expect("readable").expect("half a line");
            assert_eq!((half.bytes(), half.start(), half.terminated), (&b"b"[..], 2, false));
            lines.unread(half.start());
        }
    }
}
