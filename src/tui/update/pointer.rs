//! The mouse: what is under it.

use super::super::layout::{Area, layout};
use super::super::model::layer::Layer;
use super::super::model::{Focus, Model};
use super::{Effect, act, filters, keys, moves};
use crate::query::Op;
use crate::tui::view::{Hit, chip_at, hint_at, hit};

fn has(area: &Area, x: u16, y: u16) -> bool {
    (area.x..area.x + area.width).contains(&x) && (area.y..area.y + area.height).contains(&y)
}

/// Chooses what is there: a panel, a row, and, the second time, the row as a filter.
pub fn press(model: &mut Model, x: u16, y: u16) -> Vec<Effect> {
    model.toast = None;
    match model.layers.last() {
        Some(Layer::Menu(menu)) => return in_menu(model, hit(model, menu, x, y)),
        Some(Layer::Prompt(_)) => return Vec::new(),
        // The search stays, the typing ends.
        Some(Layer::Search) => drop(model.layers.pop()),
        Some(Layer::Zoom) | None => {}
    }
    let layout = layout(model);
    if layout.chips.is_some_and(|area| has(&area, x, y)) {
        return chip_at(model, layout.chips.unwrap_or_default(), x)
            .map_or_else(Vec::new, |at| filters::remove(model, at));
    }
    if has(&layout.footer, x, y) {
        return hint_at(model, layout.footer, x).map_or_else(Vec::new, |action| act(model, action));
    }
    if layout.chart.is_some_and(|area| has(&area, x, y)) {
        return moves::focus(model, Focus::Chart);
    }
    let Some((digit, area)) = layout.panels.iter().find(|(_, area)| has(area, x, y)).copied() else {
        return Vec::new();
    };
    let had_focus = model.focus == Focus::Panel(digit);
    moves::focus(model, Focus::Panel(digit));
    let panel = model.panel_mut(digit);
    let row = usize::from(y).checked_sub(usize::from(area.y) + 2).map(|row| panel.top + row);
    let is_row = row.is_some_and(|row| row < panel.shown.len()) && y + 1 < area.y + area.height;
    match row.filter(|_| is_row) {
        Some(row) if had_focus && row == panel.at && panel.selected.is_some() => filters::add(model, Op::Is),
        Some(row) => {
            panel.go(row);
            Vec::new()
        }
        None => Vec::new(),
    }
}

/// Takes an item; beside the menu closes it.
fn in_menu(model: &mut Model, hit: Hit) -> Vec<Effect> {
    match hit {
        Hit::Nothing => {}
        Hit::Outside => drop(model.layers.pop()),
        Hit::Item(at) => {
            if let Some(Layer::Menu(menu)) = model.layers.last_mut() {
                menu.at = at;
            }
            return keys::choose(model);
        }
    }
    Vec::new()
}

/// Scrolls what is there.
pub fn wheel(model: &mut Model, x: u16, y: u16, is_down: bool) -> Vec<Effect> {
    if let Some(Layer::Menu(menu)) = model.layers.last_mut() {
        menu.go(if is_down { 3 } else { -3 });
        return Vec::new();
    }
    let layout = layout(model);
    if let Some((digit, _)) = layout.panels.iter().find(|(_, area)| has(area, x, y)) {
        let panel = model.panel_mut(*digit);
        let at = if is_down { panel.at + 3 } else { panel.at.saturating_sub(3) };
        panel.go(at);
    }
    Vec::new()
}
