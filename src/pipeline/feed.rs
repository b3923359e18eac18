//! Lines that come from no input: the demo's.

use super::batch::Slots;
use super::error::IngestError;
use super::ingest::Ingest;
use super::judged::{Judged, Spare, Task, Terms, Told};
use crate::input::{BLOCK, Block};
use crate::model::Class;
use crate::parse::Parser;
use std::collections::VecDeque;

/// A batch has at most so many lines and page views.
const LINES: u64 = 400_000;
const HITS: usize = 100_000;

/// Takes lines from `next`, which appends one and says whether there was one,
/// and commits them.
///
/// # Errors
/// If the store cannot be written.
pub fn feed(
    ingest: &mut Ingest,
    parser: &Parser,
    mut next: impl FnMut(&mut Vec<u8>) -> bool,
) -> Result<(), IngestError> {
    let terms = Terms { claimed: None, now: ingest.now() };
    let mut ahead = VecDeque::new();
    loop {
        let mut bytes = Vec::with_capacity(BLOCK + 4096);
        while bytes.len() < BLOCK && next(&mut bytes) {}
        let is_end = bytes.is_empty();
        if !is_end {
            ahead.push_back(ingest.judge(Task {
                block: Block::of(bytes),
                parser: parser.clone(),
                terms,
                spare: Spare::default(),
            })?);
        }
        if is_end || ahead.len() >= ingest.depth() {
            let Some(judging) = ahead.pop_front() else { break };
            let judged = ingest.finish(judging, parser)?;
            add(ingest, &judged)?;
            if ingest.is_full(LINES, HITS) {
                ingest.commit(&mut [])?;
            }
        }
    }
    ingest.commit(&mut [])?;
    Ok(())
}

fn add(ingest: &mut Ingest, judged: &Judged) -> Result<(), IngestError> {
    let (mut slots, mut hits) = (Slots::default(), judged.hits.iter());
    for line in &judged.lines {
        match line.told {
            Told::Request(key) => {
                ingest.add(0, judged, key, &mut slots, line);
                if judged.keys[key as usize].class == Class::Page
                    && let Some(hit) = hits.next()
                {
                    ingest.add_hit(0, hit);
                }
            }
            Told::Malformed(_) => {
                let place = ingest.place_of_now(None)?;
                ingest.add_lines(0, place, Class::Malformed, 1);
            }
        }
    }
    Ok(())
}
