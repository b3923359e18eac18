//! Rows of facts: dimensions and additive counters, no hash.

use super::Sym;

/// A site's number in the store.
pub type SiteId = u32;

/// Where page views come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Kind {
    /// A server's access log.
    Log = 0,
    /// The beacon endpoint.
    Beacon = 1,
}

impl Kind {
    /// The kind of that number, as stored.
    pub fn from_index(index: u8) -> Option<Kind> {
        [Kind::Log, Kind::Beacon].get(usize::from(index)).copied()
    }

    /// The name in flags and columns.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Log => "log",
            Kind::Beacon => "beacon",
        }
    }
}

/// An ISO 3166-1 code; two zero bytes where unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Country(pub [u8; 2]);

impl Country {
    /// Fewer visitors came from there than may be told apart.
    pub const RARE: Country = Country([1, 1]);

    /// The stored number: first letter times 256 plus second, 0 unknown.
    pub fn code(self) -> u16 {
        u16::from_be_bytes(self.0)
    }

    /// From the stored number.
    pub fn from_code(code: u16) -> Country {
        Country(code.to_be_bytes())
    }

    /// The two letters, or nothing where unknown.
    pub fn as_str(&self) -> &str {
        match self.0 {
            [0, _] => "",
            [1, _] => "(rare)",
            _ => std::str::from_utf8(&self.0).unwrap_or(""),
        }
    }
}

macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $number:literal $text:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum $name { #[default] $($(#[$vdoc])* $variant = $number),* }
        impl $name {
            /// All of them, in the order of their numbers.
            pub const ALL: &[$name] = &[$($name::$variant),*];
            /// The name in reports and filters.
            pub fn as_str(self) -> &'static str { match self { $($name::$variant => $text),* } }
            /// The one of that number, as stored.
            pub fn from_index(index: u8) -> Option<$name> { $name::ALL.get(usize::from(index)).copied() }
        }
    };
}

named! {
    /// What kind of place a visit came from.
    Channel {
        /// No referrer, or an internal one.
        Direct = 0 "direct",
        /// A search engine.
        Search = 1 "search",
        /// A social network or forum.
        Social = 2 "social",
        /// An AI assistant.
        AiAssistant = 3 "ai_assistant",
        /// Mail.
        Mail = 4 "mail",
        /// A tagged link that is none of the others.
        Campaign = 5 "campaign",
        /// Advertising.
        Paid = 6 "paid",
        /// Any other site.
        Referral = 7 "referral",
        /// Fewer visitors had it than may be told apart.
        Rare = 8 "(rare)",
    }
}

named! {
    /// The size of device an agent names.
    Device {
        /// Not told by the agent.
        Unknown = 0 "unknown",
        /// Desktop or laptop.
        Desktop = 1 "desktop",
        /// Phone.
        Phone = 2 "phone",
        /// Tablet.
        Tablet = 3 "tablet",
        /// Fewer visitors had it than may be told apart.
        Rare = 4 "(rare)",
    }
}

/// What a visit's page views all carry: the dimensions of its entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct VisitDims {
    /// Named source, in `Sources`.
    pub source: Sym,
    /// Referring host and path, in `Referrers`.
    pub referrer: Sym,
    /// In `Campaigns`.
    pub campaign: Sym,
    /// In `Places`.
    pub region: Sym,
    /// In `Places`.
    pub city: Sym,
    /// In `Agents`.
    pub browser: Sym,
    /// In `Agents`.
    pub os: Sym,
    /// Where the address lies.
    pub country: Country,
    /// The source's channel.
    pub channel: Channel,
    /// Device class.
    pub device: Device,
}

/// The [`VisitDims`] behind a number, valid within the [`super::Symbols`] that
/// gave it out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct VisitSym(pub u32);

/// The dimensions of a page view while a batch is added up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RowKey {
    /// The site.
    pub site: SiteId,
    /// Log or beacon.
    pub kind: Kind,
    /// Start of the local hour, seconds since 1970 in UTC.
    pub bucket: u32,
    /// Page path, in `Pages`.
    pub page: Sym,
    /// Virtual host, in `Hosts`.
    pub host: Sym,
    /// Those of the visit's entry.
    pub visit: VisitSym,
}

/// Additive counters of page views and visits, none of them ever negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Requests of class page.
    pub page_views: i64,
    /// Visitors first seen that day on this row.
    pub visitors: i64,
    /// Page visitors first seen that day on this row.
    pub uniques: i64,
    /// Visits that began here.
    pub visits: i64,
    /// Of those, visits of which it is known whether they are bounces.
    pub rated: i64,
    /// Of these, visits of one page view.
    pub bounces: i64,
    /// Visits that ended here.
    pub exits: i64,
    /// Seconds on the page, where known.
    pub duration_s: i64,
    /// Page views whose duration is known.
    pub duration_n: i64,
}

impl Counters {
    /// Adds every counter of another.
    pub fn add(&mut self, other: &Counters) {
        self.page_views += other.page_views;
        self.visitors += other.visitors;
        self.uniques += other.uniques;
        self.visits += other.visits;
        self.rated += other.rated;
        self.bounces += other.bounces;
        self.exits += other.exits;
        self.duration_s += other.duration_s;
        self.duration_n += other.duration_n;
    }
}

/// What requests are counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RequestKey {
    /// The site.
    pub site: SiteId,
    /// Start of the local hour, seconds since 1970 in UTC.
    pub bucket: u32,
    /// The class.
    pub class: super::Class,
    /// Status code.
    pub status: u16,
    /// In `Methods`.
    pub method: Sym,
    /// In `Bots`; empty unless the class is bot.
    pub bot: Sym,
    /// In `Paths`; empty unless an error or redirect.
    pub path: Sym,
}

/// Additive sums of requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RequestSums {
    /// Requests.
    pub requests: i64,
    /// Bytes sent.
    pub bytes: i64,
    /// Microseconds taken, where known.
    pub time_us: i64,
    /// Requests whose time is known.
    pub time_n: i64,
}

impl VisitDims {
    /// The dimensions with every symbol replaced.
    pub fn map(&self, mut f: impl FnMut(super::Dictionary, Sym) -> Sym) -> VisitDims {
        use super::Dictionary as D;
        let mut visit = *self;
        visit.source = f(D::Sources, visit.source);
        visit.referrer = f(D::Referrers, visit.referrer);
        visit.campaign = f(D::Campaigns, visit.campaign);
        visit.region = f(D::Places, visit.region);
        visit.city = f(D::Places, visit.city);
        visit.browser = f(D::Agents, visit.browser);
        visit.os = f(D::Agents, visit.os);
        visit
    }
}

/// A bin of the histogram of times taken: the number of the first
/// eighth-of-a-doubling of one microsecond that is not below the time.
pub fn latency_bin(time_us: u64) -> u16 {
    let eighths = (time_us.max(1) as f64).log2() * 8.0;
    eighths.ceil() as u16
}

/// The upper end of a bin in microseconds; at most 9 % above any time in it.
pub fn latency_of_bin(bin: u16) -> f64 {
    2f64.powf(f64::from(bin) / 8.0)
}
