//! Keys: what is open takes them first.

use super::super::key::Key;
use super::super::model::Model;
use super::super::model::layer::{Choice, Item, Kind, Layer, Menu};
use super::super::model::rows::List;
use super::super::model::typed::read_range;
use super::{Effect, act, filters, fit, times};
use crate::model::clean;
use crate::query::{Filter, Op, Pattern};
use crate::tui::action::Action;
use crossterm::event::KeyCode;

/// A key. What was said before it is over.
pub fn key(model: &mut Model, key: Key) -> Vec<Effect> {
    model.toast = None;
    if model.keymap.action(key) == Some(&Action::Interrupt) || (key.ctrl && key.code == KeyCode::Char('c')) {
        return vec![Effect::End(130)];
    }
    if model.keymap.action(key) == Some(&Action::Suspend) {
        return vec![Effect::Suspend];
    }
    match model.layers.last() {
        Some(Layer::Search) => in_search(model, key),
        Some(Layer::Menu(_)) => in_menu(model, key),
        Some(Layer::Prompt(_)) => in_prompt(model, key),
        Some(Layer::Zoom) | None => match model.keymap.action(key).cloned() {
            Some(action) => act(model, action),
            None => Vec::new(),
        },
    }
}

/// A text that was pasted goes where one types; nowhere else does it press keys.
pub fn paste(model: &mut Model, text: &str) -> Vec<Effect> {
    let text: String = clean(text.lines().next().unwrap_or("").as_bytes()).into_owned();
    match model.layers.last_mut() {
        Some(Layer::Search) => {
            let Some(panel) = model.focused() else { return Vec::new() };
            panel.search.push_str(&text);
            searched(model)
        }
        Some(Layer::Menu(menu)) if menu.is_typing => {
            menu.text.push_str(&text);
            menu.at = 0;
            offer_typed(menu);
            Vec::new()
        }
        Some(Layer::Prompt(prompt)) => {
            prompt.text.push_str(&text);
            Vec::new()
        }
        _ => Vec::new(),
    }
}

/// The character that a key types, if it types one.
fn typed(key: Key) -> Option<char> {
    match key.code {
        KeyCode::Char(c) if !key.ctrl && !key.alt => Some(c),
        _ => None,
    }
}

/// Changes a line by a key. Returns whether it did.
fn edit(text: &mut String, key: Key) -> bool {
    match (typed(key), key.code) {
        (Some(c), _) => text.push(c),
        (None, KeyCode::Backspace) => drop(text.pop()),
        (None, KeyCode::Char('u')) if key.ctrl => text.clear(),
        (None, KeyCode::Char('w')) if key.ctrl => {
            let kept = text.trim_end().rfind(' ').map_or(0, |at| at + 1);
            text.truncate(kept);
        }
        _ => return false,
    }
    true
}

/// Begins a search in the focused panel.
pub fn search(model: &mut Model) -> Vec<Effect> {
    match model.focused().map(|panel| matches!(panel.list, List::Rows(..))) {
        Some(true) => model.layers.push(Layer::Search),
        Some(false) => model.say("there is nothing to search in this panel"),
        None => model.say("a panel can be searched: choose one with Tab or its digit"),
    }
    Vec::new()
}

fn searched(model: &mut Model) -> Vec<Effect> {
    let Some(panel) = model.focused() else { return Vec::new() };
    panel.find();
    panel.go(panel.at);
    let further = panel.needs_more().then(|| Effect::AskRows(panel.digit, panel.search.clone()));
    further.into_iter().collect()
}

fn in_search(model: &mut Model, key: Key) -> Vec<Effect> {
    let Some(panel) = model.focused() else { return Vec::new() };
    match key.code {
        KeyCode::Esc => {
            panel.search.clear();
            panel.find();
            model.layers.pop();
        }
        KeyCode::Enter => drop(model.layers.pop()),
        KeyCode::Down => panel.go(panel.at + 1),
        KeyCode::Up => panel.go(panel.at.saturating_sub(1)),
        _ => {
            if edit(&mut panel.search, key) {
                return searched(model);
            }
        }
    }
    Vec::new()
}

fn in_menu(model: &mut Model, key: Key) -> Vec<Effect> {
    let moves = model.keymap.action(key).cloned();
    let Some(Layer::Menu(menu)) = model.layers.last_mut() else { return Vec::new() };
    match key.code {
        KeyCode::Esc => drop(model.layers.pop()),
        KeyCode::Enter => return choose(model),
        KeyCode::Down => menu.go(1),
        KeyCode::Up => menu.go(-1),
        KeyCode::PageDown => menu.go(10),
        KeyCode::PageUp => menu.go(-10),
        _ if menu.is_typing => {
            if edit(&mut menu.text, key) {
                menu.at = 0;
                offer_typed(menu);
            }
        }
        _ => match moves {
            Some(Action::Search) => menu.is_typing = true,
            Some(Action::Down) => menu.go(1),
            Some(Action::Up) => menu.go(-1),
            Some(Action::Top) => menu.at = 0,
            Some(Action::Bottom) => menu.go(isize::MAX),
            Some(Action::HalfDown) => menu.go(10),
            Some(Action::HalfUp) => menu.go(-10),
            // From a menu q closes it, and so does the key that opened it.
            Some(Action::Quit | Action::Back) => drop(model.layers.pop()),
            Some(Action::Help) if menu.kind == Kind::Help => drop(model.layers.pop()),
            Some(Action::SortMenu) if menu.kind == Kind::Sort => drop(model.layers.pop()),
            Some(Action::TimeMenu) if menu.kind == Kind::Time => drop(model.layers.pop()),
            Some(Action::SetPeriod(period)) if menu.kind == Kind::Time => {
                model.layers.pop();
                return act(model, Action::SetPeriod(period));
            }
            _ => {}
        },
    }
    Vec::new()
}

/// Takes the selected item of a menu.
pub fn choose(model: &mut Model) -> Vec<Effect> {
    let Some(Layer::Menu(menu)) = model.layers.last() else { return Vec::new() };
    let choice = menu.selected().map(|item| item.choice.clone());
    let choice = choice.or_else(|| typed_value(menu));
    match choice {
        // It says that nothing fits, and stays open.
        None => Vec::new(),
        Some(Choice::Run(action)) => {
            model.layers.pop();
            act(model, action)
        }
        Some(Choice::Property(dimension)) => filters::operators(model, dimension),
        Some(Choice::Operator(dimension, op)) => filters::values(model, dimension, op),
        Some(Choice::Add(filter)) => {
            // The editor below it is done with as well.
            let is_filter = |layer: &Layer| matches!(layer, Layer::Menu(menu) if matches!(menu.kind, Kind::Filter | Kind::Values(..)));
            while model.layers.last().is_some_and(is_filter) {
                model.layers.pop();
            }
            filters::push(model, filter)
        }
    }
}

/// Offers what is typed itself, before the values that there are: a part of a value,
/// or a pattern, is none of them.
fn offer_typed(menu: &mut Menu) {
    let Kind::Values(dimension, op) = menu.kind else { return };
    menu.items.retain(|item| !item.is_typed);
    let text = menu.text.trim();
    let is_part = matches!(op, Op::Contains | Op::ContainsNot) || text.contains('*');
    if is_part && !text.is_empty() {
        let choice = Choice::Add(Filter { dimension, op, values: Pattern::alternatives(text) });
        let item =
            Item { label: menu.text.clone(), hint: "as typed".into(), is_current: false, is_typed: true, choice };
        menu.items.insert(0, item);
    }
}

/// A value that is in no list can be typed, and so can a whole filter.
fn typed_value(menu: &Menu) -> Option<Choice> {
    let text = menu.text.trim();
    let (dimension, op) = match menu.kind {
        Kind::Values(dimension, op) => (dimension, op),
        Kind::Filter => return text.parse().ok().map(Choice::Add),
        _ => return None,
    };
    let values = Pattern::alternatives(text);
    (!text.is_empty()).then_some(Choice::Add(Filter { dimension, op, values }))
}

fn in_prompt(model: &mut Model, key: Key) -> Vec<Effect> {
    let Some(Layer::Prompt(prompt)) = model.layers.last_mut() else { return Vec::new() };
    match key.code {
        KeyCode::Esc => drop(model.layers.pop()),
        KeyCode::Enter => {
            let text = prompt.text.clone();
            match read_range(&text, model.zone, model.now) {
                Ok(chosen) => {
                    model.layers.pop();
                    return times::choose(model, chosen);
                }
                Err(error) => prompt.error = Some(error),
            }
        }
        _ => {
            if edit(&mut prompt.text, key) {
                prompt.error = None;
            }
        }
    }
    Vec::new()
}

/// Closes what is uppermost; then clears the crosshair, then the search.
pub fn back(model: &mut Model) -> Vec<Effect> {
    if model.layers.pop().is_some() {
        fit(model);
    } else if model.chart.at.take().is_some() {
    } else if let Some(panel) = model.focused().filter(|panel| !panel.search.is_empty()) {
        panel.search.clear();
        panel.find();
    }
    Vec::new()
}
