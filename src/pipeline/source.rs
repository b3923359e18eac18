//! Where a stream's bytes come from, and how to go back in it.

use crate::input::{Compression, Counted, Lines, decompress};
use std::fs::File;
use std::io::{Cursor, Error, Read, Result, Write};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

/// An input that can be read from any earlier position again, at least until
/// [`Source::settle`].
pub struct Source {
    origin: Origin,
    /// The lines from the current position on.
    pub lines: Lines,
    /// Bytes read of the file as it lies on the disk.
    pub read: Arc<AtomicU64>,
}

/// A file is opened once: its path may lead to another one the next moment.
enum Origin {
    Plain(File),
    Packed(File),
    /// Standard input or a pipe, which has no positions.
    Pipe(Arc<Mutex<Tape>>),
}

impl Source {
    /// Of a file, whatever its compression, or of a pipe with a name.
    ///
    /// # Errors
    /// If it cannot be opened or its first bytes cannot be read.
    pub fn file(path: &Path) -> Result<Source> {
        let file = File::open(path)?;
        let meta = file.metadata()?;
        if meta.is_dir() {
            return Err(Error::other("it is a directory"));
        }
        if !meta.is_file() {
            return Source::pipe(file);
        }
        let read = Arc::new(AtomicU64::new(0));
        let (compression, decoded) = decompress(Box::new(Counted(At::beginning(&file)?, read.clone())))?;
        let origin = match compression {
            Compression::Plain => Origin::Plain(file),
            _ => Origin::Packed(file),
        };
        Ok(Source { origin, lines: Lines::new(decoded), read })
    }

    /// Of standard input, whatever its compression.
    ///
    /// # Errors
    /// If its first bytes cannot be read.
    pub fn stdin() -> Result<Source> {
        Source::pipe(std::io::stdin())
    }

    fn pipe(bytes: impl Read + Send + 'static) -> Result<Source> {
        let read = Arc::new(AtomicU64::new(0));
        let (_, decoded) = decompress(Box::new(Counted(bytes, read.clone())))?;
        let tape = Arc::new(Mutex::new(Tape { live: decoded, recorded: Some(zstd::Encoder::new(Vec::new(), 1)?) }));
        let lines = Lines::new(Box::new(Playing(tape.clone())));
        Ok(Source { origin: Origin::Pipe(tape), lines, read })
    }

    /// Whether it can be opened anew later.
    pub fn is_file(&self) -> bool {
        !matches!(self.origin, Origin::Pipe(_))
    }

    /// Device and inode of the file that is open.
    pub fn file_id(&self) -> Option<(u64, u64)> {
        let (Origin::Plain(file) | Origin::Packed(file)) = &self.origin else { return None };
        file.metadata().ok().map(|meta| (meta.dev(), meta.ino()))
    }

    /// The first bytes that the file has now, up to `len`; nothing of what
    /// has no positions.
    pub fn head(&self, len: usize) -> Vec<u8> {
        let Origin::Plain(file) = &self.origin else { return Vec::new() };
        let mut head = vec![0; len];
        let read = read_at(file, &mut head, 0).unwrap_or(0);
        head.truncate(read);
        head
    }

    /// Whether what was read of a plain file is still there: it was truncated,
    /// and perhaps filled again, if not.
    ///
    /// # Errors
    /// If reading fails.
    pub fn is_intact(&self) -> Result<bool> {
        let Origin::Plain(file) = &self.origin else { return Ok(true) };
        let (start, known) = self.lines.at_hand();
        let mut there = vec![0; known.len()];
        let read = read_at(file, &mut there, start)?;
        Ok(there[..read] == *known)
    }

    /// Goes to a position of the uncompressed stream; stops at its end.
    ///
    /// # Errors
    /// If reading fails, or if a pipe was settled and would have to go back.
    pub fn go_to(&mut self, position: u64) -> Result<()> {
        if let Origin::Plain(file) = &self.origin {
            let position = position.min(file.metadata()?.len());
            self.read.store(position, Ordering::Relaxed);
            let read = self.read.clone();
            self.lines = Lines::at(file.try_clone()?, position, |file| Box::new(Counted(file, read)))?;
            return Ok(());
        }
        if position < self.lines.position() {
            self.rewind()?;
        }
        self.lines.skip_to(position)
    }

    fn rewind(&mut self) -> Result<()> {
        match &self.origin {
            Origin::Plain(file) | Origin::Packed(file) => {
                self.read.store(0, Ordering::Relaxed);
                self.lines = Lines::new(decompress(Box::new(Counted(At::beginning(file)?, self.read.clone())))?.1);
            }
            Origin::Pipe(tape) => {
                let played = lock(tape).take_recorded()?;
                self.lines = Lines::new(Box::new(played.chain(Playing(tape.clone()))));
            }
        }
        Ok(())
    }

    /// Says that it will not go back any more.
    pub fn settle(&mut self) {
        if let Origin::Pipe(tape) = &self.origin {
            lock(tape).recorded = None;
        }
    }
}

/// A file read from its beginning, with a position of its own: the thread that
/// unpacked it before may still be reading.
struct At(File, u64);

impl At {
    fn beginning(file: &File) -> Result<At> {
        Ok(At(file.try_clone()?, 0))
    }
}

impl Read for At {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let read = self.0.read_at(buffer, self.1)?;
        self.1 += read as u64;
        Ok(read)
    }
}

/// Reads at a position until the buffer is full or the file ends.
fn read_at(file: &File, buffer: &mut [u8], start: u64) -> Result<usize> {
    let mut read = 0;
    while read < buffer.len() {
        match file.read_at(&mut buffer[read..], start + read as u64) {
            Ok(0) => break,
            Ok(more) => read += more,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(read)
}

fn lock(tape: &Mutex<Tape>) -> MutexGuard<'_, Tape> {
    tape.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Standard input with a memory: compressed, and never on a disk, since the
/// lines hold addresses.
struct Tape {
    live: Box<dyn Read + Send>,
    recorded: Option<zstd::Encoder<'static, Vec<u8>>>,
}

impl Tape {
    /// What was recorded so far, to be read again and recorded again.
    fn take_recorded(&mut self) -> Result<Box<dyn Read + Send>> {
        let Some(recorder) = self.recorded.take() else {
            return Err(Error::other("standard input cannot be read again"));
        };
        let bytes = recorder.finish()?;
        let mut again = zstd::Encoder::new(Vec::new(), 1)?;
        std::io::copy(&mut zstd::Decoder::new(&bytes[..])?, &mut again)?;
        self.recorded = Some(again);
        Ok(Box::new(zstd::Decoder::new(Cursor::new(bytes))?))
    }
}

struct Playing(Arc<Mutex<Tape>>);

impl Read for Playing {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let mut tape = lock(&self.0);
        let read = tape.live.read(buffer)?;
        if let Some(recorder) = &mut tape.recorded {
            recorder.write_all(&buffer[..read])?;
        }
        Ok(read)
    }
}
