//! Texts that somebody sent to do harm: in pages, referrers, agents.

use super::driver::{Driver, store, text};
use crate::model::is_unsafe;
use crate::tui::fit::width;

/// Lines of a log whose texts are these, one each.
fn with_pages(pages: Vec<String>) -> super::driver::Store {
    let mut pages = pages.into_iter().enumerate();
    store(move |line| {
        let Some((n, page)) = pages.next() else { return false };
        let (a, b) = (n / 250 % 250, n % 250);
        let text = format!(
            "10.{}.{a}.{b} - - [22/Aug/2026:10:{:02}:{:02} +0200] \"GET {page} HTTP/1.1\" 200 5 \"https://{}/{page}\" \
             \"Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0 {page}\"\n",
            n / 62_500,
            n / 60 % 60,
            n % 60,
            page.trim_start_matches('/'),
        );
        line.extend(text.bytes());
        true
    })
}

/// The last digit of values stands in one column, whatever the labels are.
#[test]
fn wide_and_combining_texts_keep_their_columns() {
    let pages = ["/日本語/", "/e\u{301}te\u{301}", "/مرحبا", "/a\\x1b[31mb", "/a\\x07\\x00b", "/👩‍👩‍👧‍👦/x", "/plain"];
    let mut pages: Vec<String> = pages.iter().map(|page| (*page).to_owned()).collect();
    pages.push(format!("/{}", "long/".repeat(60)));
    let store = with_pages(pages);
    for size in [(80, 24), (120, 40)] {
        let driver = Driver::new(&store, size);
        let picture = driver.picture();
        let mut columns = std::collections::HashSet::new();
        for line in picture.lines().filter(|line| line.starts_with('┃') && line.contains("  12%")) {
            columns.insert(width(line.split("  12%").next().unwrap_or_default()));
            assert!(!line.chars().any(is_unsafe), "{line:?}");
        }
        assert_eq!(columns.len(), 1, "{picture}");
        let long = picture.lines().find(|line| line.contains("/long")).expect("the long one");
        assert_eq!(long.split('┃').nth(1).unwrap_or_default().matches('…').count(), 1, "{long}");
    }
}

/// A page is filtered by as it is called: nothing in its name stands for anything.
#[test]
fn a_star_in_a_page_is_a_star() {
    let pages = ["/a*b", "/axb", "/a\\x5c*b", "/50%_x", "/50-zx"];
    let store = with_pages(pages.map(str::to_owned).into());
    let mut driver = Driver::new(&store, (120, 40));
    for page in ["/a*b", "/a\\*b", "/50%_x"] {
        driver.keys("1 g g");
        let at = driver.model.panel(1).rows().iter().position(|row| row.value == page).expect(page);
        (0..at).for_each(|_| driver.keys("j"));
        driver.keys("enter");
        let rows = driver.model.panel(1).rows();
        assert_eq!(rows.iter().map(|row| row.value.as_str()).collect::<Vec<_>>(), [page]);
        assert!(driver.picture().contains(&format!("[page is {page} ×]")), "{}", driver.picture());
        driver.keys("ctrl-x");
        // The editor takes it from its list just so.
        driver.keys("f");
        driver.text("page");
        driver.keys("enter enter");
        driver.text(page);
        // A text with a star is offered as a pattern first.
        driver.keys(if page.contains('*') { "down enter" } else { "enter" });
        assert_eq!(driver.model.panel(1).rows().len(), 1, "{}", driver.picture());
        driver.keys("ctrl-x");
    }
}

/// A million hostile strings go through everything that shows texts: no control
/// character reaches a cell. The terminal gets nothing but cells.
#[test]
fn no_foreign_control_character_reaches_a_cell() {
    let count = if std::env::var_os("FATHOM_TUI_TEST_LONG").is_some() { 1_000_000 } else { 20_000 };
    let mut seed = 0x9E37_79B9_7F4A_7C15_u64;
    let mut random = move |below: u64| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed % below
    };
    const PARTS: [&str; 22] = [
        "\\x1b[2J",
        "\\x1b]0;x\\x07",
        "\\x9b31m",
        "\\x00",
        "\\x7f",
        "\\r",
        "\\x08",
        "\u{202E}",
        "\u{2066}",
        "\u{200B}",
        "\u{FEFF}",
        "日本",
        "e\u{301}",
        "👩‍👩‍👧",
        "\\xff\\xfe",
        "\u{85}",
        "\u{9b}31m",
        "\x1b[31m",
        "\x07",
        "\x1bP",
        "%1b%5b",
        "a",
    ];
    let mut page = move || {
        let mut page = String::from("/");
        for _ in 0..1 + random(6) {
            page += PARTS[random(PARTS.len() as u64) as usize];
        }
        page + &random(1 << 20).to_string()
    };
    let mut shown = 0;
    while shown < count {
        let batch = 50_000.min(count - shown);
        let pages: Vec<String> = (0..batch).map(|_| page()).collect();
        // Every text also by itself, as a label and as a filter, without the store's cleaning.
        for page in &pages {
            harmless(&crate::tui::model::names::label(crate::model::Dimension::Page, page));
            harmless(&crate::tui::model::names::label(crate::model::Dimension::Referrer, page));
        }
        let store = with_pages(pages);
        let mut driver = Driver::new(&store, (200, 60));
        for keys in [". . ", ", ,", "2 .", "4 .", "z", "G", "enter", "f"] {
            driver.keys(keys);
            text(&driver.buffer())
                .chars()
                .filter(|c| *c != '\n')
                .for_each(|c| assert!(!is_unsafe(c) || c == '\u{200D}'));
        }
        shown += batch;
    }
}

fn harmless(text: &str) {
    assert!(!text.chars().any(is_unsafe), "{text:?}");
}
