//! A store over time: watching, rotation, salts that go, old days.

use crate::support::{Bench, Ran, append, assert_each_once, lines};
use std::time::Duration;

const NOW: &str = "2026-11-20T12:00:00Z";

#[test]
fn watch_follows_and_goes_on_after_a_rename() {
    let bench = Bench::at(NOW);
    append(&bench, "a.log", &lines(0, 300));
    let watch = bench.start("watch --headless -q a.log --site example.com --until-idle 3s");
    std::thread::sleep(Duration::from_millis(1500));
    append(&bench, "a.log", &lines(300, 500));
    std::thread::sleep(Duration::from_millis(1200));
    std::fs::rename(bench.path("a.log"), bench.path("a.log.1")).expect("renamed");
    append(&bench, "a.log.1", &lines(500, 600));
    append(&bench, "a.log", &lines(600, 900));
    let ran = Ran::of(watch.wait_with_output().expect("ends"));
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    assert_each_once(&bench, 900);
    bench.ok("import -q a.log a.log.1 --site example.com");
    assert_each_once(&bench, 900);
}

#[test]
fn watch_leaves_half_a_line_until_it_is_whole() {
    let bench = Bench::at(NOW);
    let text = lines(0, 20);
    append(&bench, "a.log", &text[..text.len() - 40]);
    bench.ok("watch --headless -q a.log --site example.com --until-idle 200ms");
    assert_each_once(&bench, 19);
    append(&bench, "a.log", &text[text.len() - 40..]);
    bench.ok("watch --headless -q a.log --site example.com --until-idle 200ms");
    assert_each_once(&bench, 20);
}

#[test]
fn a_visit_goes_on_over_many_runs() {
    let bench = Bench::at(NOW);
    let whole = Bench::at(NOW);
    let log = std::fs::read(bench.log("source.log", "--lines 6000 --days 1 --seed 8 --now 2026-11-20T11:00:00Z"))
        .expect("readable");
    whole.write("a.log", &log);
    whole.imported("a.log");
    let mut end = 0;
    for part in 1..=12 {
        let next = log.len() * part / 12;
        append(&bench, "a.log", &log[end..next]);
        end = next;
        bench.ok("watch --headless -q a.log --site example.com --until-idle 50ms --no-inotify");
    }
    assert_eq!(bench.totals(), whole.totals());
}

#[test]
fn a_lost_salt_is_made_anew_and_the_day_marked() {
    let bench = Bench::at(NOW);
    append(&bench, "a.log", &lines(0, 100));
    bench.ok("import -q a.log --site example.com");
    for file in crate::support::files(&bench.path("state")) {
        if file.extension().is_some_and(|e| e == "salt") {
            std::fs::remove_file(file).expect("removed");
        }
    }
    append(&bench, "a.log", &lines(100, 200));
    let ran = bench.ok("import a.log --site example.com");
    assert!(ran.stderr.contains("note: 2026-11-20 may count a visitor twice"), "{}", ran.stderr);
    let text = bench.ok("report --period all").stdout;
    assert!(text.contains("Note: 2026-11-20 may count a visitor twice"), "{text}");
    // The newest lines were sealed under the salt too.
    let days = bench.json("report --period all --format json")["days"].clone();
    assert_eq!((&days["marked"][0], &days["unreadable"][0]), (&"2026-11-20".into(), &"2026-11-20".into()), "{days}");
    assert!(text.contains("fathom-tui recount 2026-11-20"), "{text}");
    bench.ok("recount 2026-11-20 --yes");
    assert_each_once(&bench, 200);
    let days = bench.json("report --period all --format json")["days"].clone();
    assert_eq!((&days["marked"][0], &days["unreadable"][0]), (&serde_json::Value::Null, &serde_json::Value::Null));
}

#[test]
fn new_pages_are_capped_and_counts_stay() {
    let bench = Bench::at(NOW);
    let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    let log: String = (0..60_000)
        .map(|n| {
            format!(
                "192.0.2.1 - - [20/Nov/2026:10:00:{:02} +0000] \"GET /p/{n} HTTP/1.1\" 200 5 \"-\" \"{agent}\"\n",
                n / 1000
            )
        })
        .collect();
    bench.write("a.log", log);
    bench.ok("import -q a.log --site example.com");
    let report = bench.json("report --period all --format json --by page --limit 1");
    assert_eq!(report["by"]["page"]["total"], 50_001);
    let first = &report["by"]["page"]["rows"][0];
    assert_eq!((&first["value"], &first["page_views"]), (&"(other)".into(), &10_000.into()));
    assert_eq!(report["totals"]["uniques"], 60_000, "hashes are taken before the cap");
    assert_eq!(report["totals"]["page_views"], 60_000);
}

#[test]
fn watch_goes_on_with_a_log_that_was_known_to_its_end() {
    let bench = Bench::at(NOW);
    append(&bench, "a.log", &lines(0, 100));
    bench.ok("import -q a.log --site example.com");
    let watch = bench.start("watch --headless -q a.log --site example.com --until-idle 2500ms");
    std::thread::sleep(Duration::from_millis(1000));
    append(&bench, "a.log", &lines(100, 150));
    std::thread::sleep(Duration::from_millis(1000));
    // Another process is quicker with what comes now, or not: either way once.
    append(&bench, "a.log", &lines(150, 250));
    bench.ok("import -q a.log --site example.com");
    append(&bench, "a.log", &lines(250, 300));
    assert_eq!(Ran::of(watch.wait_with_output().expect("ends")).code, 0);
    assert_each_once(&bench, 300);
}

#[test]
fn one_file_by_several_names_is_followed_once() {
    let bench = Bench::at(NOW);
    append(&bench, "a.log", &lines(0, 100));
    std::fs::hard_link(bench.path("a.log"), bench.path("b.log")).expect("linked");
    std::os::unix::fs::symlink("a.log", bench.path("c.log")).expect("linked");
    std::fs::copy(bench.path("a.log"), bench.path("copy.log")).expect("copied");
    bench.ok("watch --headless -q a.log b.log c.log copy.log a.log --site example.com --until-idle 1500ms");
    assert_each_once(&bench, 100);
}

#[test]
fn watch_takes_folders() {
    let bench = Bench::at(NOW);
    std::fs::create_dir(bench.path("logs")).expect("made");
    append(&bench, "logs/a.log", &lines(0, 100));
    append(&bench, "logs/a.log.1", &lines(100, 150));
    let watch = bench.start("watch --headless -q logs --site example.com --until-idle 3s");
    std::thread::sleep(Duration::from_millis(1200));
    append(&bench, "logs/b.log", &lines(150, 200));
    append(&bench, "logs/a.log", &lines(200, 220));
    assert_eq!(Ran::of(watch.wait_with_output().expect("ends")).code, 0);
    assert_each_once(&bench, 220);
}

#[test]
fn watch_can_begin_at_the_end() {
    let bench = Bench::at(NOW);
    append(&bench, "a.log", &lines(0, 100));
    bench.ok("watch --headless -q a.log --site example.com --from-end --until-idle 100ms");
    append(&bench, "a.log", &lines(100, 150));
    bench.ok("watch --headless -q a.log --site example.com --until-idle 100ms");
    let (totals, ledger) = bench.totals();
    assert_eq!((&totals["page_views"], &ledger["lines"]), (&50.into(), &50.into()));
}

#[test]
fn a_line_without_end_is_malformed_and_costs_no_memory() {
    let bench = Bench::at(NOW);
    append(&bench, "a.log", &lines(0, 10));
    append(&bench, "a.log", &vec![b'x'; 3 << 20]);
    bench.ok("watch --headless -q a.log --site example.com --until-idle 100ms");
    append(&bench, "a.log", &[&vec![b'x'; 3 << 20][..], b"\n", &lines(10, 20)].concat());
    bench.ok("watch --headless -q a.log --site example.com --until-idle 100ms");
    bench.ok("import -q a.log --site example.com");
    let (totals, ledger) = bench.totals();
    assert_eq!((&totals["page_views"], &ledger["lines"], &ledger["malformed"]), (&20.into(), &21.into(), &1.into()));
}

#[test]
fn a_folder_of_many_small_logs() {
    let bench = Bench::at(NOW);
    let text = lines(0, 900);
    for (number, part) in text.split_inclusive(|&b| b == b'\n').collect::<Vec<_>>().chunks(6).enumerate() {
        bench.write(&format!("logs/{number}.log"), part.concat());
    }
    bench.write("logs/none.txt", "no log at all\n");
    assert_eq!(bench.imported("logs"), 900);
    assert_each_once(&bench, 900);
    let again = bench.json("import -q --json --site example.com logs");
    assert_eq!((&again["files"], &again["lines"], &again["new_lines"]), (&150.into(), &900.into(), &0.into()));
}

#[test]
fn a_dry_run_counts_and_writes_nothing() {
    let bench = Bench::at(NOW);
    append(&bench, "a.log", &lines(0, 100));
    std::fs::copy(bench.path("a.log"), bench.path("b.log")).expect("copied");
    assert_eq!(bench.imported("--dry-run a.log b.log"), 100);
    assert!(!bench.db().exists());
    bench.imported("a.log");
    assert_eq!(bench.imported("--dry-run a.log"), 0);
}

#[test]
fn one_bad_file_does_not_keep_the_others_from_being_read() {
    let bench = Bench::at(NOW);
    bench.write("logs/a.log", lines(0, 100));
    bench.write("logs/broken.gz", b"\x1f\x8b\x08\x00garbage that is no gzip");
    assert_eq!(bench.imported("logs"), 100);
    let ran = bench.run(["import", "logs/broken.gz"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("error: could not read logs/broken.gz"), "{}", ran.stderr);
}

#[test]
fn a_site_removed_and_added_again_begins_anew() {
    let bench = Bench::at(NOW);
    bench.write("a.log", lines(0, 50));
    bench.imported("a.log");
    assert_eq!(bench.run(["sites", "remove", "example.com"]).code, 2, "it needs --yes");
    bench.ok("sites remove example.com --yes");
    bench.write("b.log", lines(60, 90));
    bench.imported("b.log");
    let (totals, _) = bench.totals();
    assert_eq!((&totals["page_views"], &totals["visits"]), (&30.into(), &30.into()));
}
