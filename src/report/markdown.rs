//! Markdown, for issues, mails and wikis.

use super::value::{Report, Rows};
use super::words::title;
use crate::model::{Dimension, clean};
use std::fmt::Write;

/// The report as Markdown.
pub fn markdown(report: &Report) -> String {
    let day = |time| report.zone.local(time).format("%Y-%m-%d %H:%M").to_string();
    let site = if report.site == "*" { "all sites" } else { &report.site };
    let (from, to) = (day(report.range.from), day(report.range.to));
    let mut out = format!("# {}\n\n{from} to {to}, {}\n\n", cell(site), report.zone.name());
    headline(report, &mut out);
    for (dimension, rows) in &report.by {
        section(report, *dimension, rows, &mut out);
    }
    out
}

/// A number of a cell; empty if it is unknown.
fn shown(n: Option<i64>) -> String {
    n.map_or(String::new(), |n| n.to_string())
}

fn headline(report: &Report, out: &mut String) {
    let rate = |n: Option<f64>| n.map_or("".to_owned(), |n| format!("{n:.3}"));
    let _ = writeln!(out, "| | visitors | visits | page views | bounce rate | duration | requests | bytes |");
    let _ = writeln!(out, "|---|---:|---:|---:|---:|---:|---:|---:|");
    let rows = std::iter::once(("now", &report.totals)).chain(report.previous.iter().map(|b| ("before", &b.totals)));
    for (name, totals) in rows {
        let _ = writeln!(
            out,
            "| {name} | {} | {} | {} | {} | {} | {} | {} |",
            shown(totals.visitors()),
            shown(totals.visits()),
            shown(totals.page_views()),
            rate(totals.bounce_rate()),
            rate(totals.duration()),
            shown(totals.requests.map(|r| r.0)),
            shown(totals.requests.map(|r| r.1)),
        );
    }
}

fn section(report: &Report, dimension: Dimension, rows: &Rows, out: &mut String) {
    match rows {
        Rows::Unknown(unknown) => {
            let instead = match &unknown.remove[..] {
                [] => String::new(),
                filters => format!("; without {} it is", cell(&filters.join(" and "))),
            };
            let _ = writeln!(out, "\n## {}\n\nNot known: {}{instead}.", title(dimension), unknown.because);
        }
        Rows::Requests(top) => {
            let _ = writeln!(
                out,
                "\n## {}\n\n| {} | requests | bytes |\n|---|---:|---:|",
                title(dimension),
                dimension.as_str()
            );
            for row in &top.rows {
                let _ = writeln!(out, "| {} | {} | {} |", cell(&row.value), row.requests, row.bytes);
            }
        }
        Rows::Pages(top) => {
            let meaning = report.list_meaning(dimension);
            let _ = writeln!(
                out,
                "\n## {}\n\n| {} | visitors | page views | visits |\n|---|---:|---:|---:|",
                title(dimension),
                dimension.as_str()
            );
            for row in &top.rows {
                let visitors = super::value::visitors_of(&row.value, &row.sums, meaning);
                let [visitors, views] = [visitors, meaning.page_views(&row.sums)].map(shown);
                let visits = meaning.visits(&row.sums);
                let _ = writeln!(out, "| {} | {visitors} | {views} | {visits} |", cell(&row.value));
            }
        }
    }
}

/// A value as the text of a cell: nothing in it is markup.
fn cell(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for c in clean(value.as_bytes()).chars() {
        if "\\`*_{}[]<>()#+!|~".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn markup_is_text() {
        assert_eq!(super::cell("/a|b*c"), "/a\\|b\\*c");
    }
}
