//! Bad input gets an error that says what, why and what to do; nothing is lost.

use crate::support::{Bench, Ran};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

const NOW: &str = "2026-11-20T12:00:00Z";

/// The code and the whole of what was said.
fn fails(bench: &Bench, line: &str) -> (i32, String) {
    let ran = bench.run(line.split_whitespace());
    assert_eq!(ran.stdout, "", "{line}");
    let root = format!("{}/", bench.root().display());
    (ran.code, ran.stderr.replace(&root, ""))
}

fn filled() -> Bench {
    let bench = Bench::at(NOW);
    bench.log("a.log", "--lines 500 --days 1");
    bench.imported("a.log");
    bench
}

#[test]
fn no_store() {
    let bench = Bench::at(NOW);
    let expected = "error: there is no store at data/fathom-tui/fathom.duckdb\n\
                    help: make one with `fathom-tui import FILE`, or name another with --db PATH\n";
    assert_eq!(fails(&bench, "report"), (3, expected.into()));
}

#[test]
fn a_store_of_a_newer_version() {
    let bench = filled();
    let before = std::fs::read(bench.db()).expect("readable");
    let newer = fathom_tui::store::testing::set_schema(&bench.db(), 999);
    newer.expect("written");
    let changed = std::fs::read(bench.db()).expect("readable");
    assert_ne!(before, changed);
    for line in ["report", "import a.log", "status"] {
        let (code, text) = fails(&bench, line);
        assert_eq!(code, 3, "{text}");
        assert_eq!(
            text,
            "error: data/fathom-tui/fathom.duckdb was written by a newer version of fathom-tui\n\
             help: update fathom-tui, or name another store with --db PATH\n"
        );
    }
    assert_eq!(std::fs::read(bench.db()).expect("readable"), changed, "left as it was");
}

#[test]
fn a_file_that_is_no_store() {
    let bench = Bench::at(NOW);
    bench.log("a.log", "--lines 500 --days 1");
    let file = bench.write("notes.txt", "not a database\n".repeat(1000));
    for line in ["report --db notes.txt", "import a.log --db notes.txt"] {
        let expected = "error: notes.txt is no fathom-tui store\n\
                        help: name the store with --db PATH; this file was left as it is\n";
        assert_eq!(fails(&bench, line), (3, expected.into()), "{line}");
    }
    assert_eq!(std::fs::read_to_string(file).expect("readable").len(), 15_000);
    let other = fathom_tui::store::testing::foreign(&bench.path("foreign.duckdb"));
    other.expect("made");
    let (code, text) = fails(&bench, "report --db foreign.duckdb");
    assert_eq!((code, text.lines().next()), (3, Some("error: foreign.duckdb is no fathom-tui store")));
}

#[test]
fn a_log_without_permission() {
    let bench = Bench::at(NOW);
    let log = bench.log("a.log", "--lines 5 --days 1");
    std::fs::set_permissions(&log, std::fs::Permissions::from_mode(0o000)).expect("changed");
    if std::fs::read(&log).is_ok() {
        // Root reads everything: run it as somebody else.
        let nobody = Command::new("setpriv").args(["--reuid=65534", "--clear-groups", "true"]).status();
        if !nobody.is_ok_and(|status| status.success()) {
            println!("skipped: setpriv is not there to become another user");
            return;
        }
        shell_chmod(&bench);
        let original = bench.command(["import", "a.log"]);
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--clear-groups"]).arg(original.get_program()).args(original.get_args());
        command.current_dir(bench.root()).env_clear();
        for (name, value) in original.get_envs() {
            command.env(name, value.unwrap_or_default());
        }
        let output = command.output().expect("runs");
        let text = String::from_utf8_lossy(&output.stderr);
        if text.contains("annot execute")
            || text.contains("Permission denied (os error 13)") && output.status.code() == Some(127)
        {
            println!("skipped: another user cannot run the program here");
            return;
        }
        assert_eq!(output.status.code(), Some(4), "{text}");
        assert!(text.starts_with("error: could not read a.log\ncause: Permission denied"), "{text}");
        assert!(text.contains("help: run as a user who may read it"), "{text}");
        return;
    }
    let (code, text) = fails(&bench, "import a.log");
    assert_eq!(code, 4, "{text}");
    assert!(text.contains("help: run as a user who may read it"), "{text}");
}

fn shell_chmod(bench: &Bench) {
    let status = Command::new("chmod").args(["-R", "a+rwX"]).arg(bench.root()).status();
    assert!(status.expect("runs").success());
    std::fs::set_permissions(bench.path("a.log"), std::fs::Permissions::from_mode(0o000)).expect("changed");
    std::fs::set_permissions(bench.root(), std::fs::Permissions::from_mode(0o777)).expect("changed");
}

#[test]
fn a_format_string_with_a_typo() {
    let bench = Bench::at(NOW);
    bench.log("a.log", "--lines 5 --days 1");
    let ran = bench.run(["import", "a.log", "--log-format", "$remote_addr [$time_lcoal] \"$request\" $status"]);
    assert_eq!(ran.code, 2);
    assert_eq!(
        ran.stderr.lines().next(),
        Some("error: --log-format: unknown variable $time_lcoal at position 15: did you mean $time_local?")
    );
    assert!(ran.stderr.contains("\nhelp: "));
    assert_eq!(bench.imported("a.log"), 5, "nothing of it was taken");
}

#[test]
fn an_empty_log() {
    let bench = Bench::at(NOW);
    bench.write("empty.log", "");
    let ran = bench.ok("import empty.log");
    assert!(ran.stderr.contains("imported 1 file, 0 new lines of 0"), "{}", ran.stderr);
}

#[test]
fn a_log_of_binary_bytes() {
    let bench = filled();
    let before = bench.totals();
    let bytes: Vec<u8> = (0..200_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    bench.write("noise", bytes);
    let expected = "error: noise: in no known log format\n\
                    cause: nothing of it was read\n\
                    help: see `fathom-tui detect noise`, or give --log-format with your nginx log_format string\n";
    let (code, text) = fails(&bench, "import -q noise");
    assert_eq!((code, text.as_str()), (4, expected));
    assert_eq!(bench.totals(), before);
}

#[test]
fn a_missing_store_key() {
    let bench = filled();
    let before = bench.totals();
    let state = std::fs::read_dir(bench.path("state/fathom-tui")).expect("there").next().expect("one").expect("one");
    std::fs::remove_file(state.path().join("store.key")).expect("removed");
    let (code, text) = fails(&bench, "import a.log");
    assert_eq!(code, 4, "{text}");
    assert!(text.contains("store.key is missing"), "{text}");
    assert!(text.contains("help: bring it back from a backup; reports still work"), "{text}");
    assert_eq!(bench.totals(), before, "reading works");
}

#[test]
fn another_zone_than_the_stores() {
    let bench = filled();
    let (code, text) = fails(&bench, "report --timezone Asia/Tokyo");
    assert_eq!(code, 2);
    assert!(text.starts_with("error: the store's time zone is Europe/Berlin, not Asia/Tokyo\n"), "{text}");
    bench.ok("report --timezone Europe/Berlin");
}

#[test]
fn usage() {
    let bench = filled();
    for (line, error, help) in [
        ("improt a.log", "there is no command 'improt'", "did you mean 'import'?"),
        ("report --sicne 7d", "there is no option '--sicne' here", "did you mean '--since'?"),
        ("report --by contry", "--by: there is no 'contry'", "did you mean 'country'? There are: page"),
        ("report --filter land==DE", "--filter: there is no dimension 'land'; there are page", ""),
        ("report --since soon", "'soon' is no time; write 7d,", "see `fathom-tui report --help`"),
        ("report --filter page==/ --by status", "status and page do not combine", "ask for them in two reports"),
        ("report --filter status==404 --filter page==/", "page and status do not combine", "ask for them"),
        ("report --filter entry_page==/ --by page", "page and entry_page do not combine", "ask for them"),
        ("report --filter page==/ --filter exit_page==/", "exit_page and page do not combine", "ask for them"),
        ("report --filter error_path~x --by bot", "bot and error_path do not combine", "ask for them"),
        ("report --site nowhere.org", "there is no site 'nowhere.org'", "there are: example.com"),
        ("import", "<FILE>... is missing", "see"),
        ("status extra", "'extra' is not expected here", "see"),
        ("report --color blue", "invalid value 'blue' for '--color <WHEN>'", "there are: auto, always, never"),
        ("import a.log --site Ex_ample", "'Ex_ample' cannot name a site", "use 1 to 64 of a-z"),
        ("import a.log --exclude colour:red", "", ""),
        ("", "the dashboard needs a terminal; for numbers: fathom-tui report --format json", ""),
        ("--theme pink report", "options of the dashboard stand behind its command", "fathom-tui --period 7d"),
    ] {
        let (code, text) = fails(&bench, line);
        assert_eq!(code, 2, "{line}: {text}");
        assert!(text.starts_with(&format!("error: {error}")), "{line}: {text}");
        assert!(text.contains(&format!("help: {help}")) || help.is_empty(), "{line}: {text}");
    }
}

#[test]
fn an_unknown_configuration_key() {
    let bench = filled();
    bench.write("c.toml", "timezone = \"Europe/Berlin\"\n[store]\npaht = \"x\"\n");
    let (code, text) = fails(&bench, "report --config c.toml");
    assert_eq!(code, 2);
    assert!(text.starts_with("error: c.toml:3: unknown field `paht`"), "{text}");
}

#[test]
fn wrong_values_in_the_configuration() {
    let bench = filled();
    let site = |line: &str| format!("[[site]]\nname = \"e.org\"\n{line}\n");
    for (text, error) in [
        ("timezone = \"Europe/Berln\"".into(), "c.toml: timezone: 'Europe/Berln' is no time zone"),
        (site("exclude = [\"foo\"]"), "c.toml: exclude of site e.org: 'foo' is no rule"),
        (site("log_format = \"zork\""), "c.toml: log_format of site e.org: unknown format \"zork\""),
        (site("[proxy]\ntrusted = [\"300.1.1.1\"]"), "c.toml: trusted of [proxy]: '300.1.1.1' is no address"),
        ("[privacy]\nk = 51".into(), "c.toml: k of [privacy]: '51' is not one of 2 to 50 visitors, or 1 for no"),
        ("[privacy]\nrare = \"show\"".into(), "c.toml: rare of [privacy]: 'show' is neither merge nor hide"),
        (site("mask = [\"reset/*\"]"), "c.toml: mask of site e.org: 'reset/*' does not begin with a slash"),
        (site(&site("")), "c.toml: site: there are two of the name e.org"),
    ] {
        bench.write("c.toml", text);
        let (code, said) = fails(&bench, "import a.log --config c.toml");
        assert_eq!(code, 2, "{said}");
        assert!(said.starts_with(&format!("error: {error}")), "{said}");
    }
}

#[test]
fn the_environment_wins_over_the_configuration() {
    let bench = filled();
    bench.write("c.toml", "[privacy]\nk = 4\nrare = \"hide\"\n");
    for (name, value, error) in [
        ("FATHOM_TUI_PRIVACY_K", "0", "FATHOM_TUI_PRIVACY_K: '0' is not one of"),
        ("FATHOM_TUI_PRIVACY_RARE", "no", "FATHOM_TUI_PRIVACY_RARE: 'no' is neither merge nor hide"),
    ] {
        let mut command = bench.command(["report", "--config", "c.toml"]);
        let ran = Ran::of(command.env(name, value).output().expect("runs"));
        assert_eq!(ran.code, 2, "{}", ran.stderr);
        assert!(ran.stderr.starts_with(&format!("error: {error}")), "{}", ran.stderr);
    }
}

#[test]
fn strict_stops_at_the_first_bad_line() {
    let bench = Bench::at(NOW);
    let log = bench.log("a.log", "--lines 100 --days 1");
    let mut lines = std::fs::read(log).expect("readable");
    lines.extend_from_slice(b"no request at all\n");
    bench.write("bad.log", lines);
    let ran = bench.run(["import", "-q", "--strict", "bad.log"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.starts_with("error: bad.log:101: not in the format of this file\n"), "{}", ran.stderr);
    let ran = bench.ok("import bad.log --site example.com");
    assert!(ran.stderr.contains("bad.log:101: not in the format of this file\n"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("no request at all"));
}
