//! The report for people: a headline row with change, a sparkline, lists.
//! Piped it has no colour, no box drawing and no cut lines.

use super::value::{Before, Report, Rows, visitors_of};
use super::words::{bytes, change, duration, percent, short, thousands, title};
use crate::model::{Class, Counters, Dimension, Metric, clean};
use crate::query::{FEW, Interval, Meaning, Unknown};
use std::fmt::Write;
use unicode_width::UnicodeWidthStr;

/// How the text may look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether escapes for colour are wanted.
    pub colour: bool,
    /// Columns of the terminal; `None` if it is none.
    pub width: Option<usize>,
    /// Whether the ledger is wanted.
    pub ledger: bool,
}

/// The report as text.
pub fn text(report: &Report, style: Style) -> String {
    let mut out = String::new();
    heading(report, style, &mut out);
    headline(report, style, &mut out);
    if let Some(missing) = &report.missing {
        not_known("Totals", missing, style, &mut out);
    }
    if report.totals.pages.is_some() {
        sparkline(report, style, &mut out);
    }
    if !report.sites.is_empty() {
        let meaning = report.totals.meaning;
        let rows = report.sites.iter().map(|(name, sums)| row(name, sums, meaning)).collect();
        list("Sites", heads(meaning), rows, report.sites.len() as u64, style, &mut out);
    }
    for (dimension, rows) in &report.by {
        section(report, *dimension, rows, style, &mut out);
    }
    if style.ledger {
        ledger(report, style, &mut out);
    }
    notes(report, &mut out);
    out
}

/// Days that are not as others.
fn notes(report: &Report, out: &mut String) {
    for day in &report.days.marked {
        let _ = writeln!(out, "\nNote: {day} may count a visitor twice (records came after its salt was gone).");
    }
    for day in &report.days.unreadable {
        let _ = writeln!(
            out,
            "\nNote: {day} is sealed and its key is not to be had: its counts are missing (`fathom-tui recount {day}` reads its lines again)."
        );
    }
    for (day, on) in &report.days.shifted {
        let _ = match on {
            Some(on) => writeln!(out, "\nNote: too few visitors on {day} to name their pages; they count on {on}."),
            None => writeln!(out, "\nNote: too few visitors on {day} to name their pages; they wait for a busier day."),
        };
    }
}

/// Why something is not known.
fn not_known(what: &str, unknown: &Unknown, style: Style, out: &mut String) {
    let instead = match &unknown.remove[..] {
        [] => String::new(),
        filters => format!("; without {} it is", filters.join(" and ")),
    };
    let _ = writeln!(out, "\n{}  not known: {}{instead}", bold(what, style), unknown.because);
}

fn bold(text: &str, style: Style) -> String {
    if style.colour { format!("\u{1b}[1m{text}\u{1b}[0m") } else { text.to_owned() }
}

fn heading(report: &Report, style: Style, out: &mut String) {
    let day = |time| report.zone.local(time).format("%Y-%m-%d").to_string();
    let clock = |time| report.zone.local(time).format("%Y-%m-%d %H:%M").to_string();
    let range = &report.range;
    let whole = [range.from, range.to].iter().all(|&t| report.zone.local(t).format("%H:%M").to_string() == "00:00");
    let span = match (day(range.from), day(range.to - 1)) {
        (first, last) if whole && first == last => first,
        (first, last) if whole => format!("{first} to {last}"),
        _ => format!("{} to {}", clock(range.from), clock(range.to)),
    };
    let site = if report.site == "*" { "all sites".into() } else { clean(report.site.as_bytes()) };
    let _ = writeln!(out, "{}  {span}  {}", bold(&site, style), report.zone.name());
}

type Figure = (&'static str, Metric, fn(Option<f64>) -> String);

fn count(n: Option<f64>) -> String {
    n.map_or("-".into(), |n| short(n as i64))
}

const FIGURES: [Figure; 8] = [
    ("VISITORS", Metric::Visitors, count),
    ("VISITS", Metric::Visits, count),
    ("PAGE VIEWS", Metric::PageViews, count),
    ("VIEWS/VISIT", Metric::ViewsPerVisit, |n| n.map_or("-".into(), |n| format!("{n:.1}"))),
    ("BOUNCE", Metric::BounceRate, percent),
    ("DURATION", Metric::Duration, duration),
    ("REQUESTS", Metric::Requests, count),
    ("BYTES", Metric::Bytes, |n| n.map_or("-".into(), |n| bytes(n as i64))),
];

fn headline(report: &Report, style: Style, out: &mut String) {
    let (mut names, mut values) = (String::new(), String::new());
    for (name, metric, shown) in FIGURES {
        let now = report.totals.number(metric);
        // Somebody who saw several of the pages counts once for each.
        let name = if metric == Metric::Visitors && report.totals.meaning.of_pages { "PAGE VISITORS" } else { name };
        let before =
            report.previous.as_ref().map(|before| change(now, before.totals.number(metric))).unwrap_or_default();
        let value = format!("{} {before}", shown(now));
        let width = name.len().max(value.trim_end().len()) + 2;
        let _ = write!(names, "{name:<width$}");
        let _ = write!(values, "{:<width$}", value.trim_end());
    }
    let _ = writeln!(out, "\n{}\n{}", bold(names.trim_end(), style), values.trim_end());
    if let Some(Before { range, .. }) = &report.previous {
        let day = |time| report.zone.local(time).format("%Y-%m-%d").to_string();
        let _ = writeln!(out, "compared with {} to {}", day(range.from), day(range.to - 1));
    }
    if report.range.to - report.range.from > 25 * 3600 && report.totals.visitors().is_some() {
        let _ = writeln!(out, "Visitors are daily visitors, added up over the days.");
    }
    if report.totals.visitors().is_some() && report.totals.meaning.of_pages {
        let _ = writeln!(out, "Page visitors count once for each page that the filters let through.");
    } else if report.totals.visitors().is_some() && report.interval == Interval::Hour {
        let _ = writeln!(
            out,
            "A visitor counts once a day, in the hour of the first page view; visits tell how busy an hour was."
        );
    }
}

fn sparkline(report: &Report, style: Style, out: &mut String) {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let meaning = report.series_meaning();
    if report.gaps.len() == report.series.len() {
        return;
    }
    let of = |sums: &Counters| meaning.first(sums);
    let most = report.series.iter().map(|(_, s)| of(s)).max().unwrap_or(0);
    if most <= 0 || report.series.len() < 2 {
        return;
    }
    let fits = style.width.map_or(report.series.len(), |width| width.saturating_sub(30).max(20));
    let skip = report.series.len().saturating_sub(fits);
    let bar = |step: usize| match report.gaps.contains(&step) {
        true => ' ',
        false => BARS[((of(&report.series[step].1).max(0) * 7 + most / 2) / most) as usize],
    };
    let line: String = (skip..report.series.len()).map(bar).collect();
    let _ = writeln!(out, "\n{line}  {} by {}, most {}", heads(meaning).0, report.interval.as_str(), short(most));
}

fn section(report: &Report, dimension: Dimension, rows: &Rows, style: Style, out: &mut String) {
    match rows {
        Rows::Unknown(unknown) => not_known(title(dimension), unknown, style, out),
        Rows::Requests(top) => {
            let rows = top.rows.iter().map(|r| (r.value.clone(), Some(r.requests), None)).collect();
            list(title(dimension), ("requests", None), rows, top.total, style, out);
        }
        Rows::Pages(top) => {
            let meaning = report.list_meaning(dimension);
            let rows = top.rows.iter().map(|r| row(&r.value, &r.sums, meaning)).collect();
            list(title(dimension), heads(meaning), rows, top.total, style, out);
            // What cannot be named is part of the list, however long that is.
            if let Some(few) = top.few.filter(|_| top.rows.iter().all(|row| row.value != FEW)) {
                let views = if few.page_views > 0 { few.page_views } else { few.visits };
                let what = if few.page_views > 0 { "page views" } else { "visits" };
                let _ = writeln!(out, "{FEW}: {} {what} that cannot be named", short(views));
            }
        }
    }
}

/// What the numbers of a row are.
fn heads(meaning: Meaning) -> Heads {
    match meaning {
        Meaning { of_exits: true, .. } => ("exits", None),
        Meaning { of_visits: true, .. } => ("visits", None),
        _ => ("visitors", Some("views")),
    }
}

/// A value and those numbers.
fn row(value: &str, sums: &Counters, meaning: Meaning) -> Row {
    let first = match meaning.visitors(sums) {
        Some(_) => visitors_of(value, sums, meaning),
        None => Some(meaning.first(sums)),
    };
    (value.to_owned(), first, meaning.page_views(sums))
}

/// Names of a list's one or two columns of numbers.
type Heads = (&'static str, Option<&'static str>);
type Row = (String, Option<i64>, Option<i64>);

fn list(title: &str, heads: Heads, rows: Vec<Row>, total: u64, style: Style, out: &mut String) {
    let _ = writeln!(out);
    if rows.is_empty() {
        let _ = writeln!(out, "{}  none", bold(title, style));
        return;
    }
    let shown: Vec<(String, String, String)> = rows
        .into_iter()
        .map(|(value, first, second)| {
            (label(&value, style), first.map_or("-".into(), short), second.map(short).unwrap_or_default())
        })
        .collect();
    let widest = shown.iter().map(|row| row.0.width()).max().unwrap_or(0).max(24);
    let more = if (shown.len() as u64) < total {
        format!(" ({} of {})", shown.len(), short(total as i64))
    } else {
        String::new()
    };
    let name = format!("{title}{more}");
    let pad = |text: &str| " ".repeat(widest.saturating_sub(text.width()));
    let second = heads.1.map(|head| format!("{head:>9}")).unwrap_or_default();
    let _ = writeln!(out, "{}{}{:>10}{second}", bold(&name, style), pad(&name), heads.0);
    for (value, first, second) in &shown {
        let second = if heads.1.is_some() { format!("{second:>9}") } else { String::new() };
        let _ = writeln!(out, "{value}{}{first:>10}{second}", pad(value));
    }
}

/// A value, cut in the middle where a terminal is too narrow for it.
fn label(value: &str, style: Style) -> String {
    let value = &*clean(value.as_bytes());
    let Some(limit) = style.width.map(|width| width.saturating_sub(22).max(20)) else { return value.to_owned() };
    if value.width() <= limit {
        return value.to_owned();
    }
    let chars: Vec<char> = value.chars().collect();
    let keep = limit.saturating_sub(1) / 2;
    let (start, end) = (&chars[..keep.min(chars.len())], &chars[chars.len().saturating_sub(keep)..]);
    start.iter().chain(&['…']).chain(end).collect()
}

fn ledger(report: &Report, style: Style, out: &mut String) {
    let lines = report.ledger.lines();
    let _ = writeln!(out, "\n{}{:>17}", bold("Ledger", style), thousands(lines as i64));
    for class in Class::ALL {
        let _ = writeln!(out, "{:<14}{:>9}", class.as_str(), thousands(report.ledger.get(class) as i64));
    }
}
