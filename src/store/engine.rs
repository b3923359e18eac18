//! The database engine of this process: made once, and the store's file
//! attached to it only while a lease lasts. Making an engine takes ten times
//! as long as attaching a file to it, so nobody should have to wait for that
//! while the file is locked.

use super::lease::beside;
use duckdb::{AccessMode, Config, Connection};
use std::path::{Path, PathBuf};

/// Read or write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    Write,
}

impl Access {
    fn memory(self) -> &'static str {
        match self {
            Access::Read => "512MiB",
            Access::Write => "256MiB",
        }
    }

    fn mode(self) -> &'static str {
        match self {
            Access::Read => "READ_ONLY",
            Access::Write => "READ_WRITE",
        }
    }
}

/// So many threads the engine may use, at most four.
fn available_threads() -> i64 {
    std::thread::available_parallelism().map_or(2, |n| n.get().min(4) as i64)
}

/// Lets the engine use every core until the lease ends.
pub(super) fn spread(connection: &Connection) -> duckdb::Result<()> {
    connection.execute_batch(&format!("SET threads TO {}", available_threads()))
}

/// Another connection to the file of this one.
pub(super) fn another(connection: &Connection) -> duckdb::Result<Connection> {
    let another = connection.try_clone()?;
    another.execute_batch("USE store")?;
    Ok(another)
}

/// How the engine is set up. The storage version has to be given here: without
/// it a write-ahead log that belongs to another file would be replayed.
fn config(path: &Path, access: Access) -> duckdb::Result<Config> {
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(".tmp");
    Config::default()
        .max_memory(access.memory())?
        // A week's report and a small commit are quicker on one thread, and
        // leave the others alone; whoever has more to do asks for more.
        .threads(1)?
        // Before external access goes, or it is refused.
        .with("temp_directory", temporary.to_string_lossy())?
        .enable_autoload_extension(false)?
        .with("autoinstall_known_extensions", "false")?
        .with("storage_compatibility_version", "v1.5.0")?
        .with("checkpoint_threshold", "512KB")?
        .with("preserve_insertion_order", "false")
}

/// Bytes of a block of a new store. Whoever opens a file with a log makes an
/// empty block for every column that the log appends to: with the engine's own
/// 256 KiB that was most of the time.
const BLOCK: &str = "65536";

/// Opens a file that nobody else knows yet, in an engine of its own.
pub(crate) fn open_private(path: &Path) -> duckdb::Result<Connection> {
    let config = config(path, Access::Write)?
        .with("default_block_size", BLOCK)?
        .access_mode(AccessMode::ReadWrite)?
        .enable_external_access(false)?;
    let connection = Connection::open_with_flags(path, config)?;
    connection.execute_batch("PRAGMA disable_checkpoint_on_shutdown")?;
    Ok(connection)
}

/// A text as SQL.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.to_string_lossy().replace('\'', "''"))
}

/// The files of a store that are the engine's.
const OWN: [&str; 4] = ["", ".wal", ".wal.checkpoint", ".wal.recovery"];

/// An engine that may touch one file, its log and its temporary folder.
pub(super) struct Engine {
    path: PathBuf,
    root: Connection,
    access: Access,
}

impl Engine {
    pub(super) fn new(path: &Path, access: Access) -> duckdb::Result<Engine> {
        let root = Connection::open_in_memory_with_flags(config(path, access)?)?;
        let allowed = OWN.map(|suffix| quoted(&beside(path, suffix))).join(", ");
        root.execute_batch(&format!("SET allowed_paths = [{allowed}]; SET enable_external_access = false"))?;
        root.execute_batch("PRAGMA disable_checkpoint_on_shutdown")?;
        Ok(Engine { path: path.to_owned(), root, access })
    }

    pub(super) fn is_for(&self, path: &Path) -> bool {
        self.path == path
    }

    /// Opens the file, in a connection of its own: what that keeps for itself
    /// goes with it. The file's lock is held until [`Engine::detach`].
    pub(super) fn attach(&mut self, access: Access) -> duckdb::Result<Connection> {
        let version = if access == Access::Write { ", STORAGE_VERSION 'v1.5.0'" } else { "" };
        let (file, mode) = (quoted(&self.path), access.mode());
        self.root.execute_batch(&format!("ATTACH {file} AS store (TYPE duckdb, {mode}{version})"))?;
        let opened = self.connect(access);
        if opened.is_err() {
            self.detach()?;
        }
        opened
    }

    fn connect(&mut self, access: Access) -> duckdb::Result<Connection> {
        if access != self.access {
            self.root.execute_batch(&format!("SET memory_limit = '{}'", access.memory()))?;
            self.access = access;
        }
        another(&self.root)
    }

    /// Closes the file; whoever used it has to be gone.
    pub(super) fn detach(&mut self) -> duckdb::Result<()> {
        self.root.execute_batch("DETACH store; SET threads TO 1")
    }
}
