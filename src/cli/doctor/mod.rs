//! `doctor`: what is wrong or risky here, and what to do about it.

mod logs;
mod machine;
mod store;

use super::args;
use super::config::Config;
use super::console::clean;
use crate::error::{Exit, Failure, Outcome, to_stdout};
use std::fmt::Write;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    /// As it should be.
    Ok,
    /// Worth knowing.
    Note,
    /// Needs doing.
    Fix,
}

/// One thing that was looked at.
struct Finding {
    level: Level,
    what: String,
    help: Option<String>,
}

/// What was found so far.
#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn ok(&mut self, what: impl Into<String>) {
        self.0.push(Finding { level: Level::Ok, what: what.into(), help: None });
    }

    fn note(&mut self, what: impl Into<String>, help: impl Into<String>) {
        self.0.push(Finding { level: Level::Note, what: what.into(), help: Some(help.into()) });
    }

    fn fix(&mut self, what: impl Into<String>, help: impl Into<String>) {
        self.0.push(Finding { level: Level::Fix, what: what.into(), help: Some(help.into()) });
    }

    /// A failure is something to fix.
    fn failed(&mut self, failure: Failure) {
        let cause = failure.cause.map(|cause| format!(" ({cause})")).unwrap_or_default();
        self.fix(format!("{}{cause}", failure.error), failure.help.unwrap_or_default());
    }

    fn to_text(&self) -> String {
        let mut out = String::new();
        for Finding { level, what, help } in &self.0 {
            let name = match level {
                Level::Ok => "ok",
                Level::Note => "note",
                Level::Fix => "fix",
            };
            let _ = writeln!(out, "{name:<5} {}", clean(what));
            if let Some(help) = help.as_ref().filter(|help| !help.is_empty()) {
                let _ = writeln!(out, "      -> {}", clean(help));
            }
        }
        out
    }
}

/// Runs the command.
pub fn run(args: &args::Doctor, config: &Config) -> Outcome {
    let mut findings = Findings::default();
    if let Some(reader) = store::open(config, &mut findings) {
        let known = logs::Known::of(&reader);
        store::look(config, &reader, args.deep, &mut findings);
        machine::zone(config, reader.info().zone, &mut findings);
        drop(reader);
        store::orphans(config, &mut findings);
        logs::look(config, &known, &mut findings);
    }
    machine::look(config, &mut findings);
    to_stdout(findings.to_text().as_bytes())?;
    match findings.0.iter().filter(|finding| finding.level == Level::Fix).count() {
        0 => Ok(()),
        1 => Err(Failure::new(Exit::Failed, "one thing needs doing")),
        n => Err(Failure::new(Exit::Failed, format!("{n} things need doing"))),
    }
}
