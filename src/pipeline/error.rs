//! What stops an ingesting command.

use crate::anonymise::SaltError;
use crate::input::{ExpandError, KeyError};
use crate::store::StoreError;
use std::path::PathBuf;

/// Why ingesting stopped.
#[derive(Debug)]
pub enum IngestError {
    /// The store.
    Store(StoreError),
    /// The salts.
    Salts(SaltError),
    /// The store's key.
    Key(KeyError),
    /// A name that leads to no input.
    Expand(ExpandError),
    /// An input could not be opened or read.
    Read(PathBuf, std::io::Error),
    /// An input in no known format.
    UnknownFormat(PathBuf),
    /// With `--strict`, a line that is no request: `path:line: reason`.
    Strict(String),
    /// Another process read the same standard input at the same time.
    Raced,
}

macro_rules! from {
    ($($error:ty => $variant:ident),*) => {
        $(impl From<$error> for IngestError {
            fn from(error: $error) -> IngestError { IngestError::$variant(error) }
        })*
    };
}
from!(StoreError => Store, SaltError => Salts, KeyError => Key, ExpandError => Expand);

impl std::fmt::Display for IngestError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            IngestError::Store(error) => error.fmt(f),
            IngestError::Salts(error) => error.fmt(f),
            IngestError::Key(error) => error.fmt(f),
            IngestError::Expand(error) => error.fmt(f),
            IngestError::Read(path, error) => write!(f, "{}: {error}", path.display()),
            IngestError::UnknownFormat(path) => write!(f, "{}: in no known log format", path.display()),
            IngestError::Strict(line) => f.write_str(line),
            IngestError::Raced => f.write_str("another process is reading the same lines"),
        }
    }
}

impl std::error::Error for IngestError {}
