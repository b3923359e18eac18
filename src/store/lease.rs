//! Short openings of the database file: exclusive to write, shared to read.
//!
//! The engine lets one process write or many read, and its read locks overlap,
//! so busy readers could shut a writer out for ever. Before every try a process
//! therefore takes a turnstile, `flock` on `<db>.lock`: a reader drops it at
//! once, a writer keeps it until its lease ends. Within a process one mutex
//! sees to it that there is one instance of the file at a time: a second would
//! open without an error and take the first one's lock away when it is dropped.

use super::StoreError;
use super::engine::{Access, Engine, spread};
use super::recover::{Mended, is_damaged, mend};
use duckdb::Connection;
use std::fs::File;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, TryLockError, mpsc};
use std::time::{Duration, Instant, SystemTime};

/// The one engine of the process, which at the most one lease uses.
static ENGINE: Mutex<Option<Engine>> = Mutex::new(None);

/// After this long, whoever waits says who holds the store.
const NOTICE_AFTER: Duration = Duration::from_secs(5);
/// Another try at what somebody else holds comes after this long.
const RETRY: Duration = Duration::from_millis(3);
/// Whoever waits looks so often whether anybody still wants it to.
const LOOK: Duration = Duration::from_millis(50);
/// After this long a lease is given up.
const GIVE_UP_AFTER: Duration = Duration::from_secs(60);

/// An open database. Closes, and lets others in, when dropped.
pub(crate) struct Lease {
    connection: Option<Connection>,
    turnstile: Option<File>,
    engine: MutexGuard<'static, Option<Engine>>,
}

impl Lease {
    /// Lets the engine use every core until the lease ends.
    pub(crate) fn spread(&self) -> duckdb::Result<()> {
        spread(self)
    }

    /// Closes in such a way that nothing of this engine is used again: after
    /// an error that leaves its state unknown.
    pub(crate) fn abandon(mut self) {
        self.connection = None;
        *self.engine = None;
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        // Its transaction is undone if it was not committed.
        self.connection = None;
        if self.engine.as_mut().is_some_and(|engine| engine.detach().is_err()) {
            *self.engine = None;
        }
        self.turnstile = None;
    }
}

impl std::ops::Deref for Lease {
    type Target = Connection;
    fn deref(&self) -> &Connection {
        self.connection.as_ref().expect("open until dropped")
    }
}

/// Runs something while this process has no file of a store open, and opens none.
pub fn while_closed<T>(run: impl FnOnce() -> T) -> T {
    let _engine = ENGINE.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    run()
}

/// The same, if the files are closed within `patience`.
pub fn try_while_closed<T>(patience: Duration, run: impl FnOnce() -> T) -> Option<T> {
    let until = Instant::now() + patience;
    let _engine = loop {
        match ENGINE.try_lock() {
            Ok(engine) => break engine,
            Err(TryLockError::Poisoned(poisoned)) => break poisoned.into_inner(),
            Err(TryLockError::WouldBlock) if Instant::now() >= until => return None,
            Err(TryLockError::WouldBlock) => std::thread::sleep(RETRY),
        }
    };
    Some(run())
}

/// Fails if there is no store, or if nobody can tell.
pub(super) fn is_there(path: &Path) -> Result<(), StoreError> {
    match path.try_exists() {
        Ok(true) => Ok(()),
        Ok(false) => Err(StoreError::Missing(path.into())),
        Err(error) => Err(StoreError::Io(path.into(), error)),
    }
}

/// Device and inode of a file: is it still the one that we knew?
pub(crate) fn file_id(path: &Path) -> Option<(u64, u64)> {
    std::fs::metadata(path).ok().map(|m| (m.dev(), m.ino()))
}

/// The file beside the database that ends with `suffix`.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// When the store was last opened for reading, as far as is known.
pub(crate) fn last_read(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(beside(path, ".lock")).and_then(|m| m.modified()).ok()
}

/// What a person should be told while a command goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// It waits for the store; the holder's PID where it is known.
    Held(Option<u32>),
    /// The store's log was damaged.
    Mended(Mended),
}

/// Tells a person.
pub type Tell = fn(Notice);

/// Waits for the store and opens it; a writer mends a damaged log. `tell` gets
/// who holds the store, once, after five seconds.
pub(crate) fn lease(path: &Path, access: Access, tell: Tell) -> Result<Lease, StoreError> {
    lease_while(path, access, tell, &|| true)
}

/// The same, given up when it is not wanted any more.
pub(super) fn lease_while(
    path: &Path,
    access: Access,
    tell: Tell,
    is_wanted: &dyn Fn() -> bool,
) -> Result<Lease, StoreError> {
    let mut engine = ENGINE.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    if engine.as_ref().is_none_or(|engine| !engine.is_for(path)) {
        *engine = Some(Engine::new(path, access)?);
    }
    let mut wait = Wait { path, tell, is_wanted, since: Instant::now(), told: false };
    let mut turnstile = None;
    let mut mended = None;
    loop {
        // A writer that has it keeps it while the last readers leave.
        if turnstile.is_none() {
            turnstile = wait.turnstile(access)?;
        }
        // Opening would make an empty database and delete its log.
        is_there(path)?;
        match engine.as_mut().expect("made above").attach(access) {
            Ok(connection) => {
                if let Some(mended) = mended {
                    tell(Notice::Mended(mended));
                }
                return Ok(Lease { connection: Some(connection), turnstile, engine });
            }
            Err(error) if access == Access::Write && is_damaged(&error.to_string()) => {
                mended = Some(mend(path, &error.to_string(), mended)?);
            }
            Err(error) => wait.after(error).inspect_err(|_| *engine = None)?,
        }
    }
}

struct Wait<'a> {
    path: &'a Path,
    tell: Tell,
    is_wanted: &'a dyn Fn() -> bool,
    since: Instant,
    told: bool,
}

impl Wait<'_> {
    fn tell(&mut self, pid: Option<u32>) {
        if !self.told && self.since.elapsed() >= NOTICE_AFTER {
            self.told = true;
            (self.tell)(Notice::Held(pid));
        }
    }

    /// Passes the turnstile; a writer gets it to keep.
    fn turnstile(&mut self, access: Access) -> Result<Option<File>, StoreError> {
        let path = beside(self.path, ".lock");
        let opened = File::options().create(true).truncate(false).write(true).mode(0o600).open(&path);
        let file = match opened {
            Ok(file) => file,
            // A reader of a store in a folder that it may not write to.
            Err(_) if access == Access::Read => return Ok(None),
            Err(error) => return Err(StoreError::Io(path, error)),
        };
        if file.try_lock().is_err() {
            self.queue(&file)?;
        }
        if access == Access::Read {
            // Tells writers that somebody reads.
            let _ = file.set_modified(SystemTime::now());
        }
        Ok((access == Access::Write).then_some(file))
    }

    /// Waits in the kernel's queue, which is fair, on a thread of its own so
    /// that the wait can be told of and given up.
    fn queue(&mut self, file: &File) -> Result<(), StoreError> {
        let queued = file.try_clone().map_err(StoreError::io(self.path))?;
        let (done, wait) = mpsc::channel();
        std::thread::spawn(move || {
            let _ = done.send(queued.lock());
        });
        loop {
            match wait.recv_timeout(LOOK) {
                Ok(locked) => return locked.map_err(StoreError::io(self.path)),
                Err(_) => {
                    self.tell(None);
                    self.give_up(None)?;
                }
            }
        }
    }

    fn give_up(&self, pid: Option<u32>) -> Result<(), StoreError> {
        if !(self.is_wanted)() {
            return Err(StoreError::Unwanted);
        }
        if self.since.elapsed() < GIVE_UP_AFTER {
            return Ok(());
        }
        Err(StoreError::Locked { path: self.path.into(), pid })
    }

    /// After a failed opening: waits a little if somebody else has it.
    fn after(&mut self, error: duckdb::Error) -> Result<(), StoreError> {
        let text = error.to_string();
        if !text.contains("Could not set lock") && !text.contains("onflicting lock") {
            return Err(explain(self.path, &text, error));
        }
        let pid = holder(&text);
        self.tell(pid);
        self.give_up(pid)?;
        std::thread::sleep(RETRY);
        Ok(())
    }
}

/// The PID in `Conflicting lock is held in … (PID 123)`.
fn holder(text: &str) -> Option<u32> {
    let after = text.split("(PID ").nth(1)?;
    after.split(')').next()?.trim().parse().ok()
}

fn explain(path: &Path, text: &str, error: duckdb::Error) -> StoreError {
    if text.contains("not a valid DuckDB database") {
        return StoreError::NotAStore(path.into());
    }
    if is_damaged(text) {
        return StoreError::DamagedLog(path.into());
    }
    if text.contains("version number") || text.contains("newer version of DuckDB") {
        return StoreError::TooNew(path.into());
    }
    if text.contains("Permission denied") {
        return StoreError::Io(path.into(), std::io::ErrorKind::PermissionDenied.into());
    }
    StoreError::Engine(error)
}
