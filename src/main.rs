//! Parses, runs, prints the error, ends with its code.

use clap::Parser;
use fathom_tui::cli::{Cli, run, usage};
use std::process::ExitCode;

fn main() -> ExitCode {
    let outcome = match Cli::try_parse() {
        Ok(cli) => run(cli),
        Err(error) => usage(error),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.print();
            ExitCode::from(failure.exit.code())
        }
    }
}
