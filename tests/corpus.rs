//! Every real log is read or refused as a whole.

use crate::support::{Bench, data, files};

/// Folders that hold logs.
const FOLDERS: [&str; 14] = [
    "advertools",
    "apachelogs-py",
    "crowdsec",
    "gonx",
    "lnav",
    "matomo",
    "mtail",
    "netdata",
    "ngx-prom",
    "rhit",
    "request-log-analyzer",
    "webreadr",
    "ua",
    "geo",
];

#[test]
fn every_file_ends_in_zero_or_four_and_the_ledger_adds_up() {
    for folder in FOLDERS {
        let Some(path) = data(folder) else { continue };
        for file in files(&path) {
            let bench = Bench::at("2026-11-20T12:00:00Z");
            let name = file.to_str().expect("a name");
            let ran = bench.run(["import", "--json", "-q", "--site", "example.com", name]);
            assert!([0, 4].contains(&ran.code), "{name}: {} {}", ran.code, ran.stderr);
            let detected = bench.run(["detect", name]);
            assert_eq!(detected.code, ran.code, "{name}: detect and import agree");
            if ran.code == 4 {
                assert!(ran.stderr.contains("in no known log format"), "{name}: {}", ran.stderr);
                continue;
            }
            let summary: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
            let newlines = match std::fs::read(&file) {
                Ok(bytes) if !name.ends_with(".gz") && !name.ends_with(".bz2") => {
                    bytes.iter().filter(|&&b| b == b'\n').count() as u64
                        + u64::from(bytes.last().is_some_and(|&b| b != b'\n'))
                }
                _ => summary["lines"].as_u64().expect("a number"),
            };
            let ledger: u64 =
                summary["ledger"].as_object().expect("an object").values().filter_map(|n| n.as_u64()).sum();
            assert_eq!(summary["new_lines"], ledger, "{name}");
            assert_eq!(bench.imported(name), 0, "{name} again");
            // A last line that is half a request is left for later.
            assert!((newlines - 1..=newlines).contains(&ledger), "{name}: {ledger} of {newlines}");
        }
    }
}
