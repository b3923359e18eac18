//! Flags, environment and file made into one checked configuration. Alone
//! reads the clock and the environment.

use super::args::{Color, Global, Reading};
use crate::enrich::address::Proxies;
use crate::enrich::class::{ASSETS, FEEDS, Rules, words};
use crate::enrich::country::GeoIp;
use crate::enrich::exclude::Exclude;
use crate::enrich::reduce::Reduction;
use crate::error::{Exit, Failure};
use crate::model::{Privacy, Zone};
use crate::parse::Format;
use crate::pipeline::{Settings, SiteSettings};
use crate::tui::{Clock, Keymap};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// The configuration file. An unknown key is an error.
#[derive(Deserialize, Clone, Default, Debug)]
#[serde(deny_unknown_fields)]
struct File {
    timezone: Option<String>,
    #[serde(default, rename = "site")]
    sites: Vec<FileSite>,
    #[serde(default)]
    proxy: FileProxy,
    #[serde(default)]
    geo: FileGeo,
    #[serde(default)]
    store: FileStore,
    #[serde(default)]
    classes: FileClasses,
    #[serde(default)]
    privacy: FilePrivacy,
    // Read by the commands that they are for.
    #[serde(default, rename = "collect")]
    _collect: toml::Table,
    #[serde(default)]
    tui: FileTui,
    #[serde(default)]
    keys: BTreeMap<String, FileKeys>,
}

#[derive(Deserialize, Clone, Default, Debug)]
#[serde(deny_unknown_fields)]
struct FileTui {
    theme: Option<String>,
    ascii: Option<bool>,
    mouse: Option<bool>,
}

/// One key of an action, or several.
#[derive(Deserialize, Clone, Debug)]
#[serde(untagged)]
enum FileKeys {
    One(String),
    Several(Vec<String>),
}

#[derive(Deserialize, Clone, Default, Debug)]
#[serde(deny_unknown_fields)]
struct FileSite {
    name: String,
    #[serde(default)]
    hosts: Vec<String>,
    #[serde(default)]
    logs: Vec<String>,
    log_format: Option<String>,
    #[serde(default)]
    exclude: Vec<String>,
    #[serde(default)]
    query_allow: Vec<String>,
    #[serde(default)]
    mask: Vec<String>,
    #[serde(default)]
    keep_ids: bool,
}

#[derive(Deserialize, Clone, Default, Debug)]
#[serde(deny_unknown_fields)]
struct FileProxy {
    #[serde(default)]
    trusted: Vec<String>,
}

#[derive(Deserialize, Clone, Default, Debug)]
#[serde(deny_unknown_fields)]
struct FileGeo {
    database: Option<PathBuf>,
}

#[derive(Deserialize, Clone, Default, Debug)]
#[serde(deny_unknown_fields)]
struct FileStore {
    path: Option<PathBuf>,
    state: Option<PathBuf>,
    salts: Option<PathBuf>,
    #[serde(rename = "retention")]
    _retention: Option<String>,
}

#[derive(Deserialize, Clone, Default, Debug)]
#[serde(deny_unknown_fields)]
struct FilePrivacy {
    k: Option<u32>,
    rare: Option<String>,
}

#[derive(Deserialize, Clone, Default, Debug)]
#[serde(deny_unknown_fields)]
struct FileClasses {
    assets: Option<String>,
    feeds: Option<String>,
}

/// What the environment says of the terminal, and what tests want of the dashboard.
#[derive(Clone, Debug, Default)]
pub struct Terminal {
    /// It shows no more than ASCII, or cannot be drawn on at all.
    pub is_ascii: bool,
    /// It cannot be drawn on.
    pub is_dumb: bool,
    /// Where a bug is wanted: `ui` or `worker`.
    pub panic: Option<String>,
    /// How long a question takes.
    pub slow: Duration,
}

/// What holds for every command.
#[derive(Clone)]
pub struct Config {
    /// The store's file.
    pub db: PathBuf,
    /// Folder of states of stores.
    pub state_root: PathBuf,
    /// Folder of salts of a new store, if not the state's.
    pub salts_root: Option<PathBuf>,
    /// Only this site.
    pub site: Option<String>,
    /// The zone asked for.
    pub zone: Option<Zone>,
    /// The clock that stands still, epoch seconds.
    pub fixed_now: Option<i64>,
    /// Say nothing but errors.
    pub quiet: bool,
    /// Say more.
    pub verbose: bool,
    /// When to use colour.
    pub color: Color,
    /// Threads that judge, and bytes of a block: for tests, which set them so that
    /// blocks end anywhere and are ready in any order.
    pub threads: Option<usize>,
    /// See `threads`.
    pub block: Option<usize>,
    file: File,
    /// Where the file is, for messages about it.
    file_path: PathBuf,
}

fn xdg(variable: &str, below_home: &str) -> Option<PathBuf> {
    let set = std::env::var_os(variable).filter(|dir| Path::new(dir).is_absolute()).map(PathBuf::from);
    let home = || std::env::var_os("HOME").filter(|home| !home.is_empty());
    let base = set.or_else(|| home().map(|home| Path::new(&home).join(below_home)))?;
    Some(base.join("fathom-tui"))
}

fn number(variable: &str) -> Option<usize> {
    std::env::var(variable).ok()?.parse().ok()
}

impl Config {
    /// Checks what was typed against environment and file.
    ///
    /// # Errors
    /// What is wrong, where, and what to do.
    pub fn new(global: &Global) -> Result<Config, Failure> {
        let (file, file_path) = read_file(global.config.as_deref())?;
        let no_home = |flag: &str| {
            Failure::usage("there is no HOME in the environment").help(format!("give the path with {flag}"))
        };
        let db = global.db.clone().or_else(|| file.store.path.clone());
        let db = match db {
            Some(db) => db,
            None => xdg("XDG_DATA_HOME", ".local/share").ok_or_else(|| no_home("--db"))?.join("fathom.duckdb"),
        };
        let state = global.state_dir.clone().or_else(|| file.store.state.clone());
        let state_root =
            state.or_else(|| xdg("XDG_STATE_HOME", ".local/state")).ok_or_else(|| no_home("--state-dir"))?;
        let absolute = |path: PathBuf| std::path::absolute(&path).unwrap_or(path);
        let zone = match (&global.timezone, &file.timezone) {
            (Some(name), _) => Some(name.parse().map_err(Failure::usage)?),
            (None, Some(name)) => Some(name.parse().map_err(in_file(&file_path, "timezone"))?),
            (None, None) => None,
        };
        if let Some(site) = &global.site {
            check_site(site)?;
        }
        let config = Config {
            db: absolute(db),
            state_root: absolute(state_root),
            salts_root: global.salts.clone().or_else(|| file.store.salts.clone()).map(absolute),
            site: global.site.clone(),
            zone,
            fixed_now: global.now.as_deref().map(read_now).transpose()?,
            quiet: global.quiet,
            verbose: global.verbose,
            color: global.color.unwrap_or(Color::Auto),
            threads: number("FATHOM_TUI_TEST_THREADS"),
            block: number("FATHOM_TUI_TEST_BLOCK"),
            file,
            file_path,
        };
        config.privacy()?;
        Ok(config)
    }

    /// The clock, epoch seconds.
    pub fn now(&self) -> i64 {
        (self.clock())()
    }

    /// The zone of a new store.
    pub fn new_zone(&self) -> Zone {
        let system = || iana_time_zone::get_timezone().ok().and_then(|name| name.parse().ok());
        let environment = || std::env::var("TZ").ok().and_then(|name| name.trim_start_matches(':').parse().ok());
        self.zone.or_else(environment).or_else(system).unwrap_or(Zone::UTC)
    }

    /// What the environment says of the terminal.
    pub fn terminal(&self) -> Terminal {
        let text = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        // The first that is set says which letters there are.
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(text).unwrap_or_default().to_lowercase();
        let term = text("TERM").unwrap_or_default();
        let seconds = text("FATHOM_TUI_TEST_SLOW_QUERY").and_then(|s| s.trim_end_matches('s').parse().ok());
        Terminal {
            is_ascii: !(locale.contains("utf-8") || locale.contains("utf8")) || matches!(&*term, "linux" | "dumb"),
            is_dumb: matches!(&*term, "" | "dumb"),
            panic: text("FATHOM_TUI_TEST_PANIC"),
            slow: Duration::from_secs_f64(seconds.unwrap_or(0.0)),
        }
    }

    /// The name of the theme that the file wants.
    pub fn theme(&self) -> Option<&str> {
        self.file.tui.theme.as_deref()
    }

    /// Whether the file wants ASCII.
    pub fn ascii(&self) -> bool {
        self.file.tui.ascii.unwrap_or(false)
    }

    /// Whether the file wants the mouse.
    pub fn mouse(&self) -> bool {
        self.file.tui.mouse.unwrap_or(true)
    }

    /// The keys of the dashboard.
    ///
    /// # Errors
    /// If the file names an action or a key that there is not.
    pub fn keymap(&self) -> Result<Keymap, Failure> {
        let own = self.file.keys.iter().map(|(name, keys)| {
            let keys = match keys {
                FileKeys::One(key) => vec![key.as_str()],
                FileKeys::Several(keys) => keys.iter().map(String::as_str).collect(),
            };
            (name.as_str(), keys)
        });
        Keymap::new(own).map_err(in_file(&self.file_path, "[keys]"))
    }

    /// The clock, for whoever asks again and again.
    pub fn clock(&self) -> Clock {
        let fixed = self.fixed_now;
        let system = || chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now()).timestamp();
        Arc::new(move || fixed.unwrap_or_else(system))
    }

    /// Globs of the logs that the file names.
    pub fn logs(&self) -> impl Iterator<Item = &str> {
        self.file.sites.iter().flat_map(|site| site.logs.iter().map(String::as_str))
    }

    /// The settings of an ingesting command, for a store of that zone.
    ///
    /// # Errors
    /// A format, rule, network or database that is none.
    pub fn settings(&self, reading: &Reading, zone: Zone) -> Result<Settings, Failure> {
        let (file, place) = (&self.file, &self.file_path);
        let site = |site: &FileSite| -> Result<SiteSettings, Failure> {
            let glob = |log: &String| {
                let whole = std::path::absolute(log).map_or(log.clone(), |path| path.display().to_string());
                glob::Pattern::new(&whole)
                    .map_err(|error| Failure::usage(format!("logs of site {}: {error}", site.name)))
            };
            let format = site.log_format.as_deref().filter(|format| *format != "auto");
            Ok(SiteSettings {
                name: site.name.clone(),
                hosts: site.hosts.clone(),
                logs: site.logs.iter().map(glob).collect::<Result<_, _>>()?,
                format: format
                    .map(Format::from_name_or_string)
                    .transpose()
                    .map_err(in_file(place, &format!("log_format of site {}", site.name)))?,
                rules: self.rules(
                    site.exclude
                        .iter()
                        .map(|rule| {
                            Exclude::parse(rule).map_err(in_file(place, &format!("exclude of site {}", site.name)))
                        })
                        .chain(reading.exclude.iter().map(|rule| Exclude::parse(rule).map_err(Failure::usage))),
                )?,
                query_allow: site.query_allow.clone(),
                reduction: reduction(site).map_err(in_file(place, &format!("mask of site {}", site.name)))?,
            })
        };
        let mut trusted = Proxies::default();
        reading.trusted_proxy.iter().try_for_each(|text| trusted.add(text)).map_err(Failure::usage)?;
        let in_trusted = in_file(place, "trusted of [proxy]");
        file.proxy.trusted.iter().try_for_each(|text| trusted.add(text)).map_err(in_trusted)?;
        let format = reading.log_format.as_deref().filter(|format| *format != "auto");
        let excludes = reading.exclude.iter().map(|rule| Exclude::parse(rule).map_err(Failure::usage));
        let defaults = SiteSettings { rules: self.rules(excludes)?, ..SiteSettings::default() };
        Ok(Settings {
            zone,
            now: self.fixed_now,
            site: self.site.clone(),
            format: format.map(read_format).transpose()?,
            sites: file.sites.iter().map(site).collect::<Result<_, _>>()?,
            defaults,
            trusted,
            geo: geo(reading.geoip.as_deref().or(file.geo.database.as_deref()))?,
        })
    }

    /// The same for one site.
    pub fn with_site(&self, name: &str) -> Config {
        Config { site: Some(name.to_owned()), ..self.clone() }
    }

    /// Whether it says whose which logs are.
    pub fn names_sites(&self) -> bool {
        !self.file.sites.is_empty()
    }

    /// How much company a visitor has in what is kept of closed days.
    ///
    /// # Errors
    /// If environment or file ask for what there is not.
    pub fn privacy(&self) -> Result<Privacy, Failure> {
        let environment = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let (k_name, rare_name) = ("FATHOM_TUI_PRIVACY_K", "FATHOM_TUI_PRIVACY_RARE");
        let mut privacy = Privacy::default();
        let file = &self.file.privacy;
        // The environment wins, and what is wrong in the file is said all the same.
        if let Some(k) = file.k {
            privacy.k = read_k(&k.to_string()).map_err(in_file(&self.file_path, "k of [privacy]"))?;
        }
        if let Some(text) = &file.rare {
            privacy.hide_rare = hides(text).map_err(in_file(&self.file_path, "rare of [privacy]"))?;
        }
        if let Some(text) = environment(k_name) {
            privacy.k = read_k(&text).map_err(|error| Failure::usage(format!("{k_name}: {error}")))?;
        }
        if let Some(text) = environment(rare_name) {
            privacy.hide_rare = hides(&text).map_err(|error| Failure::usage(format!("{rare_name}: {error}")))?;
        }
        Ok(privacy)
    }

    fn rules(&self, excludes: impl Iterator<Item = Result<Exclude, Failure>>) -> Result<Rules, Failure> {
        let excludes = excludes.collect::<Result<_, _>>()?;
        let list = |configured: &Option<String>, usual: &str| words(configured.as_deref().unwrap_or(usual));
        let classes = &self.file.classes;
        Ok(Rules::new(list(&classes.assets, ASSETS), list(&classes.feeds, FEEDS), excludes))
    }
}

/// A format by name or string.
///
/// # Errors
/// What is wrong with it and where.
pub fn read_format(text: &str) -> Result<Format, Failure> {
    Format::from_name_or_string(text).map_err(|error| {
        Failure::usage(format!("--log-format: {error}"))
            .help("copy the string behind log_format from nginx's configuration, in single quotes")
    })
}

/// How many visitors must share what is kept.
fn read_k(text: &str) -> Result<u32, String> {
    let k = text.trim().parse().ok().filter(|k| (1..=Privacy::MOST).contains(k));
    k.ok_or_else(|| {
        format!("'{}' is not one of 2 to {} visitors, or 1 for no protection", text.escape_debug(), Privacy::MOST)
    })
}

/// Whether rare values are hidden.
fn hides(text: &str) -> Result<bool, String> {
    match text.trim() {
        "merge" => Ok(false),
        "hide" => Ok(true),
        other => Err(format!("'{}' is neither merge nor hide", other.escape_debug())),
    }
}

/// What the paths of a site lose; a mask begins with a slash, as a path does.
fn reduction(site: &FileSite) -> Result<Reduction, String> {
    match site.mask.iter().find(|mask| !mask.starts_with('/')) {
        Some(mask) => Err(format!("'{}' does not begin with a slash, such as /reset/*", mask.escape_debug())),
        None => Ok(Reduction::new(&site.mask, site.keep_ids)),
    }
}

/// Whether a text can name a site.
///
/// # Errors
/// If it cannot.
pub fn check_site(name: &str) -> Result<(), Failure> {
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.' || b == b'-';
    if (1..=64).contains(&name.len()) && name.bytes().all(allowed) {
        return Ok(());
    }
    let error = Failure::usage(format!("'{}' cannot name a site", name.escape_debug()));
    Err(error.help("use 1 to 64 of a-z, 0-9, dot and dash, such as example.com"))
}

fn geo(path: Option<&Path>) -> Result<GeoIp, Failure> {
    let Some(path) = path else { return Ok(GeoIp::embedded()) };
    GeoIp::open(path).map_err(|error| {
        Failure::new(Exit::Failed, format!("could not use {}", path.display()))
            .cause(error)
            .help("give a MaxMind or DB-IP country or city file (.mmdb), or none for the embedded countries")
    })
}

fn read_now(text: &str) -> Result<i64, Failure> {
    chrono::DateTime::parse_from_rfc3339(text)
        .map(|at| at.timestamp())
        .map_err(|_| Failure::usage(format!("--now: '{text}' is not RFC 3339, such as 2026-11-23T12:00:00Z")))
}

/// An error about a value of the configuration.
fn in_file<E: std::fmt::Display>(file: &Path, what: &str) -> impl Fn(E) -> Failure {
    let place = format!("{}: {what}", file.display());
    move |error| Failure::usage(format!("{place}: {error}"))
}

/// The configuration and where it is.
fn read_file(named: Option<&Path>) -> Result<(File, PathBuf), Failure> {
    let usual = xdg("XDG_CONFIG_HOME", ".config").map(|dir| dir.join("config.toml"));
    let Some(path) = named.map(Path::to_owned).or(usual) else { return Ok((File::default(), PathBuf::new())) };
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && named.is_none() => {
            return Ok((File::default(), path));
        }
        Err(error) => {
            return Err(Failure::usage(format!("could not read the configuration {}", path.display())).cause(error));
        }
    };
    let file: File = toml::from_str(&text).map_err(|error| {
        let line = error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
        Failure::usage(format!("{}:{line}: {}", path.display(), error.message()))
    })?;
    for (at, site) in file.sites.iter().enumerate() {
        check_site(&site.name)?;
        if file.sites[..at].iter().any(|other| other.name == site.name) {
            return Err(in_file(&path, "site")(format!("there are two of the name {}", site.name)));
        }
    }
    Ok((file, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn company_of_2_to_50_or_none() {
        for (text, k) in [("3", Some(3)), (" 50 ", Some(50)), ("1", Some(1)), ("0", None), ("51", None), ("x", None)] {
            assert_eq!(read_k(text).ok(), k, "{text}");
        }
        assert_eq!((hides("merge"), hides("hide")), (Ok(false), Ok(true)));
        assert_eq!(hides("show"), Err("'show' is neither merge nor hide".to_owned()));
    }
}
