//! Scripts of keys, and random ones: what `update` makes of them.

use super::driver::{Driver, traffic};
use crate::model::{Dimension, Metric};
use crate::report::{Asked, words};
use crate::tui::action::{ACTIONS, Action, Place};
use crate::tui::ask::question;
use crate::tui::model::Focus;
use crate::tui::model::layer::Layer;
use crate::tui::model::rows::Row;
use crate::tui::query::Question;
use crate::tui::update::{Effect, Event, act};
use proptest::prelude::*;
use std::cell::RefCell;

#[test]
fn no_key_is_silent() {
    let store = traffic();
    for known in ACTIONS {
        let focus = if known.place == Place::Chart { Focus::Chart } else { Focus::Panel(1) };
        let mut driver = Driver::new(&store, (120, 40));
        // Where it can do something: not at the first row, with a search that Esc clears.
        driver.keys("j j");
        if known.action == Action::Back {
            driver.keys("/ d enter");
        }
        driver.model.focus = focus;
        let before = driver.picture();
        driver.model.toast = None;
        let effects = act(&mut driver.model, known.action.clone());
        let says = driver.model.toast.is_some() || !effects.is_empty();
        let is_there = known.action == Action::Panel(1);
        assert!(says || is_there || driver.picture() != before, "{} does nothing", known.name);
    }
}

#[test]
fn escape_never_quits() {
    let mut driver = Driver::new(&traffic(), (80, 24));
    for keys in ["", "z", "z f", "z f enter enter", "?", ":", "t", "C", "/", "s", "0 left"] {
        driver.keys(keys);
        for _ in 0..6 {
            let effects = driver.send(Event::Key("esc".parse().expect("a key")));
            assert!(!effects.iter().any(|effect| matches!(effect, Effect::End(_))), "{keys}");
        }
        assert!(driver.model.layers.is_empty(), "{keys}");
    }
}

#[test]
fn a_paste_presses_no_keys() {
    let mut driver = Driver::new(&traffic(), (80, 24));
    assert!(driver.send(Event::Paste("qqq\x1b[31m".into())).is_empty());
    driver.keys("/");
    driver.send(Event::Paste("docs\nq".into()));
    assert_eq!(driver.model.panel(1).search, "docs");
}

#[test]
fn the_mouse_chooses_filters_and_scrolls() {
    let mut driver = Driver::new(&traffic(), (80, 24));
    driver.send(Event::Press(45, 15));
    assert_eq!(driver.model.focus, Focus::Panel(2));
    assert_eq!(driver.model.panel(2).at, 2);
    driver.send(Event::Press(45, 15));
    assert_eq!(driver.model.view.filters.len(), 1);
    let chips = driver.picture().lines().nth(1).expect("chips").to_owned();
    let cross = chips.chars().position(|c| c == '×').expect("a cross") as u16;
    driver.send(Event::Press(cross, 1));
    assert!(driver.model.view.filters.is_empty());
    driver.send(Event::Wheel(5, 18, true));
    assert_eq!(driver.model.panel(1).at, 3);
    let footer = driver.picture().lines().last().expect("a footer").to_owned();
    driver.model.toast = None;
    let help = driver.picture().lines().last().expect("a footer").chars().collect::<String>();
    let at = help.find("? help").map(|byte| help[..byte].chars().count()).expect(&footer) as u16;
    driver.send(Event::Press(at + 2, 23));
    assert!(matches!(driver.model.layers.last(), Some(Layer::Menu(_))));
}

#[test]
fn the_mouse_takes_items_of_menus() {
    let mut driver = Driver::new(&traffic(), (80, 24));
    driver.keys("t");
    let picture = driver.picture();
    let row = picture.lines().position(|line| line.contains("Yesterday")).expect("an item") as u16;
    driver.send(Event::Press(40, row));
    assert!(driver.picture().contains("‹ Yesterday ›"));
    driver.keys("?");
    driver.send(Event::Press(1, 1));
    assert!(driver.model.layers.is_empty(), "a press beside it closes it");
}

#[test]
fn a_part_of_a_value_can_be_typed() {
    let mut driver = Driver::new(&traffic(), (80, 24));
    driver.keys("f");
    driver.text("page");
    driver.keys("enter");
    driver.text("contains");
    driver.keys("enter");
    driver.text("docs");
    assert!(driver.picture().contains("▶ docs"), "{}", driver.picture());
    driver.keys("enter");
    assert!(driver.picture().contains("[page contains docs ×]"), "{}", driver.picture());
}

/// What is shown keeps its name until there is something else to show.
#[test]
fn the_header_names_what_is_shown() {
    let store = traffic();
    let mut driver = Driver::new(&store, (120, 40));
    driver.model.now += 86_400;
    let header = driver.picture().lines().next().expect("a header").to_owned();
    assert!(header.contains("27 Jul – 23 Aug") && header.contains("29 Jun – 26 Jul"), "{header}");
    // What was asked for is named while it is not there.
    crate::tui::update::update(&mut driver.model, Event::Key("ctrl-r".parse().expect("a key")));
    let header = driver.picture().lines().next().expect("a header").to_owned();
    assert!(header.contains("28 Jul – 24 Aug") && header.contains("30 Jun – 27 Jul"), "{header}");
}

/// A search in the store finds as many again as it found here.
#[test]
fn a_search_in_the_store_asks_for_more_than_is_known() {
    let store = traffic();
    let mut driver = Driver::new(&store, (120, 40));
    driver.keys("1 /");
    driver.text("docs");
    let found = driver.model.panel(1).shown.len() as u64;
    let effect = Effect::AskRows(1, "docs".into());
    let Some(Question::Rows(1, _, asked)) = question(&driver.model, &effect) else { panic!("another question") };
    assert!(found > 1 && asked.limit > found, "{found} {}", asked.limit);
}

#[test]
fn what_does_not_combine_is_not_offered() {
    let store = traffic();
    let mut driver = Driver::new(&store, (120, 40));
    driver.keys("1 enter 5 enter");
    assert_eq!(driver.model.view.filters.len(), 1);
    driver.keys("f");
    let Some(Layer::Menu(menu)) = driver.model.layers.last() else { panic!("no menu") };
    let names: Vec<&str> = menu.items.iter().map(|item| item.label.as_str()).collect();
    assert!(names.contains(&"country") && !names.contains(&"entry page") && !names.contains(&"status"), "{names:?}");
}

/// The editor counts as the panels do, and searches look where they list.
#[test]
fn values_and_searches_are_those_of_the_panels() {
    let store = traffic();
    let mut driver = Driver::new(&store, (120, 40));
    driver.keys("1 enter f");
    driver.text("country");
    driver.keys("enter enter");
    let Some(Layer::Menu(menu)) = driver.model.layers.last() else { panic!("no menu") };
    let offered: Vec<(String, String)> =
        menu.items.iter().take(5).map(|item| (item.label.clone(), item.hint.clone())).collect();
    let panel = driver.model.panel(3);
    let meaning = driver.model.data.report.as_ref().expect("a report").totals.meaning;
    let number = |row: &Row| words::short(row.number(Metric::Visitors, meaning).expect("known") as i64);
    let listed: Vec<(String, String)> =
        panel.rows().iter().take(5).map(|row| (row.label.clone(), number(row))).collect();
    assert_eq!(offered, listed);
    driver.keys("esc esc 1 . /");
    driver.text("x");
    let effect = Effect::AskRows(1, "x".into());
    let Some(Question::Rows(1, _, asked)) = question(&driver.model, &effect) else { panic!("another question") };
    assert_eq!(asked.by, [Dimension::EntryPage]);
    assert!(asked.filters.iter().all(|filter| filter.dimension == Dimension::Page), "{:?}", asked.filters);
}

#[test]
fn a_question_of_the_view_replaces_searches_but_no_values() {
    let asked = || Box::new(Asked::default());
    let view = || Question::View { asked: asked(), compare: None, live: false };
    let rows = |digit| Question::Rows(digit, "x".into(), asked());
    let values = || Question::Values(Dimension::Page, asked());
    assert!(view().replaces(&view()) && view().replaces(&rows(1)) && !view().replaces(&values()));
    assert!(rows(1).replaces(&rows(1)) && !rows(1).replaces(&rows(2)) && !rows(1).replaces(&view()));
    assert!(values().replaces(&values()) && !values().replaces(&rows(1)));
}

#[test]
fn one_goes_into_an_hour_and_out_again() {
    let store = traffic();
    let mut driver = Driver::new(&store, (120, 40));
    let before = driver.picture();
    driver.keys("0 left left enter");
    assert!(driver.picture().contains("‹ 22 Aug ›") && driver.picture().contains("by hour"), "{}", driver.picture());
    assert!(
        driver.picture().contains("─ Visitors by first hour ━") || driver.picture().contains("Visitors by first hour")
    );
    driver.keys("end home enter");
    let picture = driver.picture();
    assert!(picture.contains("‹ 22 Aug 00:00 – 01:00 ›"), "{picture}");
    driver.keys("0 left enter");
    assert!(driver.picture().contains("an hour is the smallest step"), "{}", driver.picture());
    driver.keys("esc ]");
    assert!(driver.picture().contains("‹ 22 Aug 01:00 – 02:00 ›"), "{}", driver.picture());
    driver.keys("[ [");
    assert!(driver.picture().contains("‹ 21 Aug 23:00 – 00:00 ›"), "{}", driver.picture());
    driver.keys("backspace backspace");
    let strip = |picture: &str| picture.lines().take(3).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(strip(&driver.picture()), strip(&before));
}

#[test]
fn a_whole_filter_can_be_typed_and_nothing_is_explained() {
    let store = traffic();
    let mut driver = Driver::new(&store, (120, 40));
    driver.keys("f");
    driver.text("page==/blog/*");
    assert!(driver.picture().contains("⏎ takes “page==/blog/*”"), "{}", driver.picture());
    driver.keys("enter");
    assert!(driver.picture().contains("[page is /blog/* ×]"), "{}", driver.picture());
    driver.keys("f");
    driver.text("status");
    assert!(driver.picture().contains("nothing of that name combines"), "{}", driver.picture());
    driver.keys("esc ctrl-x f");
    driver.text("page==/nowhere");
    driver.keys("enter");
    assert!(driver.picture().contains("under these filters: ^X clears them"), "{}", driver.picture());
}

/// The chart shows a number that the filters leave known, and what was chosen as soon
/// as that is known again.
#[test]
fn the_chart_shows_what_is_known() {
    let store = traffic();
    let mut driver = Driver::new(&store, (120, 40));
    let title = |driver: &Driver| driver.picture().lines().nth(4).expect("the chart").to_owned();
    driver.keys("1 . . enter");
    assert!(title(&driver).contains("─ Visits ─"), "{}", driver.picture());
    driver.keys("m");
    assert!(title(&driver).contains("─ Visits ─"), "there is no other: {}", driver.picture());
    let panel = driver.model.panel(2);
    assert!(panel.hides(Metric::BounceRate) && panel.hides(Metric::Visitors) && !panel.hides(Metric::Visits));
    driver.keys("ctrl-x 5 j enter");
    let picture = driver.picture();
    assert!(picture.contains("┌─ Requests ─"), "{picture}");
    // Requests by step add up to the headline, as before the filter those of all.
    let report = driver.model.data.report.as_ref().expect("a report");
    let (requests, bytes) = report.totals.requests.expect("known");
    let (mut sum, mut of_bytes) = (0, 0);
    report.request_series.iter().for_each(|(n, bytes)| (sum, of_bytes) = (sum + n, of_bytes + bytes));
    assert_eq!((sum, of_bytes), (requests, bytes));
    assert!(requests > 0 && report.request_series.len() == report.series.len());
    let before = driver.model.before().expect("compared");
    assert_eq!(before.request_series.iter().map(|(n, _)| n).sum::<i64>(), before.totals.requests.expect("known").0);
    let figures = picture.lines().nth(3).expect("figures");
    assert!(picture.contains("REQUESTS") && figures.trim_start().starts_with(&words::short(requests)), "{picture}");
    driver.keys("m");
    assert!(driver.picture().contains("┌─ Bandwidth ─"), "{}", driver.picture());
    driver.keys("ctrl-x");
    assert!(driver.picture().contains("─ Bandwidth ─"), "{}", driver.picture());
    driver.keys("m");
    assert!(driver.picture().contains("─ Visitors ─"), "{}", driver.picture());
}

thread_local! {
    static DRIVER: RefCell<Driver> = RefCell::new(Driver::new(&traffic(), (80, 24)));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, max_shrink_iters: 200, ..ProptestConfig::default() })]

    /// Whatever is typed at whatever size, nothing panics and nothing is drawn outside.
    #[test]
    fn random_events(events in prop::collection::vec((0usize..100, 0u16..210, 0u16..70), 1..80)) {
        DRIVER.with_borrow_mut(|driver| {
            for (what, x, y) in events {
                let known = &ACTIONS[what % ACTIONS.len()];
                match what {
                    0..=69 => {
                        if let Some(key) = known.keys.first() {
                            // Answers of the store are for other tests: this one is to be quick.
                            let key = key.parse().expect("a key");
                            crate::tui::update::update(&mut driver.model, Event::Key(key));
                        }
                    }
                    70..=79 => drop(crate::tui::update::update(&mut driver.model, Event::Resize(x, y))),
                    80..=86 => drop(crate::tui::update::update(&mut driver.model, Event::Press(x, y))),
                    87..=92 => drop(crate::tui::update::update(&mut driver.model, Event::Wheel(x, y, x % 2 == 0))),
                    93..=96 => drop(crate::tui::update::update(&mut driver.model, Event::Paste("a/é日".into()))),
                    _ => driver.keys("ctrl-r"),
                }
                let (width, _) = driver.model.size;
                for line in driver.picture().lines() {
                    prop_assert!(crate::tui::fit::width(line) <= width.into());
                }
            }
            Ok(())
        })?;
    }
}
