//! The compiled form of a format string: literals and fields in their order.
//! A line is read in one pass; there is nothing to backtrack into.

use super::draft::{Draft, Field};
use super::{json, scan};
use crate::model::{Malformed, Request};
use memchr::memchr_iter;
use std::borrow::Cow;

/// How the server escaped its fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Escape {
    /// `\xHH`, `\"`.
    #[default]
    Default,
    /// JSON's `\u0022`.
    Json,
    /// Not at all.
    None,
}

/// One element of a format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// Bytes that stand in every line.
    Literal(Box<[u8]>),
    /// A field; it lasts to the next literal.
    Field(Field),
    /// Any number of spaces.
    Spaces,
}

/// A compiled format.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Pieces {
    pub(super) list: Vec<Piece>,
    pub(super) escape: Escape,
    /// Whether a line may go on after the last element, as GoAccess lets it.
    pub(super) open_end: bool,
}

impl Pieces {
    /// Adds a byte of literal text.
    pub(super) fn literal(&mut self, byte: u8) {
        if let Some(Piece::Literal(text)) = self.list.last_mut() {
            let mut longer = std::mem::take(text).into_vec();
            longer.push(byte);
            *text = longer.into();
        } else {
            self.list.push(Piece::Literal([byte].into()));
        }
    }

    /// Whether a field of a kind is there.
    pub(super) fn has(&self, is: impl Fn(&Field) -> bool) -> bool {
        self.list.iter().any(|piece| matches!(piece, Piece::Field(field) if is(field)))
    }

    /// The fields by number with their meaning, for `detect`.
    pub(super) fn fields(&self) -> Vec<(String, &'static str)> {
        let field = |piece: &Piece| match piece {
            Piece::Field(field) => Some(field.words()),
            _ => None,
        };
        let words = self.list.iter().filter_map(field).enumerate();
        words
            .filter(|(_, word)| *word != Field::Ignored.words())
            .map(|(at, word)| (format!("field {}", at + 1), word))
            .collect()
    }

    /// Reads one line.
    pub(super) fn parse<'a>(&self, line: &'a [u8]) -> Result<Request<'a>, Malformed> {
        let mut draft = Draft::default();
        self.read(line, &mut draft)?;
        draft.finish()
    }

    /// Reads a text into a draft.
    pub(super) fn read<'a>(&self, line: &'a [u8], draft: &mut Draft<'a>) -> Result<(), Malformed> {
        let mut rest = line;
        for (at, piece) in self.list.iter().enumerate() {
            rest = match piece {
                Piece::Literal(text) => self.skip(at, text, rest).ok_or(Malformed::Shape)?,
                Piece::Spaces => rest.trim_ascii_start(),
                Piece::Field(Field::TimeIn(format)) => {
                    draft.timed();
                    format.read(rest, &mut draft.civil).ok_or(Malformed::Time)?
                }
                Piece::Field(Field::Agent) if self.is_cut(at, rest) => {
                    draft.request.is_cut = true;
                    return self.set(&Field::Agent, rest, draft);
                }
                Piece::Field(field) => {
                    let end = self.end(at, field, rest).ok_or(Malformed::Shape)?;
                    let (value, after) = rest.split_at(end);
                    self.set(field, value, draft)?;
                    after
                }
            };
        }
        if rest.is_empty() || self.open_end { Ok(()) } else { Err(Malformed::Shape) }
    }

    /// What follows a literal. Spaces at the line's end may be missing.
    fn skip<'a>(&self, at: usize, literal: &[u8], text: &'a [u8]) -> Option<&'a [u8]> {
        let last = at + 1 == self.list.len();
        if last && text.trim_ascii_end() == literal.trim_ascii_end() {
            return Some(b"");
        }
        text.strip_prefix(literal)
    }

    /// Whether the line ends within the quoted field at `at`, which begins a text:
    /// a proxy cut it.
    fn is_cut(&self, at: usize, text: &[u8]) -> bool {
        let ends = |piece: Option<&Piece>, end: fn(&[u8]) -> Option<&u8>| match piece {
            Some(Piece::Literal(literal)) => end(literal) == Some(&b'"'),
            _ => false,
        };
        let before = at.checked_sub(1).and_then(|before| self.list.get(before));
        ends(before, <[u8]>::last) && ends(self.list.get(at + 1), <[u8]>::first) && find(text, b"\"").is_none()
    }

    fn set<'a>(&self, field: &Field, raw: &'a [u8], draft: &mut Draft<'a>) -> Result<(), Malformed> {
        if *field == Field::Ignored {
            return Ok(());
        }
        let value = match self.escape {
            Escape::Default => scan::unescape(raw),
            Escape::Json => json::unescape(raw),
            Escape::None => Cow::Borrowed(raw),
        };
        draft.set(field, value)
    }

    /// Where the field at `at` ends, which begins a text.
    fn end(&self, at: usize, field: &Field, text: &[u8]) -> Option<usize> {
        match self.list.get(at + 1) {
            // GoAccess lets a line go on behind a last number or address.
            None if self.open_end && !field.is_free() => Some(scan::word(text, 0).1),
            None => Some(text.trim_ascii_end().len()),
            Some(Piece::Literal(literal)) if self.list.len() == at + 2 => {
                // The last literal ends the line: a quote within the field
                // that nobody escaped does no harm.
                match text.trim_ascii_end().strip_suffix(literal.trim_ascii_end()) {
                    Some(value) => Some(value.len()),
                    None if self.open_end => find(text, literal),
                    None => None,
                }
            }
            Some(Piece::Literal(literal)) => find(text, literal),
            Some(Piece::Spaces) => Some(text.iter().position(u8::is_ascii_whitespace).unwrap_or(text.len())),
            // `$host$request_uri`: the path's slash ends the host.
            Some(Piece::Field(_)) => memchr::memchr(b'/', text),
        }
    }
}

/// Where a literal begins; one that begins with a quote is not looked for
/// behind a backslash.
fn find(text: &[u8], literal: &[u8]) -> Option<usize> {
    let first = *literal.first()?;
    memchr_iter(first, text).find(|&at| text[at..].starts_with(literal) && !(first == b'"' && escaped(&text[..at])))
}

/// Whether an odd number of backslashes ends a text.
fn escaped(text: &[u8]) -> bool {
    text.iter().rev().take_while(|&&b| b == b'\\').count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_lasts_to_the_next_literal() {
        let mut pieces = Pieces::default();
        pieces.list.push(Piece::Field(Field::Address));
        pieces.literal(b' ');
        pieces.literal(b'"');
        pieces.list.push(Piece::Field(Field::Agent));
        pieces.literal(b'"');
        let mut draft = Draft::default();
        assert_eq!(pieces.read(br#"192.0.2.1 "a "b" \x22c""#, &mut draft), Ok(()));
        assert_eq!(&*draft.request.address, b"192.0.2.1");
        assert_eq!(draft.request.agent.as_deref(), Some(&br#"a "b" "c"#[..]));
        assert_eq!(pieces.read(b"192.0.2.1 x", &mut draft), Err(Malformed::Shape));
    }

    #[test]
    fn an_agent_may_be_cut() {
        let mut pieces = Pieces::default();
        pieces.literal(b'"');
        pieces.list.push(Piece::Field(Field::Agent));
        pieces.literal(b'"');
        pieces.literal(b' ');
        pieces.list.push(Piece::Field(Field::Forwarded));
        for (line, agent) in [(&br#""a b" -"#[..], &b"a b"[..]), (br#""a b"#, b"a b"), (br#""a \x22b\""#, br#"a "b""#)]
        {
            let mut draft = Draft::default();
            assert_eq!(pieces.read(line, &mut draft), Ok(()));
            assert_eq!(draft.request.agent.as_deref(), Some(agent));
        }
    }
}
