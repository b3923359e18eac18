//! Targets to page paths: what is written here decides which requests count as
//! the same page.

use super::campaign::is_click_id;
use super::reduce::Reduction;
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

/// The path in its usual form: escapes of unreserved characters undone, other
/// escapes upper case, invisible characters replaced, no session in it, no trailing
/// slash, at most 2,000 bytes. Borrows where nothing changes, which is nearly
/// always.
pub fn normalise(path: &[u8]) -> Cow<'_, str> {
    let text = whole(path);
    if text.len() > MAX_PATH { cut(text, MAX_PATH) } else { text }
}

/// The same, however long.
fn whole(path: &[u8]) -> Cow<'_, str> {
    let text = strip_slashes(match is_plain(path) {
        true => decode(path),
        false => without_session(decode(path)),
    });
    if text.is_empty() { Cow::Borrowed("/") } else { text }
}

/// As [`normalise`], with those parameters of the query that are allowed by
/// name appended in the order of the URL.
pub fn normalise_with<'a>(path: &'a [u8], query: &[u8], allow: &[String]) -> Cow<'a, str> {
    with_query(normalise(path), query, allow, str::to_owned)
}

/// A path with its allowed parameters, each value as `each` makes it. Click ids
/// are never among them.
fn with_query<'a>(text: Cow<'a, str>, query: &[u8], allow: &[String], each: impl Fn(&str) -> String) -> Cow<'a, str> {
    if allow.is_empty() || query.is_empty() {
        return text;
    }
    let mut full = String::new();
    for pair in query.split(|&b| b == b'&') {
        let equals = memchr::memchr(b'=', pair);
        let name = &pair[..equals.unwrap_or(pair.len())];
        if allow.iter().any(|allowed| allowed.as_bytes() == name) && !is_click_id(name) {
            full.push(if full.is_empty() { '?' } else { '&' });
            full.push_str(&decode(name));
            if let Some(equals) = equals {
                full.push('=');
                full.push_str(&each(&decode(&pair[equals + 1..])));
            }
        }
    }
    if full.is_empty() {
        return text;
    }
    full.insert_str(0, &text);
    cut(Cow::Owned(full), MAX_PATH)
}

/// A path without its query, with nothing in it that may name somebody.
pub fn reduced<'a>(path: &'a [u8], reduction: &Reduction) -> Cow<'a, str> {
    let text = normalise(path);
    // What was cut off may have been a part of something.
    if text.len() < MAX_PATH - 4 && !reduction.may_change(&text) {
        return text;
    }
    // Whole, since the end of the longest ones may lie within something.
    cut(Cow::Owned(reduction.path(&whole(path))), MAX_PATH)
}

/// What a request asks for. Its path is worked out only if it is asked for, since
/// most requests are for things that are no pages.
pub struct Page<'a> {
    raw: &'a [u8],
    query: &'a [u8],
    allow: &'a [String],
    reduction: &'a Reduction,
    full: OnceCell<Cow<'a, str>>,
    /// Nothing if it is the same as the full one.
    kept: OnceCell<Option<String>>,
}

impl<'a> Page<'a> {
    /// From path and query as sent, the parameters that belong to a page, and what
    /// paths lose.
    pub fn new(raw: &'a [u8], query: &'a [u8], allow: &'a [String], reduction: &'a Reduction) -> Page<'a> {
        Page { raw, query, allow, reduction, full: OnceCell::new(), kept: OnceCell::new() }
    }

    /// As [`normalise_with`] gives it: to judge by, never to be kept.
    pub fn full(&self) -> &str {
        self.full.get_or_init(|| normalise_with(self.raw, self.query, self.allow))
    }

    /// What of it is counted and kept.
    pub fn path(&self) -> &str {
        let full = self.full();
        let kept = || {
            let may_change = full.len() >= MAX_PATH - 4 || self.reduction.may_change(full);
            may_change.then(|| {
                let path = reduced(self.raw, self.reduction);
                with_query(path, self.query, self.allow, |value| self.reduction.value(value)).into_owned()
            })
        };
        self.kept.get_or_init(kept).as_deref().unwrap_or(full)
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

/// A path without `;jsessionid=…`, which lasts to the next slash or semicolon.
fn without_session(text: Cow<'_, str>) -> Cow<'_, str> {
    const NAME: &str = "jsessionid=";
    let begins = |text: &str| {
        let marks = memchr::memchr2_iter(b';', b'%', text.as_bytes());
        marks.map(|at| (at, if text.as_bytes()[at] == b';' { at + 1 } else { at + 3 })).find(|&(at, name)| {
            let is_mark = name == at + 1 || text[at..].starts_with("%3B");
            is_mark && text.get(name..name + NAME.len()).is_some_and(|text| text.eq_ignore_ascii_case(NAME))
        })
    };
    let Some((mut at, mut name)) = begins(&text) else { return text };
    let mut text = text.into_owned();
    loop {
        let rest = &text[name..];
        let end = rest.find(['/', ';']).unwrap_or(rest.len());
        text.replace_range(at..name + end, "");
        match begins(&text) {
            Some(next) => (at, name) = next,
            None => return Cow::Owned(text),
        }
    }
}

/// Whether a path is as it is written.
fn is_plain(path: &[u8]) -> bool {
    path.iter().all(|&b| (0x20..0x7F).contains(&b) && b != b'%' && b != b';')
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
        let allow = ["gclid".to_owned(), "FBCLID".to_owned(), "q".to_owned()];
        assert_eq!(normalise_with(b"/s", b"gclid=1&FBCLID=2&q=3", &allow), "/s?q=3");
    }

    #[test]
    fn sessions_are_cut() {
        let cases: [(&[u8], &str); 8] = [
            (b"/a;jsessionid=0A.n1", "/a"),
            (b"/a/;JSESSIONID=0A", "/a"),
            (b"/a;jsessionid=0A/b", "/a/b"),
            (b"/a;v=1;jsessionid=0A;w=2", "/a;v=1;w=2"),
            (b"/a%3bjsessionid=0A", "/a"),
            (b"/a;jsessionid=1;jsessionid=2/;jsessionid=3", "/a"),
            (b"/a;jsession", "/a;jsession"),
            (b"/a;jsessionid", "/a;jsessionid"),
        ];
        for (path, expected) in cases {
            assert_eq!(normalise(path), expected);
        }
    }

    #[test]
    fn what_is_kept_names_nobody() {
        let allow = ["q".to_owned()];
        let reduction = Reduction::new(&["/user/*".into()], false);
        let kept = |path: &str, query: &str| {
            Page::new(path.as_bytes(), query.as_bytes(), &allow, &reduction).path().to_owned()
        };
        assert_eq!(kept("/reset/6f9619ff8b86d011b42d00c04fc964ff/", ""), "/reset/(id)");
        assert_eq!(kept("/s", "q=ann%40example.org&q=b"), "/s?q=(id)&q=b");
        assert_eq!(kept("/user/ann", "q=0123456789abcdef"), "/user/*?q=(id)");
        let long = format!("/{}{}", "a/".repeat(995), "0123456789abcdef");
        assert_eq!(kept(&long, ""), format!("/{}(id)", "a/".repeat(995)));
        assert_eq!(kept(&"/@".repeat(1000), "").len(), MAX_PATH);
        let page = Page::new(b"/logo@2x.png", b"", &[], &reduction);
        assert_eq!((page.full(), page.path()), ("/logo@2x.png", "/(id)"));
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
