//! Files with secrets that have a day and an end: made once, share-locked by whoever
//! uses them, destroyed under an exclusive lock only.

use crate::model::Day;
use std::fs::File;
use std::io::{Error, ErrorKind, Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// What backup programs that know the convention pass over.
const TAG: &[u8] =
    b"Signature: 8a477f597d28d172789f06886806bc55\n# Keys of fathom-tui: never to be kept anywhere else.\n";

/// A secret could not be made, read or destroyed.
#[derive(Debug)]
pub struct SaltError {
    /// The file or folder.
    pub path: PathBuf,
    /// What the system said.
    pub error: Error,
}

impl std::fmt::Display for SaltError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "keys at {}: {}", self.path.display(), self.error)
    }
}

impl std::error::Error for SaltError {}

pub(super) fn at(path: &Path) -> impl FnOnce(Error) -> SaltError {
    let path = path.to_owned();
    move |error| SaltError { path, error }
}

/// What sort of secret: the ending of its files, what they begin with, and its bytes.
#[derive(Clone, Copy, Debug)]
pub struct Sort {
    pub(super) ending: &'static str,
    pub(super) magic: &'static [u8; 16],
    pub(super) bytes: usize,
}

/// The bytes of a secret, and the lock on its file.
pub(super) struct Secret {
    pub(super) bytes: Zeroizing<Vec<u8>>,
    // Held for its shared lock.
    pub(super) file: Option<File>,
}

pub(super) fn random(bytes: usize) -> Zeroizing<Vec<u8>> {
    let mut random = Zeroizing::new(vec![0; bytes]);
    getrandom::fill(&mut random).expect("the operating system has random bytes");
    random
}

enum Found {
    Secret(Secret),
    /// Cut short or not ours: as good as lost.
    Damaged,
    Nothing,
}

impl Sort {
    fn size(self) -> usize {
        self.magic.len() + 8 + self.bytes
    }

    pub(super) fn file_of(self, folder: &Path, day: Day) -> PathBuf {
        folder.join(format!("{day}.{}", self.ending))
    }

    /// The secret of a day, made at `now` if there is none.
    pub(super) fn obtain(self, folder: &Path, day: Day, now: i64) -> Result<Secret, SaltError> {
        let path = self.file_of(folder, day);
        // Another process may destroy or make it in between; each round one of the
        // two has happened.
        for _ in 0..100 {
            match self.read_locked(&path).map_err(at(&path))? {
                Found::Secret(secret) => return Ok(secret),
                Found::Damaged => std::fs::remove_file(&path).map_err(at(&path))?,
                Found::Nothing => self.make(folder, &path, now).map_err(at(&path))?,
            }
        }
        Err(SaltError { path, error: Error::other("it keeps being destroyed by another process") })
    }

    /// The secret of a day if it is there, may be read, and is not just being
    /// destroyed; none is made.
    pub(super) fn find(self, folder: &Path, day: Day) -> Option<Secret> {
        let file = File::open(self.file_of(folder, day)).ok()?;
        // Whoever destroys it waits for the store, which the caller may hold.
        file.try_lock_shared().ok()?;
        match self.read(file) {
            Ok(Found::Secret(secret)) => Some(secret),
            _ => None,
        }
    }

    fn read_locked(self, path: &Path) -> Result<Found, Error> {
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Found::Nothing),
            Err(error) => return Err(error),
        };
        file.lock_shared()?;
        self.read(file)
    }

    /// A file with its lock.
    fn read(self, file: File) -> Result<Found, Error> {
        if file.metadata()?.nlink() == 0 {
            return Ok(Found::Nothing);
        }
        match self.bytes_of(&file)? {
            Some(bytes) => Ok(Found::Secret(Secret { bytes, file: Some(file) })),
            None => Ok(Found::Damaged),
        }
    }

    fn bytes_of(self, mut file: &File) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(self.size()));
        file.rewind()?;
        file.read_to_end(&mut bytes)?;
        if bytes.len() != self.size() || !bytes.starts_with(self.magic) {
            return Ok(None);
        }
        Ok(Some(Zeroizing::new(bytes[self.magic.len() + 8..].to_vec())))
    }

    /// Written aside and then linked, so that nobody ever reads half of one.
    fn make(self, folder: &Path, path: &Path, now: i64) -> Result<(), Error> {
        make_folder(folder)?;
        let name = random(8);
        let name: String = name.iter().map(|byte| format!("{byte:02x}")).collect();
        let temporary = folder.join(format!(".new-{name}"));
        let mut file = File::options().write(true).create_new(true).mode(0o600).open(&temporary)?;
        let whole = Zeroizing::new([&self.magic[..], &now.to_le_bytes(), &random(self.bytes)].concat());
        let written = file.write_all(&whole).and_then(|()| file.sync_all()).and_then(|()| {
            match std::fs::hard_link(&temporary, path) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
                other => other,
            }
        });
        std::fs::remove_file(&temporary)?;
        written?;
        File::open(folder)?.sync_all()
    }

    /// The secrets in a folder: day, and when each was made (epoch seconds). A folder
    /// that is not there has none.
    ///
    /// # Errors
    /// If it cannot be read: then nothing is known about what is in it.
    pub fn list(self, folder: &Path) -> Result<Vec<(Day, i64)>, SaltError> {
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(SaltError { path: folder.to_owned(), error }),
        };
        let mut secrets: Vec<(Day, i64)> = entries
            .flatten()
            .filter_map(|entry| {
                let name = entry.file_name();
                let date = name.to_str()?.strip_suffix(self.ending)?.strip_suffix('.')?;
                let day = Day::of(chrono::NaiveDate::parse_from_str(date, "%Y-%m-%d").ok()?);
                let mut head = [0; 16 + 8];
                File::open(entry.path()).ok()?.read_exact(&mut head).ok()?;
                let made = head.last_chunk::<8>().copied().map(i64::from_le_bytes)?;
                Some((day, made))
            })
            .collect();
        secrets.sort_unstable();
        Ok(secrets)
    }

    /// Claims the secret of a day for destruction; nothing while somebody uses it or if
    /// it is gone already.
    ///
    /// # Errors
    /// If the file cannot be opened for writing.
    pub fn doom(self, folder: &Path, day: Day) -> Result<Option<Doomed>, SaltError> {
        let path = self.file_of(folder, day);
        let file = match File::options().read(true).write(true).open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(SaltError { path, error }),
        };
        Ok(file.try_lock().is_ok().then_some(Doomed { path, file, sort: self }))
    }
}

/// A folder for its owner only, which backup programs pass over.
fn make_folder(folder: &Path) -> Result<(), Error> {
    if folder.is_dir() {
        return Ok(());
    }
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let tag = File::options().write(true).create_new(true).mode(0o600).open(folder.join("CACHEDIR.TAG"));
    match tag {
        Ok(mut file) => file.write_all(TAG),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

/// A secret that is about to be destroyed; nobody else uses it.
pub struct Doomed {
    path: PathBuf,
    file: File,
    sort: Sort,
}

impl Doomed {
    /// Whether it is of that sort.
    pub fn is(&self, sort: Sort) -> bool {
        self.sort.ending == sort.ending
    }

    /// The secret, to be used once more.
    pub(super) fn bytes(&self) -> Option<Zeroizing<Vec<u8>>> {
        self.sort.bytes_of(&self.file).ok().flatten()
    }

    /// Overwrites, syncs and unlinks the file; unlinks it even where it cannot be
    /// overwritten. [`settle`] makes that last.
    ///
    /// # Errors
    /// If one of them fails.
    pub fn destroy(mut self) -> Result<(), SaltError> {
        let mut overwrite = || {
            self.file.rewind()?;
            self.file.write_all(&vec![0; self.sort.size()])?;
            self.file.sync_data()
        };
        let overwritten = overwrite();
        let removed = std::fs::remove_file(&self.path);
        overwritten.and(removed).map_err(at(&self.path))
    }
}

/// Makes the end of secrets in a folder last.
///
/// # Errors
/// If the system cannot.
pub fn settle(folder: &Path) -> Result<(), SaltError> {
    match File::open(folder).and_then(|folder| folder.sync_all()) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(SaltError { path: folder.to_owned(), error }),
        _ => Ok(()),
    }
}
