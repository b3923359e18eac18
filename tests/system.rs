//! What the system refuses or delays: events, space, permission, a reader
//! that stands still.

use crate::support::{Bench, Ran, append, as_another_user, assert_each_once, has, lines, shell, signal, traced};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

const NOW: &str = "2026-11-20T12:00:00Z";
const WATCH: &str = "watch --headless a.log --site example.com";

/// Waits until something holds; says whether it did in time.
fn holds(limit: Duration, mut what: impl FnMut() -> bool) -> bool {
    let since = Instant::now();
    while !what() {
        if since.elapsed() > limit {
            return false;
        }
        sleep(Duration::from_millis(20));
    }
    true
}

/// Case 24: no events are to be had. It says so once, and looks each second.
#[test]
fn no_events_to_be_had() {
    if !has("strace") {
        return;
    }
    for fault in ["inotify_init1:error=EMFILE", "inotify_add_watch:error=ENOSPC"] {
        let bench = Bench::at(NOW);
        append(&bench, "a.log", &lines(0, 50));
        let inject = format!("inject={fault}");
        let mut watch = traced(&bench, &format!("{WATCH} --until-idle 3s"), &["-e".as_ref(), inject.as_ref()]);
        let child = watch.spawn().expect("starts");
        for n in 5..8 {
            sleep(Duration::from_millis(1200));
            append(&bench, "a.log", &lines(n * 10, n * 10 + 10));
        }
        let ran = Ran::of(child.wait_with_output().expect("ends"));
        assert_eq!(ran.code, 0, "{fault}: {}", ran.stderr);
        assert_eq!(ran.stderr.matches("no file events to be had").count(), 1, "{fault}: {}", ran.stderr);
        assert_each_once(&bench, 80);
    }
}

/// Case 25: more events than the queue of the system takes.
#[test]
fn more_events_than_the_queue_takes() {
    let bench = Bench::at(NOW);
    append(&bench, "a.log", &lines(0, 50));
    let watch = bench.start(&format!("{WATCH} -q --until-idle 3s"));
    sleep(Duration::from_millis(800));
    for n in 0..50_000 {
        fs::write(bench.path(&format!("other-{}", n % 100)), "").expect("written");
        if n % 10_000 == 0 {
            append(&bench, "a.log", &lines(50 + n / 1000, 60 + n / 1000));
        }
    }
    let ran = Ran::of(watch.wait_with_output().expect("ends"));
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    assert_each_once(&bench, 100);
}

/// Whether a process has a file open.
fn has_open(child: &Child, file: &Path) -> bool {
    let links = fs::read_dir(format!("/proc/{}/fd", child.id()));
    links.into_iter().flatten().flatten().any(|link| fs::read_link(link.path()).is_ok_and(|to| to == file))
}

/// A report that was stopped while it holds its lease.
fn stopped_in_its_lease(bench: &Bench) -> Child {
    for _ in 0..100 {
        let mut command = bench.command(["report", "--period", "all"]);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("starts");
        let since = Instant::now();
        while !has_open(&child, &bench.db()) && since.elapsed() < Duration::from_secs(1) {}
        signal(&child, "STOP");
        sleep(Duration::from_millis(50));
        if has_open(&child, &bench.db()) {
            return child;
        }
        signal(&child, "CONT");
        let _ = child.wait_with_output();
    }
    panic!("no report was caught in its lease");
}

/// Case 43: a reader stands still in its lease. The writer names it and waits;
/// nothing is lost.
#[test]
fn a_reader_that_stands_still() {
    let bench = Bench::at(NOW);
    append(&bench, "a.log", &lines(0, 50));
    bench.ok("import -q a.log --site example.com");
    let watch = bench.start(&format!("{WATCH} --until-idle 6s"));
    sleep(Duration::from_millis(1500));
    let mut reader = stopped_in_its_lease(&bench);
    append(&bench, "a.log", &lines(50, 1050));
    sleep(Duration::from_secs(8));
    signal(&reader, "CONT");
    assert!(reader.wait().expect("ends").success());
    let ran = Ran::of(watch.wait_with_output().expect("ends"));
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let told = format!("waiting for the store, which process {} holds", reader.id());
    assert!(ran.stderr.contains(&told), "{told}: {}", ran.stderr);
    assert_each_once(&bench, 1050);
}

/// A small disk of its own, gone with the test.
struct Disk(PathBuf);

impl Disk {
    fn new(path: PathBuf, megabytes: u32) -> Option<Disk> {
        fs::create_dir_all(&path).expect("made");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={megabytes}m"), "tmpfs"]).arg(&path).stderr(Stdio::null());
        if mount.status().is_ok_and(|status| status.success()) {
            return Some(Disk(path));
        }
        println!("skipped: a small disk cannot be mounted here");
        None
    }

    /// Leaves so many bytes free.
    fn fill(&self, free: u64) {
        use std::io::Write;
        let mut filler = fs::File::create(self.0.join("filler")).expect("made");
        while filler.write_all(&[1; 4096]).is_ok() {}
        let size = filler.metadata().expect("there").len();
        filler.set_len(size.saturating_sub(free)).expect("cut");
    }

    fn empty(&self) {
        fs::remove_file(self.0.join("filler")).expect("removed");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").args(["-l".as_ref(), self.0.as_os_str()]).status();
    }
}

/// Case 28: the disk of store, key and salts fills up under a `watch`, with
/// more or less room left. It waits, and goes on by itself within ten seconds of
/// space coming back.
#[test]
fn a_disk_that_fills_up() {
    let sizes: u64 = std::env::var("FATHOM_TUI_TEST_SIZES").ok().and_then(|n| n.parse().ok()).unwrap_or(3);
    for size in 0..sizes {
        // From nothing to what a checkpoint needs.
        let free = size * 2_000_000 / sizes / 4096 * 4096;
        let bench = Bench::at(NOW);
        let Some(disk) = Disk::new(bench.path("disk"), 24) else { return };
        append(&bench, "a.log", &lines(0, 50));
        let flags = "--db disk/x.duckdb --state-dir disk/state";
        let watch = bench.start(&format!("{WATCH} {flags}"));
        let lines_are = |count: u32| {
            let report = bench.run(format!("report --period all --format json {flags}").split(' '));
            let report: Option<serde_json::Value> = serde_json::from_str(&report.stdout).ok();
            report.is_some_and(|report| report["ledger"]["lines"] == count)
        };
        assert!(holds(Duration::from_secs(10), || bench.path("disk/x.duckdb").exists() && lines_are(50)));
        disk.fill(free);
        for n in 0..5 {
            append(&bench, "a.log", &lines(50 + n * 400, 450 + n * 400));
            sleep(Duration::from_millis(900));
        }
        disk.empty();
        let in_time = holds(Duration::from_secs(10), || lines_are(2050));
        signal(&watch, "TERM");
        let ran = Ran::of(watch.wait_with_output().expect("ends"));
        assert!(in_time, "{free} bytes free: {}", ran.stderr);
        assert_eq!(ran.code, 143, "{}", ran.stderr);
        let report = bench.json(&format!("report --period all --format json --by page --limit 0 {flags}"));
        let rows = report["by"]["page"]["rows"].as_array().expect("rows");
        assert!(rows.len() == 2050 && rows.iter().all(|row| row["page_views"] == 1), "{free}: {}", rows.len());
        let was_full = ran.stderr.contains("nothing is lost, trying again");
        assert!(was_full || free > 0, "without room nothing can be written: {}", ran.stderr);
    }
}

/// Case 9: a log as Caddy makes it, for its owner alone, read as somebody else.
#[test]
fn a_log_for_its_owner_alone() {
    let bench = Bench::at(NOW);
    append(&bench, "a.log", &lines(0, 50));
    fs::set_permissions(bench.path("a.log"), fs::Permissions::from_mode(0o600)).expect("changed");
    shell(&bench, "mkdir out && chmod 777 out");
    for command in ["import a.log", "watch --headless a.log"] {
        let line = format!("{command} --db out/x.duckdb --state-dir out/state");
        let Some(ran) = as_another_user(&bench, &line) else { return };
        assert_eq!(ran.code, 4, "{command}: {}", ran.stderr);
        assert!(ran.stderr.contains("cause: Permission denied"), "{}", ran.stderr);
        assert!(ran.stderr.contains("help: run as a user who may read it"), "{}", ran.stderr);
        assert!(ran.stderr.contains("if Caddy makes it so, set `mode 0640`"), "{}", ran.stderr);
    }
}
