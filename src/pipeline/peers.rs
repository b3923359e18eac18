//! Whether a log has its clients' addresses or those of a proxy. Of the
//! addresses nothing leaves this file but how many there are of a kind.

use super::settings::Settings;
use crate::enrich::address;
use crate::model::Request;
use crate::parse::{Format, Parser};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::File;
use std::io::{Read, Result, Seek, SeekFrom};
use std::net::IpAddr;
use std::path::Path;

/// So much of the end of a log is looked at, and of its beginning for the format.
const SAMPLE: u64 = 256 * 1024;

/// Whose requests a log has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
    /// Of those, with a list of addresses in the client's place.
    pub lists: u64,
    /// Of those, where a public address stands left of the client's: it came
    /// through a proxy that has one itself, or invented it.
    pub distant: u64,
    /// Lists with a private address right of the client's, by its network.
    pub proxies: BTreeMap<&'static str, u64>,
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
        peers.private += u64::from(address::parse(&client).is_some_and(address::is_private));
        peers.forwarded += u64::from(is_ignored(&request, &client));
        count_list(&request, &client, &mut peers);
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

/// Looks at a list of addresses in the client's place.
fn count_list(request: &Request<'_>, client: &[u8], peers: &mut Peers) {
    let list = &request.address;
    if !address::is_list(list) {
        return;
    }
    peers.lists += 1;
    let client = address::parse(client);
    let addresses: Vec<IpAddr> = address::hops(list).filter_map(address::parse).collect();
    let Some(at) = addresses.iter().rposition(|&ip| Some(ip) == client) else { return };
    peers.distant += u64::from(addresses[..at].iter().any(|&ip| !address::is_private(ip)));
    let networks: BTreeSet<_> = addresses[at + 1..].iter().filter_map(|&ip| network(ip)).collect();
    for network in networks {
        *peers.proxies.entry(network).or_default() += 1;
    }
}

/// The private network that an address is of.
fn network(ip: IpAddr) -> Option<&'static str> {
    const PRIVATE: [&str; 8] = [
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "127.0.0.0/8",
        "100.64.0.0/10",
        "169.254.0.0/16",
        "fc00::/7",
        "::1",
    ];
    PRIVATE.into_iter().find(|text| address::network(text).is_ok_and(|network| network.contains(&ip)))
}
