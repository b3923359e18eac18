//! What a report says under filters, by dimension, and in every form.

use crate::support::Bench;
use serde_json::Value;

const NOW: &str = "2026-11-20T12:00:00Z";

fn filled() -> Bench {
    let bench = Bench::at(NOW);
    bench.log("a.log", "--lines 30000 --days 20 --seed 21");
    bench.imported("a.log");
    bench
}

fn rows(report: &Value, by: &str) -> Vec<Value> {
    report["by"][by]["rows"].as_array().unwrap_or_else(|| panic!("rows of {by}: {report}")).clone()
}

#[test]
fn every_dimension_and_every_filter_answers() {
    let bench = filled();
    let pages = "page entry_page exit_page referrer source channel utm_source utm_medium utm_campaign country region city browser os device host";
    let requests = "status method class bot bot_family error_path";
    for by in pages.split(' ').chain(requests.split(' ')).chain(["event"]) {
        let report = bench.json(&format!("report --period all --format json --limit 0 --by {by}"));
        let rows = rows(&report, by);
        assert_eq!(rows.len() as u64, report["by"][by]["total"].as_u64().expect("a total"), "{by}");
        let Some(value) = rows.first().and_then(|row| row["value"].as_str()) else { continue };
        for (op, value) in [("==", value), ("!=", value), ("~", &value[..1]), ("!~", value), ("==", "no|such*")] {
            let filter = format!("{by}{op}{value}");
            let ran = bench.run(["report", "--period", "all", "--format", "json", "--filter", &filter]);
            assert_eq!(ran.code, 0, "{filter}: {}", ran.stderr);
        }
        let limited = bench.json(&format!("report --period all --format json --limit 3 --by {by}"));
        assert_eq!(limited["by"][by]["total"], report["by"][by]["total"], "{by}");
        assert_eq!(rows[..rows.len().min(3)], self::rows(&limited, by)[..], "{by}");
    }
}

#[test]
fn filters_and_their_opposites_add_up() {
    let bench = filled();
    let views = |filter: &str| {
        let ran = bench.run(["report", "--period", "all", "--format", "json", "--filter", filter]);
        let report: Value = serde_json::from_str(&ran.stdout).expect("JSON");
        report["totals"]["page_views"].as_i64().expect("a number")
    };
    let (totals, _) = bench.totals();
    let all = totals["page_views"].as_i64().expect("a number");
    for (yes, no) in [
        ("country==US|DE", "country!=US|DE"),
        ("page==/blog*", "page!=/blog*"),
        ("source~goo", "source!~goo"),
        ("region==(unknown)", "region!=(unknown)"),
        ("device==desktop", "device!=desktop"),
    ] {
        let (with, without) = (views(yes), views(no));
        assert_eq!(with + without, all, "{yes}");
        assert!(with > 0, "{yes}");
    }
}

#[test]
fn a_page_filter_counts_page_visitors_and_entries() {
    let bench = filled();
    let report = bench.json("report --period all --format json --filter page==/ --by source");
    let whole = bench.json("report --period all --format json --by page --by entry_page --limit 0");
    let row = |by: &str| rows(&whole, by).into_iter().find(|row| row["value"] == "/").expect("a row");
    assert_eq!(report["totals"]["visitors"], row("page")["visitors"]);
    assert_eq!(report["totals"]["visits"], row("entry_page")["visits"]);
    assert_eq!(report["totals"]["views_per_visit"], Value::Null);
    assert_eq!(report["totals"]["requests"], Value::Null);
    let entries = bench.json("report --period all --format json --filter entry_page==/");
    assert_eq!(entries["totals"]["visits"], row("entry_page")["visits"]);
    assert_eq!(entries["totals"]["page_views"], Value::Null);
}

#[test]
fn an_exit_filter_counts_exits_and_nothing_else() {
    let bench = filled();
    let whole = bench.json("report --period all --format json --by exit_page --limit 0");
    let exits = rows(&whole, "exit_page").into_iter().find(|row| row["value"] == "/").expect("a row")["exits"].clone();
    let line = "report --period all --filter exit_page==/";
    let report = bench.json(&format!("{line} --by exit_page --format json"));
    let totals = &report["totals"];
    assert_eq!((&totals["visits"], &report["by"]["exit_page"]["rows"][0]["exits"]), (&exits, &exits));
    let unknown = ["visitors", "page_views", "uniques", "bounces", "bounce_rate", "duration", "views_per_visit"];
    for name in unknown {
        assert_eq!(totals[name], Value::Null, "{name}");
    }
    let beside = bench.json(&format!("{line} --by source --format json"))["by"]["source"]["unknown"].clone();
    assert_eq!(beside["remove"][0], "exit_page==/", "{beside}");
    assert!(beside["because"].as_str().is_some_and(|why| why.contains("where visits end")), "{beside}");
    // No form says 0 where the others say that it is unknown.
    let rows = bench.ok(&format!("{line} --by exit_page --format csv --no-header")).stdout;
    let row: Vec<&str> = rows.lines().next().expect("a row").split(',').collect();
    assert_eq!((row[5], &row[7..12]), ("", &[""; 5][..]), "{rows}");
    let steps = bench.ok(&format!("{line} --interval day --format csv --no-header")).stdout;
    let sum: i64 =
        steps.lines().map(|step| step.split(',').nth(3).expect("visits").parse::<i64>().expect("a number")).sum();
    assert_eq!(Some(sum), exits.as_i64());
    assert!(steps.lines().all(|step| step.split(',').nth(2) == Some("") && step.ends_with(",,,,")), "{steps}");
    let markdown = bench.ok(&format!("{line} --format md")).stdout;
    assert!(markdown.contains(&format!("| now |  | {exits} |  |  |  |")), "{markdown}");
    let text = bench.ok(line).stdout;
    assert!(text.contains("exits by day") && text.contains("BOUNCE"), "{text}");
    assert!(text.lines().nth(3).expect("numbers").starts_with('-'), "{text}");
}

#[test]
fn lists_of_requests_stand_beside_each_other_under_a_filter() {
    let bench = filled();
    let line = "report --period all --format json --filter status==404 --by error_path --by bot_family";
    let report = bench.json(line);
    assert!(!rows(&report, "error_path").is_empty() && !rows(&report, "bot_family").is_empty());
}

#[test]
fn the_object_is_as_documented() {
    let bench = filled();
    let report = bench.json("report --since 7d --format json --compare previous");
    let keys = |value: &Value| value.as_object().expect("an object").keys().cloned().collect::<Vec<_>>().join(" ");
    assert_eq!(keys(&report), "by days ledger previous range schema series site timezone totals");
    let totals =
        "bounce_rate bounces bytes duration events page_views requests uniques views_per_visit visitors visits";
    assert_eq!(keys(&report["totals"]), totals);
    assert_eq!(keys(&report["previous"]), totals);
    assert_eq!(
        keys(&report["by"]),
        "browser bot country device os page referrer status"
            .split(' ')
            .fold(std::collections::BTreeSet::new(), |mut all, key| {
                all.insert(key);
                all
            })
            .into_iter()
            .collect::<Vec<_>>()
            .join(" ")
    );
    assert_eq!(keys(&report["series"][0]), "page_views time visitors visits");
    assert_eq!(report["series"].as_array().expect("an array").len(), 7);
    assert_eq!(report["range"]["from"], "2026-11-14T00:00:00+01:00");
    assert_eq!(report["range"]["to"], "2026-11-21T00:00:00+01:00");
    assert_eq!(keys(&report["by"]["page"]["rows"][0]), "bounce_rate duration page_views value visitors visits");
    assert_eq!(keys(&report["by"]["status"]["rows"][0]), "bytes requests value");
}

#[test]
fn tables_have_their_columns_and_every_row() {
    let bench = filled();
    let table = bench.ok("report --period all --format csv --by page").stdout;
    let head =
        "site,from,to,dimension,value,visitors,visits,page_views,bounce_rate,duration,events,amount,requests,bytes";
    assert_eq!(table.lines().next(), Some(head));
    let total = bench.json("report --period all --format json --by page")["by"]["page"]["total"].clone();
    assert_eq!(table.lines().count() as u64 - 1, total.as_u64().expect("a number"));
    let tabs = bench.ok("report --period all --format tsv --by page --no-header").stdout;
    assert!(tabs.lines().all(|line| line.split('\t').count() == 14));
    let series = bench.ok("report --since 3d --interval day --format csv").stdout;
    assert_eq!(series.lines().next(), Some("site,time,visitors,visits,page_views,bounces,duration_s,duration_n"));
    assert_eq!(series.lines().count(), 4);
    bench.ok("report --since 3d --format md --output report.md");
    assert!(std::fs::read_to_string(bench.path("report.md")).expect("written").starts_with("# example.com\n"));
}

#[test]
fn the_parts_add_up_to_the_whole() {
    let bench = filled();
    let (totals, _) = bench.totals();
    for by in ["source", "country", "browser", "device", "channel"] {
        let report = bench.json(&format!("report --period all --format json --limit 0 --by {by}"));
        for metric in ["visitors", "visits", "page_views"] {
            let sum: i64 = rows(&report, by).iter().filter_map(|row| row[metric].as_i64()).sum();
            assert_eq!(totals[metric], sum, "{by} {metric}");
        }
    }
}

/// Sites are listed by the number that is shown.
#[test]
fn sites_are_sorted_by_what_the_filters_leave_known() {
    let bench = Bench::at(NOW);
    let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0";
    for (site, pages) in [("a.example", &["/x", "/x"][..]), ("b.example", &["/y", "/x", "/y"])] {
        let line = |(n, page): (usize, &&str)| {
            format!("10.0.0.{n} - - [20/Nov/2026:10:0{n}:00 +0100] \"GET {page} HTTP/1.1\" 200 5 \"-\" \"{agent}\"\n")
        };
        let lines: String = pages.iter().enumerate().map(line).collect();
        bench.write(site, lines);
        bench.ok(&format!("import -q {site} --site {site}"));
    }
    for (filter, first) in
        [("", "b.example"), ("--filter entry_page==/x", "a.example"), ("--filter page==/x", "a.example")]
    {
        let report = bench.json(&format!("report --period all --format json {filter}"));
        assert_eq!(rows(&report, "site")[0]["value"], first, "{filter}");
    }
    let text = bench.ok("report --period all --filter exit_page==/x").stdout;
    assert!(text.contains("exits") && !text.contains("daily visitors"), "{text}");
}

#[test]
fn several_sites_are_added_up_and_listed() {
    let bench = Bench::at(NOW);
    bench.log("a.log", "--lines 3000 --days 3 --seed 1");
    bench.log("b.log", "--lines 3000 --days 3 --seed 2");
    bench.ok("import -q a.log --site a.example");
    bench.ok("import -q b.log --site b.example");
    let report = bench.json("report --period all --format json");
    assert_eq!(report["site"], "*");
    let sites = rows(&report, "site");
    assert_eq!(sites.len(), 2);
    let sum: i64 = sites.iter().filter_map(|row| row["visitors"].as_i64()).sum();
    assert_eq!(report["totals"]["visitors"], sum);
    assert_eq!(bench.json("report --period all --format json --site a.example")["site"], "a.example");
    let listed = bench.ok("sites").stdout;
    assert!(listed.contains("a.example  ") && listed.contains("b.example  "), "{listed}");
}
