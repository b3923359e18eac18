//! The live panel: counts, never a line for a visitor.

use super::super::fit::{right, shorten};
use super::super::model::Model;
use super::super::theme::Theme;
use super::panel::say;
use super::{put, put_all};
use crate::model::{Live, MINUTES};
use crate::report::words;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// At the right of its title.
pub fn aside(model: &Model) -> String {
    let count = |live: &Live| format!(" ● {} now ", words::short(live.visitors as i64));
    model.live().map_or_else(String::new, count)
}

/// Pages of the last five minutes, and visits under way in the last thirty.
pub fn live(model: &Model, inner: Rect, theme: &Theme, buffer: &mut Buffer) {
    let Some(live) = model.live() else {
        let text = if model.is_live { "…" } else { "--no-live: who is there now is not asked for" };
        return say(text, inner, theme.dim, buffer);
    };
    let foot = u16::from(inner.height > 3) * 2;
    let rows = inner.height - foot;
    if live.pages.is_empty() {
        say("Nobody in the last 5 minutes", inner, theme.dim, buffer);
    }
    let most = usize::from(inner.width).saturating_sub(8);
    for (row, (page, count)) in live.pages.iter().take(rows.into()).enumerate() {
        let y = inner.y + row as u16;
        let page = crate::model::clean(page.as_bytes());
        put(buffer, inner.x + 1, y, &shorten(&page, most), theme.text, most as u16);
        let count = right(&words::short(*count as i64), 6);
        put(buffer, inner.x + inner.width - 7, y, &count, theme.text, 6);
    }
    if foot > 0 {
        let y = inner.y + inner.height - 1;
        let highest = live.minutes.iter().copied().max().unwrap_or(0).max(1);
        const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
        let level = |n: &u64| if *n == 0 { ' ' } else { LEVELS[((n * 8).div_ceil(highest) as usize).clamp(1, 8) - 1] };
        let room = usize::from(inner.width).saturating_sub(16).min(MINUTES);
        let line: String = live.minutes[MINUTES - room..].iter().map(level).collect();
        let name = format!("last {room} min  ");
        put_all(buffer, (inner.x + 1, y), inner.x + inner.width, [(name.as_str(), theme.dim), (&line, theme.bar)]);
    }
}
