//! The chart: one metric over the range, and the range that it is compared with.

use super::super::fit::width;
use super::super::layout::Area;
use super::super::model::view::dates;
use super::super::model::{Focus, Model};
use super::super::theme::Theme;
use super::figures::{change, number, shown};
use super::put;
use crate::model::Metric;
use crate::report::{Interval, Report, Totals};
use crate::store::PageSums;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::{Block, BorderType, Widget};

/// Columns of the scale at the left.
const SCALE: u16 = 6;

/// What a metric is called.
pub fn title(metric: Metric, totals: Option<&Totals>) -> &'static str {
    match metric {
        Metric::Visitors if totals.is_some_and(|totals| totals.meaning.of_pages) => "Page visitors",
        Metric::Visitors => "Visitors",
        Metric::Visits => "Visits",
        Metric::PageViews => "Page views",
        Metric::ViewsPerVisit => "Views a visit",
        Metric::BounceRate => "Bounce rate",
        _ => "Time on page",
    }
}

/// The values of a series; unknown ones are gaps.
fn values(series: &[(i64, PageSums)], totals: &Totals, metric: Metric) -> Vec<Option<f64>> {
    let of = |(_, sums): &(i64, PageSums)| {
        number(&Totals { pages: totals.pages.map(|_| *sums), requests: None, ..*totals }, metric)
    };
    series.iter().map(of).collect()
}

/// Both series as they are drawn.
struct Series {
    now: Vec<Option<f64>>,
    before: Vec<Option<f64>>,
    /// The step that is not over yet.
    unfinished: Option<usize>,
}

impl Series {
    fn new(model: &Model, report: &Report) -> Series {
        let metric = model.chart.metric;
        let mut now = values(&report.series, &report.totals, metric);
        let ends = report.series.iter().skip(1).map(|(at, _)| *at).chain([report.range.to]);
        let mut unfinished = None;
        for (index, ((start, _), end)) in report.series.iter().zip(ends).enumerate() {
            // Before the first record nothing is known, and of what comes neither.
            let first = model.data.extent.map_or(i64::MAX, |(first, _)| first);
            if end <= first || *start > model.now {
                now[index] = None;
            } else if end > model.now {
                unfinished = Some(index);
            }
        }
        let before = model.before();
        let mut before = before.map_or_else(Vec::new, |before| values(&before.series, &before.totals, metric));
        let first = model.data.extent.map_or(i64::MAX, |(first, _)| first);
        if let Some(known) = model.before() {
            let ends = known.series.iter().skip(1).map(|(at, _)| *at).chain([known.range.to]);
            before.iter_mut().zip(ends).filter(|(_, end)| *end <= first).for_each(|(value, _)| *value = None);
        }
        before.truncate(now.len());
        Series { now, before, unfinished }
    }

    fn most(&self) -> f64 {
        self.now.iter().chain(&self.before).flatten().fold(0.0, |most, n| f64::max(most, *n))
    }
}

/// The end of the scale: a round number that is not less.
fn round_up(most: f64, metric: Metric) -> f64 {
    if metric == Metric::BounceRate {
        return 1.0;
    }
    if most <= 0.0 {
        return if metric == Metric::ViewsPerVisit { 1.0 } else { 4.0 };
    }
    let step = 10f64.powf(most.log10().floor());
    let round = [1.0, 1.2, 1.6, 2.0, 2.4, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0].map(|n| n * step);
    let found = round.into_iter().find(|n| *n >= most).unwrap_or(10.0 * step);
    if metric == Metric::ViewsPerVisit { found } else { found.max(4.0) }
}

/// Draws the chart.
pub fn chart(model: &Model, area: Area, theme: &Theme, buffer: &mut Buffer) {
    let is_focused = model.focus == Focus::Chart;
    let (border, style) = if is_focused { (BorderType::Thick, theme.focus) } else { (BorderType::Plain, theme.frame) };
    Block::bordered().border_type(border).border_style(style).render(area.into(), buffer);
    let report = model.data.report.as_ref();
    let name = format!(" {} ", title(model.chart.metric, report.map(|report| &report.totals)));
    let x = put(buffer, area.x + 2, area.y, &name, theme.head, area.width.saturating_sub(4));
    let inner = Rect::new(area.x + 1, area.y + 1, area.width.saturating_sub(2), area.height.saturating_sub(2));
    if inner.height < 2 || inner.width < 20 {
        return;
    }
    let say = |buffer: &mut Buffer, text: &str| super::panel::say(text, inner, theme.dim, buffer);
    if let Some((error, help)) = &model.data.error {
        let again = model.keymap.label(&super::super::action::Action::Refresh);
        return super::panel::say(&format!("{error} — {help} ({again} asks again)"), inner, theme.bad, buffer);
    }
    let Some(report) = report else { return say(buffer, "…") };
    if model.data.extent.is_none() {
        return say(buffer, super::panel::NO_HITS);
    }
    if report.totals.pages.is_none() {
        return say(buffer, "Not known under these filters: requests and page views are counted apart");
    }
    let series = Series::new(model, report);
    let is_empty = report.totals.pages.is_some_and(|sums| sums == PageSums::default());
    let nothing = super::panel::nothing_here(model);
    if is_empty && nothing.contains(':') {
        return say(buffer, &nothing);
    }
    if series.now.iter().flatten().count() == 0 && number(&report.totals, model.chart.metric).is_none() {
        return say(buffer, "Not known for this range under these filters");
    }
    let most = round_up(series.most(), model.chart.metric);
    let plot = Rect::new(inner.x + SCALE, inner.y, inner.width - SCALE - 1, inner.height - 1);
    scale(model.chart.metric, most, inner, theme, buffer);
    dates_below(report, plot, theme, buffer);
    let styles = if model.data.is_stale { (theme.dim, theme.dim) } else { (theme.bar, theme.second) };
    if model.chart.bars {
        bars(&series, most, plot, styles.0, buffer);
    } else {
        lines(&series, most, plot, styles, model.is_ascii, buffer);
    }
    legend(model, report, &series, (x, area.x + area.width), area.y, theme, buffer);
    if let Some(at) = model.chart.at.filter(|at| *at < series.now.len()) {
        let column = plot.x + dot(at, series.now.len(), plot.width * 2) / 2;
        for y in plot.y..plot.y + plot.height {
            let cell = &mut buffer[(column, y)];
            if cell.symbol() == " " {
                cell.set_symbol("│").set_style(theme.dim);
            }
        }
    }
}

fn scale(metric: Metric, most: f64, inner: Rect, theme: &Theme, buffer: &mut Buffer) {
    let mut label = |value: f64, y: u16| {
        let text = shown(metric, Some(value));
        put(buffer, inner.x, y, &super::super::fit::right(&text, usize::from(SCALE) - 1), theme.dim, SCALE - 1);
    };
    label(most, inner.y);
    if inner.height > 4 {
        label(most / 2.0, inner.y + (inner.height - 1) / 2);
    }
    label(0.0, inner.y + inner.height - 1);
}

fn step_name(at: i64, interval: Interval, model_zone: crate::model::Zone, many_days: bool) -> String {
    let local = model_zone.local(at);
    match interval {
        Interval::Hour if many_days => local.format("%-d %b %H:%M").to_string(),
        Interval::Hour => local.format("%H:%M").to_string(),
        Interval::Month => local.format("%b %Y").to_string(),
        Interval::Day | Interval::Week => local.format("%-d %b").to_string(),
    }
}

fn dates_below(report: &Report, plot: Rect, theme: &Theme, buffer: &mut Buffer) {
    let steps = report.series.len();
    let many_days = report.range.to - report.range.from > 30 * 3600;
    let name = |at: usize| step_name(report.series[at].0, report.interval, report.zone, many_days);
    let y = plot.y + plot.height;
    let longest = (0..steps).map(|at| name(at).len()).max().unwrap_or(0) as u16;
    let places = usize::from(plot.width / (longest + 4)).max(1);
    let end = plot.x + plot.width + 1;
    let mut free = 0;
    // Of hours every second, third, sixth: what people count in.
    let strides: &[usize] =
        if report.interval == Interval::Hour { &[1, 2, 3, 6, 12, 24, 48, 96] } else { &[1, 2, 7, 14, 28] };
    let least = steps.div_ceil(places).max(1);
    let stride = strides.iter().copied().find(|stride| *stride >= least).unwrap_or(least);
    for at in (0..steps).step_by(stride) {
        let text = name(at);
        let x = plot.x + dot(at, steps, plot.width * 2) / 2;
        let x = x.min(end - width(&text) as u16);
        if x >= free {
            free = put(buffer, x, y, &text, theme.dim, end - x) + 1;
        }
    }
}

/// The column of dots of a step.
fn dot(at: usize, steps: usize, dots: u16) -> u16 {
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

fn lines(series: &Series, most: f64, plot: Rect, styles: (Style, Style), is_ascii: bool, buffer: &mut Buffer) {
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

fn bars(series: &Series, most: f64, plot: Rect, style: Style, buffer: &mut Buffer) {
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

/// At the right of the title: what the lines are, or what is under the crosshair.
fn legend(
    model: &Model,
    report: &Report,
    series: &Series,
    (x, end): (u16, u16),
    y: u16,
    theme: &Theme,
    buffer: &mut Buffer,
) {
    let mut parts: Vec<(String, Style)> = Vec::new();
    let metric = model.chart.metric;
    match model.chart.at.filter(|at| *at < series.now.len()) {
        Some(at) => {
            let (now, before) = (series.now[at], series.before.get(at).copied().flatten());
            let local = model.zone.local(report.series[at].0);
            let day = match report.interval {
                Interval::Hour => local.format("%a %-d %b %H:%M").to_string(),
                Interval::Month => local.format("%b %Y").to_string(),
                Interval::Week => format!("week of {}", local.format("%-d %b")),
                Interval::Day => local.format("%a %-d %b").to_string(),
            };
            parts.push((format!(" {day}  {}", shown(metric, now)), theme.head));
            if series.unfinished == Some(at) {
                parts.push((" so far".into(), theme.dim));
            }
            if let Some(before) = before {
                let (text, style) = change(metric, now, Some(before), theme);
                parts.push((format!("  before {}  ", shown(metric, Some(before))), theme.second));
                parts.push((format!("{text} "), style));
            } else {
                parts.push((" ".into(), theme.text));
            }
        }
        None => {
            let is_wide = end - x > 70;
            let now = if is_wide { dates(&report.range, model.zone, model.now) } else { "now".into() };
            let (line, dots) = if model.is_ascii { ("*", "...") } else { ("—", "···") };
            parts.push((format!(" {line} {now} "), theme.bar));
            if series.unfinished.is_some() {
                parts.push(("┈ so far ".into(), theme.bar));
            }
            if let Some(before) = model.before().filter(|_| !model.chart.bars) {
                let text = if is_wide { dates(&before.range, model.zone, model.now) } else { "before".into() };
                parts.push((format!(" {dots} {text} "), theme.second));
            }
        }
    }
    let mut at = end.saturating_sub(2 + parts.iter().map(|(text, _)| width(text) as u16).sum::<u16>());
    if at <= x {
        // What is under the crosshair matters more than the words before.
        parts.truncate(1);
        at = end.saturating_sub(2 + width(&parts[0].0) as u16).max(x);
    }
    for (text, style) in parts {
        at = put(buffer, at, y, &text, style, end.saturating_sub(at + 1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_end_at_round_numbers() {
        for (most, end) in
            [(0.0, 4.0), (3.0, 4.0), (7.0, 8.0), (812.0, 1000.0), (1_130.0, 1_200.0), (41_000.0, 50_000.0)]
        {
            assert_eq!(round_up(most, Metric::Visitors), end);
        }
        assert_eq!(round_up(2.1, Metric::ViewsPerVisit), 2.4);
        assert_eq!(round_up(0.4, Metric::BounceRate), 1.0);
    }

    #[test]
    fn lines_go_from_corner_to_corner() {
        let mut dots = Dots::new(Rect::new(0, 0, 2, 1));
        dots.series(&[Some(0.0), Some(1.0)], 1.0, |_, _| true);
        let drawn: String = dots.cells.iter().filter_map(|c| char::from_u32(0x2800 + u32::from(*c))).collect();
        assert_eq!(drawn, "⡠⠊");
    }
}
