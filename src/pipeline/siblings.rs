//! The rotated files of a log: `access.log.1`, `access.log-20261122.gz`,
//! `access-2026-11-22T10-11-12.345.log.zst`. Names only say which files to look
//! at; what they are is told by their content.

use super::follow::Follow;
use std::collections::{HashMap, HashSet};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Device and inode.
type FileId = (u64, u64);

/// The rotated files that were looked at, and how they were then.
#[derive(Default)]
pub struct Siblings {
    known: HashMap<FileId, (i64, u64)>,
}

impl Siblings {
    /// The rotated files of these logs that are new or have changed since the
    /// last call, but for those that are held open.
    pub fn changed<'f>(&mut self, follows: impl Iterator<Item = &'f Follow> + Clone) -> Vec<PathBuf> {
        let held: HashSet<FileId> = follows.clone().flat_map(Follow::files).collect();
        let live: HashSet<FileId> = follows.clone().filter_map(|f| super::follow::file_at(&f.path)).collect();
        let mut changed = Vec::new();
        for (path, file, state) in follows.flat_map(|follow| rotated(&follow.path)) {
            // A followed path may look like a rotated file of another.
            let is_ours = held.contains(&file) || live.contains(&file);
            if !is_ours && self.known.insert(file, state) != Some(state) {
                changed.push(path);
            }
        }
        changed
    }

    /// Takes the rotated files that there are for known.
    pub fn skip<'f>(&mut self, follows: impl Iterator<Item = &'f Follow> + Clone) {
        self.changed(follows);
    }

    /// Every rotated file is to be looked at again.
    pub fn forget(&mut self) {
        self.known.clear();
    }
}

/// The logs that these names stand for. Of what a glob matches or a folder holds,
/// rotated files are none: they are found beside the log that they were.
pub fn logs(names: &[PathBuf]) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::new();
    for name in names {
        let pattern = match name.is_dir() {
            true => format!("{}/*", glob::Pattern::escape(&name.to_string_lossy()).trim_end_matches('/')),
            false => name.to_string_lossy().into_owned(),
        };
        if !pattern.contains(['*', '?', '[']) || name.is_file() {
            found.push(name.clone());
            continue;
        }
        let matches: Vec<PathBuf> =
            glob::glob(&pattern).into_iter().flatten().flatten().filter(|path| path.is_file()).collect();
        let is_log = |path: &&PathBuf| !matches.iter().any(|log| is_rotated_file(log, path));
        found.extend(matches.iter().filter(is_log).cloned());
    }
    let mut known = HashSet::new();
    found.retain(|path| known.insert(path.clone()));
    found
}

fn is_rotated_file(log: &Path, path: &Path) -> bool {
    let name = |path: &Path| path.file_name().unwrap_or_default().as_encoded_bytes().to_owned();
    log.parent() == path.parent() && is_rotated(&name(log), &name(path))
}

/// When the oldest rotated file of the log at `path` was written to last, epoch
/// seconds; nothing without one.
pub fn rotated_since(path: &Path) -> Option<i64> {
    let written = |path: &PathBuf| std::fs::metadata(path).map(|meta| meta.mtime()).ok();
    rotated(path).iter().filter_map(|(path, ..)| written(path)).min()
}

/// The rotated files of the log at `path` in order of their names: path, file,
/// and when the content or inode last changed (epoch seconds) with the size.
fn rotated(path: &Path) -> Vec<(PathBuf, FileId, (i64, u64))> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let Some(name) = path.file_name().map(|name| name.as_encoded_bytes().to_owned()) else { return Vec::new() };
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let rotated = entries.flatten().filter(|entry| is_rotated(&name, entry.file_name().as_encoded_bytes()));
    let mut found: Vec<_> = rotated
        .filter_map(|entry| {
            let meta = std::fs::metadata(entry.path()).ok().filter(|meta| meta.is_file() && meta.len() > 0)?;
            let changed = meta.mtime().max(meta.ctime());
            Some((entry.path(), (meta.dev(), meta.ino()), (changed, meta.len())))
        })
        .collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

/// Whether `name` is that of a rotated file of the log `log`: the whole name and
/// a suffix, or its stem, a dash, a date or number, and its ending.
fn is_rotated(log: &[u8], name: &[u8]) -> bool {
    if let Some(rest) = name.strip_prefix(log) {
        return matches!(rest, [b'.' | b'-' | b'_', next, ..] if *next != b'.') && !is_scratch(rest);
    }
    let dot = log.iter().rposition(|&b| b == b'.').unwrap_or(log.len());
    let (stem, ending) = log.split_at(dot);
    let Some(rest) = name.strip_prefix(stem).and_then(|rest| rest.strip_prefix(b"-")) else { return false };
    let whole = [&b".gz"[..], b".zst", b".bz2", b".xz"].iter().find_map(|packed| rest.strip_suffix(*packed));
    let Some(middle) = whole.unwrap_or(rest).strip_suffix(ending) else { return false };
    middle.first().is_some_and(u8::is_ascii_digit)
}

/// Whether a suffix is that of an editor's or a packer's scratch file.
fn is_scratch(suffix: &[u8]) -> bool {
    [&b".swp"[..], b".tmp", b".lock", b".bak~", b"~"].iter().any(|end| suffix.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rotated_files_are_known_by_their_names() {
        for (log, name, expected) in [
            ("access.log", "access.log.1", true),
            ("access.log", "access.log.2.gz", true),
            ("access.log", "access.log-20261122", true),
            ("access.log", "access.log-20261122.zst", true),
            ("access.log", "access-2026-11-22T10-11-12.345.log.gz", true),
            // timberjack puts its reason behind the time.
            ("access.log", "access-2026-11-22T10-11-12.345-size.log", true),
            ("access.log", "access-20261122.log", true),
            ("access.log", "access.log", false),
            ("access.log", "access.logs", false),
            ("access.log", "access.log.1~", false),
            ("access.log", "access-admin.log", false),
            ("access.log", "other.log.1", false),
        ] {
            assert_eq!(is_rotated(log.as_bytes(), name.as_bytes()), expected, "{log} {name}");
        }
    }
}
