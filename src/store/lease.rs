//! Short openings of the database file: exclusive to write, shared to read.
//!
//! The engine lets one process write or many read, and its read locks overlap,
//! so busy readers could shut a writer out for ever. Before every try a process
//! therefore takes a turnstile, `flock` on `<db>.lock`: a reader drops it at
//! once, a writer keeps it until its lease ends. Within a process one mutex
//! sees to it that there is one instance of the file at a time: a second would
//! open without an error and take the first one's lock away when it is dropped.

use super::StoreError;
use duckdb::{AccessMode, Config, Connection};
use std::fs::File;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, mpsc};
use std::time::{Duration, Instant};

static ONE_INSTANCE: Mutex<()> = Mutex::new(());

/// After this long, whoever waits says who holds the store.
const NOTICE_AFTER: Duration = Duration::from_secs(5);
/// After this long a lease is given up.
const GIVE_UP_AFTER: Duration = Duration::from_secs(60);

/// Read or write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    Write,
}

/// An open database. Closes, and lets others in, when dropped.
pub(crate) struct Lease {
    // Dropped in this order: the engine's instance, the turnstile, the mutex.
    connection: Option<Connection>,
    turnstile: Option<File>,
    _one: MutexGuard<'static, ()>,
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.connection = None;
        self.turnstile = None;
    }
}

impl std::ops::Deref for Lease {
    type Target = Connection;
    fn deref(&self) -> &Connection {
        self.connection.as_ref().expect("open until dropped")
    }
}

/// How the engine is set up; given at opening, never by SET afterwards: only
/// then is a write-ahead log of another file refused.
fn config(access: Access, path: &Path) -> duckdb::Result<Config> {
    let (mode, memory) = match access {
        Access::Read => (AccessMode::ReadOnly, "512MiB"),
        Access::Write => (AccessMode::ReadWrite, "256MiB"),
    };
    // A week's report is quicker on one thread, and leaves the others alone;
    // a long one asks for more (`Reader::spread`).
    let threads = if access == Access::Read { 1 } else { available_threads() };
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(".tmp");
    Config::default()
        .access_mode(mode)?
        .max_memory(memory)?
        .threads(threads)?
        // Before external access goes, or it is refused.
        .with("temp_directory", temporary.to_string_lossy())?
        .enable_external_access(false)?
        .enable_autoload_extension(false)?
        .with("autoinstall_known_extensions", "false")?
        .with("storage_compatibility_version", "v1.5.0")?
        .with("checkpoint_threshold", "512KB")?
        .with("preserve_insertion_order", "false")
}

/// Opens a file that nobody else knows yet, without a turnstile.
pub(crate) fn open_private(path: &Path) -> duckdb::Result<Connection> {
    open(path, Access::Write)
}

/// So many threads the engine may use, at most four.
pub(crate) fn available_threads() -> i64 {
    std::thread::available_parallelism().map_or(2, |n| n.get().min(4) as i64)
}

fn open(path: &Path, access: Access) -> duckdb::Result<Connection> {
    let connection = Connection::open_with_flags(path, config(access, path)?)?;
    if access == Access::Write {
        connection.execute_batch("PRAGMA disable_checkpoint_on_shutdown")?;
    }
    Ok(connection)
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

/// Waits for the store and opens it. `notice` is called once, after five
/// seconds, with the PID of the holder where it is known.
pub(crate) fn lease(path: &Path, access: Access, notice: &dyn Fn(Option<u32>)) -> Result<Lease, StoreError> {
    let one = ONE_INSTANCE.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let mut wait = Wait::new(path, notice);
    let mut turnstile = None;
    loop {
        // A writer that has it keeps it while the last readers leave.
        if turnstile.is_none() {
            turnstile = wait.turnstile(access)?;
        }
        if !path.exists() {
            // Opening would make an empty database and delete its log.
            return Err(StoreError::Missing(path.into()));
        }
        match open(path, access) {
            Ok(connection) => {
                return Ok(Lease { connection: Some(connection), turnstile, _one: one });
            }
            Err(error) => wait.after(error)?,
        }
    }
}

struct Wait<'a> {
    path: &'a Path,
    notice: &'a dyn Fn(Option<u32>),
    since: Instant,
    told: bool,
}

impl<'a> Wait<'a> {
    fn new(path: &'a Path, notice: &'a dyn Fn(Option<u32>)) -> Wait<'a> {
        Wait { path, notice, since: Instant::now(), told: false }
    }

    fn tell(&mut self, pid: Option<u32>) {
        if !self.told && self.since.elapsed() >= NOTICE_AFTER {
            self.told = true;
            (self.notice)(pid);
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
            match wait.recv_timeout(Duration::from_millis(500)) {
                Ok(locked) => return locked.map_err(StoreError::io(self.path)),
                Err(_) => {
                    self.tell(None);
                    self.give_up(None)?;
                }
            }
        }
    }

    fn give_up(&self, pid: Option<u32>) -> Result<(), StoreError> {
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
        std::thread::sleep(Duration::from_millis(3));
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
    if text.contains("version number") || text.contains("newer version of DuckDB") {
        return StoreError::TooNew(path.into());
    }
    if text.contains("Permission denied") {
        return StoreError::Io(path.into(), std::io::ErrorKind::PermissionDenied.into());
    }
    StoreError::Engine(error)
}
