//! The panels: lists with bars, values, shares and change.

use super::super::action::Action;
use super::super::fit::{shorten, width};
use super::super::layout::Area;
use super::super::model::layer::Layer;
use super::super::model::lists::{EVENTS, LIVE, tabs};
use super::super::model::panel::Panel;
use super::super::model::rows::{List, Row};
use super::super::model::view::dates;
use super::super::model::{Focus, Model};
use super::super::theme::Theme;
use super::rows::rows;
use super::{live, put};
use crate::model::Dimension;
use crate::query::{Period, Range};
use crate::report::words;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::{Block, BorderType, Widget};

/// What an empty store says.
pub const NO_HITS: &str = "No hits yet — fathom-tui import /var/log/nginx/access.log";

/// Draws a panel.
pub fn panel(model: &Model, digit: u8, area: Area, theme: &Theme, buffer: &mut Buffer) {
    let panel = model.panel(digit);
    let is_focused = model.focus == Focus::Panel(digit);
    let (border, style) = if is_focused { (BorderType::Thick, theme.focus) } else { (BorderType::Plain, theme.frame) };
    if area.width < 4 || area.height < 3 {
        return;
    }
    Block::bordered().border_type(border).border_style(style).render(area.into(), buffer);
    let inner = Rect::new(area.x + 1, area.y + 1, area.width - 2, area.height - 2);
    let aside = match digit {
        LIVE => live::aside(model),
        _ => count(panel, inner.height.saturating_sub(1)),
    };
    let aside_at = area.x + area.width - 2 - width(&aside) as u16;
    titles(panel, (area.x + 2, area.y), aside_at.saturating_sub(1), theme, buffer);
    put(buffer, aside_at, area.y, &aside, theme.dim, area.width);
    let is_typing = is_focused && matches!(model.layers.last(), Some(Layer::Search));
    if is_typing || !panel.search.is_empty() {
        let typing = if is_typing { "▏" } else { "" };
        let text = format!(" /{}{typing} ", shorten(&panel.search, usize::from(inner.width / 2)));
        put(buffer, area.x + 2, area.y + area.height - 1, &text, theme.key, inner.width);
    }
    if digit == LIVE {
        return live::live(model, inner, theme, buffer);
    }
    let Some(dimension) = panel.dimension() else { return };
    match empty(model, panel, dimension) {
        Some(text) => say(&text, inner, theme.dim, buffer),
        None => rows(model, panel, dimension, inner, is_focused, theme, buffer),
    }
}

/// `16 of 284`.
fn count(panel: &Panel, rows: u16) -> String {
    let List::Rows(_, total) = &panel.list else { return String::new() };
    let shown = panel.shown.len();
    let on_screen = shown.min(rows.into());
    match panel.search.is_empty() {
        true if *total as usize > on_screen => format!(" {on_screen} of {} ", words::short(*total as i64)),
        true => String::new(),
        false => format!(" {} of {} ", words::short(shown as i64), words::short(*total as i64)),
    }
}

fn titles(panel: &Panel, (x, y): (u16, u16), end: u16, theme: &Theme, buffer: &mut Buffer) {
    let names: Vec<&str> = tabs(panel.digit).iter().map(|(name, _)| *name).collect();
    let x = put(buffer, x, y, &format!(" {} ", panel.digit), theme.key, end.saturating_sub(x));
    if panel.digit == LIVE {
        put(buffer, x, y, "Live ", theme.head, end.saturating_sub(x));
        return;
    }
    let room = usize::from(end.saturating_sub(x)).saturating_sub(1);
    let with = |gap: &str| names.iter().map(|name| name.len()).sum::<usize>() + width(gap) * (names.len() - 1);
    let gap = if with(" · ") <= room { " · " } else { "·" };
    let (mut x, is_whole) = (x, with(gap) <= room);
    // Where not all fit, those from the open one on, and a sign that there are others.
    let first = if is_whole { 0 } else { panel.tab };
    for (index, name) in names.iter().enumerate().skip(first) {
        let gap = if index > first { gap } else { "" };
        let rest = usize::from(end.saturating_sub(x)).saturating_sub(1);
        let more = if is_whole { 0 } else { 2 };
        if width(gap) + name.len() + more > rest {
            x = put(buffer, x, y, if index > first { "·…" } else { "…" }, theme.dim, end.saturating_sub(x));
            break;
        }
        x = put(buffer, x, y, gap, theme.dim, end - x);
        let style = if index == panel.tab { theme.head } else { theme.dim };
        x = put(buffer, x, y, name, style, end - x);
    }
    put(buffer, x, y, " ", theme.text, 1);
}

/// What a panel without rows says; nothing if it has some.
fn empty(model: &Model, panel: &Panel, dimension: Dimension) -> Option<String> {
    match &panel.list {
        List::Waiting => {
            Some(model.data.error.as_ref().map_or("…".into(), |(error, help)| format!("{error} — {help}")))
        }
        List::Failed(error, help) => Some(format!("{error} — {help} (^R asks again)")),
        List::Unknown(unknown) => {
            let key = model.keymap.label(&Action::ClearFilters);
            let instead = match &unknown.remove[..] {
                [] if model.view.filters.is_empty() => String::new(),
                [] => format!(". {key} clears the filters"),
                filters => format!("; without {} it is. {key} clears the filters", filters.join(" and ")),
            };
            Some(format!("Not known: {}{instead}", unknown.because))
        }
        List::Rows(rows, _) if is_unknown(rows, dimension) && !rows.is_empty() => {
            Some("Not known: a city database names them — import or watch with --geoip FILE.mmdb".into())
        }
        List::Rows(rows, _) if !rows.is_empty() => {
            let nothing = panel.shown.is_empty();
            let what = tabs(panel.digit).get(panel.tab).map_or("rows", |(name, _)| name).to_lowercase();
            nothing.then(|| format!("No {what} match “{}” — Esc clears", shorten(&panel.search, 30)))
        }
        List::Rows(..) if panel.digit == EVENTS => Some("No events: logs have none".into()),
        List::Rows(..) if model.data.extent.is_none() => Some(NO_HITS.into()),
        List::Rows(..) => Some(match dimension {
            Dimension::UtmCampaign => "No campaigns in this period: links with utm_campaign make them".into(),
            _ => nothing_here(model),
        }),
    }
}

/// Whether a list has nothing but what is not known.
fn is_unknown(rows: &[Row], dimension: Dimension) -> bool {
    let of_places = matches!(dimension, Dimension::Region | Dimension::City);
    of_places && rows.iter().all(|row| row.value == crate::query::UNKNOWN)
}

/// Nothing in this period, and where there is something.
pub fn nothing_here(model: &Model) -> String {
    let outside = model
        .data
        .extent
        .zip(model.data.report.as_ref())
        .filter(|((first, last), report)| report.range.to <= *first || report.range.from > *last);
    let clear = model.keymap.label(&Action::ClearFilters);
    let Some(((first, last), _)) = outside else {
        return match model.view.filters.is_empty() {
            true => "Nothing in this period".into(),
            false => format!("Nothing in this period under these filters: {clear} clears them"),
        };
    };
    let days = dates(&Range { from: first, to: last + 1 }, model.zone, model.now);
    let key = model.keymap.label(&Action::SetPeriod(Period::All));
    format!("Nothing in this period: the data is of {days}. {key} shows all of it")
}

/// Words in a box, wrapped.
pub fn say(text: &str, area: Rect, style: Style, buffer: &mut Buffer) {
    let columns = usize::from(area.width.saturating_sub(2));
    let mut lines: Vec<String> = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.last_mut().expect("there is one");
        if !last.is_empty() && width(last) + 1 + width(word) > columns {
            lines.push(word.to_owned());
        } else {
            let gap = if last.is_empty() { "" } else { " " };
            last.push_str(gap);
            last.push_str(word);
        }
    }
    for (row, line) in lines.iter().take(area.height.into()).enumerate() {
        put(buffer, area.x + 1, area.y + row as u16, line, style, columns as u16);
    }
}
