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
                Piece::Literal(text) => rest.strip_prefix(&**text).ok_or(Malformed::Shape)?,
                Piece::Spaces => rest.trim_ascii_start(),
                Piece::Field(Field::TimeIn(format)) => {
                    draft.timed();
                    format.read(rest, &mut draft.civil).ok_or(Malformed::Time)?
                }
                Piece::Field(field) => {
                    let (value, after) = self.value(at, rest).ok_or(Malformed::Shape)?;
                    self.set(field, value, draft)?;
                    after
                }
            };
        }
        Ok(())
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

    /// The value of the field at `at`, which begins a text, and what follows.
    fn value<'a>(&self, at: usize, text: &'a [u8]) -> Option<(&'a [u8], &'a [u8])> {
        let end = match self.list.get(at + 1) {
            None => text.len(),
            Some(Piece::Literal(literal)) if self.list.len() == at + 2 => {
                // The last literal ends the line: an unescaped quote within
                // the field before does no harm.
                text.trim_ascii_end().strip_suffix(literal.trim_ascii_end())?.len()
            }
            Some(Piece::Literal(literal)) => find(text, literal)?,
            Some(Piece::Spaces) => text.iter().position(u8::is_ascii_whitespace).unwrap_or(text.len()),
            // `$host$request_uri`: the path's slash ends the host.
            Some(Piece::Field(_)) => memchr::memchr(b'/', text)?,
        };
        // The last literal may have lost its trailing spaces.
        let after = if self.list.len() == at + 2 { self.last(&text[end..]) } else { &text[end..] };
        Some((&text[..end], after))
    }

    XX {
        match self.list.last() {
            Some(Piece::Literal(literal)) if !text.starts_with(literal) => literal,
            _ => text,
        }
    }
}

/// Where a literal begins; one that begins with a quote is not looked for
/// behind a backslash.
fn find(text: &[u8], literal: &[u8]) -> Option<usize> {
    let first = *literal.first()?;
    memchr_iter(first, text).find(|&at| {
        text[at..].starts_with(literal) && !(first == b'"' && escaped(&text[..at]))
    })
}

/// Whether an odd number of backslashes ends a text.
fn escaped(text: &[u8]) -> bool {
    text.iter().rev().take_while(|&&b| b == b'\\').count() % 2 == 1
}
