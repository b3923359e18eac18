//! `report`: a report to standard output or into a file.

use super::args;
use super::config::Config;
use super::{console, ingest};
use crate::error::{Exit, Failure, Outcome, say, to_stdout};
use crate::model::{Dimension, Kind, Metric};
use crate::query::Filter;
use crate::query::Span;
use crate::report::{Asked, CsvOptions, Report, Style, build, csv, json, markdown, text};
use std::io::Write;
use std::path::Path;

const FORMATS: [&str; 5] = ["text", "json", "csv", "tsv", "md"];

/// Runs the command.
pub fn run(args: &args::Report, config: &Config) -> Outcome {
    let format = one_of("--format", args.format.as_deref().unwrap_or("text"), &FORMATS)?;
    let asked = asked(args, config, format)?;
    let report = {
        let reader = ingest::reader(config)?;
        build(&reader, &asked, config.now())?
    };
    let bytes = rendered(&report, args, config, format)?;
    // A table of a list that is not known is an empty one.
    if matches!(format, "csv" | "tsv") && !config.quiet {
        report.unknown_lists().for_each(|(list, why)| say!("note: {list} is not known: {why}"));
    }
    match &args.output {
        Some(path) if path != Path::new("-") => write_aside(path, &bytes),
        _ => to_stdout(&bytes),
    }
}

fn rendered(report: &Report, args: &args::Report, config: &Config, format: &str) -> Result<Vec<u8>, Failure> {
    let table = |delimiter| {
        csv(report, CsvOptions { delimiter, header: !args.no_header, raw: args.raw })
            .map_err(|error| Failure::new(Exit::Failed, "could not write the table").cause(error))
    };
    let to_terminal = args.output.is_none();
    let style = Style {
        colour: to_terminal && console::colour(config),
        width: if to_terminal { console::width() } else { None },
        ledger: args.ledger,
    };
    Ok(match format {
        "json" => json(report).into_bytes(),
        "csv" => table(b',')?,
        "tsv" => table(b'\t')?,
        "md" => markdown(report).into_bytes(),
        _ => text(report, style).into_bytes(),
    })
}

fn asked(args: &args::Report, config: &Config, format: &str) -> Result<Asked, Failure> {
    let dimensions: Vec<&str> = Dimension::ALL.iter().map(|d| d.as_str()).collect();
    let metrics: Vec<&str> = Metric::ALL.iter().map(|m| m.as_str()).collect();
    let by =
        args.by.iter().flat_map(|list| list.split(',')).map(|name| {
            one_of("--by", name, &dimensions).map(|name| Dimension::parse(name).unwrap_or(Dimension::Page))
        });
    let sort = args.sort.as_deref().map(|name| one_of("--sort", name, &metrics)).transpose()?;
    let limit = args.limit.unwrap_or(if matches!(format, "csv" | "tsv") { 0 } else { 10 });
    let kind = args.kind.as_deref().map(|name| one_of("--kind", name, &["log", "beacon", "both"])).transpose()?;
    let filter = |text: &String| text.parse::<Filter>().map_err(|error| Failure::usage(format!("--filter: {error}")));
    Ok(Asked {
        site: config.site.clone(),
        span: Span {
            period: word("--period", args.period.as_deref(), crate::query::Period::ALL, |p| p.as_str())?,
            since: args.since.clone(),
            until: args.until.clone(),
        },
        interval: word("--interval", args.interval.as_deref(), crate::query::Interval::ALL, |i| i.as_str())?,
        compare: word("--compare", args.compare.as_deref(), crate::query::Compare::ALL, |c| c.as_str())?,
        filters: args.filter.iter().map(filter).collect::<Result<_, _>>()?,
        by: by.collect::<Result<_, _>>()?,
        sort: sort.and_then(Metric::parse),
        sorts: Vec::new(),
        request_series: false,
        limit,
        kind: kind.map(|name| match name {
            "log" => Some(Kind::Log),
            "beacon" => Some(Kind::Beacon),
            _ => None,
        }),
    })
}

/// A word of a fixed list, with the nearest one named if it is none.
fn one_of<'w>(flag: &str, word: &str, words: &[&'w str]) -> Result<&'w str, Failure> {
    if let Some(found) = words.iter().find(|known| **known == word) {
        return Ok(found);
    }
    let error = Failure::usage(format!("{flag}: there is no '{}'", console::clean(word)));
    let near = words.iter().min_by_key(|known| distance(known, word));
    Err(match near.filter(|near| distance(near, word) <= 2) {
        Some(near) => error.help(format!("did you mean '{near}'? There are: {}", words.join(" "))),
        None => error.help(format!("there are: {}", words.join(" "))),
    })
}

/// A word of a fixed list, if one was given.
pub fn word<T: Copy>(
    flag: &str,
    text: Option<&str>,
    all: &[T],
    name: impl Fn(T) -> &'static str,
) -> Result<Option<T>, Failure> {
    let Some(text) = text else { return Ok(None) };
    let names: Vec<&str> = all.iter().map(|&one| name(one)).collect();
    let found = one_of(flag, text, &names)?;
    Ok(all.iter().copied().find(|&one| name(one) == found))
}

/// Letters to change, add or leave out to get from one word to another.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut corner = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let change = corner + usize::from(x != *y);
            corner = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(corner + 1);
        }
    }
    row[b.len()]
}

/// Writes beside the file and renames, so that nobody reads half a report.
fn write_aside(path: &Path, bytes: &[u8]) -> Outcome {
    let failed =
        |error: std::io::Error| Failure::new(Exit::Failed, format!("could not write {}", path.display())).cause(error);
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    file.write_all(bytes).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typos_are_met_with_the_nearest_word() {
        assert_eq!(distance("page", "pgae"), 2);
        assert_eq!(distance("", "abc"), 3);
        let failure = one_of("--by", "contry", &["page", "country"]).expect_err("a typo");
        assert_eq!(failure.error, "--by: there is no 'contry'");
        assert_eq!(failure.help.as_deref(), Some("did you mean 'country'? There are: page country"));
    }
}
