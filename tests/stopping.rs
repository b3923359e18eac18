//! How a command ends, and what it does when its store is held or gone.

use crate::support::{Bench, Ran, append, assert_each_once, lines, shell, signal, traced};
use std::fs;
use std::process::Child;
use std::thread::sleep;
use std::time::{Duration, Instant};

const NOW: &str = "2026-11-20T12:00:00Z";
const WATCH: &str = "watch --headless a.log --site example.com";

/// Exit code of a child that a signal handler ended.
fn ended(child: Child) -> Ran {
    Ran::of(child.wait_with_output().expect("ends"))
}

/// Case 40: the batch is committed, the lease let go, within five seconds.
#[test]
fn a_signal_ends_watch_after_a_commit() {
    for (name, code) in [("TERM", 143), ("INT", 130), ("HUP", 129)] {
        let bench = Bench::at(NOW);
        append(&bench, "a.log", &lines(0, 20_000));
        let watch = bench.start(WATCH);
        sleep(Duration::from_millis(1200));
        append(&bench, "a.log", &lines(20_000, 20_100));
        let sent = Instant::now();
        signal(&watch, name);
        let ran = ended(watch);
        assert!(sent.elapsed() < Duration::from_secs(5), "{name} took {:?}", sent.elapsed());
        assert_eq!(ran.code, code, "{name}: {}", ran.stderr);
        bench.ok("watch --headless -q a.log --site example.com --until-idle 100ms");
        assert_each_once(&bench, 20_100);
    }
}

/// Convention 9: Ctrl-C leaves a valid store, and the next run goes on.
#[test]
fn an_interrupted_import_goes_on() {
    let bench = Bench::at(NOW);
    let whole = Bench::at(NOW);
    let flags = "--lines 300000 --days 3 --seed 5 --now 2026-11-20T11:00:00Z";
    let log = fs::read(bench.log("a.log", flags)).expect("a log");
    whole.write("a.log", log);
    whole.imported("a.log");
    let mut interrupted = 0;
    for wait in [250, 400, 600] {
        let import = bench.start("import -q a.log --site example.com");
        sleep(Duration::from_millis(wait));
        signal(&import, "INT");
        interrupted += u32::from(ended(import).code == 130);
    }
    assert!(interrupted > 0, "every import was done before the signal came");
    bench.imported("a.log");
    assert_eq!(bench.totals().1, whole.totals().1);
    assert_eq!(bench.totals().0["visitors"], whole.totals().0["visitors"]);
}

/// A second Ctrl-C ends it at once, without damage.
#[test]
fn a_second_signal_ends_at_once() {
    let bench = Bench::at(NOW);
    append(&bench, "a.log", &lines(0, 40_000));
    let watch = bench.start(WATCH);
    sleep(Duration::from_millis(300));
    signal(&watch, "INT");
    let sent = Instant::now();
    let _ = std::process::Command::new("sh").args(["-c", &format!("kill -INT {}", watch.id())]).output();
    assert_eq!(ended(watch).code, 130);
    assert!(sent.elapsed() < Duration::from_secs(1), "{:?}", sent.elapsed());
    bench.ok("watch --headless -q a.log --site example.com --until-idle 100ms");
    assert_each_once(&bench, 40_000);
}

/// Case 30: held by another process; nothing is lost meanwhile, and people are told.
#[test]
fn a_store_that_is_held() {
    let bench = Bench::at(NOW);
    append(&bench, "a.log", &lines(0, 50));
    bench.ok("import -q a.log --site example.com");
    let watch = bench.start(&format!("{WATCH} --until-idle 9s"));
    sleep(Duration::from_millis(1500));
    let lock = bench.path("data/fathom-tui/fathom.duckdb.lock");
    let held = std::fs::File::options().write(true).open(lock).expect("opened");
    held.lock().expect("locked");
    append(&bench, "a.log", &lines(50, 80));
    sleep(Duration::from_secs(7));
    append(&bench, "a.log", &lines(80, 100));
    held.unlock().expect("unlocked");
    let ran = ended(watch);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("waiting for the store, which another process holds"), "{}", ran.stderr);
    assert_each_once(&bench, 100);
}

/// Case 42: deleted or replaced while in use: it stops and says so, and writes
/// nothing to what is there now.
#[test]
fn a_store_that_is_gone_or_another() {
    for (what, change) in [
        ("deleted", "rm data/fathom-tui/fathom.duckdb"),
        ("moved", "mv data/fathom-tui/fathom.duckdb elsewhere"),
        ("replaced", "cp data/fathom-tui/fathom.duckdb copy; mv copy data/fathom-tui/fathom.duckdb"),
    ] {
        let bench = Bench::at(NOW);
        append(&bench, "a.log", &lines(0, 50));
        bench.ok("import -q a.log --site example.com");
        let watch = bench.start(&format!("{WATCH} --until-idle 20s"));
        sleep(Duration::from_millis(1500));
        shell(&bench, change);
        append(&bench, "a.log", &lines(50, 60));
        let ran = ended(watch);
        assert_eq!(ran.code, 3, "{what}: {}", ran.stderr);
        assert!(ran.stderr.contains("error: "), "{what}: {}", ran.stderr);
        let here = bench.db().exists();
        assert_eq!(here, what == "replaced", "{what}: nothing is made in its place");
        if here {
            bench.ok("import -q a.log --site example.com");
            assert_each_once(&bench, 60);
        }
    }
}

/// A disk that stays full is an error, where there is an end to wait for.
#[test]
fn a_disk_that_stays_full_is_an_error() {
    if !crate::support::has("strace") {
        return;
    }
    let bench = Bench::at(NOW);
    append(&bench, "a.log", &lines(0, 50));
    bench.ok("import -q a.log --site example.com");
    append(&bench, "a.log", &lines(50, 60));
    let ran = ended(faulty(&bench, "write:error=ENOSPC:when=1+", "2s"));
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("No space left on device"), "{}", ran.stderr);
    bench.ok("import -q a.log --site example.com");
    assert_each_once(&bench, 60);
}

/// A watch until idle for so long, with faults in calls on the store's files.
fn faulty(bench: &Bench, fault: &str, idle: &str) -> Child {
    let (db, log) = (bench.db(), bench.path("data/fathom-tui/fathom.duckdb.wal"));
    let inject = format!("inject={fault}");
    let flags = ["-P".as_ref(), db.as_os_str(), "-P".as_ref(), log.as_os_str(), "-e".as_ref(), inject.as_ref()];
    traced(bench, &format!("{WATCH} --until-idle {idle}"), &flags).spawn().expect("starts")
}

/// Cases 28 and 29: the disk is full, or a sync fails, for a while; then it goes
/// on by itself.
#[test]
fn errors_of_the_disk_pass() {
    if !crate::support::has("strace") {
        return;
    }
    for fault in ["write:error=ENOSPC:when=4..5", "fsync:error=EIO:when=2..3", "pwrite64:error=EIO:when=3..4"] {
        let bench = Bench::at(NOW);
        append(&bench, "a.log", &lines(0, 50));
        bench.ok("import -q a.log --site example.com");
        let child = faulty(&bench, fault, "6s");
        for n in 0..8 {
            sleep(Duration::from_millis(700));
            append(&bench, "a.log", &lines(50 + n * 10, 60 + n * 10));
        }
        let ran = ended(child);
        assert_eq!(ran.code, 0, "{fault}: {}", ran.stderr);
        assert!(ran.stderr.contains("nothing is lost, trying again"), "{fault}: {}", ran.stderr);
        assert_each_once(&bench, 130);
    }
}
