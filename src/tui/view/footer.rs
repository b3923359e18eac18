//! The last row: keys, or what is being said.

use super::super::action::{ACTIONS, Action};
use super::super::fit::{shorten, width};
use super::super::layout::Area;
use super::super::model::layer::Layer;
use super::super::model::{Focus, Model};
use super::super::theme::Theme;
use super::put;
use ratatui::buffer::Buffer;

/// The actions of the footer, the most important first. Help never goes.
const ORDER: [Action; 12] = [
    Action::Help,
    Action::FilterBy,
    Action::Search,
    Action::TimeMenu,
    Action::Quit,
    Action::NextPanel,
    Action::ToggleCompare,
    Action::Zoom,
    Action::SortMenu,
    Action::NextMetric,
    Action::Pause,
    Action::Palette,
];

/// The hints that fit, in the order of the screen, with their columns.
fn hints(model: &Model, columns: u16) -> Vec<(u16, String, &'static str, Action)> {
    let of = |action: &Action| {
        let known = ACTIONS.iter().find(|known| known.action == *action)?;
        let mut key = model.keymap.label(action);
        if model.is_ascii {
            key = key.replace('⏎', "Enter");
        }
        let short = if *action == Action::Pause && model.is_paused { "resume" } else { known.short };
        (!key.is_empty()).then(|| (key, short, action.clone()))
    };
    let makes_sense = |action: &&Action| match action {
        Action::Search | Action::SortMenu | Action::Zoom => matches!(model.focus, Focus::Panel(_)),
        Action::FilterBy => matches!(model.focus, Focus::Panel(_)) || model.chart.at.is_some(),
        Action::Pause => model.is_live,
        _ => true,
    };
    let mut room = columns.saturating_sub(1);
    let mut fitting: Vec<usize> = Vec::new();
    let all: Vec<(String, &'static str, Action)> = ORDER.iter().filter(makes_sense).filter_map(of).collect();
    for (index, (key, short, _)) in all.iter().enumerate() {
        let needed = (width(key) + 1 + short.len() + 2) as u16;
        if needed <= room {
            room -= needed;
            fitting.push(index);
        }
    }
    // Help and quit are at the right end.
    let place = |index: &usize| match all[*index].2 {
        Action::Help => (1, 0),
        Action::Quit => (1, 1),
        _ => (0, *index),
    };
    fitting.sort_by_key(place);
    let right = |index: usize| place(&index).0 == 1;
    let mut x = 1;
    let mut hints = Vec::new();
    for index in fitting {
        let (key, short, action) = all[index].clone();
        if right(index) && hints.iter().all(|(_, _, _, action): &(u16, String, &str, Action)| *action != Action::Help) {
            x += room;
            room = 0;
        }
        let after = x + (width(&key) + 1 + short.len() + 2) as u16;
        hints.push((x, key, short, action));
        x = after;
    }
    hints
}

/// Draws it.
pub fn footer(model: &Model, area: Area, theme: &Theme, buffer: &mut Buffer) {
    let columns = usize::from(area.width).saturating_sub(2);
    if let Some(toast) = &model.toast {
        let style = if toast.is_error { theme.bad } else { theme.head };
        let text = crate::model::clean(toast.text.as_bytes());
        put(buffer, 1, area.y, &shorten(&text, columns), style, columns as u16);
        return;
    }
    let typed = match model.layers.last() {
        Some(Layer::Search) => Some("type to search   ⏎ keep   Esc clear"),
        Some(Layer::Menu(menu)) if menu.is_typing => Some("type to narrow   ↑↓ move   ⏎ choose   Esc back"),
        Some(Layer::Menu(_)) => Some("↑↓ move   ⏎ choose   / narrow   Esc back"),
        Some(Layer::Prompt(_)) => Some("⏎ choose   Esc back"),
        _ => None,
    };
    if let Some(text) = typed {
        let text = if model.is_ascii { text.replace('⏎', "Enter").replace("↑↓", "arrows") } else { text.into() };
        put(buffer, 1, area.y, &text, theme.dim, columns as u16);
        return;
    }
    for (x, key, short, _) in hints(model, area.width) {
        let x = put(buffer, x, area.y, &key, theme.key, area.width - x);
        put(buffer, x + 1, area.y, short, theme.text, area.width.saturating_sub(x + 1));
    }
}

/// What the hint at a column does.
pub fn hint_at(model: &Model, area: Area, column: u16) -> Option<Action> {
    let hints = hints(model, area.width);
    let found = hints.into_iter().find(|(x, key, short, _)| {
        let end = x + (width(key) + 1 + short.len()) as u16;
        (*x..end).contains(&column)
    });
    found.map(|(.., action)| action)
}
