//! Several commands on one store: all finish, totals exact.

use crate::support::{Bench, Ran};
use std::process::Child;

const NOW: &str = "2026-11-20T12:00:00Z";

fn rounds() -> u32 {
    std::env::var("FATHOM_TUI_TEST_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(5)
}

fn finish(child: Child, what: &str) {
    let ran = Ran::of(child.wait_with_output().expect("ends"));
    assert_eq!(ran.code, 0, "{what}: {}", ran.stderr);
}

/// Two logs of one site that do not share a day, and what they count alone.
fn logs(bench: &Bench) -> (serde_json::Value, serde_json::Value) {
    for (name, now, seed) in [("a.log", "2026-11-10T00:00:00Z", 1), ("b.log", "2026-11-19T00:00:00Z", 2)] {
        let out = bench
            .command(format!("generate-log --lines 40000 --days 6 --seed {seed} --now {now}").split(' '))
            .output()
            .expect("runs");
        bench.write(name, out.stdout);
    }
    bench.ok("import -q a.log b.log --site example.com");
    bench.totals()
}

#[test]
fn two_imports_at_once() {
    for round in 0..rounds() {
        let bench = Bench::at(NOW);
        let expected = logs(&bench);
        for folder in ["data", "state"] {
            std::fs::remove_dir_all(bench.path(folder)).expect("removed");
        }
        let a = bench.start("import -q a.log --site example.com");
        let b = bench.start("import -q b.log --site example.com");
        finish(a, "a");
        finish(b, "b");
        assert_eq!(bench.totals(), expected, "round {round}");
    }
}

#[test]
fn the_same_file_imported_twice_at_once() {
    for round in 0..rounds() {
        let bench = Bench::at(NOW);
        let expected = logs(&bench);
        for folder in ["data", "state"] {
            std::fs::remove_dir_all(bench.path(folder)).expect("removed");
        }
        let children: Vec<Child> = (0..3).map(|_| bench.start("import -q a.log b.log --site example.com")).collect();
        for child in children {
            finish(child, "import");
        }
        assert_eq!(bench.totals(), expected, "round {round}");
    }
}

#[test]
fn watch_beside_import() {
    for round in 0..rounds() {
        let bench = Bench::at(NOW);
        let expected = logs(&bench);
        for folder in ["data", "state"] {
            std::fs::remove_dir_all(bench.path(folder)).expect("removed");
        }
        let watch = bench.start("watch -q --headless a.log --site example.com --until-idle 1500ms");
        let import = bench.start("import -q b.log --site example.com");
        finish(import, "import");
        finish(watch, "watch");
        assert_eq!(bench.totals(), expected, "round {round}");
    }
}
