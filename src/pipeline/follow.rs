//! One followed path: the file that is there now, and those that were there
//! before and may still be written to.

use super::error::IngestError;
use super::ingest::Ingest;
use super::stream::{Opened, Opening, Stream};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// After a rotation a server goes on writing to the old file until it opens the
/// new one: it is read for at least so long …
const ROTATE_WAIT: Duration = Duration::from_secs(60);
/// … and until nothing came for so long.
const ROTATE_IDLE: Duration = Duration::from_secs(10);

/// Page views of a batch.
const HITS: usize = 100_000;

/// A file that is being read.
struct Held {
    stream: Stream,
    file: (u64, u64),
    /// When its path began to lead elsewhere.
    left: Option<Instant>,
    /// When the last line came.
    news: Instant,
}

impl Held {
    /// Whether nobody writes to it any more.
    fn is_over(&self, now: Instant) -> bool {
        self.left.is_some_and(|left| now - left >= ROTATE_WAIT) && now - self.news >= ROTATE_IDLE
    }

    /// Takes lines; returns whether all that there are.
    fn drain(&mut self, lines: u64, ingest: &mut Ingest, now: Instant, taken: &mut u64) -> Result<bool, IngestError> {
        if self.is_over(now) {
            // Its last line counts without a newline.
            self.stream.close();
        }
        self.stream.retry();
        let begun = self.stream.position();
        self.stream.ready(ingest)?;
        *taken += self.stream.take(None, ingest, |ingest, _| ingest.is_full(lines, HITS))?;
        if self.stream.time().is_some() {
            return Ok(false);
        }
        if self.stream.position() > begun {
            self.news = now;
            *taken = (*taken).max(1);
        }
        Ok(true)
    }
}

/// What became of the file at a path since the last look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is the same, perhaps longer.
    Same,
    /// Another file is there, or none.
    Rotated,
    /// It was truncated, and perhaps filled again.
    Truncated,
}

/// A followed path.
pub struct Follow {
    /// Where the log is.
    pub path: PathBuf,
    claimed: Option<u16>,
    current: Option<Held>,
    old: Vec<Held>,
    /// The last complaint, so that it is not repeated.
    told: String,
}

/// Device and inode at a path, if a regular file is there.
pub fn file_at(path: &Path) -> Option<(u64, u64)> {
    std::fs::metadata(path).ok().filter(|meta| meta.is_file()).map(|meta| (meta.dev(), meta.ino()))
}

impl Follow {
    /// For a log of a configured site, if one claims it.
    pub fn new(path: PathBuf, ingest: &Ingest) -> Follow {
        let absolute = std::path::absolute(&path).unwrap_or_else(|_| path.clone());
        let claims = |site: &super::SiteSettings| site.logs.iter().any(|glob| glob.matches_path(&absolute));
        let claimed = ingest.settings.sites.iter().position(claims).map(|index| index as u16);
        Follow { path, claimed, current: None, old: Vec::new(), told: String::new() }
    }

    /// Every stream, the older ones first.
    pub fn streams(&mut self) -> impl Iterator<Item = &mut Stream> {
        self.old.iter_mut().chain(&mut self.current).map(|held| &mut held.stream)
    }

    /// The files that are held open.
    pub fn files(&self) -> impl Iterator<Item = (u64, u64)> {
        self.old.iter().chain(&self.current).map(|held| held.file)
    }

    /// Whether the file at the path is not being read.
    pub fn is_closed(&self) -> bool {
        self.current.is_none()
    }

    /// Looks at what the path leads to. A file that is no longer there is kept
    /// and read on; one that was truncated has to be committed and dropped.
    pub fn look(&mut self, now: Instant) -> Change {
        let Some(held) = &mut self.current else { return Change::Same };
        if file_at(&self.path) != Some(held.file) {
            held.left = Some(now);
            self.old.extend(self.current.take());
            return Change::Rotated;
        }
        if held.stream.is_known {
            // A copy of the beginning of another input: it may become more.
            let grown = std::fs::metadata(&self.path).is_ok_and(|meta| meta.len() != held.stream.size);
            return if grown { Change::Truncated } else { Change::Same };
        }
        match held.stream.is_intact() {
            Ok(true) => Change::Same,
            // What cannot be read is opened anew, and says so then.
            Ok(false) | Err(_) => Change::Truncated,
        }
    }

    /// Drops the file at the path; it will be located anew.
    pub fn close(&mut self) {
        self.current = None;
    }

    /// Drops these streams. Returns whether one of a rotated file was among
    /// them, which only a search can find again.
    pub fn close_some(&mut self, which: impl Fn(&Stream) -> bool) -> bool {
        if self.current.as_ref().is_some_and(|held| which(&held.stream)) {
            self.current = None;
        }
        let before = self.old.len();
        self.old.retain(|held| !which(&held.stream));
        self.old.len() < before
    }

    /// Opens what the path leads to as stream `number`, unless it is in use:
    /// `taken` are the files that other paths lead to.
    pub fn open(
        &mut self,
        number: u32,
        taken: &[(u64, u64)],
        ingest: &Ingest,
        now: Instant,
        say: &mut dyn FnMut(&str),
    ) {
        let Some(file) = file_at(&self.path) else { return };
        if let Some(back) = self.old.iter().position(|held| held.file == file) {
            // It is there again.
            let held = self.old.remove(back);
            self.current = Some(Held { left: None, ..held });
            return;
        }
        if taken.contains(&file) {
            return;
        }
        let settings = &ingest.settings;
        let of_site = self.claimed.and_then(|claimed| settings.sites.get(usize::from(claimed)));
        let opening = Opening {
            number,
            path: &self.path,
            format: settings.format.clone().or_else(|| of_site?.format.clone()),
            claimed: self.claimed,
            limit: None,
            is_following: true,
            block: ingest.options.block,
        };
        let path = self.path.display();
        let complaint = match Stream::open(opening, &ingest.identity, &ingest.inputs) {
            Ok(Opened::Stream(stream)) => {
                let file = stream.file_id().unwrap_or(file);
                self.current = Some(Held { stream: *stream, file, left: None, news: now });
                String::new()
            }
            Ok(Opened::Empty) => String::new(),
            Ok(Opened::Unknown) => format!("{path}: in no known log format; see `fathom-tui detect {path}`"),
            Err(error) => format!("{path}: {error}; trying again"),
        };
        self.complain(complaint, say);
    }

    /// Says what is wrong, once.
    pub fn complain(&mut self, complaint: String, say: &mut dyn FnMut(&str)) {
        if !complaint.is_empty() && complaint != self.told {
            say(&complaint);
        }
        self.told = complaint;
    }

    /// Passes over what is there.
    ///
    /// # Errors
    /// If reading fails.
    pub fn skip_to_end(&mut self) -> Result<(), IngestError> {
        let Some(held) = &mut self.current else { return Ok(()) };
        held.stream.skip_to_end().map_err(|error| IngestError::Read(self.path.clone(), error))
    }

    /// Takes lines that are there, the old files' first, until `ingest` has so
    /// many `lines`. Returns how many, and whether that was all. A file that cannot be
    /// read is closed, and tried again later.
    ///
    /// # Errors
    /// If a salt or site cannot be made.
    pub fn drain(
        &mut self,
        lines: u64,
        ingest: &mut Ingest,
        now: Instant,
        say: &mut dyn FnMut(&str),
    ) -> Result<(u64, bool), IngestError> {
        let mut taken = 0;
        let mut failed = None;
        for held in self.old.iter_mut().chain(&mut self.current) {
            match held.drain(lines, ingest, now, &mut taken) {
                Ok(true) => {}
                Ok(false) => return Ok((taken, false)),
                Err(IngestError::Read(_, error)) => failed = Some((held.stream.number, error)),
                Err(error) => return Err(error),
            }
        }
        if let Some((number, error)) = failed {
            ingest.remove(number);
            self.close_some(|stream| stream.number == number);
            let complaint = format!("{}: {error}; trying again", self.path.display());
            self.complain(complaint, say);
        }
        Ok((taken, true))
    }

    /// Lets go of old files that nobody writes to any more; right after a commit.
    pub fn let_go(&mut self, now: Instant) {
        self.old.retain(|held| !held.is_over(now) || held.stream.time().is_some());
    }
}
