//! How far a batch brings its inputs, and which of them another process brought
//! further meanwhile.

use super::batch::Batch;
use crate::input::Identity;
use crate::model::{Cursor, InputState};

/// How far an input was read when its batch was closed.
pub struct Reached {
    /// Its number among the streams of this command.
    pub number: u32,
    /// What it leads to, with the ledger of the commit before.
    pub state: InputState,
    /// How far it was committed before.
    pub committed: Cursor,
    /// The highest input number that was known when it was located.
    pub known: u32,
    /// Whether nothing of it is new.
    pub is_known: bool,
    /// Whether lines were passed over that do not yet know where they belong.
    pub is_waiting: bool,
    /// Its first bytes.
    pub head: Vec<u8>,
}

impl Reached {
    /// Whether nothing of it was read since the last commit.
    pub fn has_not_moved(&self) -> bool {
        self.is_known || self.state.cursor.position == self.committed.position
    }

    /// Whether two inputs begin alike, as far as both go.
    fn begins_like(&self, other: &Reached) -> bool {
        begin_alike(&self.head, &other.head)
    }
}

/// Whether two heads are alike as far as both go.
pub fn begin_alike(one: &[u8], other: &[u8]) -> bool {
    !one.is_empty() && !other.is_empty() && (one.starts_with(other) || other.starts_with(one))
}

/// The states that a batch leads to, by stream.
pub fn new_states(batch: &Batch, reached: &[Reached], lost: &[u32], inputs: &[InputState]) -> Vec<(u32, InputState)> {
    let mut next = inputs.iter().map(|input| input.id).max().unwrap_or(0);
    let mut states = Vec::new();
    // A copy of what is known has nothing to say about how far that was read.
    for stream in reached.iter().filter(|s| !lost.contains(&s.number) && !s.is_known && !s.is_waiting) {
        let ledger = batch.ledger(stream.number);
        if ledger.lines() == 0 && stream.state.cursor.position == stream.committed.position {
            continue;
        }
        let mut state = stream.state.clone();
        state.ledger.merge(&ledger);
        if state.id == 0 {
            next += 1;
            state.id = next;
        }
        states.push((stream.number, state));
    }
    states
}

/// Replaces what is known of these inputs.
pub fn remember(inputs: &mut Vec<InputState>, states: &[(u32, InputState)]) {
    for (_, state) in states {
        match inputs.iter_mut().find(|known| known.id == state.id) {
            Some(known) => *known = state.clone(),
            None => inputs.push(state.clone()),
        }
    }
}

/// The streams of which another process, or another stream of this one, has
/// committed lines since they were located.
pub fn overtaken(reached: &[Reached], inputs: &[InputState], identity: &Identity) -> Vec<u32> {
    let mut lost = Vec::new();
    let mut kept: Vec<&Reached> = Vec::new();
    for stream in reached.iter().filter(|stream| !stream.is_known) {
        let is_twin = |other: &&Reached| match stream.state.id {
            0 => other.state.id == 0 && stream.begins_like(other),
            id => other.state.id == id,
        };
        if was_overtaken(stream, inputs, identity) || kept.iter().any(is_twin) {
            lost.push(stream.number);
        } else {
            kept.push(stream);
        }
    }
    lost
}

fn was_overtaken(stream: &Reached, inputs: &[InputState], identity: &Identity) -> bool {
    if stream.state.id != 0 {
        let stored = inputs.iter().find(|input| input.id == stream.state.id);
        return stored.is_none_or(|input| input.cursor != stream.committed);
    }
    inputs.iter().any(|input| input.id > stream.known && identity.has_head(&stream.head, &input.cursor.head))
}
