//! Destroys salts whose time has come, and what only they could relate.

use super::error::IngestError;
use crate::anonymise::{Salts, list};
use crate::model::Day;
use crate::store::{DEFAULT_CAP, Reader, Sweep, Tell, Writer};
use std::path::Path;

/// What every command does at its start: salts that are due go, with the
/// hashes made under them. One that another process uses stays for now.
/// Returns the days whose salts went.
///
/// # Errors
/// If the store cannot be read, or a salt not be destroyed.
pub fn sweep(path: &Path, now: i64, tell: Tell) -> Result<Vec<Day>, IngestError> {
    let (info, plan) = {
        let reader = Reader::open(path, tell)?;
        (reader.info().clone(), plan(&reader, now)?)
    };
    let mut doomed = Vec::new();
    let mut going = Vec::new();
    for day in plan.days {
        let claimed = Salts::doom(&info.salts, day)?;
        let is_gone = !list(&info.salts)?.iter().any(|(d, _)| *d == day);
        if claimed.is_some() || is_gone {
            going.push(day);
        }
        doomed.extend(claimed);
    }
    if going.is_empty() {
        return Ok(going);
    }
    // First what they could relate, then the salts: a crash in between leaves
    // a salt that the next sweep finds due. If the store cannot be written, on a
    // full disk for one, the salts go all the same: then what it holds relates
    // nothing, and a later sweep deletes it.
    let forgotten = Writer::open(path, DEFAULT_CAP, tell).and_then(|mut writer| writer.forget_days(&going, now));
    let destroyed: Vec<_> = doomed.into_iter().map(|salt| salt.destroy()).collect();
    forgotten?;
    destroyed.into_iter().collect::<Result<(), _>>()?;
    Ok(going)
}

/// Whether a sweep has something to do.
///
/// # Errors
/// If the store cannot be read.
pub fn is_due(reader: &Reader, now: i64) -> Result<bool, IngestError> {
    Ok(!plan(reader, now)?.days.is_empty())
}

fn plan(reader: &Reader, now: i64) -> Result<Sweep, IngestError> {
    let info = reader.info();
    Ok(Sweep::plan(info.zone, &reader.days()?, &list(&info.salts)?, now))
}
