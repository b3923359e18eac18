//! What an attacker may write into a log by asking for it: nothing of it reaches
//! a terminal, a spreadsheet or the database as it is. `FATHOM_TUI_TEST_STRINGS`
//! sets how many random strings are tried.

use crate::support::{Bench, Ran, append, lines};

const NOW: &str = "2026-11-20T12:00:00Z";
const AGENT: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

/// Characters that must not come out.
fn is_foreign(c: char) -> bool {
    let hidden = matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    hidden || (c.is_control() && c != '\n')
}

fn assert_harmless(ran: &Ran, what: &str) {
    let found = ran.stdout.chars().chain(ran.stderr.chars()).find(|&c| is_foreign(c));
    assert_eq!(found, None, "{what}");
    assert_eq!(ran.code, 0, "{what}: {}", ran.stderr);
}

/// As nginx writes it: what is not printable as \xHH.
fn escaped(text: &str) -> String {
    let byte = |b: u8| match b {
        b'"' | b'\\' | 0..0x20 | 0x7f.. => format!("\\x{b:02X}"),
        _ => char::from(b).to_string(),
    };
    text.bytes().map(byte).collect()
}

/// A string that a terminal or spreadsheet would do something with.
fn hostile(n: u64) -> String {
    const PIECES: [&str; 24] = [
        "\u{1b}[2J",
        "\u{1b}]52;c;aGk=\u{7}",
        "\u{1b}]0;title\u{7}",
        "\u{1b}]8;;http://x\u{1b}\\",
        "\u{9b}31m",
        "\u{90}q",
        "\u{202e}",
        "\u{2066}",
        "\u{200b}",
        "\u{2028}",
        "\u{feff}",
        "\r",
        "\n",
        "\t",
        "\0",
        "\u{7f}",
        "\u{85}",
        "=cmd|'/c calc'!A1",
        "@SUM(1)",
        "+1",
        "-1",
        "';DROP TABLE meta;--",
        "\" OR 1=1 --",
        "ü日本",
    ];
    let mut state = n.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x5851_F42D_4C95_7F2D;
    let mut text = String::new();
    for _ in 0..1 + n % 4 {
        state ^= state >> 29;
        state = state.wrapping_mul(0xBF58_476D_1CE4_E5B9);
        state ^= state >> 32;
        text += PIECES[state as usize % PIECES.len()];
    }
    text + &n.to_string()
}

/// Figure 10 of the tests: strings in paths, referrers, campaigns and agents.
#[test]
fn hostile_strings_come_out_harmless() {
    let count: u64 = std::env::var("FATHOM_TUI_TEST_STRINGS").ok().and_then(|n| n.parse().ok()).unwrap_or(20_000);
    let bench = Bench::at(NOW);
    // So many new texts a day are kept.
    let days = count.div_ceil(40_000).max(1);
    let mut log = Vec::new();
    for n in 0..count {
        let time = chrono::DateTime::from_timestamp(1_795_168_800 - (days - 1 - n * days / count) as i64 * 86_400, 0);
        let time = time.expect("a time").format("%d/%b/%Y:%H:%M:%S +0000");
        let text = hostile(n);
        let (raw, safe) = (escaped(&text), text.replace(['\n', '"', '\\', ' '], "_"));
        // As nginx escapes it, and as a careless server would write it.
        let (path, referrer) = if n % 2 == 0 { (&raw, &raw) } else { (&safe, &safe) };
        let agent =
            if n % 3 == 0 { format!("Mozilla/5.0 (X11; Linux) Gecko/20100101 Firefox/1{raw}") } else { AGENT.into() };
        let line = format!(
            "192.0.2.{} - - [{time}] \"GET /{path}?utm_source={path}&utm_campaign={path} HTTP/1.1\" 200 5 \"https://{n}.example/{referrer}\" \"{agent}\"\n",
            n % 250,
        );
        log.extend_from_slice(line.as_bytes());
    }
    bench.write("a.log", log);
    bench.ok("import -q a.log --site example.com");
    let (_, ledger) = bench.totals();
    assert_eq!(ledger["lines"], count);
    assert!(ledger["page"].as_u64().is_some_and(|pages| pages > count / 2), "{ledger}");
    let by = "--by page,referrer,utm_source,utm_campaign,browser --limit 0 --period all";
    for form in ["text", "json", "csv", "tsv", "md"] {
        let ran = bench.ok(&format!("report {by} --format {form} --color never"));
        let text = if form == "tsv" { ran.stdout.replace('\t', " ") } else { ran.stdout };
        assert!(text.len() as u64 > count * 10, "{form}: {} bytes", text.len());
        assert_harmless(&Ran { stdout: text, ..ran }, form);
    }
    let table = bench.ok(&format!("report {by} --format csv --no-header")).stdout;
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(table.as_bytes());
    for record in reader.records() {
        let record = record.expect("RFC 4180");
        assert!(!record[4].starts_with(['=', '+', '-', '@', '\t', '\r']), "{:?}", &record[4]);
    }
    for line in ["detect a.log", "status", "sites", "doctor", "privacy"] {
        assert_harmless(&bench.ok(line), line);
    }
}

/// T11: SQL in every flag that takes a text, and in every field of a log.
#[test]
fn sql_stays_text() {
    let bench = Bench::at(NOW);
    append(&bench, "a.log", &lines(0, 50));
    let sql = "x' OR 1=1; DROP TABLE sealed; --";
    let line = format!(
        "192.0.2.1 - - [20/Nov/2026:10:00:00 +0000] \"GET /{sql} HTTP/1.1\" 200 5 \"https://e.org/{sql}\" \"{AGENT}{sql}\"\n"
    );
    append(
        &bench,
        "a.log",
        line.replace("GET /x' OR 1=1; DROP TABLE sealed; --", "GET /x'OR+1=1;DROP+TABLE+sealed;--").as_bytes(),
    );
    bench.ok("import -q a.log --site example.com");
    let before = bench.totals();
    for dimension in ["page", "referrer", "country", "browser", "utm_source", "source", "host"] {
        let filter = format!("{dimension}=={sql}");
        let ran = bench.run(["report", "--period", "all", "--format", "json", "--filter", &filter]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let report: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
        assert_eq!(report["totals"]["page_views"], 0, "{dimension}");
    }
    for args in [
        ["report", "--site", sql],
        ["report", "--by", sql],
        ["report", "--sort", sql],
        ["sites", "remove", sql],
        ["report", "--since", sql],
    ] {
        assert_eq!(bench.run(args).code, 2, "{args:?}");
    }
    let hit = bench.json("report --period all --format json --filter page==/x'OR+1=1;DROP+TABLE+sealed;--");
    assert_eq!(hit["totals"]["page_views"], 1);
    assert_eq!(bench.totals(), before);
}

/// T9: no format string takes exponential time.
#[test]
fn a_format_string_cannot_be_slow() {
    for format in [
        "$remote_addr a a a a a a a a $remote_user a a a a a a $time_local a a $http_user_agent a a a \"$request\"",
        "%h a%^a%^a%^a%^a%^a%^a%^ [%d:%t %^] \"%r\"",
        "~h{, aaa} %^a%^aa%^a [%d:%t %^] \"%r\" %s",
    ] {
        let bench = Bench::at(NOW);
        bench.write("a.log", format!("{}\n{}\n", "a".repeat(65_536), "a ".repeat(32_768)).repeat(4));
        let since = std::time::Instant::now();
        let ran = bench.run(["import", "-q", "a.log", "--site", "example.com", "--log-format", format]);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{format}");
        assert!(since.elapsed().as_secs() < 10, "{format} took {:?}", since.elapsed());
        assert_eq!(bench.totals().1["malformed"], 8, "{format}");
    }
}

/// T12: a site's name and an output's path lead nowhere else.
#[test]
fn names_are_no_paths() {
    let bench = Bench::at(NOW);
    append(&bench, "a.log", &lines(0, 50));
    bench.ok("import -q a.log --site example.com");
    for name in ["../../etc/x", "/etc/x", "a b", "A", "", "x/../y", &"a".repeat(65)] {
        assert_eq!(bench.run(["import", "a.log", "--site", name]).code, 2, "{name}");
        assert_eq!(bench.run(["sites", "add", name]).code, 2, "{name}");
    }
    // What an output's name leads to is not written to: the name becomes a file.
    bench.write("target", "mine");
    std::os::unix::fs::symlink("target", bench.path("out.csv")).expect("linked");
    bench.ok("report --period all --format csv --output out.csv");
    assert_eq!(std::fs::read_to_string(bench.path("target")).expect("there"), "mine");
    assert!(!bench.path("out.csv").is_symlink());
}

#[test]
fn a_hostile_log_reaches_no_output_as_it_is() {
    let bench = Bench::at(NOW);
    let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    let mut log = String::new();
    for code in (0..0x20u32).chain(0x7f..0xa0).chain([0x202e, 0x2066, 0x200b, 0x2028]) {
        let c = char::from_u32(code).expect("a character");
        let escaped: String = c.to_string().bytes().map(|b| format!("\\x{b:02X}")).collect();
        log += &format!(
            "192.0.2.1 - - [20/Nov/2026:10:00:00 +0000] \"GET /a{escaped}]0;x?utm_source=s%{:02X} HTTP/1.1\" 200 5 \"https://e{escaped}vil.org/{escaped}\" \"{agent}\"\n",
            code & 0xff
        );
    }
    bench.write("a.log", log);
    bench.ok("import -q a.log --site example.com");
    let bad = |c: char| (c.is_control() && c != '\n') || "\u{202e}\u{2066}\u{200b}\u{2028}".contains(c);
    for line in [
        "report --period all --limit 0 --by page --by referrer --by utm_source",
        "report --period all --format csv --by page",
        "report --period all --format md",
        "detect a.log",
        "status",
    ] {
        let ran = bench.ok(line);
        let found: Vec<char> = ran.stdout.chars().chain(ran.stderr.chars()).filter(|&c| bad(c)).collect();
        assert!(found.is_empty(), "{line}: {found:?}");
    }
}

/// T8: what is in a field stays in it, and one line is one record.
#[test]
fn a_line_cannot_forge_another() {
    let bench = Bench::at(NOW);
    let forged = "192.0.2.99 - - [20/Nov/2026:11:00:00 +0000] \"GET /forged HTTP/1.1\" 200 5 \"-\" \"Mozilla/5.0\"";
    let line = |agent: &str| {
        format!("192.0.2.1 - - [20/Nov/2026:10:00:00 +0000] \"GET /real HTTP/1.1\" 200 5 \"-\" \"{agent}\"\n")
    };
    let agents = [
        // As servers escape it: nginx, Apache, and with a quote that ends nothing.
        escaped(&format!("{AGENT}\n{forged}")),
        format!("{AGENT}\\n{}", forged.replace('"', "\\\"")),
        escaped(&format!("{AGENT}\" 200 5 \"-\" \"x")),
        // As a careless server would write it.
        format!("{AGENT}\" 404 5 \"-\" \"x"),
        format!("{AGENT}\r{forged}"),
    ];
    bench.write("a.log", agents.iter().map(|agent| line(agent)).collect::<String>());
    bench.ok("import -q a.log --site example.com");
    let report = bench.json("report --period all --format json --by page --limit 0");
    assert_eq!(report["ledger"]["lines"], agents.len());
    let rows = report["by"]["page"]["rows"].as_array().expect("rows");
    assert!(rows.iter().all(|row| row["value"] == "/real"), "{rows:?}");
    assert!(report["totals"]["page_views"].as_u64().is_some_and(|views| views >= 1), "{report}");
}
