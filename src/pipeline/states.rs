//! How far a batch brings its inputs, and which of them another process brought
//! further meanwhile.

use super::batch::Batch;
use super::stream::Stream;
use crate::input::Identity;
use crate::model::InputState;

/// The states that a batch leads to, by stream.
pub fn new_states(
    batch: &Batch,
    streams: &mut [&mut Stream],
    lost: &[u32],
    inputs: &[InputState],
    identity: &Identity,
) -> Vec<(u32, InputState)> {
    let mut next = inputs.iter().map(|input| input.id).max().unwrap_or(0);
    let mut states = Vec::new();
    // A copy of what is known has nothing to say about how far that was read.
    for stream in streams.iter_mut().filter(|s| !lost.contains(&s.number) && !s.is_known && !s.is_waiting()) {
        let ledger = batch.ledger(stream.number);
        let cursor = stream.cursor(identity);
        if ledger.lines() == 0 && cursor.position == stream.state.cursor.position {
            continue;
        }
        let mut state = stream.state.clone();
        state.ledger.merge(&ledger);
        state.cursor = cursor;
        state.format = stream.format().name().to_owned();
        if state.id == 0 {
            next += 1;
            state.id = next;
        }
        states.push((stream.number, state));
    }
    states
}

/// Without a store the inputs are remembered here, so that a copy of one is
/// known for one.
pub fn count_only(batch: &Batch, streams: &mut [&mut Stream], inputs: &mut Vec<InputState>, identity: &Identity) {
    for (number, state) in new_states(batch, streams, &[], inputs, identity) {
        inputs.retain(|known| known.id != state.id);
        inputs.push(state.clone());
        if let Some(stream) = streams.iter_mut().find(|s| s.number == number) {
            stream.state = state;
        }
    }
}

/// The streams of which another process, or another stream of this one, has
/// committed lines since they were located.
pub fn overtaken(streams: &[&mut Stream], inputs: &[InputState], identity: &Identity) -> Vec<u32> {
    let mut lost = Vec::new();
    let mut kept: Vec<&Stream> = Vec::new();
    for stream in streams.iter().filter(|stream| !stream.is_known) {
        let is_twin = |other: &&Stream| match stream.state.id {
            0 => other.state.id == 0 && stream.begins_like(other.head()),
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

fn was_overtaken(stream: &Stream, inputs: &[InputState], identity: &Identity) -> bool {
    if stream.state.id != 0 {
        let stored = inputs.iter().find(|input| input.id == stream.state.id);
        return stored.is_none_or(|input| input.cursor != stream.state.cursor);
    }
    inputs.iter().any(|input| input.id > stream.known && stream.has_head(identity, &input.cursor.head))
}
