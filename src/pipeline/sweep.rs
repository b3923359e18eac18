//! Destroys salts whose time has come, and what only they could relate.

use super::error::IngestError;
use crate::anonymise::{Salts, list};
use crate::model::Day;
use crate::store::{DEFAULT_CAP, Reader, Sweep, Writer};
use std::path::Path;

/// What every command does at its start: salts that are due go, with the
/// hashes made under them. One that another process uses stays for now.
/// Returns the days whose salts went.
///
/// # Errors
/// If the store cannot be read, or a salt not be destroyed.
pub fn sweep(path: &Path, now: i64) -> Result<Vec<Day>, IngestError> {
    let (info, days) = {
        let reader = Reader::open(path, &|_| {})?;
        (reader.info().clone(), reader.days()?)
    };
    let plan = Sweep::plan(info.zone, &days, &list(&info.salts), now);
    let mut doomed = Vec::new();
    let mut going = Vec::new();
    for day in plan.days {
        let claimed = Salts::doom(&info.salts, day)?;
        let is_gone = !list(&info.salts).iter().any(|(d, _)| *d == day);
        if claimed.is_some() || is_gone {
            going.push(day);
        }
        doomed.extend(claimed);
    }
    if going.is_empty() {
        return Ok(going);
    }
    // First what they could relate, then the salts: a crash in between leaves
    // a salt that the next sweep finds due.
    Writer::open(path, DEFAULT_CAP, Box::new(|_| {}))?.forget_days(&going)?;
    for salt in doomed {
        salt.destroy()?;
    }
    Ok(going)
}
