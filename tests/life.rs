//! A store over time: watching, rotation, salts that go, old days.

use crate::support::{Bench, Ran};
use std::io::Write;
use std::time::Duration;

const NOW: &str = "2026-11-20T12:00:00Z";

fn append(bench: &Bench, name: &str, text: &[u8]) {
    let path = bench.path(name);
    let mut file = std::fs::File::options().append(true).create(true).open(path).expect("opened");
    file.write_all(text).expect("written");
}

fn lines(from: u32, to: u32) -> Vec<u8> {
    let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    let line = |n| {
        let (minute, second) = (n / 60 % 60, n % 60);
        format!(
            "192.0.2.{} - - [20/Nov/2026:10:{minute:02}:{second:02} +0000] \"GET /p/{n} HTTP/1.1\" 200 5 \"-\" \"{agent}\"\n",
            n % 250
        )
    };
    (from..to).map(line).collect::<String>().into_bytes()
}

/// Every page once: nothing lost, nothing counted twice.
fn assert_each_once(bench: &Bench, count: u32) {
    let report = bench.json("report --period all --format json --by page --limit 0");
    let rows = report["by"]["page"]["rows"].as_array().expect("rows");
    let twice: Vec<_> = rows.iter().filter(|row| row["page_views"] != 1).collect();
    assert!(twice.is_empty(), "{twice:?}");
    assert_eq!((rows.len(), &report["ledger"]["lines"]), (count as usize, &count.into()));
}

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
    assert_each_once(&bench, 200);
    let text = bench.ok("report --period all").stdout;
    assert!(text.contains("Note: 2026-11-20 may count a visitor twice"), "{text}");
    assert_eq!(bench.json("report --period all --format json")["may_count_twice"][0], "2026-11-20");
}

#[test]
fn old_days_lose_their_hours_but_no_count() {
    let bench = Bench::at(NOW);
    bench.log("a.log", "--lines 40000 --days 4 --seed 3 --now 2026-11-10T00:00:00Z");
    bench.log("b.log", "--lines 100 --days 1 --seed 4 --now 2027-01-10T00:00:00Z");
    bench.imported("a.log");
    let by =
        "report --period all --format json --limit 0 --by page --by country --by source --by browser --by referrer";
    let before = bench.json(by);
    let later = "--now 2027-01-10T12:00:00Z";
    bench.ok(&format!("import -q b.log --site example.com {later}"));
    let since = "--since 2026-11-01 --until 2026-11-12";
    let after = bench.json(&format!("{} {later}", by.replace("--period all", since)));
    assert_eq!(after["totals"], before["totals"]);
    for dimension in ["page", "country", "source"] {
        assert_eq!(after["by"][dimension], before["by"][dimension], "{dimension}");
    }
    let browsers = |report: &serde_json::Value| report["by"]["browser"].clone();
    assert_eq!(browsers(&after), browsers(&before), "families stay");
    let referrers = after["by"]["referrer"]["rows"].as_array().expect("rows");
    assert!(referrers.iter().any(|row| row["value"].as_str().is_some_and(|v| v.ends_with("/(rare)"))));
    let hours = bench.ok(&format!("report {since} {later} --interval hour --format csv --no-header")).stdout;
    let busy: Vec<&str> = hours.lines().filter(|row| !row.contains(",0,0,0,0,0,0")).collect();
    assert!(busy.iter().all(|row| row.contains("T00:00:00")), "{busy:?}");
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
