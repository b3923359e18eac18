//! What is kept about visitors while their day is open, and the search for
//! anything that should not be there.

use super::error::IngestError;
use crate::anonymise::{LONGEST, Salts, Traces, list};
use crate::model::{Day, Dictionary, Zone};
use crate::sessionise::OpenVisit;
use crate::store::{DayState, Holding, Reader, StoreError, Tell, below, due_at, each_file};
use std::collections::HashSet;
use std::fs::File;
use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// Bytes that are searched at once.
const READ: usize = 1 << 20;
/// Bytes that are searched again with the next ones.
const OVERLAP: usize = 3 * LONGEST;

/// A day whose salt is there.
#[derive(Clone, Debug)]
pub struct OpenDay {
    /// The local day.
    pub day: Day,
    /// When its salt was made, epoch seconds.
    pub made: i64,
    /// When it goes if nothing uses it any more, epoch seconds.
    pub due: i64,
    /// Hashes of who was seen.
    pub hashes: u64,
    /// Visits that may still go on; unknown if the salt may not be read.
    pub visits: Option<u64>,
}

/// A file that was searched.
#[derive(Clone, Debug)]
pub struct Searched {
    /// Where it is.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// Texts that look like addresses, and are none of the texts in the store.
    pub traces: u64,
    /// Those that are texts in the store, or parts of them.
    pub known: u64,
    /// Why it could not be searched.
    pub trouble: Option<String>,
}

/// All of it.
#[derive(Clone, Debug)]
pub struct Privacy {
    /// The store's zone.
    pub zone: Zone,
    /// Where the salts lie.
    pub salts: PathBuf,
    /// Rows by what they are.
    pub rows: Vec<(Holding, u64)>,
    /// Days whose salt is there; why that cannot be told, if it cannot.
    pub days: Result<Vec<OpenDay>, String>,
    /// When salts were last destroyed, epoch seconds.
    pub destroyed: Option<i64>,
    /// Texts that came from logs.
    pub texts: u64,
    /// Of those, such that look like an address, by dictionary.
    pub like: Vec<(Dictionary, u64)>,
    /// Every file of the store, its state and its salts.
    pub files: Vec<Searched>,
}

const HOLDINGS: [Holding; 9] = [
    Holding::PageFacts,
    Holding::RequestFacts,
    Holding::ErrorFacts,
    Holding::LatencyFacts,
    Holding::EventFacts,
    Holding::Ledger,
    Holding::Inputs,
    Holding::Hashes,
    Holding::Shards,
];

/// Looks at everything that the store at `path` keeps.
///
/// # Errors
/// If the store cannot be read.
pub fn privacy(path: &Path, tell: Tell) -> Result<Privacy, IngestError> {
    let traces = Traces::new();
    let reader = Reader::open(path, tell)?;
    let info = reader.info().clone();
    let rows = HOLDINGS.iter().map(|&of| Ok((of, reader.rows(of)?))).collect::<Result<_, StoreError>>()?;
    let days = match open_days(&reader) {
        Ok(days) => Ok(days),
        Err(IngestError::Salts(error)) => Err(error.to_string()),
        Err(error) => return Err(error),
    };
    let destroyed = reader.destroyed()?;
    let (mut texts, mut like, mut known) = (0, Vec::<(Dictionary, u64)>::new(), HashSet::new());
    // A log may lie in a folder named by an address, and so may a site.
    for name in reader.names()? {
        known.extend(traces.find(name.as_bytes()).map(|range| name.as_bytes()[range].to_vec()));
    }
    reader.each_text(|dictionary, text| {
        texts += 1;
        let found: Vec<_> = traces.find(text.as_bytes()).map(|range| text.as_bytes()[range].to_vec()).collect();
        if found.is_empty() {
            return;
        }
        known.extend(found);
        match like.last_mut() {
            Some((last, count)) if *last == dictionary => *count += 1,
            _ => like.push((dictionary, 1)),
        }
    })?;
    drop(reader);
    let mut files = Vec::new();
    let mut look = |path: &Path| {
        files.push(search(path, &traces, &known));
        Ok(())
    };
    each_file(path, &mut look).map_err(|error| IngestError::Read(path.to_owned(), error))?;
    let mut beside: Vec<PathBuf> = [&info.state, &info.salts].into_iter().flat_map(|folder| below(folder)).collect();
    beside.sort();
    beside.dedup();
    files.extend(beside.iter().map(|path| search(path, &traces, &known)));
    Ok(Privacy { zone: info.zone, salts: info.salts, rows, days, destroyed, texts, like, files })
}

fn open_days(reader: &Reader) -> Result<Vec<OpenDay>, IngestError> {
    let (info, states, hashes) = (reader.info(), reader.days()?, reader.hashes()?);
    let day = |(day, made): (Day, i64)| -> Result<OpenDay, IngestError> {
        let last = states.iter().find(|state: &&DayState| state.day == day).map_or(0, |state| state.last_commit);
        let hashes = hashes.iter().find(|(of, _)| *of == day).map_or(0, |(_, count)| *count);
        let due = due_at(info.zone, day, made, last);
        Ok(OpenDay { day, made, due, hashes, visits: open_visits(reader, day)? })
    };
    list(&info.salts)?.into_iter().map(day).collect()
}

fn open_visits(reader: &Reader, day: Day) -> Result<Option<u64>, StoreError> {
    let Some(salt) = Salts::find(&reader.info().salts, day) else { return Ok(None) };
    let shards = reader.shards(day)?;
    let visits = |(shard, sealed): &(u16, Vec<u8>)| {
        let opened = salt.open(day, *shard, sealed).and_then(|plain| OpenVisit::decode_all(&plain));
        opened.map_or(0, |visits| visits.len() as u64)
    };
    Ok(Some(shards.iter().map(visits).sum()))
}

/// Searches a file; `known` are texts that are in the store for another reason.
fn search(path: &Path, traces: &Traces, known: &HashSet<Vec<u8>>) -> Searched {
    let mut searched = Searched { path: path.to_owned(), bytes: 0, traces: 0, known: 0, trouble: None };
    let is_file = std::fs::metadata(path).map(|meta| meta.is_file());
    let opened = match is_file {
        Ok(true) => File::open(path),
        Ok(false) => Err(std::io::Error::other("it is no file")),
        Err(error) => Err(error),
    };
    let mut file = match opened {
        Ok(file) => file,
        // It went meanwhile.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return searched,
        Err(error) => return Searched { trouble: Some(error.to_string()), ..searched },
    };
    // The end of each piece is searched again with the next one, since what stands
    // there may go on.
    let mut bytes: Vec<u8> = Vec::with_capacity(READ + OVERLAP);
    let mut done = 0;
    loop {
        let read = match file.by_ref().take(READ as u64).read_to_end(&mut bytes) {
            Ok(read) => read,
            Err(error) => return Searched { trouble: Some(error.to_string()), ..searched },
        };
        searched.bytes += read as u64;
        let end = if read < READ { bytes.len() } else { bytes.len() - LONGEST };
        for range in traces.find(&bytes).filter(|range| range.end > done && range.end <= end) {
            match is_known(&bytes, &range, known) {
                true => searched.known += 1,
                false => searched.traces += 1,
            }
        }
        if read < READ {
            return searched;
        }
        let gone = bytes.len().saturating_sub(OVERLAP);
        bytes.drain(..gone);
        done = end - gone;
    }
}

/// Whether a text that is known for another reason stands there, perhaps with
/// digits of the text beside it.
fn is_known(bytes: &[u8], range: &Range<usize>, known: &HashSet<Vec<u8>>) -> bool {
    let start = range.start.saturating_sub(LONGEST);
    let around = &bytes[start..(range.end + LONGEST).min(bytes.len())];
    let (from, to) = (range.start - start, range.end - start);
    let overlaps = |text: &Vec<u8>, at: usize| at < to && at + text.len() > from;
    known.iter().any(|text| memchr::memmem::find_iter(around, text).any(|at| overlaps(text, at)))
}
