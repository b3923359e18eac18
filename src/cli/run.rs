//! From what was typed to the command that does it.

use super::args::{Cli, Command, Dashboard};
use super::config::Config;
use super::{complete, dashboard, demo, detect, doctor, import, privacy, recount, report, sites, status, watch};
use crate::enrich::country::embedded_date;
use crate::error::{Exit, Failure, Outcome, say, to_stdout};
use clap::error::{ContextKind, ContextValue, ErrorKind};

/// Runs the command.
///
/// # Errors
/// What could not be done, why, and what to do.
pub fn run(cli: Cli) -> Outcome {
    prepare();
    if cli.version {
        return version();
    }
    let Some(command) = cli.command else { return dashboard::run(&cli.dashboard, &Config::new(&cli.global)?) };
    if cli.dashboard != Dashboard::default() {
        return Err(Failure::usage("options of the dashboard stand behind its command, or without any")
            .help("fathom-tui --period 7d, fathom-tui watch --theme light FILE"));
    }
    match command {
        Command::Completions { shell } => return complete::completions(shell),
        Command::Man => return complete::man(),
        Command::GenerateLog(args) => return demo::generate_log(&args, &Config::new(&cli.global)?),
        _ => {}
    }
    let config = Config::new(&cli.global)?;
    match command {
        Command::Import(args) => import::run(&args, &config),
        Command::Watch(args) => watch::run(&args, &config),
        Command::Report(args) => report::run(&args, &config),
        Command::Detect(args) => detect::run(&args),
        Command::Sites(args) => sites::run(&args, &config),
        Command::Status(args) => status::run(&args, &config),
        Command::Doctor(args) => doctor::run(&args, &config),
        Command::Privacy(args) => privacy::run(&args, &config),
        Command::Recount(args) => recount::run(&args, &config),
        Command::Demo(args) => demo::run(&args, &config),
        Command::Completions { .. } | Command::Man | Command::GenerateLog(_) => Ok(()),
    }
}

/// What a panic says may quote what was read, so only its place is told.
fn tell_of_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or("an unknown place".into(), |at| format!("{}:{}", at.file(), at.line()));
        say!("error: fathom-tui has a bug and stopped at {place}");
        say!("help: what was committed is safe; run it again, and report the place");
        if std::env::var_os("RUST_BACKTRACE").is_some_and(|value| value != "0") {
            say!("{}", std::backtrace::Backtrace::force_capture());
        }
    }));
}

/// What is written is for its owner only, a crash leaves no picture of memory,
/// and many logs may be open at once.
fn prepare() {
    tell_of_panics();
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit, umask};
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        // The limit below does not hold for a core pattern that is a program.
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
    umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    let files = getrlimit(Resource::Nofile);
    let _ = setrlimit(Resource::Nofile, Rlimit { current: files.maximum, ..files });
}

fn version() -> Outcome {
    let engine = crate::store::engine_version().unwrap_or_else(|_| "unknown".into());
    let text = format!(
        "fathom-tui {}\nengine: DuckDB {engine}\ncountries: {}, IP Geolocation by DB-IP (https://db-ip.com), CC BY 4.0\n",
        env!("CARGO_PKG_VERSION"),
        embedded_date()
    );
    to_stdout(text.as_bytes())
}

/// Turns what clap says about the command line into our own form; help is no
/// error.
///
/// # Errors
/// Always, but for help.
pub fn usage(error: clap::Error) -> Outcome {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        return to_stdout(error.render().to_string().as_bytes());
    }
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        Some(ContextValue::Strings(all)) => all.first().cloned(),
        _ => None,
    };
    let near = [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg, ContextKind::SuggestedValue]
        .into_iter()
        .find_map(text);
    let rendered = error.render().to_string();
    let first = rendered.lines().next().unwrap_or("wrong usage").trim_start_matches("error: ").to_owned();
    let message = match (error.kind(), text(ContextKind::InvalidSubcommand), text(ContextKind::InvalidArg)) {
        (ErrorKind::InvalidSubcommand, Some(name), _) => format!("there is no command '{name}'"),
        (ErrorKind::UnknownArgument, _, Some(name)) if name.starts_with('-') => {
            format!("there is no option '{name}' here")
        }
        (ErrorKind::UnknownArgument, _, Some(name)) => format!("'{name}' is not expected here"),
        (ErrorKind::MissingRequiredArgument, ..) => missing(&rendered),
        _ => first,
    };
    let choices = match error.get(ContextKind::ValidValue) {
        Some(ContextValue::Strings(choices)) if error.kind() == ErrorKind::InvalidValue => choices.join(", "),
        _ => String::new(),
    };
    let help = match near {
        Some(near) => format!("did you mean '{near}'?"),
        None if !choices.is_empty() => format!("there are: {choices}"),
        None => "see `fathom-tui --help`".into(),
    };
    Err(Failure::new(Exit::Usage, message).help(help))
}

fn missing(rendered: &str) -> String {
    let names: Vec<&str> = rendered.lines().skip(1).map(str::trim).take_while(|line| !line.is_empty()).collect();
    format!("{} is missing", names.join(" "))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    #[test]
    fn a_crash_leaves_no_picture_of_memory() {
        super::prepare();
        let behaviour = rustix::process::dumpable_behavior().expect("known");
        assert_eq!(behaviour, rustix::process::DumpableBehavior::NotDumpable);
        let limit = rustix::process::getrlimit(rustix::process::Resource::Core);
        assert_eq!((limit.current, limit.maximum), (Some(0), Some(0)));
    }
}
