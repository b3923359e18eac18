//! Follows logs through their rotations. Every round looks at each path, reads
//! what is new, and commits it; whatever happens to a file, its cursor says
//! where to go on.

use super::error::IngestError;
use super::follow::{Change, Follow};
use super::import::import_files;
use super::ingest::Ingest;
use super::progress::Progress;
use super::siblings::{Siblings, logs};
use super::stream::Stream;
use super::sweep::{Sweep, sweep};
use super::wake::Wake;
use crate::model::Privacy;
use crate::store::StoreError;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Lines of a batch; a commit comes at least with every round.
const BATCH: u64 = 50_000;
/// Days that are due are closed so often.
const CLOSE: Duration = Duration::from_secs(60);
/// Rotated files are looked for so often, beside after every rotation: one may
/// have been compressed only now.
const SEARCH: Duration = Duration::from_secs(60);
/// After an error of the store the next try is at most so far away.
const PATIENCE: Duration = Duration::from_secs(5);

/// What `watch` was told.
#[derive(Clone, Debug, Default)]
pub struct WatchOptions {
    /// Stop when nothing new came for so long.
    pub until_idle: Option<Duration>,
    /// Only poll.
    pub no_events: bool,
    /// Skip what is there at the start.
    pub from_end: bool,
    /// Say every commit.
    pub verbose: bool,
    /// By which rules days are closed.
    pub privacy: Privacy,
}

/// Follows the logs of these names, of which globs are looked up again and
/// again, until told to stop. `say` gets messages for people, `counted` is called
/// after every round that committed something.
///
/// # Errors
/// If the store is gone, another one, or none of ours. What was committed
/// stays; the rest is read again next time.
pub fn watch(
    names: &[PathBuf],
    ingest: &mut Ingest,
    options: &WatchOptions,
    stop: &AtomicBool,
    say: &mut dyn FnMut(&str),
    counted: &mut dyn FnMut(&Ingest),
) -> Result<(), IngestError> {
    let mut watch = Watch {
        names,
        ingest,
        stop,
        say,
        verbose: options.verbose,
        follows: Vec::new(),
        opened: 0,
        siblings: Siblings::default(),
        searched: None,
    };
    let mut wake = Wake::new(options.no_events);
    let (mut news, mut closed) = (Instant::now(), Instant::now());
    let mut trouble = Trouble::default();
    let mut skip = options.from_end;
    while !stop.load(Ordering::Relaxed) {
        let round = Instant::now();
        let result = watch.round(round, skip).and_then(|lines| {
            if closed.elapsed() >= CLOSE {
                closed = Instant::now();
                close(watch.ingest, options.privacy)?;
            }
            Ok(lines)
        });
        match result {
            Ok(lines) => {
                skip = false;
                if trouble.since.is_some() {
                    (watch.say)("the store can be written again, and nothing was lost");
                }
                trouble = Trouble::default();
                if lines > 0 {
                    counted(watch.ingest);
                    news = Instant::now();
                }
            }
            Err(error) => {
                // Lines wait: it is not idle, but has no end to wait for either.
                if options.until_idle.is_some_and(|idle| trouble.since.is_some_and(|at| at.elapsed() >= idle)) {
                    return Err(error);
                }
                watch.recover(error, &mut trouble)?;
                news = Instant::now();
            }
        }
        if options.until_idle.is_some_and(|idle| news.elapsed() >= idle) {
            break;
        }
        if let Some(trouble) = wake.listen(watch.follows.iter().map(|follow| follow.path.as_path())) {
            (watch.say)(&trouble);
        }
        let idle = options.until_idle.map(|idle| idle.saturating_sub(news.elapsed()));
        wake.wait(round, idle, trouble.pause);
    }
    Ok(())
}

/// Errors that may pass: a full disk, a locked store.
#[derive(Default)]
struct Trouble {
    since: Option<Instant>,
    pause: Duration,
    told: String,
}

struct Watch<'a> {
    names: &'a [PathBuf],
    ingest: &'a mut Ingest,
    stop: &'a AtomicBool,
    say: &'a mut dyn FnMut(&str),
    verbose: bool,
    follows: Vec<Follow>,
    /// Streams opened so far: each has a number of its own.
    opened: u32,
    siblings: Siblings,
    /// When rotated files were looked for; `None` if it is to be done now.
    searched: Option<Instant>,
}

impl Watch<'_> {
    /// One look at everything. Returns the lines that were new.
    fn round(&mut self, now: Instant, skip: bool) -> Result<u64, IngestError> {
        self.ingest.tick();
        for path in logs(self.names) {
            if !self.follows.iter().any(|follow| follow.path == path) {
                self.follows.push(Follow::new(path, self.ingest));
                self.searched = None;
            }
        }
        let mut lines = 0;
        for index in 0..self.follows.len() {
            match self.follows[index].look(now) {
                Change::Same => {}
                Change::Rotated => self.searched = None,
                Change::Truncated => {
                    // What was read of it counts; what is there now is another input.
                    self.commit()?;
                    self.follows[index].close();
                    self.searched = None;
                }
            }
        }
        // What is older is read first: old files, then those that came and went
        // unseen, then the new ones.
        lines += self.drain(now)?;
        if skip {
            // Rotated files are part of what is there.
            self.siblings.skip(self.follows.iter());
            self.searched = Some(now);
        } else if self.searched.is_none_or(|at| now - at >= SEARCH) {
            lines += self.search(now)?;
        }
        for index in 0..self.follows.len() {
            if self.follows[index].is_closed() {
                self.open(index, now);
                if skip {
                    self.follows[index].skip_to_end()?;
                }
            }
        }
        if skip {
            // The cursors count even if no line ever comes.
            self.write()?;
        }
        lines += self.drain(now)?;
        self.commit()?;
        self.follows.iter_mut().for_each(|follow| follow.let_go(now));
        Ok(lines)
    }

    fn open(&mut self, index: usize, now: Instant) {
        let taken: Vec<(u64, u64)> = self.follows.iter().flat_map(Follow::files).collect();
        self.opened += 1;
        self.follows[index].open(self.opened, &taken, self.ingest, now, self.say);
    }

    /// Takes every line that is there.
    fn drain(&mut self, now: Instant) -> Result<u64, IngestError> {
        let mut lines = 0;
        for index in 0..self.follows.len() {
            loop {
                let (taken, is_all) = self.follows[index].drain(BATCH, self.ingest, now, self.say)?;
                lines += taken;
                if is_all || self.stop.load(Ordering::Relaxed) {
                    break;
                }
                self.commit()?;
            }
        }
        Ok(lines)
    }

    /// Reads what is new in rotated files that nobody holds open.
    fn search(&mut self, now: Instant) -> Result<u64, IngestError> {
        self.commit()?;
        self.searched = Some(now);
        let found = self.siblings.changed(self.follows.iter());
        if found.is_empty() {
            return Ok(0);
        }
        if self.opened == 0 {
            (self.say)(&format!("looking through {} rotated files first", found.len()));
        }
        let summary = import_files(found, self.ingest, &mut Silent(self.stop))?;
        for unread in summary.failed {
            (self.say)(&format!("{}: {}", unread.path.display(), unread.error));
        }
        if summary.new_lines > 0 && self.verbose {
            (self.say)(&format!("read {} lines of rotated files", summary.new_lines));
        }
        Ok(summary.new_lines)
    }

    fn commit(&mut self) -> Result<(), IngestError> {
        let (waiting, began) = (self.ingest.waiting(), Instant::now());
        if waiting == 0 {
            return Ok(());
        }
        self.write()?;
        if self.verbose {
            (self.say)(&format!("committed {waiting} lines in {} ms", began.elapsed().as_millis()));
        }
        Ok(())
    }

    fn write(&mut self) -> Result<(), IngestError> {
        let mut streams: Vec<&mut Stream> = self.follows.iter_mut().flat_map(Follow::streams).collect();
        for stream in &mut streams {
            stream.refresh_head();
        }
        let lost = self.ingest.commit(&mut streams)?;
        // Another process was quicker: they are located anew.
        self.close_some(|stream| lost.contains(&stream.number));
        Ok(())
    }

    fn close_some(&mut self, which: impl Fn(&Stream) -> bool) {
        for follow in &mut self.follows {
            if follow.close_some(&which) {
                // A rotated file is found by its content.
                self.siblings.forget();
                self.searched = None;
            }
        }
    }

    /// After an error nothing is lost: every input is read again from its
    /// cursor. Fails if trying again makes no sense.
    fn recover(&mut self, error: IngestError, trouble: &mut Trouble) -> Result<(), IngestError> {
        use StoreError as E;
        if let IngestError::Store(
            E::Missing(_) | E::TooNew(_) | E::NotAStore(_) | E::Replaced(_) | E::OtherZone { .. },
        )
        | IngestError::Key(_)
        | IngestError::Strict(_) = error
        {
            return Err(error);
        }
        self.ingest.discard();
        self.close_some(|_| true);
        trouble.since.get_or_insert_with(Instant::now);
        let text = format!("{error}; nothing is lost, trying again");
        if text != trouble.told {
            (self.say)(&text);
            trouble.told = text;
        }
        trouble.pause = (trouble.pause * 2).clamp(Duration::from_secs(1), PATIENCE);
        Ok(())
    }
}

/// Closes days that are due.
fn close(ingest: &mut Ingest, privacy: Privacy) -> Result<(), IngestError> {
    let how = Sweep { now: ingest.settings.clock(), privacy, before: None, all: false };
    let place = ingest.with_writer(|writer| (writer.path().to_owned(), writer.tell()));
    if let Some((path, tell)) = place {
        sweep(&path, &how, tell)?;
    }
    Ok(())
}

/// Nobody sees the progress of rotated files.
struct Silent<'a>(&'a AtomicBool);

impl Progress for Silent<'_> {
    fn begin(&mut self, _: u64) {}
    fn at(&mut self, _: u64, _: u64) {}
    fn should_stop(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
    fn file_done(&mut self, _: &str, _: u64) {}
}
