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
/// So many addresses a proxy may have.
const FEW: u64 = 4;
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
    // What is wrong with the settings is said elsewhere, once.
    let Ok(settings) = config.settings(&Reading::default(), known.zone) else { return };
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
    // What was at this path before has an earlier number.
    let here = known.inputs.iter().filter(|input| Path::new(&input.path) == path).max_by_key(|input| input.id);
    let read = here.map(|input| input.cursor.position);
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
    let (private, forwarded, most) = (percent(peers.private), percent(peers.forwarded), percent(peers.most));
    if percent(peers.lists) > 0 {
        return lists(path, &peers, percent(peers.lists), findings);
    }
    if private >= 90 {
        let what = format!("{name}: {private} % of its last requests come from private addresses");
        let help = match forwarded >= 50 {
            true => {
                "X-Forwarded-For is logged: name the proxy in [proxy] trusted of the configuration, or with --trusted-proxy"
            }
            false => {
                "if a proxy is in front: nginx set_real_ip_from and real_ip_header, Caddy trusted_proxies; \
                 if the log has X-Forwarded-For, name the proxy in [proxy] trusted of the configuration"
            }
        };
        // A proxy has few addresses, an office has many.
        return match forwarded >= 50 || peers.clients <= FEW {
            true => findings.fix(format!("{what}: a proxy's?"), help),
            false => findings.note(what, help),
        };
    }
    if forwarded >= 50 {
        let what =
            format!("{name}: X-Forwarded-For is logged for {forwarded} % of its last requests, and not believed");
        return findings.note(what, "if a proxy is in front, name it in [proxy] trusted of the configuration");
    }
    if most >= 80 {
        let what = format!("{name}: one address made {most} % of its last requests: a proxy's, or a monitor's?");
        return findings.note(
            what,
            "a proxy: name it in [proxy] trusted of the configuration; a monitor: leave it out with exclude = [\"ip:ADDRESS\"]",
        );
    }
    findings.ok(format!("{name}: clients have addresses of their own"));
}

/// A log with lists of forwarded addresses where others have the client's.
fn lists(path: &Path, peers: &Peers, share: u64, findings: &mut Findings) {
    let what = format!("{}: {share} % of its last requests have a list of forwarded addresses", path.display());
    if peers.distant * 10 >= peers.lists {
        let what = format!("{what}, and many have public addresses left of the one that counts");
        let help = "if a proxy or CDN with public addresses is in front, name its networks in [proxy] trusted";
        return findings.note(what, help);
    }
    let networks: Vec<String> = peers.proxies.keys().map(|network| format!("\"{network}\"")).collect();
    match networks.is_empty() {
        true => findings.ok(format!("{what}; the client is the last of each")),
        false => findings.note(
            format!("{what}; the client is the last public one of each"),
            format!("its proxies have private addresses: trusted = [{}] below [proxy]", networks.join(", ")),
        ),
    }
}

/// The configuration of logrotate that copies and truncates this log, if one
/// does.
fn copytruncate(path: &Path) -> Option<PathBuf> {
    let files = glob::glob("/etc/logrotate.d/*").ok()?.flatten().chain([PathBuf::from("/etc/logrotate.conf")]);
    files.into_iter().find(|file| truncates(&std::fs::read_to_string(file).unwrap_or_default(), path))
}

/// Whether a configuration has a block for this log with `copytruncate` in it.
fn truncates(text: &str, path: &Path) -> bool {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.starts_with('#')).collect();
    let text = lines.join("\n");
    text.split('}').filter_map(|block| block.rsplit_once('{')).any(|(head, body)| {
        // What stands before the names are settings for all, a line each.
        let names = head.split_whitespace().map(|name| name.trim_matches('"')).filter(|name| name.starts_with('/'));
        let is_it = |name: &str| glob::Pattern::new(name).is_ok_and(|pattern| pattern.matches_path(path));
        body.lines().any(|line| line == "copytruncate") && names.into_iter().any(is_it)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_block_of_a_log_counts() {
        let text = "weekly\n/var/log/a.log /var/log/b/*.log {\n  rotate 4\n  copytruncate\n}\n\
                    \"/var/log/c.log\"\n{\n  create\n  # copytruncate\n}\n";
        for (path, expected) in
            [("/var/log/a.log", true), ("/var/log/b/x.log", true), ("/var/log/c.log", false), ("/var/log/d.log", false)]
        {
            assert_eq!(truncates(text, Path::new(path)), expected, "{path}");
        }
    }
}
