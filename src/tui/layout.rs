//! Where everything is: a pure function of size and model.

use super::model::lists::{EVENTS, LIVE};
use super::model::{Focus, Model};

/// A rectangle of the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Area {
    /// First column.
    pub x: u16,
    /// First row.
    pub y: u16,
    /// Columns.
    pub width: u16,
    /// Rows.
    pub height: u16,
}

/// How much fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Regime {
    /// Nothing but a message.
    None,
    /// Numbers and one panel.
    Tiny,
    /// Chart and two panels.
    Small,
    /// Chart and five panels.
    Medium,
    /// Everything.
    Large,
}

/// The smallest screen.
pub const SMALLEST: (u16, u16) = (40, 10);

/// Where everything is.
#[derive(Clone, Debug)]
pub struct Layout {
    /// How much fits.
    pub regime: Regime,
    /// Site, range, who is there.
    pub header: Area,
    /// Filters, if there are any.
    pub chips: Option<Area>,
    /// The headline numbers.
    pub figures: Area,
    /// The chart.
    pub chart: Option<Area>,
    /// Panels by digit.
    pub panels: Vec<(u8, Area)>,
    /// Keys, or what is being said.
    pub footer: Area,
}

fn regime(width: u16, height: u16) -> Regime {
    match () {
        _ if width < SMALLEST.0 || height < SMALLEST.1 => Regime::None,
        _ if width < 60 || height < 16 => Regime::Tiny,
        _ if width < 100 || height < 32 => Regime::Small,
        _ if width < 160 || height < 48 => Regime::Medium,
        _ => Regime::Large,
    }
}

/// Cuts a row of the screen into parts of these shares.
fn columns(area: Area, shares: &[u32]) -> Vec<Area> {
    let whole: u32 = shares.iter().sum();
    let (mut x, mut done) = (area.x, 0);
    let part = |share: &u32| {
        done += share;
        let end = area.x + (u32::from(area.width) * done / whole) as u16;
        let part = Area { x, width: end - x, ..area };
        x = end;
        part
    };
    shares.iter().map(part).collect()
}

/// Where everything is.
pub fn layout(model: &Model) -> Layout {
    let (width, height) = model.size;
    let regime = regime(width, height);
    let row = |y: u16, rows: u16| Area { x: 0, y, width, height: rows };
    let mut y = 1;
    let chips = (!model.view.filters.is_empty() && regime > Regime::None).then(|| {
        y += 1;
        row(y - 1, 1)
    });
    let footer = row(height.saturating_sub(1), 1.min(height));
    let mut layout = Layout {
        regime,
        header: row(0, 1.min(height)),
        chips,
        figures: row(y, 0),
        chart: None,
        panels: Vec::new(),
        footer,
    };
    if regime == Regime::None {
        return layout;
    }
    if let Some(digit) = model.zoomed() {
        layout.panels.push((digit, row(y, height - 1 - y)));
        return layout;
    }
    layout.figures = row(y, 2);
    y += 2;
    let rest = height - 1 - y;
    match regime {
        Regime::Tiny => match model.focus {
            Focus::Panel(digit) => layout.panels.push((digit, row(y, rest))),
            Focus::Chart => layout.chart = Some(row(y, rest)),
        },
        Regime::Small => {
            // The chips take their row from the chart, not from the lists.
            let lists = (height - 4) * 3 / 5;
            layout.chart = Some(row(y, rest - lists));
            let slots = columns(row(y + rest - lists, lists), &[1, 1]);
            layout.panels.extend(model.slots.iter().copied().zip(slots));
        }
        Regime::Medium => {
            let lists = (height - 4) * 12 / 36;
            let chart = rest - 2 * lists;
            layout.chart = Some(row(y, chart));
            let [first, second] = [row(y + chart, lists), row(y + chart + lists, lists)];
            // A panel that has no place of its own takes that of the last.
            let last = match model.focus {
                Focus::Panel(digit) if digit > 5 => digit,
                _ => model.slots.iter().copied().find(|slot| *slot > 5).unwrap_or(5),
            };
            layout.panels.extend([1, 2].into_iter().zip(columns(first, &[1, 1])));
            layout.panels.extend([3, 4, last].into_iter().zip(columns(second, &[1, 1, 1])));
        }
        _ => {
            let lists = (height - 4) * 18 / 56;
            let chart = rest - 2 * lists;
            let top = columns(row(y, chart), &[7, 3]);
            layout.chart = Some(top[0]);
            layout.panels.push((LIVE, top[1]));
            let [first, second] = [row(y + chart, lists), row(y + chart + lists, lists)];
            layout.panels.extend([1, 2, EVENTS].into_iter().zip(columns(first, &[40, 34, 26])));
            layout.panels.extend([3, 4, 5, 7].into_iter().zip(columns(second, &[30, 23, 24, 23])));
            layout.panels.sort_by_key(|(digit, _)| *digit);
        }
    }
    layout
}

#[cfg(test)]
mod tests {
    use super::super::action::Keymap;
    use super::super::model::view::View;
    use super::*;
    use crate::model::Zone;

    fn of(width: u16, height: u16) -> Layout {
        let mut model = Model::new(View::default(), Zone::UTC, 0, Keymap::default());
        model.size = (width, height);
        layout(&model)
    }

    #[test]
    fn each_size_has_its_panels() {
        let digits = |w, h| of(w, h).panels.iter().map(|(digit, _)| *digit).collect::<Vec<_>>();
        assert_eq!(digits(80, 24), [1, 2]);
        assert_eq!(digits(120, 40), [1, 2, 3, 4, 5]);
        assert_eq!(digits(200, 60), [1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(digits(50, 12), [1]);
        assert_eq!(digits(39, 10), [0; 0]);
        assert_eq!(of(80, 24).panels[0].1.height, 12);
        assert_eq!(of(80, 24).chart.expect("a chart").height, 8);
    }

    #[test]
    fn nothing_is_outside_or_overlaps() {
        for (width, height) in (0..210).step_by(3).flat_map(|w| (0..70).map(move |h| (w, h))) {
            let layout = of(width, height);
            if layout.regime == Regime::None {
                continue;
            }
            let parts = layout.panels.iter().map(|(_, area)| *area).chain(layout.chart);
            let parts = parts.chain([layout.header, layout.footer, layout.figures]);
            let mut used = vec![false; usize::from(width) * usize::from(height)];
            for area in parts {
                for (x, y) in (0..area.height).flat_map(|y| (0..area.width).map(move |x| (area.x + x, area.y + y))) {
                    assert!(x < width && y < height, "{width}x{height}");
                    let cell = &mut used[usize::from(y) * usize::from(width) + usize::from(x)];
                    assert!(!std::mem::replace(cell, true), "{width}x{height} at {x},{y}");
                }
            }
        }
    }
}
