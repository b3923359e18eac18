//! The dashboard in a terminal: start and end, sizes, keys. Numbers are those of the
//! acceptance checks of the dashboard.

use crate::screen::{Screen, Start, environment, filled, has_tmux};
use crate::support::{Bench, Held, has};
use std::process::Stdio;
use std::time::{Duration, Instant};

/// A dashboard that shows its numbers.
fn open(bench: &Bench, start: Start<'_>) -> Screen {
    let screen = Screen::start(bench, &start);
    screen.see("VISITORS").see("COUNTRY").gone("…  ");
    screen.settled();
    screen
}

fn small(bench: &Bench) -> Screen {
    let screen = Screen::start(bench, &Start::default());
    screen.see("▶/");
    screen
}

#[test]
fn it_starts_and_quits_and_leaves_the_terminal_as_it_was() {
    if !has_tmux("checks 1 and 2") {
        return;
    }
    let bench = filled();
    let screen = small(&bench);
    assert_eq!(screen.flags(), "101");
    screen.keys(&["q"]);
    screen.ended(0);
}

#[test]
fn ctrl_c_ends_it_wherever_one_is() {
    if !has_tmux("check 3") {
        return;
    }
    let bench = filled();
    for before in [&[][..], &["/"], &[":"], &["C"], &["?"], &["f"], &["t"], &["z"]] {
        let screen = small(&bench);
        screen.keys(before).settled();
        screen.keys(&["C-c"]);
        screen.ended(130);
    }
}

#[test]
fn signals_end_it_and_leave_the_terminal_as_it_was() {
    if !has_tmux("check 4") {
        return;
    }
    let bench = filled();
    for (signal, code) in [("TERM", 143), ("HUP", 129), ("INT", 130), ("QUIT", 131)] {
        let screen = small(&bench);
        screen.signal(signal);
        screen.ended(code);
    }
}

#[test]
fn a_bug_leaves_the_terminal_as_it_was_and_one_beside_is_told() {
    if !has_tmux("check 5") {
        return;
    }
    let bench = filled();
    let screen = Screen::start(&bench, &Start { env: "FATHOM_TUI_TEST_PANIC=ui", ..Start::default() });
    screen.see("error: fathom-tui has a bug and stopped at src/tui/run.rs").see("crash-").ended(101);
    let report = crate::support::files(&bench.path("state/fathom-tui"));
    let report = report.iter().find(|path| path.to_string_lossy().contains("crash-")).expect("a report");
    assert!(std::fs::read_to_string(report).expect("read").contains("src/tui/run.rs"));
    let screen = Screen::start(&bench, &Start { env: "FATHOM_TUI_TEST_PANIC=worker", ..Start::default() });
    screen.see("a bug at src/tui/respond.rs");
    // It goes on, and answers the next question.
    screen.keys(&["C-r"]).see("▶/");
    screen.keys(&["q"]);
    screen.ended(0);
}

#[test]
fn it_stops_for_the_shell_and_comes_back() {
    if !has_tmux("check 6") {
        return;
    }
    let bench = filled();
    let line = format!("env {} bash --norc --noprofile -i", environment(&bench));
    let screen = Screen::shell(&bench, (80, 24), &line);
    screen.see("bash-").text(&format!("{} --no-live\n", env!("CARGO_BIN_EXE_fathom-tui")));
    screen.see("▶/");
    let before = screen.settled();
    screen.keys(&["C-z"]).see("Stopped");
    assert_eq!(screen.flags(), "010");
    screen.text("bg\n").see("bg");
    let shell = screen.settled();
    assert!(!shell.contains("VISITORS"), "{shell}");
    assert_eq!(screen.flags(), "010");
    screen.text("fg\n").see("▶/");
    assert_eq!(screen.settled(), before);
    assert_eq!(screen.flags(), "101");
    // The store is free while it is stopped.
    screen.keys(&["C-z"]).see("Stopped");
    bench.log("more.log", "--lines 500 --days 2 --seed 9");
    assert_eq!(bench.imported("more.log"), 500);
    screen.text("fg\n").see("▶/");
    // And one that is stopped can be ended.
    screen.keys(&["C-z"]).gone("VISITORS");
    screen.text("kill %1; sleep 1; jobs; echo ended\n").see("ended");
    assert!(
        screen.until(|picture| picture.contains("Exit 143") || picture.contains("Terminated")),
        "{}",
        screen.picture()
    );
}

#[test]
fn a_store_that_somebody_holds_is_waited_for() {
    if !has_tmux("check 42") || !has("flock") {
        return;
    }
    let bench = filled();
    let screen = small(&bench);
    let held = Held::new(&bench);
    screen.keys(&["C-r"]).see("asking").see("▶/");
    screen.see("waiting for the store, which another process holds").see("▶/");
    // A key ends what was said; the header says it for as long as it lasts.
    screen.keys(&["j"]).gone("another process holds").see("waiting for the store");
    // What was asked meanwhile is answered as soon as the store is free.
    screen.keys(&["D"]).see("Today").keys(&["W"]).see("Last 7 days").see("waiting for the store");
    drop(held);
    screen.gone("waiting for the store").see("▶/");
    screen.keys(&["M"]).see("Month to date").gone("asking");
    if std::env::var_os("FATHOM_TUI_TEST_LONG").is_some() {
        let _held = Held::new(&bench);
        screen.keys(&["C-r"]).see("asking");
        std::thread::sleep(Duration::from_secs(58));
        screen.see("is held by another process");
    }
}

#[test]
fn whoever_leaves_does_not_wait_for_a_store_that_somebody_holds() {
    if !has_tmux("ends while the store is held") || !has("flock") {
        return;
    }
    let bench = filled();
    let line = format!("env {} bash --norc --noprofile -i", environment(&bench));
    let shell = Screen::shell(&bench, (80, 24), &line);
    shell.see("bash-").text(&format!("{} --no-live\n", env!("CARGO_BIN_EXE_fathom-tui"))).see("▶/");
    let screens: Vec<Screen> = (0..3).map(|_| small(&bench)).collect();
    let held = Held::new(&bench);
    shell.keys(&["C-r"]).see("asking").keys(&["C-z"]);
    let began = Instant::now();
    shell.see("Stopped");
    for (screen, (key, code)) in screens.iter().zip([("q", 0), ("C-c", 130), ("TERM", 143)]) {
        screen.keys(&["C-r"]).see("asking");
        match key {
            "TERM" => screen.signal(key),
            key => {
                screen.keys(&[key]);
            }
        }
        screen.ended(code);
    }
    // Each would have waited for a minute.
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    shell.text("fg\n").see("asking");
    drop(held);
    shell.gone("asking").see("▶/");
}

#[test]
fn off_a_terminal_it_names_the_report() {
    let bench = filled();
    for (name, value) in [("TERM", "xterm-256color"), ("TERM", "dumb")] {
        let mut command = bench.command(["--no-live"]);
        let ran = crate::support::Ran::of(command.env(name, value).stdin(Stdio::null()).output().expect("runs"));
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
        assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
        assert!(ran.stderr.contains("fathom-tui report --format json") && !ran.stderr.contains('\x1b'));
    }
    if has_tmux("check 7 with TERM=dumb") {
        let screen = Screen::start(&bench, &Start { env: "TERM=dumb", ..Start::default() });
        screen.see("fathom-tui report --format").see("RC=2\n");
    }
}

#[test]
fn every_size_is_drawn_and_the_first_comes_back() {
    if !has_tmux("checks 8 and 12") {
        return;
    }
    let bench = filled();
    let screen = open(&bench, Start { size: (200, 60), ..Start::default() });
    let first = screen.settled();
    for (width, height) in [(120, 40), (80, 24), (60, 16), (40, 10), (20, 5), (1, 1), (200, 60)] {
        screen.resize(width, height);
        screen.settled();
    }
    assert_eq!(screen.settled(), first);
    screen.resize(39, 9);
    screen.see("39×9");
    let small = screen.settled();
    assert_eq!(small.trim().lines().count(), 1, "{small}");
    assert!(small.contains("40×10"), "{small}");
    screen.resize(80, 24);
    screen.see("▶/");
    screen.resize(39, 9);
    screen.see("39×9").keys(&["q"]);
    screen.resize(80, 24);
    screen.ended(0);
}

#[test]
fn random_keys_at_random_sizes_do_no_harm() {
    if !has_tmux("check 9") {
        return;
    }
    let bench = filled();
    let (sizes, keys) = if std::env::var_os("FATHOM_TUI_TEST_LONG").is_some() { (50, 200) } else { (8, 60) };
    let screen = small(&bench);
    let mut seed = 0x2545_F491_4F6C_DD1D_u64;
    let mut random = |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed % below as u64) as usize
    };
    const KEYS: [&str; 60] = [
        "D", "E", "R", "W", "F", "T", "N", "M", "P", "Y", "S", "L", "A", "t", "C", "X", "[", "]", "1", "2", "3", "4",
        "5", "6", "7", "8", "0", "Tab", "BTab", "h", "l", "j", "k", "g", "G", "PgUp", "PgDn", "C-d", "C-u", ",", ".",
        "Enter", "!", "f", "BSpace", "C-x", "Escape", "/", ":", "z", "s", "r", "m", "i", "v", "Space", "C-r", "C-l",
        "?", "a",
    ];
    for _ in 0..sizes {
        let (width, height) = (1 + random(200) as u16, 1 + random(60) as u16);
        screen.resize(width, height);
        let typed: Vec<&str> = (0..keys).map(|_| KEYS[random(KEYS.len())]).collect();
        for some in typed.chunks(10) {
            screen.keys(some);
        }
        let picture = screen.settled();
        for line in picture.lines() {
            assert!(unicode_width::UnicodeWidthStr::width(line) <= width.into(), "{width}x{height}: {line}");
        }
        screen.pid();
    }
    screen.resize(80, 24);
    screen.keys(&["C-c"]);
    screen.ended(130);
}

#[test]
fn the_focus_is_seen_without_colour() {
    if !has_tmux("checks 15 and 16") {
        return;
    }
    let bench = filled();
    let screen = Screen::start(&bench, &Start { env: "NO_COLOR=1", ..Start::default() });
    screen.see("▶/");
    let picture = screen.settled();
    assert_eq!(picture.matches('┏').count(), 1);
    assert_eq!(picture.matches('▶').count(), 1);
    let styled = screen.styled();
    // 39 and 49 are no colours but the terminal's own.
    let coloured = regex::Regex::new(r"\x1b\[[0-9;]*\b(3[0-8]|4[0-8]|9[0-7]|10[0-7])[;m]").expect("an expression");
    assert!(!coloured.is_match(&styled), "{styled:?}");
    assert!(styled.contains("\x1b[7m"), "the selected row is reverse");
    // Set, but empty, it means nothing.
    let screen = Screen::start(&bench, &Start { env: "NO_COLOR=", ..Start::default() });
    screen.see("▶/");
    assert!(coloured.is_match(&screen.styled()));
}

#[test]
fn only_ascii_where_there_is_no_more() {
    if !has_tmux("check 19") {
        return;
    }
    let bench = filled();
    for (env, flag) in [("LC_ALL=C", ""), ("LC_ALL=C.UTF-8", " --ascii"), ("TERM=linux", "")] {
        let line = format!("--no-live{flag}");
        let screen = Screen::start(&bench, &Start { env, line: &line, ..Start::default() });
        screen.see(">/ ");
        for keys in [&[][..], &["t"], &["Escape", "?"], &["Escape", "C"]] {
            screen.keys(keys);
            let picture = screen.settled();
            assert!(picture.chars().all(|c| c == '\n' || (' '..='~').contains(&c)), "{env}: {picture}");
        }
        assert!(screen.picture().contains('*'), "the chart has points");
    }
}

#[test]
fn rows_move_the_same_way_by_all_keys() {
    if !has_tmux("check 22") {
        return;
    }
    let bench = filled();
    let screen = small(&bench);
    let selected = || {
        let picture = screen.settled();
        picture.split('▶').nth(1).and_then(|rest| rest.split('┃').next()).unwrap_or_default().to_owned()
    };
    let at_first = selected();
    for (there, back) in [("j", "k"), ("Down", "Up"), ("G", "g"), ("C-d", "C-u"), ("PgDn", "PgUp"), ("End", "Home")] {
        screen.keys(&[there]);
        assert_ne!(selected(), at_first, "{there}");
        screen.keys(&[back]);
        assert_eq!(selected(), at_first, "{back}");
    }
    // Tab visits every panel and comes back.
    let mut visited = Vec::new();
    for _ in 0..9 {
        let picture = screen.settled();
        let focused = picture.lines().find_map(|line| line.split('┏').nth(1)).unwrap_or_default().to_owned();
        visited.push(focused.chars().skip(1).take(3).collect::<String>());
        screen.keys(&["Tab"]);
    }
    assert_eq!(visited.len(), visited.iter().collect::<std::collections::HashSet<_>>().len(), "{visited:?}");
    assert_eq!(selected(), at_first);
    for digit in ["5", "3", "8", "1"] {
        screen.keys(&[digit]);
        assert!(screen.until(|picture| picture.contains(&format!("┏━ {digit} "))), "{digit}: {}", screen.picture());
    }
}

#[test]
fn help_has_every_key_runs_actions_and_follows_the_configuration() {
    if !has_tmux("check 23") {
        return;
    }
    let bench = filled();
    bench.write("config/fathom-tui/config.toml", "[keys]\nquit = \"Q\"\nhelp = [\"f1\", \"?\"]\n");
    let screen = small(&bench);
    assert!(screen.settled().contains("Q quit"));
    screen.keys(&["?"]).see("Help");
    let mut seen = String::new();
    for _ in 0..40 {
        seen += &screen.settled();
        screen.keys(&["j", "j"]);
    }
    for text in ["show only what this row counts", "sort this panel by", "last 91 days", "quit at once", "F1 ?"] {
        assert!(seen.contains(text), "{text}");
    }
    screen.keys(&["/"]).text("last 7 days").see("last 7 days");
    screen.gone("sort this panel");
    screen.keys(&["Enter"]).see("‹ Last 7 days ›");
    screen.keys(&["F1"]).see("Help").keys(&["Escape"]).gone(" Help ");
    screen.keys(&["q"]).settled();
    screen.keys(&["Q"]);
    screen.ended(0);
}

#[test]
fn the_footer_drops_whole_hints_and_never_help() {
    if !has_tmux("check 24") {
        return;
    }
    let bench = filled();
    let screen = small(&bench);
    for width in (40..=200).step_by(8) {
        screen.resize(width, 24);
        assert!(screen.until(|picture| {
            let last = picture.lines().last().unwrap_or_default();
            last.contains("? help") && unicode_width::UnicodeWidthStr::width(last) <= width.into()
        }));
        let last = screen.settled().lines().last().unwrap_or_default().to_owned();
        let words =
            ["filter", "search", "time", "compare", "zoom", "sort", "metric", "command", "panel", "help", "quit"];
        for hint in last.split("  ").map(str::trim).filter(|hint| !hint.is_empty()) {
            assert!(words.contains(&hint.split(' ').next_back().unwrap_or_default()), "{width}: {hint:?} in {last:?}");
        }
    }
}

#[test]
fn escape_closes_one_layer_at_a_time_and_never_quits() {
    if !has_tmux("checks 25 to 27") {
        return;
    }
    let bench = filled();
    let screen = small(&bench);
    screen.keys(&["j", "j"]);
    let before = screen.settled();
    screen.keys(&["z"]).see("BOUNCE").gone("COUNTRY");
    screen.gone("SOURCE").keys(&["f"]).see("Filter by").text("country").keys(&["Enter"]);
    screen.see("country …").keys(&["Enter"]).see("country is …").see("DE Germany");
    for gone in ["country is …", "country …", "BOUNCE  TIME"] {
        screen.keys(&["Escape"]).gone(gone);
    }
    assert_eq!(screen.settled(), before);
    for _ in 0..5 {
        screen.keys(&["Escape"]);
    }
    assert_eq!(screen.settled(), before);
    screen.keys(&["z"]).see("ENTRIES").keys(&["z"]);
    assert_eq!(screen.settled(), before);
    screen.keys(&[":"]).text("last 7").keys(&["Enter"]).see("‹ Last 7 days ›");
    screen.keys(&[":"]).text("no such thing").see("no command matches").keys(&["Enter"]).see("no command matches");
}

/// What the program writes, split into texts and escape sequences.
fn pieces(bytes: &[u8]) -> (Vec<String>, Vec<String>) {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let escapes = regex::Regex::new(r"\x1b\[[0-9;?]*[ -/]*[@-~]").expect("an expression");
    let found = escapes.find_iter(&text).map(|found| found.as_str().to_owned()).collect();
    (escapes.split(&text).map(str::to_owned).collect(), found)
}

#[test]
fn frames_are_whole_and_nothing_foreign_is_written() {
    if !has_tmux("checks 14 and 50") {
        return;
    }
    let bench = Bench::at(crate::screen::NOW);
    let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0";
    let mut log = String::new();
    for (n, page) in ["\\x1b[2J", "\\x1b]0;owned\\x07", "\u{9b}31m", "日本", "e\u{301}", "\u{202e}evil", "\x1b[31m"]
        .iter()
        .enumerate()
    {
        log += &format!(
            "10.0.0.{n} - - [22/Aug/2026:10:00:00 +0200] \"GET /{page} HTTP/1.1\" 200 5 \"https://{page}/{page}\" \"{agent} {page}\"\n"
        );
    }
    crate::support::append(&bench, "hostile.log", log.as_bytes());
    bench.imported("hostile.log");
    let screen = small(&bench);
    let recorded = bench.path("recorded");
    screen.record(&recorded);
    for keys in [&["j", "j", "2", "."][..], &["z", "j"], &["Escape"], &["W", "X", "Enter"], &["?"], &["Escape"], &["q"]]
    {
        screen.keys(keys).settled();
    }
    screen.see("RC=0\n");
    let bytes = std::fs::read(&recorded).expect("recorded");
    let ours = bytes.windows(8).position(|w| w == b"\x1b[?1049l").map_or(&bytes[..], |end| &bytes[..end]);
    let (texts, escapes) = pieces(ours);
    let count = |wanted: &str| escapes.iter().filter(|escape| *escape == wanted).count();
    assert!(count("\x1b[?2026h") > 5, "{escapes:?}");
    // One more ends than begins: that of leaving.
    assert_eq!(count("\x1b[?2026h") + 1, count("\x1b[?2026l"));
    assert_eq!(count("\x1b[2J"), 0);
    for text in texts {
        assert!(!text.chars().any(|c| c.is_control()), "{text:?}");
        assert!(!text.contains("owned\x07") && !text.contains('\u{202e}'), "{text:?}");
    }
}
