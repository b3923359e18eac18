//! `recount`: forgets a day and reads its lines again from the inputs that still exist.

use super::args;
use super::config::Config;
use super::console::{clean, confirm, thousands};
use super::ingest;
use crate::error::{Failure, Outcome, say};
use crate::model::Day;
use crate::pipeline::{ImportOptions, forget, inputs_of, recount};
use crate::store::Reader;
use chrono::NaiveDate;

/// Runs the command.
pub fn run(args: &args::Recount, config: &Config) -> Outcome {
    let date = NaiveDate::parse_from_str(&args.date, "%Y-%m-%d")
        .map_err(|_| Failure::usage(format!("'{}' is no date", clean(&args.date))).help("write it as 2026-11-20"))?;
    let day = Day::of(date);
    let reader = ingest::reader(config)?;
    let info = reader.info().clone();
    let days = reader.joined_with(day)?;
    let again = inputs_of(&reader.inputs()?, &days, info.zone);
    let lines = days.iter().map(|day| reader.lines_of(*day)).sum::<Result<u64, _>>()?;
    let config = &of_site(config, &reader)?;
    drop(reader);
    let names: Vec<String> = days.iter().map(Day::to_string).collect();
    let (named, has) = (names.join(" and "), if days.len() == 1 { "has" } else { "have" });
    for gone in &again.gone {
        say!("note: {} had lines that may be of {named}, and is gone: those are not counted again", clean(gone));
    }
    if again.files.is_empty() {
        return Err(Failure::usage(format!("no log with lines of {named} is there any more"))
            .help("bring back the logs that were read; nothing was changed"));
    }
    let names: Vec<String> = again.files.iter().map(|path| clean(&path.display().to_string())).collect();
    let what = format!(
        "{named} {has} {} lines that can be read in the store; they are forgotten, and lines of then are read again from {}",
        thousands(lines),
        names.join(", ")
    );
    if !args.yes && !confirm(&what, "do it")? {
        return Ok(());
    }
    let options = ImportOptions { only: Some(days.clone()), ..ImportOptions::default() };
    let mut ingest = ingest::open(config, &args.reading, options)?;
    for day in &days {
        forget(&mut ingest, &info, *day)?;
    }
    let counted = recount(&again.files, &mut ingest)?;
    ingest.with_writer(|writer| writer.checkpoint()).unwrap_or(Ok(()))?;
    if !config.quiet {
        say!("{named}: {} lines counted again, {} before", thousands(counted), thousands(lines));
    }
    Ok(())
}

/// Lines belong to the site that `--site` or the configuration names, else to the only
/// one that there is.
fn of_site(config: &Config, reader: &Reader) -> Result<Config, Failure> {
    let sites = reader.sites()?;
    match &sites[..] {
        _ if config.site.is_some() || config.names_sites() => Ok(config.clone()),
        [only] => Ok(config.with_site(&only.name)),
        [] => Ok(config.clone()),
        _ => Err(Failure::usage(format!("there are {} sites, and nothing says whose logs these are", sites.len()))
            .help("name it with --site, or the logs of each in the configuration")),
    }
}
