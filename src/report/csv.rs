//! CSV (RFC 4180) and TSV: one row a value, or one a step of the series.

use super::value::{Report, Rows};
use crate::model::{Dimension, clean};
use csv::{QuoteStyle, Writer, WriterBuilder};

/// How the table is written.
#[derive(Clone, Copy, Debug)]
pub struct CsvOptions {
    /// `,` or a tab.
    pub delimiter: u8,
    /// Whether the first row names the columns.
    pub header: bool,
    /// Whether cells that a spreadsheet would take for formulas stay as they are.
    pub raw: bool,
}

const VALUES: [&str; 14] = [
    "site",
    "from",
    "to",
    "dimension",
    "value",
    "visitors",
    "visits",
    "page_views",
    "bounce_rate",
    "duration",
    "events",
    "amount",
    "requests",
    "bytes",
];
const SERIES: [&str; 8] = ["site", "time", "visitors", "visits", "page_views", "bounces", "duration_s", "duration_n"];

/// The report as a table.
///
/// # Errors
/// None in practice: it is written to memory.
pub fn csv(report: &Report, options: CsvOptions) -> Result<Vec<u8>, csv::Error> {
    let mut writer =
        WriterBuilder::new().delimiter(options.delimiter).quote_style(QuoteStyle::Necessary).from_writer(Vec::new());
    if report.asked_interval {
        series(report, options, &mut writer)?;
    } else {
        values(report, options, &mut writer)?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

/// A number of a cell; empty if it is unknown.
fn shown<N: ToString>(n: Option<N>) -> String {
    n.map_or(String::new(), |n| n.to_string())
}

fn series(report: &Report, options: CsvOptions, writer: &mut Writer<Vec<u8>>) -> Result<(), csv::Error> {
    if options.header {
        writer.write_record(SERIES)?;
    }
    for (step, (time, s)) in report.series.iter().enumerate() {
        let meaning = report.series_meaning();
        let numbers = [
            meaning.visitors(s),
            Some(meaning.visits(s)),
            meaning.page_views(s),
            meaning.bounces(s),
            meaning.seconds(s).map(|(seconds, _)| seconds),
            meaning.seconds(s).map(|(_, views)| views),
        ];
        let known = |n: Option<i64>| shown(n.filter(|_| report.totals.pages.is_some() && !report.gaps.contains(&step)));
        let cells = [text(&report.site, options), report.zone.rfc3339(*time)];
        writer.write_record(cells.into_iter().chain(numbers.map(known)))?;
    }
    Ok(())
}

fn values(report: &Report, options: CsvOptions, writer: &mut Writer<Vec<u8>>) -> Result<(), csv::Error> {
    if options.header {
        writer.write_record(VALUES)?;
    }
    let [from, to] = [report.range.from, report.range.to].map(|time| report.zone.rfc3339(time));
    for (dimension, rows) in &report.by {
        for (value, numbers) in cells(report, *dimension, rows) {
            let start = [text(&report.site, options), from.clone(), to.clone(), dimension.as_str().into()];
            writer.write_record(start.into_iter().chain([text(&value, options)]).chain(numbers))?;
        }
    }
    Ok(())
}

/// Value and the nine numbers of its row; empty where the dimension has none.
fn cells(report: &Report, dimension: Dimension, rows: &Rows) -> Vec<(String, [String; 9])> {
    match rows {
        Rows::Unknown(_) => Vec::new(),
        Rows::Requests(top) => top
            .rows
            .iter()
            .map(|r| {
                let mut numbers: [String; 9] = Default::default();
                numbers[7] = r.requests.to_string();
                numbers[8] = r.bytes.to_string();
                (r.value.clone(), numbers)
            })
            .collect(),
        Rows::Pages(top) => top
            .rows
            .iter()
            .map(|r| {
                let (s, meaning) = (&r.sums, report.list_meaning(dimension));
                let mut numbers: [String; 9] = Default::default();
                numbers[0] = shown(super::value::visitors_of(&r.value, s, meaning));
                numbers[1] = meaning.visits(s).to_string();
                numbers[2] = shown(meaning.page_views(s));
                numbers[3] = shown(meaning.bounce_rate(s));
                numbers[4] = shown(meaning.duration(s));
                (r.value.clone(), numbers)
            })
            .collect(),
    }
}

/// A text cell that a spreadsheet would run gets an apostrophe in front.
fn text(cell: &str, options: CsvOptions) -> String {
    let risky = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];
    let shown = clean(cell.as_bytes());
    if !options.raw && cell.starts_with(risky) { format!("'{shown}") } else { shown.into_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_defused() {
        let options = CsvOptions { delimiter: b',', header: true, raw: false };
        for (cell, expected) in
            [("=cmd()", "'=cmd()"), ("@x", "'@x"), ("＝a", "'＝a"), ("\t1", "'\u{FFFD}1"), ("/a", "/a"), ("", "")]
        {
            assert_eq!(text(cell, options), expected);
        }
        assert_eq!(text("=1", CsvOptions { raw: true, ..options }), "=1");
    }
}
