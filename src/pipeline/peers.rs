//! Whether a log has its clients' addresses or those of a proxy. Of the
//! addresses nothing leaves this file but how many there are of a kind.

use super::settings::Settings;
use crate::enrich::address;
use crate::model::Request;
use crate::parse::{Format, Parser};
use std::collections::HashMap;
use std::fs::File;
use std::io::{Read, Result, Seek, SeekFrom};
use std::net::IpAddr;
use std::path::Path;

/// So much of the end of a log is looked at, and of its beginning for the format.
const SAMPLE: u64 = 256 * 1024;

/// Whose requests a log has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Peers {
    /// Requests looked at.
    pub requests: u64,
    /// Of those, with a client of a private, shared or loopback network.
    pub private: u64,
    /// Of those, from the one client with the most.
    pub most: u64,
    /// Clients.
    pub clients: u64,
    /// Of those, with a list of forwarded addresses that is not believed.
    pub forwarded: u64,
}

/// Looks at the last requests of a plain log; nothing is known of one that is
/// compressed or in no known format.
///
/// # Errors
/// If it cannot be read.
pub fn peers(path: &Path, settings: &Settings) -> Result<Peers> {
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    let mut head = Vec::new();
    file.by_ref().take(SAMPLE).read_to_end(&mut head)?;
    let absolute = std::path::absolute(path)?;
    let of_site = settings.sites.iter().find(|site| site.logs.iter().any(|glob| glob.matches_path(&absolute)));
    let fixed = settings.format.clone().or_else(|| of_site?.format.clone());
    let Some(format) = fixed.or_else(|| Format::detect(&head)) else { return Ok(Peers::default()) };
    let mut tail = Vec::new();
    file.seek(SeekFrom::Start(size.saturating_sub(SAMPLE)))?;
    file.take(SAMPLE).read_to_end(&mut tail)?;
    let begin = if size > SAMPLE { tail.iter().position(|&b| b == b'\n').map_or(0, |at| at + 1) } else { 0 };
    Ok(count(&mut Parser::detected(format), &tail[begin..], settings))
}

fn count(parser: &mut Parser, bytes: &[u8], settings: &Settings) -> Peers {
    let mut peers = Peers::default();
    let mut clients: HashMap<Vec<u8>, u64> = HashMap::new();
    for line in bytes.split(|&b| b == b'\n') {
        let Ok(request) = parser.parse(line) else { continue };
        let client = address::client(&request.address, &request.forwarded, &settings.trusted);
        peers.requests += 1;
        peers.private += u64::from(address::parse(&client).is_some_and(is_private));
        peers.forwarded += u64::from(is_ignored(&request, &client));
        *clients.entry(client.into_owned()).or_default() += 1;
    }
    peers.clients = clients.len() as u64;
    peers.most = clients.into_values().max().unwrap_or(0);
    peers
}

/// Whether a list of forwarded addresses was there and the peer was taken.
fn is_ignored(request: &Request<'_>, client: &[u8]) -> bool {
    let forwarded = request.forwarded.trim_ascii();
    !forwarded.is_empty() && forwarded != b"-" && client == &*request.address && forwarded != client
}

fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            let [a, b, ..] = ip.octets();
            ip.is_private() || ip.is_loopback() || ip.is_link_local() || (a == 100 && (64..128).contains(&b))
        }
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
    }
}
