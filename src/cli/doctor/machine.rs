//! The machine: its zone, its terminal, the age of the countries.

use super::Findings;
use crate::cli::args::Reading;
use crate::cli::config::Config;
use crate::model::Zone;
use std::io::IsTerminal;

/// Days after which a database of countries is old.
const OLD: i64 = 365;

/// Whether the store's zone is the machine's.
pub fn zone(config: &Config, zone: Zone, findings: &mut Findings) {
    let here = config.new_zone();
    if here == zone {
        return findings.ok(format!("days are those of {}", zone.name()));
    }
    let what = format!("the store's days are those of {}, the machine's of {}", zone.name(), here.name());
    findings.note(what, "a store keeps its zone; a new one takes --timezone");
}

/// Looks at the rest.
pub fn look(config: &Config, findings: &mut Findings) {
    countries(config, findings);
    terminal(findings);
}

fn countries(config: &Config, findings: &mut Findings) {
    let geo = match config.settings(&Reading::default(), Zone::UTC) {
        Ok(settings) => settings.geo,
        Err(failure) => return findings.failed(failure),
    };
    let Some(made) = geo.made() else { return };
    let (date, days) = (Zone::UTC.day(made), (config.now() - made) / 86_400);
    if days > OLD {
        let what = format!("the countries are those of {date}, {days} days ago: addresses move");
        return findings.fix(what, "update fathom-tui, or give --geoip FILE.mmdb");
    }
    findings.ok(format!("countries of {date}"));
}

fn terminal(findings: &mut Findings) {
    if !std::io::stdout().is_terminal() {
        return;
    }
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let term = set("TERM").unwrap_or_default();
    if term.is_empty() || term == "dumb" {
        return findings.note("the terminal says that it can only show lines", "set TERM, such as TERM=xterm-256color");
    }
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| set(name)).unwrap_or_default().to_lowercase();
    if !locale.contains("utf-8") && !locale.contains("utf8") {
        let what = format!(
            "the locale {} is not UTF-8: bars and names may look wrong",
            if locale.is_empty() { "C" } else { &locale }
        );
        return findings.note(what, "set LANG, such as LANG=C.UTF-8");
    }
    let size = rustix::termios::tcgetwinsize(std::io::stdout()).map_or((0, 0), |size| (size.ws_col, size.ws_row));
    findings.ok(format!("terminal {term}, {} by {}, UTF-8", size.0, size.1));
}
