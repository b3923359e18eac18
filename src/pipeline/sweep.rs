//! Closes days whose time has come, and destroys their keys.

use super::error::IngestError;
use crate::anonymise::{CARRY_KEY, DAY_KEY, DayKey, DaySalt, Doomed, SALT, SaltError, Sealer, carrier, settle};
use crate::model::{Day, Keys, Privacy, Seal};
use crate::store::{Closed, Closing, DEFAULT_CAP, DayState, Due, Info, Reader, StoreError, Tell, Writer, close_days};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

/// One lease closes for so long at the most.
const PATIENCE: Duration = Duration::from_millis(900);

/// What a sweep is to do.
#[derive(Clone, Copy, Debug)]
pub struct Sweep {
    /// The clock, epoch seconds.
    pub now: i64,
    /// By which rules days are closed.
    pub privacy: Privacy,
    /// Days before this one are closed although they are not due.
    pub before: Option<Day>,
    /// Whether it goes on until nothing is left.
    pub all: bool,
}

/// What every command that may write does at its start: days that are due are closed, and
/// their keys go. One that another process uses stays for now.
///
/// # Errors
/// If the store cannot be read or written, or a key not be destroyed.
pub fn sweep(path: &Path, how: &Sweep, tell: Tell) -> Result<Closed, IngestError> {
    let mut whole = Closed::default();
    let mut writer = None;
    loop {
        let (info, days) = {
            let reader = Reader::open(path, tell)?;
            (reader.info().clone(), plan(&reader, how)?)
        };
        let Some(days) = days else { return Ok(whole) };
        let mut claimed = claim(&info, &days)?;
        let going: Vec<Day> = days.iter().copied().filter(|day| claimed.contains_key(day)).collect();
        let writer = match &mut writer {
            Some(writer) => writer,
            none => none.insert(Writer::open(path, tell)?),
        };
        let keys = DoomedKeys { info: &info, claimed: &claimed };
        let carry = |day| -> Result<Box<dyn Seal>, StoreError> {
            let sealer = carrier(&info.days(), &info.id, day, how.now);
            Ok(Box::new(sealer.map_err(|error| StoreError::Keys(error.to_string()))?))
        };
        let closing = Closing {
            now: how.now,
            keys: &keys,
            carry: &carry,
            privacy: how.privacy,
            cap: DEFAULT_CAP as usize,
            patience: PATIENCE,
        };
        let done = close_days(writer, &going, &closing)?;
        // First the counts, then the keys: a crash in between leaves keys of a day that is
        // closed, and the next sweep destroys them.
        let gone = destroy(&info, &mut claimed, &done);
        drop(claimed);
        whole.add(&done);
        gone?;
        if !how.all || done.closed.is_empty() {
            return Ok(whole);
        }
    }
}

/// Keys that nobody else uses, by day.
type Claimed = BTreeMap<Day, Vec<Doomed>>;

fn claim(info: &Info, days: &[Day]) -> Result<Claimed, SaltError> {
    let folders = [(SALT, info.salts.clone()), (DAY_KEY, info.days())];
    let mut claimed = Claimed::new();
    let there: Vec<BTreeSet<Day>> = folders
        .iter()
        .map(|(sort, folder)| Ok(sort.list(folder)?.into_iter().map(|(day, _)| day).collect()))
        .collect::<Result<_, SaltError>>()?;
    for &day in days {
        let mut secrets = Vec::new();
        let mut is_free = true;
        for ((sort, folder), there) in folders.iter().zip(&there).filter(|(_, there)| there.contains(&day)) {
            let _ = there;
            match sort.doom(folder, day)? {
                Some(doomed) => secrets.push(doomed),
                None => is_free = false,
            }
        }
        if is_free {
            claimed.insert(day, secrets);
        }
    }
    Ok(claimed)
}

fn destroy(info: &Info, claimed: &mut Claimed, done: &Closed) -> Result<(), SaltError> {
    let mut result = Ok(());
    for day in &done.closed {
        for doomed in claimed.remove(day).unwrap_or_default() {
            result = result.and(doomed.destroy());
        }
    }
    for day in &done.settled {
        if let Some(doomed) = CARRY_KEY.doom(&info.days(), *day)? {
            result = result.and(doomed.destroy());
        }
    }
    result.and(settle(&info.salts)).and(settle(&info.days()))
}

/// The keys of days that are being closed.
struct DoomedKeys<'d> {
    info: &'d Info,
    claimed: &'d Claimed,
}

impl Keys for DoomedKeys<'_> {
    fn day(&self, day: Day) -> Option<Box<dyn Seal>> {
        let secrets = self.claimed.get(&day)?;
        let key = secrets.iter().filter(|doomed| doomed.is(DAY_KEY)).find_map(DayKey::of_doomed)?;
        let salt = secrets.iter().filter(|doomed| doomed.is(SALT)).find_map(DaySalt::of_doomed);
        Some(Box::new(key.sealer(&self.info.id, salt.as_ref())))
    }

    fn carried(&self, day: Day) -> Option<Box<dyn Seal>> {
        let sealer: Sealer = crate::anonymise::carried(&self.info.days(), &self.info.id, day)?;
        Some(Box::new(sealer))
    }

    fn cursors(&self) -> Option<Box<dyn Seal>> {
        None
    }
}

/// Whether a sweep has something to do.
///
/// # Errors
/// If the store or the folders of its keys cannot be read.
pub fn is_due(reader: &Reader, how: &Sweep) -> Result<bool, IngestError> {
    Ok(plan(reader, how)?.is_some())
}

/// The days that are to be closed; nothing if there is nothing to do.
fn plan(reader: &Reader, how: &Sweep) -> Result<Option<Vec<Day>>, IngestError> {
    let info = reader.info();
    let states = reader.days()?;
    let made = made(info)?;
    let mut days: BTreeSet<Day> = Due::days(info.zone, &states, &made, how.now).into_iter().collect();
    if let Some(before) = how.before {
        let is_past = |state: &&DayState| state.is_open && state.day < before;
        days.extend(states.iter().filter(is_past).map(|state| state.day));
    }
    let is_waiting = reader.has_waited(how.now)?;
    Ok((!days.is_empty() || is_waiting).then(|| days.into_iter().collect()))
}

/// When the keys of days were made, epoch seconds.
///
/// # Errors
/// If a folder cannot be read.
pub fn made(info: &Info) -> Result<Vec<(Day, i64)>, SaltError> {
    let mut made = SALT.list(&info.salts)?;
    // A salt that was lost and made anew does not put off the end of its day.
    made.extend(DAY_KEY.list(&info.days())?);
    Ok(made)
}
