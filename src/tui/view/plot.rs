//! Lines of dots and bars.

use super::series::Series;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// The column of dots of a step.
pub fn dot(at: usize, steps: usize, dots: u16) -> u16 {
    match steps {
        0 | 1 => dots / 2,
        _ => (at * usize::from(dots - 1) / (steps - 1)) as u16,
    }
}

/// Dots of Braille: two columns and four rows a cell.
struct Dots {
    area: Rect,
    cells: Vec<u8>,
}

impl Dots {
    fn new(area: Rect) -> Dots {
        Dots { area, cells: vec![0; usize::from(area.width) * usize::from(area.height)] }
    }

    fn set(&mut self, x: i32, y: i32) {
        let (width, height) = (i32::from(self.area.width) * 2, i32::from(self.area.height) * 4);
        if (0..width).contains(&x) && (0..height).contains(&y) {
            const BITS: [[u8; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];
            let cell = (y / 4) * i32::from(self.area.width) + x / 2;
            self.cells[cell as usize] |= BITS[(y % 4) as usize][(x % 2) as usize];
        }
    }

    /// A line, of which `keep` leaves the dots in some columns.
    fn line(&mut self, (x0, y0): (i32, i32), (x1, y1): (i32, i32), keep: impl Fn(i32) -> bool) {
        let steps = (x1 - x0).abs().max((y1 - y0).abs()).max(1);
        for step in 0..=steps {
            let (x, y) = (x0 + (x1 - x0) * step / steps, y0 + (y1 - y0) * step / steps);
            if keep(step) {
                self.set(x, y);
            }
        }
    }

    fn series(&mut self, values: &[Option<f64>], most: f64, keep: impl Fn(usize, i32) -> bool) {
        let (width, height) = (self.area.width * 2, i32::from(self.area.height) * 4);
        let point = |index: usize, value: f64| {
            let y = (1.0 - (value / most).clamp(0.0, 1.0)) * f64::from(height - 1);
            (i32::from(dot(index, values.len(), width)), y.round() as i32)
        };
        for (index, value) in values.iter().enumerate() {
            let Some(value) = value else { continue };
            let here = point(index, *value);
            match index.checked_sub(1).and_then(|last| Some((last, values[last]?))) {
                Some((last, before)) => self.line(point(last, before), here, |step| keep(index, step)),
                // A point by itself would be one dot, which nobody sees.
                None if values.get(index + 1).is_none_or(|next| next.is_none()) => {
                    [(0, 0), (1, 0), (0, -1), (1, -1)].into_iter().for_each(|(x, y)| self.set(here.0 + x, here.1 + y));
                }
                None => self.set(here.0, here.1),
            }
        }
    }
}

pub fn lines(series: &Series, most: f64, plot: Rect, styles: (Style, Style), is_ascii: bool, buffer: &mut Buffer) {
    let (mut now, mut before) = (Dots::new(plot), Dots::new(plot));
    before.series(&series.before, most, |_, step| step % 4 == 0);
    now.series(&series.now, most, |index, step| series.unfinished != Some(index) || step % 3 == 0);
    for (at, (first, second)) in now.cells.iter().zip(&before.cells).enumerate() {
        if first | second == 0 {
            continue;
        }
        let (x, y) = (plot.x + at as u16 % plot.width, plot.y + at as u16 / plot.width);
        let symbol = match (is_ascii, *first) {
            (true, 0) => '.',
            (true, _) => '*',
            (false, _) => char::from_u32(0x2800 + u32::from(first | second)).unwrap_or(' '),
        };
        buffer[(x, y)].set_char(symbol).set_style(if *first == 0 { styles.1 } else { styles.0 });
    }
}

const EIGHTHS: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

pub fn bars(series: &Series, most: f64, plot: Rect, style: Style, buffer: &mut Buffer) {
    let steps = series.now.len().max(1);
    let each = usize::from(plot.width) / steps;
    for x in 0..usize::from(plot.width) {
        let step = |x: usize| x * steps / usize::from(plot.width);
        let at = step(x);
        // Bars that are wide enough have a gap before them.
        let begins = x == 0 || step(x - 1) != at;
        // Where more steps than columns are shown, the highest of each.
        let last = step(x + 1).max(at + 1).min(series.now.len());
        let highest = series.now[at..last].iter().flatten().copied().reduce(f64::max);
        let Some(value) = highest.filter(|_| each < 3 || !begins) else { continue };
        let mut eighths = (value / most * f64::from(plot.height) * 8.0).round() as usize;
        if value > 0.0 {
            eighths = eighths.max(1);
        }
        for row in 0..plot.height {
            let filled = eighths.saturating_sub(usize::from(row) * 8).min(8);
            // What is not over yet is drawn lighter.
            let symbol = if series.unfinished == Some(at) && filled > 3 { "▒" } else { EIGHTHS[filled] };
            if filled > 0 {
                let y = plot.y + plot.height - 1 - row;
                buffer[(plot.x + x as u16, y)].set_symbol(symbol).set_style(style);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_go_from_corner_to_corner() {
        let mut dots = Dots::new(Rect::new(0, 0, 2, 1));
        dots.series(&[Some(0.0), Some(1.0)], 1.0, |_, _| true);
        let drawn: String = dots.cells.iter().filter_map(|c| char::from_u32(0x2800 + u32::from(*c))).collect();
        assert_eq!(drawn, "⡠⠊");
    }
}
