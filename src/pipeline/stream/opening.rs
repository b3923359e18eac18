//! Opening an input: its format, which input it is, and where to go on.

use super::{Seen, Stream, is_decoding};
use crate::input::Identity;
use crate::model::InputState;
use crate::parse::{Format, Parser};
use crate::pipeline::locate::{Located, locate};
use crate::pipeline::source::Source;
use std::collections::{BTreeMap, VecDeque};
use std::path::Path;

/// So much of an input is looked at to find out its format.
const SAMPLE: usize = 64 * 1024;

/// A stream, or why there is none.
pub enum Opened {
    /// It can be read.
    Stream(Box<Stream>),
    /// Nothing in it.
    Empty,
    /// In no known format.
    Unknown,
}

/// What of an input is to be found out, and how.
pub struct Opening<'a> {
    /// Its number among the streams of this command.
    pub number: u32,
    /// Its path, or `-`.
    pub path: &'a Path,
    /// The format, if it is settled.
    pub format: Option<Format>,
    /// The configured site that claims it.
    pub claimed: Option<u16>,
    /// Read at most so many bytes of it.
    pub limit: Option<u64>,
    /// Leave a last line without a newline alone.
    pub is_following: bool,
    /// Read blocks of about so many bytes.
    pub block: Option<usize>,
}

impl Stream {
    /// Opens an input, finds out its format and where to go on.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn open(opening: Opening<'_>, identity: &Identity, inputs: &[InputState]) -> std::io::Result<Opened> {
        let path = opening.path;
        let is_stdin = path == Path::new("-");
        let mut source = if is_stdin { Source::stdin()? } else { Source::file(path)? };
        let mut trouble = None;
        let sample = match source.lines.peek(SAMPLE) {
            Ok(sample) => sample[..sample.len().min(SAMPLE)].to_vec(),
            Err(error) => {
                // An archive that is still being written has good lines before the cut.
                trouble = Some(error.to_string());
                source.lines.peek(0)?.to_vec()
            }
        };
        if sample.is_empty() {
            return match trouble {
                Some(error) => Err(std::io::Error::other(error)),
                None => Ok(Opened::Empty),
            };
        }
        let parser = match opening.format {
            Some(format) => Parser::fixed(format),
            None => match Format::detect(&sample) {
                Some(format) => Parser::detected(format),
                None => return Ok(Opened::Unknown),
            },
        };
        let located = match locate(&mut source, identity, inputs) {
            Ok(located) => located,
            Err(error) if is_decoding(&error) => {
                // What is behind the cut cannot be compared; it will be once it is whole.
                trouble = Some(error.to_string());
                Located { state: None, base: 0, head: Vec::new(), is_known: true }
            }
            Err(error) => return Err(error),
        };
        if let Some(bytes) = opening.block {
            source.lines.set_block(bytes);
        }
        let name = if is_stdin { "-".into() } else { path.display().to_string() };
        let mut state = located.state.unwrap_or_default();
        state.path = match std::path::absolute(path) {
            Ok(absolute) if !is_stdin => absolute.display().to_string(),
            _ => name.clone(),
        };
        state.format = parser.format().name().to_owned();
        let is_new = state.id == 0;
        let consumed = source.lines.position();
        let size = std::fs::metadata(path).map_or(0, |meta| if is_stdin { 0 } else { meta.len() });
        let tail = source.lines.tail().to_vec();
        let midline = consumed > located.base && !tail.ends_with(b"\n");
        Ok(Opened::Stream(Box::new(Stream {
            number: opening.number,
            name,
            line: state.ledger.lines(),
            seen: Seen {
                last_place: state.last_place,
                first_record: state.first_record,
                last_record: state.last_record,
            },
            state,
            known: inputs.iter().map(|input| input.id).max().unwrap_or(0),
            claimed: opening.claimed,
            size,
            is_known: located.is_known,
            is_new,
            trouble,
            source,
            parser,
            base: located.base,
            begun: consumed,
            head: located.head,
            ahead: VecDeque::new(),
            spare: Vec::new(),
            half_ahead: false,
            has_begun: false,
            failed: None,
            current: None,
            next: None,
            consumed,
            tail,
            waiting: BTreeMap::new(),
            rejected: BTreeMap::new(),
            midline,
            limit: opening.limit,
            is_following: opening.is_following,
        })))
    }
}

/// What `detect` shows of a file.
pub struct Inspection {
    /// The format, if it is a known one.
    pub format: Option<Format>,
    /// The first lines, at most 64 KiB.
    pub sample: Vec<u8>,
}

/// Looks at the beginning of a file, or of standard input (`-`).
///
/// # Errors
/// If it cannot be read.
pub fn inspect(path: &Path) -> std::io::Result<Inspection> {
    let mut source = if path == Path::new("-") { Source::stdin()? } else { Source::file(path)? };
    let sample = source.lines.peek(SAMPLE)?;
    let sample = sample[..sample.len().min(SAMPLE)].to_vec();
    Ok(Inspection { format: Format::detect(&sample), sample })
}
