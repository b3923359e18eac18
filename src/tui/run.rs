//! The loop: waits for an event, updates, does what has to be done, draws.

use super::action::Keymap;
use super::model::Model;
use super::model::view::View;
use super::query::{Clock, Hooks, Look, Place};
use super::terminal::{Screen, Suspended};
use super::theme::Theme;
use super::update::{Effect, Event, update};
use super::worker::Worker;
use super::{ask, crash, input, view};
use crate::model::{Keys, Privacy, Zone};
use crate::store::Tell;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant, SystemTime};

/// Frames are at least so far apart.
const FRAME: Duration = Duration::from_millis(16);
/// The store's file is looked at so often.
const LOOK: Duration = Duration::from_secs(1);
/// Who is there now changes as time passes, even if nothing comes.
const LIVE: u64 = 15_000;

/// How the dashboard is to be.
pub struct Options {
    /// What it shows at first.
    pub view: View,
    /// The store's zone.
    pub zone: Zone,
    /// The keys.
    pub keymap: Keymap,
    /// The colours.
    pub theme: Theme,
    /// Whether the terminal can show no more than ASCII.
    pub ascii: bool,
    /// Whether the mouse is used.
    pub mouse: bool,
    /// Whether what is new is shown as it comes.
    pub live: bool,
    /// Folder of crash reports.
    pub crashes: PathBuf,
    /// Whether a test wants the drawing to have a bug.
    pub panics: bool,
    /// What tests want of the worker.
    pub hooks: Hooks,
}

/// What the dashboard needs from outside.
pub struct Outside {
    /// The store's file.
    pub db: PathBuf,
    /// What opens open days.
    pub keys: Arc<dyn Keys>,
    /// The rules by which they answer.
    pub privacy: Privacy,
    /// Whom it tells.
    pub tell: Tell,
    /// The clock.
    pub clock: Clock,
    /// Looks who is there now; nothing if events tell.
    pub look: Option<Look>,
    /// Is told what was asked.
    pub log: Box<dyn Fn(&str) + Send>,
    /// The events, to hand to whoever has some.
    pub events: Sender<Event>,
    /// The same, to take.
    pub inbox: Receiver<Event>,
}

/// Shows the dashboard until it ends; returns the exit code.
///
/// # Errors
/// If the terminal is none, or goes.
pub fn run(options: Options, outside: Outside) -> io::Result<u8> {
    let Outside { db, keys, privacy, tell, clock, look, log, events, inbox } = outside;
    let bugs = events.clone();
    let _hook = crash::catch(options.crashes.clone(), move |place| drop(bugs.send(Event::Bug(place))));
    let watched = options.live.then(|| db.clone());
    let answers = events.clone();
    let place = Place { db, keys, privacy, tell, clock: clock.clone(), look, hooks: options.hooks.clone(), log };
    let worker = Worker::new(place, move |answered| drop(answers.send(Event::Answer(Box::new(answered)))));
    let mut model = Model::new(options.view, options.zone, clock(), options.keymap);
    (model.is_live, model.is_ascii) = (options.live, options.ascii);
    let panics = options.panics;
    let mut looped = Loop {
        model,
        worker,
        clock,
        theme: options.theme,
        began: Instant::now(),
        drawn: None,
        is_dirty: true,
        watched,
        stamp: None,
        looked: None,
        news: false,
        asked: 0,
        answered: 0,
    };
    // Goes first, however this ends: nobody looks at a screen that waits for a query.
    let mut screen = Screen::enter(options.mouse)?;
    input::listen(&events);
    looped.model.size = screen.size()?;
    let first = super::update::ask(&mut looped.model);
    looped.draw(&mut screen)?;
    looped.effects(first, &mut screen)?;
    if panics {
        panic!("as a test asked for");
    }
    looped.run(&inbox, &mut screen)
}

struct Loop {
    model: Model,
    worker: Worker,
    clock: Clock,
    theme: Theme,
    began: Instant,
    drawn: Option<Instant>,
    is_dirty: bool,
    /// The store's file, while what is new is shown.
    watched: Option<PathBuf>,
    /// How it was when it was looked at last.
    stamp: Option<Stamp>,
    looked: Option<Instant>,
    /// Something new is in the store.
    news: bool,
    /// When the last question was asked and its last answer came, in milliseconds since
    /// the start.
    asked: u64,
    answered: u64,
}

impl Loop {
    fn run(&mut self, inbox: &Receiver<Event>, screen: &mut Screen) -> io::Result<u8> {
        loop {
            let event = match self.wait() {
                Some(wait) => match inbox.recv_timeout(wait) {
                    Ok(event) => event,
                    Err(RecvTimeoutError::Timeout) => Event::Tick,
                    Err(RecvTimeoutError::Disconnected) => return Ok(0),
                },
                None => match inbox.recv() {
                    Ok(event) => event,
                    Err(_) => return Ok(0),
                },
            };
            // Everything that waits is taken before anything is drawn.
            for event in std::iter::once(event).chain(std::iter::from_fn(|| inbox.try_recv().ok())) {
                if let Some(code) = self.take(event, screen)? {
                    return Ok(code);
                }
            }
            let effects = self.look();
            self.effects(effects, screen)?;
            let is_due = self.drawn.is_none_or(|drawn| drawn.elapsed() >= FRAME);
            if self.is_dirty && is_due {
                self.draw(screen)?;
            }
        }
    }

    fn millis(&self) -> u64 {
        self.began.elapsed().as_millis() as u64
    }

    /// Until when nothing has to be done by itself; nothing if for ever.
    fn wait(&self) -> Option<Duration> {
        let model = &self.model;
        let mut waits = Vec::new();
        if self.is_dirty {
            waits.push(self.drawn.map_or(Duration::ZERO, |drawn| FRAME.saturating_sub(drawn.elapsed())));
        }
        if let Some(toast) = &model.toast {
            waits.push(Duration::from_millis(toast.until.saturating_sub(self.millis())));
        }
        if model.data.asked.is_some() {
            waits.push(Duration::from_millis(100));
        }
        if self.watched.is_some() {
            waits.push(self.looked.map_or(Duration::ZERO, |looked| LOOK.saturating_sub(looked.elapsed())));
        }
        waits.into_iter().min()
    }

    fn take(&mut self, event: Event, screen: &mut Screen) -> io::Result<Option<u8>> {
        (self.model.clock, self.model.now) = (self.millis(), (self.clock)());
        match &event {
            Event::Tick => {
                let spins = self.model.data.asked.is_some_and(|asked| self.model.clock >= asked + 150);
                let ends = self.model.toast.as_ref().is_some_and(|toast| toast.until <= self.model.clock);
                self.is_dirty |= spins || ends;
            }
            Event::Answer(_) => (self.is_dirty, self.answered) = (true, self.model.clock),
            Event::Committed(_) => (self.is_dirty, self.news) = (true, true),
            _ => self.is_dirty = true,
        }
        if matches!(event, Event::Resumed) {
            super::terminal::enter_again()?;
        }
        let effects = update(&mut self.model, event);
        self.effects(effects, screen)
    }

    fn effects(&mut self, effects: Vec<Effect>, screen: &mut Screen) -> io::Result<Option<u8>> {
        for effect in effects {
            if let Some(question) = ask::question(&self.model, &effect) {
                self.worker.ask(self.model.data.generation, question);
            }
            match effect {
                Effect::Ask => {
                    // What comes after this is news.
                    self.stamp = self.watched.as_deref().map(stamp);
                    let now = self.millis();
                    (self.news, self.asked, self.answered) = (false, now, now);
                }
                Effect::AskValues(_) | Effect::AskRows(..) => {}
                Effect::Redraw => {
                    screen.forget()?;
                    self.model.size = screen.size()?;
                    super::update::fit(&mut self.model);
                    self.is_dirty = true;
                }
                Effect::Suspend => {
                    self.worker.hold();
                    let suspended = screen.suspend()?;
                    self.worker.go_on();
                    match suspended {
                        Suspended::Continued => {}
                        Suspended::Ended(signal) => return Ok(Some(128 + signal)),
                        Suspended::Refused => self.model.complain("the store is in use; try again"),
                    }
                    self.model.size = screen.size()?;
                    super::update::fit(&mut self.model);
                    self.is_dirty = true;
                }
                Effect::End(code) => return Ok(Some(code)),
            }
        }
        Ok(None)
    }

    /// Looks whether the store has something new, and asks for it, but not so often that
    /// asking takes all the time.
    fn look(&mut self) -> Vec<Effect> {
        let Some(path) = &self.watched else { return Vec::new() };
        if self.looked.is_some_and(|looked| looked.elapsed() < LOOK) {
            return Vec::new();
        }
        self.looked = Some(Instant::now());
        let stamp = Some(stamp(path));
        self.news |= std::mem::replace(&mut self.stamp, stamp) != stamp;
        let model = &self.model;
        let is_there = model.live().is_some_and(|live| live.visitors > 0 || live.minutes.iter().any(|n| *n > 0));
        let since = self.millis().saturating_sub(self.asked);
        // Asking takes half of the time at the most.
        let rest = self.millis().saturating_sub(self.answered);
        let has_rested = rest >= self.answered.saturating_sub(self.asked);
        let is_due = (self.news && since >= 900 && has_rested) || (is_there && since >= LIVE) || self.has_turned();
        if is_due && !model.is_paused && model.data.asked.is_none() {
            return super::update::renew(&mut self.model);
        }
        Vec::new()
    }

    /// Whether another hour has begun since the last question, which moves ranges.
    fn has_turned(&self) -> bool {
        let model = &self.model;
        let hour = |time| model.zone.hour(time);
        hour(model.data.asked_at) != hour((self.clock)())
    }

    fn draw(&mut self, screen: &mut Screen) -> io::Result<()> {
        (self.model.clock, self.model.now) = (self.millis(), (self.clock)());
        let (model, theme) = (&self.model, &self.theme);
        screen.draw(|buffer| view::draw(model, theme, buffer))?;
        (self.is_dirty, self.drawn) = (false, Some(Instant::now()));
        Ok(())
    }
}

/// Size and time of the store's file and of its log.
type Stamp = [(u64, Option<SystemTime>); 2];

fn stamp(path: &Path) -> Stamp {
    let mut log = path.as_os_str().to_owned();
    log.push(".wal");
    let of = |path: &Path| std::fs::metadata(path).map_or((0, None), |meta| (meta.len(), meta.modified().ok()));
    [of(path), of(Path::new(&log))]
}
