//! How far an input was read, with proof of its content.

use super::Stream;
use crate::input::{HEAD, Identity, TAIL};
use crate::model::{Cursor, InputState, Mark};
use crate::pipeline::states::{Reached, begin_alike};

impl Stream {
    /// How far it was read, with the proofs.
    pub fn reached(&self, identity: &Identity) -> Reached {
        Reached {
            number: self.number,
            state: InputState {
                cursor: self.cursor(identity),
                format: self.parser.format().name().to_owned(),
                last_place: self.seen.last_place,
                first_record: self.seen.first_record,
                last_record: self.seen.last_record,
                ..self.state.clone()
            },
            committed: self.state.cursor,
            known: self.known,
            is_known: self.is_known,
            is_waiting: !self.waiting.is_empty(),
            head: self.head.clone(),
        }
    }

    /// The cursor after everything consumed, with its proofs.
    fn cursor(&self, identity: &Identity) -> Cursor {
        let position = self.consumed - self.base;
        let before = match &self.current {
            Some(current) => current.judged.block.tail(self.consumed),
            None => &self.tail,
        };
        let tail = &before[before.len() - before.len().min(TAIL).min(position as usize)..];
        let tail = identity.mark(tail);
        let head = self.head_mark(position, identity);
        Cursor { head, position, tail }
    }

    /// The head grows until it is 4 KiB of committed bytes.
    fn head_mark(&self, position: u64, identity: &Identity) -> Mark {
        let len = position.min(HEAD as u64) as usize;
        let old = self.state.cursor.head;
        if old.len as usize >= len.min(self.head.len()) && old.len > 0 {
            return old;
        }
        identity.mark(&self.head[..len.min(self.head.len())])
    }

    /// Its first bytes, up to 4 KiB.
    pub fn head(&self) -> &[u8] {
        &self.head
    }

    /// Whether it begins like another input, as far as both go.
    pub fn begins_like(&self, head: &[u8]) -> bool {
        begin_alike(&self.head, head)
    }

    /// While a file is followed its head may still be growing.
    pub fn refresh_head(&mut self) {
        if self.head.len() >= HEAD || self.base > 0 {
            return;
        }
        let head = self.source.head(HEAD);
        if head.starts_with(&self.head) {
            self.head = head;
        }
    }
}
