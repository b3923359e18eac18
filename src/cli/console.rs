//! What the terminal is and may be shown.

use super::args::Color;
use super::config::Config;
use crate::error::{Failure, say, to_stderr};
use crate::store::Notice;
use crate::tui::Event;
use std::io::IsTerminal;

/// Whether escapes for colour may go to standard output.
pub fn colour(config: &Config) -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    match config.color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto if set("NO_COLOR") || dumb => false,
        Color::Auto if std::env::var_os("CLICOLOR_FORCE").is_some_and(|v| v != "0" && !v.is_empty()) => true,
        Color::Auto => std::io::stdout().is_terminal(),
    }
}

/// Columns of the terminal that standard output is; nothing if it is none.
pub fn width() -> Option<usize> {
    if !std::io::stdout().is_terminal() {
        return None;
    }
    rustix::termios::tcgetwinsize(std::io::stdout()).ok().map(|size| usize::from(size.ws_col)).filter(|&w| w > 0)
}

/// Says what the store wants people to know: on the screen, if the dashboard has it.
pub fn notice(notice: Notice) {
    let (text, event): (String, fn(String) -> Event) = match notice {
        Notice::Held(Some(pid)) => (format!("waiting for the store, which process {pid} holds"), Event::Waits),
        Notice::Held(None) => ("waiting for the store, which another process holds".into(), Event::Waits),
        Notice::Mended(mended) => (format!("warning: {mended}"), Event::Say),
    };
    if !super::dashboard::tell(event(text.clone())) {
        say!("{text}");
    }
}

/// A text that may hold anything, for a message: no control character of it
/// reaches the terminal.
pub fn clean(text: &str) -> String {
    crate::model::clean(text.as_bytes()).into_owned()
}

/// A number with commas.
pub fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|group| std::str::from_utf8(group).unwrap_or_default()).collect();
    groups.join(",")
}

/// Asks on a terminal whether to do something; elsewhere `--yes` is needed.
///
/// # Errors
/// Without a terminal.
pub fn confirm(what: &str, act: &str) -> Result<bool, Failure> {
    if !std::io::stdin().is_terminal() {
        return Err(Failure::usage(what).help(format!("add --yes to {act}")));
    }
    let (first, rest) = act.split_at(1);
    to_stderr(format_args!("{what}. {}{rest}? [y/N] ", first.to_uppercase()));
    let mut answer = String::new();
    let read = std::io::stdin().read_line(&mut answer);
    Ok(read.is_ok() && matches!(answer.trim(), "y" | "Y" | "yes"))
}
