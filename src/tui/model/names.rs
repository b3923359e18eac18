//! What values, properties and filters are called on the screen.

use crate::model::Dimension;
use crate::query::{Filter, Op};
use std::collections::HashMap;
use std::sync::LazyLock;

static COUNTRIES: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
    let table = include_str!("../../../assets/country-names.tsv");
    table.lines().filter_map(|line| line.split_once('\t')).collect()
});

/// Names of status codes: the registry of IANA, and nginx's own.
const STATUS: [(&str, &str); 36] = [
    ("101", "Switching Protocols"),
    ("207", "Multi-Status"),
    ("200", "OK"),
    ("201", "Created"),
    ("202", "Accepted"),
    ("204", "No Content"),
    ("206", "Partial Content"),
    ("301", "Moved Permanently"),
    ("302", "Found"),
    ("303", "See Other"),
    ("304", "Not Modified"),
    ("307", "Temporary Redirect"),
    ("308", "Permanent Redirect"),
    ("400", "Bad Request"),
    ("401", "Unauthorized"),
    ("403", "Forbidden"),
    ("404", "Not Found"),
    ("405", "Method Not Allowed"),
    ("408", "Request Timeout"),
    ("409", "Conflict"),
    ("410", "Gone"),
    ("412", "Precondition Failed"),
    ("413", "Content Too Large"),
    ("414", "URI Too Long"),
    ("415", "Unsupported Media Type"),
    ("416", "Range Not Satisfiable"),
    ("418", "I'm a teapot"),
    ("421", "Misdirected Request"),
    ("422", "Unprocessable Content"),
    ("429", "Too Many Requests"),
    ("444", "No Response (nginx)"),
    ("499", "Client Closed Request (nginx)"),
    ("500", "Internal Server Error"),
    ("502", "Bad Gateway"),
    ("503", "Service Unavailable"),
    ("504", "Gateway Timeout"),
];

/// Names that are not only spelled with a capital.
const SHORT: [(&str, &str); 4] =
    [("ai", "AI"), ("seo", "SEO"), ("ai assistant", "AI assistant"), ("ai assistants", "AI assistants")];

/// What a value is called: `DE Germany`, `404 Not Found`; harmless to show.
pub fn label(dimension: Dimension, value: &str) -> String {
    let value = crate::model::clean(value.as_bytes());
    match dimension {
        Dimension::Country => match COUNTRIES.get(&*value) {
            Some(name) => format!("{value} {name}"),
            None => value.into_owned(),
        },
        Dimension::Status => match STATUS.iter().find(|(code, _)| *code == value) {
            Some((_, name)) => format!("{value} {name}"),
            None => value.into_owned(),
        },
        Dimension::Source | Dimension::Referrer if value == crate::query::UNKNOWN => "Direct / none".into(),
        Dimension::Device | Dimension::Channel | Dimension::BotFamily | Dimension::Class => {
            let text = value.replace('_', " ");
            if let Some((_, name)) = SHORT.iter().find(|(short, _)| *short == text) {
                return (*name).into();
            }
            let mut chars = text.chars();
            let first = chars.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
            first + chars.as_str()
        }
        _ => value.into_owned(),
    }
}

/// The same in a sentence: of a country only its name.
pub fn name(dimension: Dimension, value: &str) -> String {
    match (dimension, COUNTRIES.get(value)) {
        (Dimension::Country, Some(name)) => (*name).into(),
        _ => label(dimension, value),
    }
}

/// A filter in words: `country is Germany`.
pub fn filter_words(filter: &Filter) -> String {
    let op = match filter.op {
        Op::Is => "is",
        Op::IsNot => "is not",
        Op::Contains => "contains",
        Op::ContainsNot => "does not contain",
    };
    let values: Vec<String> = filter.values.iter().map(|value| name(filter.dimension, &value.words())).collect();
    format!("{} {op} {}", property(filter.dimension), values.join(" or "))
}

/// A dimension as a chip names it.
pub fn property(dimension: Dimension) -> String {
    match dimension {
        Dimension::Os => "system".into(),
        other => other.as_str().replace('_', " "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_names() {
        assert_eq!(label(Dimension::Country, "DE"), "DE Germany");
        assert_eq!(label(Dimension::Country, "US"), "US United States");
        assert_eq!(label(Dimension::Country, "ZZ"), "ZZ");
        assert_eq!(label(Dimension::Status, "404"), "404 Not Found");
        assert_eq!(label(Dimension::Channel, "ai_assistant"), "AI assistant");
        assert_eq!(label(Dimension::Page, "/a\x1b[31m"), "/a\u{FFFD}[31m");
        assert_eq!(COUNTRIES.len(), 250);
    }
}
