//! The conventions of the command line, each with its check.

use crate::support::{Bench, Ran, shell};
use std::path::Path;
use std::process::Stdio;

const NOW: &str = "2026-11-20T12:00:00Z";

fn filled() -> Bench {
    let bench = Bench::at(NOW);
    bench.log("access.log", "--lines 3000 --days 5");
    bench.imported("access.log");
    bench
}

fn source(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).expect(name)
}

#[test]
fn help_is_one_screen_and_long_help_begins_with_examples() {
    let bench = Bench::new();
    let short = bench.ok("-h").stdout;
    assert!(short.lines().count() <= 40, "{}", short.lines().count());
    assert!(bench.ok("--help").stdout.starts_with("Examples:\n"));
    for command in ["import", "watch", "report"] {
        assert!(bench.ok(&format!("{command} --help")).stdout.starts_with("Examples:\n"), "{command}");
        assert_eq!(bench.ok(&format!("help {command}")).stdout, bench.ok(&format!("{command} --help")).stdout);
    }
    for code in ["0 done", "1 failed", "2 usage", "3 store", "4 input", "128 + n"] {
        assert!(bench.ok("--help").stdout.contains(code), "{code}");
    }
}

/// Every example in help and README runs.
#[test]
fn every_example_runs() {
    let bench = filled();
    shell(
        &bench,
        "cp access.log access.log.1; head -500 access.log > old.log; mkdir logs old; gzip -c old.log > old/o.gz; cp access.log logs",
    );
    let readme = source("README.md");
    let helps: String =
        ["--help", "import --help", "watch --help", "report --help"].map(|h| bench.ok(h).stdout).concat();
    let examples = readme.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next()).chain([helps.as_str()]);
    let mut ran = 0;
    for line in examples.flat_map(str::lines).map(str::trim) {
        if !(line.starts_with("fathom-tui ") || line.contains("| fathom-tui ")) {
            continue;
        }
        let line = line
            .replace("/var/log/nginx/access.log*", "access.log*")
            .replace("/var/log/nginx/*", "logs/*")
            .replace("/var/log/nginx/access.log", "access.log")
            .replace("/var/log/nginx/", "logs")
            .replace("access.log.2.gz", "old/o.gz")
            .replace("watch --headless", "watch --headless --until-idle 100ms")
            .replace("--until-idle 100ms --until-idle 5s", "--until-idle 100ms")
            .replace("watch access.log", "watch --until-idle 100ms access.log")
            .replace("fathom-tui demo", "fathom-tui demo --lines 2000");
        let line = line.split(" #").next().expect("a command").trim();
        if line == "fathom-tui" {
            // The dashboard needs a terminal: tests/dashboard.rs.
            continue;
        }
        let line = line.replace("fathom-tui", env!("CARGO_BIN_EXE_fathom-tui"));
        let env = bench.command(["x"]);
        let mut command = std::process::Command::new("sh");
        command.args(["-c", &line]).current_dir(bench.root()).stdin(Stdio::null());
        command.envs(env.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let output = Ran::of(command.output().expect("runs"));
        assert_eq!(output.code, 0, "{line}: {}", output.stderr);
        ran += 1;
    }
    assert!(ran >= 15, "{ran} examples");
}

#[test]
fn the_committed_manual_and_completions_are_those_of_the_program() {
    let bench = Bench::new();
    for (name, line) in [
        ("man/fathom-tui.1", "man"),
        ("completions/fathom-tui.bash", "completions bash"),
        ("completions/_fathom-tui", "completions zsh"),
        ("completions/fathom-tui.fish", "completions fish"),
    ] {
        assert!(source(name) == bench.ok(line).stdout, "{name} differs: run `make docs`");
    }
}

#[test]
fn version_names_engine_database_and_credit() {
    let text = Bench::new().ok("--version").stdout;
    for part in ["fathom-tui 0.", "engine: DuckDB v1.5.5", "IP Geolocation by DB-IP", "2026-06"] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[test]
fn data_goes_to_standard_output_and_everything_else_to_standard_error() {
    let bench = filled();
    for line in
        ["report", "status", "sites", "doctor", "doctor --deep", "privacy", "report --format json", "detect access.log"]
    {
        let ran = bench.ok(line);
        assert!(!ran.stdout.is_empty(), "{line}");
        assert_eq!(ran.stderr, "", "{line}");
    }
    let ran = bench.ok("import access.log");
    assert_eq!(ran.stdout, "");
    assert_eq!(bench.ok("import -q access.log").stderr, "");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let bench = filled();
    let mut report = bench.start("report --format csv");
    drop(report.stdout.take());
    let ran = Ran::of(report.wait_with_output().expect("ends"));
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
}

#[test]
fn piped_output_has_no_escape_box_or_cut() {
    let bench = filled();
    let text = bench.ok("report --compare previous --ledger --limit 0").stdout;
    assert!(!text.contains('\u{1b}'));
    assert!(!text.chars().any(|c| ('─'..='╿').contains(&c) || c == '…'), "{text}");
}

#[test]
fn colour_is_as_asked_for() {
    let bench = filled();
    let colour = |flags: &str, variables: &[(&str, &str)]| {
        let mut command = bench.command(format!("report {flags}").split_whitespace());
        let ran = Ran::of(command.envs(variables.iter().copied()).output().expect("runs"));
        assert!(!ran.stderr.contains('\u{1b}'));
        ran.stdout.contains('\u{1b}')
    };
    assert!(!colour("", &[]));
    assert!(colour("--color always", &[]));
    assert!(colour("", &[("CLICOLOR_FORCE", "1")]));
    assert!(!colour("", &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    assert!(colour("", &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "")]));
    assert!(!colour("", &[("CLICOLOR_FORCE", "1"), ("TERM", "dumb")]));
    assert!(!colour("--color never", &[("CLICOLOR_FORCE", "1")]));
}

#[test]
fn nothing_is_written_outside_the_given_paths() {
    let bench = Bench::at(NOW);
    bench.log("a.log", "--lines 100 --days 1");
    let mut command = bench.command("import -q a.log --db s/x.duckdb --state-dir st".split(' '));
    for name in ["HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"] {
        command.env_remove(name);
    }
    let ran = Ran::of(command.output().expect("runs"));
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    assert!(bench.path("s/x.duckdb").exists());
    for name in ["home", "data", "state", "config"] {
        assert_eq!(crate::support::files(&bench.path(name)), Vec::<std::path::PathBuf>::new(), "{name}");
    }
}

#[test]
fn flags_beat_environment_and_environment_beats_the_file() {
    let bench = filled();
    bench.write("c.toml", "[store]\npath = \"from-file.duckdb\"\n");
    let path = |flags: &str, variable: Option<&str>| {
        let mut command = bench.command(format!("report --config c.toml {flags}").split_whitespace());
        command.envs(variable.map(|value| ("FATHOM_TUI_DB", value)));
        let ran = Ran::of(command.output().expect("runs"));
        assert_eq!(ran.code, 3);
        let line = ran.stderr.lines().next().expect("an error").to_owned();
        line.rsplit('/').next().expect("a name").to_owned()
    };
    assert_eq!(path("", None), "from-file.duckdb");
    assert_eq!(path("", Some("from-env.duckdb")), "from-env.duckdb");
    assert_eq!(path("--db from-flag.duckdb", Some("from-env.duckdb")), "from-flag.duckdb");
}

#[test]
fn ctrl_c_leaves_a_store_that_the_next_run_goes_on_with() {
    let bench = Bench::at(NOW);
    bench.log("a.log", "--lines 1000000 --days 5");
    let expected = {
        let other = Bench::at(NOW);
        std::fs::copy(bench.path("a.log"), other.path("a.log")).expect("copied");
        other.imported("a.log");
        other.totals()
    };
    let import = bench.start("import a.log --site example.com");
    std::thread::sleep(std::time::Duration::from_millis(300));
    let _ = std::process::Command::new("kill").args(["-INT", &import.id().to_string()]).status();
    let ran = Ran::of(import.wait_with_output().expect("ends"));
    assert!([0, 130].contains(&ran.code), "{}: {}", ran.code, ran.stderr);
    let rest = bench.imported("a.log");
    assert!(rest > 0 || ran.code == 0, "it was stopped before the end");
    assert_eq!(bench.totals(), expected);
}
