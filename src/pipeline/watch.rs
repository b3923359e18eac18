//! Follows logs: a plain tail that goes on after a rename.

use super::error::IngestError;
use super::ingest::Ingest;
use super::stream::{Opened, Opening, Stream};
use super::sweep::sweep;
use crate::store::StoreError;
use notify::{RecursiveMode, Watcher};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// A `stat` so often decides, whatever events come or do not.
const POLL: Duration = Duration::from_secs(1);
/// Events are gathered for so long.
const GATHER: Duration = Duration::from_millis(900);
/// Lines of a batch; a commit comes at least with every poll.
const BATCH: u64 = 50_000;
/// Past hours are merged so often.
const MERGE: Duration = Duration::from_secs(600);

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
}

/// A followed path.
struct Followed {
    path: PathBuf,
    claimed: Option<u16>,
    stream: Option<Stream>,
    /// Device and inode of the file that is being read.
    file: (u64, u64),
    told: bool,
}

/// Follows these files until told to stop. `say` gets messages for people.
///
/// # Errors
/// If the store cannot be written to any more. What was committed stays; the
/// rest is read again next time.
pub fn watch(
    paths: &[PathBuf],
    ingest: &mut Ingest,
    options: &WatchOptions,
    stop: &AtomicBool,
    say: &mut dyn FnMut(&str),
) -> Result<(), IngestError> {
    let mut followed: Vec<Followed> = paths
        .iter()
        .map(|path| {
            let absolute = std::path::absolute(path).unwrap_or_else(|_| path.clone());
            let claims = |site: &super::SiteSettings| site.logs.iter().any(|glob| glob.matches_path(&absolute));
            let claimed = ingest.settings.sites.iter().position(claims).map(|index| index as u16);
            Followed { path: path.clone(), claimed, stream: None, file: (0, 0), told: false }
        })
        .collect();
    let (events, _watcher) = listen(&followed, options);
    let mut news = Instant::now();
    let mut merged = Instant::now();
    let mut first = true;
    while !stop.load(Ordering::Relaxed) {
        let round = Instant::now();
        ingest.tick();
        let mut lines = 0;
        for index in 0..followed.len() {
            match poll(&mut followed, index, ingest, first && options.from_end, say) {
                Ok(new) => lines += new,
                Err(IngestError::Store(StoreError::Locked { .. })) => {
                    // Nothing is lost: every input is read again from its cursor.
                    ingest.discard();
                    reopen(&mut followed, |_| true);
                }
                Err(error) => return Err(error),
            }
        }
        let (waiting, began) = (ingest.waiting(), Instant::now());
        if first && options.from_end {
            // The cursors count even if no line ever comes.
            write(&mut followed, ingest)?;
        }
        first = false;
        commit(&mut followed, ingest)?;
        if options.verbose && waiting > 0 {
            say(&format!("committed {waiting} lines in {} ms", began.elapsed().as_millis()));
        }
        if lines > 0 {
            news = Instant::now();
        }
        if options.until_idle.is_some_and(|idle| news.elapsed() >= idle) {
            break;
        }
        if merged.elapsed() >= MERGE {
            merged = Instant::now();
            match tidy(ingest) {
                Ok(()) | Err(IngestError::Store(StoreError::Locked { .. })) => {}
                Err(error) => return Err(error),
            }
        }
        wait(&events, round, options.until_idle.map(|idle| idle.saturating_sub(news.elapsed())));
    }
    Ok(())
}

/// Merges past hours, destroys salts that are due, coarsens old days.
fn tidy(ingest: &mut Ingest) -> Result<(), IngestError> {
    ingest.release();
    let now = ingest.settings.clock();
    let Some(writer) = ingest.writer() else { return Ok(()) };
    writer.merge_past_hours(now)?;
    sweep(writer.path(), now)?;
    writer.coarsen_old(now)?;
    Ok(())
}

/// Events only wake the loop. If they are not to be had, polling goes on.
fn listen(followed: &[Followed], options: &WatchOptions) -> (Receiver<()>, Option<notify::RecommendedWatcher>) {
    let (send, events) = channel();
    if options.no_events {
        return (events, None);
    }
    let mut watcher = notify::recommended_watcher(move |_| {
        let _ = send.send(());
    })
    .ok();
    for file in followed {
        let folder = file.path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if let Some(watcher) = &mut watcher {
            let _ = watcher.watch(folder, RecursiveMode::NonRecursive);
        }
    }
    (events, watcher)
}

/// Waits for news, so that a round comes at most once a second: a busy log
/// wakes us with every line. `round` is when the last one began, since its
/// commit may have waited for readers.
fn wait(events: &Receiver<()>, round: Instant, idle: Option<Duration>) {
    let rest = |limit: Duration| limit.saturating_sub(round.elapsed());
    let limit = idle.map_or(POLL, |idle| POLL.min(idle.max(Duration::from_millis(10))));
    match events.recv_timeout(rest(limit)) {
        Ok(()) => {
            std::thread::sleep(rest(limit.min(GATHER)));
            while events.try_recv().is_ok() {}
        }
        Err(RecvTimeoutError::Timeout) => {}
        Err(RecvTimeoutError::Disconnected) => std::thread::sleep(rest(limit)),
    }
}

fn file_of(path: &Path) -> Option<((u64, u64), u64)> {
    std::fs::metadata(path).ok().map(|meta| ((meta.dev(), meta.ino()), meta.size()))
}

/// Reads what is new at a path; after a rename the old file to its end first.
fn poll(
    followed: &mut [Followed],
    index: usize,
    ingest: &mut Ingest,
    skip: bool,
    say: &mut dyn FnMut(&str),
) -> Result<u64, IngestError> {
    let mut lines = drain(followed, index, ingest)?;
    let file = &mut followed[index];
    let Some((id, size)) = file_of(&file.path) else { return Ok(lines) };
    let is_other = |stream: &Stream| id != file.file || (stream.is_plain() && size < stream.position());
    if file.stream.as_ref().is_none_or(is_other) {
        // What was written to the old file since, and its last line.
        if let Some(stream) = &mut file.stream {
            stream.close();
            lines += drain(followed, index, ingest)?;
        }
        commit(followed, ingest)?;
        open(&mut followed[index], index, ingest, skip, say)?;
        lines += drain(followed, index, ingest)?;
    }
    Ok(lines)
}

fn open(
    file: &mut Followed,
    index: usize,
    ingest: &mut Ingest,
    skip: bool,
    say: &mut dyn FnMut(&str),
) -> Result<(), IngestError> {
    let Some((id, _)) = file_of(&file.path) else { return Ok(()) };
    let settings = &ingest.settings;
    let of_site = file.claimed.and_then(|claimed| settings.sites.get(usize::from(claimed)));
    let opening = Opening {
        number: index as u32,
        path: &file.path,
        format: settings.format.clone().or_else(|| of_site?.format.clone()),
        claimed: file.claimed,
        limit: None,
        is_following: true,
    };
    file.stream = None;
    match Stream::open(opening, &ingest.identity, &ingest.inputs) {
        Ok(Opened::Stream(mut stream)) => {
            if skip {
                stream.skip_to_end().map_err(|error| IngestError::Read(file.path.clone(), error))?;
            }
            file.file = id;
            file.told = false;
            file.stream = Some(*stream);
        }
        Ok(Opened::Empty) => {}
        Ok(Opened::Unknown) if !file.told => {
            file.told = true;
            let path = file.path.display();
            say(&format!("{path}: in no known log format; see `fathom-tui detect {path}`"));
        }
        Ok(Opened::Unknown) => {}
        Err(error) if !file.told => {
            file.told = true;
            say(&format!("{}: {error}; trying again", file.path.display()));
        }
        Err(_) => {}
    }
    Ok(())
}

/// Takes every line that is there.
fn drain(followed: &mut [Followed], index: usize, ingest: &mut Ingest) -> Result<u64, IngestError> {
    let mut lines = 0;
    loop {
        let Some(stream) = &mut followed[index].stream else { return Ok(lines) };
        stream.retry();
        let before = stream.position();
        if let Some(outcome) = stream.take(ingest)? {
            ingest.add(index as u32, &outcome);
            lines += 1;
        } else if stream.time().is_none() {
            return Ok(lines + u64::from(stream.position() > before));
        }
        if ingest.is_full(BATCH) {
            commit(followed, ingest)?;
        }
    }
}

fn commit(followed: &mut [Followed], ingest: &mut Ingest) -> Result<(), IngestError> {
    if ingest.waiting() == 0 { Ok(()) } else { write(followed, ingest) }
}

fn write(followed: &mut [Followed], ingest: &mut Ingest) -> Result<(), IngestError> {
    let mut streams: Vec<&mut Stream> = followed.iter_mut().filter_map(|file| file.stream.as_mut()).collect();
    for stream in &mut streams {
        stream.refresh_head();
    }
    match ingest.commit(&mut streams) {
        Ok(lost) => reopen(followed, |number| lost.contains(&number)),
        // Nothing is lost: every input is read again from its cursor.
        Err(IngestError::Store(StoreError::Locked { .. })) => reopen(followed, |_| true),
        Err(error) => return Err(error),
    }
    Ok(())
}

/// Streams that are to be located anew: another process was quicker.
fn reopen(followed: &mut [Followed], which: impl Fn(u32) -> bool) {
    for file in followed {
        if file.stream.as_ref().is_some_and(|stream| which(stream.number)) {
            file.stream = None;
        }
    }
}
