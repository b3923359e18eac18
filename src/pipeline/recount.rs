//! Reads the lines of a day again from the inputs that still exist, after what was
//! kept of it was forgotten.

use super::error::IngestError;
use super::ingest::Ingest;
use super::stream::{Opened, Opening, Stream};
use crate::anonymise::{CARRY_KEY, DAY_KEY, SALT, settle};
use crate::model::{Day, InputState, Zone};
use crate::store::{Info, StoreError};
use std::path::{Path, PathBuf};

/// A batch has at most so many lines and page views.
const LINES: u64 = 400_000;
const HITS: usize = 100_000;
/// Lines that are taken between two looks at the clock and the batch.
const STEP: u64 = 8_192;

/// What there is to read a day again from.
#[derive(Clone, Debug, Default)]
pub struct Again {
    /// Files that may hold lines of that day and are still there.
    pub files: Vec<PathBuf>,
    /// Inputs that held some and are gone.
    pub gone: Vec<String>,
}

/// Which inputs have lines of these days. A file that was rotated since is found beside the
/// name under which it was read last.
pub fn inputs_of(inputs: &[InputState], days: &[Day], zone: Zone) -> Again {
    let ends = |day: &Day| (zone.day_start(*day), zone.day_start(Zone::shift(*day, 1)));
    let mut again = Again::default();
    for input in inputs {
        let has = |(from, to)| i64::from(input.first_record) < to && i64::from(input.last_record) >= from;
        let has_it = days.iter().map(ends).any(has);
        if input.is_known && !has_it {
            continue;
        }
        let path = PathBuf::from(&input.path);
        let found: Vec<PathBuf> = beside(&path).into_iter().filter(|path| path.is_file()).collect();
        if found.is_empty() {
            again.gone.push(input.path.clone());
        }
        again.files.extend(found);
    }
    again.files.sort();
    again.files.dedup();
    again
}

/// A log and what it may have been renamed to.
fn beside(path: &Path) -> Vec<PathBuf> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let folder = path.parent().unwrap_or(Path::new("."));
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let is_of_it = |other: &PathBuf| {
        let other = other.file_name().unwrap_or_default().to_string_lossy().into_owned();
        other == name || other.strip_prefix(&name).is_some_and(|rest| rest.starts_with(['.', '-']))
    };
    entries.filter(is_of_it).collect()
}

/// Forgets a day: what is kept of it, and its keys.
///
/// # Errors
/// If another process uses its keys, or the store cannot be written.
pub fn forget(ingest: &mut Ingest, info: &Info, day: Day) -> Result<(), IngestError> {
    let mut doomed = Vec::new();
    for (sort, folder) in [(SALT, info.salts.clone()), (DAY_KEY, info.days()), (CARRY_KEY, info.days())] {
        let is_there = sort.list(&folder)?.iter().any(|(of, _)| *of == day);
        match sort.doom(&folder, day)? {
            Some(claimed) => doomed.push(claimed),
            None if is_there => {
                let text = format!("{day} is being written to by another process");
                return Err(StoreError::Keys(text).into());
            }
            None => {}
        }
    }
    ingest.with_writer(|writer| writer.forget_day(day)).unwrap_or(Ok(()))?;
    let destroyed = doomed.into_iter().try_for_each(|secret| secret.destroy());
    destroyed.and(settle(&info.salts)).and(settle(&info.days()))?;
    Ok(())
}

/// Reads the lines of a day again. Nothing is said about how far the files were read:
/// lines of other days stay as they were counted. Returns how many lines were counted.
///
/// # Errors
/// If a file cannot be read, or the store not be written.
pub fn recount(files: &[PathBuf], ingest: &mut Ingest) -> Result<u64, IngestError> {
    let known = std::mem::take(&mut ingest.inputs);
    let mut read = Vec::new();
    let mut lines = 0;
    for (number, path) in files.iter().enumerate() {
        let Some((mut stream, id)) = reopened(path, number as u32, ingest, &known)? else { continue };
        // A copy of what was read under another name.
        if read.contains(&id) {
            continue;
        }
        read.push(id);
        while stream.ready(ingest)?.is_some() {
            let before = ingest.waiting();
            stream.take(None, ingest, |_, taken| taken >= STEP)?;
            lines += ingest.waiting() - before;
            if ingest.is_full(LINES, HITS) {
                ingest.commit(&mut [&mut stream])?;
            }
        }
        ingest.commit(&mut [&mut stream])?;
    }
    ingest.inputs = known;
    Ok(lines)
}

/// A file from its beginning up to where it was committed, and the number of its input.
fn reopened(
    path: &Path,
    number: u32,
    ingest: &Ingest,
    known: &[InputState],
) -> Result<Option<(Stream, u32)>, IngestError> {
    let open = |limit, inputs: &[InputState]| {
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let settings = &ingest.settings;
        let claimed = settings.sites.iter().position(|site| site.logs.iter().any(|glob| glob.matches_path(&absolute)));
        let format = settings.format.clone().or_else(|| settings.sites.get(claimed?)?.format.clone());
        let claimed = claimed.map(|index| index as u16);
        let opening =
            Opening { number, path, format, claimed, limit, is_following: false, block: ingest.options.block };
        Stream::open(opening, &ingest.identity, inputs).map_err(|error| IngestError::Read(path.to_owned(), error))
    };
    let Opened::Stream(located) = open(None, known)? else { return Ok(None) };
    let (id, position) = (located.state.id, located.position());
    if id == 0 || position == 0 {
        return Ok(None);
    }
    match open(Some(position), &[])? {
        Opened::Stream(stream) => Ok(Some((*stream, id))),
        _ => Ok(None),
    }
}
