//! What a simulated log promises, read back from its bytes.

use super::*;

const END: i64 = 1_780_272_000; // 2026-06-01T00:00:00Z

fn log(settings: Settings) -> (String, Vec<i64>) {
    let (mut simulation, mut out) = (Simulation::new(settings), Vec::new());
    let times = std::iter::from_fn(|| simulation.next_line(&mut out)).collect();
    (String::from_utf8(out).unwrap(), times)
}

#[test]
fn the_number_of_lines_is_exact() {
    for (lines, days) in [(0, 1), (1, 1), (7, 30), (5_000, 1), (20_000, 28), (300, 0)] {
        let (text, times) = log(Settings::new(lines, days, END));
        assert_eq!(text.lines().count() as u64, lines);
        assert_eq!(times.len() as u64, lines);
    }
}

#[test]
fn lines_are_in_order_within_three_seconds_and_fill_the_days() {
    let (_, times) = log(Settings::new(50_000, 7, END));
    let mut newest = times[0];
    for &time in &times {
        assert!(time >= newest - 3, "{time} after {newest}");
        newest = newest.max(time);
    }
    assert!(times.iter().any(|&time| time < END - 7 * 86_400 + 600));
    assert!(times.iter().all(|&time| (END - 7 * 86_400..END).contains(&time)));
    assert!(newest > END - 300, "{newest}");
    assert!(!times.is_sorted());
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let with = |seed| {
        let mut settings = Settings::new(3_000, 3, END);
        settings.seed = seed;
        log(settings).0
    };
    assert_eq!(with(4), with(4));
    assert_ne!(with(4), with(5));
}

#[test]
fn these_bytes_come_on_every_machine() {
    let sum = |format| {
        let mut settings = Settings::new(20_000, 5, END);
        settings.format = format;
        let fnv = |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
        log(settings).0.bytes().fold(0xcbf2_9ce4_8422_2325, fnv)
    };
    assert_eq!(sum(Format::Combined), 11_595_801_112_538_985_146);
    assert_eq!(sum(Format::Caddy), 16_000_242_239_866_322_370);
}

/// A page as design.md has it, told from the line alone.
fn is_page(line: &str) -> bool {
    let Some((_, request)) = line.split_once("\"GET ") else {
        return false;
    };
    let target = request.split(['?', ' ']).next().unwrap_or("");
    let robots = ["bot", "Bot", "+http", "RSS", "curl", "python", "Go-http", "Wget", "\" \"-\""];
    let answered = request.contains("\" 200 ") || request.contains("\" 304 ");
    answered && !target.contains('.') && !robots.iter().any(|robot| request.contains(robot))
}

#[test]
fn about_a_fifth_of_the_lines_are_pages() {
    let (text, _) = log(Settings::new(100_000, 7, END));
    let pages = text.lines().filter(|line| is_page(line)).count();
    assert!((18_000..26_000).contains(&pages), "{pages}");
}

#[test]
fn every_kind_of_line_occurs() {
    let (text, _) = log(Settings::new(100_000, 7, END));
    for part in [
        "\" 301 ",
        "\" 304 ",
        "\" 404 ",
        "\" 403 ",
        "\" 499 ",
        "\" 500 ",
        "\" 502 ",
        "\" 206 ",
        "\"HEAD ",
        "\"POST ",
        "\"\\x16\\x03\\x01",
        "\"-\" 400",
        "\"\" 400",
        "gclid=",
        "::ffff:",
        "2003:",
        "semalt",
        "android-app://",
        "/feed.xml",
        "/wp-login.php",
        "utm_campaign=",
    ] {
        assert!(text.contains(part), "{part}");
    }
}

#[test]
fn caddy_lines_are_json_with_their_time() {
    let mut settings = Settings::new(2_000, 1, END);
    settings.format = Format::Caddy;
    let (text, times) = log(settings);
    for (line, time) in text.lines().zip(times) {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(value["ts"].as_f64().unwrap() as i64, time, "{line}");
    }
}

#[test]
fn agents_and_pages_can_be_many() {
    let mut settings = Settings::new(20_000, 1, END);
    settings.unique_agents = 0.5;
    settings.pages = Some(1_000_000);
    let (text, _) = log(settings);
    let unique = text.lines().filter(|line| line.contains("Android 14; SM-0000")).count();
    assert!((9_500..10_500).contains(&unique), "{unique}");
    assert!(text.matches("GET /archive/").count() > 1_000);
}

#[test]
fn memory_does_not_grow_with_the_lines() {
    let mut most = [0, 0];
    for (most, days) in most.iter_mut().zip([1, 10]) {
        // As many lines a day, ten times the days.
        let mut simulation = Simulation::new(Settings::new(u64::from(days) * 40_000, days, END));
        let mut out = Vec::new();
        while simulation.next_line(&mut out).is_some() {
            out.clear();
        }
        *most = simulation.sessions.len();
    }
    // The longer log has the great day, six times as busy as usual.
    assert!(most[0] < 60 && most[1] < 240, "{most:?}");
}
