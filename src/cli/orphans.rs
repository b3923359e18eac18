//! Keys and salts of stores that are no more: found in the folders of states, and
//! destroyed on wish.

use super::config::Config;
use super::console::{clean, confirm};
use crate::error::{Exit, Failure, Outcome, say};
use crate::store::{Reader, below};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// The state of a store that is not this one.
pub struct Orphan {
    /// Its folder, named by the store's id.
    pub folder: PathBuf,
    /// Where the store was, as far as it says so.
    pub store: Option<PathBuf>,
    /// Files with secrets in it.
    pub files: Vec<PathBuf>,
}

/// The name of the file that says which store a state belongs to.
pub const OWNER: &str = "store";

/// Folders of states and salts beside those of this store, whose store is gone.
pub fn find(config: &Config) -> Vec<Orphan> {
    let info = Reader::open(&config.db, |_| {}).ok().map(|reader| reader.info().clone());
    let own = info.as_ref().map(|info| info.id.clone());
    let mut roots = vec![config.state_root.clone()];
    roots.extend(config.salts_root.clone());
    roots.extend(info.iter().filter_map(|info| info.state.parent().map(Path::to_owned)));
    roots.extend(info.iter().filter_map(|info| info.salts.parent()?.parent().map(Path::to_owned)));
    roots.sort();
    roots.dedup();
    let entries = roots.iter().flat_map(|root| std::fs::read_dir(root).into_iter().flatten().flatten());
    let mut orphans: Vec<Orphan> = entries
        .map(|entry| entry.path())
        .filter(|folder| folder.is_dir())
        .filter(|folder| {
            let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let is_id = name.len() == 32 && name.bytes().all(|b| b.is_ascii_hexdigit());
            is_id && own.as_deref() != Some(name)
        })
        .filter_map(orphan)
        .collect();
    orphans.sort_by(|a, b| a.folder.cmp(&b.folder));
    orphans
}

/// The state in a folder, if its store is gone.
fn orphan(folder: PathBuf) -> Option<Orphan> {
    let store = std::fs::read_to_string(folder.join(OWNER)).ok().map(|path| PathBuf::from(path.trim_end()));
    let id = folder.file_name()?.to_str()?.to_owned();
    let is_there = |path: &PathBuf| match Reader::open(path, |_| {}) {
        Ok(reader) => reader.info().id == id,
        // What cannot be told is there.
        Err(crate::store::StoreError::Missing(_)) => false,
        Err(_) => true,
    };
    if store.as_ref().is_some_and(is_there) {
        return None;
    }
    let is_secret = |path: &PathBuf| {
        path.extension().is_some_and(|ending| ["salt", "key", "carry"].iter().any(|known| ending == *known))
    };
    let files: Vec<PathBuf> = below(&folder).into_iter().filter(is_secret).collect();
    (!files.is_empty()).then_some(Orphan { folder, store, files })
}

/// Names them, for `privacy`.
pub fn tell(config: &Config, out: &mut String) {
    let orphans = find(config);
    if orphans.is_empty() {
        return;
    }
    let _ = writeln!(out, "\nKeys of stores that are no more (fathom-tui privacy --destroy-orphans)");
    for orphan in &orphans {
        let _ = writeln!(out, "  {}", words(orphan));
    }
}

/// A line about one.
pub fn words(orphan: &Orphan) -> String {
    let store = match &orphan.store {
        Some(store) => format!("of the store that was at {}", clean(&store.display().to_string())),
        None => "of a store that nobody knows".into(),
    };
    let files = orphan.files.len();
    format!(
        "{}: {files} file{} {store}",
        clean(&orphan.folder.display().to_string()),
        if files == 1 { "" } else { "s" }
    )
}

/// Destroys them, once it was confirmed.
pub fn destroy(yes: bool, config: &Config) -> Outcome {
    let orphans = find(config);
    if orphans.is_empty() {
        if !config.quiet {
            say!("nothing to destroy: every key belongs to a store that is there");
        }
        return Ok(());
    }
    for orphan in &orphans {
        say!("{}", words(orphan));
    }
    if !yes && !confirm("these keys open nothing that is still there", "destroy them")? {
        return Ok(());
    }
    for file in orphans.iter().flat_map(|orphan| &orphan.files) {
        let failed = |error| Failure::new(Exit::Failed, format!("could not destroy {}", file.display())).cause(error);
        overwrite(file).and_then(|()| std::fs::remove_file(file)).map_err(failed)?;
    }
    for orphan in &orphans {
        let _ = std::fs::remove_dir_all(&orphan.folder);
    }
    Ok(())
}

fn overwrite(path: &Path) -> std::io::Result<()> {
    let mut file = std::fs::File::options().write(true).open(path)?;
    let length = file.metadata()?.len();
    file.write_all(&vec![0; length as usize])?;
    file.sync_all()
}
