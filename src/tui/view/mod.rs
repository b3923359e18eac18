//! Draws the model. Nothing here changes it.

mod ascii;
mod chart;
mod columns;
mod figures;
mod footer;
mod header;
mod live;
mod menu;
mod panel;
mod plot;
mod rows;
mod series;

use super::layout::{Area, Regime, SMALLEST, layout};
use super::model::Model;
use super::model::layer::Layer;
use super::theme::Theme;
pub use footer::hint_at;
pub use header::chip_at;
pub use menu::{Hit, hit};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

impl From<Area> for Rect {
    fn from(area: Area) -> Rect {
        Rect::new(area.x, area.y, area.width, area.height)
    }
}

/// Draws the screen.
pub fn draw(model: &Model, theme: &Theme, buffer: &mut Buffer) {
    // The terminal has changed its size, and the event that says so is on its way.
    if (buffer.area.width, buffer.area.height) != model.size {
        return;
    }
    let layout = layout(model);
    if layout.regime == Regime::None {
        too_small(model, buffer);
    } else {
        header::header(model, &layout, theme, buffer);
        if let Some(area) = layout.chips {
            header::chips(model, area, theme, buffer);
        }
        figures::figures(model, &layout, theme, buffer);
        if let Some(area) = layout.chart {
            chart::chart(model, area, theme, buffer);
        }
        for (digit, area) in &layout.panels {
            panel::panel(model, *digit, *area, theme, buffer);
        }
        footer::footer(model, layout.footer, theme, buffer);
        for layer in &model.layers {
            match layer {
                Layer::Menu(menu) => menu::menu(model, menu, theme, buffer),
                Layer::Prompt(prompt) => menu::prompt(model, prompt, theme, buffer),
                Layer::Zoom | Layer::Search => {}
            }
        }
    }
    if model.is_ascii {
        ascii::only_ascii(buffer);
    }
}

fn too_small(model: &Model, buffer: &mut Buffer) {
    let (width, height) = model.size;
    let text = format!("Terminal {width}×{height} — needs {}×{} (q quits)", SMALLEST.0, SMALLEST.1);
    let fits = super::fit::width(&text) <= width.into();
    let text = if fits { text } else { format!("needs {}×{}", SMALLEST.0, SMALLEST.1) };
    let short = super::fit::shorten(&text, width.into());
    let x = (usize::from(width) - super::fit::width(&short)) / 2;
    put(buffer, x as u16, height / 2, &short, Style::new(), width);
}

/// Writes a text at a place, in at most so many columns. Returns the column after it.
fn put(buffer: &mut Buffer, x: u16, y: u16, text: &str, style: Style, columns: u16) -> u16 {
    if !buffer.area.contains((x, y).into()) {
        return x;
    }
    buffer.set_stringn(x, y, text, columns.into(), style).0
}

/// Writes texts one after the other until there is no more place.
fn put_all<'t>(
    buffer: &mut Buffer,
    (x, y): (u16, u16),
    end: u16,
    texts: impl IntoIterator<Item = (&'t str, Style)>,
) -> u16 {
    texts.into_iter().fold(x, |x, (text, style)| put(buffer, x, y, text, style, end.saturating_sub(x)))
}
