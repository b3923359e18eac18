//! `demo` and `generate-log`: simulated traffic.

use super::args;
use super::config::Config;
use super::console;
use super::dashboard::{self, Source};
use crate::anonymise::{DayKeys, Salts};
use crate::error::{Exit, Failure, Outcome, say, to_stdout};
use crate::input::Identity;
use crate::parse::{Format, Parser};
use crate::pipeline::{ImportOptions, Ingest, feed};
use crate::query::{Compare, Period, Span};
use crate::report::{Asked, Style, build, text};
use crate::simulate::{Settings, Simulation};
use crate::store::{NewStore, Reader, Writer, random_id};
use crate::tui::{Clock, Event};
use std::io::{BufWriter, ErrorKind, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::time::Duration;

/// Days of traffic in the demo.
const DAYS: u32 = 56;
/// Lines of a day that come while one looks.
const A_DAY: u64 = 60_000;
/// Seconds of a day.
const DAY: i64 = 86_400;

/// Runs `demo`.
pub fn run(args: &args::Demo, config: &Config) -> Outcome {
    let failed = |error: std::io::Error| Failure::new(Exit::Failed, "could not make a temporary folder").cause(error);
    let folder = tempfile::Builder::new().prefix("fathom-tui-demo-").tempdir().map_err(failed)?;
    let path = folder.path().join("demo.duckdb");
    if !config.quiet {
        say!("filling a temporary store with {DAYS} days of simulated traffic");
    }
    let new = NewStore {
        id: random_id(),
        zone: config.new_zone(),
        state_root: folder.path().join("state"),
        salts_root: None,
    };
    new.create(&path)?;
    let writer = Writer::open(&path, console::notice)?;
    let mut settings = config.settings(&args::Reading::default(), new.zone)?;
    settings.site = Some("example.com".into());
    // Keys in memory only: nothing of the demo outlives it.
    let (secrets, identity) = ((Salts::in_memory(), DayKeys::in_memory()), Identity::in_memory());
    let mut ingest = Ingest::into_store(writer, settings, ImportOptions::default(), secrets, identity)?;
    let (keys, privacy) = (Arc::new(ingest.keys().expect("it has a store")), config.privacy()?);
    let mut simulation = Simulation::new(Settings::new(args.lines, DAYS, config.now()));
    let format = Format::from_name_or_string("combined").map_err(|e| Failure::new(Exit::Failed, e.to_string()))?;
    feed(&mut ingest, &Parser::fixed(format), |line| simulation.next_line(line).is_some())?;
    if !args.report && dashboard::can_draw(config) {
        let source = Source { db: path, zone: new.zone, look: None, site: None, keys, privacy };
        let now = config.clock();
        return dashboard::show_beside(&args.dashboard, config, source, move |stop, events| {
            // The folder goes when the last who needs it has ended.
            let _folder = folder;
            arrive(&mut ingest, now, stop, events)
        });
    }
    let asked = Asked {
        span: Span { period: Some(Period::D28), ..Span::default() },
        compare: Some(Compare::Previous),
        limit: 10,
        ..Asked::default()
    };
    let report = build(&Reader::open(&path, console::notice)?.with(keys, privacy), &asked, config.now())?;
    let style = Style { colour: console::colour(config), width: console::width(), ledger: true };
    to_stdout(text(&report, style).as_bytes())
}

/// Feeds traffic as it would come, until told to stop.
fn arrive(ingest: &mut Ingest, clock: Clock, stop: &AtomicBool, events: &Sender<Event>) -> Outcome {
    let settings = Settings { seed: 2, ..Settings::new(A_DAY, 1, clock() + DAY) };
    let mut simulation = Simulation::new(settings);
    let format = Format::from_name_or_string("combined").map_err(|e| Failure::new(Exit::Failed, e.to_string()))?;
    let parser = Parser::fixed(format);
    let mut ahead: Option<(i64, Vec<u8>)> = None;
    while !stop.load(Ordering::Relaxed) {
        let now = clock();
        ingest.tick();
        let mut fed = 0;
        feed(ingest, &parser, |out| {
            if ahead.is_none() {
                let mut line = Vec::new();
                ahead = simulation.next_line(&mut line).map(|time| (time, line));
            }
            let Some((_, line)) = ahead.take_if(|(time, _)| *time <= now) else { return false };
            out.extend(line);
            fed += 1;
            true
        })?;
        if fed > 0 {
            // Whoever listens may have gone; then it stops soon.
            let _ = events.send(Event::Committed(ingest.live()));
        }
        std::thread::sleep(Duration::from_millis(500));
    }
    Ok(())
}

/// Runs `generate-log`.
pub fn generate_log(args: &args::GenerateLog, config: &Config) -> Outcome {
    let format = match args.format.as_str() {
        "combined" => crate::simulate::Format::Combined,
        "caddy" => crate::simulate::Format::Caddy,
        other => {
            let error = Failure::usage(format!("--format: there is no '{}'", console::clean(other)));
            return Err(error.help("there are: combined caddy"));
        }
    };
    let mut settings = Settings::new(args.lines, args.days, config.now());
    settings.seed = args.seed;
    settings.format = format;
    settings.unique_agents = args.unique_agents;
    settings.pages = args.pages;
    let mut simulation = Simulation::new(settings);
    let mut out = BufWriter::with_capacity(1 << 18, std::io::stdout().lock());
    let mut line = Vec::new();
    while simulation.next_line(&mut line).is_some() {
        match out.write_all(&line) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => return Ok(()),
            Err(error) => return Err(Failure::new(Exit::Failed, "could not write").cause(error)),
            Ok(()) => line.clear(),
        }
    }
    match out.flush() {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::new(Exit::Failed, "could not write").cause(error))
        }
        _ => Ok(()),
    }
}
