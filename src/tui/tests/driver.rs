//! A store with traffic, and a dashboard on it that is typed into.

use crate::anonymise::{DayKeys, Salts};
use crate::enrich::class::{ASSETS, FEEDS, Rules, words};
use crate::enrich::country::GeoIp;
use crate::input::Identity;
use crate::model::{Keys, Privacy, Zone};
use crate::parse::{Format, Parser};
use crate::pipeline::{ImportOptions, Ingest, Settings, SiteSettings, feed};
use crate::simulate::{Settings as Traffic, Simulation};
use crate::store::{NewStore, Writer, random_id};
use crate::tui::action::Keymap;
use crate::tui::ask;
use crate::tui::model::Model;
use crate::tui::model::view::View;
use crate::tui::query::{Answered, Hooks, Place};
use crate::tui::theme::Theme;
use crate::tui::update::{self, Effect, Event};
use crate::tui::view::draw;
use crate::tui::worker::Worker;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// 2026-08-23T12:00:00Z.
pub const NOW: i64 = 1_787_486_400;

/// A store in a temporary folder.
pub struct Store {
    _folder: tempfile::TempDir,
    pub path: PathBuf,
    keys: Arc<dyn Keys>,
    /// By which rules its days answer; all of them are open.
    pub privacy: Privacy,
}

/// A store of these lines.
pub fn store(next: impl FnMut(&mut Vec<u8>) -> bool) -> Store {
    let (store, mut ingest) = opened(NOW);
    fill(&mut ingest, next);
    store
}

/// Reads these lines into a store.
pub fn fill(ingest: &mut Ingest, mut next: impl FnMut(&mut Vec<u8>) -> bool) {
    let parser = Parser::fixed(Format::from_name_or_string("combined").expect("a format"));
    feed(ingest, &parser, &mut next).expect("fed");
}

/// An empty store at a clock that stands still, and what fills it.
pub fn opened(now: i64) -> (Store, Ingest) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("test.duckdb");
    let zone: Zone = "Europe/Berlin".parse().expect("a zone");
    let new = NewStore { id: random_id(), zone, state_root: folder.path().join("state"), salts_root: None };
    new.create(&path).expect("made");
    let writer = Writer::open(&path, |_| {}).expect("opened");
    let settings = Settings {
        zone,
        now: Some(now),
        site: Some("example.com".into()),
        format: None,
        sites: Vec::new(),
        defaults: SiteSettings {
            rules: Rules::new(words(ASSETS), words(FEEDS), Vec::new()),
            ..SiteSettings::default()
        },
        trusted: Default::default(),
        geo: GeoIp::embedded(),
    };
    let (secrets, identity) = ((Salts::in_memory(), DayKeys::in_memory()), Identity::in_memory());
    let ingest = Ingest::into_store(writer, settings, ImportOptions::default(), secrets, identity).expect("opened");
    let keys = Arc::new(ingest.keys().expect("it has a store"));
    (Store { _folder: folder, path, keys, privacy: Privacy { k: 1, hide_rare: false } }, ingest)
}

/// Eight weeks of simulated traffic.
pub fn traffic() -> Store {
    let mut simulation = Simulation::new(Traffic { seed: 7, ..Traffic::new(40_000, 56, NOW) });
    store(move |line| simulation.next_line(line).is_some())
}

/// Nothing.
pub fn empty() -> Store {
    store(|_| false)
}

/// A dashboard that is typed into.
pub struct Driver {
    pub model: Model,
    worker: Worker,
    answers: Receiver<Answered>,
}

impl Driver {
    /// That has its first answers.
    pub fn new(store: &Store, (width, height): (u16, u16)) -> Driver {
        let mut driver = Driver::waiting(store, (width, height));
        let effects = update::ask(&mut driver.model);
        driver.run(effects);
        driver
    }

    /// That has not asked yet.
    pub fn waiting(store: &Store, (width, height): (u16, u16)) -> Driver {
        let zone = "Europe/Berlin".parse().expect("a zone");
        let mut model = Model::new(View::default(), zone, NOW, Keymap::default());
        model.is_live = false;
        model.size = (width, height);
        let (sender, answers) = channel();
        let place = Place {
            keys: store.keys.clone(),
            privacy: store.privacy,
            db: store.path.clone(),
            tell: |_| {},
            clock: Arc::new(|| NOW),
            look: None,
            hooks: Hooks::default(),
            log: Box::new(|_| {}),
        };
        let worker = Worker::new(place, move |answered| drop(sender.send(answered)));
        Driver { model, worker, answers }
    }

    /// Takes an event and everything that comes of it.
    pub fn send(&mut self, event: Event) -> Vec<Effect> {
        let effects = update::update(&mut self.model, event);
        self.run(effects.clone());
        effects
    }

    /// Types keys, by name.
    pub fn keys(&mut self, keys: &str) {
        for key in keys.split_whitespace() {
            self.send(Event::Key(key.parse().expect("a key")));
        }
    }

    pub fn text(&mut self, text: &str) {
        for c in text.chars() {
            let key = if c == ' ' { "space".to_owned() } else { c.to_string() };
            self.keys(&key);
        }
    }

    fn run(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            if let Some(question) = ask::question(&self.model, &effect) {
                self.worker.ask(self.model.data.generation, question);
                self.settle(matches!(effect, Effect::AskValues(_)));
            }
        }
    }

    /// Takes answers until none is awaited.
    fn settle(&mut self, mut is_awaited: bool) {
        let patience = |is_awaited: bool| Duration::from_millis(if is_awaited { 20_000 } else { 60 });
        while let Ok(answered) = self.answers.recv_timeout(patience(is_awaited || self.model.data.asked.is_some())) {
            is_awaited = false;
            let effects = update::update(&mut self.model, Event::Answer(Box::new(answered)));
            for effect in effects {
                if let Some(question) = ask::question(&self.model, &effect) {
                    self.worker.ask(self.model.data.generation, question);
                }
            }
        }
    }

    pub fn buffer(&self) -> Buffer {
        let (width, height) = self.model.size;
        let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
        draw(&self.model, &Theme::named("dark").expect("a theme"), &mut buffer);
        buffer
    }

    /// The screen as text.
    pub fn picture(&self) -> String {
        text(&self.buffer())
    }
}

/// A buffer as text, as a terminal would show it.
pub fn text(buffer: &Buffer) -> String {
    let mut out = String::new();
    for y in 0..buffer.area.height {
        let mut skip = 0;
        for x in 0..buffer.area.width {
            let symbol = buffer[(x, y)].symbol();
            if skip == 0 {
                out += symbol;
                skip = unicode_width::UnicodeWidthStr::width(symbol).saturating_sub(1);
            } else {
                skip -= 1;
            }
        }
        out.truncate(out.trim_end_matches(' ').len());
        out.push('\n');
    }
    out
}
