//! What was named on the command line as a list of files: directories and
//! globs are opened, a file reached by several paths counts once.

use std::collections::HashSet;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// An input to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// A file, and whether it was named itself and not found in a directory.
    File(PathBuf, bool),
    /// Standard input.
    Stdin,
}

/// A name that leads to no file.
#[derive(Debug)]
pub enum ExpandError {
    /// No such file, or a glob that matches nothing.
    NotFound(String),
    /// A glob with a mistake.
    BadGlob(String, String),
    /// A directory that cannot be listed, or a file that cannot be looked at.
    Io(PathBuf, std::io::Error),
}

impl std::fmt::Display for ExpandError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ExpandError::NotFound(name) => write!(f, "{name}: no such file"),
            ExpandError::BadGlob(name, why) => write!(f, "{name}: {why}"),
            ExpandError::Io(path, error) => write!(f, "{}: {error}", path.display()),
        }
    }
}

impl std::error::Error for ExpandError {}

/// The files that these names stand for, each once, in the order named.
///
/// # Errors
/// If a name leads nowhere.
pub fn expand(names: &[String]) -> Result<Vec<Found>, ExpandError> {
    let mut found = Vec::new();
    let mut known = HashSet::new();
    for name in names {
        if name == "-" {
            found.push(Found::Stdin);
            continue;
        }
        for (path, named) in paths(name)? {
            let meta = std::fs::metadata(&path).map_err(|error| ExpandError::Io(path.clone(), error))?;
            if known.insert((meta.dev(), meta.ino())) {
                found.push(Found::File(path, named));
            }
        }
    }
    Ok(found)
}

fn paths(name: &str) -> Result<Vec<(PathBuf, bool)>, ExpandError> {
    let path = Path::new(name);
    match std::fs::metadata(path) {
        Ok(meta) if meta.is_dir() => return directory(path),
        Ok(_) => return Ok(vec![(path.into(), true)]),
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(ExpandError::Io(path.into(), error));
        }
        Err(_) => {}
    }
    if !name.contains(['*', '?', '[']) {
        return Err(ExpandError::NotFound(name.into()));
    }
    let matches = glob::glob(name).map_err(|error| ExpandError::BadGlob(name.into(), error.to_string()))?;
    let files: Vec<(PathBuf, bool)> =
        matches.flatten().filter(|path| path.is_file()).map(|path| (path, true)).collect();
    if files.is_empty() { Err(ExpandError::NotFound(name.into())) } else { Ok(files) }
}

fn directory(path: &Path) -> Result<Vec<(PathBuf, bool)>, ExpandError> {
    let io = |error| ExpandError::Io(path.into(), error);
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).map_err(io)? {
        let file = entry.map_err(io)?.path();
        let hidden = file.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        if !hidden && file.is_file() {
            files.push((file, false));
        }
    }
    files.sort();
    Ok(files)
}
