//! A damaged write-ahead log: what is whole is kept, the rest is set aside. What
//! it held is read again from the logs, since cursors go back with the facts.

use super::StoreError;
use super::lease::beside;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// What was done about a damaged log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mended {
    /// The store.
    pub store: PathBuf,
    /// Where the log as it was is kept.
    pub copy: PathBuf,
    /// Bytes that it had.
    pub bytes: u64,
    /// Of those, bytes at its end that are no longer in use.
    pub lost: u64,
}

impl std::fmt::Display for Mended {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Mended { store, copy, bytes, lost } = self;
        let (store, copy) = (store.display(), copy.display());
        write!(
            f,
            "the write-ahead log of {store} was damaged: {lost} of its {bytes} bytes were set aside, \
             and what they held will be read again from the logs; a copy is {copy}"
        )
    }
}

/// Before its bytes each entry of the log has their number and a checksum.
const ENTRY_HEAD: u64 = 16;

/// What the engine says when the system failed and not the log: that may pass,
/// and nothing must be cut for it.
const SYSTEM: [&str; 6] = ["Could not ", "Cannot access", "ermission", "Out of Memory", "llocat", "No space"];

/// Whether an error of opening says that the log cannot be replayed.
pub(super) fn is_damaged(text: &str) -> bool {
    text.contains("replaying WAL") && !SYSTEM.iter().any(|word| text.contains(word))
}

/// Cuts the log before the entry that the error names; a log that belongs to
/// another file goes as a whole. Only under the turnstile. `earlier` is what was
/// done just before, if that was not enough.
pub(super) fn mend(path: &Path, text: &str, earlier: Option<Mended>) -> Result<Mended, StoreError> {
    let log = beside(path, ".wal");
    let io = |error| StoreError::Io(log.clone(), error);
    let now = fs::metadata(&log).map_err(io)?.len();
    let (copy, bytes) = match earlier {
        Some(earlier) => (earlier.copy, earlier.bytes),
        None => (keep_copy(path, &log)?, now),
    };
    let kept = position(text).and_then(|at| at.checked_sub(ENTRY_HEAD)).filter(|kept| *kept > 0 && *kept < now);
    match kept {
        Some(kept) => {
            let file = File::options().write(true).open(&log).map_err(io)?;
            file.set_len(kept).and_then(|()| file.sync_all()).map_err(io)?;
        }
        None => fs::remove_file(&log).map_err(io)?,
    }
    Ok(Mended { store: path.into(), copy, bytes, lost: bytes - kept.unwrap_or(0) })
}

/// A copy under the first free name.
fn keep_copy(path: &Path, log: &Path) -> Result<PathBuf, StoreError> {
    let free = |n: &u32| !beside(path, &format!(".wal.damaged-{n}")).exists();
    let number = (1..).find(free).expect("some number is free");
    let copy = beside(path, &format!(".wal.damaged-{number}"));
    fs::copy(log, &copy).and_then(|_| File::open(&copy)?.sync_all()).map_err(StoreError::io(&copy))?;
    Ok(copy)
}

/// The position in `entry at byte position 333 …`.
fn position(text: &str) -> Option<u64> {
    let after = text.split("at byte position ").nth(1)?;
    after.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_system_is_no_damage() {
        let replaying = |why| format!("IO Error: Failure while replaying WAL file \"a.wal\": {why}");
        let wrong = replaying("Corrupt WAL file: entry at byte position 333 computed checksum 1 does not match 2");
        assert!(is_damaged(&wrong));
        assert_eq!(position(&wrong), Some(333));
        assert!(is_damaged(&replaying("WAL does not match database file.")));
        assert!(!is_damaged(&replaying("Could not read from file \"a.wal\": Input/output error")));
        assert!(!is_damaged(&replaying("Cannot access file \"a.wal\"")));
        assert!(!is_damaged("IO Error: Could not set lock on file \"a.wal\""));
    }
}
