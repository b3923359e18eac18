//! The logs: whether they can be read, are read, and have visitors' addresses.

use super::Findings;
use crate::cli::args::Reading;
use crate::cli::config::Config;
use crate::cli::console::thousands;
use crate::model::{Class, InputState, Zone};
use crate::pipeline::{Peers, Settings, peers, rotated_since};
use crate::store::Reader;
use std::path::{Path, PathBuf};

/// Fewer requests say nothing about addresses.
const ENOUGH: u64 = 50;
/// Days after which rotated logs are worth a word.
const LONG: i64 = 30;

/// What the store knows of its inputs.
pub struct Known {
    inputs: Vec<InputState>,
    zone: Zone,
}

impl Known {
    /// Of an open store.
    pub fn of(reader: &Reader) -> Known {
        Known { inputs: reader.inputs().unwrap_or_default(), zone: reader.info().zone }
    }

    /// Paths of logs that are there, each once.
    fn paths(&self) -> Vec<PathBuf> {
        let mut paths: Vec<PathBuf> =
            self.inputs.iter().map(|input| PathBuf::from(&input.path)).filter(|path| path.is_file()).collect();
        paths.sort();
        paths.dedup();
        paths
    }
}

/// Looks at every log that was read and is still there.
pub fn look(config: &Config, known: &Known, findings: &mut Findings) {
    if known.inputs.is_empty() {
        return findings.note("no log was read yet", "fathom-tui import FILE, or fathom-tui watch FILE");
    }
    let ahead: u64 = known.inputs.iter().map(|input| input.ledger.get(Class::OutOfWindow)).sum();
    if ahead > 0 {
        let what = format!("{} lines lay in the future and were not counted", thousands(ahead));
        findings.note(what, "compare the clocks of the servers that wrote them");
    }
    let settings = match config.settings(&Reading::default(), known.zone) {
        Ok(settings) => settings,
        Err(failure) => return findings.failed(failure),
    };
    for path in known.paths() {
        log(&path, known, &settings, config.now(), findings);
    }
}

fn log(path: &Path, known: &Known, settings: &Settings, now: i64, findings: &mut Findings) {
    let name = path.display();
    match peers(path, settings) {
        Err(error) => {
            let help = format!("run as a user who may read it, or `chmod 640 {name}`");
            return findings.fix(format!("{name}: {error}"), help);
        }
        Ok(peers) => addresses(path, peers, findings),
    }
    let read = known.inputs.iter().filter(|input| Path::new(&input.path) == path).map(|i| i.cursor.position).max();
    let size = std::fs::metadata(path).map_or(0, |meta| meta.len());
    // What is compressed is larger than its file.
    if let Some(behind) = size.checked_sub(read.unwrap_or(0)).filter(|&behind| behind > 0) {
        let help = format!("fathom-tui watch {name}, or import it once in a while");
        findings.note(format!("{name}: {} bytes are not counted yet", thousands(behind)), help);
    }
    if let Some(since) = rotated_since(path) {
        let days = (now - since) / 86_400;
        if days > LONG {
            let what =
                format!("{name}: its rotated logs go back {days} days, and have addresses that the store has not");
            findings.note(
                what,
                "once they are counted they may go: see rotate and maxage of logrotate, or roll_keep_for of Caddy",
            );
        }
    }
    if let Some(file) = copytruncate(path) {
        let what = format!("{name}: {} truncates it, and lines written meanwhile are lost", file.display());
        findings.note(what, "use create and a signal (nginx: kill -USR1) instead of copytruncate");
    }
}

fn addresses(path: &Path, peers: Peers, findings: &mut Findings) {
    let name = path.display();
    if peers.requests < ENOUGH {
        return;
    }
    let percent = |part: u64| part * 100 / peers.requests;
    if percent(peers.private) >= 90 {
        let what = format!(
            "{name}: {} % of its last requests come from private addresses: a proxy's?",
            percent(peers.private)
        );
        let help = match percent(peers.forwarded) >= 50 {
            true => {
                "name the proxy with --trusted-proxy CIDR, or in [proxy] of the configuration: X-Forwarded-For is logged"
            }
            false => "let the server log the client: nginx set_real_ip_from and real_ip_header, Caddy trusted_proxies",
        };
        return findings.fix(what, help);
    }
    if percent(peers.forwarded) >= 50 {
        let what = format!(
            "{name}: X-Forwarded-For is logged for {} % of its last requests, and not believed",
            percent(peers.forwarded)
        );
        return findings.note(what, "if there is a proxy in front, name it with --trusted-proxy CIDR");
    }
    if percent(peers.most) >= 80 {
        let what = format!(
            "{name}: one address made {} % of its last requests: a proxy's, or a monitor's?",
            percent(peers.most)
        );
        return findings.note(
            what,
            "if it is a proxy, name it with --trusted-proxy CIDR; if a monitor, leave it out with --exclude ip:ADDRESS",
        );
    }
    findings.ok(format!("{name}: clients have addresses of their own"));
}

/// The configuration of logrotate that copies and truncates this log, if one
/// does.
fn copytruncate(path: &Path) -> Option<PathBuf> {
    let folder = path.parent()?.to_string_lossy().into_owned();
    let files = glob::glob("/etc/logrotate.d/*").ok()?.flatten();
    files.into_iter().find(|file| {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        let lines = || text.lines().map(str::trim).filter(|line| !line.starts_with('#'));
        lines().any(|line| line == "copytruncate") && lines().any(|line| line.contains(&folder))
    })
}
