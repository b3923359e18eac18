//! What can go wrong with the store, and what to do about it.

use std::path::PathBuf;

/// An error of the store.
#[derive(Debug)]
pub enum StoreError {
    /// No file at the path.
    Missing(PathBuf),
    /// Another process held it for too long; its PID where the engine names it.
    Locked {
        /// The store's file.
        path: PathBuf,
        /// Who holds it.
        pid: Option<u32>,
    },
    /// Written by a newer version of the program or the engine.
    TooNew(PathBuf),
    /// Made before days were sealed; no release has made one.
    FromBefore(PathBuf),
    /// No database, or not one of ours.
    NotAStore(PathBuf),
    /// Its write-ahead log cannot be replayed, and it may not be mended here.
    DamagedLog(PathBuf),
    /// The file was deleted, moved or replaced while it was in use.
    Replaced(PathBuf),
    /// Another zone was asked for than the store has.
    OtherZone {
        /// The store's zone.
        has: String,
        /// The zone asked for.
        asked: String,
    },
    /// Reading or writing files beside the database failed.
    Io(PathBuf, std::io::Error),
    /// The disk is full; what the engine said.
    Full(String),
    /// The file is not what was written; what the engine said.
    Damaged(String),
    /// A question took so long that it was interrupted.
    TooLong,
    /// Keys could not be made or used; why.
    Keys(String),
    /// Nobody waited for the store any more.
    Unwanted,
    /// Anything else that the engine said.
    Engine(duckdb::Error),
}

impl StoreError {
    pub(crate) fn io(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> StoreError {
        let path = path.into();
        move |error| StoreError::Io(path, error)
    }

    /// What to do about it, where something can be named.
    pub fn help(&self) -> Option<String> {
        Some(match self {
            StoreError::Missing(_) => "make one with `fathom-tui import FILE`, or name another with --db PATH".into(),
            StoreError::Locked { pid: Some(pid), .. } => {
                format!("wait for process {pid} to finish, or look at it with `ps {pid}`")
            }
            StoreError::Locked { .. } => {
                "wait for the other process to finish, or find it with `fathom-tui status`".into()
            }
            StoreError::TooNew(_) => "update fathom-tui, or name another store with --db PATH".into(),
            StoreError::FromBefore(_) => {
                "move it away and import the logs again, or name another store with --db PATH; it was left as it is".into()
            }
            StoreError::NotAStore(_) => "name the store with --db PATH; this file was left as it is".into(),
            StoreError::DamagedLog(_) => {
                "run `fathom-tui status` as the user who owns it: what is whole is kept, the rest read again".into()
            }
            StoreError::Replaced(_) => {
                "stop, check the file, and start again: the logs will be read from where that store stopped".into()
            }
            StoreError::OtherZone { has, .. } => {
                format!("leave the zone out, or make a new store: a store keeps its zone ({has})")
            }
            StoreError::Io(_, error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
                "run as the user who owns it, or name another store with --db PATH".into()
            }
            StoreError::Full(_) => {
                "make room and run it again: nothing is lost, and what was counted is not counted twice".into()
            }
            error if error.is_damage() => {
                "make a new store from the logs with --db PATH, or bring the file back from a backup; keep this one aside"
                    .into()
            }
            StoreError::TooLong => "ask for a shorter time with --since, or for fewer lists with --by".into(),
            StoreError::Io(..) | StoreError::Engine(_) | StoreError::Damaged(_) | StoreError::Unwanted
            | StoreError::Keys(_) => return None,
        })
    }

    /// Whether the file itself is damaged.
    fn is_damage(&self) -> bool {
        match self {
            StoreError::Damaged(_) => true,
            StoreError::Engine(error) => error.to_string().contains("Corrupt database file"),
            _ => false,
        }
    }
}

impl std::fmt::Display for StoreError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            StoreError::Missing(path) => write!(f, "there is no store at {}", path.display()),
            StoreError::Locked { path, pid: Some(pid) } => {
                write!(f, "{} is held by process {pid}", path.display())
            }
            StoreError::Locked { path, pid: None } => write!(f, "{} is held by another process", path.display()),
            StoreError::TooNew(path) => {
                write!(f, "{} was written by a newer version of fathom-tui", path.display())
            }
            StoreError::FromBefore(path) => {
                write!(f, "{} was made by a version before the first release, which kept days open", path.display())
            }
            StoreError::NotAStore(path) => write!(f, "{} is no fathom-tui store", path.display()),
            StoreError::DamagedLog(path) => {
                write!(f, "the write-ahead log of {} is damaged", path.display())
            }
            StoreError::Replaced(path) => {
                write!(f, "{} was deleted, moved or replaced while it was in use", path.display())
            }
            StoreError::OtherZone { has, asked } => {
                write!(f, "the store's time zone is {has}, not {asked}")
            }
            StoreError::Io(path, error) => write!(f, "{}: {error}", path.display()),
            StoreError::Full(_) => f.write_str("the disk of the store is full: No space left on device"),
            StoreError::Damaged(text) => write!(f, "the store's file is damaged: {}", first_line(text)),
            StoreError::TooLong => f.write_str("a question to the store took too long"),
            StoreError::Keys(text) => f.write_str(text),
            StoreError::Unwanted => f.write_str("nobody waits for the store any more"),
            StoreError::Engine(error) => write!(f, "the database said: {}", first_line(&error.to_string())),
        }
    }
}

impl std::error::Error for StoreError {}

impl From<duckdb::Error> for StoreError {
    fn from(error: duckdb::Error) -> StoreError {
        let text = error.to_string();
        match () {
            () if text.starts_with("INTERRUPT") => StoreError::TooLong,
            () if text.contains("No space left on device") => StoreError::Full(text),
            () if text.contains("Corrupt database file") || text.contains("but got EOF") => StoreError::Damaged(text),
            () => StoreError::Engine(error),
        }
    }
}

/// The engine adds hints and links on further lines.
fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or(text)
}
