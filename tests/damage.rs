//! A damaged write-ahead log, and system calls that fail or are the last one: the
//! next command goes on by itself, and every line counts once.

use crate::support::{Bench, append, assert_each_once, has, lines, traced};
use std::fs;
use std::time::Duration;

const NOW: &str = "2026-11-20T12:00:00Z";
const IMPORT: &str = "import -q a.log --site example.com";

/// `make torture` tries every place, CI some.
fn is_long() -> bool {
    std::env::var_os("FATHOM_TUI_TEST_EVERY").is_some()
}

/// A store whose log holds commits, with the bytes of both; its input is whole.
fn store_with_a_log() -> (Bench, Vec<u8>, Vec<u8>) {
    let bench = Bench::at(NOW);
    append(&bench, "a.log", &lines(0, 10));
    bench.ok(IMPORT);
    let mut watch = bench.start("watch --headless -q a.log --site example.com");
    for n in 0..4 {
        std::thread::sleep(Duration::from_millis(1300));
        append(&bench, "a.log", &lines(10 + n * 3, 13 + n * 3));
    }
    std::thread::sleep(Duration::from_millis(1500));
    watch.kill().expect("killed");
    watch.wait().expect("waited");
    let db = fs::read(bench.db()).expect("a store");
    let log = fs::read(bench.path("data/fathom-tui/fathom.duckdb.wal")).expect("a log");
    (bench, db, log)
}

/// Puts a damaged log in place; the next import has to get everything right.
fn check(bench: &Bench, db: &[u8], log: &[u8], what: &str) {
    let folder = bench.path("data/fathom-tui");
    fs::remove_dir_all(&folder).expect("removed");
    fs::create_dir(&folder).expect("made");
    bench.write("data/fathom-tui/fathom.duckdb", db);
    bench.write("data/fathom-tui/fathom.duckdb.wal", log);
    let ran = bench.run(IMPORT.split(' '));
    assert_eq!(ran.code, 0, "{what}: {}", ran.stderr);
    assert_each_once(bench, 22);
}

/// Figure 3: cut at every byte of the last record, zeroed, with bits flipped.
#[test]
fn a_damaged_log_is_mended() {
    let (bench, db, log) = store_with_a_log();
    let step = if is_long() { 1 } else { 61 };
    for cut in (log.len().saturating_sub(1200)..log.len()).step_by(step) {
        check(&bench, &db, &log[..cut], &format!("cut at {cut}"));
    }
    for from in (0..log.len()).step_by(if is_long() { 101 } else { 997 }) {
        let mut zeroed = log.clone();
        zeroed[from..].fill(0);
        check(&bench, &db, &zeroed, &format!("zeroed from {from}"));
    }
    let flips = if is_long() { 1000 } else { 20 };
    for n in 0..flips {
        let bit = n * 7919 * 31 % (log.len() * 8);
        let mut flipped = log.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        check(&bench, &db, &flipped, &format!("bit {bit} flipped"));
    }
}

#[test]
fn what_was_done_about_a_damaged_log_is_said() {
    let (bench, db, whole) = store_with_a_log();
    // A flip in the length of an entry looks like a log that was cut, and costs no word.
    let damaged = [200, 224].map(|from_the_end| {
        let mut log = whole.clone();
        let at = log.len() - from_the_end;
        log[at] ^= 1;
        log
    });
    let report = |log: &[u8]| {
        bench.write("data/fathom-tui/fathom.duckdb", &db);
        bench.write("data/fathom-tui/fathom.duckdb.wal", log);
        bench.ok("report --period all --format json")
    };
    let (ran, log) =
        damaged.iter().map(|log| (report(log), log)).find(|(ran, _)| !ran.stderr.is_empty()).expect("said");
    let copy = bench.path("data/fathom-tui/fathom.duckdb.wal.damaged-1");
    assert!(ran.stderr.starts_with("warning: the write-ahead log of "), "{}", ran.stderr);
    assert!(ran.stderr.contains("will be read again from the logs; a copy is "), "{}", ran.stderr);
    assert_eq!(&fs::read(copy).expect("a copy"), log);
    assert_eq!(bench.ok("status").stderr, "", "it is said once");
    bench.ok(IMPORT);
    assert_each_once(&bench, 22);
}

/// A log of another file is never replayed.
#[test]
fn a_log_of_another_store_is_set_aside() {
    let (_, _, log) = store_with_a_log();
    let other = Bench::at(NOW);
    append(&other, "a.log", &lines(0, 40));
    other.ok(IMPORT);
    other.write("data/fathom-tui/fathom.duckdb.wal", log);
    other.ok(IMPORT);
    assert_each_once(&other, 40);
}

/// A log that is gone takes its commits with it, cursors and facts alike.
#[test]
fn a_log_that_is_gone() {
    let (bench, db, _) = store_with_a_log();
    bench.write("data/fathom-tui/fathom.duckdb", &db);
    fs::remove_file(bench.path("data/fathom-tui/fathom.duckdb.wal")).expect("removed");
    bench.ok(IMPORT);
    assert_each_once(&bench, 22);
}

/// Runs an import in which the `n`th such call of its store's files goes wrong.
/// Returns whether there was one.
fn goes_wrong(call: &str, fault: &str, n: u32) -> bool {
    let bench = Bench::at(NOW);
    append(&bench, "a.log", &lines(0, 30));
    bench.ok(IMPORT);
    append(&bench, "a.log", &lines(30, 200));
    let db = bench.db();
    let wal = bench.path("data/fathom-tui/fathom.duckdb.wal");
    let (trace, inject) = (format!("trace={call}"), format!("inject={call}:{fault}:when={n}"));
    let flags = ["-P".as_ref(), db.as_os_str(), "-P".as_ref(), wal.as_os_str(), "-e".as_ref(), trace.as_ref()];
    let flags = [&flags[..], &["-e".as_ref(), inject.as_ref()]].concat();
    let done = traced(&bench, IMPORT, &flags).output().expect("runs").status.success();
    bench.ok(IMPORT);
    assert_each_once(&bench, 200);
    !done
}

/// Figures 2 and 4: each system call on the store's files is the last one, or
/// fails.
#[test]
fn every_system_call_may_be_the_last_or_fail() {
    if !has("strace") {
        return;
    }
    let faults: &[(&str, &str)] = &[
        ("write", "signal=SIGKILL"),
        ("pwrite64", "signal=SIGKILL"),
        ("fsync", "signal=SIGKILL"),
        ("ftruncate", "signal=SIGKILL"),
        ("unlink", "signal=SIGKILL"),
        ("write", "error=ENOSPC"),
        ("pwrite64", "error=ENOSPC"),
        ("fsync", "error=EIO"),
        ("pread64", "error=EIO"),
    ];
    let mut tried = 0;
    for (call, fault) in faults {
        let mut n = 1;
        while n < 400 && goes_wrong(call, fault, n) {
            tried += 1;
            n += if is_long() { 1 } else { n };
        }
    }
    println!("{tried} system calls went wrong");
    assert!(tried > 10, "only {tried} calls went wrong: are they still made?");
}
