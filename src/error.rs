//! How a command ends: exit codes, and the one place that prints errors.

use crate::anonymise::SaltError;
use crate::model::clean;
use crate::pipeline::IngestError;
use crate::query::RangeError;
use crate::report::ReportError;
use crate::store::StoreError;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// The exit codes that `--help` and the manual list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Something failed.
    Failed,
    /// Wrong usage.
    Usage,
    /// The store is missing, locked or too new.
    Store,
    /// An input was refused: unknown format, no permission, store key missing.
    Input,
    /// Ended by a signal of that number.
    Signal(u8),
}

impl Exit {
    /// The number for the shell.
    pub fn code(self) -> u8 {
        match self {
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::Store => 3,
            Exit::Input => 4,
            Exit::Signal(number) => 128 + number,
        }
    }
}

/// An error as people see it: what, why, and what to do.
#[derive(Debug)]
pub struct Failure {
    /// The exit code.
    pub exit: Exit,
    /// What could not be done.
    pub error: String,
    /// Why.
    pub cause: Option<String>,
    /// What to do.
    pub help: Option<String>,
}

impl Failure {
    /// A failure of which only the message is known.
    pub fn new(exit: Exit, error: impl Into<String>) -> Failure {
        Failure { exit, error: error.into(), cause: None, help: None }
    }

    /// With its cause.
    pub fn cause(mut self, cause: impl ToString) -> Failure {
        self.cause = Some(cause.to_string());
        self
    }

    /// With what to do.
    pub fn help(mut self, help: impl Into<String>) -> Failure {
        self.help = Some(help.into());
        self
    }

    /// Wrong usage.
    pub fn usage(error: impl Into<String>) -> Failure {
        Failure::new(Exit::Usage, error)
    }

    /// Prints it to standard error. Ended by a signal, or with nothing to say,
    /// it is silent.
    pub fn print(&self) {
        let mut stderr = std::io::stderr().lock();
        let lines = [("error", Some(&self.error)), ("cause", self.cause.as_ref()), ("help", self.help.as_ref())];
        for (name, text) in lines {
            if let Some(text) = text.filter(|text| !text.is_empty()) {
                for line in text.split('\n') {
                    let _ = writeln!(stderr, "{name}: {}", clean(line.as_bytes()));
                }
            }
        }
    }
}

/// What a command gives back.
pub type Outcome = Result<(), Failure>;

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        let exit = match &error {
            StoreError::Missing(_)
            | StoreError::Locked { .. }
            | StoreError::TooNew(_)
            | StoreError::FromBefore(_)
            | StoreError::NotAStore(_)
            | StoreError::DamagedLog(_)
            | StoreError::Replaced(_) => Exit::Store,
            StoreError::OtherZone { .. } => Exit::Usage,
            StoreError::Io(_, io) if io.kind() == ErrorKind::PermissionDenied => Exit::Store,
            StoreError::Io(..)
            | StoreError::Full(_)
            | StoreError::Damaged(_)
            | StoreError::TooLong
            | StoreError::Unwanted
            | StoreError::Keys(_)
            | StoreError::Engine(_) => Exit::Failed,
        };
        let help = error.help();
        Failure { help, ..Failure::new(exit, error.to_string()) }
    }
}

impl From<IngestError> for Failure {
    fn from(error: IngestError) -> Failure {
        let text = error.to_string();
        match error {
            IngestError::Store(error) => error.into(),
            IngestError::Salts(error) => error.into(),
            IngestError::Key(error) => Failure::new(Exit::Input, text).help(error.help()),
            IngestError::Expand(_) => {
                Failure::new(Exit::Input, text).help("check the path; a glob needs quotes to reach fathom-tui")
            }
            IngestError::Read(path, error) if error.kind() == ErrorKind::PermissionDenied => {
                Failure::new(Exit::Input, format!("could not read {}", path.display()))
                    .cause(error)
                    .help(permission_help(&path))
            }
            IngestError::Read(path, error) => {
                Failure::new(Exit::Failed, format!("could not read {}", path.display())).cause(error)
            }
            IngestError::UnknownFormat(path) => unknown_format(&path.display().to_string()),
            IngestError::Strict(_) => Failure::new(Exit::Failed, text)
                .cause("--strict stops at the first line that is no request")
                .help("leave out --strict to count such lines as malformed and go on"),
            IngestError::Raced => {
                Failure::new(Exit::Failed, text).help("run it again: what is counted is not counted twice")
            }
        }
    }
}

/// What to do about a log that may not be read. One for its owner alone is most
/// often Caddy's, which makes every next one the same way.
fn permission_help(path: &Path) -> String {
    let name = path.display();
    let Ok(meta) = std::fs::metadata(path) else {
        return format!("run as a user who may look into the folder of {name}");
    };
    let usual = format!("run as a user who may read it (on Debian: a member of group adm), or `chmod 640 {name}`");
    match meta.mode() & 0o477 == 0o400 {
        true => format!("{usual}; if Caddy makes it so, set `mode 0640` below `output file` in the Caddyfile"),
        false => usual,
    }
}

/// The refusal of an input in no known format.
pub fn unknown_format(path: &str) -> Failure {
    Failure::new(Exit::Input, format!("{path}: in no known log format"))
        .cause("nothing of it was read")
        .help(format!("see `fathom-tui detect {path}`, or give --log-format with your nginx log_format string"))
}

impl From<SaltError> for Failure {
    fn from(error: SaltError) -> Failure {
        Failure::new(Exit::Failed, error.to_string())
            .help("the folder must be writable by this user: see --salts and --state-dir")
    }
}

impl From<RangeError> for Failure {
    fn from(error: RangeError) -> Failure {
        Failure::usage(error.to_string()).help("see `fathom-tui report --help`")
    }
}

impl From<ReportError> for Failure {
    fn from(error: ReportError) -> Failure {
        match error {
            ReportError::Store(error) => error.into(),
            ReportError::Range(error) => error.into(),
            ReportError::NoSite(name, sites) if sites.is_empty() => {
                Failure::usage(format!("there is no site '{name}'"))
                    .help("nothing was imported yet: fathom-tui import FILE")
            }
            ReportError::NoSite(name, sites) => {
                Failure::usage(format!("there is no site '{name}'")).help(format!("there are: {}", sites.join(", ")))
            }
            ReportError::Mixed(a, b) => {
                let cause = match (a, b) {
                    _ if a.is_request() != b.is_request() => {
                        "one belongs to page views, the other to requests; they are counted apart"
                    }
                    _ if a.is_request() => "paths that failed are counted without bots",
                    _ => "the pages that visits enter by, view and leave by are counted apart",
                };
                Failure::usage(format!("{} and {} do not combine", a.as_str(), b.as_str()))
                    .cause(cause)
                    .help("ask for them in two reports")
            }
            ReportError::Unsupported(what) => Failure::usage(format!("{what} is not possible")),
        }
    }
}

/// Says a line on standard error.
macro_rules! say {
    ($($text:tt)*) => { $crate::error::to_stderr(format_args!("{}\n", format_args!($($text)*))) };
}
pub(crate) use say;

/// Writes to standard error. That nobody listens there any more ends nothing:
/// what is being done is worth more than what is said about it.
pub(crate) fn to_stderr(text: std::fmt::Arguments<'_>) {
    let _ = std::io::stderr().lock().write_fmt(text);
}

/// Writes to standard output; a reader that has gone away is no error.
///
/// # Errors
/// Anything else that keeps it from being written.
pub fn to_stdout(bytes: &[u8]) -> Outcome {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::new(Exit::Failed, "could not write to standard output").cause(error))
        }
        _ => Ok(()),
    }
}
