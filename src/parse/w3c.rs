//! W3C extended logs, whose `#Fields` line says what the columns are: IIS and
//! many others, and Amazon CloudFront. Their times are UTC.

use super::draft::{Draft, Field, join};
use super::scan::{self, dash, percent_decode};
use super::time::{clock, iso_date};
use crate::model::{Malformed, Request};
use std::borrow::Cow;

/// The columns of a log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct W3c {
    columns: Vec<Column>,
    /// Their names, as the log has them.
    names: Vec<String>,
    /// The last `#Date`, for logs whose lines have only the time of day.
    date: Option<[u8; 10]>,
    /// Tabs between the columns, agents percent-encoded, seconds.
    cloudfront: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Column {
    Date,
    Clock,
    /// `cs-uri`: some write it without a scheme, but with the host.
    Url,
    Agent,
    Other(Field),
}

/// The columns of a CloudFront log whose header is lost.
const CLOUDFRONT: &str = "date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) \
cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes \
time-taken x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version fle-status \
fle-encrypted-fields c-port time-to-first-byte x-edge-detailed-result-type sc-content-type sc-content-len \
sc-range-start sc-range-end";

impl W3c {
    /// CloudFront's columns.
    pub(super) fn cloudfront() -> W3c {
        let mut log = W3c::default();
        log.set_fields(CLOUDFRONT);
        log
    }

    /// What messages call it.
    pub(super) fn name(&self) -> &'static str {
        if self.cloudfront { "aws cloudfront" } else { "w3c" }
    }

    /// The columns' names with their meaning.
    pub(super) fn fields(&self) -> Vec<(String, &'static str)> {
        let words = |column: &Column| match column {
            Column::Date | Column::Clock => "time",
            Column::Url => "target",
            Column::Agent => "user agent",
            Column::Other(field) => field.words(),
        };
        let used = |(_, word): &(String, &'static str)| *word != Field::Ignored.words();
        self.names.iter().cloned().zip(self.columns.iter().map(words)).filter(used).collect()
    }

    /// Takes a line that begins with `#`; whether it changed something.
    pub(super) fn directive(&mut self, line: &[u8]) -> bool {
        let text = String::from_utf8_lossy(line);
        let text = text.trim_start_matches('\u{feff}');
        if let Some(fields) = text.strip_prefix("#Fields:") {
            self.set_fields(fields);
            return true;
        }
        let date = text.strip_prefix("#Date:").map(|rest| rest.trim().as_bytes());
        self.date = match date.and_then(|date| date.first_chunk::<10>()) {
            Some(date) => Some(*date),
            None => return false,
        };
        true
    }

    fn set_fields(&mut self, fields: &str) {
        self.names = fields.split_whitespace().map(|name| name.trim_matches('\u{200b}').to_owned()).collect();
        self.cloudfront = self.names.iter().any(|name| is_cloudfronts(name));
        let unit = if self.cloudfront { 1_000_000_000 } else { 1_000_000 };
        self.columns = self.names.iter().map(|name| column(&name.to_ascii_lowercase(), unit)).collect();
    }

    /// Whether the columns are those of requests: a time, a target, and a
    /// method or status beside it.
    pub(super) fn is_usable(&self) -> bool {
        let has = |is: fn(&Column) -> bool| self.columns.iter().any(is);
        has(|c| matches!(c, Column::Clock | Column::Other(Field::Time)))
            && has(|c| matches!(c, Column::Url | Column::Other(Field::Path | Field::Target)))
            && has(|c| matches!(c, Column::Other(Field::Method | Field::Status)))
            && (self.date.is_some() || has(|c| matches!(c, Column::Date | Column::Other(Field::Time))))
    }

    /// Reads one line. More values than columns are left alone.
    pub(super) fn parse<'a>(&self, line: &'a [u8]) -> Result<Request<'a>, Malformed> {
        if !self.is_usable() {
            return Err(Malformed::Shape);
        }
        let mut values = Values::new(line);
        let mut draft = Draft::default();
        let (mut has_date, mut has_clock) = (false, false);
        if let Some(date) = &self.date {
            has_date = iso_date(date, &mut draft.civil).is_some();
        }
        for column in &self.columns {
            let (value, was_quoted) = values.next().ok_or(Malformed::Shape)?;
            match column {
                Column::Date => {
                    let rest = iso_date(value, &mut draft.civil);
                    has_date = rest.is_some_and(<[u8]>::is_empty);
                }
                Column::Clock => {
                    let rest = clock(value, &mut draft.civil);
                    has_clock = rest.is_some_and(<[u8]>::is_empty);
                }
                Column::Url => set_url(value, &mut draft)?,
                Column::Agent => draft.request.agent = Some(self.agent(value, was_quoted)),
                // Who counts milliseconds counts whole ones.
                Column::Other(Field::Duration(_)) if memchr::memchr(b'.', value).is_some() => {
                    draft.request.duration_us = scan::duration_us(value, 1e6);
                }
                Column::Other(Field::ContentType) => draft.request.content_type = percent_decode(dash(value)),
                Column::Other(field) => draft.set(field, Cow::Borrowed(value))?,
            }
        }
        if has_date && has_clock {
            draft.timed();
        }
        draft.finish()
    }

    fn agent<'a>(&self, raw: &'a [u8], was_quoted: bool) -> Cow<'a, [u8]> {
        let raw = dash(raw);
        if self.cloudfront {
            return percent_decode(raw);
        }
        if was_quoted || memchr::memchr(b'+', raw).is_none() {
            return Cow::Borrowed(raw);
        }
        // A plus is a space, but the second of two was one before.
        let mut out = Vec::with_capacity(raw.len());
        let mut bytes = raw.iter().copied().peekable();
        while let Some(byte) = bytes.next() {
            out.push(if byte == b'+' { b' ' } else { byte });
            if byte == b'+' && bytes.next_if_eq(&b'+').is_some() {
                out.push(b'+');
            }
        }
        Cow::Owned(out)
    }
}

/// Whether only CloudFront has a column of that name; which ones are logged is
/// its owner's choice.
fn is_cloudfronts(name: &str) -> bool {
    name.starts_with("x-edge-") || matches!(name, "x-host-header" | "time-to-first-byte" | "fle-status")
}

fn column(name: &str, time_unit: u32) -> Column {
    Column::Other(match name {
        "date" | "date-local" => return Column::Date,
        "time" | "time-local" => return Column::Clock,
        "datetime" | "timestamp" => Field::Time,
        "cs-uri" => return Column::Url,
        "cs(user-agent)" | "c-user-agent" => return Column::Agent,
        "cs-method" => Field::Method,
        "cs-uri-stem" => Field::Path,
        "cs-uri-query" => Field::Query,
        "sc-status" => Field::Status,
        "sc-bytes" | "bytes" => Field::Bytes,
        "c-ip" => Field::Address,
        "x-forwarded-for" | "cs(x-forwarded-for)" | "s-xff" => Field::Forwarded,
        "s-computername" | "s-sitename" => Field::Ignored,
        "cs(host)" | "cs-host" => Field::Host(1),
        "x-host-header" => Field::Host(2),
        "cs(referer)" | "cs(referrer)" | "c-referrer" => Field::Referrer,
        "time-taken" => Field::Duration(time_unit),
        "timetakenms" => Field::Duration(1_000_000),
        "sc(content-type)" | "sc-content-type" => Field::ContentType,
        "cs(sec-purpose)" | "cs(purpose)" => Field::Purpose,
        _ => Field::Ignored,
    })
}

/// A target; `e.org/a` is taken apart into host and path.
fn set_url<'a>(value: &'a [u8], draft: &mut Draft<'a>) -> Result<(), Malformed> {
    if value.starts_with(b"/") || value.starts_with(b"http") || value == b"-" {
        return draft.set(&Field::Path, Cow::Borrowed(value));
    }
    let (host, path) = value.split_at(memchr::memchr(b'/', value).unwrap_or(value.len()));
    let is_host = host.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':'));
    if !is_host || host.is_empty() {
        return Err(Malformed::Target);
    }
    draft.set(&Field::Host(3), Cow::Borrowed(host))?;
    draft.set(&Field::Path, join(if path.is_empty() { b"/" } else { path }.into(), Cow::default()))
}

/// The values of a line, between tabs or runs of spaces, some in quotes
/// within which a quote is written twice.
struct Values<'a> {
    line: &'a [u8],
    at: usize,
    tabs: bool,
}

impl<'a> Values<'a> {
    fn new(line: &'a [u8]) -> Values<'a> {
        Values { line, at: 0, tabs: memchr::memchr(b'\t', line).is_some() }
    }

    /// The next value, and whether it stood in quotes.
    fn next(&mut self) -> Option<(&'a [u8], bool)> {
        let rest = self.line.get(self.at..).filter(|rest| !rest.is_empty())?;
        if self.tabs {
            let end = memchr::memchr(b'\t', rest).unwrap_or(rest.len());
            self.at += end + 1;
            return Some((rest[..end].trim_ascii(), false));
        }
        let spaces = rest.iter().take_while(|&&b| b == b' ').count();
        let rest = &rest[spaces..];
        let start = self.at + spaces;
        if let Some(inner) = rest.strip_prefix(b"\"").and_then(closed) {
            self.at = start + inner.len() + 2;
            return Some((inner, true));
        }
        let (value, end) = scan::word(self.line, start);
        self.at = end;
        (!value.is_empty()).then_some((value, false))
    }
}

/// What comes before a quote that stands before a space or the line's end.
fn closed(text: &[u8]) -> Option<&[u8]> {
    let mut from = 0;
    loop {
        let found = from + memchr::memchr(b'"', &text[from..])?;
        match text.get(found + 1) {
            None | Some(b' ') => return Some(&text[..found]),
            Some(b'"') => from = found + 2,
            Some(_) => from = found + 1,
        }
        if from > text.len() {
            return None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(fields: &str) -> W3c {
        let mut log = W3c::default();
        assert!(log.directive(format!("#Fields: {fields}").as_bytes()));
        log
    }

    #[test]
    fn reads_iis() {
        let log = log(
            "date time s-ip cs-method cs-uri-stem cs-uri-query c-ip cs(User-Agent) cs(Referer) sc-status time-taken",
        );
        let line = b"2024-01-01 00:00:00 10.0.0.1 GET /a b=1 192.0.2.1 A/1+(b;++http://e.org) - 200 12";
        let request = log.parse(line).unwrap();
        assert_eq!((request.time, request.status, request.duration_us), (1_704_067_200, 200, Some(12_000)));
        assert_eq!(&*request.target, b"/a?b=1");
        assert_eq!(request.agent.as_deref(), Some(&b"A/1 (b; +http://e.org)"[..]));
        assert_eq!(log.parse(b"2024-01-01 00:00:00 10.0.0.1 GET"), Err(Malformed::Shape));
        assert_eq!(log.name(), "w3c");
    }

    #[test]
    fn reads_quoted_values_and_dates_of_the_header() {
        let mut log = log("time  cs-uri cs-method sc-status cs(User-Agent) x");
        assert!(!log.is_usable());
        assert!(log.directive(b"#Date: 2024-01-01 05:00:00"));
        let line = br#"00:00:00.25 "e.org/a" "GET" 200 "A ""b"" c" "" more"#;
        let request = log.parse(line).unwrap();
        assert_eq!((&*request.host, &*request.target), (&b"e.org"[..], &b"/a"[..]));
        assert_eq!(request.agent.as_deref(), Some(&br#"A ""b"" c"#[..]));
    }

    #[test]
    fn cloudfront_counts_seconds_whichever_columns_it_has() {
        let line = b"2024-01-01\t00:00:00\tGET\t/a\t200\te.org\t0.25\tA%20b";
        for fields in ["x-host-header time-taken", "x-edge-request-id time-taken", "cs(Host) time-taken"] {
            let log = log(&format!("date time cs-method cs-uri-stem sc-status {fields} cs(User-Agent)"));
            let request = log.parse(line).unwrap();
            assert_eq!(request.duration_us, Some(250_000), "{fields}");
        }
    }

    #[test]
    fn reads_cloudfront() {
        let line = b"2024-01-01\t00:00:00\tX\t7\t192.0.2.1\tGET\td.cloudfront.net\t/a\t200\t-\tA%2520b\tq=1\t-\tHit\tid\te.org\thttps\t1\t0.25\t-\t-\t-\tHit\tHTTP/2.0\t-\t-\t1\t0.1\tHit\ttext/html\t7\t-\t-";
        let log = W3c::cloudfront();
        let request = log.parse(line).unwrap();
        assert_eq!((&*request.host, &*request.target), (&b"e.org"[..], &b"/a?q=1"[..]));
        assert_eq!((request.duration_us, request.agent.as_deref()), (Some(250_000), Some(&b"A b"[..])));
        assert_eq!(&*request.content_type, b"text/html");
        assert_eq!(log.name(), "aws cloudfront");
    }
}
