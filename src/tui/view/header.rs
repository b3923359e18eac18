//! The first rows: site, range, who is there; filters.

use super::super::fit::{shorten, width};
use super::super::layout::{Area, Layout, Regime};
use super::super::model::Model;
use super::super::model::names::filter_words;
use super::super::theme::Theme;
use super::{put, put_all};
use crate::query::Compare;
use crate::report::words;
use ratatui::buffer::Buffer;

/// Site, range, interval, comparison; at the right who is there now.
pub fn header(model: &Model, layout: &Layout, theme: &Theme, buffer: &mut Buffer) {
    let area = layout.header;
    let right = right(model, layout.regime);
    let end = area.width.saturating_sub(width(&right) as u16 + 1);
    put(buffer, end, 0, &right, if model.is_paused { theme.bad } else { theme.good }, area.width - end);
    let zone = (layout.regime == Regime::Large).then(|| model.zone.name());
    let range = model.shown_range();
    let title = model.view.title(range.as_ref(), model.zone, model.now);
    let days = range.map(|range| model.dates(&range)).filter(|days| !title.starts_with(days));
    let step = model.view.interval.or(range.map(|range| range.interval()));
    let step = step.map(|step| format!("by {}", step.as_str()));
    let compared = match (model.view.compare, &range) {
        (Some(compare), Some(range)) if !is_all(model) => {
            let before = model.data.before.as_ref().filter(|_| !model.data.is_stale);
            let before =
                before.map_or_else(|| range.compared(compare, model.zone, model.now, false), |before| before.range);
            let days = model.dates(&before);
            match (layout.regime, compare) {
                (Regime::Large, _) => format!("vs {} ({days})", versus(compare)),
                (Regime::Medium, _) => format!("vs {days}"),
                (_, Compare::Previous) => "vs prev".into(),
                (_, Compare::Year) => "vs year".into(),
            }
        }
        _ => String::new(),
    };
    let site = model.data.report.as_ref().map(|report| report.site.clone()).or_else(|| model.view.site.clone());
    let site = match site.as_deref() {
        Some("*") => "all sites".into(),
        Some(site) => crate::model::clean(site.as_bytes()).into_owned(),
        None => "…".into(),
    };
    let brand = if layout.regime >= Regime::Medium { " fathom  " } else { " " };
    let site = shorten(&site, usize::from(area.width / 3)) + " ▾";
    let x = put_all(buffer, (0, 0), end, [(brand, theme.dim), (site.as_str(), theme.head), ("   ", theme.text)]);
    let x = put_all(buffer, (x, 0), end, [("‹ ", theme.dim), (title.as_str(), theme.head), (" ›", theme.dim)]);
    let mut details: Vec<&str> = Vec::new();
    if layout.regime >= Regime::Medium {
        details.extend(days.as_deref());
    }
    details.extend(step.as_deref());
    details.extend(zone);
    let details = format!("  {}", details.join(" · "));
    // What does not fit whole is left out.
    let x = if x + width(&details) as u16 <= end { put(buffer, x, 0, &details, theme.text, end - x) } else { x };
    if !compared.is_empty() && x + 2 + width(&compared) as u16 <= end {
        put(buffer, x + 2, 0, &compared, theme.second, end - x - 2);
    }
}

fn is_all(model: &Model) -> bool {
    model.view.chosen == super::super::model::view::Chosen::Named(crate::query::Period::All)
}

fn versus(compare: Compare) -> &'static str {
    match compare {
        Compare::Previous => "the period before",
        Compare::Year => "the year before",
    }
}

fn right(model: &Model, regime: Regime) -> String {
    let asked = model.data.asked.filter(|asked| model.clock >= asked + 150);
    let spinner = asked.map(|asked| ["|", "/", "-", "\\"][((model.clock - asked) / 100 % 4) as usize]);
    let mut parts = Vec::new();
    if let Some(spinner) = spinner {
        let what = if model.data.is_held { "waiting for the store" } else { "asking" };
        parts.push(format!("{spinner} {what}"));
    }
    if model.is_paused {
        parts.push("PAUSED".into());
    }
    if let (Regime::Large, Some(fresh)) = (regime, model.data.fresh) {
        parts.push(format!("fresh {}", model.zone.local(fresh).format("%H:%M:%S")));
    }
    if let Some(live) = model.live() {
        let count = words::short(live.visitors as i64);
        parts.push(match regime {
            Regime::Medium | Regime::Large => {
                format!("● {count} visitor{} now", if live.visitors == 1 { "" } else { "s" })
            }
            _ => format!("● {count} now"),
        });
    }
    parts.join("  ")
}

/// The text of a filter's chip.
fn chip(filter: &crate::query::Filter) -> String {
    format!("[{} ×]", shorten(&filter_words(filter), 40))
}

/// The filters, and how to take them away.
pub fn chips(model: &Model, area: Area, theme: &Theme, buffer: &mut Buffer) {
    let key = |action| model.keymap.label(&action);
    use super::super::action::Action as A;
    let hint = format!("{} add  {} undo  {} clear ", key(A::EditFilter), key(A::Undo), key(A::ClearFilters));
    let hint_at = area.width.saturating_sub(width(&hint) as u16);
    let mut x = 1;
    let mut left = model.view.filters.len();
    for filter in &model.view.filters {
        let text = chip(filter);
        if x + width(&text) as u16 + 5 > area.width {
            put(buffer, x, area.y, &format!("+{left}"), theme.dim, area.width - x);
            return;
        }
        x = put(buffer, x, area.y, &text, theme.chip, area.width - x) + 1;
        left -= 1;
    }
    if x < hint_at {
        put(buffer, hint_at, area.y, &hint, theme.dim, area.width - hint_at);
    }
}

/// The filter whose `×` is at a column.
pub fn chip_at(model: &Model, area: Area, column: u16) -> Option<usize> {
    let mut x = area.x + 1;
    for (index, filter) in model.view.filters.iter().enumerate() {
        let end = x + width(&chip(filter)) as u16;
        if end + 4 > area.width {
            return None;
        }
        if (end - 2..end).contains(&column) {
            return Some(index);
        }
        x = end + 1;
    }
    None
}
