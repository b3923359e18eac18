//! Closing days that are due: by any command, once, whatever ends it in between.

use crate::support::{Bench, files};
use std::path::PathBuf;
use std::time::Duration;

const NOW: &str = "2026-11-20T12:00:00Z";
const LATER: &str = "2026-11-23T12:00:00Z";

fn filled(days: u32) -> Bench {
    let bench = Bench::at(NOW).with_k(3);
    bench.log("a.log", &format!("--lines 20000 --days {days} --seed 21 --now 2026-11-20T00:00:00Z"));
    bench.ok("import -q a.log --site example.com --keep-open");
    bench
}

fn secrets(bench: &Bench) -> Vec<PathBuf> {
    let is_secret =
        |path: &PathBuf| path.extension().is_some_and(|e| e == "salt" || (e == "key" && !path.ends_with("store.key")));
    files(&bench.path("state")).into_iter().filter(is_secret).collect()
}

/// Everything that a report says of the days of the log.
fn said(bench: &Bench, now: &str) -> serde_json::Value {
    let mut report = bench.json(&format!("report --since 2026-10-01 --until 2026-11-21 --format json --limit 0 --by page --by source --filter device!=x --now {now}"));
    report.as_object_mut().expect("an object").remove("days");
    report
}

#[test]
fn an_open_day_answers_as_a_closed_one() {
    let bench = filled(4);
    let open = said(&bench, NOW);
    assert!(!secrets(&bench).is_empty());
    let closed = said(&bench, LATER);
    assert_eq!(secrets(&bench), Vec::<PathBuf>::new());
    assert_eq!(open, closed);
}

/// The store is closed and checkpointed, and the keys are still there.
#[test]
fn a_crash_before_the_keys_are_destroyed_is_made_up_for() {
    let bench = filled(3);
    let kept: Vec<(PathBuf, Vec<u8>)> =
        secrets(&bench).into_iter().map(|path| (path.clone(), std::fs::read(path).expect("readable"))).collect();
    assert!(kept.len() >= 6, "{}", kept.len());
    let closed = said(&bench, LATER);
    for (path, bytes) in &kept {
        std::fs::write(path, bytes).expect("written");
    }
    assert_eq!(said(&bench, LATER), closed);
    assert_eq!(secrets(&bench), Vec::<PathBuf>::new());
}

#[test]
fn a_clock_that_is_set_back_opens_nothing() {
    let bench = filled(3);
    let closed = said(&bench, LATER);
    assert_eq!(said(&bench, NOW), closed);
    bench.ok("import -q a.log --site example.com --now 2026-11-19T12:00:00Z");
    assert_eq!(secrets(&bench), Vec::<PathBuf>::new());
    assert_eq!(bench.json("report --period all --format json")["days"]["sealed"], serde_json::json!([]));
    assert_eq!(said(&bench, LATER), closed);
}

/// Killed at any moment, days are open or closed, and their keys there or gone.
#[test]
fn closing_is_killed_at_any_moment() {
    let whole = filled(20);
    let closed = said(&whole, LATER);
    let bench = filled(20);
    let mut delay = Duration::from_millis(20);
    for _ in 0..25 {
        let mut child = bench.start(&format!("report --period today --now {LATER}"));
        std::thread::sleep(delay);
        let _ = child.kill();
        child.wait().expect("waited");
        delay += Duration::from_millis(7);
    }
    assert_eq!(said(&bench, LATER), closed);
    assert_eq!(secrets(&bench), Vec::<PathBuf>::new());
    assert!(bench.ok(&format!("doctor --deep --now {LATER}")).stdout.contains("agree with the ledger of 20,000 lines"));
}

/// Many commands at once, of which one or the other closes.
#[test]
fn closing_beside_readers_and_writers() {
    let bench = filled(20);
    bench.log("b.log", "--lines 3000 --days 2 --seed 22 --now 2026-11-23T00:00:00Z");
    let mut all: Vec<_> = (0..8).map(|_| bench.start(&format!("report --period all --now {LATER}"))).collect();
    all.push(bench.start(&format!("import -q b.log --site example.com --now {LATER}")));
    all.push(bench.start(&format!("watch --headless -q b.log --site example.com --until-idle 300ms --now {LATER}")));
    for mut child in all {
        assert!(child.wait().expect("waited").success());
    }
    let text = bench.ok(&format!("doctor --deep --now {LATER}")).stdout;
    assert!(text.contains("agree with the ledger of 23,000 lines"), "{text}");
}
