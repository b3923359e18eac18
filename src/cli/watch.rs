//! `watch`: follows logs as they grow.

use super::args;
use super::config::Config;
use super::console::clean;
use super::dashboard::{self, Source};
use super::signals::Signals;
use super::{discover, ingest};
use crate::error::{Exit, Failure, Outcome, say};
use crate::model::Zone;
use crate::pipeline::{ImportOptions, Ingest, WatchOptions, logs, watch};
use crate::tui::Event;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Runs the command.
pub fn run(args: &args::Watch, config: &Config) -> Outcome {
    let paths = paths(args, config)?;
    let options = WatchOptions {
        until_idle: args.until_idle.as_deref().map(duration).transpose()?,
        no_events: args.no_inotify,
        from_end: args.from_end,
        verbose: config.verbose,
        privacy: config.privacy()?,
    };
    readable(&paths)?;
    if !args.headless && dashboard::can_draw(config) {
        return shown(args, config, paths, options);
    }
    let signals = Signals::listen();
    let mut ingest = ingest::open(config, &args.reading, ImportOptions::default())?;
    if !config.quiet {
        for path in &paths {
            say!("{}", found(path));
        }
    }
    let quiet = config.quiet;
    let mut say = |message: &str| {
        if !quiet {
            say!("{}", clean(message));
        }
    };
    watch(&paths, &mut ingest, &options, &signals.stop, &mut say, &mut |_| {})?;
    match signals.caught() {
        Some(number) => Err(Failure::new(Exit::Signal(number), "")),
        None => Ok(()),
    }
}

/// Follows beside the dashboard.
fn shown(args: &args::Watch, config: &Config, paths: Vec<PathBuf>, options: WatchOptions) -> Outcome {
    let mut ingest = ingest::open(config, &args.reading, ImportOptions::default())?;
    // The dashboard asks for it before its first line has come.
    if let Some(site) = &config.site {
        ingest.know(site)?;
    }
    let zone = ingest.info().map_or(Zone::UTC, |info| info.zone);
    let keys = std::sync::Arc::new(ingest.keys().expect("it has a store"));
    dashboard::show_beside(&args.dashboard, config, Source::of(config, zone, keys)?, move |stop, events| {
        // Whoever listens may have gone; then it stops soon.
        let mut say = |text: &str| drop(events.send(Event::Say(text.to_owned())));
        paths.iter().for_each(|path| say(&found(path)));
        let mut counted = |ingest: &Ingest| drop(events.send(Event::Committed(ingest.live())));
        Ok(watch(&paths, &mut ingest, &options, stop, &mut say, &mut counted)?)
    })
}

fn found(path: &Path) -> String {
    let name = clean(&path.display().to_string());
    match logs(&[path.to_owned()]).iter().any(|log| log.exists()) {
        true => format!("following {name}"),
        false => format!("waiting for {name}, which is not there yet"),
    }
}

fn paths(args: &args::Watch, config: &Config) -> Result<Vec<PathBuf>, Failure> {
    let named: Vec<String> = match args.files.is_empty() {
        false => args.files.iter().map(|path| path.to_string_lossy().into_owned()).collect(),
        true => config.logs().map(str::to_owned).collect(),
    };
    if named.is_empty() {
        let found = discover::logs();
        if found.is_empty() {
            return Err(Failure::usage("no log named, and none found in the usual places")
                .help("fathom-tui watch /path/to/access.log"));
        }
        return Ok(found);
    }
    Ok(named.into_iter().map(PathBuf::from).collect())
}

/// A log that is there has to be readable; one that is not there may come.
fn readable(paths: &[PathBuf]) -> Outcome {
    for path in paths {
        match std::fs::File::open(path) {
            Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
                return Err(crate::pipeline::IngestError::Read(path.clone(), error).into());
            }
            _ => {}
        }
    }
    Ok(())
}

fn duration(text: &str) -> Result<Duration, Failure> {
    let wrong = || Failure::usage(format!("'{text}' is no duration")).help("write 500ms, 30s, 5m or 1h");
    let at = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
    let (number, unit) = text.split_at(at);
    let number: u64 = number.parse().map_err(|_| wrong())?;
    match unit {
        "ms" => Ok(Duration::from_millis(number)),
        "s" => Ok(Duration::from_secs(number)),
        "m" => Ok(Duration::from_secs(number.saturating_mul(60))),
        "h" => Ok(Duration::from_secs(number.saturating_mul(3600))),
        _ => Err(wrong()),
    }
}
