//! Where a stream's bytes come from, and how to go back in it.

use crate::input::{Compression, Lines, decompress};
use std::fs::File;
use std::io::{Cursor, Error, Read, Result, Write};
use std::path::{Path, PathBuf};
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

enum Origin {
    Plain(PathBuf),
    Packed(PathBuf),
    Stdin(Arc<Mutex<Tape>>),
}

impl Source {
    /// Of a file, whatever its compression.
    ///
    /// # Errors
    /// If it cannot be opened or its first bytes cannot be read.
    pub fn file(path: &Path) -> Result<Source> {
        let read = Arc::new(AtomicU64::new(0));
        let file = File::open(path)?;
        if file.metadata()?.is_dir() {
            return Err(Error::other("it is a directory"));
        }
        let (compression, decoded) = decompress(Box::new(Counted(file, read.clone())))?;
        let origin = match compression {
            Compression::Plain => Origin::Plain(path.into()),
            _ => Origin::Packed(path.into()),
        };
        Ok(Source { origin, lines: Lines::new(decoded), read })
    }

    /// Of standard input, whatever its compression.
    ///
    /// # Errors
    /// If its first bytes cannot be read.
    pub fn stdin() -> Result<Source> {
        let read = Arc::new(AtomicU64::new(0));
        let (_, decoded) = decompress(Box::new(Counted(std::io::stdin(), read.clone())))?;
        let tape = Arc::new(Mutex::new(Tape { live: decoded, recorded: Some(zstd::Encoder::new(Vec::new(), 1)?) }));
        let lines = Lines::new(Box::new(Playing(tape.clone())));
        Ok(Source { origin: Origin::Stdin(tape), lines, read })
    }

    /// Whether its positions are those of a file.
    pub fn is_plain(&self) -> bool {
        matches!(self.origin, Origin::Plain(_))
    }

    /// Whether it can be opened anew later.
    pub fn is_file(&self) -> bool {
        !matches!(self.origin, Origin::Stdin(_))
    }

    /// Goes to a position of the uncompressed stream; stops at its end.
    ///
    /// # Errors
    /// If reading fails, or if standard input was settled and would have to go back.
    pub fn go_to(&mut self, position: u64) -> Result<()> {
        if let Origin::Plain(path) = &self.origin {
            let meta = std::fs::metadata(path)?;
            // A pipe or device by name has no positions.
            if meta.is_file() {
                let position = position.min(meta.len());
                self.read.store(position, Ordering::Relaxed);
                let read = self.read.clone();
                self.lines = Lines::at(File::open(path)?, position, |file| Box::new(Counted(file, read)))?;
                return Ok(());
            }
        }
        if position < self.lines.position() {
            self.rewind()?;
        }
        self.lines.skip_to(position)
    }

    fn rewind(&mut self) -> Result<()> {
        match &self.origin {
            Origin::Plain(path) | Origin::Packed(path) => {
                self.read.store(0, Ordering::Relaxed);
                let counted = Counted(File::open(path)?, self.read.clone());
                self.lines = Lines::new(decompress(Box::new(counted))?.1);
            }
            Origin::Stdin(tape) => {
                let played = lock(tape).take_recorded()?;
                self.lines = Lines::new(Box::new(played.chain(Playing(tape.clone()))));
            }
        }
        Ok(())
    }

    /// Says that it will not go back any more.
    pub fn settle(&mut self) {
        if let Origin::Stdin(tape) = &self.origin {
            lock(tape).recorded = None;
        }
    }
}

fn lock(tape: &Mutex<Tape>) -> MutexGuard<'_, Tape> {
    tape.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Counts bytes for the progress bar.
struct Counted<R>(R, Arc<AtomicU64>);

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let read = self.0.read(buffer)?;
        self.1.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
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
