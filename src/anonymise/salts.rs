//! The salts of a day: made at its first page view, kept outside the database,
//! destroyed when their time has come.
//!
//! A file `YYYY-MM-DD.salt` (0600) holds 256 keys of 32 bytes; the last octet
//! of an address picks one. Whoever uses it holds a shared lock on it.

use super::secret::{Doomed, SaltError, Secret, Sort, random};
use crate::model::{Day, Hash};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, Weak};

const KEY: usize = 32;
/// Files of salts.
pub const SALT: Sort = Sort { ending: "salt", magic: b"fathom-tui salt\n", bytes: 256 * KEY };

/// The keys of one day, ready for use.
pub struct DaySalt {
    keys: Vec<Hmac<Sha256>>,
    several: Hmac<Sha256>,
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
        DaySalt {
            keys: bytes.chunks(KEY).map(mac).collect(),
            several: mac(&derive(b"several")),
            seal: derive(b"seal"),
            fingerprint,
            _file: None,
        }
    }

    pub(super) fn from_secret(secret: Secret) -> DaySalt {
        DaySalt { _file: secret.file, ..DaySalt::from_keys(&secret.bytes) }
    }

    /// That of a salt that is about to be destroyed.
    pub fn of_doomed(doomed: &Doomed) -> Option<DaySalt> {
        Some(DaySalt::from_keys(&doomed.bytes()?))
    }

    pub(super) fn key(&self, octet: u8) -> &Hmac<Sha256> {
        &self.keys[usize::from(octet)]
    }

    pub(super) fn seal_key(&self) -> &[u8; 32] {
        &self.seal
    }

    /// The hash that says that a visitor saw more than one page: nobody can relate it to
    /// the visitor's own without the salt.
    pub fn several(&self, visitor: &Hash) -> Hash {
        let mut mac = self.several.clone();
        mac.update(visitor);
        let all: [u8; 32] = mac.finalize().into_bytes().into();
        let mut hash = Hash::default();
        hash.copy_from_slice(&all[..16]);
        hash
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

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
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
            return Ok(salts.entry(day).or_insert_with(|| Arc::new(DaySalt::from_keys(&random(SALT.bytes)))).clone());
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
        let secret = SALT.obtain(folder, day, self.now.load(Ordering::Relaxed))?;
        let salt = Arc::new(DaySalt::from_secret(secret));
        lock(&self.used).insert(day, Arc::downgrade(&salt));
        Ok(salt)
    }

    /// The salt of a day if it is there, may be read, and is not just being
    /// destroyed; none is made.
    pub fn find(folder: &Path, day: Day) -> Option<DaySalt> {
        SALT.find(folder, day).map(DaySalt::from_secret)
    }

    /// The same of these, wherever they are.
    pub fn known(&self, day: Day) -> Option<Arc<DaySalt>> {
        match &self.folder {
            Some(folder) => {
                let known = lock(&self.used).get(&day).and_then(Weak::upgrade);
                known.or_else(|| Salts::find(folder, day).map(Arc::new))
            }
            None => lock(&self.in_memory).get(&day).cloned(),
        }
    }

    /// The clock by which new salts are dated, epoch seconds.
    pub fn set_clock(&self, now: i64) {
        self.now.store(now, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::anonymise::secret::settle;
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
        assert_eq!(SALT.list(&salts).expect("readable"), [(day, 5)]);
        let mode = |path: &Path| std::fs::metadata(path).expect("there").permissions().mode() & 0o777;
        assert_eq!(mode(&SALT.file_of(&salts, day)), 0o600);
        assert_eq!(mode(&salts), 0o700);
        let tag = std::fs::read(salts.join("CACHEDIR.TAG")).expect("there");
        assert!(tag.starts_with(b"Signature: 8a477f597d28d172789f06886806bc55"));
    }

    #[test]
    fn a_salt_in_use_is_not_destroyed() {
        let folder = tempfile::tempdir().expect("a folder");
        let day = Day(20_000);
        let salts = Salts::in_folder(folder.path(), 0);
        let (one, two) = (salts.day(day).expect("made"), salts.day(day).expect("the same"));
        assert!(Arc::ptr_eq(&one, &two));
        drop(two);
        assert!(SALT.doom(folder.path(), day).expect("readable").is_none());
        let fingerprint = *one.fingerprint();
        drop(one);
        let doomed = SALT.doom(folder.path(), day).expect("readable").expect("free now");
        assert_eq!(DaySalt::of_doomed(&doomed).expect("a salt").fingerprint(), &fingerprint);
        doomed.destroy().expect("destroyed");
        settle(folder.path()).expect("settled");
        assert_eq!(SALT.list(folder.path()).expect("readable"), []);
        assert!(SALT.doom(folder.path(), day).expect("gone").is_none());
    }

    #[test]
    fn a_damaged_salt_is_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let day = Day(20_000);
        std::fs::write(SALT.file_of(folder.path(), day), b"torn").expect("written");
        let salts = Salts::in_folder(folder.path(), 9);
        salts.day(day).expect("made anew");
        assert_eq!(SALT.list(folder.path()).expect("readable"), [(day, 9)]);
    }
}
