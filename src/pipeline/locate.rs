//! Where to go on in an input: which known input it is, by content, and what
//! of it is committed already.

use super::source::Source;
use crate::input::{HEAD, Identity};
use crate::model::InputState;
use std::io::Result;

/// Where reading goes on.
pub struct Located {
    /// The known input that the rest continues, if any.
    pub state: Option<InputState>,
    /// Position in the stream at which that input begins.
    pub base: u64,
    /// Its first bytes, up to [`HEAD`].
    pub head: Vec<u8>,
    /// Everything there is belongs to known inputs.
    pub is_known: bool,
}

/// Passes over every known input that the stream consists of. What is left is
/// the continuation of the last one, or a new input if there was none.
///
/// # Errors
/// If reading fails.
pub fn locate(source: &mut Source, identity: &Identity, inputs: &[InputState]) -> Result<Located> {
    let mut located = Located { state: None, base: 0, head: Vec::new(), is_known: false };
    let mut passed = Vec::new();
    loop {
        let start = source.lines.position();
        let head = source.lines.peek(HEAD)?;
        let head = head[..head.len().min(HEAD)].to_vec();
        if head.is_empty() {
            break;
        }
        match pass_over(source, identity, inputs, &head, start, &passed)? {
            Passed::Input(state) => {
                passed.push(state.id);
                located = Located { base: start, head, state: Some(state), is_known: false };
            }
            Passed::Copy(state) => {
                located = Located { base: start, head, state: Some(state), is_known: true };
                break;
            }
            Passed::Nothing => {
                if located.state.is_none() {
                    located.head = head;
                }
                break;
            }
        }
    }
    source.settle();
    Ok(located)
}

enum Passed {
    /// That input, up to its cursor.
    Input(InputState),
    /// A shorter copy of that input: it ended before the cursor.
    Copy(InputState),
    /// It is none that is known.
    Nothing,
}

fn pass_over(
    source: &mut Source,
    identity: &Identity,
    inputs: &[InputState],
    head: &[u8],
    start: u64,
    before: &[u32],
) -> Result<Passed> {
    let mut passed = Passed::Nothing;
    let mut reached = start;
    // A log may begin with the same line twice; only a head in full comes again for
    // no other reason than that the file was put there twice.
    let may_come = |input: &&InputState| input.cursor.head.len as usize == HEAD || !before.contains(&input.id);
    for input in identity.candidates(head, inputs).into_iter().filter(may_come) {
        let cursor = start + input.cursor.position;
        source.go_to(cursor)?;
        let position = source.lines.position();
        if position < cursor {
            // Only a head in full is proof enough for what cannot be compared
            // at the cursor.
            if matches!(passed, Passed::Nothing) && input.cursor.head.len as usize == HEAD {
                return Ok(Passed::Copy(input.clone()));
            }
            break;
        }
        if identity.has_tail(source.lines.tail(), &input.cursor) {
            passed = Passed::Input(input.clone());
            reached = cursor;
        }
    }
    source.go_to(reached)?;
    Ok(passed)
}
