//! The clap structs, and nothing else. Their comments are the help.

#![allow(missing_docs)]

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  fathom-tui demo
  fathom-tui import /var/log/nginx/access.log*
  fathom-tui report --since 7d
  fathom-tui report --period yesterday --format csv --no-header >> stats.csv
  fathom-tui watch /var/log/nginx/access.log
  fathom-tui
";

const EXIT_CODES: &str = "\
Exit codes: 0 done, 1 failed, 2 usage, 3 store missing, locked or too new, \
4 input refused (unknown format, no permission, store key missing), \
128 + n ended by signal n";

/// True visitor numbers from web server logs, without keeping anything about the visitors
#[derive(Parser, Debug)]
#[command(name = "fathom-tui", disable_version_flag = true, before_long_help = EXAMPLES, after_help = EXIT_CODES)]
#[command(subcommand_required = false, arg_required_else_help = false, infer_subcommands = false)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(flatten)]
    pub dashboard: Dashboard,
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Print version, engine, geo database date and credit
    #[arg(long, short = 'V')]
    pub version: bool,
}

#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// The store's file [default: fathom-tui/fathom.duckdb in the XDG data folder]
    #[arg(long, value_name = "PATH", global = true, env = "FATHOM_TUI_DB", hide_env = true)]
    pub db: Option<PathBuf>,
    /// The configuration [default: fathom-tui/config.toml in the XDG configuration folder]
    #[arg(long, value_name = "PATH", global = true, env = "FATHOM_TUI_CONFIG", hide_env = true)]
    pub config: Option<PathBuf>,
    /// Where keys and salts of stores lie [default: fathom-tui in the XDG state folder]
    #[arg(
        long,
        value_name = "DIR",
        global = true,
        env = "FATHOM_TUI_STATE_DIR",
        hide_env = true,
        hide_short_help = true
    )]
    pub state_dir: Option<PathBuf>,
    /// Where the salts lie, for a store that is being made (a tmpfs such as /run/fathom-tui)
    #[arg(long, value_name = "DIR", global = true, env = "FATHOM_TUI_SALTS", hide_env = true, hide_short_help = true)]
    pub salts: Option<PathBuf>,
    /// Only this site; when reading logs, everything belongs to it
    #[arg(long, value_name = "NAME", global = true, env = "FATHOM_TUI_SITE", hide_env = true)]
    pub site: Option<String>,
    /// The zone of days, for a store that is being made [default: the system's]
    #[arg(long, value_name = "ZONE", global = true, env = "FATHOM_TUI_TIMEZONE", hide_env = true)]
    pub timezone: Option<String>,
    /// When to use colour
    #[arg(long, value_name = "WHEN", global = true, env = "FATHOM_TUI_COLOR", hide_env = true, hide_short_help = true)]
    pub color: Option<Color>,
    /// Say nothing but errors
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// Say more
    #[arg(long, short, global = true, hide_short_help = true)]
    pub verbose: bool,
    /// A clock that stands still
    #[arg(long, value_name = "RFC3339", global = true, hide = true, env = "FATHOM_TUI_NOW", hide_env = true)]
    pub now: Option<String>,
}

/// How the dashboard begins.
#[derive(Args, Clone, Debug, Default, PartialEq)]
#[command(next_help_heading = "Dashboard options")]
pub struct Dashboard {
    /// What it shows: realtime today yesterday 7d 28d 30d 91d month last-month year 6mo 12mo all [default: 28d]
    #[arg(long = "period", id = "dashboard_period", value_name = "PERIOD", hide_short_help = true)]
    pub period: Option<String>,
    /// Only what this holds for: DIMENSION==VALUE, !=, ~ contains, !~ (repeatable)
    #[arg(long = "filter", id = "dashboard_filter", value_name = "EXPR", hide_short_help = true)]
    pub filter: Vec<String>,
    /// Compare with the period before, the year before, or nothing [default: previous]
    #[arg(long = "compare", id = "dashboard_compare", value_name = "previous|year|none", hide_short_help = true)]
    pub compare: Option<String>,
    /// Colours: dark or light; `list` names them
    #[arg(long, value_name = "NAME", hide_short_help = true)]
    pub theme: Option<String>,
    /// Draw with ASCII only
    #[arg(long, hide_short_help = true)]
    pub ascii: bool,
    /// Ask the store only when a key does
    #[arg(long, hide_short_help = true)]
    pub no_live: bool,
    /// Leave the mouse to the terminal
    #[arg(long, hide_short_help = true)]
    pub no_mouse: bool,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Subcommand, Debug)]
pub enum Command {
    /// Follow logs as they grow, with the dashboard
    Watch(Box<Watch>),
    /// Read logs once, plain or compressed; what is known already is not counted again
    Import(Import),
    /// Print a report
    Report(Box<Report>),
    /// Say which format a log is in, and how it is read
    Detect(Detect),
    /// List sites
    Sites(Sites),
    /// Say how far every input was read, and how big the store is
    Status(Status),
    /// Say what is wrong or risky here; exit 1 if something needs doing
    Doctor(Doctor),
    /// Say what is kept about visitors, and search for anything that should not be there
    ///
    /// Rows by kind, each salt with its age and end, open visits; then every byte of the store, its log,
    /// its state and its salts is searched for what looks like an address. Texts that requests named
    /// (URLs, hosts, referrers) may hold one; those are counted apart. Ends with 1 if there is another,
    /// or if something could not be searched.
    #[command(before_long_help = "Examples:\n  fathom-tui privacy\n")]
    Privacy(Privacy),
    /// Forget a day, and read its lines again from the logs that are still there
    Recount(Recount),
    /// Print the completions of a shell
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
    /// The dashboard on a temporary store of simulated traffic that goes on
    Demo(Box<Demo>),
    /// Write a simulated access log
    #[command(hide = true)]
    GenerateLog(GenerateLog),
}

/// What every ingesting command takes.
#[derive(Args, Clone, Debug, Default)]
pub struct Reading {
    /// Name of a format, nginx log_format string or GoAccess format string [default: found out]
    #[arg(long, value_name = "NAME-or-STRING", env = "FATHOM_TUI_LOG_FORMAT", hide_env = true)]
    pub log_format: Option<String>,
    /// Leave out requests: path:/health, ip:10.0.0.0/8, agent:*Uptime*, host:, referrer:, method:, status:
    #[arg(long, value_name = "RULE", env = "FATHOM_TUI_EXCLUDE", hide_env = true, value_delimiter = '\n')]
    pub exclude: Vec<String>,
    /// A MaxMind or DB-IP database for countries or cities [default: the embedded countries]
    #[arg(long, value_name = "FILE", env = "FATHOM_TUI_GEOIP", hide_env = true)]
    pub geoip: Option<PathBuf>,
    /// A proxy whose X-Forwarded-For is believed: an address, a network, or unix: for a socket
    #[arg(long, value_name = "CIDR", env = "FATHOM_TUI_TRUSTED_PROXY", hide_env = true, value_delimiter = ',')]
    pub trusted_proxy: Vec<String>,
}

#[derive(Args, Debug)]
#[command(before_long_help = "\
Examples:
  fathom-tui watch /var/log/nginx/access.log
  fathom-tui watch --headless /var/log/nginx/access.log
  fathom-tui watch --headless --until-idle 5s access.log
")]
pub struct Watch {
    /// Logs to follow [default: those of the configuration, else the usual places]
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Follow without the dashboard (what it does anyway off a terminal)
    #[arg(long)]
    pub headless: bool,
    /// Stop when nothing new came for that long, such as 30s or 5m
    #[arg(long, value_name = "DURATION")]
    pub until_idle: Option<String>,
    /// Skip what is there already
    #[arg(long)]
    pub from_end: bool,
    /// Only poll, for file systems without events
    #[arg(long)]
    pub no_inotify: bool,
    #[command(flatten)]
    pub reading: Reading,
    #[command(flatten)]
    pub dashboard: Dashboard,
}

#[derive(Args, Debug)]
#[command(before_long_help = "\
Examples:
  fathom-tui import /var/log/nginx/
  fathom-tui import access.log access.log.1 access.log.2.gz
  zcat old/*.gz | fathom-tui import -
  fathom-tui import --dry-run access.log
")]
pub struct Import {
    /// Logs, folders of logs, globs, or - for standard input
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<String>,
    /// Read and count, write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Close every past day at the end: what is later read of them may count a visitor twice
    #[arg(long, conflicts_with = "keep_open")]
    pub close: bool,
    /// Close no day at the end that is not due (else those older than a week)
    #[arg(long)]
    pub keep_open: bool,
    /// Stop at the first line that is no request
    #[arg(long)]
    pub strict: bool,
    /// Name so many rejected lines of each kind
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub show_rejected: usize,
    /// Leave out lines whose time another input of the site covers
    #[arg(long)]
    pub skip_overlap: bool,
    /// Read at most so many uncompressed bytes of each input
    #[arg(long, value_name = "N")]
    pub max_bytes: Option<u64>,
    /// Print the summary as JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub reading: Reading,
}

#[derive(Args, Debug)]
#[command(before_long_help = "\
Examples:
  fathom-tui report --since 7d
  fathom-tui report --period yesterday --format csv --no-header >> stats.csv
  fathom-tui report --period 28d --compare previous --filter country==DE --by page
  fathom-tui report --since 2026-11-01 --interval day --format csv
")]
pub struct Report {
    /// From when: 7d, 24h, 4w, 3mo, 2026-11-01, 2026-11-01T10:00
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Until when; a date means its end
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// realtime today yesterday 7d 28d 30d 91d month last-month year 6mo 12mo all [default: 28d]
    #[arg(long, value_name = "PERIOD", env = "FATHOM_TUI_PERIOD", hide_env = true)]
    pub period: Option<String>,
    /// Step of the series: hour day week month
    #[arg(long, value_name = "INTERVAL")]
    pub interval: Option<String>,
    /// Compare with the period before or the year before
    #[arg(long, value_name = "previous|year")]
    pub compare: Option<String>,
    /// DIMENSION==VALUE, !=, ~ contains, !~; * is a wildcard, | separates alternatives (\*, \| and \\ are themselves)
    #[arg(long, value_name = "EXPR")]
    pub filter: Vec<String>,
    /// List the values of a dimension (repeatable)
    #[arg(long, value_name = "DIMENSION")]
    pub by: Vec<String>,
    /// Sort lists by a metric
    #[arg(long, value_name = "METRIC")]
    pub sort: Option<String>,
    /// Rows of each list, 0 for all [default: 10; csv and tsv: all]
    #[arg(long, value_name = "N")]
    pub limit: Option<u64>,
    /// Where page views come from: log beacon both [default: what the site has]
    #[arg(long, value_name = "KIND")]
    pub kind: Option<String>,
    /// Show lines by class
    #[arg(long)]
    pub ledger: bool,
    /// text json csv tsv md
    #[arg(long, value_name = "FORMAT", env = "FATHOM_TUI_FORMAT", hide_env = true)]
    pub format: Option<String>,
    /// Write to a file, - for standard output
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Leave out the row of column names
    #[arg(long)]
    pub no_header: bool,
    /// Leave cells that a spreadsheet would run as they are
    #[arg(long)]
    pub raw: bool,
}

#[derive(Args, Debug)]
pub struct Detect {
    /// The log, - for standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Try this format instead of finding one out
    #[arg(long, value_name = "NAME-or-STRING")]
    pub log_format: Option<String>,
}

#[derive(Args, Debug)]
pub struct Privacy {
    /// Destroy keys and salts of stores that are no more
    #[arg(long)]
    pub destroy_orphans: bool,
    /// Do not ask
    #[arg(long, requires = "destroy_orphans")]
    pub yes: bool,
}

#[derive(Args, Debug)]
pub struct Recount {
    /// The day, such as 2026-11-20
    pub date: String,
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
    #[command(flatten)]
    pub reading: Reading,
}

#[derive(Args, Debug)]
pub struct Sites {
    #[command(subcommand)]
    pub action: Option<SitesAction>,
}

#[derive(Subcommand, Debug)]
pub enum SitesAction {
    /// List sites, their hosts and totals
    List {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Add a site, or hosts to one
    Add {
        /// Its name: letters, digits, dots and dashes
        name: String,
        /// A host of it (repeatable); the name and www. + name are hosts anyway
        #[arg(long = "host", value_name = "HOST")]
        hosts: Vec<String>,
    },
    /// Give a site another name
    Rename {
        /// Its name
        from: String,
        /// Its new name
        to: String,
    },
    /// Remove a site and all its facts
    Remove {
        /// Its name
        name: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Args, Debug)]
pub struct Status {
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Args, Debug)]
#[command(before_long_help = "\
Examples:
  fathom-tui doctor
  fathom-tui doctor --deep

Looks at: who may read the store, its key and its salts; salts that are missing or overdue; copies of damaged logs; \
room on the disk; whether logs can be read and have clients' addresses, not a proxy's; how far rotated logs go back; \
copytruncate; zone, terminal, age of the countries. Lines begin with ok, note, or fix; with a fix it ends with 1.
")]
pub struct Doctor {
    /// Read the whole store, and compare its sums with the ledger
    #[arg(long)]
    pub deep: bool,
}

#[derive(Args, Debug)]
pub struct Demo {
    /// Print a report (what it does anyway off a terminal)
    #[arg(long)]
    pub report: bool,
    /// Lines of simulated traffic
    #[arg(long, value_name = "N", default_value_t = 200_000, hide = true)]
    pub lines: u64,
    #[command(flatten)]
    pub dashboard: Dashboard,
}

#[derive(Args, Debug)]
pub struct GenerateLog {
    /// How many lines
    #[arg(long, default_value_t = 100_000)]
    pub lines: u64,
    /// The same seed gives the same lines
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Over how many days
    #[arg(long, default_value_t = 28)]
    pub days: u32,
    /// combined or caddy
    #[arg(long, default_value = "combined")]
    pub format: String,
    /// Share of lines with an agent that no other line has
    #[arg(long, default_value_t = 0.0)]
    pub unique_agents: f64,
    /// Number of distinct pages
    #[arg(long)]
    pub pages: Option<u64>,
}
