//! The salts of a day: made at its first record, kept outside the database,
//! destroyed when their time has come.
//!
//! A file `YYYY-MM-DD.salt` (0600) holds 256 keys of 32 bytes; the last octet
//! of an address picks one. Whoever uses it holds a shared lock on it, and it
//! is destroyed under an exclusive one only.

use crate::model::{Day, Hash};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::collections::HashMap;
use std::fs::File;
use std::io::{Error, ErrorKind, Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, Weak};

const MAGIC: &[u8; 16] = b"fathom-tui salt\n";
const KEY: usize = 32;
const KEYS: usize = 256 * KEY;
const FILE: usize = MAGIC.len() + 8 + KEYS;

/// Salts could not be made, read or destroyed.
#[derive(Debug)]
pub struct SaltError {
    /// The file or folder.
    pub path: PathBuf,
    /// What the system said.
    pub error: Error,
}

impl std::fmt::Display for SaltError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "salts at {}: {}", self.path.display(), self.error)
    }
}

impl std::error::Error for SaltError {}

fn at(path: &Path) -> impl FnOnce(Error) -> SaltError {
    let path = path.to_owned();
    move |error| SaltError { path, error }
}

/// The keys of one day, ready for use.
pub struct DaySalt {
    keys: Vec<Hmac<Sha256>>,
    seal: [u8; 32],
    fingerprint: Hash,
    // Held for its shared lock.
    _file: Option<File>,
}

impl DaySalt {
    pub(super) fn from_keys(bytes: &[u8]) -> DaySalt {
        let mac = |key: &[u8]| Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
        let derive = |label: &[u8]| -> [u8; 32] {
            let mut whole = mac(bytes);
            whole.update(label);
            whole.finalize().into_bytes().into()
        };
        let mut fingerprint = Hash::default();
        fingerprint.copy_from_slice(&derive(b"fingerprint")[..16]);
        DaySalt { keys: bytes.chunks(KEY).map(mac).collect(), seal: derive(b"seal"), fingerprint, _file: None }
    }

    pub(super) fn key(&self, octet: u8) -> &Hmac<Sha256> {
        &self.keys[usize::from(octet)]
    }

    pub(super) fn seal_key(&self) -> &[u8; 32] {
        &self.seal
    }

    /// Tells one salt from another; says nothing about the keys.
    pub fn fingerprint(&self) -> &Hash {
        &self.fingerprint
    }
}

/// The salts that this process uses, for all its threads. One stays locked, so
/// that nobody destroys it, as long as somebody holds it.
pub struct Salts {
    folder: Option<PathBuf>,
    used: Mutex<HashMap<Day, Weak<DaySalt>>>,
    making: Mutex<()>,
    /// Those that are nowhere else.
    in_memory: Mutex<HashMap<Day, Arc<DaySalt>>>,
    now: AtomicI64,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

impl Salts {
    fn new(folder: Option<PathBuf>, now: i64) -> Salts {
        Salts {
            folder,
            used: Mutex::default(),
            making: Mutex::default(),
            in_memory: Mutex::default(),
            now: AtomicI64::new(now),
        }
    }

    /// Salts in a folder, made if need be (0700).
    pub fn in_folder(folder: &Path, now: i64) -> Salts {
        Salts::new(Some(folder.to_owned()), now)
    }

    /// Salts that never touch a disk, for `demo`.
    pub fn in_memory() -> Salts {
        Salts::new(None, 0)
    }

    /// The salt of a day, made if there is none.
    ///
    /// # Errors
    /// If the folder or file cannot be read or written.
    pub fn day(&self, day: Day) -> Result<Arc<DaySalt>, SaltError> {
        let Some(folder) = &self.folder else {
            let mut salts = lock(&self.in_memory);
            return Ok(salts.entry(day).or_insert_with(|| Arc::new(DaySalt::from_keys(&random_keys()))).clone());
        };
        let known = || lock(&self.used).get(&day).and_then(Weak::upgrade);
        if let Some(salt) = known() {
            return Ok(salt);
        }
        // One thread at a time makes one. Under a mutex of its own, since whoever
        // destroys this salt may be waiting for the store, and who has that must
        // not wait for the salt of another day.
        let _making = lock(&self.making);
        if let Some(salt) = known() {
            return Ok(salt);
        }
        let salt = Arc::new(obtain(folder, day, self.now.load(Ordering::Relaxed))?);
        lock(&self.used).insert(day, Arc::downgrade(&salt));
        Ok(salt)
    }

    /// The salt of a day if it is there, may be read, and is not just being
    /// destroyed; none is made.
    pub fn find(folder: &Path, day: Day) -> Option<DaySalt> {
        let file = File::open(file_of(folder, day)).ok()?;
        // Whoever destroys it waits for the store, which the caller may hold.
        file.try_lock_shared().ok()?;
        match read(file) {
            Ok(Found::Salt(salt)) => Some(*salt),
            _ => None,
        }
    }

    /// The clock by which new salts are dated, epoch seconds.
    pub fn set_clock(&self, now: i64) {
        self.now.store(now, Ordering::Relaxed);
    }
}

fn random_keys() -> Vec<u8> {
    let mut keys = vec![0; KEYS];
    getrandom::fill(&mut keys).expect("the operating system has random bytes");
    keys
}

fn file_of(folder: &Path, day: Day) -> PathBuf {
    folder.join(format!("{day}.salt"))
}

fn obtain(folder: &Path, day: Day, now: i64) -> Result<DaySalt, SaltError> {
    let path = file_of(folder, day);
    // Another process may destroy or make it in between; each round one of the
    // two has happened.
    for _ in 0..100 {
        match read_locked(&path).map_err(at(&path))? {
            Found::Salt(salt) => return Ok(*salt),
            Found::Damaged => std::fs::remove_file(&path).map_err(at(&path))?,
            Found::Nothing => make(folder, &path, now).map_err(at(&path))?,
        }
    }
    Err(SaltError { path, error: Error::other("it keeps being destroyed by another process") })
}

enum Found {
    Salt(Box<DaySalt>),
    /// Cut short or not ours: as good as lost.
    Damaged,
    Nothing,
}

fn read_locked(path: &Path) -> Result<Found, Error> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Found::Nothing),
        Err(error) => return Err(error),
    };
    file.lock_shared()?;
    read(file)
}

/// A file with its lock.
fn read(mut file: File) -> Result<Found, Error> {
    if file.metadata()?.nlink() == 0 {
        return Ok(Found::Nothing);
    }
    let mut bytes = Vec::with_capacity(FILE);
    file.read_to_end(&mut bytes)?;
    if bytes.len() != FILE || !bytes.starts_with(MAGIC) {
        return Ok(Found::Damaged);
    }
    let mut salt = DaySalt::from_keys(&bytes[MAGIC.len() + 8..]);
    salt._file = Some(file);
    Ok(Found::Salt(Box::new(salt)))
}

/// Written aside and then linked, so that nobody ever reads half of one.
fn make(folder: &Path, path: &Path, now: i64) -> Result<(), Error> {
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let mut name = [0; 8];
    getrandom::fill(&mut name).expect("the operating system has random bytes");
    let temporary = folder.join(format!(".new-{:016x}", u64::from_le_bytes(name)));
    let mut file = File::options().write(true).create_new(true).mode(0o600).open(&temporary)?;
    let written = file
        .write_all(&[&MAGIC[..], &now.to_le_bytes(), &random_keys()].concat())
        .and_then(|()| file.sync_all())
        .and_then(|()| match std::fs::hard_link(&temporary, path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
            other => other,
        });
    std::fs::remove_file(&temporary)?;
    written?;
    File::open(folder)?.sync_all()
}

/// The salts in a folder: day, and when each was made (epoch seconds). A folder
/// that is not there has none.
///
/// # Errors
/// If it cannot be read: then nothing is known about its salts.
pub fn list(folder: &Path) -> Result<Vec<(Day, i64)>, SaltError> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(SaltError { path: folder.to_owned(), error }),
    };
    let mut salts: Vec<(Day, i64)> = entries
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name();
            let date = name.to_str()?.strip_suffix(".salt")?;
            let day = Day::of(chrono::NaiveDate::parse_from_str(date, "%Y-%m-%d").ok()?);
            let mut head = [0; MAGIC.len() + 8];
            File::open(entry.path()).ok()?.read_exact(&mut head).ok()?;
            let made = head.last_chunk::<8>().copied().map(i64::from_le_bytes)?;
            Some((day, made))
        })
        .collect();
    salts.sort_unstable();
    Ok(salts)
}

/// A salt that is about to be destroyed; nobody else uses it.
pub struct Doomed {
    path: PathBuf,
    file: File,
}

impl Salts {
    /// Claims a day's salt for destruction; `None` while somebody uses it or if
    /// it is gone already.
    ///
    /// # Errors
    /// If the file cannot be opened for writing.
    pub fn doom(folder: &Path, day: Day) -> Result<Option<Doomed>, SaltError> {
        let path = file_of(folder, day);
        let file = match File::options().read(true).write(true).open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(SaltError { path, error }),
        };
        Ok(file.try_lock().is_ok().then_some(Doomed { path, file }))
    }
}

impl Doomed {
    /// Overwrites, syncs and unlinks the file; unlinks it even where it cannot be
    /// overwritten.
    ///
    /// # Errors
    /// If one of them fails.
    pub fn destroy(mut self) -> Result<(), SaltError> {
        let mut overwrite = || {
            self.file.rewind()?;
            self.file.write_all(&vec![0; FILE])?;
            self.file.sync_all()
        };
        let overwritten = overwrite();
        let folder = self.path.parent().unwrap_or(Path::new("/"));
        let removed = std::fs::remove_file(&self.path).and_then(|()| File::open(folder)?.sync_all());
        overwritten.and(removed).map_err(at(&self.path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_salt_is_made_once_and_kept_for_its_owner() {
        let folder = tempfile::tempdir().expect("a folder");
        let salts = folder.path().join("a/salts");
        let one = Salts::in_folder(&salts, 5);
        let two = Salts::in_folder(&salts, 6);
        let day = Day(20_000);
        let made = *one.day(day).expect("made").fingerprint();
        assert_eq!(two.day(day).expect("read").fingerprint(), &made);
        assert_eq!(list(&salts).expect("readable"), [(day, 5)]);
        let mode = |path: &Path| std::fs::metadata(path).expect("there").permissions().mode() & 0o777;
        assert_eq!(mode(&file_of(&salts, day)), 0o600);
        assert_eq!(mode(&salts), 0o700);
    }

    #[test]
    fn a_salt_in_use_is_not_destroyed() {
        let folder = tempfile::tempdir().expect("a folder");
        let day = Day(20_000);
        let salts = Salts::in_folder(folder.path(), 0);
        let (one, two) = (salts.day(day).expect("made"), salts.day(day).expect("the same"));
        assert!(Arc::ptr_eq(&one, &two));
        drop(two);
        assert!(Salts::doom(folder.path(), day).expect("readable").is_none());
        drop(one);
        let doomed = Salts::doom(folder.path(), day).expect("readable").expect("free now");
        doomed.destroy().expect("destroyed");
        assert_eq!(list(folder.path()).expect("readable"), []);
        assert!(Salts::doom(folder.path(), day).expect("gone").is_none());
    }

    #[test]
    fn a_damaged_salt_is_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let day = Day(20_000);
        std::fs::write(file_of(folder.path(), day), b"torn").expect("written");
        let salts = Salts::in_folder(folder.path(), 9);
        salts.day(day).expect("made anew");
        assert_eq!(list(folder.path()).expect("readable"), [(day, 9)]);
    }
}
