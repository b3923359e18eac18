//! Opening a store to write to, or making one.

use super::args::Reading;
use super::config::Config;
use super::console::notice;
use crate::anonymise::Salts;
use crate::enrich::agent::prepare;
use crate::error::{Exit, Failure, say};
use crate::input::Identity;
use crate::pipeline::{ImportOptions, Ingest, IngestError, is_due, sweep};
use crate::store::{DEFAULT_CAP, NewStore, Reader, StoreError, Writer};
use std::os::unix::fs::DirBuilderExt;

/// A random id of a store: 32 hexadecimal digits.
pub fn new_id() -> String {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("the operating system has random bytes");
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Opens the store for reading, after sweeping salts that are due.
pub fn reader(config: &Config) -> Result<Reader, Failure> {
    let mut reader = Reader::open(&config.db, notice)?;
    match is_due(&reader, config.now()) {
        Ok(false) => {}
        Ok(true) => {
            drop(reader);
            sweep_quietly(config)?;
            reader = Reader::open(&config.db, notice)?;
        }
        // Who may read a store, but not its salts, need not sweep them.
        Err(IngestError::Salts(error)) => {
            if !config.quiet {
                say!("warning: could not look at the salts: {error}");
            }
        }
        Err(error) => return Err(error.into()),
    }
    check_zone(config, reader.info().zone)?;
    Ok(reader)
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

/// Salts that are due go; who may not write cannot do it and need not.
fn sweep_quietly(config: &Config) -> Result<(), Failure> {
    match sweep(&config.db, config.now(), notice) {
        Ok(_) => Ok(()),
        Err(crate::pipeline::IngestError::Store(StoreError::Missing(path))) => Err(StoreError::Missing(path).into()),
        Err(error @ crate::pipeline::IngestError::Store(StoreError::TooNew(_) | StoreError::NotAStore(_))) => {
            Err(error.into())
        }
        Err(error) => {
            if !config.quiet {
                say!("warning: could not sweep salts: {error}");
            }
            Ok(())
        }
    }
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
    let writer = Writer::open(&config.db, DEFAULT_CAP, notice)?;
    let info = writer.info().clone();
    check_zone(config, info.zone)?;
    let identity = Identity::open(&info.state).map_err(crate::pipeline::IngestError::from)?;
    let settings = config.settings(reading, info.zone)?;
    let salts = Salts::in_folder(&info.salts, config.now());
    let options = ImportOptions { threads: config.threads, block: config.block, ..options };
    Ok(Ingest::into_store(writer, settings, options, salts, identity)?)
}

/// Makes the store with its key. If another process is quicker, its store is
/// the one, and our key goes.
fn create(config: &Config) -> Result<(), Failure> {
    let new = NewStore {
        id: new_id(),
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
    let made = new.create(&config.db);
    // Only if it is certain that the store is somebody else's.
    if Reader::open(&config.db, notice).is_ok_and(|reader| reader.info().id != new.id) {
        let _ = std::fs::remove_dir_all(&state);
    }
    Ok(made?)
}
