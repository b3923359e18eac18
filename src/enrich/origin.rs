//! Where a visit came from: source, referrer and channel, from the referrer,
//! the campaign and the click ids of the view that begins it.

use super::campaign::{Campaign, Clicks};
use super::memo::Memo;
use super::referrer::{self, OwnHosts, Parsed};
use super::sources::{self, Source};
use crate::model::Channel;
use std::borrow::Cow;

/// Source and referrer of a visit that came from nowhere outside.
pub const DIRECT: &str = "Direct / none";

/// Referrers remembered by one worker.
const MEMO: usize = 50_000;

/// Where a visit came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin<'a> {
    /// The source's name, a host, or a campaign's own text.
    pub source: Cow<'a, str>,
    /// Referring host and path.
    pub referrer: Cow<'a, str>,
    /// What kind of place it is.
    pub channel: Channel,
}

/// A referrer that is one: neither empty nor spam.
#[derive(Clone, Debug)]
pub struct Outside {
    parsed: Parsed,
    named: Option<Source>,
}

impl Outside {
    fn new(raw: &[u8]) -> Option<Outside> {
        let parsed = referrer::parse(raw)?;
        let named = match parsed.is_app() {
            true => sources::of_app(parsed.host()),
            false => sources::of_host(parsed.host()),
        };
        (!sources::is_spam(parsed.host())).then_some(Outside { parsed, named })
    }
}

/// A referrer that was read, valid as long as its [`Origins`] lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OriginId(u32);

impl OriginId {
    /// Nowhere outside: no referrer, or spam.
    const NONE: OriginId = OriginId(0);
}

/// Reads referrers, each once. One of these for each worker.
pub struct Origins {
    memo: Memo<OriginId>,
    /// What ids from `first` on stand for.
    read: Vec<Outside>,
    first: u32,
}

impl Default for Origins {
    fn default() -> Self {
        Origins { memo: Memo::new(MEMO), read: Vec::new(), first: 1 }
    }
}

impl Origins {
    /// The referrer as sent; only the one found last is sure to be remembered.
    pub fn find(&mut self, raw: &[u8]) -> OriginId {
        if raw.is_empty() {
            return OriginId::NONE;
        }
        let key = self.memo.key(raw);
        match self.memo.get(key) {
            Some(id) => id,
            None => self.learn(key, raw),
        }
    }

    /// The origin of a view, if it begins a visit, from its referrer, the campaign
    /// and click ids of its target, and the site's own hosts.
    pub fn of<'a>(&'a self, id: OriginId, campaign: &'a Campaign, clicks: Clicks, own: &OwnHosts) -> Origin<'a> {
        let known = id.0.checked_sub(self.first).and_then(|at| self.read.get(at as usize));
        let outside = known.filter(|outside| outside.parsed.is_app() || !own.contains(outside.parsed.host()));
        Origin {
            source: source(outside, campaign, clicks),
            referrer: Cow::Borrowed(outside.map_or(DIRECT, |outside| outside.parsed.value())),
            channel: channel(outside, campaign, clicks),
        }
    }

    fn learn(&mut self, key: u64, raw: &[u8]) -> OriginId {
        let outside = Outside::new(raw);
        if self.memo.is_full() {
            // No id comes twice, so that nobody takes one for another.
            self.memo.clear();
            self.first += self.read.len() as u32;
            self.read.clear();
        }
        let id = match outside {
            None => OriginId::NONE,
            Some(outside) => {
                self.read.push(outside);
                OriginId(self.first + self.read.len() as u32 - 1)
            }
        };
        self.memo.put(key, id);
        id
    }
}

fn source<'a>(outside: Option<&'a Outside>, campaign: &'a Campaign, clicks: Clicks) -> Cow<'a, str> {
    if !campaign.source.is_empty() {
        return tagged(&campaign.source);
    }
    match (outside, clicks.source()) {
        (Some(Outside { named: Some(source), .. }), _) => Cow::Borrowed(source.name),
        (Some(outside), _) => Cow::Borrowed(outside.parsed.host()),
        (None, Some(name)) => Cow::Borrowed(name),
        (None, None) => Cow::Borrowed(DIRECT),
    }
}

/// The source that a `utm_source` names: a known one by a word or by its
/// host, else a host, else the text as it is.
fn tagged(text: &str) -> Cow<'_, str> {
    if let Some(source) = sources::of_word(text) {
        return Cow::Borrowed(source.name);
    }
    match referrer::host(text.as_bytes()).filter(|_| text.contains('.') && !text.contains([':', '@'])) {
        None => Cow::Borrowed(text),
        Some(host) => sources::of_host(&host).map_or(Cow::Owned(host), |source| Cow::Borrowed(source.name)),
    }
}

fn channel(outside: Option<&Outside>, campaign: &Campaign, clicks: Clicks) -> Channel {
    let medium = campaign.medium.to_ascii_lowercase();
    let of_medium = match &*medium {
        "cpc" | "ppc" | "cpm" | "cpv" | "cpa" | "display" | "retargeting" => Some(Channel::Paid),
        "email" | "e-mail" | "mail" | "newsletter" => Some(Channel::Mail),
        "social" | "social-network" | "social-media" | "sm" => Some(Channel::Social),
        other => other.starts_with("paid").then_some(Channel::Paid),
    };
    match (of_medium, outside) {
        _ if clicks.is_paid() => Channel::Paid,
        (Some(channel), _) => channel,
        _ if !campaign.is_empty() => Channel::Campaign,
        _ if !clicks.is_empty() => Channel::Social,
        (None, Some(outside)) => outside.named.map_or(Channel::Referral, |source| source.channel),
        (None, None) => Channel::Direct,
    }
}

#[cfg(test)]
mod tests {
    use super::super::campaign::from_query;
    use super::*;

    fn origin(raw: &str, query: &str) -> [String; 3] {
        let (campaign, clicks) = from_query(query.as_bytes());
        let own = OwnHosts::new("example.org", []);
        let mut origins = Origins::default();
        let id = origins.find(raw.as_bytes());
        let first = origins.of(id, &campaign, clicks, &own);
        let text = |origin: Origin<'_>| {
            [origin.source.into_owned(), origin.referrer.into_owned(), origin.channel.as_str().into()]
        };
        let first = text(first);
        assert_eq!(id, origins.find(raw.as_bytes()), "remembered differently");
        first
    }

    #[test]
    fn origins() {
        let cases = [
            ("", "", [DIRECT, DIRECT, "direct"]),
            ("https://www.example.org/x", "", [DIRECT, DIRECT, "direct"]),
            ("https://semalt.com/x", "", [DIRECT, DIRECT, "direct"]),
            ("https://a.semalt.com/x", "utm_medium=social", [DIRECT, DIRECT, "social"]),
            ("https://www.google.co.uk/", "", ["Google", "google.co.uk", "search"]),
            ("https://news.ycombinator.com/item?id=1", "", ["Hacker News", "news.ycombinator.com/item", "social"]),
            ("https://blog.example.net/a/", "", ["blog.example.net", "blog.example.net/a", "referral"]),
            ("android-app://com.google.android.gm", "", ["Gmail", "com.google.android.gm", "mail"]),
            ("android-app://com.example.x/y", "", ["com.example.x", "com.example.x", "referral"]),
            ("https://chatgpt.com/", "", ["ChatGPT", "chatgpt.com", "ai_assistant"]),
            ("", "utm_source=chatgpt.com", ["ChatGPT", DIRECT, "campaign"]),
            ("", "utm_source=GOOGLE&utm_medium=cpc", ["Google", DIRECT, "paid"]),
            ("", "ref=www.Example.net", ["example.net", DIRECT, "campaign"]),
            ("", "ref=spring+letter&utm_medium=E-Mail", ["spring letter", DIRECT, "mail"]),
            ("", "utm_campaign=x", [DIRECT, DIRECT, "campaign"]),
            ("", "gclid=x", ["Google", DIRECT, "paid"]),
            ("", "fbclid=x", ["Facebook", DIRECT, "social"]),
            ("https://l.facebook.com/", "fbclid=x&utm_medium=paid_social", ["Facebook", "l.facebook.com", "paid"]),
            ("https://t.co/abc", "twclid=x", ["X", "t.co/abc", "paid"]),
        ];
        for (raw, query, expected) in cases {
            assert_eq!(origin(raw, query), expected, "{raw} ?{query}");
        }
    }
}
