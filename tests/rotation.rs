//! Every line counts once, whatever happens to the file that it stands in. The
//! numbers are those of the cases that a log can get into.

use crate::support::{Bench, Ran, append, assert_each_once, has, lines, shell};
use std::fs;
use std::io::Write;
use std::process::Child;
use std::thread::sleep;
use std::time::Duration;

const NOW: &str = "2026-11-20T12:00:00Z";
const ONCE: &str = "watch --headless -q a.log --site example.com --until-idle 300ms";

fn seconds(n: f64) {
    sleep(Duration::from_secs_f64(n));
}

/// Follows `a.log` until nothing came for `idle` seconds.
fn follow(bench: &Bench, idle: f64) -> Child {
    bench.start(&format!("watch --headless -q a.log --site example.com --until-idle {}ms", (idle * 1000.0) as u64))
}

fn finish(watch: Child) {
    let ran = Ran::of(watch.wait_with_output().expect("ends"));
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
}

fn rename(bench: &Bench, from: &str, to: &str) {
    fs::rename(bench.path(from), bench.path(to)).expect("renamed");
}

fn gzip(bench: &Bench, name: &str) {
    shell(bench, &format!("gzip {name}"));
}

/// Case 1: a server goes on writing to the old file until it opens the new one.
#[test]
fn the_old_file_is_read_on_after_a_rename() {
    let bench = Bench::at(NOW);
    append(&bench, "a.log", &lines(0, 100));
    let watch = follow(&bench, 4.0);
    seconds(1.5);
    let mut old = fs::File::options().append(true).open(bench.path("a.log")).expect("opened");
    rename(&bench, "a.log", "a.log.1");
    append(&bench, "a.log", &lines(300, 400));
    seconds(2.0);
    for n in 0..4 {
        old.write_all(&lines(100 + n * 50, 150 + n * 50)).expect("written");
        seconds(0.4);
    }
    append(&bench, "a.log", &lines(400, 450));
    finish(watch);
    assert_each_once(&bench, 450);
}

/// Case 2: the inode of a removed file comes back with the next one.
#[test]
fn an_inode_that_is_used_again_is_another_file() {
    let bench = Bench::at(NOW);
    for round in 0..8 {
        append(&bench, "a.log", &lines(round * 50, round * 50 + 50));
        bench.ok(ONCE);
        let _ = fs::remove_file(bench.path("a.log.1"));
        rename(&bench, "a.log", "a.log.1");
    }
    assert_each_once(&bench, 400);
}

/// Cases 3 and 5: truncated in place; what came between copying and truncating
/// is in the copy.
#[test]
fn a_truncated_file_begins_anew_and_its_copy_has_the_rest() {
    let bench = Bench::at(NOW);
    append(&bench, "a.log", &lines(0, 100));
    let watch = follow(&bench, 3.0);
    seconds(1.5);
    append(&bench, "a.log", &lines(100, 120));
    fs::copy(bench.path("a.log"), bench.path("a.log.1")).expect("copied");
    fs::write(bench.path("a.log"), "").expect("truncated");
    append(&bench, "a.log", &lines(120, 130));
    finish(watch);
    assert_each_once(&bench, 130);
}

/// Case 4: between two looks the file was truncated and grew past the old end.
#[test]
fn a_truncated_file_that_grew_past_the_old_end_is_noticed() {
    let bench = Bench::at(NOW);
    append(&bench, "a.log", &lines(0, 50));
    let watch = follow(&bench, 3.0);
    seconds(1.5);
    let pid = watch.id();
    shell(&bench, &format!("kill -STOP {pid}"));
    fs::write(bench.path("a.log"), lines(100, 300)).expect("refilled");
    shell(&bench, &format!("kill -CONT {pid}"));
    finish(watch);
    let pages = bench.totals().0["page_views"].clone();
    assert_eq!(pages, 250, "50 before, 200 after");
}

/// Case 6: half read, rotated and compressed while nobody watches.
#[test]
fn a_file_that_was_rotated_and_packed_meanwhile_is_read_to_its_end() {
    let bench = Bench::at(NOW);
    append(&bench, "a.log", &lines(0, 100));
    bench.ok(ONCE);
    append(&bench, "a.log", &lines(100, 200));
    rename(&bench, "a.log", "a.log.1");
    gzip(&bench, "a.log.1");
    append(&bench, "a.log", &lines(200, 250));
    bench.ok(ONCE);
    assert_each_once(&bench, 250);
}

/// Case 7: several rotations while nobody watches.
#[test]
fn several_rotations_that_nobody_saw() {
    let bench = Bench::at(NOW);
    append(&bench, "a.log", &lines(0, 100));
    bench.ok(ONCE);
    append(&bench, "a.log", &lines(100, 150));
    rename(&bench, "a.log", "a.log.3");
    gzip(&bench, "a.log.3");
    bench.write("a.log.2", lines(150, 200));
    bench.write("a.log.1", lines(200, 260));
    append(&bench, "a.log", &lines(260, 300));
    bench.ok(ONCE);
    assert_each_once(&bench, 300);
}

/// Case 7 again, while the watcher lives but does not come to look.
#[test]
fn several_rotations_between_two_looks() {
    let bench = Bench::at(NOW);
    append(&bench, "a.log", &lines(0, 100));
    let watch = follow(&bench, 3.0);
    seconds(1.5);
    let pid = watch.id();
    shell(&bench, &format!("kill -STOP {pid}"));
    append(&bench, "a.log", &lines(100, 150));
    rename(&bench, "a.log", "a.log.2");
    append(&bench, "a.log", &lines(150, 200));
    rename(&bench, "a.log", "a.log.1");
    append(&bench, "a.log", &lines(200, 250));
    gzip(&bench, "a.log.2");
    shell(&bench, &format!("kill -CONT {pid}"));
    finish(watch);
    assert_each_once(&bench, 250);
}

/// Case 8: names with dates, as logrotate and Caddy give them.
#[test]
fn rotated_names_may_have_dates() {
    for name in ["a.log-20261119", "a-2026-11-19T10-11-12.345.log", "a.log.1700000000"] {
        let bench = Bench::at(NOW);
        append(&bench, "a.log", &lines(0, 100));
        bench.ok(ONCE);
        append(&bench, "a.log", &lines(100, 120));
        rename(&bench, "a.log", name);
        gzip(&bench, name);
        append(&bench, "a.log", &lines(120, 150));
        bench.ok(ONCE);
        assert_each_once(&bench, 150);
    }
}

/// Case 8: logrotate itself, four ways.
#[test]
fn logrotate_itself() {
    if !has("logrotate") {
        return;
    }
    let ways = ["compress", "compress\ndelaycompress", "dateext\ndateformat -%s\ncompress", "copytruncate\ncompress"];
    for way in ways {
        let bench = Bench::at(NOW);
        let config = format!("{}/a.log {{\nrotate 9\nmissingok\nsu root root\n{way}\n}}\n", bench.root().display());
        bench.write("rotate.conf", config);
        append(&bench, "a.log", &lines(0, 100));
        let watch = follow(&bench, 4.0);
        for round in 1..=3 {
            seconds(1.3);
            append(&bench, "a.log", &lines(round * 100, round * 100 + 60));
            shell(&bench, "chmod 600 rotate.conf; logrotate -f -s state.txt rotate.conf");
            append(&bench, "a.log", &lines(round * 100 + 60, round * 100 + 100));
        }
        finish(watch);
        assert_each_once(&bench, 400);
    }
}

/// Case 10: an archive under its final name while it is still being written.
#[test]
fn an_archive_that_is_still_being_written() {
    let bench = Bench::at(NOW);
    append(&bench, "a.log", &lines(0, 1000));
    bench.ok(ONCE);
    append(&bench, "a.log", &lines(1000, 3000));
    rename(&bench, "a.log", "whole");
    let packed = shell(&bench, "gzip -c whole");
    append(&bench, "a.log", &lines(3000, 3100));
    let parts: Vec<&[u8]> = packed.chunks(packed.len() / 5 + 1).collect();
    for part in parts {
        append(&bench, "a.log.1.gz", part);
        bench.ok(ONCE);
    }
    assert_each_once(&bench, 3100);
}

/// Case 11: several members, rubbish behind the last, nothing at all.
#[test]
fn odd_archives() {
    let bench = Bench::at(NOW);
    bench.write("one", lines(0, 100));
    bench.write("two", lines(100, 200));
    bench.write("nothing", "");
    shell(&bench, "gzip one two nothing; cat one.gz two.gz > a.log.1.gz; cp nothing.gz a.log.2.gz; : > a.log.3.gz");
    shell(&bench, "echo rubbish >> a.log.1.gz");
    append(&bench, "a.log", &lines(200, 250));
    bench.ok(ONCE);
    assert_each_once(&bench, 250);
}

/// Case 13: two logs that begin with the same line.
#[test]
fn two_logs_with_the_same_first_line() {
    let bench = Bench::at(NOW);
    let first = lines(0, 1);
    append(&bench, "a.log", &first);
    append(&bench, "b.log", &first);
    append(&bench, "a.log", &lines(1, 100));
    append(&bench, "b.log", &lines(100, 200));
    let watch = bench.start("watch --headless -q a.log b.log --site example.com --until-idle 2500ms");
    seconds(1.3);
    append(&bench, "a.log", &lines(200, 230));
    append(&bench, "b.log", &lines(230, 260));
    finish(watch);
    let (totals, ledger) = bench.totals();
    assert_eq!((&totals["page_views"], &ledger["lines"]), (&261.into(), &261.into()));
}

/// Case 17: half a line, then the rest, with a kill in between.
#[test]
fn half_a_line_and_a_kill() {
    let bench = Bench::at(NOW);
    let text = lines(0, 30);
    let mut watch = follow(&bench, 60.0);
    for part in text.chunks(text.len() / 7 + 1) {
        append(&bench, "a.log", part);
        seconds(0.5);
        watch.kill().expect("killed");
        watch.wait().expect("waited");
        watch = follow(&bench, 60.0);
    }
    seconds(1.0);
    watch.kill().expect("killed");
    watch.wait().expect("waited");
    bench.ok(ONCE);
    assert_each_once(&bench, 30);
}

/// Cases 21 and 22: the file is removed, becomes a folder, the folder moves
/// away and comes back.
#[test]
fn files_and_folders_that_vanish_and_return() {
    let bench = Bench::at(NOW);
    bench.write("logs/a.log", lines(0, 50));
    let watch = bench.start("watch --headless logs/a.log --site example.com --until-idle 6s");
    seconds(1.3);
    append(&bench, "logs/a.log", &lines(50, 60));
    fs::remove_file(bench.path("logs/a.log")).expect("removed");
    fs::create_dir(bench.path("logs/a.log")).expect("made");
    seconds(1.3);
    fs::remove_dir(bench.path("logs/a.log")).expect("removed");
    bench.write("logs/a.log", lines(60, 100));
    seconds(1.3);
    rename(&bench, "logs", "away");
    seconds(1.3);
    append(&bench, "away/a.log", &lines(100, 150));
    rename(&bench, "away", "logs");
    seconds(1.3);
    append(&bench, "logs/a.log", &lines(150, 170));
    let ran = Ran::of(watch.wait_with_output().expect("ends"));
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_each_once(&bench, 170);
}

/// A log that comes only later, and one more that a glob finds.
#[test]
fn logs_that_come_later() {
    let bench = Bench::at(NOW);
    let watch = bench.start("watch --headless -q later.log new-*.log --site example.com --until-idle 3s");
    seconds(1.0);
    append(&bench, "later.log", &lines(0, 50));
    seconds(1.2);
    append(&bench, "new-1.log", &lines(50, 80));
    append(&bench, "new-2.log", &lines(80, 100));
    finish(watch);
    assert_each_once(&bench, 100);
}

/// Case 23: on file systems without events the look each second is enough.
#[test]
fn polling_alone_is_enough() {
    let bench = Bench::at(NOW);
    append(&bench, "a.log", &lines(0, 50));
    let watch = bench.start("watch --headless -q a.log --site example.com --no-inotify --until-idle 2500ms");
    seconds(1.3);
    append(&bench, "a.log", &lines(50, 70));
    seconds(1.3);
    rename(&bench, "a.log", "a.log.1");
    append(&bench, "a.log.1", &lines(70, 80));
    append(&bench, "a.log", &lines(80, 100));
    finish(watch);
    assert_each_once(&bench, 100);
}

/// Case 18: half a line of a full disk, with the next one glued to it.
#[test]
fn half_a_line_glued_to_the_next_costs_one_line() {
    let bench = Bench::at(NOW);
    let text = lines(0, 3);
    let at: Vec<usize> = text.iter().enumerate().filter(|(_, b)| **b == b'\n').map(|(at, _)| at).collect();
    append(&bench, "a.log", &text[..=at[0]]);
    append(&bench, "a.log", &text[at[0] + 1..at[0] + 40]);
    append(&bench, "a.log", &text[at[1] + 1..]);
    append(&bench, "a.log", &lines(3, 20));
    bench.ok(ONCE);
    let (totals, ledger) = bench.totals();
    assert_eq!((&totals["page_views"], &ledger["lines"], &ledger["malformed"]), (&18.into(), &19.into(), &1.into()));
}
