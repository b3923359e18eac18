//! Formats by the names and strings that people type, and what to say when
//! they mistype them.

use super::{Combined, Format, Kind, goaccess, log_format, w3c::W3c};
use std::fmt;
use std::sync::Arc;

/// Why a name or string is no format.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FormatError {
    /// No format has that name.
    Name {
        /// What was typed.
        name: String,
        /// The name it resembles most.
        near: Option<String>,
    },
    /// A variable or specifier that does not exist.
    Variable {
        /// Where it begins, counted in bytes from 1.
        position: usize,
        /// As written.
        name: String,
        /// The one it resembles most.
        near: Option<String>,
    },
    /// Two fields with nothing between them.
    Adjacent {
        /// Where the second begins, counted in bytes from 1.
        position: usize,
        /// The second of them.
        name: String,
    },
    /// A field that must be there is not.
    Missing(&'static str),
    /// A `log_format` directive that is not complete.
    Directive,
    /// A JSON format that is no JSON object.
    Json,
}

impl fmt::Display for FormatError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FormatError::Name { name, near } => {
                write!(out, "unknown format {name:?}")?;
                match near {
                    Some(near) => write!(out, ": did you mean {near}?"),
                    None => write!(out, ": use one of {}, or a format string", NAMES.join(", ")),
                }
            }
            FormatError::Variable { position, name, near } => {
                let kind = if name.starts_with('%') { "specifier" } else { "variable" };
                write!(out, "unknown {kind} {name} at position {position}")?;
                near.as_ref().map_or(Ok(()), |near| write!(out, ": did you mean {near}?"))
            }
            FormatError::Adjacent { position, name } => {
                write!(out, "nothing stands before {name} at position {position} to tell it from the field before it")
            }
            FormatError::Missing(what) => write!(out, "the format has no field for {what}"),
            FormatError::Directive => out.write_str("not a complete directive: log_format NAME 'FORMAT' …;"),
            FormatError::Json => out.write_str("the JSON format is no complete object"),
        }
    }
}

impl std::error::Error for FormatError {}

/// Names of formats, as help and messages list them.
pub const NAMES: [&str; 15] = [
    "combined",
    "vcombined",
    "common",
    "vcommon",
    "nginx-json",
    "cloudflare",
    "caddy",
    "traefik-clf",
    "traefik-json",
    "alb",
    "elb",
    "cloudfront",
    "s3",
    "w3c",
    "squid",
];

impl Format {
    /// A format by its name (GoAccess's names too), an nginx `log_format`
    /// string or directive, or a GoAccess `--log-format` string.
    ///
    /// # Errors
    /// What is wrong with it, where, and what was probably meant.
    pub fn from_name_or_string(text: &str) -> Result<Format, FormatError> {
        let name = text.trim();
        if let Some(format) = by_name(&name.to_ascii_lowercase()) {
            return Ok(format);
        }
        if name.starts_with("log_format ") || text.contains('$') {
            return log_format::compile(text).map(|pieces| Format(Kind::LogFormat(Arc::new(pieces))));
        }
        if text.contains('%') {
            return Format::goaccess(text, None, None);
        }
        let near = nearest(&name.to_ascii_lowercase(), NAMES, 3).map(str::to_owned);
        Err(FormatError::Name { name: name.to_owned(), near })
    }

    /// A GoAccess `--log-format` with its `--date-format` and `--time-format`.
    ///
    /// # Errors
    /// As for [`Format::from_name_or_string`].
    pub fn goaccess(text: &str, date: Option<&str>, time: Option<&str>) -> Result<Format, FormatError> {
        if let Some(format) = by_name(&text.trim().to_ascii_lowercase()) {
            return Ok(format);
        }
        goaccess::compile(text, date, time).map(|format| Format(Kind::GoAccess(Arc::new(format))))
    }
}

fn by_name(name: &str) -> Option<Format> {
    Some(Format(match name {
        "combined" | "nginx" | "apache" | "nginx combined" => Kind::Combined(Combined::new(false, true)),
        "vcombined" | "vhost_combined" => Kind::Combined(Combined::new(true, true)),
        "common" | "clf" | "ncsa" => Kind::Combined(Combined::new(false, false)),
        "vcommon" => Kind::Combined(Combined::new(true, false)),
        "traefik-clf" | "traefikclf" | "traefik" => Kind::Combined(Combined::traefik()),
        "nginx-json" | "nginx json" | "json" => Kind::NginxJson,
        "cloudflare" | "cloudflare json" => Kind::Cloudflare,
        "caddy" | "caddy json" => Kind::Caddy,
        "traefik-json" | "traefikjson" | "traefik json" => Kind::TraefikJson,
        "alb" | "awsalb" => Kind::Alb,
        "elb" | "awselb" => Kind::Elb,
        "s3" | "awss3" => Kind::S3,
        "cloudfront" => Kind::W3c(Arc::new(W3c::cloudfront())),
        "w3c" | "iis" => Kind::W3c(Arc::new(W3c::default())),
        "squid" => Kind::GoAccess(Arc::new(goaccess::squid().ok()?)),
        _ => return None,
    }))
}

/// The candidate within so many single-letter changes that is nearest.
pub(super) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>, limit: usize) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= limit && *distance < candidate.len())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Levenshtein's distance.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, y) in b.bytes().enumerate() {
            let replaced = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_a_format() {
        for name in NAMES {
            assert!(Format::from_name_or_string(name).is_ok(), "{name}");
            assert!(Format::from_name_or_string(&name.to_uppercase()).is_ok(), "{name}");
        }
    }

    #[test]
    fn says_what_was_probably_meant() {
        let message = |text: &str| Format::from_name_or_string(text).unwrap_err().to_string();
        assert_eq!(message("cady"), "unknown format \"cady\": did you mean caddy?");
        assert!(message("nothing at all").ends_with("w3c, squid, or a format string"));
        assert_eq!(message("%h [%d:%t %^] \"%r\" %Q"), "unknown specifier %Q at position 20: did you mean %q?");
    }

    #[test]
    fn counts_changes() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "ab"), 2);
    }
}
