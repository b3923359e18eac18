//! The rows of a list with their heads.

use super::super::fit::{left, right, shorten, start, width};
use super::super::model::panel::Panel;
use super::super::model::rows::{Row, whole};
use super::super::model::{Model, search};
use super::super::theme::Theme;
use super::columns::{CHANGE, Columns, SHARE, title};
use super::figures::{change, shown};
use super::put;
use crate::model::{Dimension, Metric};
use crate::query::Meaning;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

/// Draws the rows that are on the screen.
pub fn rows(
    model: &Model,
    panel: &Panel,
    dimension: Dimension,
    inner: Rect,
    is_focused: bool,
    theme: &Theme,
    buffer: &mut Buffer,
) {
    let Some(report) = &model.data.report else { return };
    let meaning = report.list_meaning(dimension);
    let page = usize::from(inner.height.saturating_sub(1));
    let list = panel.rows();
    let visible: Vec<&Row> = panel.shown.iter().skip(panel.top).take(page).filter_map(|at| list.get(*at)).collect();
    let text = |row: &Row, metric: Metric| shown(metric, row.number(metric, meaning));
    let widest = |metric| visible.iter().map(|row| width(&text(row, metric))).max().unwrap_or(0);
    let columns = Columns::new(model, panel, dimension, inner.width.into(), widest);
    heads(panel, dimension, &columns, inner, theme, buffer);
    let sort = panel.sort();
    let share_of = whole(dimension, sort.metric, &report.totals);
    let most = list.iter().filter_map(|row| row.number(sort.metric, meaning)).fold(0.0, f64::max);
    for (line, row) in visible.iter().enumerate() {
        let y = inner.y + 1 + line as u16;
        let is_selected = is_focused && panel.top + line == panel.at;
        let base = match (is_selected, model.data.is_stale) {
            (true, _) => theme.selected,
            (false, true) => theme.dim,
            (false, false) => theme.text,
        };
        if is_selected {
            buffer.set_style(Rect::new(inner.x, y, inner.width, 1), base);
        }
        let mut x = put(buffer, inner.x, y, if is_selected { "▶" } else { " " }, base, 1);
        label(row, &panel.search, (x, y), columns.label, base, theme, buffer);
        x += columns.label as u16;
        let value = row.number(sort.metric, meaning);
        if columns.bar > 0 {
            let drawn = bar(value.unwrap_or(0.0), most, columns.bar);
            let style = if is_selected || model.data.is_stale { base } else { theme.bar };
            put(buffer, x + 1, y, &drawn, style, columns.bar as u16);
            x += 1 + columns.bar as u16;
        }
        for (metric, wide) in &columns.metrics {
            let bold = if *metric == sort.metric { Modifier::empty() } else { theme.dim.add_modifier };
            x = put(buffer, x, y, &right(&text(row, *metric), *wide), base.add_modifier(bold), *wide as u16);
        }
        if columns.share {
            let share = match (value, share_of) {
                (Some(value), Some(whole)) => format!("{:.0}%", value / whole * 100.0),
                _ => String::new(),
            };
            x = put(buffer, x, y, &right(&share, SHARE), base, SHARE as u16);
        }
        if columns.change {
            let before = earlier(panel, row, sort.metric, meaning);
            let (text, style) = change(sort.metric, value, before, theme);
            let style = if is_selected || model.data.is_stale { base } else { style };
            put(buffer, x, y, &right(&text, CHANGE), style, CHANGE as u16);
        }
    }
}

/// The number of a row in the range that it is compared with.
fn earlier(panel: &Panel, row: &Row, metric: Metric, meaning: Meaning) -> Option<f64> {
    let before = panel.before.as_ref()?;
    match before.iter().find(|before| before.value == row.value) {
        Some(before) => before.number(metric, meaning),
        None => panel.before_is_whole.then_some(0.0),
    }
}

fn heads(panel: &Panel, dimension: Dimension, columns: &Columns, inner: Rect, theme: &Theme, buffer: &mut Buffer) {
    let name = match dimension {
        Dimension::Page => "PAGE",
        Dimension::EntryPage => "ENTRY PAGE",
        Dimension::ExitPage => "EXIT PAGE",
        Dimension::Source => "SOURCE",
        Dimension::Referrer => "REFERRER",
        Dimension::Channel => "CHANNEL",
        Dimension::UtmCampaign => "CAMPAIGN",
        Dimension::Country => "COUNTRY",
        Dimension::Region => "REGION",
        Dimension::City => "CITY",
        Dimension::Browser => "BROWSER",
        Dimension::Os => "SYSTEM",
        Dimension::Device => "DEVICE",
        Dimension::Status => "STATUS",
        Dimension::Method => "METHOD",
        Dimension::ErrorPath => "PATH",
        Dimension::Bot => "BOT",
        Dimension::BotFamily => "FAMILY",
        _ => "EVENT",
    };
    let sort = panel.sort();
    let mut x = put(buffer, inner.x + 1, inner.y, &left(name, columns.label), theme.dim, columns.label as u16);
    if columns.bar > 0 {
        x += 1 + columns.bar as u16;
    }
    for (metric, wide) in &columns.metrics {
        let text = title(dimension, *metric, columns.metrics.len() > 1);
        let arrow = if *metric != sort.metric {
            ""
        } else if sort.ascending {
            "▴"
        } else {
            "▾"
        };
        let style = if *metric == sort.metric { theme.head } else { theme.dim };
        x = put(buffer, x, inner.y, &right(&format!("{text}{arrow}"), *wide), style, *wide as u16);
    }
    if columns.share {
        x = put(buffer, x, inner.y, &right("%", SHARE), theme.dim, SHARE as u16);
    }
    if columns.change {
        put(buffer, x, inner.y, &right("CHANGE", CHANGE), theme.dim, CHANGE as u16);
    }
}

/// The label, its middle cut if it must be, with what matches the search marked.
fn label(
    row: &Row,
    searched: &str,
    (x, y): (u16, u16),
    columns: usize,
    base: Style,
    theme: &Theme,
    buffer: &mut Buffer,
) {
    let text = shorten(&row.label, columns);
    if searched.trim().is_empty() {
        put(buffer, x, y, &text, base, columns as u16);
        return;
    }
    let marks = search::marks(&text, searched);
    let mut at = x;
    for (part, is_mark) in text.chars().zip(marks) {
        let style = if is_mark { base.patch(theme.mark) } else { base };
        let mut bytes = [0; 4];
        at = put(buffer, at, y, part.encode_utf8(&mut bytes), style, (x + columns as u16).saturating_sub(at));
    }
}

/// A bar in eighths of a column.
pub fn bar(value: f64, most: f64, columns: usize) -> String {
    const PARTS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    if most <= 0.0 || value <= 0.0 {
        return String::new();
    }
    let eighths = ((value / most).min(1.0) * columns as f64 * 8.0).round() as usize;
    let text = "█".repeat(eighths / 8) + PARTS[eighths % 8];
    start(&text, columns).to_owned()
}
