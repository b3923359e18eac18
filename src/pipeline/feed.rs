//! Lines that come from no input: the demo's.

use super::error::IngestError;
use super::ingest::Ingest;
use crate::parse::Parser;

const BATCH: u64 = 400_000;

/// Takes lines from `next`, which appends one and says whether there was one,
/// and commits them.
///
/// # Errors
/// If the store cannot be written.
pub fn feed(
    ingest: &mut Ingest,
    parser: &mut Parser,
    mut next: impl FnMut(&mut Vec<u8>) -> bool,
) -> Result<(), IngestError> {
    let mut line = Vec::new();
    while next(&mut line) {
        let bytes = line.strip_suffix(b"\n").unwrap_or(&line);
        if let Ok(request) = parser.parse(bytes) {
            let outcome = ingest.judge(&request, None)?;
            ingest.add(0, &outcome);
        } else {
            let place = ingest.place_of_now(None)?;
            ingest.add_lines(0, place, crate::model::Class::Malformed, 1);
        }
        line.clear();
        if ingest.is_full(BATCH) {
            ingest.commit(&mut [])?;
        }
    }
    ingest.commit(&mut [])?;
    Ok(())
}
