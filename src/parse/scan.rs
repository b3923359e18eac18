//! Small readers over bytes that every format shares: quoted fields, escapes,
//! numbers, addresses.

use memchr::{memchr, memchr2, memrchr};
use std::borrow::Cow;

/// The log's `-` is nothing.
pub(super) fn dash(raw: &[u8]) -> &[u8] {
    if raw == b"-" { b"" } else { raw }
}

/// A field's text: `-` is nothing, escapes are undone.
pub(super) fn text(raw: &[u8]) -> Cow<'_, [u8]> {
    unescape(dash(raw))
}

/// Undoes `\xHH`, `\"`, `\\` and C's `\n \t \r \b \f \v`. Allocates only where
/// there is a backslash.
pub(super) fn unescape(raw: &[u8]) -> Cow<'_, [u8]> {
    let Some(first) = memchr(b'\\', raw) else {
        return Cow::Borrowed(raw);
    };
    let mut out = Vec::with_capacity(raw.len());
    out.extend_from_slice(&raw[..first]);
    let mut at = first;
    while let Some(&byte) = raw.get(at) {
        let (value, width) = match byte {
            b'\\' => escape(&raw[at + 1..]),
            other => (other, 1),
        };
        out.push(value);
        at += width;
    }
    Cow::Owned(out)
}

/// The byte an escape stands for, and its length with the backslash. What is
/// no escape is a backslash of its own.
fn escape(rest: &[u8]) -> (u8, usize) {
    match rest {
        [b'x', high, low, ..] => match (hex(*high), hex(*low)) {
            (Some(high), Some(low)) => (high << 4 | low, 4),
            _ => (b'\\', 1),
        },
        [b'"', ..] => (b'"', 2),
        [b'\\', ..] => (b'\\', 2),
        [b'n', ..] => (b'\n', 2),
        [b't', ..] => (b'\t', 2),
        [b'r', ..] => (b'\r', 2),
        [b'b', ..] => (8, 2),
        [b'f', ..] => (12, 2),
        [b'v', ..] => (11, 2),
        _ => (b'\\', 1),
    }
}

/// The value of a hexadecimal digit.
pub(super) fn hex(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

/// A quoted field as written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Quoted<'a> {
    pub(super) raw: &'a [u8],
    /// Whether there is a backslash in it.
    pub(super) escaped: bool,
}

impl<'a> Quoted<'a> {
    /// The field's text: `-` is nothing, escapes are undone.
    pub(super) fn text(self) -> Cow<'a, [u8]> {
        if self.escaped { unescape(self.raw) } else { Cow::Borrowed(dash(self.raw)) }
    }
}

/// The field whose opening quote is at `at`, and the position after its
/// closing quote. A quote closes only before a space or the line's end, so
/// that one which nobody escaped does not end the field.
pub(super) fn quoted(line: &[u8], at: usize) -> Option<(Quoted<'_>, usize)> {
    let start = at + 1;
    // The usual empty field.
    if line.get(start..start + 3) == Some(b"-\" ") {
        return Some((Quoted { raw: &line[start..=start], escaped: false }, start + 2));
    }
    let (mut from, mut escaped) = (start, false);
    loop {
        let found = from + quote_or_backslash(line.get(from..)?)?;
        if line[found] == b'\\' {
            escaped = true;
            from = found + 2;
        } else if matches!(line.get(found + 1), None | Some(b' ' | b'\t')) {
            return Some((Quoted { raw: &line[start..found], escaped }, found + 1));
        } else {
            from = found + 1;
        }
    }
}

/// Where the first quote or backslash is. Most fields are short: the first
/// bytes are looked at eight at a time, without the call that `memchr` is.
#[inline]
pub(super) fn quote_or_backslash(text: &[u8]) -> Option<usize> {
    const SHORT: usize = 16;
    let (chunks, _) = text[..text.len().min(SHORT)].as_chunks::<8>();
    for (at, chunk) in chunks.iter().enumerate() {
        let word = u64::from_le_bytes(*chunk);
        let hits = zeros(word ^ repeat(b'"')) | zeros(word ^ repeat(b'\\'));
        if hits != 0 {
            return Some(at * 8 + hits.trailing_zeros() as usize / 8);
        }
    }
    let from = chunks.len() * 8;
    memchr2(b'"', b'\\', &text[from..]).map(|at| from + at)
}

const fn repeat(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// The high bit of every byte that is zero; of bytes above the lowest such
/// one it may be set without reason.
const fn zeros(word: u64) -> u64 {
    word.wrapping_sub(repeat(1)) & !word & repeat(0x80)
}

/// What lies from `at` to the next space, and the position of that space (or
/// the line's end).
pub(super) fn word(line: &[u8], at: usize) -> (&[u8], usize) {
    let rest = line.get(at..).unwrap_or_default();
    let end = rest.iter().position(|&b| b == b' ').unwrap_or(rest.len());
    (&rest[..end], at + end)
}

/// A whole number that ends at a space or the line's end, and the position
/// after it; `-` is 0.
#[inline]
pub(super) fn number(line: &[u8], at: usize) -> Option<(u64, usize)> {
    let rest = line.get(at..)?;
    let (mut value, mut digits) = (0u64, 0);
    for &byte in rest {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            break;
        }
        value = value.wrapping_mul(10).wrapping_add(u64::from(digit));
        digits += 1;
    }
    let end = match rest {
        [b'-', ..] => 1,
        _ if (1..=19).contains(&digits) => digits,
        _ => return None,
    };
    matches!(rest.get(end), None | Some(b' ')).then_some((value, at + end))
}

/// A whole number of at most 19 digits.
pub(super) fn integer(raw: &[u8]) -> Option<u64> {
    if raw.is_empty() || raw.len() > 19 {
        return None;
    }
    raw.iter().try_fold(0u64, |sum, &byte| {
        let digit = byte.wrapping_sub(b'0');
        (digit < 10).then(|| sum.wrapping_mul(10).wrapping_add(u64::from(digit)))
    })
}

/// A count of bytes; `-` is 0.
pub(super) fn count(raw: &[u8]) -> Option<u64> {
    if raw == b"-" { Some(0) } else { integer(raw) }
}

/// A status of at most three digits; `-` is 0.
pub(super) fn status(raw: &[u8]) -> Option<u16> {
    if raw.len() > 3 {
        return None;
    }
    count(raw).and_then(|value| u16::try_from(value).ok())
}

/// A decimal number, as `1.5` or `2.7e-06`, not negative.
pub(super) fn decimal(raw: &[u8]) -> Option<f64> {
    let shape = |b: &u8| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'-' | b'+');
    if !raw.iter().all(shape) {
        return None;
    }
    let value: f64 = std::str::from_utf8(raw).ok()?.parse().ok()?;
    (value.is_finite() && value >= 0.0).then_some(value)
}

/// A time taken in microseconds, from a decimal number of units of
/// `unit_us` microseconds each; `None` for `-` and for what is no number.
pub(super) fn duration_us(raw: &[u8], unit_us: f64) -> Option<u64> {
    let micros = (fixed(raw).or_else(|| decimal(raw))? * unit_us).round();
    // A year: beyond it the field is not what we take it for.
    (micros < 3.2e13).then_some(micros as u64)
}

/// A plain decimal of at most 15 digits, which a float holds exactly, without
/// the standard library's care for longer ones.
fn fixed(raw: &[u8]) -> Option<f64> {
    const POWERS: [f64; 16] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];
    if raw.len() > 16 || !raw.first()?.is_ascii_digit() {
        return None;
    }
    let (mut value, mut point) = (0u64, None);
    for (at, &byte) in raw.iter().enumerate() {
        match byte {
            b'0'..=b'9' => value = value * 10 + u64::from(byte - b'0'),
            b'.' if point.is_none() => point = Some(at),
            _ => return None,
        }
    }
    let decimals = point.map_or(0, |point| raw.len() - point - 1);
    Some(value as f64 / POWERS.get(decimals)?)
}

/// An address without its port: `1.2.3.4:80`, `[::1]:80`.
pub(super) fn without_port(raw: &[u8]) -> &[u8] {
    if let Some(inner) = raw.strip_prefix(b"[") {
        return memchr(b']', inner).map_or(raw, |end| &inner[..end]);
    }
    match memrchr(b':', raw) {
        Some(colon) if memchr(b':', &raw[..colon]).is_none() => &raw[..colon],
        _ => raw,
    }
}

/// Whether the text is an IP address.
pub(super) fn is_address(raw: &[u8]) -> bool {
    if raw.len() > 45 || !matches!(raw.first(), Some(b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F' | b':')) {
        return false;
    }
    std::str::from_utf8(raw).is_ok_and(|text| text.parse::<std::net::IpAddr>().is_ok())
}

/// Undoes `%HH`, again if what comes out still hides spaces (CloudFront
/// encodes the percent sign itself).
pub(super) fn percent_decode(raw: &[u8]) -> Cow<'_, [u8]> {
    if memchr(b'%', raw).is_none() {
        return Cow::Borrowed(raw);
    }
    let once = percent_decode_once(raw);
    if memchr::memmem::find(&once, b"%20").is_some() {
        return Cow::Owned(percent_decode_once(&once));
    }
    Cow::Owned(once)
}

fn percent_decode_once(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let [first, tail @ ..] = rest {
        let pair = match (first, tail) {
            (b'%', [high, low, ..]) => hex(*high).zip(hex(*low)),
            _ => None,
        };
        match pair {
            Some((high, low)) => {
                out.push(high << 4 | low);
                rest = &tail[2..];
            }
            None => {
                out.push(*first);
                rest = tail;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn undoes_the_escapes_of_nginx_and_apache() {
        assert_eq!(&*unescape(br#"a\x22b\"c\\d\n\q\xZZ\x4"#), b"a\"b\"c\\d\n\\q\\xZZ\\x4");
        assert!(matches!(unescape(b"plain"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_quote_ends_a_field_only_before_a_space() {
        let field =
            |line: &'static str| quoted(line.as_bytes(), 0).map(|(field, next)| (field.raw, field.escaped, next));
        assert_eq!(field(r#""a "b c" d"#), Some((&br#"a "b c"#[..], false, 8)));
        assert_eq!(field(r#""a\" b""#), Some((&br#"a\" b"#[..], true, 7)));
        assert_eq!(field(r#""" x"#), Some((&b""[..], false, 2)));
        assert_eq!(field(r#""a\"#), None);
    }

    #[test]
    fn finds_quotes_at_any_distance() {
        for distance in 0..80 {
            let text = [vec![b'!'; distance], b"\"\\".to_vec()].concat();
            assert_eq!(quote_or_backslash(&text), Some(distance));
            assert_eq!(quote_or_backslash(&text[..distance]), None);
        }
    }

    #[test]
    fn reads_numbers() {
        assert_eq!(integer(b"1234"), Some(1234));
        assert_eq!(integer(b"12a"), None);
        assert_eq!(status(b"-"), Some(0));
        assert_eq!(status(b"2000"), None);
        assert_eq!(duration_us(b"0.138", 1e6), Some(138_000));
        assert_eq!(duration_us(b"2.7e-06", 1e6), Some(3));
        assert_eq!(duration_us(b"-1", 1e6), None);
        assert_eq!(duration_us(b"1.2.3", 1e6), None);
        assert_eq!(duration_us(b".5", 1e6), Some(500_000));
        assert_eq!(number(b"x 12 y", 2), Some((12, 4)));
        assert_eq!(number(b"-", 0), Some((0, 1)));
        assert_eq!(number(b"12x", 0), None);
        assert_eq!(number(b"", 0), None);
        assert_eq!(duration_us(b"0.1, 0.2", 1e6), None);
    }

    #[test]
    fn takes_ports_off_addresses() {
        assert_eq!(without_port(b"192.0.2.1:80"), b"192.0.2.1");
        assert_eq!(without_port(b"[2001:db8::1]:80"), b"2001:db8::1");
        assert_eq!(without_port(b"2001:db8::1"), b"2001:db8::1");
    }

    #[test]
    fn decodes_percent_signs_encoded_twice() {
        assert_eq!(&*percent_decode(b"a%2520b"), b"a b");
        assert_eq!(&*percent_decode(b"a%20b%2"), b"a b%2");
    }
}
