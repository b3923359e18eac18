//! Menus and prompts over the dashboard.

use super::super::fit::{left, right, shorten, width};
use super::super::model::Model;
use super::super::model::layer::{Kind, Menu, Prompt};
use super::super::theme::Theme;
use super::put;
use crate::query::Filter;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::{Block, BorderType, Clear, Widget};

/// A place in the middle of the screen.
fn middle(model: &Model, columns: u16, rows: u16) -> Rect {
    let (width, height) = model.size;
    let (columns, rows) = (columns.min(width.saturating_sub(2)), rows.min(height.saturating_sub(2)));
    Rect::new((width - columns) / 2, (height - rows) / 3, columns, rows)
}

/// Draws a box; returns what is inside it.
fn frame(area: Rect, title: &str, theme: &Theme, buffer: &mut Buffer) -> Rect {
    Clear.render(area, buffer);
    Block::bordered().border_type(BorderType::Thick).border_style(theme.focus).render(area, buffer);
    let title = format!(" {} ", shorten(title, usize::from(area.width).saturating_sub(6)));
    put(buffer, area.x + 2, area.y, &title, theme.head, area.width.saturating_sub(4));
    Rect::new(area.x + 1, area.y + 1, area.width.saturating_sub(2), area.height.saturating_sub(2))
}

/// Where a menu is: its box, and the first item that is shown.
fn place(model: &Model, menu: &Menu) -> (Rect, u16, usize) {
    let widest = menu.items.iter().map(|item| width(&item.label) + width(&item.hint) + 6).max().unwrap_or(0);
    let line = u16::from(menu.is_typing);
    let rows = (menu.items.len().max(1) as u16 + line + 2).clamp(4 + line, model.size.1.saturating_sub(2).max(5));
    let area = middle(model, widest.clamp(40, 72) as u16, rows);
    let room = usize::from(area.height.saturating_sub(2 + line));
    (area, line, (menu.at + 1).saturating_sub(room))
}

/// What is at a place of the screen, while a menu is open.
pub enum Hit {
    /// Beside the menu.
    Outside,
    /// On it, but on no item.
    Nothing,
    /// On the item of that number among those shown.
    Item(usize),
}

/// What is at a column and row.
pub fn hit(model: &Model, menu: &Menu, x: u16, y: u16) -> Hit {
    let (area, line, top) = place(model, menu);
    if !area.contains((x, y).into()) {
        return Hit::Outside;
    }
    let first = area.y + 1 + line;
    let at = top + usize::from(y.saturating_sub(first));
    match y >= first && y + 1 < area.y + area.height && at < menu.shown().len() {
        true => Hit::Item(at),
        false => Hit::Nothing,
    }
}

/// A list to choose from.
pub fn menu(model: &Model, menu: &Menu, theme: &Theme, buffer: &mut Buffer) {
    let shown = menu.shown();
    let (area, line, top) = place(model, menu);
    let inner = frame(area, &menu.title, theme, buffer);
    let mut y = inner.y;
    if menu.is_typing {
        put(buffer, inner.x + 1, y, &format!("/ {}▏", menu.text), theme.key, inner.width.saturating_sub(1));
        y += 1;
    }
    let room = usize::from(inner.height.saturating_sub(line));
    if shown.is_empty() {
        put(buffer, inner.x + 1, y, &nothing(menu), theme.dim, inner.width.saturating_sub(1));
        return;
    }
    if shown.len() > room {
        let count = format!(" {} of {} ", menu.at + 1, shown.len());
        let x = area.x + area.width - 2 - width(&count) as u16;
        put(buffer, x, area.y + area.height - 1, &count, theme.dim, area.width);
    }
    for (row, item) in shown.iter().enumerate().skip(top).take(room) {
        let is_selected = row == menu.at;
        let style = if is_selected { theme.selected } else { theme.text };
        let mark = match (is_selected, item.is_current) {
            (true, _) => "▶",
            (false, true) => "●",
            (false, false) => " ",
        };
        let hint = if model.is_ascii { item.hint.replace('⏎', "Enter") } else { item.hint.clone() };
        let hint = shorten(&hint, usize::from(inner.width) / 2);
        let label = usize::from(inner.width).saturating_sub(width(&hint) + 4);
        let text = format!("{mark} {}{} ", left(&item.label, label), right(&hint, width(&hint) + 1));
        put(buffer, inner.x, y, &text, style, inner.width);
        y += 1;
    }
}

fn nothing(menu: &Menu) -> String {
    match menu.kind {
        Kind::Values(..) if menu.text.is_empty() => menu.note.clone(),
        Kind::Values(..) => format!("⏎ takes “{}”; * stands for anything", menu.text),
        Kind::Filter if menu.text.parse::<Filter>().is_ok() => format!("⏎ takes “{}”", menu.text),
        Kind::Filter => "nothing of that name combines with the filters; or type page==/blog/*".into(),
        Kind::Sites => "no site matches".into(),
        _ => "no command matches".into(),
    }
}

/// A line to type.
pub fn prompt(model: &Model, prompt: &Prompt, theme: &Theme, buffer: &mut Buffer) {
    let inner = frame(middle(model, 60, 5), &prompt.title, theme, buffer);
    put(buffer, inner.x + 1, inner.y, &format!("{}▏", prompt.text), theme.key, inner.width.saturating_sub(1));
    if let Some(error) = &prompt.error {
        let below = Rect { y: inner.y + 1, height: inner.height.saturating_sub(1), ..inner };
        super::panel::say(error, below, theme.bad, buffer);
    }
}
