//! The headline numbers with their change.

use super::super::fit::left;
use super::super::layout::{Layout, Regime};
use super::super::model::Model;
use super::super::theme::Theme;
use super::{put, put_all};
use crate::model::{Class, Dimension, Metric};
use crate::query::{is_counted, ratio};
use crate::report::{Report, Rows, words};
use ratatui::buffer::Buffer;
use ratatui::style::Style;

/// A number as it is shown; `—` if it is unknown.
pub fn shown(metric: Metric, value: Option<f64>) -> String {
    let Some(n) = value.filter(|n| n.is_finite()) else { return "—".into() };
    match metric {
        Metric::ViewsPerVisit => format!("{n:.1}"),
        Metric::BounceRate => words::percent(Some(n)),
        Metric::Duration => words::duration(Some(n)),
        Metric::Bytes => words::bytes(n as i64),
        Metric::P50 | Metric::P95 | Metric::P99 if n < 9_999.5 => format!("{n:.0} ms"),
        Metric::P50 | Metric::P95 | Metric::P99 => format!("{:.1} s", n / 1000.0),
        _ => words::short(n as i64),
    }
}

/// The change as `▲12%`, `▼3%`, `▬0%`, `new`, and its style. The sign says what
/// happened, the style whether that is good: fewer bounces are.
pub fn change(metric: Metric, now: Option<f64>, before: Option<f64>, theme: &Theme) -> (String, Style) {
    let text = words::change(now, before);
    let is_up = text.starts_with('+');
    let less_is_better = matches!(metric, Metric::BounceRate);
    let style = match text.chars().next() {
        Some('+' | '-') if is_up != less_is_better => theme.good,
        Some('+' | '-') => theme.bad,
        _ => theme.dim,
    };
    // A bar has no sense of good and bad for traffic itself.
    let style = if matches!(metric, Metric::Bytes) { theme.dim } else { style };
    (text.replace('+', "▲").replace('-', "▼").replace('=', "▬"), style)
}

const USUAL: [(&str, Metric); 6] = [
    ("VISITORS", Metric::Visitors),
    ("VISITS", Metric::Visits),
    ("PAGEVIEWS", Metric::PageViews),
    ("VIEWS/VISIT", Metric::ViewsPerVisit),
    ("BOUNCE", Metric::BounceRate),
    ("DURATION", Metric::Duration),
];

/// Under a filter on requests nothing is known of page views.
const OF_REQUESTS: [(&str, Metric); 1] = [("REQUESTS", Metric::Requests)];

/// The share of requests that the server failed at.
fn errors(report: &Report) -> Option<f64> {
    let (requests, _) = report.totals.requests?;
    let rows = report.by.iter().find(|(dimension, _)| *dimension == Dimension::Class)?;
    let Rows::Requests(top) = &rows.1 else { return None };
    let failed = top.rows.iter().find(|row| row.value == Class::ServerError.as_str()).map_or(0, |row| row.requests);
    ratio(failed, requests)
}

/// The row of headline numbers.
pub fn figures(model: &Model, layout: &Layout, theme: &Theme, buffer: &mut Buffer) {
    let area = layout.figures;
    if area.height < 2 {
        return;
    }
    // Old numbers below the name of another range would be wrong ones.
    let failed = model.data.error.is_some();
    let report = model.data.report.as_ref().filter(|_| !failed);
    let before = model.before().filter(|_| !failed);
    let mut cells: Vec<(&str, String, (String, Style), bool)> = Vec::new();
    let of_requests = !is_counted(Metric::Visits, &model.view.filters);
    let metrics: &[(&str, Metric)] = if of_requests { &OF_REQUESTS } else { &USUAL };
    let cell = |name, metric: Metric| {
        let now = report.and_then(|report| report.totals.number(metric));
        let then = before.and_then(|before| before.totals.number(metric));
        let text = if report.is_some() || failed { shown(metric, now) } else { "…".into() };
        (name, text, change(metric, now, then, theme), metric == model.metric())
    };
    for (name, metric) in metrics {
        // A visitor counts once for each page that the filter lets through.
        let of_pages = *metric == Metric::Visitors && report.is_some_and(|report| report.totals.meaning.of_pages);
        let name = match of_pages {
            true if area.width < 90 => "PAGE VIS.",
            true => "PAGE VISITORS",
            false => name,
        };
        cells.push(cell(name, *metric));
    }
    if layout.regime == Regime::Large || of_requests {
        let text = report.and_then(errors).map_or("—".into(), |rate| format!("{:.2}%", rate * 100.0));
        cells.push(("ERRORS 5xx", text, (String::new(), theme.dim), false));
        cells.push(cell("BANDWIDTH", Metric::Bytes));
    }
    // As many as fit.
    let fitting = cells.len().min(usize::from(area.width / 13)).max(1);
    let each = (area.width - 1) / fitting as u16;
    let style = if model.data.is_stale { theme.dim } else { theme.head };
    for (index, (name, value, (change, change_style), is_chart)) in cells.into_iter().take(fitting).enumerate() {
        let x = 1 + each * index as u16;
        let name_style = if is_chart { theme.head } else { theme.dim };
        put(buffer, x, area.y, &left(name, usize::from(each) - 1), name_style, each);
        let change_style = if model.data.is_stale { theme.dim } else { change_style };
        put_all(buffer, (x, area.y + 1), x + each, [(value.as_str(), style), (" ", style), (&change, change_style)]);
    }
}
