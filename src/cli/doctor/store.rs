//! The store, its key and its salts: who may read them, whether there is room,
//! and whether the sums agree.

use super::Findings;
use crate::anonymise::{DAY_KEY, SALT};
use crate::cli::config::Config;
use crate::cli::console::thousands;
use crate::cli::status::in_words;
use crate::cli::{ingest, orphans};
use crate::input::KeyError;
use crate::model::{Day, Zone};
use crate::store::{Due, Reader, below, damaged_logs, files};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// With less room left, bytes, a disk is as good as full.
const ROOM: u64 = 64 << 20;
/// Faults that are listed.
const SHOWN: usize = 10;
/// File systems that keep what was overwritten: Btrfs, ZFS, bcachefs.
const COPYING: [u32; 3] = [0x9123_683E, 0x2FC1_2FC1, 0xCA45_1A4E];
/// File systems over a network, by their numbers in statfs(2): NFS, SMB, SMB2.
const NETWORK: [u32; 3] = [0x6969, 0x517B, 0xFF53_4D42];

/// Opens the store, or says why not.
pub fn open(config: &Config, findings: &mut Findings) -> Option<Reader> {
    match ingest::reader(config) {
        Ok(reader) => Some(reader),
        Err(failure) => {
            findings.failed(failure);
            None
        }
    }
}

/// Looks at everything of the store.
pub fn look(config: &Config, reader: &Reader, deep: bool, findings: &mut Findings) {
    let path = &config.db;
    match reader.status() {
        Ok(status) => findings.ok(format!("store {}: {}", path.display(), in_words(status))),
        Err(error) => return findings.failed(error.into()),
    }
    let info = reader.info();
    let mut own = files(path);
    own.extend(below(&info.state));
    own.extend(below(&info.salts));
    own.sort();
    own.dedup();
    permissions(&own, [&info.state, &info.salts], findings);
    let beside = [path.parent(), info.state.parent(), info.salts.parent()];
    let mut beside: Vec<&Path> = beside.into_iter().flatten().collect();
    beside.sort();
    beside.dedup();
    shared(&beside, findings);
    key(&info.state, findings);
    salts(reader, config.now(), findings);
    together(path, &info.state, findings);
    swap(findings);
    for copy in damaged_logs(path) {
        let help = format!("look at the disk; once `fathom-tui doctor --deep` finds nothing, rm {}", copy.display());
        findings.fix(format!("the store's log was damaged once; {} is the copy of it", copy.display()), help);
    }
    room(path, findings);
    if deep {
        audit(reader, findings);
    }
}

/// Looks for keys of stores that are no more; no store may be open meanwhile.
pub fn orphans(config: &Config, findings: &mut Findings) {
    for orphan in orphans::find(config) {
        let help = "fathom-tui privacy --destroy-orphans";
        findings.note(format!("keys of a store that is no more: {}", orphans::words(&orphan)), help);
    }
}

fn permissions<'p>(
    own: &[std::path::PathBuf],
    folders: impl IntoIterator<Item = &'p std::path::PathBuf>,
    findings: &mut Findings,
) {
    let before = findings.0.len();
    let me = rustix::process::geteuid().as_raw();
    let exposed = |path: &Path| std::fs::metadata(path).is_ok_and(|meta| meta.mode() & 0o077 != 0);
    for path in own.iter().filter(|path| exposed(path)) {
        findings.fix(format!("{} may be read by others", path.display()), format!("chmod 600 {}", path.display()));
    }
    for folder in folders.into_iter().filter(|folder| exposed(folder)) {
        findings.fix(format!("{} is open to others", folder.display()), format!("chmod 700 {}", folder.display()));
    }
    let foreign =
        own.iter().find_map(|path| Some((path, std::fs::metadata(path).ok()?.uid())).filter(|(_, uid)| *uid != me));
    if let Some((path, uid)) = foreign {
        let what = format!("{} belongs to user {uid}, and this is user {me}", path.display());
        findings.note(what, "let one user do it all, or files will be made that the other cannot use");
    }
    if findings.0.len() == before {
        findings.ok(format!("{} files of the store, its key and its salts: only for their owner", own.len()));
    }
}

/// In a folder that others may write to they may put other files in the place
/// of these; not in one like /tmp, where files are their owners'.
fn shared(folders: &[&Path], findings: &mut Findings) {
    for folder in folders {
        let mode = std::fs::metadata(folder).map_or(0, |meta| meta.mode());
        if mode & 0o022 != 0 && mode & 0o1000 == 0 {
            findings
                .fix(format!("others may write to {}", folder.display()), format!("chmod go-w {}", folder.display()));
        }
    }
}

fn key(state: &Path, findings: &mut Findings) {
    match crate::input::Identity::open(state) {
        // Listed with the files that others may read.
        Ok(_) | Err(KeyError::Exposed(_)) => {}
        Err(error) => findings.fix(error.to_string(), error.help()),
    }
}

fn salts(reader: &Reader, now: i64, findings: &mut Findings) {
    let info = reader.info();
    let days = reader.days().unwrap_or_default();
    let (salts, keys) = match (SALT.list(&info.salts), DAY_KEY.list(&info.days())) {
        (Ok(salts), Ok(keys)) => (salts, keys),
        (Err(error), _) | (_, Err(error)) => {
            return findings.fix(error.to_string(), "run as the user who owns the store");
        }
    };
    let made: Vec<(Day, i64)> = salts.iter().chain(&keys).copied().collect();
    let overdue = Due::days(info.zone, &days, &made, now);
    for day in &overdue {
        let what = format!("{day} should have been closed by now, and its keys destroyed");
        let folders = format!("{} and {}", info.salts.display(), info.days().display());
        let help = format!("stop what uses them, make the store, {folders} writable, and run any command");
        findings.fix(what, help);
    }
    for state in days.iter().filter(|state| state.is_open && !keys.iter().any(|(day, _)| *day == state.day)) {
        let what = format!("{} is sealed, and its key is not in {}", state.day, info.days().display());
        let help = format!("bring it back if it is elsewhere; without it: fathom-tui recount {}", state.day);
        findings.fix(what, help);
    }
    for state in days.iter().filter(|state| state.is_open && !salts.iter().any(|(day, _)| *day == state.day)) {
        let what = format!("the salts of {} are not in {}", state.day, info.salts.display());
        findings.fix(what, "bring them back if they are elsewhere; without them its visitors may count twice, and its newest lines wait: fathom-tui recount DATE");
    }
    for state in days.iter().filter(|state| state.unreadable) {
        let what = format!("a part of {} could not be opened, for its key was lost", state.day);
        findings.fix(what, format!("fathom-tui recount {} reads its lines again", state.day));
    }
    if overdue.is_empty() {
        findings.ok(format!("salts in {}, keys in {}: none overdue", info.salts.display(), info.days().display()));
    }
    for state in days.iter().filter(|state| state.marked) {
        let what = format!("{} may count a visitor twice: lines came after its salt was gone", state.day);
        let recent = state.day >= Zone::shift(info.zone.day(now), -7);
        if recent {
            findings.note(what, "read logs within a day; a salt that a reboot removes (tmpfs) does the same");
        }
    }
}

/// Whoever keeps state and database together keeps key and lock together.
fn together(path: &Path, state: &Path, findings: &mut Findings) {
    let folder = path.parent().unwrap_or(Path::new("/"));
    if state.starts_with(folder) {
        let what = format!("the keys in {} lie below the folder of the store", state.display());
        findings.note(what, "a backup of that folder has open days with their keys: leave the state out of it");
    }
}

/// Swap keeps what memory held.
fn swap(findings: &mut Findings) {
    let text = std::fs::read_to_string("/proc/swaps").unwrap_or_default();
    let plain = |line: &&str| !line.contains("/dev/zram") && !line.contains("/dev/dm-");
    if text.lines().skip(1).filter(plain).count() > 0 {
        findings.note("memory may be written to swap, with keys in it", "encrypt swap, or turn it off");
    }
}

fn room(path: &Path, findings: &mut Findings) {
    let folder = path.parent().unwrap_or(Path::new("/"));
    if let Ok(disk) = rustix::fs::statvfs(folder) {
        let free = disk.f_bavail.saturating_mul(disk.f_frsize);
        if free < ROOM {
            let what = format!("{} has {} MiB left", folder.display(), free >> 20);
            findings.fix(what, "make room: once it is full nothing new is counted, though nothing is lost");
        }
    }
    #[cfg(target_os = "linux")]
    if rustix::fs::statfs(folder).is_ok_and(|disk| NETWORK.contains(&(disk.f_type as u32))) {
        let what = format!("{} lies on a network file system, where locks may not hold", folder.display());
        findings.note(what, "put the store on a local disk, with --db PATH");
    }
    #[cfg(target_os = "linux")]
    if rustix::fs::statfs(folder).is_ok_and(|disk| COPYING.contains(&(disk.f_type as u32))) {
        let what = format!("{} lies on a file system that keeps what was overwritten", folder.display());
        findings.note(what, "keys may be found in old blocks and snapshots: put --state-dir on another one, and --salts there or on a tmpfs");
    }
}

fn audit(reader: &Reader, findings: &mut Findings) {
    let audit = match reader.audit() {
        Ok(audit) => audit,
        Err(error) => return findings.failed(error.into()),
    };
    let again = "make a new store from the logs with --db PATH, or bring the file back from a backup";
    for fault in audit.faults.iter().take(SHOWN) {
        findings.fix(fault, again);
    }
    if let Some(more) = audit.faults.len().checked_sub(SHOWN).filter(|&more| more > 0) {
        findings.fix(format!("{more} more of that kind"), again);
    }
    if audit.faults.is_empty() {
        findings.ok(format!(
            "all {} rows read; the sums of {} day{} agree with the ledger of {} lines",
            thousands(audit.rows as u64),
            audit.days,
            if audit.days == 1 { "" } else { "s" },
            thousands(audit.lines as u64)
        ));
    }
}
