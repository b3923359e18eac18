//! What is fuzzed, and what has to hold: nothing panics, and what is shown or
//! kept is harmless. Used by the fuzzer, and by a test that mutates the corpus.

use fathom_tui::anonymise::{LONGEST, Traces};
use fathom_tui::enrich::address::{Proxies, client, is_list, network, parse as parse_address};
use fathom_tui::enrich::agent::Agents;
use fathom_tui::enrich::country::GeoIp;
use fathom_tui::enrich::exclude::Exclude;
use fathom_tui::enrich::origin::Origins;
use fathom_tui::enrich::referrer::OwnHosts;
use fathom_tui::enrich::{campaign, path};
use fathom_tui::input::{HEAD, Identity, Lines, decompress};
use fathom_tui::model::Counters;
use fathom_tui::model::{Dimension, Zone, clean, is_unsafe};
use fathom_tui::parse::{Format, NAMES, Parser};
use fathom_tui::pipeline::{ImportOptions, Ingest, Progress, Settings, SiteSettings, import};
use fathom_tui::query::{Days, Interval, Span};
use fathom_tui::query::{Filter, Top, TopRow};
use fathom_tui::report::{CsvOptions, Report, Rows, Style, Totals, csv, json, markdown, text};
use std::cell::RefCell;
use std::io::{Cursor, Write};

/// A name and what is called by it.
pub type Target = (&'static str, fn(&[u8]));

/// All of them.
pub const ALL: [Target; 13] = [
    ("line", line),
    ("detect", detect),
    ("format_string", format_string),
    ("agent", agent),
    ("referrer", referrer),
    ("address", address),
    ("page", page),
    ("archive", archive),
    ("resume", resume),
    ("visits", visits),
    ("filter", filter),
    ("display", display),
    ("table", table),
];

thread_local! {
    static PARSERS: Vec<Parser> =
        NAMES.iter().filter_map(|name| Format::from_name_or_string(name).ok()).map(Parser::fixed).collect();
    static AGENTS: RefCell<Agents> = RefCell::default();
    static ORIGINS: RefCell<Origins> = RefCell::default();
    static TRACES: Traces = Traces::new();
}

fn harmless(text: &str) {
    assert!(!text.chars().any(is_unsafe), "{text:?}");
}

/// Lines in each known format.
pub fn line(data: &[u8]) {
    PARSERS.with(|parsers| {
        for parser in parsers {
            let mut parser = parser.clone();
            for line in data.split(|&b| b == b'\n') {
                if let Ok(request) = parser.parse(line) {
                    assert!((0..=4_102_444_800).contains(&request.time));
                }
            }
        }
    });
}

/// Finding out the format, and changing it from line to line.
pub fn detect(data: &[u8]) {
    let Some(format) = Format::detect(data) else { return };
    assert!(!format.name().is_empty());
    let mut parser = Parser::detected(format);
    data.split(|&b| b == b'\n').for_each(|line| _ = parser.parse(line).is_ok());
    assert!(!parser.format().name().is_empty());
}

/// A format string, and lines in it.
pub fn format_string(data: &[u8]) {
    let end = data.iter().position(|&b| b == b'\n').unwrap_or(data.len());
    let (string, lines) = data.split_at(end);
    let string = String::from_utf8_lossy(string).into_owned();
    let formats = [Format::from_name_or_string(&string), Format::goaccess(&string, Some("%d/%b/%Y"), Some("%T"))];
    for format in formats {
        match format {
            Ok(format) => {
                let mut parser = Parser::fixed(format);
                lines.split(|&b| b == b'\n').for_each(|line| _ = parser.parse(line).is_ok());
                assert!(!parser.format().fields().is_empty());
            }
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
}

/// Browser, system, device, robot.
pub fn agent(data: &[u8]) {
    AGENTS.with_borrow_mut(|agents| {
        let id = agents.lookup(Some(data));
        let info = agents.info(id);
        for text in [&info.browser, &info.os].into_iter().chain(info.bot.as_ref().map(|bot| &bot.name)) {
            harmless(&text.replace('\u{1f}', " "));
            assert!(text.len() < 300, "{} bytes", text.len());
        }
    });
}

/// Referrer, and behind a newline the query of the target.
pub fn referrer(data: &[u8]) {
    let mut parts = data.splitn(2, |&b| b == b'\n');
    let (raw, query) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let (campaign, clicks) = campaign::from_query(query);
    [&campaign.source, &campaign.medium, &campaign.name].into_iter().for_each(|text| harmless(text));
    ORIGINS.with_borrow_mut(|origins| {
        let own = OwnHosts::new("example.com", ["www.example.org"]);
        let id = origins.find(raw);
        let origin = origins.of(id, &campaign, clicks, &own);
        harmless(&origin.source);
        harmless(&origin.referrer);
    });
}

/// Client behind proxies; networks and rules as people write them.
pub fn address(data: &[u8]) {
    let mut parts = data.splitn(2, |&b| b == b'\n');
    let (peer, forwarded) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let networks = ["10.0.0.0/8", "::1", "fd00::/8"];
    let mut trusted = Proxies::default();
    networks.into_iter().for_each(|text| trusted.add(text).expect("a network"));
    let found = client(peer, forwarded, &trusted);
    let is_in = |ip| networks.iter().any(|text| network(text).expect("a network").contains(&ip));
    if !peer.is_empty() && !is_list(peer) && parse_address(peer).is_none_or(|ip| !is_in(ip)) {
        assert_eq!(&*found, peer, "a peer that is not trusted is the client");
    }
    let text = String::from_utf8_lossy(data);
    _ = network(&text).is_ok();
    _ = Exclude::parse(&text).is_ok();
    TRACES.with(|traces| traces.find(data).for_each(|range| assert!(range.len() <= 2 * LONGEST)));
}

/// A target's path.
pub fn page(data: &[u8]) {
    let (path, query) = path::split(data);
    let page = path::normalise_with(path, query, &["q".to_owned(), "page".to_owned()]);
    harmless(&page);
    assert!(!page.is_empty() && page.len() <= 2000);
}

/// Compressed or not, to lines.
pub fn archive(data: &[u8]) {
    let Ok((_, decoded)) = decompress(Box::new(Cursor::new(data.to_vec()))) else { return };
    let mut lines = Lines::new(decoded);
    let mut end = 0;
    while let Ok(Some(block)) = lines.next_block() {
        assert_eq!(block.start(), end, "positions have no gap");
        end = block.end();
        lines.recycle(block);
        if end > 16 << 20 {
            break;
        }
    }
}

struct Silent;

impl Progress for Silent {
    fn begin(&mut self, _: u64) {}
    fn at(&mut self, _: u64, _: u64) {}
    fn should_stop(&self) -> bool {
        false
    }
    fn file_done(&mut self, _: &str, _: u64) {}
}

/// A log read in two runs, with the first byte saying where it was cut: every
/// line counts once, as in one run.
pub fn resume(data: &[u8]) {
    let Some((&cut, log)) = data.split_first() else { return };
    // Half a line at the end waits for its other half.
    let log = &[log, b"\n"].concat();
    let cut = log.len() * usize::from(cut) / 255;
    let folder = tempfile::Builder::new().prefix("fathom-tui-fuzz-").tempdir().expect("a folder");
    let name = folder.path().join("a.log");
    let write =
        |bytes: &[u8]| std::fs::File::create(&name).and_then(|mut file| file.write_all(bytes)).expect("written");
    let read = |ingest: &mut Ingest| import(&[name.display().to_string()], ingest, &mut Silent).expect("readable");
    write(log);
    let once = read(&mut nothing());
    let head = &log[..log.len().min(HEAD)];
    let is_doubled = head.len() == HEAD && memchr::memmem::rfind(log, head) != Some(0);
    // A file put twice into one counts once, and no log begins twice like that by itself.
    // Of a damaged archive what can be proved is read, which depends on how it came.
    if !once.refused.is_empty() || once.files == 0 || is_doubled || !once.troubles.is_empty() {
        return;
    }
    let mut ingest = nothing();
    write(&log[..cut]);
    let first = read(&mut ingest);
    write(log);
    let second = read(&mut ingest);
    assert_eq!(first.new_lines + second.new_lines, once.new_lines, "cut at {cut} of {}", log.len());
    assert_eq!(read(&mut ingest).new_lines, 0, "nothing is new the third time");
}

fn nothing() -> Ingest {
    let settings = Settings {
        zone: Zone::UTC,
        now: Some(1_795_176_000),
        site: Some("example.com".into()),
        format: None,
        sites: Vec::new(),
        defaults: SiteSettings::default(),
        trusted: Proxies::default(),
        geo: GeoIp::empty(),
    };
    Ingest::into_nothing(settings, ImportOptions::default(), Identity::in_memory(), Vec::new())
}

/// A segment of an open day as it is unsealed.
pub fn visits(data: &[u8]) {
    fathom_tui::store::testing::segment(data);
}

/// Filters and times as people write them.
pub fn filter(data: &[u8]) {
    let text = String::from_utf8_lossy(data).into_owned();
    match text.parse::<Filter>() {
        Ok(filter) => assert!(!filter.values.is_empty()),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    let zone: Zone = "Europe/Berlin".parse().expect("a zone");
    let (since, until) = text.split_once('\n').unwrap_or((&text, ""));
    for until in [None, Some(until.to_owned())] {
        let span = Span { period: None, since: Some(since.to_owned()), until };
        if let Ok(range) = span.range(zone, 1_795_176_000, None) {
            assert!(range.from < range.to);
        }
    }
}

/// Cleaning of what is shown.
pub fn display(data: &[u8]) {
    let cleaned = clean(data);
    harmless(&cleaned);
    assert_eq!(clean(cleaned.as_bytes()), cleaned, "once is enough");
}

/// A report whose values are anything, in every form.
pub fn table(data: &[u8]) {
    let values: Vec<String> =
        data.split(|&b| b == b'\n').map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect();
    let row = |value: &String| TopRow { value: value.clone(), sums: Counters { page_views: 1, ..Counters::default() } };
    let rows: Vec<TopRow> = values.iter().map(row).collect();
    let report = Report {
        kind: None,
        site: values[0].clone(),
        zone: Zone::UTC,
        range: Span::default().range(Zone::UTC, 1_795_176_000, None).expect("the usual one"),
        interval: Interval::Day,
        totals: Totals::default(),
        previous: None,
        series: Vec::new(),
        request_series: Vec::new(),
        by: vec![(Dimension::Page, Rows::Pages(Top { total: rows.len() as u64, rows, few: None }))],
        sites: Vec::new(),
        ledger: Default::default(),
        missing: None,
        gaps: Vec::new(),
        filters: Vec::new(),
        days: Days::default(),
        asked_interval: false,
    };
    let plain = Style { colour: false, width: None, ledger: false };
    let narrow = Style { colour: false, width: Some(40), ledger: true };
    for text in [text(&report, plain), text(&report, narrow), markdown(&report), json(&report)] {
        text.lines().for_each(harmless);
    }
    let options = CsvOptions { delimiter: b',', header: false, raw: false };
    let bytes = csv(&report, options).expect("written to memory");
    let mut reader = ::csv::ReaderBuilder::new().has_headers(false).from_reader(&bytes[..]);
    let records: Vec<::csv::StringRecord> = reader.records().collect::<Result<_, _>>().expect("RFC 4180");
    assert_eq!(records.len(), values.len());
    for (record, value) in records.iter().zip(&values) {
        harmless(&record[4]);
        assert!(
            !record[4].starts_with(['=', '+', '-', '@']) && !record[0].starts_with(['=', '+', '-', '@']),
            "{value:?}"
        );
    }
}
