//! What the dashboard shows: the numbers of `report`, under filters, periods,
//! comparison, while the store is slow, locked or damaged.

use crate::screen::{NOW, Screen, Start, filled, has_tmux};
use crate::support::{Bench, append};
use fathom_tui::report::words;
use serde_json::Value;
use std::collections::HashSet;

const LARGE: (u16, u16) = (200, 60);

fn large(bench: &Bench, line: &str) -> Screen {
    let screen = Screen::start(bench, &Start { size: LARGE, line: &format!("--no-live {line}"), ..Start::default() });
    screen.see("fresh ");
    screen.settled();
    screen
}

/// The lines within a panel's frame.
fn panel(picture: &str, digit: u8) -> Vec<String> {
    let lines: Vec<Vec<char>> = picture.lines().map(|line| line.chars().collect()).collect();
    let heads = [format!("┌─ {digit} "), format!("┏━ {digit} ")];
    let at = |line: &Vec<char>| {
        let text: String = line.iter().collect();
        let byte = heads.iter().find_map(|head| text.find(head.as_str()))?;
        Some(text[..byte].chars().count())
    };
    let (y, x) = lines.iter().enumerate().find_map(|(y, line)| Some((y, at(line)?))).expect("the panel");
    let end = x + lines[y][x..].iter().position(|c| matches!(c, '┐' | '┓')).expect("its corner");
    let inner = lines[y + 1..].iter().take_while(|line| !matches!(line[x], '└' | '┗'));
    inner.map(|line| line[x + 1..end].iter().collect()).collect()
}

/// Label, value and share of a row.
fn row(line: &str) -> (String, String, String) {
    let mut words: Vec<&str> = line.trim_start_matches(['▶', ' ']).split_whitespace().collect();
    let share = words.pop().unwrap_or_default().to_owned();
    let value = words.pop().unwrap_or_default().to_owned();
    let is_bar = |word: &&str| !word.chars().all(|c| ('▀'..='▟').contains(&c));
    (words.into_iter().filter(is_bar).collect::<Vec<_>>().join(" "), value, share)
}

fn is_label(shown: &str, value: &str, dimension: &str) -> bool {
    match dimension {
        "country" | "status" => shown == value || shown.starts_with(&format!("{value} ")),
        "source" | "referrer" if value == "(unknown)" => shown == "Direct / none",
        "bot_family" | "channel" | "device" => shown.eq_ignore_ascii_case(&value.replace('_', " ")),
        _ => match shown.split_once('…') {
            Some((head, tail)) => value.starts_with(head) && value.ends_with(tail),
            None => shown == value.split_whitespace().collect::<Vec<_>>().join(" "),
        },
    }
}

/// Panel, what it lists, and the number of its rows.
type List = (u8, &'static str, &'static str);

/// The lists of the panels' first tabs, their second and third ones.
const LISTS: [[List; 6]; 3] = [
    [
        (1, "page", "visitors"),
        (2, "source", "visitors"),
        (3, "country", "visitors"),
        (4, "browser", "visitors"),
        (5, "status", "requests"),
        (7, "bot_family", "requests"),
    ],
    [
        (1, "entry_page", "visits"),
        (2, "referrer", "visitors"),
        (3, "region", "visitors"),
        (4, "os", "visitors"),
        (5, "method", "requests"),
        (7, "bot", "requests"),
    ],
    [
        (1, "exit_page", "exits"),
        (2, "channel", "visitors"),
        (3, "city", "visitors"),
        (4, "device", "visitors"),
        (5, "error_path", "requests"),
        (7, "bot_family", "requests"),
    ],
];

/// Every number of the screen against a report.
fn compare(picture: &str, report: &Value, lists: &[List], context: &str) {
    let totals = &report["totals"];
    let number = |name: &str| totals[name].as_f64();
    let short = |n: Option<f64>| n.map_or("—".into(), |n| words::short(n as i64));
    let figures = [
        short(number("visitors")),
        short(number("visits")),
        short(number("page_views")),
        number("views_per_visit").map_or("—".into(), |n| format!("{n:.1}")),
        number("bounce_rate").map_or("—".into(), |n| words::percent(Some(n))),
        number("duration").map_or("—".into(), |n| words::duration(Some(n))),
    ];
    // Under a filter on requests those are the numbers.
    let of_requests = totals["visits"].is_null();
    let head = if of_requests { "REQUESTS " } else { "VISITORS " };
    let line = picture.lines().skip_while(|line| !line.contains(head)).nth(1).expect("the figures");
    let shown: Vec<&str> = line.split_whitespace().collect();
    match of_requests {
        true => assert_eq!(shown[0], short(number("requests")), "{context}\n{picture}"),
        false => assert_eq!(shown[..6], figures, "{context}\n{picture}"),
    }
    let bytes = number("bytes").map_or("—".into(), |n| words::bytes(n as i64));
    assert!(line.trim_end().ends_with(&bytes), "{context}: {bytes}\n{picture}");
    for &(digit, dimension, metric) in lists {
        let lines = panel(picture, digit);
        let list = &report["by"][dimension];
        if list.is_null() || !list["unknown"].is_null() {
            assert!(lines.concat().contains("Not known"), "{context}\n{picture}");
            continue;
        }
        let rows = list["rows"].as_array().expect("rows");
        if rows.is_empty() {
            assert!(lines.concat().contains("Nothing in this period"), "{context}\n{picture}");
            continue;
        }
        let is_unknown = rows.iter().all(|row| row["value"] == "(unknown)");
        if is_unknown && matches!(dimension, "region" | "city") {
            assert!(lines.concat().contains("a city database names them"), "{context}\n{picture}");
            continue;
        }
        let shown: Vec<_> = lines.iter().skip(1).filter(|line| !line.trim().is_empty()).map(|line| row(line)).collect();
        assert_eq!(shown.len(), rows.len().min(lines.len() - 1), "{context}: {dimension}\n{picture}");
        // Where visitors are not known, visits are shown.
        let is_of_visits = metric == "visitors" && totals["visitors"].is_null();
        let metric = if is_of_visits { "visits" } else { metric };
        let sum = |name: &str| rows.iter().filter_map(|row| row[name].as_f64()).sum();
        let is_whole = list["total"] == rows.len();
        let whole = if metric == "exits" { is_whole.then(|| sum(metric)) } else { totals[metric].as_f64() };
        for ((label, value, share), row) in shown.iter().zip(rows) {
            let context = format!("{context}: {dimension} {row}\n{picture}");
            assert!(is_label(label, row["value"].as_str().expect("a value"), dimension), "{label} {context}");
            assert_eq!(*value, short(row[metric].as_f64()), "{context}");
            if let (Some(whole), Some(n)) = (whole.filter(|n| *n > 0.0), row[metric].as_f64()) {
                assert_eq!(*share, format!("{:.0}%", n / whole * 100.0), "{context}");
            }
        }
    }
}

fn report(bench: &Bench, period: &str, filters: &[String]) -> Value {
    let mut args = vec!["report".into(), "--period".into(), period.to_owned(), "--format".into(), "json".into()];
    args.extend(["--limit".into(), "60".into()]);
    filters.iter().for_each(|filter| args.extend(["--filter".into(), filter.clone()]));
    // Under filters some lists are unknown, and may not be asked for by name.
    let whole = bench.run(&args);
    let mut report: Value = serde_json::from_str(&whole.stdout).expect(&whole.stderr);
    for (_, dimension, _) in LISTS.concat() {
        let mut args = args.clone();
        args.extend(["--by".into(), dimension.into()]);
        let ran = bench.run(&args);
        let own: Value = serde_json::from_str(&ran.stdout).unwrap_or(Value::Null);
        report["by"][dimension] = own["by"][dimension].clone();
    }
    report
}

#[test]
fn every_number_is_that_of_the_report() {
    if !has_tmux("the comparison with report") {
        return;
    }
    let bench = filled();
    let all = report(&bench, "all", &[]);
    let mut seed = 88_172_645_463_325_252_u64;
    let mut random = |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed % below as u64) as usize
    };
    const PERIODS: [&str; 12] =
        ["today", "yesterday", "7d", "28d", "30d", "91d", "month", "last-month", "year", "6mo", "12mo", "all"];
    for _ in 0..20 {
        let period = PERIODS[random(PERIODS.len())];
        let of_requests = random(3) == 0;
        let dimensions: &[&str] = match (of_requests, random(3)) {
            (true, _) => &["status", "bot"],
            (false, 0) => &["entry_page", "country"],
            (false, 1) => &["exit_page", "browser"],
            _ => &["page", "country", "browser", "source"],
        };
        let filter = |dimension: &str, random: &mut dyn FnMut(usize) -> usize| {
            let rows = all["by"][dimension]["rows"].as_array().expect("rows");
            let value = rows[random(rows.len().min(12))]["value"].as_str().expect("a value").to_owned();
            format!("{dimension}{}{value}", ["==", "!=", "~", "!~"][random(4)])
        };
        let mut filters: Vec<String> = Vec::new();
        for _ in 0..random(3) {
            let dimension = dimensions[random(dimensions.len())];
            filters.push(filter(dimension, &mut random));
        }
        let typed: String = filters.iter().map(|filter| format!(" --filter '{filter}'")).collect();
        let screen = large(&bench, &format!("--compare none --period {period}{typed}"));
        let report = report(&bench, period, &filters);
        for (tab, lists) in LISTS.iter().enumerate() {
            compare(&screen.settled(), &report, lists, &format!("{period} {filters:?}, tab {tab}"));
            for digit in ["1", "2", "3", "4", "5", "7"] {
                screen.keys(&[digit, "."]);
            }
        }
    }
}

#[test]
fn a_row_filters_everything_and_comes_back() {
    if !has_tmux("checks 29 and 30") {
        return;
    }
    let bench = filled();
    let screen = large(&bench, "--compare none");
    screen.keys(&["3", "j"]);
    let before = screen.settled();
    assert!(before.contains("▶DE Germany"), "{before}");
    screen.keys(&["Enter"]).see("[country is Germany ×]");
    let one = screen.settled();
    compare(&one, &report(&bench, "28d", &["country==DE".into()]), &LISTS[0], "by country");
    // Another one, in another panel, and one that leaves out.
    screen.keys(&["1", "j", "Enter"]).see("[page is ");
    let picture = screen.settled();
    let page = row(&panel(&picture, 1)[1]).0;
    compare(&picture, &report(&bench, "28d", &["country==DE".into(), format!("page=={page}")]), &LISTS[0], "and page");
    // What would be unknown beside the country and a page is said, and the way back stays.
    assert!(panel(&picture, 4).concat().contains("Not known"), "{picture}");
    screen.keys(&["BSpace"]).gone("[page is ");
    screen.settled();
    screen.keys(&["4", "j", "!"]).see("browser is not ");
    screen.keys(&["BSpace"]).gone("browser is not ");
    let line = |picture: &str| picture.lines().nth(3).map(str::to_owned);
    assert_eq!(line(&screen.settled()), line(&one));
    screen.keys(&["1", "j", "Enter"]).see("[page is ").keys(&["C-x"]).gone("[country is");
    screen.keys(&["BSpace"]).see("[country is").keys(&["C-x"]).gone("[country is");
    screen.keys(&["3"]);
    let cleared = screen.settled();
    assert_eq!(panel(&cleared, 2), panel(&before, 2));
}

#[test]
fn undoing_a_filter_brings_the_selection_back() {
    if !has_tmux("check 30") {
        return;
    }
    let bench = filled();
    let screen = large(&bench, "--compare none");
    screen.keys(&["3", "j", "j"]);
    let before = screen.settled();
    screen.keys(&["Enter"]).see("[country is ").keys(&["BSpace"]).gone("[country is ");
    assert_eq!(screen.settled(), before);
}

/// A store whose pages are many: the one at rank 4,321 has a name of its own.
fn many_pages() -> Bench {
    let bench = Bench::at(NOW);
    let mut log = String::new();
    for page in 0..12_000 {
        let name = if page == 11_321 { "/needle-in-hay".to_owned() } else { format!("/p{page:05}") };
        let views = if page < 200 { 3 } else { 1 };
        for view in 0..views {
            let (a, b) = (page / 250, page % 250);
            log += &format!(
                "10.{a}.{b}.{view} - - [22/Aug/2026:10:{:02}:{:02} +0200] \"GET {name} HTTP/1.1\" 200 5 \"-\" \"Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0\"\n",
                page / 60 % 60,
                page % 60,
            );
        }
    }
    append(&bench, "pages.log", log.as_bytes());
    bench.imported("pages.log");
    bench
}

#[test]
fn a_search_finds_rows_that_are_not_loaded() {
    if !has_tmux("check 32") {
        return;
    }
    let bench = many_pages();
    let screen = Screen::start(&bench, &Start::default());
    screen.see("12.0k");
    screen.keys(&["/"]).text("needle").see("▶/needle-in-hay");
    // Its row stays selected; the first one is another.
    screen.keys(&["Escape"]).see("9 of 12.0k").see("▶/needle-in-hay").keys(&["g"]).gone("needle");
    screen.keys(&["/"]).text("xyz").see("No pages match “xyz” — Esc clears");
    screen.keys(&["Escape"]).see("▶/p");
    // Enter keeps the search; then Esc clears it.
    screen
        .keys(&["/"])
        .text("p00001")
        .see("1 of 12.0k")
        .keys(&["Enter"])
        .see("/p00001 ")
        .keys(&["Escape"])
        .see("9 of 12.0k");
    let styled = {
        screen.keys(&["/"]).text("00002").see("1 of 12.0k");
        screen.keys(&["2"]).settled();
        screen.styled()
    };
    assert!(styled.contains("\x1b[4m") || styled.contains(";4"), "matches are marked: {styled:?}");
}

#[test]
fn sorting_keeps_the_selected_item() {
    if !has_tmux("check 33") {
        return;
    }
    let bench = filled();
    let screen = large(&bench, "--compare none");
    screen.keys(&["1", "j", "j", "j"]);
    let selected = || {
        let picture = screen.settled();
        let line = picture.lines().find(|line| line.contains('▶')).unwrap_or_default();
        line.split('▶').nth(1).unwrap_or_default().split_whitespace().next().unwrap_or_default().to_owned()
    };
    let item = selected();
    screen.keys(&["s"]).see("Sort by").see("page views");
    let menu = screen.settled();
    for column in ["visitors", "page views", "entries", "bounce rate", "time on page"] {
        assert!(menu.contains(column), "{column}: {menu}");
    }
    assert!(menu.contains("▶ visitors"), "the current one is marked: {menu}");
    screen.keys(&["j", "Enter"]).see("VIEWS▾");
    assert_eq!(selected(), item);
    let json = bench.json("report --format json --by page --sort page_views --limit 3");
    let first = json["by"]["page"]["rows"][0]["value"].as_str().expect("a page").to_owned();
    assert_eq!(row(&panel(&screen.settled(), 1)[1]).0, first);
    screen.keys(&["r"]).see("VIEWS▴");
    assert_eq!(selected(), item);
}

#[test]
fn every_period_is_that_of_the_report() {
    if !has_tmux("check 34") {
        return;
    }
    let bench = filled();
    let screen = large(&bench, "--compare none");
    let keys = [
        ("D", "today"),
        ("E", "yesterday"),
        ("R", "realtime"),
        ("W", "7d"),
        ("F", "28d"),
        ("T", "30d"),
        ("N", "91d"),
        ("M", "month"),
        ("P", "last-month"),
        ("Y", "year"),
        ("S", "6mo"),
        ("L", "12mo"),
        ("A", "all"),
    ];
    let mut titles = HashSet::new();
    for (key, period) in keys {
        screen.keys(&[key]);
        let picture = screen.settled();
        let report = report(&bench, period, &[]);
        let title = picture.lines().next().unwrap_or_default();
        titles.insert(title.split('›').next().unwrap_or_default().to_owned());
        let day = |end: &str, shift: i64| {
            let at = chrono::DateTime::parse_from_rfc3339(report["range"][end].as_str().expect("a time")).expect("one");
            let date = (at - chrono::TimeDelta::seconds(shift)).date_naive();
            let year = if date.format("%Y").to_string() == "2026" { "" } else { " %Y" };
            date.format(&format!("%-d %b{year}")).to_string()
        };
        let (first, last) = (day("from", 0), day("to", 1));
        assert!(title.contains(&first) && title.contains(&last), "{period}: {first} to {last}: {title}");
        assert!(title.contains(&format!("by {}", report["range"]["interval"].as_str().expect("a step"))), "{title}");
        compare(&picture, &report, &LISTS[0], period);
    }
    assert_eq!(titles.len(), keys.len());
    // Back and forth.
    screen.keys(&["W"]).see("Last 7 days").keys(&["["]).see("‹ 10 Aug – 16 Aug ›");
    let since = bench.json("report --since 2026-08-10 --until 2026-08-16 --format json");
    let line = screen.settled().lines().nth(2).unwrap_or_default().to_owned();
    assert!(line.contains(&words::short(since["totals"]["visitors"].as_i64().expect("a number"))), "{line}");
    screen.keys(&["]"]).see("‹ Last 7 days ›").keys(&["]"]).see("there is nothing after now");
    for _ in 0..12 {
        screen.keys(&["["]);
    }
    screen.see("no data before 28 Jun");
}

#[test]
fn a_comparison_is_shown_everywhere_and_its_dates_in_full() {
    if !has_tmux("check 36") {
        return;
    }
    let bench = filled();
    let screen = large(&bench, "--compare none");
    let without = screen.settled();
    assert!(!without.contains("CHANGE") && !without.contains("···"), "{without}");
    screen.keys(&["X"]).see("CHANGE").see("vs the period before (29 Jun – 26 Jul)").see("··· 29 Jun – 26 Jul");
    let picture = screen.settled();
    let json = bench.json("report --period 28d --compare previous --format json");
    let change = |name: &str| {
        let (now, before) = (json["totals"][name].as_f64(), json["previous"][name].as_f64());
        words::change(now, before).replace('+', "▲").replace('-', "▼").replace('=', "▬")
    };
    let figures = picture.lines().nth(2).expect("figures");
    for name in ["visitors", "visits", "page_views", "views_per_visit", "bounce_rate", "duration", "bytes"] {
        assert!(figures.contains(&change(name)), "{name} {}: {figures}", change(name));
    }
    // Lists are kept by whole days: they have changes where no day is cut.
    let screen = large(&bench, "--compare previous --period yesterday");
    let picture = screen.settled();
    let of = |day: &str| {
        let report = bench.json(&format!("report --since {day} --until {day} --by country --limit 0 --format json"));
        report["by"]["country"]["rows"].as_array().expect("rows").clone()
    };
    let (now, before) = (of("2026-08-22"), of("2026-08-21"));
    let code = now[0]["value"].as_str().expect("a code");
    assert!(row(&panel(&picture, 3)[1]).0.starts_with(code), "{picture}");
    let then = before.iter().find(|row| row["value"] == code).and_then(|row| row["visitors"].as_f64());
    let expected =
        words::change(now[0]["visitors"].as_f64(), then).replace('+', "▲").replace('-', "▼").replace('=', "▬");
    assert!(panel(&picture, 3)[1].trim_end().ends_with(&expected), "{expected}\n{picture}");
    screen.keys(&["X"]).gone("CHANGE");
    screen.keys(&["A"]).see("All time").keys(&["X"]).see("compare is off for all time");
}

#[test]
fn the_crosshair_reads_the_series() {
    if !has_tmux("check 37") {
        return;
    }
    let bench = filled();
    let screen = large(&bench, "--period 7d");
    screen.keys(&["0", "Left", "Left"]);
    let picture = screen.settled();
    let json = bench.json("report --period 7d --compare previous --format json");
    let value = json["series"][5]["visitors"].as_i64().expect("a number");
    let before = bench.json("report --since 2026-08-10 --until 2026-08-16T14:00 --interval day --format json");
    let then = before["series"][5]["visitors"].as_i64().expect("a number");
    let change = words::change(Some(value as f64), Some(then as f64)).replace('+', "▲").replace('-', "▼");
    let expected =
        format!("Sat 22 Aug  {}  before {}  {}", words::short(value), words::short(then), change.replace('=', "▬"));
    assert!(picture.contains(&expected), "{expected}\n{picture}");
    screen.keys(&["Right"]).see("Sun 23 Aug").see("so far");
    screen.keys(&["Escape"]).gone("Sun 23 Aug");
}

#[test]
fn what_is_not_over_is_dotted_and_what_was_not_yet_is_absent() {
    if !has_tmux("checks 38 and 39") {
        return;
    }
    let bench = Bench::at("2026-10-25T22:30:00Z");
    let mut log = String::new();
    for (hour, minute) in (0..20).flat_map(|hour| [(hour, 1), (hour, 31)]) {
        log += &format!(
            "10.0.{hour}.{minute} - - [25/Oct/2026:{hour:02}:{minute:02}:00 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0\"\n"
        );
    }
    append(&bench, "dst.log", log.as_bytes());
    bench.imported("dst.log");
    let screen = large(&bench, "--period today --compare none");
    let picture = screen.settled();
    assert!(
        picture.contains("Europe/Berlin") && picture.contains("by hour") && picture.contains("┈ so far"),
        "{picture}"
    );
    // The day has 25 hours: the crosshair visits 02:00 twice, and the last is 23:00.
    screen.keys(&["0", "Left"]).see("Sun 25 Oct 23:00  0 so far");
    let mut hours = Vec::new();
    for _ in 0..24 {
        let picture = screen.settled();
        hours.push(picture.split("Sun 25 Oct ").nth(1).unwrap_or_default().chars().take(5).collect::<String>());
        screen.keys(&["Left"]);
    }
    hours.push("00:00".into());
    screen.see("Sun 25 Oct 00:00");
    assert_eq!(hours.iter().filter(|hour| *hour == "02:00").count(), 2, "{hours:?}");
    // Midnight in Berlin is before the first record: nothing is known of it.
    screen.see("Sun 25 Oct 00:00  —");
}

#[test]
fn an_empty_store_says_what_to_do() {
    if !has_tmux("check 40") {
        return;
    }
    let bench = Bench::at(NOW);
    bench.write("empty.log", "10.0.0.1 - - [22/Aug/2026:10:00:00 +0200] \"GET / HTTP/1.1\" 200 5 \"-\" \"-\"\n");
    bench.imported("empty.log --exclude path:/");
    for size in [(80, 24), LARGE] {
        let screen = Screen::start(&bench, &Start { size, ..Start::default() });
        screen.see("VISITORS");
        let picture = screen.settled();
        for bad in ["NaN", "inf%"] {
            assert!(!picture.contains(bad), "{picture}");
        }
        assert!(picture.contains("Nothing in this period") || picture.contains("No hits yet"), "{picture}");
    }
    // Nothing at all: there is a site only if somebody added it.
    let bench = Bench::at(NOW);
    bench.ok("sites add example.com");
    let screen = Screen::start(&bench, &Start { size: (120, 40), ..Start::default() });
    screen.see("No hits yet — fathom-tui import /var/log/nginx/access.log").see("—");
}

#[test]
fn changes_from_nothing_are_new() {
    if !has_tmux("check 40") {
        return;
    }
    // A page that came only now, on a site that was there before.
    let bench = filled();
    let now = "10.9.8.7 - - [22/Aug/2026:10:00:00 +0200] \"GET /brand-new HTTP/1.1\" 200 5 \"-\" \"Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0\"\n";
    append(&bench, "new.log", now.as_bytes());
    bench.imported("new.log");
    let screen = large(&bench, "--period yesterday --filter page==/brand-new");
    let picture = screen.settled();
    assert!(picture.lines().nth(3).unwrap_or_default().contains("1 new"), "{picture}");
    assert!(panel(&picture, 1)[1].trim_end().ends_with("new"), "{picture}");
    assert!(!picture.contains("inf%") && !picture.contains("NaN"), "{picture}");
    // Before the first record there is nothing to compare with.
    let bench = Bench::at(NOW);
    bench.log("access.log", "--lines 3000 --days 5 --seed 7");
    bench.imported("access.log");
    let picture = large(&bench, "--period 7d").settled();
    let figures = picture.lines().nth(2).unwrap_or_default();
    assert!(!figures.contains("new") && !picture.contains("CHANGE"), "{picture}");
}

#[test]
fn a_slow_store_keeps_nobody_waiting() {
    if !has_tmux("check 41") {
        return;
    }
    let bench = filled();
    let start = Start { env: "FATHOM_TUI_TEST_SLOW_QUERY=3s", line: "--no-live -v --compare none", ..Start::default() };
    let screen = Screen::start(&bench, &start);
    screen.see("▶/");
    let before = screen.settled();
    screen.keys(&["W"]).see("Last 7 days").see("asking");
    // Rows stay, dimmed, and keys work.
    let waiting = screen.picture();
    assert!(waiting.contains("▶/"), "{waiting}");
    screen.keys(&["j"]);
    assert!(screen.until(|picture| picture.contains("▶/blog")), "{}", screen.picture());
    assert!(screen.picture().contains("asking"));
    let styled = screen.styled();
    let line = styled.lines().find(|line| line.contains("/docs")).unwrap_or(&styled);
    assert!(line.contains("\x1b[38;5;8m /docs"), "old rows are dim: {line:?}");
    screen.keys(&["D"]).see("Today").see("asking").keys(&["F"]).see("Last 28 days").gone("asking");
    let after = screen.settled();
    assert_eq!(after.lines().nth(2), before.lines().nth(2), "the last question wins");
    let log = std::fs::read_to_string(bench.path("state/fathom-tui/dashboard.log")).expect("a log");
    assert!(log.matches("was interrupted").count() >= 2, "{log}");
}

#[test]
fn a_store_that_cannot_be_read_says_why_and_is_tried_again() {
    if !has_tmux("check 42") {
        return;
    }
    let bench = filled();
    let screen = Screen::start(&bench, &Start::default());
    screen.see("▶/");
    let before = screen.settled();
    let (store, away) = (bench.db(), bench.path("away.duckdb"));
    std::fs::rename(&store, &away).expect("moved");
    screen.keys(&["W"]).see("there is no store");
    let failed = screen.settled();
    let words: Vec<&str> = failed.split(['│', '\n']).flat_map(str::split_whitespace).collect();
    assert!(words.join(" ").contains("`fathom-tui import FILE`"), "one command to mend it: {failed}");
    std::fs::rename(&away, &store).expect("moved");
    screen.keys(&["F"]).see("▶/").keys(&["C-r"]).gone("there is no store");
    assert_eq!(screen.settled(), before);
    // Noise in the middle of the file: what was read stays, and the cause is named.
    let whole = std::fs::read(&store).expect("read");
    let mut noise = whole.clone();
    noise[40_000..].iter_mut().for_each(|byte| *byte ^= 0x5A);
    std::fs::write(&store, noise).expect("written");
    screen.keys(&["W"]).see("Corrupt database file").see("▶/").gone("asking");
    let words = screen.settled();
    let words: Vec<&str> = words.split(['│', '\n']).flat_map(str::split_whitespace).collect();
    assert!(words.join(" ").contains("make a new store from the logs with --db PATH"), "{words:?}");
    std::fs::write(&store, whole).expect("written");
    screen.keys(&["F", "C-r"]).gone("Corrupt").see("▶/");
    // No store at all.
    let bench = Bench::at(NOW);
    let screen = Screen::start(&bench, &Start::default());
    screen.see("error: ").see("help: ").see("RC=3\n");
}
