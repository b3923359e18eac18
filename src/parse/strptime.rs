//! Times in a format somebody configured, as GoAccess takes them
//! (`--date-format`, `--time-format`): a subset of C's `strptime`.

use super::time::{Civil, clock, iso_date, month, zone};

/// A compiled time format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TimeFormat {
    parts: Vec<Part>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Literal(u8),
    Space,
    Specifier(u8),
}

const KNOWN: &[u8] = b"YmdeHIMSbBhyTRDFzZsfpaAnt%*";

impl TimeFormat {
    /// Compiles a format; the error is the specifier nobody knows and where
    /// it begins.
    pub(super) fn new(text: &str) -> Result<TimeFormat, (usize, String)> {
        let mut parts = Vec::new();
        let mut bytes = text.bytes().enumerate();
        while let Some((at, byte)) = bytes.next() {
            parts.push(match byte {
                b'%' => match bytes.next() {
                    Some((_, b'%')) => Part::Literal(b'%'),
                    Some((_, b'n' | b't')) => Part::Space,
                    Some((_, known)) if KNOWN.contains(&known) => Part::Specifier(known),
                    Some((_, other)) => return Err((at, format!("%{}", char::from(other)))),
                    None => return Err((at, "%".to_owned())),
                },
                b' ' | b'\t' => Part::Space,
                other => Part::Literal(other),
            });
        }
        Ok(TimeFormat { parts })
    }

    /// Reads the time at the beginning of a text into `civil`, and gives back
    /// what follows it.
    pub(super) fn read<'a>(&self, text: &'a [u8], civil: &mut Civil) -> Option<&'a [u8]> {
        self.parts.iter().try_fold(text, |rest, part| match part {
            Part::Literal(byte) => rest.strip_prefix(std::slice::from_ref(byte)),
            Part::Space => Some(rest.trim_ascii_start()),
            Part::Specifier(letter) => specifier(*letter, rest, civil),
        })
    }
}

fn specifier<'a>(letter: u8, text: &'a [u8], civil: &mut Civil) -> Option<&'a [u8]> {
    let small = |max| number(text, max).and_then(|(value, rest)| Some((u32::try_from(value).ok()?, rest)));
    match letter {
        b'Y' => number(text, 4).map(|(value, rest)| {
            civil.year = value;
            rest
        }),
        b'y' => number(text, 2).map(|(value, rest)| {
            civil.year = value + if value < 69 { 2000 } else { 1900 };
            rest
        }),
        b'm' => small(2).map(|(value, rest)| {
            civil.month = value;
            rest
        }),
        b'd' | b'e' => {
            let (value, rest) = number(text.trim_ascii_start(), 2)?;
            civil.day = u32::try_from(value).ok()?;
            Some(rest)
        }
        b'H' | b'I' => small(2).map(|(value, rest)| {
            civil.hour = value;
            rest
        }),
        b'M' => small(2).map(|(value, rest)| {
            civil.minute = value;
            rest
        }),
        b'S' => small(2).map(|(value, rest)| {
            civil.second = value;
            rest
        }),
        b'b' | b'B' | b'h' => {
            civil.month = month(*text.first_chunk()?)?;
            Some(letters(text))
        }
        b'a' | b'A' | b'Z' => Some(letters(text)),
        b'T' => clock(text, civil),
        b'R' => {
            let rest = specifier(b'H', text, civil)?.strip_prefix(b":")?;
            specifier(b'M', rest, civil)
        }
        b'F' => iso_date(text, civil),
        b'D' => {
            let rest = specifier(b'm', text, civil)?.strip_prefix(b"/")?;
            let rest = specifier(b'd', rest, civil)?.strip_prefix(b"/")?;
            specifier(b'y', rest, civil)
        }
        b'z' => {
            let end = text
                .iter()
                .position(|b| !(b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b':')))
                .unwrap_or(text.len());
            civil.offset = zone(&text[..end])?;
            Some(&text[end..])
        }
        b'p' => {
            let (half, rest) = text.split_at_checked(2)?;
            civil.afternoon = Some(half.eq_ignore_ascii_case(b"pm"));
            Some(rest)
        }
        // GoAccess: seconds, milliseconds and microseconds since 1970. Fewer
        // digits than an epoch has are Python's fraction of a second.
        b's' | b'f' | b'*' => {
            let (value, rest) = number(text, 18)?;
            let digits = text.len() - rest.len();
            if letter == b's' || digits > 9 {
                civil.epoch = Some(match letter {
                    b's' => value,
                    b'*' => value / 1000,
                    _ => value / 1_000_000,
                });
            }
            Some(rest)
        }
        _ => None,
    }
}

fn number(text: &[u8], max: usize) -> Option<(i64, &[u8])> {
    let end = text.iter().take(max).take_while(|b| b.is_ascii_digit()).count();
    let value = super::scan::integer(&text[..end])?;
    Some((i64::try_from(value).ok()?, &text[end..]))
}

fn letters(text: &[u8]) -> &[u8] {
    let end = text.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    &text[end..]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(format: &str, text: &str) -> Option<i64> {
        let format = TimeFormat::new(format).unwrap();
        let mut civil = Civil::default();
        let rest = format.read(text.as_bytes(), &mut civil)?;
        if rest.is_empty() { civil.epoch() } else { None }
    }

    #[test]
    fn reads_what_goaccess_reads() {
        let expected = Some(1_704_067_200);
        assert_eq!(read("%d/%b/%Y:%H:%M:%S %z", "01/Jan/2024:01:00:00 +0100"), expected);
        assert_eq!(read("%B %d, %YT%T", "January 1, 2024T00:00:00"), expected);
        assert_eq!(read("%F %R", "2024-01-01 00:00"), expected);
        assert_eq!(read("%D %I:%M:%S %p", "01/01/24 12:00:00 AM"), expected);
        assert_eq!(read("%s", "1704067200"), expected);
        assert_eq!(read("%*", "1704067200123"), expected);
        assert_eq!(read("%F", "2024-01-01x"), None);
    }

    #[test]
    fn names_what_it_does_not_know() {
        assert_eq!(TimeFormat::new("%H:%Q"), Err((3, "%Q".to_owned())));
    }
}
