//! `privacy`: what is kept about visitors, and the search for anything that
//! should not be there.

use super::config::Config;
use super::console::{clean, notice, thousands};
use super::ingest;
use crate::error::{Exit, Failure, Outcome, to_stdout};
use crate::pipeline::{OpenDay, Privacy, privacy};
use crate::store::Holding;
use std::fmt::Write;

/// Runs the command.
pub fn run(config: &Config) -> Outcome {
    // Salts that are due go first, as at the start of every command.
    drop(ingest::reader(config)?);
    let found = privacy(&config.db, notice)?;
    let mut out = format!("store {}, days of {}\n", clean(&config.db.display().to_string()), found.zone.name());
    kept(&found, &mut out);
    salts(&found, config.now(), &mut out);
    searched(&found, &mut out);
    let traces: u64 = found.files.iter().map(|file| file.traces).sum();
    let is_whole = found.files.iter().all(|file| file.trouble.is_none()) && found.days.is_ok();
    if traces == 0 && is_whole {
        let _ = writeln!(out, "\nNo visitor's address is kept.");
    }
    to_stdout(out.as_bytes())?;
    if traces == 0 && !is_whole {
        return Err(
            Failure::new(Exit::Failed, "not everything could be searched").help("run as the user who owns the store")
        );
    }
    if traces > 0 {
        return Err(Failure::new(Exit::Failed, "something here looks like an address, and should not be here")
            .help("report it, with the kind of the file and not its content; a new store from the same logs replaces this one"));
    }
    Ok(())
}

/// What a row is.
fn meaning(holding: Holding) -> (&'static str, &'static str) {
    match holding {
        Holding::PageFacts => {
            ("page facts", "counts by hour, page, host, source, campaign, country, place, browser, system, device")
        }
        Holding::RequestFacts => ("request facts", "counts by hour, class, status, method, robot"),
        Holding::ErrorFacts => ("error facts", "counts by hour, status, path of errors and redirects"),
        Holding::LatencyFacts => ("latency facts", "counts by hour, class, status, time taken"),
        Holding::EventFacts => ("event facts", "counts by hour, event"),
        Holding::Ledger => ("ledger", "lines by hour, class"),
        Holding::Inputs => ("inputs", "paths of logs, how far they were read, keyed hashes as proof"),
        Holding::Hashes => ("hashes", "who was seen on an open day: 128 bits, and nothing beside them but the day"),
        Holding::Shards => ("shards", "visits that may go on, sealed under the salt of their day"),
    }
}

fn kept(found: &Privacy, out: &mut String) {
    let _ = writeln!(out, "\nWhat is kept");
    for (holding, rows) in &found.rows {
        let (name, meaning) = meaning(*holding);
        let _ = writeln!(out, "  {name:<14} {:>12}  {meaning}", thousands(*rows));
    }
    let texts = "paths, hosts, referrers, campaigns, browsers and robots that these name";
    let _ = writeln!(out, "  {:<14} {:>12}  {texts}", "texts", thousands(found.texts));
}

fn salts(found: &Privacy, now: i64, out: &mut String) {
    let at = |time| found.zone.local(time).format("%Y-%m-%d %H:%M").to_string();
    let _ = writeln!(out, "\nSalts in {}", clean(&found.salts.display().to_string()));
    let days = match &found.days {
        Ok(days) => days,
        Err(error) => {
            let _ = writeln!(out, "  not to be read: {}", clean(error));
            return;
        }
    };
    for OpenDay { day, made, due, hashes, visits } in days {
        let visits = visits.map_or("an unknown number of".into(), thousands);
        let _ = writeln!(
            out,
            "  {day}  made {}, {} ago; destroyed {} unless used till then; {} hashes, {visits} open visits",
            at(*made),
            age(now - made),
            at(*due),
            thousands(*hashes),
        );
    }
    let hashes = found.rows.iter().find(|(of, _)| *of == Holding::Hashes).map_or(0, |(_, rows)| *rows);
    let _ = match (days.is_empty(), hashes) {
        (false, _) => Ok(()),
        (true, 0) => writeln!(out, "  none: nothing in the store can be related any more"),
        (true, hashes) => writeln!(out, "  none, and {} hashes that were made under some", thousands(hashes)),
    };
    let _ = match found.destroyed {
        Some(time) => writeln!(out, "  last destroyed {}", at(time)),
        None => writeln!(out, "  none was destroyed yet"),
    };
}

/// Seconds as people say them.
fn age(seconds: i64) -> String {
    match seconds.max(0) {
        s @ 0..120 => format!("{s} s"),
        s @ 120..7_200 => format!("{} min", s / 60),
        s @ 7_200..172_800 => format!("{} h", s / 3600),
        s => format!("{} days", s / 86_400),
    }
}

fn searched(found: &Privacy, out: &mut String) {
    let _ = writeln!(out, "\nSearched for addresses");
    for file in &found.files {
        let (name, bytes) = (clean(&file.path.display().to_string()), thousands(file.bytes));
        let result = match (&file.trouble, file.traces, file.known) {
            (Some(trouble), ..) => format!("not searched: {trouble}"),
            (None, 0, 0) => "none".into(),
            (None, 0, known) => format!("none but {} of the texts below", thousands(known)),
            (None, 1, _) => "1 text that looks like one".into(),
            (None, traces, _) => format!("{} texts that look like one", thousands(traces)),
        };
        let _ = writeln!(out, "  {name}, {bytes} bytes: {result}");
    }
    let like: Vec<String> =
        found.like.iter().map(|(of, count)| format!("{} among {}", thousands(*count), of.as_str())).collect();
    let texts = thousands(found.texts);
    let _ = match like.is_empty() {
        true => writeln!(out, "  {texts} texts that requests named: none"),
        false => writeln!(out, "  {texts} texts that requests named: {}, as a URL or name has it", like.join(", ")),
    };
}
