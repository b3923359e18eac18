//! Screens at every size, as text; a change has to be looked at.

use super::driver::{Driver, empty, traffic};
use crate::tui::fit::width;
use std::fmt::Write;

const SIZES: [(u16, u16); 5] = [(40, 12), (60, 16), (80, 24), (120, 40), (200, 60)];

#[test]
fn every_size() {
    let store = traffic();
    for (width, height) in SIZES {
        let mut driver = Driver::new(&store, (width, height));
        insta::assert_snapshot!(format!("data_{width}x{height}"), driver.picture());
        driver.model.is_ascii = true;
        let picture = driver.picture();
        assert!(picture.is_ascii(), "{picture}");
        insta::assert_snapshot!(format!("ascii_{width}x{height}"), picture);
    }
}

#[test]
fn before_the_first_answer_there_are_frames() {
    let driver = Driver::waiting(&empty(), (80, 24));
    insta::assert_snapshot!("waiting_80x24", driver.picture());
}

#[test]
fn nothing_in_the_store() {
    let store = empty();
    for (width, height) in SIZES {
        let picture = Driver::new(&store, (width, height)).picture();
        assert!(!picture.contains("NaN") && !picture.contains("inf"), "{picture}");
        insta::assert_snapshot!(format!("empty_{width}x{height}"), picture);
    }
}

#[test]
fn filtered_searched_zoomed_and_in_menus() {
    let store = traffic();
    let mut driver = Driver::new(&store, (120, 40));
    driver.keys("3 j enter 1");
    insta::assert_snapshot!("filtered_120x40", driver.picture());
    driver.keys("/");
    driver.text("docs");
    insta::assert_snapshot!("searched_120x40", driver.picture());
    driver.keys("esc z");
    insta::assert_snapshot!("zoomed_120x40", driver.picture());
    driver.keys("z ?");
    insta::assert_snapshot!("help_120x40", driver.picture());
    driver.keys("esc 0 left left");
    insta::assert_snapshot!("crosshair_120x40", driver.picture());
    driver.keys("v");
    insta::assert_snapshot!("bars_120x40", driver.picture());
}

#[test]
fn a_store_that_is_gone() {
    let store = traffic();
    let mut driver = Driver::new(&store, (80, 24));
    std::fs::remove_file(&store.path).expect("removed");
    driver.keys("W");
    let folder = store.path.parent().expect("a folder").display().to_string();
    let gone = driver.picture().replace(&folder, "FOLDER");
    let words: Vec<&str> = gone.split(['│', '\n']).flat_map(str::split_whitespace).collect();
    assert!(words.join(" ").contains("`fathom-tui import FILE`"), "{gone}");
    // Old rows stay.
    assert!(gone.contains("▶/  "), "{gone}");
}

/// Styles as letters, a run at a time.
#[test]
fn styles() {
    let driver = Driver::new(&traffic(), (80, 24));
    let buffer = driver.buffer();
    let mut out = String::new();
    for y in 0..24 {
        let mut last = None;
        for x in 0..80 {
            let cell = &buffer[(x, y)];
            let style = (cell.fg, cell.bg, cell.modifier);
            if last != Some(style) {
                last = Some(style);
                let _ = write!(out, "{x}:{:?}/{:?} ", cell.fg, cell.modifier);
            }
        }
        out = out.replace("Modifier(", "").replace(')', "").trim_end().to_owned() + "\n";
    }
    insta::assert_snapshot!("styles_80x24", out);
}

/// Checks 10 and 11 of the list.
#[test]
fn what_has_to_be_there() {
    let store = traffic();
    let picture = Driver::new(&store, (80, 24)).picture();
    for figure in ["VISITORS", "VISITS", "PAGEVIEWS", "VIEWS/VISIT", "BOUNCE", "DURATION"] {
        assert!(picture.contains(figure), "{figure}");
    }
    let rows = |line: &&str| line.starts_with('┃') && line.matches('%').count() >= 2 && !line.contains("VIS");
    assert!(picture.lines().filter(rows).count() >= 9, "{picture}");
    assert!(picture.lines().last().is_some_and(|line| line.contains("? help")), "{picture}");
    let has = |size, digits: std::ops::RangeInclusive<u8>| {
        let picture = Driver::new(&store, size).picture();
        digits.into_iter().all(|d| picture.contains(&format!("━ {d} ")) || picture.contains(&format!("─ {d} ")))
    };
    assert!(has((120, 40), 1..=5));
    assert!(has((200, 60), 1..=8));
}

#[test]
fn no_line_is_wider_than_the_screen() {
    let store = traffic();
    let mut driver = Driver::new(&store, (80, 24));
    for (columns, rows) in (1..210).step_by(7).flat_map(|w| (1..64).step_by(5).map(move |h| (w, h))) {
        driver.send(crate::tui::update::Event::Resize(columns, rows));
        for line in driver.picture().lines() {
            assert!(width(line) <= columns.into(), "{columns}x{rows}: {line}");
        }
    }
}
