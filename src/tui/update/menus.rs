//! Help, palette, menus: all made from the one list of actions.

use super::super::action::{ACTIONS, Action, Place};
use super::super::model::layer::{Choice, Item, Kind, Layer, Menu, Prompt};
use super::super::model::lists::{columns, head};
use super::super::model::view::{Chosen, words};
use super::super::model::{Focus, Model, names};
use super::Effect;
use crate::model::Dimension;
use crate::query::{Compare, Interval, Period};
use crate::query::{Filter, Pattern};

/// Opens one.
pub fn open(model: &mut Model, action: Action) -> Vec<Effect> {
    let menu = match action {
        Action::Help => help(model),
        Action::Palette => palette(model),
        Action::SortMenu => match sorts(model) {
            Some(menu) => menu,
            None => {
                model.say("only a list can be sorted");
                return Vec::new();
            }
        },
        Action::TimeMenu => times(model),
        Action::Sites => Menu::new(Kind::Sites, "Site", sites(model), true),
        _ => {
            let title = "Range: 2026-07-01..2026-07-31, 7d, last month".into();
            model.layers.push(Layer::Prompt(Prompt { title, text: String::new(), error: None }));
            return Vec::new();
        }
    };
    model.layers.push(Layer::Menu(menu));
    Vec::new()
}

fn item(label: impl Into<String>, hint: impl Into<String>, is_current: bool, action: Action) -> Item {
    Item { label: label.into(), hint: hint.into(), is_current, is_typed: false, choice: Choice::Run(action) }
}

/// What can be done where the focus is, with its keys.
fn help(model: &Model) -> Menu {
    let here = if model.focus == Focus::Chart { Place::Chart } else { Place::Rows };
    let known = ACTIONS.iter().enumerate().filter(|(_, known)| known.place != Place::Rows || here == Place::Rows);
    let items = known.map(|(at, known)| item(known.text, model.keymap.labels(at), false, known.action.clone()));
    Menu::new(Kind::Help, "Help", items.collect(), false)
}

fn palette(model: &Model) -> Menu {
    let known = ACTIONS.iter().enumerate().filter(|(_, known)| known.action != Action::Palette);
    let mut items: Vec<Item> =
        known.map(|(at, known)| item(known.text, model.keymap.labels(at), false, known.action.clone())).collect();
    items.extend(
        times(model).items.into_iter().filter(|item| !matches!(item.choice, Choice::Run(Action::SetPeriod(_)))),
    );
    items.extend(sites(model));
    items.iter_mut().for_each(|item| item.is_current = false);
    Menu::new(Kind::Palette, "Command", items, true)
}

fn sites(model: &Model) -> Vec<Item> {
    let shown = model.data.report.as_ref().map(|report| report.site.clone());
    let one = |name: &String| {
        let is_current = shown.as_ref() == Some(name);
        item(
            format!("site {}", crate::model::clean(name.as_bytes())),
            "",
            is_current,
            Action::SetSite(Some(name.clone())),
        )
    };
    let all = (model.sites.len() != 1)
        .then(|| item("all sites added up", "", shown.as_deref() == Some("*"), Action::SetSite(None)));
    all.into_iter().chain(model.sites.iter().map(one)).collect()
}

fn sorts(model: &mut Model) -> Option<Menu> {
    let panel = model.focused()?;
    let (dimension, sort) = (panel.dimension()?, panel.sort());
    let one = |metric: &crate::model::Metric| {
        let is_current = *metric == sort.metric;
        let hint = match (is_current, sort.ascending) {
            (false, _) => "",
            (true, true) => "▴",
            (true, false) => "▾",
        };
        item(head(dimension, *metric).1, hint, is_current, Action::SortBy(*metric))
    };
    Some(Menu::new(Kind::Sort, "Sort by", columns(dimension).iter().map(one).collect(), false))
}

fn times(model: &Model) -> Menu {
    let view = &model.view;
    let key = |action: &Action| model.keymap.label(action);
    let period = |period: &Period| {
        let action = Action::SetPeriod(*period);
        item(words(*period), key(&action), view.back == 0 && view.chosen == Chosen::Named(*period), action)
    };
    let mut items: Vec<Item> = Period::ALL.iter().map(period).collect();
    items.push(item("Another range …", key(&Action::CustomRange), false, Action::CustomRange));
    for (compare, text) in [
        (Some(Compare::Previous), "Compare with the period before"),
        (Some(Compare::Year), "Compare with the year before"),
        (None, "Do not compare"),
    ] {
        let hint = if view.compare == compare { "chosen" } else { "" };
        items.push(item(text, hint, false, Action::CompareWith(compare)));
    }
    for interval in Interval::ALL {
        let hint = if view.interval == Some(*interval) { "chosen" } else { "" };
        items.push(item(format!("By {}", interval.as_str()), hint, false, Action::SetInterval(Some(*interval))));
    }
    items.push(item("By what suits the range", "", false, Action::SetInterval(None)));
    Menu::new(Kind::Time, "Time", items, false)
}

/// Puts the values of a dimension into the menu that waits for them, or says why there
/// are none.
pub fn values(model: &mut Model, dimension: Dimension, found: Result<Vec<(String, String)>, String>) {
    for layer in &mut model.layers {
        let Layer::Menu(menu) = layer else { continue };
        let Kind::Values(of, op) = menu.kind else { continue };
        if of != dimension {
            continue;
        }
        let one = |(value, count): &(String, String)| Item {
            label: names::label(dimension, value),
            hint: count.clone(),
            is_current: false,
            is_typed: false,
            choice: Choice::Add(Filter { dimension, op, values: vec![Pattern::literal(value)] }),
        };
        // What is typed meanwhile stays before them.
        menu.items.retain(|item| item.is_typed);
        menu.items.extend(found.iter().flatten().map(one));
        menu.note = found.as_ref().map_or_else(String::clone, |_| "none in this period; one can be typed".into());
    }
}
