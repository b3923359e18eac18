//! JSON objects over bytes: invalid UTF-8 passes through, a text without
//! escapes is borrowed, nothing recurses into what nobody asked for.

use super::scan::{hex, quote_or_backslash};
use memchr::memchr;
use std::borrow::Cow;

/// Objects within objects deeper than this are skipped by [`Scanner::flatten`].
const DEPTH: usize = 6;

/// A value as it stands in the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value<'a> {
    /// A string without its quotes.
    Text {
        /// As written.
        raw: &'a [u8],
        /// Whether there are escapes in it.
        escaped: bool,
    },
    /// A number, `true`, `false` or `null`.
    Bare(&'a [u8]),
    /// An object or array; the scanner stands before it.
    Nested,
}

impl<'a> Value<'a> {
    /// The text of a string or number; `null` and what is nested are empty.
    pub(super) fn text(self) -> Cow<'a, [u8]> {
        match self {
            Value::Text { raw, escaped: true } => unescape(raw),
            Value::Text { raw, .. } => Cow::Borrowed(raw),
            Value::Bare(b"null") | Value::Nested => Cow::default(),
            Value::Bare(raw) => Cow::Borrowed(raw),
        }
    }

    /// The bytes of a string or number as written.
    pub(super) fn raw(self) -> &'a [u8] {
        match self {
            Value::Text { raw, .. } | Value::Bare(raw) => raw,
            Value::Nested => b"",
        }
    }
}

/// A position in a line of JSON. Every method gives `None` where the line is
/// no JSON, or ends too early.
pub(super) struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Scanner<'a> {
    /// Before the first byte.
    pub(super) fn new(bytes: &'a [u8]) -> Scanner<'a> {
        Scanner { bytes, at: 0 }
    }

    /// Reads an object: `each` gets every key, as written, and must read the
    /// value.
    pub(super) fn object(&mut self, mut each: impl FnMut(&mut Scanner<'a>, &'a [u8]) -> Option<()>) -> Option<()> {
        self.expect(b'{')?;
        if self.peek()? == b'}' {
            self.at += 1;
            return Some(());
        }
        loop {
            self.expect(b'"')?;
            let (key, _) = self.string()?;
            self.expect(b':')?;
            each(self, key)?;
            match self.next()? {
                b',' => {}
                b'}' => return Some(()),
                _ => return None,
            }
        }
    }

    /// Reads a value that is not nested; before a nested one it stays.
    pub(super) fn value(&mut self) -> Option<Value<'a>> {
        match self.peek()? {
            b'"' => {
                self.at += 1;
                let (raw, escaped) = self.string()?;
                Some(Value::Text { raw, escaped })
            }
            b'{' | b'[' => Some(Value::Nested),
            _ => {
                let rest = &self.bytes[self.at..];
                let end = rest.iter().position(|b| matches!(b, b',' | b'}' | b']') || b.is_ascii_whitespace())?;
                self.at += end;
                (end > 0).then_some(Value::Bare(&rest[..end]))
            }
        }
    }

    /// Reads a value, whatever it is; of a nested one nothing is given.
    pub(super) fn scalar(&mut self) -> Option<Value<'a>> {
        let value = self.value()?;
        if value == Value::Nested {
            self.skip()?;
        }
        Some(value)
    }

    /// Reads a text, or the first one of an array of texts.
    pub(super) fn first_text(&mut self) -> Option<Cow<'a, [u8]>> {
        if self.peek()? != b'[' {
            return self.scalar().map(Value::text);
        }
        let start = self.at;
        self.at += 1;
        let first = match self.peek()? {
            b'"' => self.value()?.text(),
            _ => Cow::default(),
        };
        self.at = start;
        self.skip()?;
        Some(first)
    }

    /// Skips a value with all that is in it.
    pub(super) fn skip(&mut self) -> Option<()> {
        if self.value()? != Value::Nested {
            return Some(());
        }
        let mut depth = 0usize;
        loop {
            match self.bytes.get(self.at)? {
                b'"' => {
                    self.at += 1;
                    self.string()?;
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return Some(());
            }
        }
    }

    /// Reads an object with the objects in it: every value with its path,
    /// the keys joined by dots. Of an array the first element counts.
    pub(super) fn flatten(&mut self, each: &mut dyn FnMut(&[u8], Value<'a>)) -> Option<()> {
        let mut path = Vec::new();
        self.flatten_at(&mut path, 0, each)
    }

    fn flatten_at(&mut self, path: &mut Vec<u8>, depth: usize, each: &mut dyn FnMut(&[u8], Value<'a>)) -> Option<()> {
        self.object(|scanner, key| {
            let length = path.len();
            if length == 0 && !matches!(scanner.peek(), Some(b'{' | b'[')) {
                // The usual case, for which no path need be put together.
                each(key, scanner.value()?);
                return Some(());
            }
            if length > 0 {
                path.push(b'.');
            }
            path.extend_from_slice(key);
            scanner.flatten_value(path, depth, each)?;
            path.truncate(length);
            Some(())
        })
    }

    fn flatten_value(
        &mut self,
        path: &mut Vec<u8>,
        depth: usize,
        each: &mut dyn FnMut(&[u8], Value<'a>),
    ) -> Option<()> {
        match self.peek()? {
            b'{' if depth < DEPTH => self.flatten_at(path, depth + 1, each),
            b'[' => {
                let start = self.at;
                self.at += 1;
                if !matches!(self.peek()?, b'{' | b'[' | b']') {
                    each(path, self.value()?);
                }
                self.at = start;
                self.skip()
            }
            b'{' => self.skip(),
            _ => {
                each(path, self.value()?);
                Some(())
            }
        }
    }

    /// The string whose opening quote was just read, and whether it has escapes.
    #[inline]
    fn string(&mut self) -> Option<(&'a [u8], bool)> {
        let start = self.at;
        let first = start + quote_or_backslash(self.bytes.get(start..)?)?;
        if self.bytes[first] == b'"' {
            self.at = first + 1;
            return Some((&self.bytes[start..first], false));
        }
        let mut from = first;
        loop {
            let found = from + quote_or_backslash(self.bytes.get(from..)?)?;
            if self.bytes[found] == b'"' {
                self.at = found + 1;
                return Some((&self.bytes[start..found], true));
            }
            from = found + 2;
        }
    }

    /// The next byte that is no white space.
    #[inline]
    fn peek(&mut self) -> Option<u8> {
        loop {
            match *self.bytes.get(self.at)? {
                b' ' | b'\t' | b'\r' | b'\n' => self.at += 1,
                byte => return Some(byte),
            }
        }
    }

    #[inline]
    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    #[inline]
    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.next()? == byte).then_some(())
    }
}

/// Undoes JSON's escapes, and nginx's and Apache's `\xHH` for logs that were
/// put together without `escape=json`. A half of a surrogate pair becomes
/// U+FFFD.
pub(super) fn unescape(raw: &[u8]) -> Cow<'_, [u8]> {
    let Some(first) = memchr(b'\\', raw) else {
        return Cow::Borrowed(raw);
    };
    let mut out = Vec::with_capacity(raw.len());
    out.extend_from_slice(&raw[..first]);
    let mut rest = &raw[first..];
    while let [byte, after @ ..] = rest {
        rest = if *byte == b'\\' {
            escape(after, &mut out)
        } else {
            out.push(*byte);
            after
        };
    }
    Cow::Owned(out)
}

fn escape<'a>(text: &'a [u8], out: &mut Vec<u8>) -> &'a [u8] {
    let (byte, rest) = match text {
        [b'u', rest @ ..] => return unicode(rest, out),
        [b'x', high, low, rest @ ..] => match hex(*high).zip(hex(*low)) {
            Some((high, low)) => (high << 4 | low, rest),
            None => (b'\\', text),
        },
        [b'n', rest @ ..] => (b'\n', rest),
        [b't', rest @ ..] => (b'\t', rest),
        [b'r', rest @ ..] => (b'\r', rest),
        [b'b', rest @ ..] => (8, rest),
        [b'f', rest @ ..] => (12, rest),
        [other @ (b'"' | b'\\' | b'/'), rest @ ..] => (*other, rest),
        _ => (b'\\', text),
    };
    out.push(byte);
    rest
}

fn unicode<'a>(text: &'a [u8], out: &mut Vec<u8>) -> &'a [u8] {
    let Some((unit, rest)) = four(text) else {
        out.extend_from_slice(b"\\u");
        return text;
    };
    let (code, rest) = match (unit, rest) {
        (0xd800..0xdc00, [b'\\', b'u', low @ ..]) => match four(low) {
            Some((low, after)) if (0xdc00..0xe000).contains(&low) => {
                (0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00), after)
            }
            _ => (unit, rest),
        },
        _ => (unit, rest),
    };
    let character = char::from_u32(code).unwrap_or('\u{fffd}');
    out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    rest
}

fn four(text: &[u8]) -> Option<(u32, &[u8])> {
    let (digits, rest) = text.split_at_checked(4)?;
    let value = digits.iter().try_fold(0u32, |sum, &b| Some(sum << 4 | u32::from(hex(b)?)))?;
    Some((value, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_every_value_with_its_path() {
        let mut seen = Vec::new();
        let text = br#" {"a":1, "b":{"c":["x","y"],"d":{}},"e":[{"f":1}], "g":null,"h":"\"\u00e9\ud83d\ude00"} "#;
        let complete = Scanner::new(text).flatten(&mut |path, value| {
            seen.push(format!("{}={}", String::from_utf8_lossy(path), String::from_utf8_lossy(&value.text())));
        });
        assert_eq!(complete, Some(()));
        assert_eq!(seen, ["a=1", "b.c=x", "g=", "h=\"é😀"]);
    }

    #[test]
    fn what_is_cut_off_is_no_object() {
        let text = br#"{"a":{"b":["c"]},"d":"e\"f"}"#;
        for end in 0..text.len() {
            assert_eq!(Scanner::new(&text[..end]).flatten(&mut |_, _| {}), None, "{end}");
        }
        assert_eq!(Scanner::new(b"{\"a\" 1}").skip(), Some(()));
        assert_eq!(Scanner::new(b"{]").object(|_, _| Some(())), None);
    }

    #[test]
    fn deep_nesting_is_skipped_without_recursion() {
        let deep = [b"{\"a\":".repeat(100_000), b"1".to_vec(), b"}".repeat(100_000)].concat();
        assert_eq!(Scanner::new(&deep).flatten(&mut |_, _| {}), Some(()));
    }

    #[test]
    fn undoes_escapes() {
        assert_eq!(&*unescape(br"\u0022\/\n\x41\ud800\q\u12"), "\"/\nA\u{fffd}\\q\\u12".as_bytes());
    }
}
