//! No address, agent or salt is in any file: during an import, after it, and
//! after its salts are gone.

use crate::support::{Bench, files};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Folders that the program may write to.
const WRITTEN: [&str; 4] = ["data", "state", "run", "tmp"];

/// What must be nowhere: every address as text and in binary, every agent,
/// and every referrer's query.
fn secrets(log: &str) -> Vec<Vec<u8>> {
    let mut secrets = Vec::new();
    for line in log.lines().filter(|line| line.contains('"')) {
        let address = line.split(' ').next().expect("an address");
        if let Ok(ip) = address.parse::<std::net::IpAddr>() {
            secrets.push(address.as_bytes().to_vec());
            if let std::net::IpAddr::V6(v6) = ip {
                secrets.push(v6.octets().to_vec());
            }
        }
        let agent = line.rsplit('"').nth(1).expect("an agent");
        if agent.len() > 20 {
            secrets.push(agent.as_bytes().to_vec());
        }
    }
    secrets.sort();
    secrets.dedup();
    secrets
}

/// Every file is scanned for every secret (Aho-Corasick by way of `regex`).
fn assert_clean(bench: &Bench, secrets: &[Vec<u8>], when: &str) -> usize {
    let escape = |bytes: &Vec<u8>| bytes.iter().map(|b| format!("\\x{b:02x}")).collect::<String>();
    let pattern: Vec<String> = secrets.iter().map(escape).collect();
    let finder = regex::bytes::RegexBuilder::new(&pattern.join("|")).unicode(false).size_limit(1 << 30).build();
    let finder = finder.expect("an expression");
    let mut scanned = 0;
    for file in WRITTEN.iter().flat_map(|folder| files(&bench.path(folder))) {
        let Ok(bytes) = std::fs::read(&file) else { continue };
        scanned += 1;
        let found = finder.find(&bytes).map(|m| String::from_utf8_lossy(m.as_bytes()).into_owned());
        assert_eq!(found, None, "{when}: in {}", file.display());
    }
    scanned
}

fn salt_files(bench: &Bench) -> Vec<std::path::PathBuf> {
    files(&bench.path("state")).into_iter().filter(|path| path.extension().is_some_and(|e| e == "salt")).collect()
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).expect("there").permissions().mode() & 0o777
}

#[test]
fn nothing_of_a_visitor_is_kept() {
    let bench = Bench::at("2026-11-20T12:00:00Z");
    let log = bench.log("a.log", "--lines 120000 --days 3 --seed 6 --now 2026-11-20T11:00:00Z");
    let text = std::fs::read_to_string(&log)
        .unwrap_or_else(|_| String::from_utf8_lossy(&std::fs::read(&log).expect("readable")).into_owned());
    let secrets = secrets(&text);
    assert!(secrets.len() > 1_000, "{}", secrets.len());
    let mut import = bench.start("import -q a.log --site example.com");
    while import.try_wait().expect("runs").is_none() {
        assert_clean(&bench, &secrets, "during the import");
    }
    assert!(assert_clean(&bench, &secrets, "after the import") >= 5, "database, key and salts were scanned");

    let salts = salt_files(&bench);
    assert_eq!(salts.len(), 4, "a salt a day");
    let keys: Vec<Vec<u8>> = salts
        .iter()
        .flat_map(|file| {
            assert_eq!(mode(file), 0o600);
            let bytes = std::fs::read(file).expect("readable");
            bytes[24..].chunks(32).map(<[u8]>::to_vec).collect::<Vec<_>>()
        })
        .collect();
    for folder in ["data", "run", "tmp"] {
        for file in files(&bench.path(folder)) {
            let bytes = std::fs::read(&file).expect("readable");
            for key in keys.iter().step_by(37) {
                assert!(!bytes.windows(32).any(|window| window == key), "a salt in {}", file.display());
            }
        }
    }
    assert_eq!(mode(&bench.db()), 0o600);
    for folder in ["data/fathom-tui", "state/fathom-tui"] {
        assert_eq!(mode(&bench.path(folder)), 0o700, "{folder}");
    }

    // A day after the end of the last day and the last commit all are gone.
    let before = bench.totals();
    bench.ok("report --now 2026-11-21T11:59:00Z");
    assert_eq!(salt_files(&bench).len(), 4, "not yet: 24 hours after the last commit");
    bench.ok("report --now 2026-11-21T12:00:01Z");
    assert_eq!(salt_files(&bench).len(), 1, "today's lives until the day after its end");
    bench.ok("report --now 2026-11-21T23:00:01Z");
    assert_eq!(salt_files(&bench), Vec::<std::path::PathBuf>::new());
    assert_clean(&bench, &secrets, "after the salts");
    let rest: Vec<Vec<u8>> = keys.into_iter().step_by(41).collect();
    assert_clean(&bench, &rest, "salts after their end");
    assert_eq!(bench.totals(), before, "counts stay");
    assert_eq!(fathom_tui::store::testing::rows(&bench.db(), "seen").expect("counted"), 0);
    for table in ["sealed", "sealed_full", "carried"] {
        assert_eq!(fathom_tui::store::testing::rows(&bench.db(), table).expect("counted"), 0, "{table}");
    }
}

/// The command finds what is planted, and nothing where nothing is.
#[test]
fn privacy_searches_every_file() {
    let bench = Bench::at("2026-11-20T12:00:00Z");
    bench.log("a.log", "--lines 3000 --days 2 --now 2026-11-20T11:00:00Z");
    bench.ok("import -q a.log --site example.com");
    let clean = bench.ok("privacy").stdout;
    for part in
        ["page sums", "  hashes ", "2026-11-19  keys made 2026-11-20 13:00", " open visits", "none was destroyed yet"]
    {
        assert!(clean.contains(part), "{part}: {clean}");
    }
    assert!(clean.contains("fathom.duckdb, ") && clean.contains("store.key, 32 bytes: none"), "{clean}");
    // A part of what was asked for is no visitor.
    let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    let line = format!(
        "192.0.2.1 - - [20/Nov/2026:10:00:00 +0000] \"GET /ip/198.51.100.7 HTTP/1.1\" 200 5 \"-\" \"{agent}\"\n"
    );
    bench.write("b.log", line);
    bench.ok("import -q b.log --site example.com");
    let text = bench.ok("privacy").stdout;
    assert!(text.contains("texts that requests named: none"), "of open days they are sealed: {text}");
    let text = bench.ok("privacy --now 2026-11-22T12:00:00Z").stdout;
    assert!(text.contains("texts that requests named: 1 among pages, as a URL has it"), "{text}");
    assert!(text.contains("none but 1 of the texts below"), "{text}");
    assert!(text.contains("\nNo visitor's address is kept.\n"), "{text}");
    let state = files(&bench.path("state"));
    let folder = state[0].parent().expect("a folder");
    for planted in ["client 203.0.113.9 said", "Firefox203.0.113.9games", "x[2001:db8::77:1]"] {
        for place in [folder.join("notes"), bench.path("data/fathom-tui/fathom.duckdb.tmp")] {
            std::fs::write(&place, [&[0; 70_000][..], planted.as_bytes(), &[255; 9000]].concat()).expect("written");
            let ran = bench.run(["privacy"]);
            assert_eq!(ran.code, 1, "{planted}: {}", ran.stdout);
            assert!(
                ran.stdout.contains("1 text that looks like one") && !ran.stdout.contains(planted),
                "{}",
                ran.stdout
            );
            std::fs::remove_file(place).expect("removed");
        }
    }
    bench.ok("privacy");
    let late = bench.ok("privacy --now 2026-11-22T12:00:00Z").stdout;
    assert!(late.contains("last destroyed 2026-11-22 13:00") && late.contains("none: nothing in the store"), "{late}");
}

#[test]
fn diagnostics_never_quote_a_line() {
    let bench = Bench::at("2026-11-20T12:00:00Z");
    let log = "203.0.113.77 - - [20/Nov/2026:10:00:00 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"Secret/1.0\"\n\
               203.0.113.78 - - [20/Nov/2026:10:00:00 +0000] \"\" 400 0 \"-\" \"Secret/2.0\"\n\
               203.0.113.79 - - broken Secret/3.0\n";
    bench.write("a.log", log.repeat(4));
    let ran = bench.ok("import a.log --show-rejected 20 --site example.com");
    assert!(ran.stderr.contains("a.log:2: no request line\n"), "{}", ran.stderr);
    for line in ["import a.log", "detect a.log", "status", "report --period all"] {
        let ran = bench.ok(line);
        for secret in ["203.0.113", "Secret/"] {
            assert!(!ran.stdout.contains(secret) && !ran.stderr.contains(secret), "{line}: {}", ran.stdout);
        }
    }
}
