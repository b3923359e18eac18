//! `doctor` finds what is wrong, says what to do, and is content otherwise.

use crate::support::{Bench, Ran, append, as_another_user, files, lines};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

const NOW: &str = "2026-11-20T12:00:00Z";

fn filled() -> Bench {
    let bench = Bench::at(NOW);
    append(&bench, "a.log", &lines(0, 300));
    bench.ok("import -q a.log --site example.com");
    bench
}

fn state(bench: &Bench, name: &str) -> PathBuf {
    let found = files(&bench.path("state")).into_iter().find(|path| path.to_string_lossy().ends_with(name));
    found.expect("a file of the state")
}

/// What needs doing, after which it is content again.
fn fixes(bench: &Bench, expected: &str, help: &str) {
    let ran = bench.run(["doctor"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (1, "error: one thing needs doing\n"), "{}", ran.stdout);
    let (fix, then) = ran.stdout.split_once("fix   ").expect("a finding").1.split_once('\n').expect("a line");
    assert!(fix.contains(expected), "{fix}");
    assert!(
        then.trim_start().starts_with("-> ") && then.lines().next().is_some_and(|line| line.contains(help)),
        "{then}"
    );
}

fn is_content(bench: &Bench) -> Ran {
    let ran = bench.ok("doctor --deep");
    assert!(!ran.stdout.contains("fix  "), "{}", ran.stdout);
    ran
}

#[test]
fn a_healthy_store() {
    let text = is_content(&filled()).stdout;
    let sums = "the sums of 1 day agree with the ledger of 300 lines";
    for part in ["ok    store ", "only for their owner", "none overdue", sums, "ok    days are those of Europe/Berlin"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn no_store() {
    let ran = Bench::at(NOW).run(["doctor"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.starts_with("fix   there is no store at "), "{}", ran.stdout);
    assert!(ran.stdout.contains("-> make one with `fathom-tui import FILE`"), "{}", ran.stdout);
}

#[test]
fn files_that_others_may_read() {
    let bench = filled();
    for path in [bench.db(), state(&bench, ".salt"), state(&bench, "store.key")] {
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("changed");
        fixes(&bench, "may be read by others", &format!("chmod 600 {}", path.display()));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("changed");
    }
    let folder = state(&bench, ".salt").parent().expect("a folder").to_owned();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).expect("changed");
    fixes(&bench, "is open to others", &format!("chmod 700 {}", folder.display()));
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).expect("changed");
    is_content(&bench);
}

#[test]
fn a_key_that_is_gone() {
    let bench = filled();
    fs::remove_file(state(&bench, "store.key")).expect("removed");
    fixes(&bench, "store.key is missing", "bring it back from a backup");
}

#[test]
fn a_salt_that_outlives_its_day() {
    let bench = filled();
    let salt = fs::File::open(state(&bench, ".salt")).expect("opened");
    salt.lock_shared().expect("locked");
    let ran = bench.run(["doctor", "--now", "2026-11-23T12:00:00Z"]);
    assert_eq!(ran.code, 1, "{}", ran.stdout);
    assert!(
        ran.stdout.contains("fix   2026-11-20 should have been closed by now, and its keys destroyed"),
        "{}",
        ran.stdout
    );
    drop(salt);
    bench.ok("doctor --now 2026-11-23T12:00:00Z");
}

#[test]
fn a_log_that_was_damaged_once() {
    let bench = filled();
    let copy = bench.path("data/fathom-tui/fathom.duckdb.wal.damaged-1");
    fs::write(&copy, "x").expect("written");
    fs::set_permissions(&copy, fs::Permissions::from_mode(0o600)).expect("changed");
    fixes(&bench, "damaged-1 is the copy of it", "rm /");
    fs::remove_file(copy).expect("removed");
    is_content(&bench);
}

#[test]
fn a_log_with_the_addresses_of_a_proxy() {
    let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    let log = |client: &str, forwarded: &str| -> String {
        let line = |n: u32| {
            let forwarded = forwarded.replace('#', &(n % 200).to_string());
            let client = client.replace('#', &(n % 200).to_string());
            format!("{client} - - [20/Nov/2026:10:00:00 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"{agent}\"{forwarded}\n")
        };
        (0..200).map(line).collect()
    };
    let format = "$remote_addr - - [$time_local] \"$request\" $status $body_bytes_sent \"$http_referer\" \"$http_user_agent\" \"$http_x_forwarded_for\"";
    let config = format!("[[site]]\nname = \"example.com\"\nlogs = [\"*.log\"]\nlog_format = '{format}'\n");
    let trusted = format!("{config}[proxy]\ntrusted = [\"10.0.0.0/8\"]\n");
    for (client, forwarded, config, level, what, help) in [
        ("10.0.0.5", "", "", "fix", "100 % of its last requests come from private addresses", "set_real_ip_from"),
        ("10.0.0.#", "", "", "note", "100 % of its last requests come from private addresses", "set_real_ip_from"),
        (
            "10.0.0.5",
            " \"192.0.2.#\"",
            &config,
            "fix",
            "come from private addresses",
            "name the proxy in [proxy] trusted",
        ),
        ("10.0.0.5", " \"192.0.2.#\"", &trusted, "ok", "clients have addresses of their own", ""),
        ("192.0.2.#", " \"198.51.100.#\"", &config, "note", "X-Forwarded-For is logged for 100 %", "[proxy] trusted"),
        ("198.51.100.5", "", "", "note", "one address made 100 % of its last requests", "ip:ADDRESS"),
        ("192.0.2.#", "", "", "ok", "clients have addresses of their own", ""),
    ] {
        let bench = Bench::at(NOW);
        bench.write("a.log", log(client, forwarded));
        bench.write("config/fathom-tui/config.toml", config);
        bench.ok("import -q a.log --site example.com");
        let ran = bench.run(["doctor"]);
        assert_eq!(ran.code, i32::from(level == "fix"), "{}", ran.stdout);
        let line = ran.stdout.lines().find(|line| line.contains("a.log: "));
        let line = line.unwrap_or_else(|| panic!("{}", ran.stdout));
        assert!(line.starts_with(level) && line.contains(what), "{line}");
        assert!(ran.stdout.contains(help), "{}", ran.stdout);
        for address in ["10.0.0.5", "192.0.2.1", "198.51.100"] {
            assert!(!ran.stdout.contains(address), "an address in {}", ran.stdout);
        }
    }
}

#[test]
fn old_logs_and_lines_not_read() {
    let bench = filled();
    append(&bench, "a.log", &lines(300, 310));
    append(&bench, "a.log.9", b"old\n");
    let old = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_780_000_000);
    fs::File::options().append(true).open(bench.path("a.log.9")).and_then(|file| file.set_modified(old)).expect("aged");
    let text = bench.ok("doctor").stdout;
    assert!(text.contains("1,490 bytes are not counted yet"), "{text}");
    assert!(text.contains("its rotated logs go back 175 days"), "{text}");
}

/// After a rotation the new file is what counts, however short it is.
#[test]
fn lines_not_read_of_a_rotated_log() {
    let bench = filled();
    fs::rename(bench.path("a.log"), bench.path("a.log.1")).expect("renamed");
    append(&bench, "a.log", &lines(300, 310));
    bench.ok("import -q a.log --site example.com");
    assert!(!bench.ok("doctor").stdout.contains("not counted yet"));
    append(&bench, "a.log", &lines(310, 320));
    assert!(bench.ok("doctor").stdout.contains("1,490 bytes are not counted yet"));
    let status = bench.json("status --json");
    let sizes: Vec<_> = status["inputs"].as_array().expect("inputs").iter().map(|input| &input["size"]).collect();
    assert_eq!(sizes, [&serde_json::Value::Null, &2980.into()], "{status}");
    assert!(bench.ok("status").stdout.contains("rotated away since"));
}

/// Looking deletes nothing: salts that are elsewhere may come back.
#[test]
fn salts_that_are_elsewhere_for_a_while() {
    let bench = filled();
    let salts = state(&bench, ".salt").parent().expect("a folder").to_owned();
    fs::rename(&salts, bench.path("elsewhere")).expect("moved");
    for line in ["report --period all", "status", "sites", "privacy"] {
        bench.ok(line);
    }
    fixes(&bench, "the salts of 2026-11-20 are not in", "bring them back");
    fs::rename(bench.path("elsewhere"), &salts).expect("moved back");
    append(&bench, "a.log", &lines(300, 600));
    let again = bench.ok("import a.log --site example.com");
    assert!(!again.stderr.contains("may count a visitor twice"), "{}", again.stderr);
    let (totals, _) = bench.totals();
    assert_eq!((&totals["page_views"], &totals["visitors"]), (&600.into(), &250.into()), "nobody was forgotten");
}

/// A store and salts of somebody else.
#[test]
fn a_store_that_one_may_not_see() {
    let bench = filled();
    crate::support::shell(&bench, "chmod 700 data/fathom-tui");
    for (command, code) in [("report", 3), ("import a.log", 3), ("doctor", 1)] {
        let line = format!("{command} --db {} --state-dir state/fathom-tui", bench.db().display());
        let Some(ran) = as_another_user(&bench, &line) else { return };
        assert_eq!(ran.code, code, "{command}: {} {}", ran.stdout, ran.stderr);
        let said = ran.stdout + &ran.stderr;
        assert!(said.contains("ermission denied") && !said.contains("there is no store"), "{command}: {said}");
    }
}

#[test]
fn another_zone_than_the_machines() {
    let bench = filled();
    let mut command = bench.command(["doctor"]);
    let ran = Ran::of(command.env("TZ", "Asia/Tokyo").output().expect("runs"));
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    assert!(ran.stdout.contains("note  the store's days are those of Europe/Berlin, the machine's of Asia/Tokyo"));
}

/// Case 45: whatever bit flips in the file, either it is found, or it changes no
/// number.
#[test]
fn silent_damage_is_found() {
    let bench = Bench::at(NOW);
    bench.log("a.log", "--lines 20000 --days 3 --now 2026-11-20T11:00:00Z");
    bench.imported("a.log");
    let whole = bench.totals();
    let bytes = fs::read(bench.db()).expect("readable");
    let mut found = 0;
    for n in 0..40 {
        // Behind the headers, all over the file.
        let at = 12_288 + (bytes.len() - 12_288) * n / 40 + n * 97 % 1000;
        let mut flipped = bytes.clone();
        flipped[at] ^= 1 << (n % 8);
        fs::write(bench.db(), &flipped).expect("written");
        let ran = bench.run(["doctor", "--deep"]);
        match ran.code {
            0 => assert_eq!(bench.totals(), whole, "a flip at {at} was not found"),
            1 => {
                assert!(ran.stdout.contains("fix   "), "{}", ran.stdout);
                assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
                found += 1;
            }
            code => panic!("{code} for a flip at {at}: {}", ran.stderr),
        }
    }
    assert!(found > 10, "{found} of 40 flips were found");
    fs::write(bench.db(), &bytes).expect("written");
    assert!(is_content(&bench).stdout.contains("agree with the ledger of 20,000 lines"));
}
