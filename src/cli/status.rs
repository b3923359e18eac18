//! `status`: how far every input was read, and the store.

use super::args;
use super::config::Config;
use super::console::{clean, thousands};
use super::ingest;
use crate::error::{Outcome, to_stdout};
use crate::model::{Class, InputState, Zone};
use crate::store::{Site, Status};
use std::fmt::Write;

/// Runs the command.
pub fn run(args: &args::Status, config: &Config) -> Outcome {
    let reader = ingest::reader(config)?;
    let (zone, sites) = (reader.info().zone, reader.sites()?);
    let (inputs, store) = (reader.inputs()?, reader.status()?);
    drop(reader);
    let path = config.db.display().to_string();
    // Of several inputs that were at one path, the last is there now.
    let is_here = |input: &InputState| inputs.iter().all(|other| other.path != input.path || other.id <= input.id);
    let size = |input: &InputState| if is_here(input) { size(input) } else { None };
    let text = if args.json {
        let inputs: Vec<_> = inputs.iter().map(|input| as_json(input, size(input), &sites, zone)).collect();
        let store = serde_json::json!({"path": path, "bytes": store.bytes, "facts": store.facts, "held_by": null});
        serde_json::json!({"inputs": inputs, "store": store}).to_string() + "\n"
    } else {
        let mut text = format!("store {path}: {}, {}\n", in_words(store), zone.name());
        for input in &inputs {
            let lag = match is_here(input) {
                true => size(input).and_then(|size| size.checked_sub(input.cursor.position)).filter(|&lag| lag > 0),
                false => None,
            };
            let note = match lag {
                Some(lag) => format!(", {} bytes behind", thousands(lag)),
                None if !is_here(input) => ", rotated away since".into(),
                None => String::new(),
            };
            as_text(input, &note, &sites, zone, &mut text);
        }
        text
    };
    to_stdout(text.as_bytes())
}

fn site<'s>(input: &InputState, sites: &'s [Site]) -> Option<&'s str> {
    let (id, _) = input.last_place?;
    sites.iter().find(|site| site.id == id).map(|site| site.name.as_str())
}

/// Bytes of the file as it is now; unknown where it is gone or was no file.
fn size(input: &InputState) -> Option<u64> {
    std::fs::metadata(&input.path).ok().map(|meta| meta.len())
}

fn as_json(input: &InputState, size: Option<u64>, sites: &[Site], zone: Zone) -> serde_json::Value {
    let mut ledger: serde_json::Map<String, serde_json::Value> =
        Class::ALL.iter().map(|&class| (class.as_str().into(), input.ledger.get(class).into())).collect();
    ledger.insert("lines".into(), input.ledger.lines().into());
    serde_json::json!({
        "path": clean(&input.path),
        "site": site(input, sites),
        "format": input.format,
        "offset": input.cursor.position,
        "size": size,
        "last_record": (input.last_record > 0).then(|| zone.rfc3339(input.last_record.into())),
        "ledger": ledger,
    })
}

/// How large a store is, and its days.
pub fn in_words(status: Status) -> String {
    let days = match status.open {
        1 => "1 open day".into(),
        open => format!("{} open days", thousands(open)),
    };
    format!("{} bytes, {days}, {} closed", thousands(status.bytes), thousands(status.closed))
}

fn as_text(input: &InputState, note: &str, sites: &[Site], zone: Zone, out: &mut String) {
    let last = match input.last_record {
        0 => "no request".into(),
        time => format!("last request {}", zone.rfc3339(time.into())),
    };
    let _ = writeln!(
        out,
        "{}: {}, site {}, {} lines, offset {}{note}, {last}",
        clean(&input.path),
        input.format,
        site(input, sites).unwrap_or("-"),
        thousands(input.ledger.lines()),
        thousands(input.cursor.position),
    );
}
