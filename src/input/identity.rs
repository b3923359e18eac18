//! What an input is: its content, not its name or inode. Proved by keyed
//! hashes, so that the store says nothing about the bytes.

use crate::model::{Cursor, InputState, Mark};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::io::{Error, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// A head grows to so many bytes.
pub const HEAD: usize = 4096;
/// So many bytes before a cursor are proof of it.
pub const TAIL: usize = 1024;
const KEY: usize = 32;

/// The store's key could not be used.
#[derive(Debug)]
pub enum KeyError {
    /// It is gone: without it nothing can be told from what was read already.
    Missing(PathBuf),
    /// It is no key of ours.
    Damaged(PathBuf),
    /// Others can read it.
    Exposed(PathBuf),
    /// Anything else.
    Io(PathBuf, Error),
}

impl std::fmt::Display for KeyError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            KeyError::Missing(path) => write!(f, "the store's key {} is missing", path.display()),
            KeyError::Damaged(path) => write!(f, "the store's key {} is not 32 bytes long", path.display()),
            KeyError::Exposed(path) => write!(f, "the store's key {} can be read by others", path.display()),
            KeyError::Io(path, error) => write!(f, "the store's key {}: {error}", path.display()),
        }
    }
}

impl std::error::Error for KeyError {}

impl KeyError {
    /// What to do about it.
    pub fn help(&self) -> String {
        match self {
            KeyError::Missing(path) | KeyError::Damaged(path) => format!(
                "bring it back from a backup; reports still work. Or begin a new store: \
                 without {} the logs would be counted twice",
                path.display()
            ),
            KeyError::Exposed(path) => format!("chmod 600 {}", path.display()),
            KeyError::Io(path, _) => format!("run as the user who owns {}", path.display()),
        }
    }
}

/// Makes the keyed hashes of one store.
#[derive(Clone)]
pub struct Identity {
    mac: Hmac<Sha256>,
}

fn key_file(state: &Path) -> PathBuf {
    state.join("store.key")
}

impl Identity {
    /// From the key of a store in its state folder.
    ///
    /// # Errors
    /// If it is missing, not 32 bytes, or readable by others.
    pub fn open(state: &Path) -> Result<Identity, KeyError> {
        let path = key_file(state);
        let io = |error: Error| match error.kind() {
            ErrorKind::NotFound => KeyError::Missing(path.clone()),
            _ => KeyError::Io(path.clone(), error),
        };
        let mode = std::fs::metadata(&path).map_err(io)?.mode();
        if mode & 0o077 != 0 {
            return Err(KeyError::Exposed(path));
        }
        let key = std::fs::read(&path).map_err(io)?;
        if key.len() != KEY {
            return Err(KeyError::Damaged(path));
        }
        Ok(Identity::from_key(&key))
    }

    /// From a key that is nowhere but here.
    pub fn in_memory() -> Identity {
        Identity::from_key(&random_key())
    }

    fn from_key(key: &[u8]) -> Identity {
        Identity { mac: Hmac::new_from_slice(key).expect("HMAC takes a key of any length") }
    }

    /// Makes a new store's key, in a folder of its own (0700), unless there is one.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn create(state: &Path) -> Result<(), KeyError> {
        let path = key_file(state);
        let io = |error| KeyError::Io(path.clone(), error);
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(state).map_err(io)?;
        let mut file = std::fs::File::options().write(true).create_new(true).mode(0o600).open(&path).map_err(io)?;
        file.write_all(&random_key()).and_then(|()| file.sync_all()).map_err(io)
    }

    /// A key for something else, derived from the store's.
    pub fn derive(&self, label: &str) -> [u8; 32] {
        let mut mac = self.mac.clone();
        mac.update(b"derive");
        mac.update(label.as_bytes());
        mac.finalize().into_bytes().into()
    }

    /// The mark of some bytes.
    pub fn mark(&self, bytes: &[u8]) -> Mark {
        let mut mac = self.mac.clone();
        mac.update(bytes);
        let all: [u8; 32] = mac.finalize().into_bytes().into();
        let mut hash = [0; 16];
        hash.copy_from_slice(&all[..16]);
        Mark { len: bytes.len() as u32, hash }
    }

    /// Whether bytes that begin with `bytes` have that head.
    pub fn has_head(&self, bytes: &[u8], head: &Mark) -> bool {
        let len = head.len as usize;
        len > 0 && bytes.len() >= len && self.mark(&bytes[..len]) == *head
    }

    /// Whether `before`, the bytes before the cursor's position, are its tail.
    pub fn has_tail(&self, before: &[u8], cursor: &Cursor) -> bool {
        let len = cursor.tail.len as usize;
        before.len() >= len && self.mark(&before[before.len() - len..]) == cursor.tail
    }

    /// The inputs whose head these bytes begin with, least advanced first.
    pub fn candidates<'i>(&self, head: &[u8], inputs: &'i [InputState]) -> Vec<&'i InputState> {
        let mut fit: Vec<&InputState> = inputs.iter().filter(|i| self.has_head(head, &i.cursor.head)).collect();
        fit.sort_by_key(|input| input.cursor.position);
        fit
    }
}

fn random_key() -> Vec<u8> {
    let mut key = vec![0; KEY];
    getrandom::fill(&mut key).expect("the operating system has random bytes");
    key
}
