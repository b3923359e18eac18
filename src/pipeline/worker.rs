//! One request through enrich and anonymise. Everything that a worker
//! remembers is its own: no locks within a stage.

use super::error::IngestError;
use super::settings::Settings;
use super::sites::{Known, Sites};
use crate::anonymise::{Salts, Visitor};
use crate::enrich::address::Address;
use crate::enrich::agent::Agents;
use crate::enrich::exclude::Subject;
use crate::enrich::origin::Origins;
use crate::enrich::{address, campaign, path};
use crate::model::{
    Class, Day, Dictionary, Hit, Kind, Request, RequestKey, RowKey, SiteId, Sym, Symbols, VisitDims, clean,
};
use crate::store::StoreError;
use std::borrow::Cow;

/// What became of a request.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Its time, epoch seconds.
    pub time: i64,
    /// Site, hour, class and so on.
    pub key: RequestKey,
    /// Bytes sent.
    pub bytes: u64,
    /// Time taken, where logged.
    pub duration_us: Option<u64>,
    /// If it is a page view.
    pub hit: Option<Hit>,
}

/// Enriches and anonymises requests.
pub struct Worker {
    /// The texts of everything that left this worker.
    pub symbols: Symbols,
    /// The salts in use.
    pub salts: Salts,
    agents: Agents,
    origins: Origins,
    sites: Sites,
    hour: (i64, u32, Day),
}

impl Worker {
    /// A worker with these salts that knows these sites.
    pub fn new(salts: Salts, sites: Sites) -> Worker {
        Worker {
            symbols: Symbols::default(),
            salts,
            agents: Agents::default(),
            origins: Origins::default(),
            sites,
            hour: (i64::MIN, 0, Day(0)),
        }
    }

    /// Start of the local hour and the local day of a time. Offsets are whole
    /// quarters of an hour, so a quarter lies within one hour and one day.
    fn hour(&mut self, time: i64, settings: &Settings) -> (u32, Day) {
        let quarter = time.div_euclid(900);
        if self.hour.0 != quarter {
            self.hour = (quarter, settings.zone.hour(time) as u32, settings.zone.day(time));
        }
        (self.hour.1, self.hour.2)
    }

    /// Start of the local hour of a time.
    pub fn bucket(&mut self, time: i64, settings: &Settings) -> u32 {
        self.hour(time, settings).0
    }

    /// The number of the site of requests without a host.
    ///
    /// # Errors
    /// Those of `add`, which gives the number of a site's name.
    pub fn default_site(
        &mut self,
        claimed: Option<u16>,
        settings: &Settings,
        add: &mut dyn FnMut(&str) -> Result<SiteId, StoreError>,
    ) -> Result<SiteId, IngestError> {
        let index = self.sites.of(b"", claimed, settings, add)?;
        Ok(self.sites.get(index).id)
    }

    /// Judges one request. Its address and agent end here.
    ///
    /// # Errors
    /// If a site or salt cannot be made.
    pub fn judge(
        &mut self,
        request: &Request<'_>,
        claimed: Option<u16>,
        now: i64,
        settings: &Settings,
        add: &mut dyn FnMut(&str) -> Result<SiteId, StoreError>,
    ) -> Result<Outcome, IngestError> {
        let (bucket, day) = self.hour(request.time, settings);
        let index = self.sites.of(&request.host, claimed, settings, add)?;
        let site = self.sites.get(index);
        let (raw_path, query) = path::split(&request.target);
        let page = path::normalise_with(raw_path, query, &site.settings.query_allow);
        let client = address::client(&request.address, &request.forwarded, &settings.trusted);
        let ip = address::parse(&client);
        let agent = self.agents.lookup(request.agent.as_deref());
        let agent = self.agents.info(agent);
        let subject = Subject { request, path: &page, client: ip };
        let class = site.settings.rules.class(subject, now, || agent.bot.is_some());
        let symbols = &mut self.symbols;
        let bot = match (class, &agent.bot) {
            (Class::Bot, Some(bot)) => {
                symbols.intern(Dictionary::Bots, &format!("{}\u{1f}{}", bot.name, bot.family.as_str()))
            }
            _ => Sym::EMPTY,
        };
        let failed = matches!(class, Class::ClientError | Class::ServerError | Class::Redirect);
        let key = RequestKey {
            site: site.id,
            bucket,
            class,
            status: request.status,
            method: symbols.intern(Dictionary::Methods, method(&request.method)),
            bot,
            path: if failed { symbols.intern(Dictionary::Paths, &page) } else { Sym::EMPTY },
        };
        let mut outcome =
            Outcome { time: request.time, key, bytes: request.bytes, duration_us: request.duration_us, hit: None };
        if class != Class::Page {
            return Ok(outcome);
        }
        let (campaign, clicks) = campaign::from_query(query);
        let origin = self.origins.of(&request.referrer, &campaign, clicks, &site.own);
        let mut visit = VisitDims {
            source: symbols.intern(Dictionary::Sources, &origin.source),
            referrer: symbols.intern(Dictionary::Referrers, &origin.referrer),
            channel: origin.channel,
            campaign: if campaign.is_empty() {
                Sym::EMPTY
            } else {
                let text = [&*campaign.source, &*campaign.medium, &*campaign.name].join("\u{1f}");
                symbols.intern(Dictionary::Campaigns, &text)
            },
            browser: symbols.intern(Dictionary::Agents, &agent.browser),
            os: symbols.intern(Dictionary::Agents, &agent.os),
            device: agent.device,
            ..VisitDims::default()
        };
        if let Some(place) = ip.map(|ip| settings.geo.lookup(ip)) {
            visit.country = place.country;
            visit.region = symbols.intern(Dictionary::Places, &place.region);
            visit.city = symbols.intern(Dictionary::Places, &place.city);
        }
        let host = symbols.intern(Dictionary::Hosts, &host_text(&request.host));
        let row = RowKey {
            site: site.id,
            kind: Kind::Log,
            bucket,
            page: symbols.intern(Dictionary::Pages, &page),
            host,
            visit,
        };
        let visitor_agent = request.agent.as_deref().unwrap_or_default();
        outcome.hit = Some(hash(
            &mut self.salts,
            site,
            row,
            request.time,
            day,
            Who { ip, client: &client, agent: visitor_agent },
            &page,
        )?);
        Ok(outcome)
    }
}

struct Who<'a> {
    ip: Option<std::net::IpAddr>,
    client: &'a [u8],
    agent: &'a [u8],
}

fn hash(
    salts: &mut Salts,
    site: &Known,
    row: RowKey,
    time: i64,
    day: Day,
    who: Who<'_>,
    page: &str,
) -> Result<Hit, IngestError> {
    let address = Address::of(who.ip);
    let (address_sort, address) = match &address {
        Address::V4(octets) => (4, &octets[..]),
        Address::V6Prefix(prefix) => (6, &prefix[..]),
        Address::Text => (0, who.client),
    };
    let visitor = Visitor { kind: row.kind, site: &site.name, address_sort, address, agent: who.agent };
    let salt = salts.day(day)?;
    let hashes = salt.visitor(&visitor);
    let page = salt.page(&visitor, page.as_bytes());
    Ok(Hit { input: 0, time: time as u32, day, visitor: hashes.seen, visit: hashes.visit, page, row })
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

/// A virtual host as shown: lower case, without its port.
fn host_text(host: &[u8]) -> Cow<'_, str> {
    let host = host.split(|&b| b == b':').next().unwrap_or_default();
    match clean(host) {
        Cow::Borrowed(text) if !text.bytes().any(|b| b.is_ascii_uppercase()) => Cow::Borrowed(text),
        text => Cow::Owned(text.to_ascii_lowercase()),
    }
}
