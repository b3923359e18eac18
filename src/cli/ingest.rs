//! Opening a store to write to, or making one.

use super::args::Reading;
use super::config::Config;
use super::console::notice;
use crate::anonymise::{DayKeys, FileKeys, Salts};
use crate::enrich::agent::prepare;
use crate::error::{Exit, Failure, say};
use crate::input::Identity;
use crate::model::{Day, Keys};
use crate::pipeline::{ImportOptions, Ingest, IngestError, Sweep, is_due, sweep};
use crate::store::{Closed, Info, NewStore, Reader, StoreError, Writer, random_id};
use std::os::unix::fs::DirBuilderExt;
use std::sync::Arc;

/// The keys of a store, as far as this user may read them.
pub fn keys(info: &Info) -> Arc<dyn Keys> {
    let own = Identity::open(&info.state).ok().map(|identity| identity.derive("cursors").to_vec().into());
    Arc::new(FileKeys { store: info.id.clone(), days: info.days(), salts: info.salts.clone(), own })
}

/// What a command closes at its start: what is due.
pub fn due(config: &Config) -> Result<Sweep, Failure> {
    Ok(Sweep { now: config.now(), privacy: config.privacy()?, before: None, all: false })
}

/// Opens the store for reading, after closing days that are due.
pub fn reader(config: &Config) -> Result<Reader, Failure> {
    let how = due(config)?;
    let mut reader = Reader::open(&config.db, notice)?;
    match is_due(&reader, &how) {
        Ok(false) => {}
        Ok(true) => {
            drop(reader);
            sweep_quietly(config)?;
            reader = Reader::open(&config.db, notice)?;
        }
        // Who may read a store, but not its keys, need not close its days.
        Err(IngestError::Salts(error)) => {
            if !config.quiet {
                say!("warning: could not look at the keys of open days: {error}");
            }
        }
        Err(error) => return Err(error.into()),
    }
    claim(config, &reader.info().state);
    check_zone(config, reader.info().zone)?;
    let keys = keys(reader.info());
    Ok(reader.with(keys, how.privacy))
}

fn check_zone(config: &Config, has: crate::model::Zone) -> Result<(), Failure> {
    match config.zone {
        Some(asked) if asked != has => {
            let error = StoreError::OtherZone { has: has.name().into(), asked: asked.name().into() };
            Err(error.into())
        }
        _ => Ok(()),
    }
}

/// Days that are due are closed, and their keys go; who may not write cannot do it and
/// need not.
pub fn sweep_quietly(config: &Config) -> Result<(), Failure> {
    match sweep(&config.db, &due(config)?, notice) {
        Ok(closed) => tell(&closed, config),
        Err(
            error @ IngestError::Store(
                StoreError::Missing(_) | StoreError::TooNew(_) | StoreError::NotAStore(_) | StoreError::FromBefore(_),
            ),
        ) => return Err(error.into()),
        Err(error) => {
            if !config.quiet {
                say!("warning: could not close days: {error}");
            }
        }
    }
    Ok(())
}

/// Says what is worth a word of days that were closed.
pub fn tell(closed: &Closed, config: &Config) {
    if config.quiet {
        return;
    }
    for day in &closed.unreadable {
        say!("note: a part of {day} could not be opened, for its key is lost: fathom-tui recount {day} reads it again");
    }
    for day in &closed.folded {
        say!("note: {day} had so many sorts of visits that cities, regions or versions were gathered");
    }
}

/// Closes past days: those older than a week, or all, until nothing is left.
pub fn close(config: &Config, days: i64) -> Result<Closed, Failure> {
    let zone = Reader::open(&config.db, notice)?.info().zone;
    let before: Day = crate::model::Zone::shift(zone.day(config.now()), -days);
    Ok(sweep(&config.db, &Sweep { before: Some(before), all: true, ..due(config)? }, notice)?)
}

/// Opens the store to write to; makes it if there is none.
pub fn open(config: &Config, reading: &Reading, options: ImportOptions) -> Result<Ingest, Failure> {
    // A store that one may not see is there all the same.
    if matches!(config.db.try_exists(), Ok(false)) {
        // All that is read will be new to it: the rules can be built meanwhile.
        prepare();
        create(config)?;
    } else {
        sweep_quietly(config)?;
    }
    let writer = Writer::open(&config.db, notice)?;
    let info = writer.info().clone();
    claim(config, &info.state);
    check_zone(config, info.zone)?;
    let identity = Identity::open(&info.state).map_err(crate::pipeline::IngestError::from)?;
    let settings = config.settings(reading, info.zone)?;
    let secrets = (Salts::in_folder(&info.salts, config.now()), DayKeys::in_folder(&info.days(), config.now()));
    let options = ImportOptions { threads: config.threads, block: config.block, ..options };
    Ok(Ingest::into_store(writer, settings, options, secrets, identity)?)
}

/// Notes beside the keys where their store lies, so that whoever finds them later can tell
/// whose they are; that of a store that was moved is noted anew, that of a copy is not.
fn claim(config: &Config, state: &std::path::Path) {
    let path = state.join(super::orphans::OWNER);
    let known = std::fs::read_to_string(&path).unwrap_or_default();
    if known.is_empty() || !std::path::Path::new(known.trim_end()).exists() {
        // Who may read a store but not its keys need not note anything.
        let _ = std::fs::write(path, format!("{}\n", config.db.display()));
    }
}

/// Makes the store with its key. If another process is quicker, its store is
/// the one, and our key goes.
fn create(config: &Config) -> Result<(), Failure> {
    let new = NewStore {
        id: random_id(),
        zone: config.new_zone(),
        state_root: config.state_root.clone(),
        salts_root: config.salts_root.clone(),
    };
    if let Some(folder) = config.db.parent() {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(|error| {
            Failure::new(Exit::Failed, format!("could not make the folder {}", folder.display()))
                .cause(error)
                .help("name another place with --db PATH")
        })?;
    }
    let state = new.info().state;
    Identity::create(&state).map_err(|error| {
        Failure::new(Exit::Failed, error.to_string()).help("name another place with --state-dir DIR")
    })?;
    claim(config, &state);
    let made = new.create(&config.db);
    // Only if it is certain that the store is somebody else's.
    if Reader::open(&config.db, notice).is_ok_and(|reader| reader.info().id != new.id) {
        let _ = std::fs::remove_dir_all(&state);
    }
    Ok(made?)
}
