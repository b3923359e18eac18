//! One request through enrich and anonymise. Everything that a judge
//! remembers is its own: no locks but for what it meets for the first time.

use super::settings::Settings;
use super::sites::{Known, SharedSites};
use crate::anonymise::{DaySalt, SaltError, Salts, Visitor};
use crate::enrich::address::Address;
use crate::enrich::agent::{AgentId, Agents, Found};
use crate::enrich::exclude::Subject;
use crate::enrich::origin::{OriginId, Origins};
use crate::enrich::path::Page;
use crate::enrich::{address, campaign, path};
use crate::model::{
    Class, Country, Day, Dictionary, Hit, Kind, LocalSymbols, Request, RequestKey, RowKey, Sym, Symbols, VisitDims,
    VisitSym, clean,
};
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;

/// So many combinations of agent, origin and country are remembered.
const REMEMBER: usize = 100_000;

/// What became of a request.
#[derive(Clone, Copy, Debug)]
pub struct Verdict {
    /// Site, hour, class and so on.
    pub key: RequestKey,
    /// If it is a page view.
    pub hit: Option<Hit>,
}

/// Why a request could not be judged.
#[derive(Debug)]
pub enum Stop {
    /// The site of its host is not known yet.
    UnknownSite,
    /// A salt could not be made.
    Salt(SaltError),
}

/// What all judges share.
#[derive(Clone)]
pub struct Shared {
    /// What the command settled.
    pub settings: Arc<Settings>,
    /// The sites met so far.
    pub sites: Arc<SharedSites>,
    /// The salts in use.
    pub salts: Arc<Salts>,
    /// The texts of everything that was judged.
    pub symbols: Arc<Symbols>,
}

/// An agent's texts as symbols.
#[derive(Clone, Copy)]
struct AgentSyms {
    bot: Sym,
    browser: Sym,
    os: Sym,
}

/// Enriches and anonymises requests. One for each thread.
pub struct Judge {
    shared: Shared,
    symbols: LocalSymbols,
    agents: Agents,
    agent_syms: Vec<Option<AgentSyms>>,
    origins: Origins,
    visits: HashMap<(AgentId, OriginId, u32, Country), VisitSym, FixedState>,
    hour: (i64, u32, Day),
    site: Site,
    method: (Sym, Vec<u8>),
    salts: Vec<(Day, Arc<DaySalt>)>,
    /// Where what is hashed is laid out.
    scratch: Vec<u8>,
}

/// The site of the request before, which is nearly always that of the next.
struct Site {
    host: Vec<u8>,
    claimed: Option<u16>,
    known: Option<Arc<Known>>,
    shown: Sym,
}

impl Judge {
    /// A judge that has met nothing yet.
    pub fn new(shared: Shared) -> Judge {
        Judge {
            symbols: LocalSymbols::new(shared.symbols.clone()),
            shared,
            agents: Agents::default(),
            agent_syms: Vec::new(),
            origins: Origins::default(),
            visits: HashMap::default(),
            hour: (i64::MIN, 0, Day(0)),
            site: Site { host: Vec::new(), claimed: None, known: None, shown: Sym::EMPTY },
            method: (Sym::EMPTY, Vec::new()),
            salts: Vec::new(),
            scratch: Vec::new(),
        }
    }

    /// Start of the local hour and the local day of a time. Offsets are whole
    /// quarters of an hour, so a quarter lies within one hour and one day.
    fn hour(&mut self, time: i64) -> (u32, Day) {
        let quarter = time.div_euclid(900);
        if self.hour.0 != quarter {
            let zone = &self.shared.settings.zone;
            self.hour = (quarter, zone.hour(time) as u32, zone.day(time));
        }
        (self.hour.1, self.hour.2)
    }

    /// Start of the local hour of a time.
    pub fn bucket(&mut self, time: i64) -> u32 {
        self.hour(time).0
    }

    /// Sees to it that the site at hand is that of this host.
    fn go_to_site(&mut self, host: &[u8], claimed: Option<u16>) -> Result<(), Stop> {
        // Comparing nothing with nothing costs 80 ns here: an empty vector points
        // nowhere, and looking there, if only for no bytes, is slow.
        let same = if host.is_empty() { self.site.host.is_empty() } else { self.site.host == host };
        if self.site.known.is_none() || self.site.claimed != claimed || !same {
            let known = self.shared.sites.find(host, claimed, &self.shared.settings).ok_or(Stop::UnknownSite)?;
            let shown = self.symbols.intern(Dictionary::Hosts, &host_text(host));
            self.site = Site { host: host.to_vec(), claimed, known: Some(known), shown };
        }
        Ok(())
    }

    fn method(&mut self, raw: &[u8]) -> Sym {
        if self.method.1 != raw || self.method.0 == Sym::EMPTY {
            self.method = (self.symbols.intern(Dictionary::Methods, method(raw)), raw.to_vec());
        }
        self.method.0
    }

    fn agent_syms(&mut self, id: AgentId) -> AgentSyms {
        let at = id.0 as usize;
        if self.agent_syms.len() <= at {
            self.agent_syms.resize(at + 1, None);
        }
        let Judge { agents, agent_syms, symbols, .. } = self;
        *agent_syms[at].get_or_insert_with(|| {
            let agent = agents.info(id);
            let bot = agent.bot.as_ref().map(|bot| format!("{}\u{1f}{}", bot.name, bot.family.as_str()));
            AgentSyms {
                bot: symbols.intern(Dictionary::Bots, &bot.unwrap_or_default()),
                browser: symbols.intern(Dictionary::Agents, &agent.browser),
                os: symbols.intern(Dictionary::Agents, &agent.os),
            }
        })
    }

    fn bot(&mut self, found: Found, request: &Request<'_>) -> Sym {
        let id = self.agents.resolve(found, request.agent.as_deref());
        self.agent_syms(id).bot
    }

    /// Judges one request at `now`, epoch seconds. Its address and agent end here.
    ///
    /// # Errors
    /// If its site is not known, or a salt cannot be made.
    pub fn request(&mut self, request: &Request<'_>, claimed: Option<u16>, now: i64) -> Result<Verdict, Stop> {
        self.go_to_site(&request.host, claimed)?;
        // Out of its place while it is used: counting a reference that all threads
        // share would cost more than the rest.
        let site = self.site.known.take().ok_or(Stop::UnknownSite)?;
        let verdict = self.request_of(&site, request, now);
        self.site.known = Some(site);
        verdict
    }

    fn request_of(&mut self, site: &Known, request: &Request<'_>, now: i64) -> Result<Verdict, Stop> {
        let (bucket, day) = self.hour(request.time);
        let (raw_path, query) = path::split(&request.target);
        let page = Page::new(raw_path, query, &site.settings.query_allow, &site.settings.reduction);
        let client = address::client(&request.address, &request.forwarded, &self.shared.settings.trusted);
        let rules = &site.settings.rules;
        let early = if rules.look_at_clients() { address::parse(&client) } else { None };
        let found = self.agents.find(request.agent.as_deref());
        let subject = Subject { request, page: &page, client: early };
        let class = rules.class(subject, now, || self.agents.is_bot(found));
        let failed = matches!(class, Class::ClientError | Class::ServerError | Class::Redirect);
        let key = RequestKey {
            site: site.id,
            bucket,
            class,
            status: request.status,
            method: self.method(&request.method),
            bot: if class == Class::Bot { self.bot(found, request) } else { Sym::EMPTY },
            path: if failed { self.symbols.intern(Dictionary::Paths, page.path()) } else { Sym::EMPTY },
        };
        if class != Class::Page {
            return Ok(Verdict { key, hit: None });
        }
        let agent = self.agents.resolve(found, request.agent.as_deref());
        let ip = early.or_else(|| address::parse(&client));
        let row = RowKey {
            site: site.id,
            kind: Kind::Log,
            bucket,
            page: self.symbols.intern(Dictionary::Pages, page.path()),
            host: self.site.shown,
            visit: self.visit(request, query, agent, ip, site),
        };
        let who = Who { ip, client: &client, agent: request.agent.as_deref().unwrap_or_default() };
        let salt = self.salt(day).map_err(Stop::Salt)?;
        let hit = hash(&self.salts[salt].1, site, (row, request.time, day), who, page.path(), &mut self.scratch);
        Ok(Verdict { key, hit: Some(hit) })
    }

    /// What the visit carries that a page view would begin.
    fn visit(
        &mut self,
        request: &Request<'_>,
        query: &[u8],
        agent: AgentId,
        ip: Option<IpAddr>,
        site: &Known,
    ) -> VisitSym {
        let place = ip.map(|ip| self.shared.settings.geo.lookup(ip)).unwrap_or_default();
        let outside = self.origins.find(&request.referrer);
        let (campaign, clicks) = campaign::from_query(query);
        let is_plain = campaign.is_empty() && clicks.is_empty() && place.region.is_empty() && place.city.is_empty();
        let known = (agent, outside, site.id, place.country);
        if is_plain && let Some(&visit) = self.visits.get(&known) {
            return visit;
        }
        let syms = self.agent_syms(agent);
        let Judge { origins, symbols, agents, .. } = self;
        let origin = origins.of(outside, &campaign, clicks, &site.own);
        let text = [&*campaign.source, &*campaign.medium, &*campaign.name].join("\u{1f}");
        let visit = VisitDims {
            source: symbols.intern(Dictionary::Sources, &origin.source),
            referrer: symbols.intern(Dictionary::Referrers, &origin.referrer),
            channel: origin.channel,
            campaign: symbols.intern(Dictionary::Campaigns, if campaign.is_empty() { "" } else { &text }),
            browser: syms.browser,
            os: syms.os,
            device: agents.info(agent).device,
            country: place.country,
            region: symbols.intern(Dictionary::Places, &place.region),
            city: symbols.intern(Dictionary::Places, &place.city),
        };
        let visit = symbols.number(visit);
        if is_plain {
            if self.visits.len() >= REMEMBER {
                self.visits.clear();
            }
            self.visits.insert(known, visit);
        }
        visit
    }

    /// Where a day's salt is.
    fn salt(&mut self, day: Day) -> Result<usize, SaltError> {
        match self.salts.iter().position(|(known, _)| *known == day) {
            Some(at) => Ok(at),
            None => {
                self.salts.push((day, self.shared.salts.day(day)?));
                Ok(self.salts.len() - 1)
            }
        }
    }

    /// The salts used since the last call: they stay locked as long as somebody
    /// holds them.
    pub fn take_salts(&mut self) -> Vec<(Day, Arc<DaySalt>)> {
        std::mem::take(&mut self.salts)
    }
}

struct Who<'a> {
    ip: Option<IpAddr>,
    client: &'a [u8],
    agent: &'a [u8],
}

fn hash(
    salt: &DaySalt,
    site: &Known,
    (row, time, day): (RowKey, i64, Day),
    who: Who<'_>,
    page: &str,
    scratch: &mut Vec<u8>,
) -> Hit {
    let address = Address::of(who.ip);
    let (address_sort, address) = match &address {
        Address::V4(octets) => (4, &octets[..]),
        Address::V6Prefix(prefix) => (6, &prefix[..]),
        Address::Text => (0, who.client),
    };
    let visitor = Visitor { kind: row.kind, site: &site.name, address_sort, address, agent: who.agent };
    let hashes = salt.view(&visitor, page.as_bytes(), scratch);
    // Neither address nor agent stays longer than its line.
    scratch.clear();
    let (visitor, visit) = (hashes.visitor.seen, hashes.visitor.visit);
    Hit { input: 0, time: time as u32, day, visitor, visit, page: hashes.page, row }
}

/// A method as shown: any token may come, so what is none of the usual ones
/// is one.
fn method(method: &[u8]) -> &str {
    const USUAL: [&str; 15] = [
        "GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT", "PROPFIND", "REPORT", "MKCOL",
        "COPY", "MOVE", "LOCK",
    ];
    USUAL.into_iter().find(|usual| usual.as_bytes() == method).unwrap_or("(other)")
}

/// A virtual host as shown: lower case, without its port. What can be none is
/// not: an address may be a client's, and anything else is a client's invention.
fn host_text(host: &[u8]) -> Cow<'_, str> {
    if host.is_empty() {
        return Cow::Borrowed("");
    }
    let mut parts = host.split(|&b| b == b':');
    let (name, port) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let is_number = |text: &[u8]| text.iter().all(|b| b.is_ascii_digit() || *b == b'.');
    if address::parse(host).is_some() || is_number(name) {
        return Cow::Borrowed("(address)");
    }
    let allowed = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'*') || *b >= 0x80;
    if !name.iter().all(allowed) || !is_number(port) || parts.next().is_some() {
        return Cow::Borrowed("(other)");
    }
    match clean(name) {
        Cow::Borrowed(text) if !text.bytes().any(|b| b.is_ascii_uppercase()) => Cow::Borrowed(text),
        text => Cow::Owned(text.to_ascii_lowercase()),
    }
}

#[cfg(test)]
mod tests {
    use super::host_text;

    #[test]
    fn no_address_is_shown_as_a_host() {
        for (host, shown) in [
            ("Example.com:443", "example.com"),
            ("", ""),
            ("_", "_"),
            ("192.0.2.1", "(address)"),
            ("192.0.2.1:8080", "(address)"),
            ("192.0.2.1.", "(address)"),
            ("2001:db8::1", "(address)"),
            ("[2001:db8::1]:443", "(address)"),
            ("::ffff:192.0.2.1", "(address)"),
            ("192.0.2.1, 10.0.0.1", "(other)"),
            ("[2001:db8::zz", "(other)"),
            ("2001:db8::zz", "(address)"),
            ("ann@example.com", "(other)"),
            ("example.com:x", "(other)"),
        ] {
            assert_eq!(host_text(host.as_bytes()), shown, "{host}");
        }
    }
}
