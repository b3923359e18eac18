//! Random sequences of what can happen to a log, against a few lines of model:
//! a line counts once if it was whole in a file at some look, and not at all
//! otherwise. `FATHOM_TUI_TEST_CASES` sets how many.

use crate::support::Bench;
use fathom_tui::anonymise::{DayKeys, FileKeys, Salts};
use fathom_tui::enrich::country::GeoIp;
use fathom_tui::input::Identity;
use fathom_tui::model::{Dimension, Metric, Privacy, Zone};
use fathom_tui::pipeline::{ImportOptions, Ingest, Settings, SiteSettings, WatchOptions, watch};
use fathom_tui::query::Query;
use fathom_tui::store::{NewStore, Reader, Writer};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

const NOW: i64 = 1_795_176_000;

#[derive(Clone, Copy, Debug)]
enum Action {
    /// So many whole lines.
    Write(u8),
    /// The first half of a line; the next write begins with the other.
    Half,
    /// The watcher looks; a new one, if it was stopped.
    Look,
    /// The watcher is stopped, and with it all that it only remembers.
    Restart,
    /// Renamed; a new file comes with the next write.
    Rename,
    /// Copied and truncated.
    CopyTruncate,
    /// The newest rotated file is packed.
    Gzip,
    Zstd,
    /// The oldest rotated file goes.
    Delete,
    /// A rotated file is copied under another name beside it.
    Copy,
}

fn actions() -> impl Strategy<Value = Vec<Action>> {
    use Action as A;
    let action = prop_oneof![
        5 => (1..40u8).prop_map(A::Write),
        1 => Just(A::Half),
        4 => Just(A::Look),
        2 => Just(A::Restart),
        2 => Just(A::Rename),
        2 => Just(A::CopyTruncate),
        1 => Just(A::Gzip),
        1 => Just(A::Zstd),
        1 => Just(A::Delete),
        1 => Just(A::Copy),
    ];
    proptest::collection::vec(action, 1..16)
}

/// A line of a format without agents: their rules take long to build.
fn line(n: u32) -> String {
    let (minute, second) = (n / 60 % 60, n % 60);
    format!("192.0.2.{} - - [20/Nov/2026:10:{minute:02}:{second:02} +0000] \"GET /p/{n} HTTP/1.1\" 200 5\n", n % 250)
}

/// What is where, by the numbers of lines.
struct World {
    folder: PathBuf,
    next: u32,
    rotations: u32,
    live: Vec<u32>,
    half: bool,
    rotated: Vec<(PathBuf, Vec<u32>)>,
    counted: BTreeSet<u32>,
}

impl World {
    fn log(&self) -> PathBuf {
        self.folder.join("access.log")
    }

    fn append(&self, text: &str) {
        let mut file = fs::File::options().append(true).create(true).open(self.log()).expect("opened");
        file.write_all(text.as_bytes()).expect("written");
    }

    /// A server ends its line before it opens another file.
    fn finish_line(&mut self) {
        if std::mem::take(&mut self.half) {
            self.append(&line(self.next)[30..]);
            self.live.push(self.next);
            self.next += 1;
        }
    }

    fn rotate(&mut self, copying: bool) {
        self.finish_line();
        if self.live.is_empty() {
            return;
        }
        self.rotations += 1;
        let path = self.folder.join(format!("access.log.{}", self.rotations));
        if copying {
            fs::copy(self.log(), &path).expect("copied");
            fs::File::options().write(true).truncate(true).open(self.log()).expect("truncated");
        } else {
            fs::rename(self.log(), &path).expect("renamed");
        }
        self.rotated.push((path, std::mem::take(&mut self.live)));
    }

    fn pack(&mut self, ending: &str) {
        let Some((path, _)) = self.rotated.last_mut() else { return };
        if !path.extension().is_some_and(|e| e.to_string_lossy().bytes().all(|b| b.is_ascii_digit())) {
            return;
        }
        let plain = fs::read(&*path).expect("read");
        let packed = match ending {
            "gz" => {
                let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
                packer.write_all(&plain).expect("packed");
                packer.finish().expect("packed")
            }
            _ => zstd::encode_all(&plain[..], 1).expect("packed"),
        };
        let name = format!("{}.{ending}", path.display());
        fs::write(&name, packed).expect("written");
        fs::remove_file(&*path).expect("removed");
        *path = name.into();
    }

    fn act(&mut self, action: Action, watcher: &mut Watcher) {
        match action {
            Action::Write(n) => {
                self.finish_line();
                let numbers = self.next..self.next + u32::from(n);
                self.append(&numbers.clone().map(line).collect::<String>());
                self.live.extend(numbers);
                self.next += u32::from(n);
            }
            Action::Half if !self.half => {
                self.half = true;
                self.append(&line(self.next)[..30]);
            }
            Action::Half => {}
            Action::Look => {
                watcher.look(&self.log());
                self.counted.extend(&self.live);
                self.counted.extend(self.rotated.iter().flat_map(|(_, lines)| lines));
            }
            Action::Restart => watcher.ingest = None,
            Action::Rename => self.rotate(false),
            Action::CopyTruncate => self.rotate(true),
            Action::Gzip => self.pack("gz"),
            Action::Zstd => self.pack("zst"),
            Action::Delete if !self.rotated.is_empty() => {
                let (path, _) = self.rotated.remove(0);
                fs::remove_file(path).expect("removed");
            }
            Action::Delete => {}
            Action::Copy => {
                if let Some((path, _)) = self.rotated.first() {
                    self.rotations += 1;
                    let copy = self.folder.join(format!("access.log.copy-{}", self.rotations));
                    fs::copy(path, &copy).expect("copied");
                    let lines = self.rotated[0].1.clone();
                    self.rotated.push((copy, lines));
                }
            }
        }
    }
}

/// The program's own parts, without a process for each look.
struct Watcher {
    db: PathBuf,
    ingest: Option<Ingest>,
}

impl Watcher {
    fn look(&mut self, log: &Path) {
        let db = self.db.clone();
        let ingest = self.ingest.get_or_insert_with(|| {
            let writer = Writer::open(&db, |_| {}).expect("opened");
            let identity = Identity::open(&writer.info().state).expect("a key");
            let salts = Salts::in_folder(&writer.info().salts, NOW);
            let settings = Settings {
                zone: Zone::UTC,
                now: Some(NOW),
                site: Some("example.com".into()),
                format: None,
                sites: Vec::new(),
                defaults: SiteSettings::default(),
                trusted: Default::default(),
                geo: GeoIp::embedded(),
            };
            let days = DayKeys::in_folder(&writer.info().days(), NOW);
            Ingest::into_store(writer, settings, ImportOptions::default(), (salts, days), identity).expect("opened")
        });
        let options = WatchOptions { until_idle: Some(Duration::ZERO), no_events: true, ..WatchOptions::default() };
        watch(&[log.to_owned()], ingest, &options, &AtomicBool::new(false), &mut |_| {}, &mut |_| {}).expect("a look");
    }

    /// Every page with its views.
    fn pages(&self) -> Vec<(u32, i64)> {
        let reader = Reader::open(&self.db, |_| {}).expect("opened");
        let (info, everything) = (reader.info().clone(), Privacy { k: 1, hide_rare: false });
        let keys = FileKeys { store: info.id.clone(), days: info.days(), salts: info.salts, own: None };
        let reader = reader.with(std::sync::Arc::new(keys), everything);
        let query = Query { from: 0, to: u32::MAX.into(), now: NOW, ..Query::default() };
        let overview = reader.overview(&query, &[(Dimension::Page, Metric::PageViews.into())], 0).expect("read");
        let number = |value: &str| value.strip_prefix("/p/").and_then(|n| n.parse().ok()).expect("a page of ours");
        overview.tops[0]
            .as_ref()
            .expect("known")
            .rows
            .iter()
            .map(|row| (number(&row.value), row.sums.page_views))
            .collect()
    }
}

fn check(watcher: &mut Watcher, folder: PathBuf, actions: &[Action]) {
    fs::create_dir(&folder).expect("made");
    let mut world = World {
        folder,
        next: 0,
        rotations: 0,
        live: Vec::new(),
        half: false,
        rotated: Vec::new(),
        counted: BTreeSet::new(),
    };
    for &action in actions {
        world.act(action, watcher);
    }
    world.act(Action::Look, watcher);
    let views = watcher.pages();
    let twice: Vec<_> = views.iter().filter(|(_, n)| *n != 1).collect();
    let found: BTreeSet<u32> = views.iter().map(|(n, _)| *n).collect();
    assert!(twice.is_empty(), "counted more than once: {twice:?}");
    assert_eq!(found, world.counted);
}

/// Figure 5: no difference between the program and the model.
#[test]
fn random_actions_agree_with_the_model() {
    let cases = std::env::var("FATHOM_TUI_TEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(100);
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let bench = Bench::new();
    let counter = std::cell::Cell::new(0);
    let result = runner.run(&actions(), |actions| {
        counter.set(counter.get() + 1);
        // A store for each: a case has to fail, or not, by itself.
        let folder = bench.path(&format!("case-{}", counter.get()));
        fs::create_dir(&folder).expect("made");
        let new = NewStore {
            id: format!("{:032x}", counter.get()),
            zone: Zone::UTC,
            state_root: folder.join("state"),
            salts_root: None,
        };
        Identity::create(&new.info().state).expect("a key");
        let db = folder.join("store.duckdb");
        new.create(&db).expect("made");
        let mut watcher = Watcher { db, ingest: None };
        check(&mut watcher, folder.join("logs"), &actions);
        fs::remove_dir_all(&folder).expect("removed");
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}
