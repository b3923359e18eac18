//! Targets to page paths: what is written here decides which requests count as
//! the same page.

use crate::model::{cut, is_unsafe};
use std::borrow::Cow;
use std::cell::OnceCell;
use std::fmt::Write;

/// Longest path kept, in bytes.
const MAX_PATH: usize = 2_000;

const HEX: &[u8; 16] = b"0123456789ABCDEF";

/// Path and query of a request's target. An absolute URL loses its scheme and
/// authority (and may have no path left); what follows a `#` is dropped; without
/// `?` the query is empty.
pub fn split(target: &[u8]) -> (&[u8], &[u8]) {
    let local = match target.strip_prefix(b"http://").or(target.strip_prefix(b"https://")) {
        None => target,
        // The authority ends at the first of these.
        Some(rest) => memchr::memchr3(b'/', b'?', b'#', rest).map_or(&b""[..], |end| &rest[end..]),
    };
    match memchr::memchr2(b'?', b'#', local) {
        None => (local, b""),
        Some(hash) if local[hash] == b'#' => (&local[..hash], b""),
        Some(mark) => {
            let query = &local[mark + 1..];
            (&local[..mark], memchr::memchr(b'#', query).map_or(query, |hash| &query[..hash]))
        }
    }
}

/// The path as it is counted: escapes of unreserved characters undone, other
/// escapes upper case, invisible characters replaced, no trailing slash, at
/// most 2,000 bytes. Borrows where nothing changes, which is nearly always.
pub fn normalise(path: &[u8]) -> Cow<'_, str> {
    let text = strip_slashes(decode(path));
    let text = if text.len() > MAX_PATH { cut(text, MAX_PATH) } else { text };
    match text.is_empty() {
        true => Cow::Borrowed("/"),
        false => text,
    }
}

/// As [`normalise`], with those parameters of the query that are allowed by
/// name appended in the order of the URL.
pub fn normalise_with<'a>(path: &'a [u8], query: &[u8], allow: &[String]) -> Cow<'a, str> {
    let text = normalise(path);
    if allow.is_empty() || query.is_empty() {
        return text;
    }
    let mut full = String::new();
    for pair in query.split(|&b| b == b'&') {
        let name = memchr::memchr(b'=', pair).map_or(pair, |equals| &pair[..equals]);
        if allow.iter().any(|allowed| allowed.as_bytes() == name) {
            full.push(if full.is_empty() { '?' } else { '&' });
            full.push_str(&decode(pair));
        }
    }
    if full.is_empty() {
        return text;
    }
    full.insert_str(0, &text);
    cut(Cow::Owned(full), MAX_PATH)
}

/// What a request asks for. Its path is worked out only if it is asked for, since
/// most requests are for things that are no pages.
pub struct Page<'a> {
    raw: &'a [u8],
    query: &'a [u8],
    allow: &'a [String],
    path: OnceCell<Cow<'a, str>>,
}

impl<'a> Page<'a> {
    /// From path and query as sent, and the parameters that belong to a page.
    pub fn new(raw: &'a [u8], query: &'a [u8], allow: &'a [String]) -> Page<'a> {
        Page { raw, query, allow, path: OnceCell::new() }
    }

    /// As [`normalise_with`] gives it.
    pub fn path(&self) -> &str {
        self.path.get_or_init(|| normalise_with(self.raw, self.query, self.allow))
    }

    /// The last segment of the path, if it can be seen without working the path
    /// out: not if it may change on the way.
    pub fn plain_segment(&self) -> Option<&'a [u8]> {
        let segment = last_segment(self.raw);
        let is_plain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
        // A byte becomes at most three.
        let stays = !segment.is_empty() && self.raw.len() <= MAX_PATH / 3 && segment.iter().all(is_plain);
        stays.then_some(segment)
    }
}

/// What stands behind the last slash of a path, without the query.
pub(super) fn last_segment(path: &[u8]) -> &[u8] {
    let path = memchr::memchr(b'?', path).map_or(path, |mark| &path[..mark]);
    // Segments are short: looking byte by byte is quicker than any search.
    let begin = path.iter().rposition(|&b| b == b'/').map_or(0, |slash| slash + 1);
    &path[begin..]
}

fn strip_slashes(text: Cow<'_, str>) -> Cow<'_, str> {
    let end = text.bytes().rposition(|b| b != b'/').map_or(0, |last| last + 1);
    if end == text.len() { text } else { cut(text, end) }
}

fn decode(bytes: &[u8]) -> Cow<'_, str> {
    let plain = bytes.iter().all(|&b| (0x20..0x7F).contains(&b) && b != b'%');
    if let (true, Ok(text)) = (plain, std::str::from_utf8(bytes)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        decode_valid(chunk.valid(), &mut out);
        for &byte in chunk.invalid() {
            push_escape(byte, &mut out);
        }
    }
    Cow::Owned(out)
}

fn decode_valid(text: &str, out: &mut String) {
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        let escaped = if c == '%' { escape(rest.as_str().as_bytes()) } else { None };
        match escaped {
            Some(byte) => {
                rest.nth(1);
                match byte {
                    b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
                    _ => push_escape(byte, out),
                }
            }
            None if is_unsafe(c) => out.push('\u{FFFD}'),
            None => out.push(c),
        }
    }
}

/// The byte that two hex digits at the beginning stand for.
pub(super) fn escape(after_percent: &[u8]) -> Option<u8> {
    let [high, low, ..] = after_percent else {
        return None;
    };
    let digit = |b: &u8| char::from(*b).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

fn push_escape(byte: u8, out: &mut String) {
    let (high, low) = (HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]);
    let written = write!(out, "%{}{}", char::from(high), char::from(low));
    debug_assert!(written.is_ok(), "writing to a String cannot fail");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_split() {
        let cases: [(&[u8], &[u8], &[u8]); 8] = [
            (b"/a?b=c?d#e", b"/a", b"b=c?d"),
            (b"/a#b?c", b"/a", b""),
            (b"http://host/p?q", b"/p", b"q"),
            (b"https://host", b"", b""),
            (b"http://host?q=/x", b"", b"q=/x"),
            (b"*", b"*", b""),
            (b"/", b"/", b""),
            (b"/x?", b"/x", b""),
        ];
        for (target, path, query) in cases {
            assert_eq!(split(target), (path, query));
        }
    }

    #[test]
    fn paths_are_normalised() {
        let cases: [(&[u8], &str); 16] = [
            (b"/", "/"),
            (b"", "/"),
            (b"//", "/"),
            (b"/a//", "/a"),
            (b"/%61%2d%7E", "/a-~"),
            (b"/%2f%c3%bc", "/%2F%C3%BC"),
            (b"/100%/%g1/%2", "/100%/%g1/%2"),
            (b"/%%41", "/%A"),
            (b"/%2541", "/%2541"),
            ("/ü".as_bytes(), "/ü"),
            (b"/\xFC\xE2\x80", "/%FC%E2%80"),
            (b"/a\x00b\x7F", "/a\u{FFFD}b\u{FFFD}"),
            ("/\u{202E}x\u{85}\u{FEFF}".as_bytes(), "/\u{FFFD}x\u{FFFD}\u{FFFD}"),
            (b"*", "*"),
            (b"/%2F/", "/%2F"),
            ("/%ü".as_bytes(), "/%ü"),
        ];
        for (path, expected) in cases {
            assert_eq!(normalise(path), expected);
        }
        assert!(matches!(normalise(b"/blog/a-post/"), Cow::Borrowed("/blog/a-post")));
    }

    #[test]
    fn long_paths_end_at_a_character() {
        let long = format!("/{}", "ü".repeat(1_500));
        assert_eq!(normalise(long.as_bytes()).len(), 1_999);
    }

    #[test]
    fn allowed_parameters_stay_in_the_order_of_the_url() {
        let allow = ["page".to_owned(), "q".to_owned()];
        let page = |query: &[u8]| normalise_with(b"/s/", query, &allow).into_owned();
        assert_eq!(page(b"q=%41+b&x=1&page=2"), "/s?q=A+b&page=2");
        assert_eq!(page(b"x=1"), "/s");
        assert_eq!(page(b"q"), "/s?q");
        assert_eq!(normalise_with(b"/", b"q=\x01", &allow), "/?q=\u{FFFD}");
    }

    proptest::proptest! {
        #[test]
        fn normalising_never_fails_and_is_bounded(path: Vec<u8>) {
            let text = normalise(&path);
            assert!(!text.is_empty() && text.len() <= MAX_PATH);
            assert!(text == "/" || !text.ends_with('/'));
            assert!(!text.chars().any(is_unsafe));
        }
    }
}
