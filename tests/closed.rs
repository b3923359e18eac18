//! Nobody listens on standard error any more, or never did.

use crate::support::Bench;
use std::process::Stdio;

const NOW: &str = "2026-11-20T12:00:00Z";

/// The code of a command whose standard error is a pipe that nobody reads.
fn unheard(bench: &Bench, line: &str) -> Option<i32> {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let mut command = bench.command(line.split_whitespace());
    command.stdout(Stdio::null()).stderr(writer).status().expect("runs").code()
}

#[test]
fn a_closed_standard_error_ends_nothing() {
    let bench = Bench::at(NOW);
    let mut log = std::fs::read(bench.log("a.log", "--lines 300 --days 1")).expect("readable");
    log.extend_from_slice(b"no request at all\n");
    bench.write("a.log", log);
    for (line, code) in [
        ("report", 3),
        ("import --site example.com a.log", 0),
        ("import --site example.com a.log", 0),
        ("import --site example.org --dry-run --show-rejected 1 a.log", 0),
        ("watch --headless --until-idle 100ms a.log", 0),
        ("sites rename example.com example.net", 0),
        ("sites remove example.net", 2),
        ("report --no-such-flag", 2),
        ("report", 0),
        ("status", 0),
        ("demo --report", 0),
    ] {
        assert_eq!(unheard(&bench, line), Some(code), "{line}");
    }
    assert_eq!(bench.totals().1["lines"], 301);
}
