//! The dashboard: over the store, or over what `watch` and `demo` fill beside it.

use super::args;
use super::config::{Config, Terminal};
use super::report::word;
use super::{console, ingest};
use crate::error::{Exit, Failure, Outcome, to_stdout};
use crate::model::{Keys, Privacy, Zone};
use crate::pipeline::live;
use crate::query::Filter;
use crate::query::{Compare, Period};
use crate::report::ReportError;
use crate::store::Reader;
use crate::tui::{self, Chosen, Event, Hooks, Look, Options, Outside, THEMES, Theme, View};
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Runs the dashboard over the store.
pub fn run(args: &args::Dashboard, config: &Config) -> Outcome {
    if args.theme.as_deref() == Some("list") {
        return to_stdout((THEMES.join("\n") + "\n").as_bytes());
    }
    if !can_draw(config) {
        return Err(Failure::usage("the dashboard needs a terminal; for numbers: fathom-tui report --format json"));
    }
    let (zone, keys) = {
        let reader = ingest::reader(config)?;
        let sites: Vec<String> = reader.sites()?.into_iter().map(|site| site.name).collect();
        if let Some(site) = config.site.as_ref().filter(|site| !sites.contains(site)) {
            return Err(ReportError::NoSite(site.clone(), sites).into());
        }
        (reader.info().zone, ingest::keys(reader.info()))
    };
    show(args, config, Source::of(config, zone, keys)?, events())
}

/// What the dashboard shows.
pub struct Source {
    /// The store's file.
    pub db: PathBuf,
    /// Its zone.
    pub zone: Zone,
    /// Looks who is there now; nothing if events tell.
    pub look: Option<Look>,
    /// Only this site.
    pub site: Option<String>,
    /// What opens open days.
    pub keys: Arc<dyn Keys>,
    /// The rules by which they answer.
    pub privacy: Privacy,
}

impl Source {
    /// The store of the configuration, which has that zone.
    ///
    /// # Errors
    /// If the configuration asks for rules that there are not.
    pub fn of(config: &Config, zone: Zone, keys: Arc<dyn Keys>) -> Result<Source, Failure> {
        let clock = config.clock();
        let look: Look = Box::new(move |reader: &Reader| live(reader, clock()).ok().flatten());
        let privacy = config.privacy()?;
        Ok(Source { db: config.db.clone(), zone, look: Some(look), site: config.site.clone(), keys, privacy })
    }
}

/// Shows the dashboard while `work` goes on beside it, on a thread; it is told to
/// stop when the dashboard ends.
pub fn show_beside(
    args: &args::Dashboard,
    config: &Config,
    source: Source,
    work: impl FnOnce(&AtomicBool, &Sender<Event>) -> Outcome + Send + 'static,
) -> Outcome {
    let (events, inbox) = events();
    let (stop, told) = (Arc::new(AtomicBool::new(false)), events.clone());
    let theirs = stop.clone();
    let thread = std::thread::Builder::new().name("ingest".into()).spawn(move || {
        let outcome = work(&theirs, &told);
        // The other end may have gone already.
        let _ = told.send(Event::Ended);
        outcome
    });
    let thread = thread.map_err(|error| Failure::new(Exit::Failed, "could not start a thread").cause(error))?;
    let shown = show(args, config, source, (events, inbox));
    stop.store(true, Ordering::Relaxed);
    let worked = thread.join().unwrap_or_else(|_| Err(Failure::new(Exit::Failed, "the ingesting side had a bug")));
    shown.and(worked)
}

/// Both ends of the events.
pub type Ends = (Sender<Event>, Receiver<Event>);

/// New ones.
fn events() -> Ends {
    channel()
}

/// Whether there is a terminal that can be drawn on.
pub fn can_draw(config: &Config) -> bool {
    std::io::stdout().is_terminal() && std::io::stdin().is_terminal() && !config.terminal().is_dumb
}

/// Whom messages go to while the screen is ours.
static LISTENER: Mutex<Option<Sender<Event>>> = Mutex::new(None);

fn listener() -> MutexGuard<'static, Option<Sender<Event>>> {
    LISTENER.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Tells the screen of something. Returns whether there is a screen.
pub fn tell(event: Event) -> bool {
    listener().as_ref().is_some_and(|events| events.send(event).is_ok())
}

/// Shows the dashboard until it ends.
fn show(args: &args::Dashboard, config: &Config, source: Source, (events, inbox): Ends) -> Outcome {
    *listener() = Some(events.clone());
    let terminal = config.terminal();
    let options = Options {
        view: view(args, source.site)?,
        zone: source.zone,
        keymap: config.keymap()?,
        theme: theme(args, config)?,
        ascii: args.ascii || config.ascii() || terminal.is_ascii,
        mouse: !args.no_mouse && config.mouse(),
        live: !args.no_live,
        crashes: config.state_root.clone(),
        panics: terminal.panic.as_deref() == Some("ui"),
        hooks: hooks(&terminal),
    };
    let log = log(config.verbose.then(|| config.state_root.join("dashboard.log")).as_deref());
    let (clock, look) = (config.clock(), source.look);
    let (keys, privacy) = (source.keys, source.privacy);
    let outside = Outside { db: source.db, keys, privacy, tell: console::notice, clock, look, log, events, inbox };
    let ended = tui::run(options, outside);
    *listener() = None;
    match ended {
        Ok(0) => Ok(()),
        Ok(code) => Err(Failure::new(Exit::Signal(code - 128), "")),
        Err(error) => Err(Failure::new(Exit::Failed, "could not use the terminal").cause(error)),
    }
}

fn hooks(terminal: &Terminal) -> Hooks {
    Hooks { slow: terminal.slow, panics: terminal.panic.as_deref() == Some("worker") }
}

/// What is asked of the store, and how long it took, for whoever wants to know; no
/// word of what is in it.
fn log(path: Option<&Path>) -> Box<dyn Fn(&str) + Send> {
    let opened = path.and_then(|path| {
        std::fs::create_dir_all(path.parent()?).ok()?;
        std::fs::File::options().create(true).append(true).open(path).ok()
    });
    Box::new(move |line| {
        if let Some(mut file) = opened.as_ref() {
            let _ = writeln!(file, "{line}");
        }
    })
}

fn theme(args: &args::Dashboard, config: &Config) -> Result<Theme, Failure> {
    let name = args.theme.as_deref().or(config.theme()).unwrap_or("dark");
    let theme = Theme::named(name).ok_or_else(|| {
        Failure::usage(format!("there is no theme '{}'", console::clean(name)))
            .help(format!("there are: {}", THEMES.join(" ")))
    })?;
    // Only the theme decides about colour: the terminal library's own way of leaving
    // it out also takes the reverse video of the selected row.
    tui::decide_colour();
    Ok(if console::colour(config) { theme } else { Theme::mono() })
}

fn view(args: &args::Dashboard, site: Option<String>) -> Result<View, Failure> {
    let usual = View::default();
    let filter = |text: &String| text.parse::<Filter>().map_err(|error| Failure::usage(format!("--filter: {error}")));
    let compare = match args.compare.as_deref() {
        Some("none") => None,
        text => word("--compare", text, Compare::ALL, |c| c.as_str())?.or(usual.compare),
    };
    let period = word("--period", args.period.as_deref(), Period::ALL, |p| p.as_str())?;
    Ok(View {
        site,
        chosen: period.map_or(usual.chosen, Chosen::Named),
        compare,
        filters: args.filter.iter().map(filter).collect::<Result<_, _>>()?,
        ..View::default()
    })
}
