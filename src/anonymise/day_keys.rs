//! The keys under which the store keeps open days: always on a disk, and never beside
//! the database.
//!
//! `days/YYYY-MM-DD.key` seals a day while it is open, `days/YYYY-MM-DD.carry` the page
//! counters of a day that was too small to stand alone.

use super::DaySalt;
use super::salts::lock;
use super::seal::Sealer;
use super::secret::{Doomed, SaltError, Secret, Sort, random};
use crate::model::{Day, Hash};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, Weak};
use zeroize::Zeroizing;

/// Files of day keys.
pub const DAY_KEY: Sort = Sort { ending: "key", magic: b"fathom-tui day\n\n", bytes: 32 };
/// Files of keys of what is carried.
pub const CARRY_KEY: Sort = Sort { ending: "carry", magic: b"fathom-tui carry", bytes: 32 };

/// The key of one day.
pub struct DayKey {
    pub(super) bytes: Zeroizing<Vec<u8>>,
    // Held for its shared lock.
    _file: Option<File>,
}

impl DayKey {
    pub(super) fn from_secret(secret: Secret) -> DayKey {
        DayKey { bytes: secret.bytes, _file: secret.file }
    }

    fn random() -> DayKey {
        DayKey { bytes: random(DAY_KEY.bytes), _file: None }
    }

    /// That of a key that is about to be destroyed.
    pub fn of_doomed(doomed: &Doomed) -> Option<DayKey> {
        Some(DayKey { bytes: doomed.bytes()?, _file: None })
    }

    /// Tells one key from another; says nothing about it.
    pub fn fingerprint(&self) -> Hash {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.bytes).expect("HMAC takes a key of any length");
        mac.update(b"fingerprint");
        let all: [u8; 32] = mac.finalize().into_bytes().into();
        let mut hash = Hash::default();
        hash.copy_from_slice(&all[..16]);
        hash
    }

    /// What seals the segments of a day, with the salt as far as it is known.
    pub fn sealer(&self, store: &str, salt: Option<&DaySalt>) -> Sealer {
        Sealer::of_day(store, &self.bytes, salt)
    }
}

/// The day keys that this process uses, for all its threads.
pub struct DayKeys {
    folder: Option<PathBuf>,
    used: Mutex<HashMap<Day, Weak<DayKey>>>,
    in_memory: Mutex<HashMap<Day, Arc<DayKey>>>,
    now: AtomicI64,
}

impl DayKeys {
    /// Keys in a folder, made if need be (0700).
    pub fn in_folder(folder: &Path, now: i64) -> DayKeys {
        DayKeys {
            folder: Some(folder.to_owned()),
            used: Mutex::default(),
            in_memory: Mutex::default(),
            now: AtomicI64::new(now),
        }
    }

    /// Keys that never touch a disk, for `demo`.
    pub fn in_memory() -> DayKeys {
        DayKeys { folder: None, used: Mutex::default(), in_memory: Mutex::default(), now: AtomicI64::new(0) }
    }

    /// The key of a day, made if there is none.
    ///
    /// # Errors
    /// If the folder or file cannot be read or written.
    pub fn day(&self, day: Day) -> Result<Arc<DayKey>, SaltError> {
        let Some(folder) = &self.folder else {
            return Ok(lock(&self.in_memory).entry(day).or_insert_with(|| Arc::new(DayKey::random())).clone());
        };
        let mut used = lock(&self.used);
        if let Some(key) = used.get(&day).and_then(Weak::upgrade) {
            return Ok(key);
        }
        let secret = DAY_KEY.obtain(folder, day, self.now.load(Ordering::Relaxed))?;
        let key = Arc::new(DayKey::from_secret(secret));
        used.insert(day, Arc::downgrade(&key));
        Ok(key)
    }

    /// The key of a day if it is there and may be read; none is made.
    pub fn known(&self, day: Day) -> Option<Arc<DayKey>> {
        match &self.folder {
            Some(folder) => {
                let known = lock(&self.used).get(&day).and_then(Weak::upgrade);
                known.or_else(|| DAY_KEY.find(folder, day).map(|secret| Arc::new(DayKey::from_secret(secret))))
            }
            None => lock(&self.in_memory).get(&day).cloned(),
        }
    }

    /// The clock by which new keys are dated, epoch seconds.
    pub fn set_clock(&self, now: i64) {
        self.now.store(now, Ordering::Relaxed);
    }
}

/// What seals the page counters of a day that wait for a later one; the key is made if
/// there is none.
///
/// # Errors
/// If the folder or file cannot be read or written.
pub fn carrier(folder: &Path, store: &str, day: Day, now: i64) -> Result<Sealer, SaltError> {
    Ok(Sealer::plain(store, &CARRY_KEY.obtain(folder, day, now)?.bytes))
}

/// What opens the page counters of a day that wait for a later one.
pub fn carried(folder: &Path, store: &str, day: Day) -> Option<Sealer> {
    Some(Sealer::plain(store, &CARRY_KEY.find(folder, day)?.bytes))
}
