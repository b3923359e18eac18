//! The dashboard over what grows: `watch`, `demo`, and others at the same store.

use crate::screen::{Screen, Start, has_tmux};
use crate::support::{Bench, Held, append, has};
use std::time::{Duration, Instant};

/// Lines of now for some visitors of a page.
fn lines(page: &str, visitors: std::ops::Range<u32>) -> Vec<u8> {
    let now = chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now()).format("%d/%b/%Y:%H:%M:%S +0000");
    let line = |n| {
        format!(
            "10.0.{}.{} - - [{now}] \"GET {page} HTTP/1.1\" 200 5 \"-\" \"Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0\"\n",
            n / 250,
            n % 250
        )
    };
    visitors.map(line).collect::<String>().into_bytes()
}

#[test]
fn watch_shows_what_comes() {
    if !has_tmux("the live dashboard") {
        return;
    }
    let bench = Bench::new();
    append(&bench, "access.log", &lines("/first", 0..3));
    let start = Start { size: (200, 60), line: "watch access.log", ..Start::default() };
    let screen = Screen::start(&bench, &start);
    screen.see("▶/first").see("● 3 visitors now").see("● 3 now");
    append(&bench, "access.log", &lines("/second", 3..10));
    screen.see("/second").see("● 10 visitors now");
    // A batch of robots and images leaves those who are there where they are.
    let images = String::from_utf8_lossy(&lines("/logo.png", 3..6)).into_owned();
    append(&bench, "access.log", images.as_bytes());
    let began = Instant::now();
    while bench.totals().1["asset"] != 3 {
        assert!(began.elapsed() < Duration::from_secs(15), "they are not counted");
        std::thread::sleep(Duration::from_millis(100));
    }
    for _ in 0..20 {
        let picture = screen.picture();
        assert!(picture.contains("● 10 visitors now"), "{picture}");
        std::thread::sleep(Duration::from_millis(100));
    }
    // Held: the numbers stay, and the store fills all the same.
    screen.keys(&["Space"]).see("PAUSED");
    append(&bench, "access.log", &lines("/third", 10..15));
    let counted = || bench.totals().0["visitors"] == 15;
    let began = Instant::now();
    while !counted() {
        assert!(began.elapsed() < Duration::from_secs(15), "it is not counted");
        std::thread::sleep(Duration::from_millis(100));
    }
    let held = screen.settled();
    assert!(!held.contains("/third") && held.contains("● 10 visitors now"), "{held}");
    screen.keys(&["Space"]).see("/third").gone("PAUSED").see("● 15 visitors now");
    // A rotation goes by unseen.
    std::fs::rename(bench.path("access.log"), bench.path("access.log.1")).expect("renamed");
    append(&bench, "access.log", &lines("/after", 15..20));
    screen.see("/after").see("● 20 visitors now");
    screen.keys(&["q"]);
    screen.ended(0);
    assert_eq!(bench.totals().0["visitors"], 20);
}

/// A site that has no line yet is there, and empty.
#[test]
fn watch_waits_for_the_first_line_of_a_site() {
    if !has_tmux("the live dashboard of a new site") {
        return;
    }
    let bench = Bench::new();
    append(&bench, "access.log", b"");
    let start = Start { line: "watch --site new.example access.log", ..Start::default() };
    let screen = Screen::start(&bench, &start);
    screen.see("new.example").see("No hits yet");
    let picture = screen.settled();
    assert!(!picture.contains("there is no site"), "{picture}");
    append(&bench, "access.log", &lines("/first", 0..3));
    screen.see("▶/first").see("● 3 now");
    screen.keys(&["q"]);
    screen.ended(0);
}

#[test]
fn watch_leaves_the_screen_while_somebody_holds_the_store() {
    if !has_tmux("the live dashboard beside another process") || !has("flock") {
        return;
    }
    let bench = Bench::new();
    append(&bench, "access.log", &lines("/first", 0..3));
    let screen = Screen::start(&bench, &Start { line: "watch access.log", ..Start::default() });
    screen.see("▶/first");
    let held = Held::new(&bench);
    append(&bench, "access.log", &lines("/second", 3..5));
    screen.see("waiting for the store, which another process holds");
    // Stopped now, it would keep its own commit waiting for ever.
    screen.keys(&["C-z"]).see("the store is in use; try again").see("▶/first");
    screen.keys(&["q"]);
    assert!(screen.until(|picture| !picture.contains("VISITORS")), "{}", screen.picture());
    assert_eq!(screen.flags(), "010");
    // It waits to commit what it has read; whoever does not want that says so again.
    screen.signal("INT");
    screen.ended(130);
    drop(held);
    bench.ok("import access.log --site access");
    assert_eq!(bench.totals().0["visitors"], 5);
}

#[test]
fn watch_ends_when_nothing_comes_or_one_says_so() {
    if !has_tmux("the end of watch") {
        return;
    }
    let bench = Bench::new();
    append(&bench, "access.log", &lines("/", 0..3));
    let screen = Screen::start(&bench, &Start { line: "watch --until-idle 2s access.log", ..Start::default() });
    screen.see("▶/").ended(0);
    let screen = Screen::start(&bench, &Start { line: "watch access.log", ..Start::default() });
    screen.see("▶/").keys(&["C-c"]);
    screen.ended(130);
    // What cannot be followed is said after the terminal was given back.
    bench.write("noise.log", "nothing of this is a log\n".repeat(50));
    let screen = Screen::start(&bench, &Start { line: "watch noise.log", ..Start::default() });
    screen.see("noise.log").keys(&["q"]).see("RC=");
}

#[test]
fn demo_opens_it_and_leaves_nothing() {
    if !has_tmux("the demo") {
        return;
    }
    let bench = Bench::new();
    let screen = Screen::start(&bench, &Start { size: (120, 40), line: "demo --lines 20000", ..Start::default() });
    screen.see("example.com").see("▶/").see(" now");
    screen.keys(&["q"]);
    screen.ended(0);
    // Nor does one whose terminal goes.
    let screen = Screen::start(&bench, &Start { size: (120, 40), line: "demo --lines 20000", ..Start::default() });
    screen.see(" now");
    drop(screen);
    let began = Instant::now();
    while std::fs::read_dir(bench.path("tmp")).expect("a folder").count() > 0
        && began.elapsed() < Duration::from_secs(10)
    {
        std::thread::sleep(Duration::from_millis(100));
    }
    let left: Vec<_> = std::fs::read_dir(bench.path("tmp")).expect("a folder").collect();
    assert!(left.is_empty(), "{left:?}");
    let report =
        Screen::start(&bench, &Start { size: (120, 60), line: "demo --report --lines 2000", ..Start::default() });
    report.see("Systems").see("RC=0\n");
}

#[test]
fn all_work_at_one_store() {
    if !has_tmux("check 46") {
        return;
    }
    let seconds = if std::env::var_os("FATHOM_TUI_TEST_LONG").is_some() { 60 } else { 8 };
    let bench = Bench::new();
    append(&bench, "access.log", &lines("/", 0..3));
    let mut watch = bench.start("watch --headless access.log");
    let began = Instant::now();
    while !bench.db().exists() {
        assert!(began.elapsed() < Duration::from_secs(15), "there is no store");
        std::thread::sleep(Duration::from_millis(50));
    }
    let screens =
        [(80, 24), (120, 40)].map(|size| Screen::start(&bench, &Start { size, line: "", ..Start::default() }));
    let (began, mut count, mut reports) = (Instant::now(), 3, 0);
    while began.elapsed() < Duration::from_secs(seconds) {
        append(&bench, "access.log", &lines("/", count..count + 5));
        count += 5;
        bench.json("report --since 1d --format json");
        reports += 1;
        for screen in &screens {
            screen.keys(&["j", "W", "F"]);
            let picture = screen.picture();
            assert!(!picture.contains("lock"), "{picture}");
        }
    }
    assert!(reports > 5, "{reports} reports");
    for screen in &screens {
        screen.see(&format!(" {} ", fathom_tui::report::words::short(i64::from(count))));
        screen.keys(&["q"]);
        screen.ended(0);
    }
    crate::support::signal(&watch, "TERM");
    assert_eq!(watch.wait().expect("ended").code(), Some(143));
    assert_eq!(bench.totals().0["page_views"], count);
}
