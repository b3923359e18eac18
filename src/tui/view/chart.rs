//! The chart: one metric over the range, and the range that it is compared with.

use super::super::action::Action;
use super::super::fit::{right, width};
use super::super::layout::Area;
use super::super::model::{Focus, Model};
use super::super::theme::Theme;
use super::figures::{change, shown};
use super::plot::{bars, dot, lines};
use super::put;
use super::series::{Series, round_up};
use crate::model::Counters;
use crate::model::Metric;
use crate::query::Interval;
use crate::report::Report;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::{Block, BorderType, Widget};

/// Columns of the scale at the left.
fn scale_width(metric: Metric) -> u16 {
    if metric == Metric::Bytes { 9 } else { 6 }
}

/// What a metric is called.
fn title(metric: Metric, report: Option<&Report>) -> &'static str {
    match metric {
        Metric::Visitors if report.is_some_and(|report| report.totals.meaning.of_pages) => "Page visitors",
        // A visitor counts once a day.
        Metric::Visitors if report.is_some_and(|report| report.interval == Interval::Hour) => "Visitors by first hour",
        Metric::Visitors => "Visitors",
        Metric::Visits => "Visits",
        Metric::PageViews => "Page views",
        Metric::ViewsPerVisit => "Views a visit",
        Metric::BounceRate => "Bounce rate",
        Metric::Requests => "Requests",
        Metric::Bytes => "Bandwidth",
        _ => "Time on page",
    }
}

/// Draws the chart.
pub fn chart(model: &Model, area: Area, theme: &Theme, buffer: &mut Buffer) {
    let is_focused = model.focus == Focus::Chart;
    let (border, style) = if is_focused { (BorderType::Thick, theme.focus) } else { (BorderType::Plain, theme.frame) };
    Block::bordered().border_type(border).border_style(style).render(area.into(), buffer);
    let report = model.data.report.as_ref();
    let name = format!(" {} ", title(model.metric(), report));
    let x = put(buffer, area.x + 2, area.y, &name, theme.head, area.width.saturating_sub(4));
    let inner = Rect::new(area.x + 1, area.y + 1, area.width.saturating_sub(2), area.height.saturating_sub(2));
    if inner.height < 2 || inner.width < 20 {
        return;
    }
    let say = |buffer: &mut Buffer, text: &str| super::panel::say(text, inner, theme.dim, buffer);
    if let Some((error, help)) = &model.data.error {
        let again = model.keymap.label(&Action::Refresh);
        return super::panel::say(&format!("{error} — {help} ({again} asks again)"), inner, theme.bad, buffer);
    }
    let Some(report) = report else { return say(buffer, "…") };
    if model.data.extent.is_none() {
        return say(buffer, super::panel::NO_HITS);
    }
    let series = Series::new(model, report);
    let is_empty = match model.metric() {
        Metric::Requests | Metric::Bytes => report.totals.requests.is_none_or(|sums| sums == (0, 0)),
        _ => report.totals.pages.is_none_or(|sums| sums == Counters::default()),
    };
    let nothing = super::panel::nothing_here(model);
    if is_empty && nothing.contains(':') {
        return say(buffer, &nothing);
    }
    if series.now.iter().flatten().count() == 0 && report.totals.number(model.metric()).is_none() {
        let other = model.keymap.label(&Action::NextMetric);
        return say(buffer, &format!("Not known for this range and these filters; {other} shows another number"));
    }
    let most = round_up(series.most(), model.metric());
    let scale_width = scale_width(model.metric());
    let plot = Rect::new(inner.x + scale_width, inner.y, inner.width - scale_width - 1, inner.height - 1);
    scale(model.metric(), most, inner, theme, buffer);
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
    let columns = scale_width(metric) - 1;
    let mut label = |value: f64, y: u16| {
        let text = shown(metric, Some(value));
        put(buffer, inner.x, y, &right(&text, usize::from(columns)), theme.dim, columns);
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
    let metric = model.metric();
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
            let now = if is_wide { model.dates(&report.range) } else { "now".into() };
            let (line, dots) = if model.is_ascii { ("*", "...") } else { ("—", "···") };
            parts.push((format!(" {line} {now} "), theme.bar));
            if series.unfinished.is_some() {
                parts.push(("┈ so far ".into(), theme.bar));
            }
            if let Some(before) = model.before().filter(|_| !model.chart.bars) {
                let text = if is_wide { model.dates(&before.range) } else { "before".into() };
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
