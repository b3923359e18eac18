//! `privacy`: what is kept about visitors, and the search for anything that
//! should not be there; keys of stores that are no more.

use super::args;
use super::config::Config;
use super::console::{clean, notice, thousands};
use super::ingest;
use super::orphans;
use crate::error::{Exit, Failure, Outcome, to_stdout};
use crate::pipeline::{OpenDay, Privacy, privacy};
use crate::store::Holding;
use std::fmt::Write;

/// Runs the command.
pub fn run(args: &args::Privacy, config: &Config) -> Outcome {
    if args.destroy_orphans {
        return orphans::destroy(args.yes, config);
    }
    // Days that are due are closed first, as at the start of every command.
    let keys = ingest::keys(ingest::reader(config)?.info());
    let found = privacy(&config.db, keys, notice)?;
    let mut out = format!("store {}, days of {}\n", clean(&config.db.display().to_string()), found.zone.name());
    kept(&found, config.privacy()?.k, &mut out);
    sealed(&found, config.now(), &mut out);
    searched(&found, &mut out);
    orphans::tell(config, &mut out);
    let traces: u64 = found.files.iter().map(|file| file.traces).sum();
    let foreign: u64 = found.foreign.iter().map(|(_, count)| count).sum();
    let is_whole = found.files.iter().all(|file| file.trouble.is_none()) && found.days.is_ok();
    let is_clean = traces == 0 && foreign == 0;
    if is_clean && is_whole {
        let _ = writeln!(out, "\nNo visitor's address is kept.");
    }
    to_stdout(out.as_bytes())?;
    if !is_clean {
        return Err(Failure::new(Exit::Failed, "something here looks like an address, and should not be here")
            .help("report it, with the kind of the file and not its content; a new store from the same logs replaces this one"));
    }
    if !is_whole {
        return Err(
            Failure::new(Exit::Failed, "not everything could be searched").help("run as the user who owns the store")
        );
    }
    Ok(())
}

/// What a row is.
fn meaning(holding: Holding) -> (&'static str, &'static str) {
    match holding {
        Holding::Hours => ("hours", "page views, visitors, visits by hour: totals only"),
        Holding::VisitSums => {
            ("visit sums", "what a day's visits were like: source, country, browser and so on; no page")
        }
        Holding::PageSums => ("page sums", "what was looked at on a day; nothing of who looked"),
        Holding::Pairs => ("pairs", "a page beside one thing about its visits, shared by enough visitors"),
        Holding::RequestSums => ("request sums", "counts by hour, class, status, method, robot"),
        Holding::ErrorPaths => ("error paths", "counts by day, status, path of errors and redirects"),
        Holding::Latencies => ("latencies", "counts by class, status, time taken"),
        Holding::Ledger => ("ledger", "lines by hour, class"),
        Holding::Inputs => ("inputs", "paths of logs; how far they were read is sealed"),
        Holding::Hashes => ("hashes", "who was seen on an open day: 128 bits, and nothing beside them but the day"),
        Holding::Segments => ("segments", "everything else of open days, sealed"),
        Holding::Carried => {
            ("carried", "days too small to name their pages by themselves; sealed until they are counted")
        }
    }
}

fn kept(found: &Privacy, k: u32, out: &mut String) {
    let _ = writeln!(out, "\nWhat is kept");
    for (holding, rows) in &found.rows {
        let (name, meaning) = meaning(*holding);
        let _ = writeln!(out, "  {name:<14} {:>12}  {meaning}", thousands(*rows));
    }
    let texts = "paths, hosts, referrers, campaigns, browsers and robots that these name";
    let _ = writeln!(out, "  {:<14} {:>12}  {texts}", "texts", thousands(found.texts));
    let _ = writeln!(out, "\nClosed days: {}", thousands(found.closed));
    let _ = match (k, found.smallest_pair) {
        (1, _) => writeln!(out, "  pairs are kept whoever shares them (k = 1): this is weaker"),
        (k, None) => {
            writeln!(out, "  no page stands beside anything about its visits (at least {k} visitors have to share it)")
        }
        (k, Some(least)) => {
            writeln!(out, "  behind every pair are at least {} visitors (k = {k})", thousands(least))
        }
    };
    if found.carried > 0 {
        let _ = writeln!(out, "  {} too small to name their pages; these wait, sealed", thousands(found.carried));
    }
}

fn sealed(found: &Privacy, now: i64, out: &mut String) {
    let at = |time| found.zone.local(time).format("%Y-%m-%d %H:%M").to_string();
    let _ = writeln!(
        out,
        "\nOpen days: sealed under the keys in {}, with the salts in {}",
        clean(&found.keys.display().to_string()),
        clean(&found.salts.display().to_string())
    );
    let days = match &found.days {
        Ok(days) => days,
        Err(error) => {
            let _ = writeln!(out, "  not to be read: {}", clean(error));
            return;
        }
    };
    for OpenDay { day, made, due, hashes, segments, visits } in days {
        let visits = visits.map_or("an unknown number of".into(), thousands);
        let made =
            made.map_or("its key is lost".into(), |made| format!("keys made {}, {} ago", at(made), age(now - made)));
        let _ = writeln!(
            out,
            "  {day}  {made}; closed {} unless more comes; {} hashes, {} segments of {} bytes, {visits} open visits",
            at(*due),
            thousands(*hashes),
            thousands(segments.0),
            thousands(segments.1),
        );
    }
    if days.is_empty() {
        let _ = writeln!(out, "  none: nothing in the store can be related any more");
    }
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
        false => writeln!(out, "  {texts} texts that requests named: {}, as a URL has it", like.join(", ")),
    };
    for (of, count) in &found.foreign {
        let _ = writeln!(
            out,
            "  {} texts that look like an address among {}: no URL brings them there",
            thousands(*count),
            of.as_str()
        );
    }
}
