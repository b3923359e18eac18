//! `recount`: forgets a day and reads its lines again from the inputs that still exist.

use super::args;
use super::config::Config;
use super::console::{clean, confirm, thousands};
use super::ingest;
use crate::error::{Failure, Outcome, say};
use crate::model::Day;
use crate::pipeline::{ImportOptions, forget, inputs_of, recount};
use chrono::NaiveDate;

/// Runs the command.
pub fn run(args: &args::Recount, config: &Config) -> Outcome {
    let date = NaiveDate::parse_from_str(&args.date, "%Y-%m-%d")
        .map_err(|_| Failure::usage(format!("'{}' is no date", clean(&args.date))).help("write it as 2026-11-20"))?;
    let day = Day::of(date);
    let (info, again, lines) = {
        let reader = ingest::reader(config)?;
        let info = reader.info().clone();
        let again = inputs_of(&reader.inputs()?, day, info.zone);
        (info, again, reader.lines_of(day)?)
    };
    for gone in &again.gone {
        say!("note: {} had lines that may be of {day}, and is gone: those are not counted again", clean(gone));
    }
    if again.files.is_empty() {
        return Err(Failure::usage(format!("no log with lines of {day} is there any more"))
            .help("bring back the logs that were read; nothing was changed"));
    }
    let names: Vec<String> = again.files.iter().map(|path| clean(&path.display().to_string())).collect();
    let what = format!(
        "{day} has {} lines that can be read in the store; they are forgotten, and lines of that day are read again from {}",
        thousands(lines),
        names.join(", ")
    );
    if !args.yes && !confirm(&what, "do it")? {
        return Ok(());
    }
    let options = ImportOptions { only: Some(day), ..ImportOptions::default() };
    let mut ingest = ingest::open(config, &args.reading, options)?;
    forget(&mut ingest, &info, day)?;
    let counted = recount(&again.files, &mut ingest)?;
    ingest.with_writer(|writer| writer.checkpoint()).unwrap_or(Ok(()))?;
    if !config.quiet {
        say!("{day}: {} lines counted again, {} before", thousands(counted), thousands(lines));
    }
    Ok(())
}
