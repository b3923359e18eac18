//! Tagged links: the campaign and the click ids in a page's query.

use super::path;
use crate::model::{clean, cut};
use std::borrow::Cow;

/// Longest value of a campaign kept, in bytes.
const MAX_VALUE: usize = 128;

/// The campaign that a link was tagged with; empty where it was not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Campaign {
    /// `utm_source`, else `ref`, else `source`.
    pub source: String,
    /// `utm_medium`.
    pub medium: String,
    /// `utm_campaign`.
    pub name: String,
}

impl Campaign {
    /// Whether the link was not tagged at all.
    pub fn is_empty(&self) -> bool {
        self.source.is_empty() && self.medium.is_empty() && self.name.is_empty()
    }
}

/// Parameters that advertisers' redirects add, with the source they prove and
/// whether that is always advertising. Their values are never kept.
const CLICK_IDS: [(&str, &str, bool); 11] = [
    ("gclid", "Google", true),
    ("gbraid", "Google", true),
    ("wbraid", "Google", true),
    ("dclid", "Google", true),
    ("msclkid", "Bing", true),
    ("fbclid", "Facebook", false),
    ("igshid", "Facebook", false),
    ("ttclid", "TikTok", true),
    ("twclid", "X", true),
    ("li_fat_id", "LinkedIn", true),
    ("yclid", "Yandex", true),
];

/// Which click ids a query has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Clicks(u16);

impl Clicks {
    /// The source that the click ids prove; of several, the first in the
    /// order of the specification.
    pub fn source(self) -> Option<&'static str> {
        self.found().next().map(|(_, source, _)| *source)
    }

    /// Whether one of them is given out for advertisements only.
    pub fn is_paid(self) -> bool {
        self.found().any(|(_, _, paid)| *paid)
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    fn found(self) -> impl Iterator<Item = &'static (&'static str, &'static str, bool)> {
        CLICK_IDS.iter().enumerate().filter(move |(i, _)| self.0 & (1 << i) != 0).map(|(_, id)| id)
    }
}

/// The campaign and click ids of a query. Of a repeated parameter the first
/// one counts; a click id without a value is none.
pub fn from_query(query: &[u8]) -> (Campaign, Clicks) {
    let mut values: [Option<&[u8]>; 5] = [None; 5];
    let mut clicks = Clicks::default();
    if query.is_empty() {
        return (Campaign::default(), clicks);
    }
    for pair in query.split(|&b| b == b'&') {
        let Some(equals) = memchr::memchr(b'=', pair) else {
            continue;
        };
        let (name, value) = (&pair[..equals], &pair[equals + 1..]);
        match field(name) {
            Some(index) => values[index] = values[index].or(Some(value)),
            None => clicks.0 |= click_bit(name, value),
        }
    }
    let [source, medium, name, reference, plain_source] = values.map(|value| decode(value.unwrap_or_default()));
    let source = [source, reference, plain_source].into_iter().find(|text| !text.is_empty());
    (Campaign { source: source.unwrap_or_default(), medium, name }, clicks)
}

fn field(name: &[u8]) -> Option<usize> {
    let names: [&[u8]; 5] = [b"utm_source", b"utm_medium", b"utm_campaign", b"ref", b"source"];
    names.iter().position(|known| *known == name)
}

/// Whether a parameter is a click id, however it is spelled.
pub fn is_click_id(name: &[u8]) -> bool {
    CLICK_IDS.iter().any(|(known, ..)| known.as_bytes().eq_ignore_ascii_case(name))
}

fn click_bit(name: &[u8], value: &[u8]) -> u16 {
    let index = CLICK_IDS.iter().position(|(known, ..)| known.as_bytes() == name);
    index.filter(|_| !value.is_empty()).map_or(0, |i| 1 << i)
}

fn decode(value: &[u8]) -> String {
    if value.is_empty() {
        return String::new();
    }
    let mut bytes = Vec::with_capacity(value.len());
    let mut at = 0;
    while let Some(&byte) = value.get(at) {
        let escaped = if byte == b'%' { path::escape(&value[at + 1..]) } else { None };
        at += if escaped.is_some() { 3 } else { 1 };
        bytes.push(escaped.unwrap_or(if byte == b'+' { b' ' } else { byte }));
    }
    let text = clean(&bytes);
    cut(Cow::Borrowed(text.trim_matches(' ')), MAX_VALUE).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn campaign(query: &str) -> [String; 3] {
        let (Campaign { source, medium, name }, _) = from_query(query.as_bytes());
        [source, medium, name]
    }

    #[test]
    fn parameters_are_read() {
        let cases = [
            ("", ["", "", ""]),
            ("utm_source=a&utm_medium=b&utm_campaign=c", ["a", "b", "c"]),
            ("utm_source=a&utm_source=b", ["a", "", ""]),
            ("source=s&ref=r", ["r", "", ""]),
            ("source=s&ref=", ["s", "", ""]),
            ("utm_source=+&ref=r&source=s", ["r", "", ""]),
            ("UTM_SOURCE=a&xref=b", ["", "", ""]),
            ("ref=a+b%20c%2B%zz", ["a b c+%zz", "", ""]),
            ("ref=%00%E2%80%AE%FF", ["\u{FFFD}\u{FFFD}\u{FFFD}", "", ""]),
            ("utm_source", ["", "", ""]),
        ];
        for (query, expected) in cases {
            assert_eq!(campaign(query), expected, "{query}");
        }
        assert_eq!(campaign(&format!("ref={}", "é".repeat(70)))[0].len(), 128);
        assert!(from_query(b"utm_term=x").0.is_empty());
    }

    #[test]
    fn click_ids_prove_a_source_and_maybe_payment() {
        let clicks = |query: &str| from_query(query.as_bytes()).1;
        assert_eq!((clicks("fbclid=1").source(), clicks("fbclid=1").is_paid()), (Some("Facebook"), false));
        assert_eq!((clicks("x=1&msclkid=2").source(), clicks("msclkid=2").is_paid()), (Some("Bing"), true));
        assert!(clicks("gclid=").is_empty());
        assert!(clicks("gclid").is_empty());
    }
}
