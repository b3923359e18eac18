//! What is kept of closed days equals what the reference keeps of them, row by row:
//! sums by hour, of visits, of pages, pairs, requests, carried days and late parts.

use crate::support::{Bench, Ran, has};
use fathom_tui::model::Channel;
use fathom_tui::store::testing::ask;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

const NOW: &str = "2026-11-20T12:00:00Z";

/// Rows by key, as text; those that are all zero are none.
type Table = BTreeMap<Vec<String>, Vec<i64>>;

struct Case<'c> {
    k: u32,
    zone: &'c str,
    log: &'c [u8],
    /// Logs that come when the days before are closed.
    late: &'c [&'c [u8]],
}

fn reference(bench: &Bench, case: &Case<'_>) -> Value {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference.py");
    let mut command = Command::new("python3");
    command.arg(script).current_dir(bench.root()).args([
        "--site",
        "example.com",
        "--timezone",
        case.zone,
        "--now",
        NOW,
    ]);
    command.args(["--close", "--k", &case.k.to_string()]);
    for number in 0..case.late.len() {
        command.args(["--late", &format!("late{number}.log")]);
    }
    let output = command.arg("a.log").output().expect("runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice::<Value>(&output.stdout).expect("JSON")["closed"].take()
}

/// A table of the reference: these keys and counters.
fn theirs(closed: &Value, table: &str, keys: &str, counters: &str) -> Table {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let mut rows = Table::new();
    for row in closed[table].as_array().expect("rows") {
        let key = keys.split(' ').map(|key| text(&row[key])).collect();
        let counts: Vec<i64> = counters.split(' ').map(|name| row[name].as_i64().unwrap_or(0)).collect();
        let sums = rows.entry(key).or_insert_with(|| vec![0; counts.len()]);
        sums.iter_mut().zip(counts).for_each(|(sum, n)| *sum += n);
    }
    rows.retain(|_, sums| sums.iter().any(|n| *n != 0));
    rows
}

/// A table of the store: so many columns are its key.
fn ours(bench: &Bench, keys: usize, sql: &str) -> Table {
    let mut rows = Table::new();
    for row in ask(&bench.db(), sql).expect("rows") {
        let counts = row[keys..].iter().map(|n| n.parse().expect("a number")).collect();
        assert!(rows.insert(row[..keys].to_vec(), counts).is_none(), "one row: {row:?}");
    }
    rows.retain(|_, sums: &mut Vec<i64>| sums.iter().any(|n| *n != 0));
    rows
}

fn compare(what: &str, ours: Table, theirs: Table) {
    for (key, sums) in &theirs {
        assert_eq!(ours.get(key), Some(sums), "{what} {key:?}");
    }
    for key in ours.keys() {
        assert!(theirs.contains_key(key), "{what} {key:?} {:?} is too much", ours[key]);
    }
}

fn check(case: &Case<'_>) -> Value {
    let bench = Bench::at(NOW).with_k(case.k);
    bench.write("a.log", case.log);
    let import = |name: &str, more: &[&str]| {
        let ran = bench.run([&["import", "-q", "--timezone", case.zone, "--site", "example.com", name], more].concat());
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        ran
    };
    import("a.log", &["--keep-open"]);
    let closing =
        |bench: &Bench| -> Ran { bench.run(["report", "--now", "2026-12-10T12:00:00Z", "--period", "today"]) };
    for (number, late) in case.late.iter().enumerate() {
        bench.write(&format!("late{number}.log"), late);
    }
    let expected = reference(&bench, case);
    // All of them are due, and what waits is not yet a week old.
    let before =
        bench.run(["import", "-q", "--close", "--now", "2026-11-22T12:00:00Z", "a.log", "--site", "example.com"]);
    assert_eq!(before.code, 0, "{}", before.stderr);
    for number in 0..case.late.len() {
        import(&format!("late{number}.log"), &["--close", "--now", "2026-11-22T12:00:00Z"]);
    }
    tables(&bench, &expected);
    assert_eq!(closing(&bench).code, 0);
    expected
}

fn tables(bench: &Bench, expected: &Value) {
    let day = "CAST(DATE '1970-01-01' + day AS VARCHAR)";
    let channels: Vec<String> = (0..Channel::ALL.len() as u8 + 1)
        .filter_map(|n| Some(format!("WHEN {n} THEN '{}'", Channel::from_index(n)?.as_str())))
        .collect();
    let channel = format!("CASE channel {} END", channels.join(" "));
    let text = |table: &str, id: &str| format!("coalesce((SELECT text FROM {table} t WHERE t.id = {id}), '')");
    let utm = |n: u8| format!("split_part({}, chr(31), {n})", text("campaigns", "campaign"));
    let hour = |table: Table| -> Table {
        let seconds = |time: &str| chrono::DateTime::parse_from_rfc3339(time).expect("a time").timestamp().to_string();
        table
            .into_iter()
            .map(|(mut key, sums)| {
                key[0] = seconds(&key[0]);
                (key, sums)
            })
            .collect()
    };
    compare(
        "hours",
        ours(bench, 1, "SELECT bucket, sum(page_views), sum(visitors), sum(visits) FROM hours GROUP BY 1"),
        hour(theirs(expected, "hours", "hour", "page_views visitors visits")),
    );
    let columns = [
        text("hosts", "host"),
        text("sources", "source"),
        text("referrers", "referrer"),
        channel,
        utm(1),
        utm(2),
        utm(3),
    ];
    compare(
        "visit sums",
        ours(
            bench,
            8,
            &format!(
                "SELECT {day}, {}, sum(visitors), sum(visits), sum(bounces), sum(page_views), sum(seconds), sum(timed) \
             FROM visit_sums GROUP BY ALL",
                columns.join(", ")
            ),
        ),
        theirs(
            expected,
            "visit_sums",
            "day host source referrer channel utm_source utm_medium utm_campaign",
            "visitors visits bounces page_views seconds timed",
        ),
    );
    compare(
        "page sums",
        ours(
            bench,
            3,
            &format!(
                "SELECT {day}, {}, {}, sum(page_views), sum(uniques), sum(visits), sum(bounces), sum(exits), sum(duration_s), \
             sum(duration_n) FROM page_sums GROUP BY ALL",
                text("pages", "page"),
                text("hosts", "host")
            ),
        ),
        theirs(expected, "page_sums", "day page host", "page_views uniques visits bounces exits duration_s duration_n"),
    );
    let dimensions = ["source", "referrer", "channel", "utm_source", "utm_medium", "utm_campaign"];
    let numbers: Vec<String> = fathom_tui::model::Dimension::ALL
        .iter()
        .filter(|dimension| dimensions.contains(&dimension.as_str()))
        .map(|dimension| format!("WHEN {} THEN '{}'", *dimension as u8, dimension.as_str()))
        .collect();
    compare(
        "pairs",
        ours(
            bench,
            4,
            &format!(
                "SELECT * FROM (SELECT {day}, {}, CASE dimension {} END AS of, {}, sum(page_views), sum(uniques), sum(visits) \
             FROM pairs GROUP BY ALL) WHERE of IS NOT NULL",
                text("pages", "page"),
                numbers.join(" "),
                text("values_of_pairs", "value")
            ),
        ),
        theirs(expected, "pairs", "day page dimension value", "page_views uniques visits"),
    );
    compare(
        "lines",
        ours(bench, 1, "SELECT bucket, sum(lines) FROM ledger GROUP BY 1"),
        hour(theirs(expected, "ledger", "hour", "lines")),
    );
    compare(
        "carried",
        ours(bench, 1, &format!("SELECT {day}, count(*) FROM carried GROUP BY 1")),
        expected["carried"]
            .as_array()
            .expect("rows")
            .iter()
            .map(|row| (vec![row["day"].as_str().expect("a day").into()], vec![1]))
            .collect(),
    );
}

fn simulated(flags: &str) -> Vec<u8> {
    let bench = Bench::at(NOW);
    std::fs::read(bench.log("a.log", flags)).expect("readable")
}

/// A million lines with FATHOM_TUI_TEST_LINES=1000000.
fn many() -> u64 {
    std::env::var("FATHOM_TUI_TEST_LINES").ok().and_then(|n| n.parse().ok()).unwrap_or(60_000)
}

#[test]
fn days_of_any_k_and_zone() {
    if !has("python3") {
        return;
    }
    let log = simulated(&format!("--lines {} --days 12 --seed 11", many()));
    for (k, zone) in [(1, "Europe/Berlin"), (2, "UTC"), (3, "Asia/Kathmandu"), (10, "America/St_Johns")] {
        check(&Case { k, zone, log: &log, late: &[] });
    }
}

/// The night in which a local hour comes twice, and the one in which one is missing.
#[test]
fn days_of_23_and_25_hours() {
    if !has("python3") {
        return;
    }
    for until in ["2026-10-27T00:00:00Z", "2026-03-31T00:00:00Z"] {
        let log = simulated(&format!("--lines 9000 --days 5 --seed 13 --now {until}"));
        check(&Case { k: 3, zone: "Europe/Berlin", log: &log, late: &[] });
    }
}

/// Small sites, of which days are carried.
#[test]
fn days_that_are_too_small() {
    if !has("python3") {
        return;
    }
    let mut carried = 0;
    for (seed, k) in [(1, 2), (2, 3), (3, 3), (4, 10)] {
        let log = simulated(&format!("--lines 900 --days 14 --seed {seed}"));
        let expected = check(&Case { k, zone: "Europe/Berlin", log: &log, late: &[] });
        carried += expected["carried"].as_array().expect("rows").len();
    }
    assert!(carried > 3, "{carried} days were carried");
}

/// Lines that come when their day is closed, and more of them after that.
#[test]
fn days_that_come_late_and_later() {
    if !has("python3") {
        return;
    }
    let whole = simulated("--lines 12000 --days 6 --seed 17");
    let mut parts = [Vec::new(), Vec::new(), Vec::new()];
    for (number, line) in whole.split_inclusive(|&b| b == b'\n').enumerate() {
        parts[[0, 0, 1, 0, 0, 0, 2][number % 7]].extend_from_slice(line);
    }
    for k in [1, 3] {
        check(&Case { k, zone: "Europe/Berlin", log: &parts[0], late: &[&parts[1], &parts[2]] });
    }
}
