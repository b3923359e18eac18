//! What a path loses so that it names nobody: what looks like an identifier
//! becomes `(id)`, what a mask covers becomes its star.

use super::path::escape;
use crate::model::stars;
use memchr::memchr2_iter;

/// What stands for an identifier.
const ID: &str = "(id)";
/// Letters and digits without a break: no word, more is a token.
const LONGEST_WORD: usize = 20;
/// Hex digits without a break that are a hash or a number of somebody.
const HEX_DIGITS: usize = 16;
/// Hex digits in the parts of a UUID, between dashes.
const UUID: [usize; 5] = [8, 4, 4, 4, 12];

/// What a site's paths lose.
#[derive(Clone, Debug, Default)]
pub struct Reduction {
    keep_ids: bool,
    masks: Vec<Mask>,
}

/// A pattern, and what stands between its stars.
#[derive(Clone, Debug)]
struct Mask {
    pattern: String,
    parts: Vec<Vec<u8>>,
}

impl Reduction {
    /// By a site's masks, in which a star stands for anything, and whether what
    /// looks like an identifier stays.
    pub fn new(masks: &[String], keep_ids: bool) -> Reduction {
        let mask = |pattern: &String| {
            let pattern = pattern.trim_end_matches('/').to_owned();
            Mask { parts: pattern.split('*').map(|part| part.as_bytes().to_vec()).collect(), pattern }
        };
        Reduction { keep_ids, masks: masks.iter().map(mask).collect() }
    }

    /// Whether a text may lose something. Nearly every path is seen through here.
    pub(super) fn may_change(&self, text: &str) -> bool {
        !self.masks.is_empty() || (!self.keep_ids && may_have_ids(text.as_bytes()))
    }

    /// A path without its query, reduced.
    pub(super) fn path(&self, path: &str) -> String {
        let mask = self.masks.iter().find(|mask| stars::fits(&mask.parts, path.as_bytes()));
        mask.map_or_else(|| self.value(path), |mask| mask.pattern.clone())
    }

    /// A value that no mask can cover, reduced.
    pub(super) fn value(&self, text: &str) -> String {
        if self.keep_ids { text.to_owned() } else { without_ids(text) }
    }
}

/// A text in whose parts between slashes every identifier is `(id)`: the whole of
/// a part with an `@` in it, else UUIDs and runs of letters and digits that are no
/// words.
pub(super) fn without_ids(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, part) in text.split('/').enumerate() {
        if at > 0 {
            out.push('/');
        }
        match has_at(part.as_bytes()) {
            true => out.push_str(ID),
            false => push_part(part, &mut out),
        }
    }
    out
}

fn push_part(part: &str, out: &mut String) {
    let mut rest = part;
    while let Some(first) = rest.bytes().next() {
        let bytes = rest.as_bytes();
        let run = run(bytes);
        let (kept, length) = match first {
            _ if run == 0 && first == b'%' && escape(&bytes[1..]).is_some() => (true, 3),
            // Anything else lasts to the next run or escape.
            _ if run == 0 => {
                let ends = |b: &u8| b.is_ascii_alphanumeric() || *b == b'%';
                (true, 1 + bytes[1..].iter().position(ends).unwrap_or(bytes.len() - 1))
            }
            _ => match uuid(bytes) {
                Some(length) => (false, length),
                None => (!is_token(&bytes[..run]), run),
            },
        };
        let (taken, behind) = rest.split_at(length);
        out.push_str(if kept { taken } else { ID });
        rest = behind;
    }
}

/// Letters and digits that a text begins with.
fn run(text: &[u8]) -> usize {
    text.iter().position(|b| !b.is_ascii_alphanumeric()).unwrap_or(text.len())
}

/// Whether a run is a token and no word.
fn is_token(run: &[u8]) -> bool {
    run.len() > LONGEST_WORD
        || (run.len() >= HEX_DIGITS && run.split(|b| !b.is_ascii_hexdigit()).any(|digits| digits.len() >= HEX_DIGITS))
}

/// The length of the UUID that a text begins with.
fn uuid(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    for (number, digits) in UUID.into_iter().enumerate() {
        if number > 0 {
            text.get(at..)?.strip_prefix(b"-")?;
            at += 1;
        }
        let rest = text.get(at..)?;
        if run(rest) != digits || !rest[..digits].iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
        at += digits;
    }
    Some(at)
}

fn has_at(text: &[u8]) -> bool {
    memchr2_iter(b'@', b'%', text).any(|at| text[at] == b'@' || text[at..].starts_with(b"%40"))
}

/// Whether there may be an identifier. Every one without an `@` has or ends in a
/// run of twelve: only each twelfth byte has to be looked at.
fn may_have_ids(text: &[u8]) -> bool {
    const STEP: usize = UUID[4];
    let mut at = STEP - 1;
    while let Some(byte) = text.get(at) {
        if byte.is_ascii_alphanumeric() {
            let begin = text[..at].iter().rposition(|b| !b.is_ascii_alphanumeric()).map_or(0, |before| before + 1);
            let end = at + run(&text[at..]);
            if end - begin >= HEX_DIGITS || (end - begin == STEP && text[..begin].ends_with(b"-")) {
                return true;
            }
            at = end;
        }
        at += STEP;
    }
    has_at(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_told_from_words() {
        for (path, expected) in [
            ("/reset/6f9619ff8b86d011b42d00c04fc964ff", "/reset/(id)"),
            ("/a-long-slug-of-words-with-dashes", "/a-long-slug-of-words-with-dashes"),
            ("/order/6F9619FF-8b86-d011-b42d-00c04fc964ff/edit", "/order/(id)/edit"),
            ("/order-6f9619ff-8b86-d011-b42d-00c04fc964ff.html", "/order-(id).html"),
            ("/%2F6f9619ff-8b86-d011-b42d-00c04fc964ff", "/%2F(id)"),
            ("/6f9619ff-8b86-d011-b42d-00c04fc964f", "/6f9619ff-8b86-d011-b42d-00c04fc964f"),
            ("/x6f9619ff-8b86-d011-b42d-00c04fc964ff", "/x6f9619ff-8b86-d011-b42d-00c04fc964ff"),
            ("/ann@example.org/x", "/(id)/x"),
            ("/mail-ann%40example.org", "/(id)"),
            ("/@ann", "/(id)"),
            ("/0123456789abcdef", "/(id)"),
            ("/0123456789abcde", "/0123456789abcde"),
            ("/x0123456789abcdefy.txt", "/(id).txt"),
            ("/1234567890123456", "/(id)"),
            ("/abcdefghijklmnopqrst", "/abcdefghijklmnopqrst"),
            ("/abcdefghijklmnopqrstu", "/(id)"),
            ("/Abcdefghijklmnopqrst1_b", "/(id)_b"),
            ("/%E6%97%A5%E6%9C%AC%E8%AA%9E%E6%97%A5%E6%9C%AC", "/%E6%97%A5%E6%9C%AC%E8%AA%9E%E6%97%A5%E6%9C%AC"),
            ("/%C3%BCabcdefghijklmnopqrs", "/%C3%BCabcdefghijklmnopqrs"),
            ("/%zzabcdefghijklmnopqrs", "/%(id)"),
            ("/日本語日本語日本語日本語日本語日本語日本語日本語", "/日本語日本語日本語日本語日本語日本語日本語日本語"),
            ("/", "/"),
            ("", ""),
        ] {
            assert_eq!(without_ids(path), expected);
            assert!(may_have_ids(path.as_bytes()) || path == expected, "{path}");
        }
        for path in ["/", "/about", "/blog/2026/11/how-to-write-documentation", "/%C3%BCber-uns", "/international/"] {
            assert!(!may_have_ids(path.as_bytes()), "{path}: the usual path costs nothing");
        }
    }

    #[test]
    fn masks_put_their_star() {
        let reduction = Reduction::new(&["/reset/*".into(), "/user/*/edit/".into()], false);
        for (path, expected) in [
            ("/reset/a", "/reset/*"),
            ("/reset/a/b", "/reset/*"),
            ("/reset", "/reset"),
            ("/user/ann/edit", "/user/*/edit"),
            ("/user/ann", "/user/ann"),
            ("/user/0123456789abcdef", "/user/(id)"),
        ] {
            assert_eq!(reduction.path(path), expected);
        }
        let keeps = Reduction::new(&[], true);
        assert!(!keeps.may_change("/0123456789abcdef"));
    }

    proptest::proptest! {
        #[test]
        fn what_is_seen_through_has_nothing(text in "[a-f0-9g/%@ü-]{0,60}") {
            let reduced = without_ids(&text);
            proptest::prop_assert!(may_have_ids(text.as_bytes()) || reduced == text);
            proptest::prop_assert_eq!(without_ids(&reduced), reduced);
        }
    }
}
