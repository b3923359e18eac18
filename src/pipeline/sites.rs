//! Which site a request belongs to.

use super::settings::{Settings, SiteSettings};
use crate::enrich::referrer::OwnHosts;
use crate::model::SiteId;
use crate::store::{Site, StoreError};
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use std::collections::BTreeMap;
use std::sync::{Arc, RwLock};

/// The site of requests that name no host.
pub const DEFAULT: &str = "default";
/// So many sites come into being by themselves; the hosts beyond are scanners' inventions.
const MOST: usize = 200;
/// So many raw host texts are remembered.
const REMEMBER: usize = 10_000;

/// A site as requests are judged for it.
pub struct Known {
    /// Its number in the store.
    pub id: SiteId,
    /// Its name, which is part of its visitors' hashes.
    pub name: String,
    /// Hosts whose referrers are internal.
    pub own: OwnHosts,
    /// Its settings.
    pub settings: SiteSettings,
}

/// All sites met so far, for all threads. They come into being one after the
/// other, in the order of the log.
pub struct SharedSites(RwLock<Sites>);

struct Sites {
    known: Vec<Arc<Known>>,
    by_host: HashMap<Option<u16>, HashMap<Vec<u8>, usize, FixedState>, FixedState>,
    stored: Vec<Site>,
}

impl SharedSites {
    /// Knowing the store's sites.
    pub fn new(stored: Vec<Site>) -> SharedSites {
        SharedSites(RwLock::new(Sites { known: Vec::new(), by_host: HashMap::default(), stored }))
    }

    /// The site of a logged host, for an input that a configured site claims
    /// (its index in the settings); nothing if it has to be learned first.
    pub fn find(&self, host: &[u8], claimed: Option<u16>, settings: &Settings) -> Option<Arc<Known>> {
        let sites = self.0.read().unwrap_or_else(|poisoned| poisoned.into_inner());
        let index = *sites.by_host.get(&claimed)?.get(raw(host, settings))?;
        Some(sites.known[index].clone())
    }

    /// Every site by name.
    pub fn all(&self) -> Vec<Site> {
        let sites = self.0.read().unwrap_or_else(|poisoned| poisoned.into_inner());
        let known = sites.known.iter().map(|site| (site.name.clone(), site.id));
        let stored = sites.stored.iter().map(|site| (site.name.clone(), site.id));
        let all: BTreeMap<String, SiteId> = known.chain(stored).collect();
        all.into_iter().map(|(name, id)| Site { id, name, hosts: Vec::new() }).collect()
    }

    /// The same, learned if need be; `add` gives the number of a name.
    ///
    /// # Errors
    /// Those of `add`.
    pub fn learn(
        &self,
        host: &[u8],
        claimed: Option<u16>,
        settings: &Settings,
        add: &mut dyn FnMut(&str) -> Result<SiteId, StoreError>,
    ) -> Result<Arc<Known>, StoreError> {
        if let Some(known) = self.find(host, claimed, settings) {
            return Ok(known);
        }
        let mut sites = self.0.write().unwrap_or_else(|poisoned| poisoned.into_inner());
        let raw = raw(host, settings);
        let name = sites.name(raw, claimed, settings);
        let index = match sites.known.iter().position(|site| site.name == name) {
            Some(index) => index,
            None => sites.add(name, settings, add)?,
        };
        let hosts = sites.by_host.entry(claimed).or_default();
        if hosts.len() >= REMEMBER {
            hosts.clear();
        }
        hosts.insert(raw.to_vec(), index);
        Ok(sites.known[index].clone())
    }
}

/// What tells the site; nothing where the command names one for everything.
fn raw<'h>(host: &'h [u8], settings: &Settings) -> &'h [u8] {
    if settings.site.is_some() { &[] } else { host }
}

impl Sites {
    fn name(&self, host: &[u8], claimed: Option<u16>, settings: &Settings) -> String {
        if let Some(name) = &settings.site {
            return name.clone();
        }
        let host = host_name(host);
        if let Some(host) = &host {
            let owner = |site: &&SiteSettings| site.name == *host || site.hosts.iter().any(|h| bare(h) == *host);
            if let Some(site) = settings.sites.iter().find(owner) {
                return site.name.clone();
            }
            let owner = |site: &&Site| site.hosts.iter().any(|h| bare(h) == *host);
            if let Some(site) = self.stored.iter().find(owner) {
                return site.name.clone();
            }
        }
        if let Some(site) = claimed.and_then(|index| settings.sites.get(usize::from(index))) {
            return site.name.clone();
        }
        let is_there = |name: &String| {
            self.stored.iter().any(|site| site.name == *name) || self.known.iter().any(|site| site.name == *name)
        };
        let full = self.known.len() >= MOST;
        host.filter(|name| !full || is_there(name)).unwrap_or_else(|| DEFAULT.into())
    }

    fn add(
        &mut self,
        name: String,
        settings: &Settings,
        add: &mut dyn FnMut(&str) -> Result<SiteId, StoreError>,
    ) -> Result<usize, StoreError> {
        let id = add(&name)?;
        let configured = settings.sites.iter().find(|site| site.name == name);
        let of_site = configured.unwrap_or(&settings.defaults).clone();
        let stored = self.stored.iter().find(|site| site.name == name);
        let hosts = of_site.hosts.iter().chain(stored.into_iter().flat_map(|site| &site.hosts));
        let own = OwnHosts::new(&name, hosts.map(String::as_str));
        self.known.push(Arc::new(Known { id, name, own, settings: of_site }));
        Ok(self.known.len() - 1)
    }
}

/// The site name that a logged host stands for: without port, `www.` and
/// trailing dot, lower case; not an address, not without a dot.
fn host_name(host: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(host).ok()?.to_ascii_lowercase();
    let text = text.split_once(':').map_or(text.as_str(), |(name, _port)| name);
    let name = bare(text.strip_suffix('.').unwrap_or(text));
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.' || b == b'-';
    let fits = (1..=64).contains(&name.len()) && name.bytes().all(allowed) && name.contains('.');
    (fits && name.parse::<std::net::Ipv4Addr>().is_err()).then(|| name.to_owned())
}

fn bare(host: &str) -> &str {
    host.strip_prefix("www.").unwrap_or(host)
}

#[cfg(test)]
mod tests {
    use super::host_name;

    #[test]
    fn hosts_name_sites() {
        for (host, name) in [
            ("www.Example.com:443", Some("example.com")),
            ("example.com.", Some("example.com")),
            ("192.0.2.1", None),
            ("localhost", None),
            ("_", None),
            ("", None),
            ("a b.com", None),
        ] {
            assert_eq!(host_name(host.as_bytes()).as_deref(), name, "{host}");
        }
    }
}
