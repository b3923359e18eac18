//! The command line: what was typed, made into a checked configuration, and
//! one file for each command.

mod args;
mod complete;
mod config;
mod console;
mod dashboard;
mod demo;
mod detect;
mod discover;
mod doctor;
mod import;
mod ingest;
mod orphans;
mod privacy;
mod recount;
mod report;
mod run;
mod signals;
mod sites;
mod status;
mod watch;

pub use args::Cli;
pub use run::{run, usage};
