//! What is kept about visitors while their day is open, and the search for
//! anything that should not be there.

use super::error::IngestError;
use super::sweep::made;
use crate::anonymise::{CARRY_KEY, LONGEST, Traces};
use crate::model::{Day, Dictionary, Keys, Privacy as Rules, Zone};
use crate::store::{Holding, Reader, StoreError, Tell, below, due_at, each_file};
use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Bytes that are searched at once.
const READ: usize = 1 << 20;
/// Bytes that are searched again with the next ones.
const OVERLAP: usize = 3 * LONGEST;

/// A day that is sealed.
#[derive(Clone, Debug)]
pub struct OpenDay {
    /// The local day.
    pub day: Day,
    /// When its first key was made, epoch seconds; nothing if there is none.
    pub made: Option<i64>,
    /// When it is closed if nothing more comes, epoch seconds.
    pub due: i64,
    /// Hashes of who was seen.
    pub hashes: u64,
    /// Sealed segments, and their bytes.
    pub segments: (u64, u64),
    /// Visits that may still go on; unknown if its key may not be read.
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
    /// Where the day keys lie.
    pub keys: PathBuf,
    /// Days that are closed.
    pub closed: u64,
    /// The smallest number of visitors behind any pair.
    pub smallest_pair: Option<u64>,
    /// Days whose page counters wait for a later one.
    pub carried: u64,
    /// Rows by what they are.
    pub rows: Vec<(Holding, u64)>,
    /// Days that are sealed; why that cannot be told, if it cannot.
    pub days: Result<Vec<OpenDay>, String>,
    /// When salts were last destroyed, epoch seconds.
    pub destroyed: Option<i64>,
    /// Texts that came from logs.
    pub texts: u64,
    /// Of those, such that look like an address and may, since a URL may name one.
    pub like: Vec<(Dictionary, u64)>,
    /// Those that may not: nothing but a visitor's own address could have brought them.
    pub foreign: Vec<(Dictionary, u64)>,
    /// Every file of the store, its state and its salts.
    pub files: Vec<Searched>,
}

/// Whether the texts of a dictionary come from URLs, which may name any address.
fn is_of_urls(dictionary: Dictionary) -> bool {
    use Dictionary as D;
    matches!(dictionary, D::Pages | D::Paths | D::Referrers | D::Sources | D::Campaigns | D::Values)
}

/// Looks at everything that the store at `path` keeps.
///
/// # Errors
/// If the store cannot be read.
pub fn privacy(path: &Path, keys: Arc<dyn Keys>, tell: Tell) -> Result<Privacy, IngestError> {
    let traces = Traces::new();
    let reader = Reader::open(path, tell)?.with(keys, Rules::default());
    let info = reader.info().clone();
    let rows = Holding::ALL.iter().map(|&of| Ok((of, reader.rows(of)?))).collect::<Result<_, StoreError>>()?;
    let days = match open_days(&reader) {
        Ok(days) => Ok(days),
        Err(IngestError::Salts(error)) => Err(error.to_string()),
        Err(error) => return Err(error),
    };
    let (destroyed, smallest_pair) = (reader.destroyed()?, reader.smallest_pair()?);
    let closed = reader.days()?.iter().filter(|state| !state.is_open).count() as u64;
    let (mut texts, mut known) = (0, HashSet::new());
    let (mut like, mut foreign) = (BTreeMap::<u8, u64>::new(), BTreeMap::<u8, u64>::new());
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
        let counts = if is_of_urls(dictionary) { &mut like } else { &mut foreign };
        *counts.entry(dictionary as u8).or_default() += 1;
        if is_of_urls(dictionary) {
            known.extend(found);
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
    let named = |counts: BTreeMap<u8, u64>| {
        let of = |number: u8| Dictionary::ALL.into_iter().find(|d| *d as u8 == number);
        counts.into_iter().filter_map(|(number, count)| Some((of(number)?, count))).collect()
    };
    Ok(Privacy {
        zone: info.zone,
        carried: CARRY_KEY.list(&info.days()).map_or(0, |days| days.len() as u64),
        keys: info.days(),
        salts: info.salts,
        closed,
        smallest_pair,
        rows,
        days,
        destroyed,
        texts,
        like: named(like),
        foreign: named(foreign),
        files,
    })
}

fn open_days(reader: &Reader) -> Result<Vec<OpenDay>, IngestError> {
    let (info, states, hashes, made) = (reader.info(), reader.days()?, reader.hashes()?, made(reader.info())?);
    let mut days = Vec::new();
    for state in states.iter().filter(|state| state.is_open) {
        let day = state.day;
        let made = made.iter().filter(|(of, _)| *of == day).map(|(_, made)| *made).min();
        days.push(OpenDay {
            day,
            made,
            due: due_at(info.zone, day, made.unwrap_or(state.last_commit), state.last_commit),
            hashes: hashes.iter().find(|(of, _)| *of == day).map_or(0, |(_, count)| *count),
            segments: reader.segments(day)?,
            visits: reader.open_visits(day)?.map(|visits| visits.len() as u64),
        });
    }
    Ok(days)
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
