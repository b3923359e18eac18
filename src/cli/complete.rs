//! `completions` and `man`, from the same clap tree as the help.

use super::args::Cli;
use crate::error::{Exit, Failure, Outcome, to_stdout};
use clap::CommandFactory;
use clap_complete::Shell;

/// The completions of a shell.
pub fn completions(shell: Shell) -> Outcome {
    let mut out = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "fathom-tui", &mut out);
    to_stdout(&out)
}

/// The manual page: the program, then every command.
pub fn man() -> Outcome {
    let mut out = Vec::new();
    let mut command = Cli::command();
    command.build();
    let failed = |error: std::io::Error| Failure::new(Exit::Failed, "could not write the manual").cause(error);
    clap_mangen::Man::new(command.clone()).render(&mut out).map_err(failed)?;
    for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set() && sub.get_name() != "help") {
        let page = clap_mangen::Man::new(sub.clone().disable_help_flag(true));
        out.extend_from_slice(format!(".SH {}\n", sub.get_name().to_uppercase()).as_bytes());
        page.render_description_section(&mut out).map_err(failed)?;
        page.render_options_section(&mut out).map_err(failed)?;
    }
    to_stdout(&out)
}
