//! Which format a file is in, by its content: the one that reads the most of
//! its first lines.

use super::combined::Combined;
use super::w3c::W3c;
use super::{Format, Kind, Parser, caddy, nginx_json};
use crate::model::Malformed;
use std::sync::{Arc, LazyLock};

/// One line in so many must be in the format; fewer are an accident.
const SHARE: usize = 5;

/// What a candidate makes of a file's head.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Score {
    /// Lines that are requests.
    read: usize,
    /// Lines in the format's shape that are no requests: probes, messages.
    shaped: usize,
}

/// The candidates in the order in which the first wins a draw.
static CANDIDATES: LazyLock<[Format; 9]> = LazyLock::new(|| {
    [
        Kind::Combined(Combined::new(false, true)),
        Kind::Caddy,
        Kind::TraefikJson,
        Kind::NginxJson,
        Kind::Alb,
        Kind::Elb,
        Kind::S3,
        Kind::W3c(Arc::new(W3c::default())),
        Kind::W3c(Arc::new(W3c::cloudfront())),
    ]
    .map(Format)
});

/// The format of a file's head.
pub(super) fn detect(sample: &[u8]) -> Option<Format> {
    let sample = sample.strip_prefix(b"\xef\xbb\xbf").unwrap_or(sample);
    let lines = || sample.split(|&b| b == b'\n').map(<[u8]>::trim_ascii_end);
    let counted = lines().filter(|line| !line.is_empty() && !line.starts_with(b"#")).count();
    let mut best: Option<(Score, Format)> = None;
    for format in &*CANDIDATES {
        let score = score(format, lines());
        let fair = score.read + score.shaped > 0 && (score.read + score.shaped) * SHARE >= counted;
        if fair && best.as_ref().is_none_or(|(highest, _)| score > *highest) {
            best = Some((score, format.clone()));
        }
    }
    Some(refine(best?.1, lines()))
}

fn score<'a>(format: &Format, lines: impl Iterator<Item = &'a [u8]>) -> Score {
    let mut parser = Parser::fixed(format.clone());
    let mut score = Score::default();
    for line in lines {
        match parser.parse(line) {
            Ok(_) => score.read += 1,
            Err(reason) => score.shaped += usize::from(is_shaped(format, line, reason)),
        }
    }
    score
}

/// Whether a line that is no request still is in the format. Of W3C logs many
/// are not about requests at all, and JSON can be anything.
fn is_shaped(format: &Format, line: &[u8], reason: Malformed) -> bool {
    match (&format.0, reason) {
        (Kind::Caddy, Malformed::OtherLogger) => caddy::is_message(line),
        (Kind::W3c(_) | Kind::NginxJson, _) => false,
        (_, Malformed::NoRequest | Malformed::Method | Malformed::Target) => true,
        _ => false,
    }
}

/// What more there is to know about the file's format.
fn refine<'a>(format: Format, lines: impl Iterator<Item = &'a [u8]>) -> Format {
    Format(match format.0 {
        Kind::Combined(_) => Kind::Combined(Combined::detect(lines)),
        Kind::NginxJson => {
            let mut lines = lines.filter(|line| !line.is_empty());
            if lines.any(nginx_json::is_cloudflare) { Kind::Cloudflare } else { Kind::NginxJson }
        }
        Kind::W3c(log) => {
            let mut log = (*log).clone();
            // The first columns that are there: those of the file's first lines.
            let mut fields = lines.filter(|line| line.starts_with(b"#Fields:"));
            if let Some(line) = fields.next() {
                log.directive(line);
            }
            Kind::W3c(Arc::new(log))
        }
        other => other,
    })
}

/// The format of a single line, when those around it are in another.
pub(super) fn of_line(line: &[u8]) -> Option<Format> {
    let format = CANDIDATES.iter().find(|format| format.parse(line).is_ok())?;
    Some(refine(format.clone(), std::iter::once(line)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Option<&'static str> {
        detect(text.as_bytes()).map(|format| format.name())
    }

    const COMBINED: &str = "192.0.2.1 - - [01/Jan/2024:00:00:00 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"A\"\n";

    #[test]
    fn bad_lines_at_the_head_do_no_harm() {
        assert_eq!(name(&format!("rotated\n\n# a comment\n\u{1}\u{2}\n{COMBINED}")), Some("nginx combined"));
        let message = "{\"level\":\"info\",\"ts\":1704067200.1,\"msg\":\"serving\"}\n";
        assert_eq!(name(&format!("caddy  | {message}")), Some("caddy json"));
    }

    #[test]
    fn what_is_in_no_format_is_refused() {
        assert_eq!(name(""), None);
        assert_eq!(name("\n\n"), None);
        assert_eq!(name("one\ntwo\n"), None);
        assert_eq!(name("{\"a\":1}\n"), None);
        assert_eq!(name(&format!("{}{COMBINED}", "other\n".repeat(9))), None);
    }

    #[test]
    fn w3c_needs_columns_of_requests() {
        let log = |fields: &str| format!("#Fields: {fields}\n2024-01-01 00:00:00 GET /a 200\n");
        assert_eq!(name(&log("date time cs-method cs-uri-stem sc-status")), Some("w3c"));
        assert_eq!(name(&log("date time x y z")), None);
    }
}
