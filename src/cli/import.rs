//! `import`: reads logs once and says what came of it.

use super::args;
use super::config::Config;
use super::console::{clean, thousands};
use super::ingest;
use super::signals::Signals;
use crate::error::{Exit, Failure, Outcome, say, to_stdout, unknown_format};
use crate::input::{Identity, expand};
use crate::model::{Class, Ledger};
use crate::pipeline::{ImportOptions, Ingest, IngestError, Progress, Summary, Unread, import};
use crate::store::{Reader, StoreError};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{ErrorKind, IsTerminal};
use std::time::{Duration, Instant};

/// Runs the command.
pub fn run(args: &args::Import, config: &Config) -> Outcome {
    expand(&args.files).map_err(IngestError::from)?;
    let options = ImportOptions {
        dry_run: args.dry_run,
        strict: args.strict,
        show_rejected: args.show_rejected,
        skip_overlap: args.skip_overlap,
        max_bytes: args.max_bytes,
        ..ImportOptions::default()
    };
    let signals = Signals::listen();
    let mut ingest =
        if args.dry_run { dry(args, config, options)? } else { ingest::open(config, &args.reading, options)? };
    let started = Instant::now();
    let mut bar = Bar::new(config.quiet, signals.clone());
    let result = import(&args.files, &mut ingest, &mut bar);
    bar.clear();
    let mut summary = result?;
    if !args.dry_run && summary.new_lines > 0 {
        settle(&mut ingest, args, config)?;
    }
    let seconds = started.elapsed().as_secs_f64();
    if !config.quiet {
        tell(&summary, &ingest, args.dry_run, seconds);
    }
    if !config.quiet && summary.new_lines == 0 {
        tell_of_sites(&summary, config)?;
    }
    // Giving back the memory of a large import takes a while, and the process ends.
    std::mem::forget(ingest);
    if args.json {
        to_stdout(as_json(&summary, seconds).as_bytes())?;
    }
    if let Some(number) = signals.caught() {
        return Err(Failure::new(Exit::Signal(number), ""));
    }
    let is_refusal = |unread: &Unread| unread.was_named || unread.error.kind() == ErrorKind::PermissionDenied;
    if let Some(at) = summary.failed.iter().position(is_refusal) {
        let unread = summary.failed.swap_remove(at);
        return Err(IngestError::Read(unread.path, unread.error).into());
    }
    match summary.refused.iter().find(|refusal| refusal.was_named) {
        Some(refusal) => Err(unknown_format(&clean(&refusal.path.display().to_string()))),
        None => Ok(()),
    }
}

/// Lines that were counted for another site stay there.
fn tell_of_sites(summary: &Summary, config: &Config) -> Outcome {
    let Some(asked) = &config.site else { return Ok(()) };
    let Ok(reader) = Reader::open(&config.db, super::console::notice) else { return Ok(()) };
    let others =
        reader.sites()?.into_iter().filter(|site| summary.known_sites.contains(&site.id) && site.name != *asked);
    for site in others {
        let name = &site.name;
        say!("note: they count for site {name}; `fathom-tui sites rename {name} {asked}` gives it another name");
    }
    Ok(())
}

/// Only counts; what a store there may be knows already is passed over.
fn dry(args: &args::Import, config: &Config, options: ImportOptions) -> Result<Ingest, Failure> {
    let (zone, identity, known) = match Reader::open(&config.db, super::console::notice) {
        Ok(reader) => {
            let info = reader.info().clone();
            let identity = Identity::open(&info.state).map_err(IngestError::from)?;
            let keys = ingest::keys(&info);
            (info.zone, identity, reader.inputs_by(&*keys)?)
        }
        Err(StoreError::Missing(_)) => (config.new_zone(), Identity::in_memory(), Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let settings = config.settings(&args.reading, zone)?;
    Ok(Ingest::into_nothing(settings, options, identity, known))
}

/// Days that lie more than this back are closed at the end.
const RECENT: i64 = 7;

/// Closes days that are long past, and writes the log back into the file.
fn settle(ingest: &mut Ingest, args: &args::Import, config: &Config) -> Outcome {
    ingest.release();
    ingest.with_writer(|writer| writer.checkpoint()).unwrap_or(Ok(()))?;
    if !args.keep_open {
        ingest::tell(&ingest::close(config, if args.close { 0 } else { RECENT })?, config);
    }
    Ok(())
}

fn tell(summary: &Summary, ingest: &Ingest, is_dry: bool, seconds: f64) {
    for (name, rejected) in &summary.rejected {
        for kind in rejected {
            let name = clean(name);
            for line in &kind.first {
                say!("{name}:{line}: {}", kind.reason.as_str());
            }
            let more = kind.lines - kind.first.len() as u64;
            if more > 0 {
                let lines = if more == 1 { "line" } else { "lines" };
                say!("{name}: {} more {lines}: {}", thousands(more), kind.reason.as_str());
            }
        }
    }
    for (name, trouble) in &summary.troubles {
        say!("{}: {trouble}", clean(name));
    }
    for unread in summary.failed.iter().filter(|unread| !unread.was_named) {
        say!("{}: {}, left out", clean(&unread.path.display().to_string()), unread.error);
    }
    for refusal in summary.refused.iter().filter(|refusal| !refusal.was_named) {
        say!("{}: in no known log format, left out", clean(&refusal.path.display().to_string()));
    }
    if let Some(path) = &ingest.overlapped {
        let what = if ingest.overlapping > 0 {
            format!("{} lines were left out", thousands(ingest.overlapping))
        } else {
            "if these are the same requests they count twice (--skip-overlap leaves them out)".into()
        };
        say!("note: {} covers some of the same time: {what}", clean(path));
    }
    for day in &ingest.marked() {
        say!("note: {day} may count a visitor twice: its salt was gone before these lines came");
    }
    if summary.files == 0 {
        if summary.failed.is_empty() && summary.refused.is_empty() {
            say!("nothing to import: there is no file");
        }
        return;
    }
    let files = format!("{} file{}", thousands(summary.files), if summary.files == 1 { "" } else { "s" });
    if summary.new_lines == 0 && summary.lines > 0 {
        say!("nothing new: {files}, all lines counted before");
        return;
    }
    let verb = if is_dry { "would import" } else { "imported" };
    let speed = summary.new_lines as f64 / seconds.max(1e-6);
    say!(
        "{verb} {files}, {} new lines of {} in {seconds:.1} s ({} lines/s)",
        thousands(summary.new_lines),
        thousands(summary.lines),
        thousands(speed as u64)
    );
    say!("{}", ledger_line(&summary.ledger));
    if summary.was_stopped {
        say!("stopped; the next import goes on from here");
    }
}

fn ledger_line(ledger: &Ledger) -> String {
    let counted = Class::ALL.iter().filter(|class| ledger.get(**class) > 0);
    let parts: Vec<String> =
        counted.map(|&class| format!("{} {}", thousands(ledger.get(class)), class.as_str())).collect();
    parts.join(", ")
}

fn as_json(summary: &Summary, seconds: f64) -> String {
    let ledger: serde_json::Map<String, serde_json::Value> =
        Class::ALL.iter().map(|&class| (class.as_str().into(), summary.ledger.get(class).into())).collect();
    let speed = (summary.new_lines as f64 / seconds.max(1e-6)).round();
    let object = serde_json::json!({
        "files": summary.files,
        "lines": summary.lines,
        "new_lines": summary.new_lines,
        "ledger": ledger,
        "seconds": seconds,
        "lines_per_second": speed,
        "formats": summary.formats,
        "refused": summary.refused.iter().map(|r| clean(&r.path.display().to_string())).collect::<Vec<_>>(),
    });
    object.to_string() + "\n"
}

/// The progress bar: on a terminal only, and only past half a second.
struct Bar {
    signals: Signals,
    quiet: bool,
    since: Instant,
    bar: Option<ProgressBar>,
    total: u64,
}

impl Bar {
    fn new(quiet: bool, signals: Signals) -> Bar {
        Bar { signals, quiet, since: Instant::now(), bar: None, total: 0 }
    }

    fn clear(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }

    fn shown(&mut self) -> Option<&ProgressBar> {
        let is_due = self.since.elapsed() > Duration::from_millis(500);
        if self.bar.is_none() && is_due && !self.quiet && std::io::stderr().is_terminal() {
            let bar = ProgressBar::with_draw_target(Some(self.total), ProgressDrawTarget::stderr());
            let template = "{bytes} of {total_bytes} ({percent}%)  {msg}  {eta} left";
            bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
            self.bar = Some(bar);
        }
        self.bar.as_ref()
    }
}

impl Progress for Bar {
    fn begin(&mut self, bytes: u64) {
        self.total = bytes;
        self.since = Instant::now();
    }

    fn at(&mut self, bytes: u64, lines: u64) {
        let speed = lines as f64 / self.since.elapsed().as_secs_f64().max(1e-6);
        if let Some(bar) = self.shown() {
            bar.set_position(bytes);
            bar.set_message(format!("{} lines/s", thousands(speed as u64)));
        }
    }

    fn should_stop(&self) -> bool {
        self.signals.caught().is_some()
    }

    fn file_done(&mut self, name: &str, lines: u64) {
        if !self.quiet && !std::io::stderr().is_terminal() {
            say!("{}: {} lines", clean(name), thousands(lines));
        }
    }
}
