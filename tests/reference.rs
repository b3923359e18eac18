//! Every number equals that of an independent reference, written in another
//! language from the definitions and reading only the log and assets/.

use crate::support::{Bench, Ran, data, has};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

const NOW: &str = "2026-11-20T12:00:00Z";
const BERLIN: &str = "Europe/Berlin";

fn reference(flags: &[&str], logs: &[&Path]) -> Value {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference.py");
    let output = Command::new("python3").arg(script).args(flags).args(logs).output().expect("runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

fn number(value: &Value, key: &str) -> i64 {
    value[key].as_i64().unwrap_or_else(|| panic!("{key} in {value}"))
}

fn ratio(value: &Value, a: &str, b: &str) -> Option<f64> {
    let (a, b) = (number(value, a), number(value, b));
    (b > 0).then(|| a as f64 / b as f64)
}

/// Rows of the reference that our lists have: with page views.
fn viewed(values: &Value) -> BTreeMap<&str, &Value> {
    let all = values.as_object().expect("an object");
    all.iter().filter(|(_, row)| number(row, "page_views") > 0).map(|(key, row)| (key.as_str(), row)).collect()
}

fn rows<'r>(report: &'r Value, dimension: &str) -> BTreeMap<&'r str, &'r Value> {
    let rows = report["by"][dimension]["rows"].as_array().unwrap_or_else(|| panic!("rows of {dimension}"));
    assert_eq!(rows.len() as u64, report["by"][dimension]["total"].as_u64().expect("a total"));
    rows.iter().map(|row| (row["value"].as_str().expect("a value"), row)).collect()
}

/// Compares everything that a report and the reference both have.
fn assert_equal(bench: &Bench, expected: &Value) {
    let by = "page source referrer channel entry_page exit_page status utm_campaign".split(' ');
    let by: String = by.map(|dimension| format!("--by {dimension} ")).collect();
    let report = bench.json(&format!("report --period all --format json --limit 0 {by}"));
    for key in ["visitors", "visits", "page_views", "uniques", "bounces", "requests", "bytes"] {
        assert_eq!(number(&report["totals"], key), number(&expected["totals"], key), "{key}");
    }
    // Of visits each is rounded to 30 seconds; tests/closing.rs has those sums.
    let near = |a: Option<f64>, b: Option<f64>| (a.unwrap_or(0.0) - b.unwrap_or(0.0)).abs() <= 15.0;
    let duration = report["totals"]["duration"].as_f64();
    assert!(near(duration, ratio(&expected["totals"], "duration_s", "duration_n")), "{duration:?}");
    for (class, lines) in expected["ledger"].as_object().expect("an object") {
        assert_eq!(&report["ledger"][class], lines, "{class}");
    }
    assert_eq!(report["ledger"]["lines"], expected["lines"]);
    for (dimension, key) in [("source", "by_source"), ("referrer", "by_referrer"), ("channel", "by_channel")] {
        assert_rows(&rows(&report, dimension), &viewed(&expected[key]), "visitors", dimension);
    }
    assert_rows(&rows(&report, "page"), &viewed(&expected["by_page"]), "uniques", "page");
    assert_entries(&report, expected);
    for (status, sums) in expected["by_status"].as_object().expect("an object") {
        let row = rows(&report, "status")[status.as_str()];
        assert_eq!((&row["requests"], &row["bytes"]), (&sums["requests"], &sums["bytes"]), "status {status}");
    }
    for (interval, key) in [("day", "by_day"), ("hour", "by_hour")] {
        assert_series(bench, interval, &expected[key]);
    }
}

fn assert_rows(ours: &BTreeMap<&str, &Value>, theirs: &BTreeMap<&str, &Value>, visitors: &str, what: &str) {
    assert_eq!(ours.keys().collect::<Vec<_>>(), theirs.keys().collect::<Vec<_>>(), "values of {what}");
    for (value, expected) in theirs {
        let row = ours[value];
        assert_eq!(number(row, "page_views"), number(expected, "page_views"), "{what} {value}: page views");
        assert_eq!(number(row, "visitors"), number(expected, visitors), "{what} {value}: visitors");
        assert_eq!(number(row, "visits"), number(expected, "visits"), "{what} {value}: visits");
        // A page that nobody left has no rate.
        if what != "page" || number(expected, "exits") > 0 {
            assert_eq!(row["bounce_rate"].as_f64(), ratio(expected, "bounces", "visits"), "{what} {value}: bounces");
        }
        // Sums of visits round each to 30 seconds, those of pages round nothing.
        if what == "page" {
            assert_eq!(
                row["duration"].as_f64(),
                ratio(expected, "duration_s", "duration_n"),
                "{what} {value}: duration"
            );
        }
    }
}

fn assert_entries(report: &Value, expected: &Value) {
    let pages = expected["by_page"].as_object().expect("an object");
    for (dimension, ours, theirs) in
        [("entry_page", "visits", "visits"), ("entry_page", "bounces", "bounces"), ("exit_page", "exits", "exits")]
    {
        let rows = rows(report, dimension);
        for (page, row) in pages {
            let count = rows.get(page.as_str()).map_or(0, |row| number(row, ours));
            assert_eq!(count, number(row, theirs), "{dimension} {page}: {ours}");
        }
    }
}

fn assert_series(bench: &Bench, interval: &str, expected: &Value) {
    let table = bench.ok(&format!("report --period all --interval {interval} --format csv --no-header")).stdout;
    let expected = expected.as_object().expect("an object");
    let mut met = 0;
    for line in table.lines() {
        let cells: Vec<&str> = line.split(',').collect();
        let time = if interval == "day" { &cells[1][..10] } else { cells[1] };
        let of = |key: &str| expected.get(time).map_or(0, |row| number(row, key)).to_string();
        let keys = ["visitors", "visits", "page_views", "bounces"];
        let row: Vec<String> = keys.iter().map(|key| of(key)).collect();
        // Hours have no bounces.
        let known = if interval == "day" { 4 } else { 3 };
        assert_eq!(cells[2..2 + known], row[..known], "{time}");
        met += usize::from(expected.contains_key(time));
    }
    assert_eq!(met, expected.len(), "every {interval} of the reference is in the series");
}

fn check(log: &Path, flags: &[&str], now: &str) {
    if !has("python3") {
        return;
    }
    let mut theirs = vec!["--timezone", BERLIN, "--now", now];
    theirs.extend(flags);
    let expected = reference(&theirs, &[log]);
    for split in SPLITS {
        let bench = Bench::at(now);
        import(&bench, split, &[log], flags);
        assert_equal(&bench, &expected);
    }
}

/// Threads and bytes of a block: as it comes, and such that blocks end anywhere and
/// are ready in any order.
const SPLITS: [Option<(&str, &str)>; 4] = [None, Some(("1", "70001")), Some(("2", "1009")), Some(("7", "313"))];

fn import(bench: &Bench, split: Option<(&str, &str)>, logs: &[&Path], flags: &[&str]) {
    let mut command = bench.command(["import", "-q", "--timezone", BERLIN]);
    command.args(logs).args(flags);
    if let Some((threads, block)) = split {
        command.env("FATHOM_TUI_TEST_THREADS", threads).env("FATHOM_TUI_TEST_BLOCK", block);
    }
    let ran = Ran::of(command.output().expect("runs"));
    assert_eq!(ran.code, 0, "{}", ran.stderr);
}

/// Lines of the two simulated logs; a million and 200,000 with
/// FATHOM_TUI_TEST_LINES=1000000.
fn lines(most: u64) -> u64 {
    let asked = std::env::var("FATHOM_TUI_TEST_LINES").ok().and_then(|n| n.parse().ok());
    asked.unwrap_or(200_000).min(most)
}

#[test]
fn of_a_simulated_nginx_log() {
    let bench = Bench::at(NOW);
    let log = bench.log("nginx.log", &format!("--lines {} --days 40 --seed 11", lines(1_000_000)));
    check(&log, &["--site", "example.com"], NOW);
}

#[test]
fn of_a_simulated_caddy_log() {
    let bench = Bench::at(NOW);
    let log = bench.log("caddy.log", &format!("--lines {} --days 40 --seed 12 --format caddy", lines(200_000)));
    check(&log, &[], NOW);
}

#[test]
fn of_a_log_with_every_oddity() {
    if !has("python3") {
        return;
    }
    let bench = Bench::at(NOW);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hard.py");
    for seed in ["1", "2", "3"] {
        let output = Command::new("python3").arg(&script).args(["30000", seed]).output().expect("runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        check(&bench.write("hard.log", output.stdout), &["--site", "example.com"], NOW);
    }
}

#[test]
fn of_logs_of_real_servers() {
    let gonx = "$remote_addr [$time_local] \"$request\" $status $request_length $body_bytes_sent $request_time \"$t_size\" $read_time $gen_time";
    let cases: [(&str, &[&str]); 5] = [
        ("rhit/access.log", &["--site", "dystroy.org"]),
        ("advertools/nginx_access.log", &["--site", "example.com"]),
        ("advertools/combined_no_errors.log", &["--site", "example.com"]),
        ("advertools/combined_latin1_enc.log", &["--site", "example.com"]),
        ("gonx/access.log", &["--site", "example.com", "--log-format", gonx]),
    ];
    for (name, flags) in cases {
        if let Some(log) = data(name) {
            println!("{name}");
            check(&log, flags, NOW);
        }
    }
}

#[test]
fn of_files_that_overlap() {
    if !has("python3") {
        return;
    }
    let bench = Bench::at(NOW);
    let whole = std::fs::read(bench.log("whole.log", "--lines 60000 --days 5 --seed 5")).expect("readable");
    // Dealt out to three files as three servers of one site would have them.
    let mut parts = [Vec::new(), Vec::new(), Vec::new()];
    for (number, line) in whole.split_inclusive(|&b| b == b'\n').enumerate() {
        parts[number * 7 % 11 % 3].extend_from_slice(line);
    }
    let logs: Vec<_> = (0..3).map(|n| bench.write(&format!("part{n}.log"), &parts[n])).collect();
    let paths: Vec<&Path> = logs.iter().map(|log| log.as_path()).collect();
    let expected = reference(&["--site", "example.com", "--timezone", BERLIN, "--now", NOW], &paths);
    for split in SPLITS {
        let bench = Bench::at(NOW);
        import(&bench, split, &paths, &["--site", "example.com"]);
        assert_equal(&bench, &expected);
    }
}
