//! Where readers come from: referrers and campaigns.

use super::chance::{Random, Weighted};

/// Weight and referrer; the first is none.
#[rustfmt::skip]
const REFERRERS: &[(u32, &str)] = &[
    (360, ""),
    (205, "https://www.google.com/"),
    (14, "https://www.google.de/"),
    (12, "https://www.google.co.uk/"),
    (8, "https://www.google.co.in/"),
    (18, "android-app://com.google.android.googlequicksearchbox/"),
    (38, "https://www.bing.com/"),
    (42, "https://duckduckgo.com/"),
    (6, "https://search.brave.com/"),
    (5, "https://kagi.com/"),
    (5, "https://www.ecosia.org/"),
    (4, "https://yandex.ru/"),
    (3, "https://www.baidu.com/link?url=k3Jv0dZ1"),
    (34, "https://news.ycombinator.com/"),
    (12, "https://news.ycombinator.com/item?id=46213377"),
    (30, "https://github.com/"),
    (10, "https://github.com/example/awesome-logs"),
    (26, "https://www.reddit.com/"),
    (6, "https://old.reddit.com/r/selfhosted/"),
    (14, "https://lobste.rs/"),
    (24, "https://chatgpt.com/"),
    (6, "https://www.perplexity.ai/"),
    (4, "https://claude.ai/"),
    (14, "https://mastodon.social/"),
    (6, "https://fosstodon.org/"),
    (6, "https://bsky.app/"),
    (16, "https://t.co/Qv7nK2xYpA"),
    (6, "https://www.linkedin.com/"),
    (5, "https://l.facebook.com/"),
    (4, "https://www.youtube.com/"),
    (4, "https://stackoverflow.com/"),
    (3, "https://en.wikipedia.org/"),
    (3, "https://mail.google.com/"),
    (4, "https://kettle.example/2026/reading-list"),
    (3, "https://tidepool.example/links/"),
    (3, "https://www.brennan.example/posts/tools-i-use"),
    (2, "http://planet.example/"),
    (1, "https://bj%C3%B6rn.example/"),
];
/// What Hacker News sends on the great day.
const FRONT_PAGE: u16 = 13;
const SPAM: &[&str] = &[
    "http://semalt.com/crawler.php?u=http://example.com",
    "http://buttons-for-website.com",
    "http://darodar.com/",
    "https://free-share-buttons.com/",
];
/// Weight and query; `$` stands for a click's id.
#[rustfmt::skip]
const CAMPAIGNS: &[(u32, &str)] = &[
    (28, "?utm_source=newsletter&utm_medium=email&utm_campaign=spring-release"),
    (18, "?utm_source=newsletter&utm_medium=email&utm_campaign=monthly-42"),
    (14, "?utm_source=google&utm_medium=cpc&utm_campaign=brand&gclid=$"),
    (14, "?gclid=$"),
    (6, "?msclkid=$"),
    (10, "?fbclid=$"),
    (12, "?utm_source=twitter&utm_medium=social&utm_campaign=launch%20week"),
    (9, "?ref=producthunt"),
    (6, "?utm_source=linkedin&utm_medium=paid-social&utm_campaign=q2+teams"),
    (8, "?utm_source=chatgpt.com"),
    (5, "?source=weekly-links"),
];

/// A referrer by its number, and a campaign's query by its, 0 for none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Source {
    referrer: u16,
    campaign: u8,
}

#[derive(Debug)]
pub(super) struct Sources {
    referrers: Weighted,
    campaigns: Weighted,
}

impl Source {
    pub(super) const NONE: Source = Source { referrer: 0, campaign: 0 };
    pub(super) const HACKER_NEWS: Source = Source { referrer: FRONT_PAGE, campaign: 0 };

    pub(super) fn spam(random: &mut Random) -> Source {
        Source { referrer: (REFERRERS.len() + random.below(SPAM.len() as u32) as usize) as u16, campaign: 0 }
    }

    pub(super) fn is_spam(self) -> bool {
        usize::from(self.referrer) >= REFERRERS.len()
    }

    pub(super) fn referrer(self) -> &'static str {
        let number = usize::from(self.referrer);
        let known = REFERRERS.get(number).map(|(_, referrer)| *referrer);
        known.unwrap_or_else(|| SPAM[number - REFERRERS.len()])
    }

    /// Writes the query of the entry page, if it has one. `visitor` makes the
    /// click's id.
    pub(super) fn write_query(self, visitor: u64, out: &mut Vec<u8>) {
        let Some(number) = self.campaign.checked_sub(1) else {
            return;
        };
        let query = CAMPAIGNS[usize::from(number)].1;
        let Some(begin) = query.strip_suffix('$') else {
            return out.extend_from_slice(query.as_bytes());
        };
        out.extend_from_slice(begin.as_bytes());
        let mut random = Random::new(visitor);
        out.extend((0..48).map(|_| random.of(b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz_-")));
    }
}

impl Sources {
    pub(super) fn new() -> Sources {
        Sources {
            referrers: Weighted::new(REFERRERS.iter().map(|(weight, _)| *weight)),
            campaigns: Weighted::new(CAMPAIGNS.iter().map(|(weight, _)| *weight)),
        }
    }

    /// How one visit begins.
    pub(super) fn pick(&self, random: &mut Random) -> Source {
        if random.permille(7) {
            return Source::spam(random);
        }
        let referrer = self.referrers.pick(random) as u16;
        let campaign = match random.permille(45) {
            true => self.campaigns.pick(random) as u8 + 1,
            false => 0,
        };
        Source { referrer, campaign }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_great_day_belongs_to_hacker_news() {
        let referrer = Source::HACKER_NEWS.referrer();
        assert_eq!(referrer, "https://news.ycombinator.com/");
    }

    #[test]
    fn a_click_keeps_its_id() {
        let source = Source { referrer: 0, campaign: 4 };
        let (mut first, mut second) = (Vec::new(), Vec::new());
        source.write_query(7, &mut first);
        source.write_query(7, &mut second);
        assert_eq!(first, second);
        assert!(first.starts_with(b"?gclid="));
    }
}
