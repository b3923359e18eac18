//! Reads inputs once, those of overlapping times side by side.

use super::error::IngestError;
use super::ingest::Ingest;
use super::progress::Progress;
use super::stream::{Opened, Opening, Rejected, Stream};
use crate::input::{Found, expand};
use crate::model::{Ledger, SiteId};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::path::{Path, PathBuf};

/// A batch has at most so many lines and page views: enough that a commit's
/// fixed cost does not count, few enough that memory stays small.
const LINES: u64 = 2_000_000;
const HITS: usize = 250_000;
/// How often progress is told, in lines.
const TELL: u64 = 8_192;
/// So many inputs are held open; those that begin later are opened again when
/// their time has come.
const OPEN: usize = 32;

/// An input that was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Its path.
    pub path: PathBuf,
    /// Whether it was named itself; what lies in a directory may be anything.
    pub was_named: bool,
}

/// An input that could not be read.
#[derive(Debug)]
pub struct Unread {
    /// Its path.
    pub path: PathBuf,
    /// What the system or a decoder said.
    pub error: std::io::Error,
    /// Whether it was named itself.
    pub was_named: bool,
}

/// What an import did.
#[derive(Debug, Default)]
pub struct Summary {
    /// Inputs read or found to be known.
    pub files: u64,
    /// Lines of them, committed earlier or now.
    pub lines: u64,
    /// Lines that were new.
    pub new_lines: u64,
    /// New lines by class.
    pub ledger: Ledger,
    /// Files by format.
    pub formats: BTreeMap<String, u64>,
    /// Inputs in no known format.
    pub refused: Vec<Refusal>,
    /// Inputs that could not be opened.
    pub failed: Vec<Unread>,
    /// By input: lines that were no requests.
    pub rejected: Vec<(String, Vec<Rejected>)>,
    /// By input: what a decoder complained of.
    pub troubles: Vec<(String, String)>,
    /// Sites of inputs that had nothing new.
    pub known_sites: BTreeSet<SiteId>,
    /// It was stopped before the end.
    pub was_stopped: bool,
}

/// An import under way.
pub struct Import<'a> {
    ingest: &'a mut Ingest,
    progress: &'a mut dyn Progress,
    streams: Vec<Option<Stream>>,
    /// Inputs that may be copies of one that is being read: after it.
    deferred: Vec<usize>,
    /// Paths by stream number, for opening anew, and whether they were named.
    paths: Vec<PathBuf>,
    named: Vec<bool>,
    /// Number in the store (0: none) and first bytes of what is being read.
    heads: Vec<(u32, Vec<u8>)>,
    /// Ready requests by time; between equals the input named first.
    ready: BinaryHeap<Reverse<(i64, usize)>>,
    summary: Summary,
    earlier: Vec<Ledger>,
    finished_bytes: u64,
    lines: u64,
    /// How many of them were told of.
    told: u64,
}

/// Reads the inputs of these names once.
///
/// # Errors
/// If a name leads nowhere, an input cannot be read, or the store not be
/// written. What was committed before stays.
pub fn import(names: &[String], ingest: &mut Ingest, progress: &mut dyn Progress) -> Result<Summary, IngestError> {
    import_found(expand(names)?, ingest, progress)
}

/// Reads these files once, whatever they turn out to be.
///
/// # Errors
/// If the store cannot be written. What was committed before stays.
pub fn import_files(
    files: Vec<PathBuf>,
    ingest: &mut Ingest,
    progress: &mut dyn Progress,
) -> Result<Summary, IngestError> {
    import_found(files.into_iter().map(|path| Found::File(path, false)).collect(), ingest, progress)
}

fn import_found(found: Vec<Found>, ingest: &mut Ingest, progress: &mut dyn Progress) -> Result<Summary, IngestError> {
    let mut import = Import {
        ingest,
        progress,
        streams: Vec::new(),
        deferred: Vec::new(),
        paths: Vec::new(),
        named: Vec::new(),
        heads: Vec::new(),
        ready: BinaryHeap::new(),
        summary: Summary::default(),
        earlier: Vec::new(),
        finished_bytes: 0,
        lines: 0,
        told: 0,
    };
    import.run(found)?;
    Ok(import.summary)
}

impl Import<'_> {
    fn run(&mut self, found: Vec<Found>) -> Result<(), IngestError> {
        let size = |input: &Found| match input {
            Found::File(path, _) => std::fs::metadata(path).map_or(0, |meta| meta.len()),
            Found::Stdin => 0,
        };
        self.progress.begin(found.iter().map(size).sum());
        for input in found {
            self.open(input)?;
        }
        self.read_all()?;
        for number in std::mem::take(&mut self.deferred) {
            if !self.summary.was_stopped {
                self.open_number(number, false)?;
                self.read_all()?;
            }
        }
        Ok(())
    }

    /// Reads and commits everything that is ready. Inputs that another process
    /// was quicker with are opened anew by a commit, and are ready again.
    fn read_all(&mut self) -> Result<(), IngestError> {
        loop {
            while let Some(Reverse((_, number))) = self.ready.pop() {
                self.step(number)?;
                if self.lines >= self.told + TELL {
                    self.told = self.lines;
                    self.tell();
                    if self.progress.should_stop() {
                        self.summary.was_stopped = true;
                        break;
                    }
                }
                if self.ingest.is_full(LINES, HITS) {
                    self.commit_beside()?;
                }
            }
            self.commit()?;
            let is_done = self.ready.is_empty() && self.ingest.waiting() == 0;
            if is_done || self.summary.was_stopped {
                break;
            }
        }
        for number in 0..self.streams.len() {
            self.close(number);
        }
        Ok(())
    }

    fn open(&mut self, input: Found) -> Result<(), IngestError> {
        let (path, was_named) = match input {
            Found::File(path, was_named) => (path, was_named),
            Found::Stdin => (PathBuf::from("-"), true),
        };
        let number = self.paths.len();
        self.paths.push(path);
        self.named.push(was_named);
        self.streams.push(None);
        self.earlier.push(Ledger::default());
        self.open_number(number, true)
    }

    fn open_number(&mut self, number: usize, may_defer: bool) -> Result<(), IngestError> {
        let opened = match self.open_stream(number) {
            Ok(opened) => opened,
            Err(IngestError::Read(path, error)) => {
                // The others are read all the same.
                self.summary.failed.push(Unread { path, error, was_named: self.named[number] });
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        match opened {
            Opened::Stream(stream) if may_defer && self.may_be_a_copy(&stream) => self.deferred.push(number),
            Opened::Stream(stream) => {
                self.summary.files += 1;
                *self.summary.formats.entry(stream.format().name().to_owned()).or_default() += 1;
                self.earlier[number] = stream.state.ledger;
                self.begin(number, *stream)?;
                if self.streams.iter().flatten().count() > OPEN {
                    self.park(number);
                }
                self.commit_finished()?;
            }
            Opened::Empty => self.summary.files += 1,
            Opened::Unknown => {
                let (path, was_named) = (self.paths[number].clone(), self.named[number]);
                self.summary.refused.push(Refusal { path, was_named });
            }
        }
        Ok(())
    }

    /// Whether an input that is being read may hold the same lines.
    fn may_be_a_copy(&self, stream: &Stream) -> bool {
        self.heads.iter().any(|(id, head)| {
            let same_input = stream.state.id != 0 && *id == stream.state.id;
            same_input || (stream.state.id == 0 && *id == 0 && stream.begins_like(head))
        })
    }

    /// Closes an input whose time has not come, to open it again then.
    fn park(&mut self, number: usize) {
        let is_ready = |stream: &Stream| stream.is_file() && stream.time().is_some();
        if self.streams[number].as_ref().is_some_and(is_ready) {
            self.streams[number] = None;
            self.ingest.remove(number as u32);
        }
    }

    fn open_stream(&self, number: usize) -> Result<Opened, IngestError> {
        let path: &Path = &self.paths[number];
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let settings = &self.ingest.settings;
        let claims = |site: &&super::settings::SiteSettings| site.logs.iter().any(|glob| glob.matches_path(&absolute));
        let claimed = settings.sites.iter().position(|site| claims(&site));
        let format = settings.format.clone().or_else(|| settings.sites.get(claimed?)?.format.clone());
        let opening = Opening {
            number: number as u32,
            path,
            format,
            claimed: claimed.map(|index| index as u16),
            limit: self.ingest.options.max_bytes,
            is_following: false,
            block: self.ingest.options.block,
        };
        Stream::open(opening, &self.ingest.identity, &self.ingest.inputs)
            .map_err(|error| IngestError::Read(path.to_owned(), error))
    }

    /// Makes the stream's first request ready.
    fn begin(&mut self, number: usize, mut stream: Stream) -> Result<(), IngestError> {
        self.heads.push((stream.state.id, stream.head().to_vec()));
        self.ingest.streams = self.streams.iter().flatten().count() + 1;
        if let Some(time) = stream.ready(self.ingest)? {
            self.ready.push(Reverse((time, number)));
        }
        self.streams[number] = Some(stream);
        Ok(())
    }

    fn step(&mut self, number: usize) -> Result<(), IngestError> {
        if self.streams[number].is_none() {
            // It was parked.
            if let Opened::Stream(mut stream) = self.open_stream(number)? {
                self.earlier[number] = stream.state.ledger;
                stream.ready(self.ingest)?;
                self.streams[number] = Some(*stream);
            }
        }
        let Some(stream) = &mut self.streams[number] else { return Ok(()) };
        let until = self.ready.peek().map(|Reverse((time, number))| (*time, *number as u32));
        let is_enough = |ingest: &Ingest, taken| taken >= TELL || ingest.is_full(LINES, HITS);
        self.lines += stream.take(until, self.ingest, is_enough)?;
        match stream.time() {
            Some(time) => self.ready.push(Reverse((time, number))),
            None => {
                self.finished_bytes += stream.size;
                self.progress.file_done(&stream.name, stream.lines());
                self.commit_finished()?;
            }
        }
        Ok(())
    }

    /// Inputs that are read to their end are closed by a commit: many small
    /// ones must not use up descriptors and memory.
    fn commit_finished(&mut self) -> Result<(), IngestError> {
        let finished = self.streams.iter().flatten().filter(|stream| stream.time().is_none()).count();
        if finished > OPEN { self.commit() } else { Ok(()) }
    }

    fn tell(&mut self) {
        let open = self.streams.iter().flatten().filter(|stream| stream.time().is_some());
        let bytes = self.finished_bytes + open.map(Stream::bytes_read).sum::<u64>();
        self.progress.at(bytes, self.lines);
    }

    /// Has the batch committed while the next one is read.
    fn commit_beside(&mut self) -> Result<(), IngestError> {
        let mut streams: Vec<&mut Stream> = self.streams.iter_mut().flatten().collect();
        let lost = self.ingest.settle(&mut streams)?;
        for number in lost {
            self.open_again(number as usize)?;
        }
        let mut streams: Vec<&mut Stream> = self.streams.iter_mut().flatten().collect();
        self.ingest.commit_beside(&mut streams);
        self.ingest.tick();
        Ok(())
    }

    fn commit(&mut self) -> Result<(), IngestError> {
        let mut streams: Vec<&mut Stream> = self.streams.iter_mut().flatten().collect();
        let lost = self.ingest.commit(&mut streams)?;
        self.ingest.tick();
        for &number in &lost {
            self.open_again(number as usize)?;
        }
        for number in 0..self.streams.len() {
            let is_new = lost.contains(&(number as u32));
            if !is_new && self.streams[number].as_ref().is_some_and(|stream| stream.time().is_none()) {
                self.close(number);
            }
        }
        Ok(())
    }

    fn open_again(&mut self, number: usize) -> Result<(), IngestError> {
        if !self.streams[number].as_ref().is_some_and(Stream::is_file) {
            return Err(IngestError::Raced);
        }
        self.ready = std::mem::take(&mut self.ready).into_iter().filter(|Reverse((_, n))| *n != number).collect();
        let committed = self.streams[number].take().map(|stream| stream.state.ledger).unwrap_or_default();
        if let Opened::Stream(stream) = self.open_stream(number)? {
            // What the other process read is not news of this one.
            let theirs = stream.state.ledger;
            for (class, lines) in self.earlier[number].0.iter_mut().enumerate() {
                *lines = (*lines + theirs.0[class]).saturating_sub(committed.0[class]);
            }
            self.begin(number, *stream)?;
        }
        Ok(())
    }

    /// Adds a stream that is done with to the summary.
    fn close(&mut self, number: usize) {
        let Some(stream) = self.streams[number].take() else { return };
        self.ingest.streams = self.streams.iter().flatten().count();
        let ledger = &stream.state.ledger;
        if ledger.lines() == self.earlier[number].lines() {
            self.summary.known_sites.extend(stream.state.last_place.map(|(site, _)| site));
        }
        self.summary.lines += ledger.lines();
        for (class, lines) in ledger.0.iter().enumerate() {
            self.summary.ledger.0[class] += lines.saturating_sub(self.earlier[number].0[class]);
        }
        let rejected: Vec<Rejected> = stream.rejected().cloned().collect();
        if !rejected.is_empty() {
            self.summary.rejected.push((stream.name.clone(), rejected));
        }
        if let Some(trouble) = stream.trouble {
            self.summary.troubles.push((stream.name, trouble));
        }
        self.summary.new_lines = self.summary.ledger.lines();
    }
}
