//! The named sources of assets/sources.tsv and the spam hosts: what a host is
//! known as.

use crate::model::Channel;
use hashbrown::{HashMap, HashSet};
use std::sync::LazyLock;

const SOURCES: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/sources.tsv"));
const SPAM: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/spam.txt"));

static TABLE: LazyLock<Table> = LazyLock::new(|| Table::new(SOURCES, SPAM));

/// Under which name and channel hosts are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// As people know it: Google, Hacker News.
    pub name: &'static str,
    /// What kind of place it is.
    pub channel: Channel,
}

/// The source of a host (lower case, without `www.`). Patterns with more
/// labels win, between equals the one without `*`.
pub fn of_host(host: &str) -> Option<Source> {
    TABLE.of_host(host)
}

/// The source of an Android package.
pub fn of_app(package: &str) -> Option<Source> {
    TABLE.apps.get(package).copied()
}

/// The source that a campaign's `utm_source` means, in any case: its name, the
/// word before the `.*` of a pattern, or what stands before the last dot of
/// its domain if no other source has such a domain.
pub fn of_word(word: &str) -> Option<Source> {
    TABLE.words.get(&*word.to_ascii_lowercase()).copied()
}

/// Whether a host or a domain above it sends made-up referrers.
pub fn is_spam(host: &str) -> bool {
    suffixes(host).any(|domain| TABLE.spam.contains(domain))
}

type BySuffix = HashMap<&'static str, Source>;

struct Table {
    /// `example.com`: that host and what is below it.
    plain: BySuffix,
    /// `google.*`, without the star.
    wild: BySuffix,
    apps: BySuffix,
    words: HashMap<String, Source>,
    spam: HashSet<&'static str>,
}

impl Table {
    fn new(sources: &'static str, spam: &'static str) -> Table {
        let mut table = Table {
            plain: HashMap::new(),
            wild: HashMap::new(),
            apps: HashMap::new(),
            words: HashMap::new(),
            spam: lines(spam).collect(),
        };
        let rows: Vec<_> = lines(sources).filter_map(row).collect();
        for (source, _) in &rows {
            table.words.entry(source.name.to_ascii_lowercase()).or_insert(*source);
        }
        for (source, patterns) in &rows {
            patterns.split(' ').for_each(|pattern| table.add(*source, pattern));
        }
        table.add_first_labels(&rows);
        table
    }

    fn add(&mut self, source: Source, pattern: &'static str) {
        if let Some(package) = pattern.strip_prefix("app:") {
            self.apps.entry(package).or_insert(source);
            return;
        }
        match pattern.strip_suffix(".*") {
            Some(literal) => {
                self.wild.entry(literal).or_insert(source);
                self.words.entry(literal.to_owned()).or_insert(source);
            }
            None => {
                self.plain.entry(pattern).or_insert(source);
            }
        }
    }

    /// `example` for `example.com`, unless another source has `example.org`:
    /// nobody means one of thirteen by `mail`.
    fn add_first_labels(&mut self, rows: &[(Source, &'static str)]) {
        let mut owners: HashMap<&str, Option<Source>> = HashMap::new();
        let domains = rows.iter().flat_map(|(source, patterns)| patterns.split(' ').map(|p| (*source, p)));
        for (source, pattern) in domains {
            let Some((label, ending)) = pattern.split_once('.') else { continue };
            if ending.contains('.') || ending == "*" || pattern.starts_with("app:") {
                continue;
            }
            let owner = owners.entry(label).or_insert(Some(source));
            if owner.is_some_and(|owner| owner.name != source.name) {
                *owner = None;
            }
        }
        for (label, owner) in owners {
            if let Some(source) = owner {
                self.words.entry(label.to_owned()).or_insert(source);
            }
        }
    }

    fn of_host(&self, host: &str) -> Option<Source> {
        let plain = longest(&self.plain, host);
        let first_tail = without_tail(host);
        let wild = [first_tail, first_tail.and_then(without_tail)]
            .into_iter()
            .filter_map(|stem| longest(&self.wild, stem?))
            .max_by_key(|(labels, _)| *labels);
        match (plain, wild) {
            (Some((plain, _)), Some((wild, source))) if wild > plain => Some(source),
            (Some((_, source)), _) | (None, Some((_, source))) => Some(source),
            (None, None) => None,
        }
    }
}

fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

fn row(line: &'static str) -> Option<(Source, &'static str)> {
    let mut fields = line.split('\t');
    let (channel, name, patterns) = (fields.next()?, fields.next()?, fields.next()?);
    let channel = *Channel::ALL.iter().find(|known| known.as_str() == channel)?;
    Some((Source { name, channel }, patterns))
}

/// The host and the domains above it, the longest first.
fn suffixes(host: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(host), |domain| domain.split_once('.').map(|(_, above)| above))
}

fn longest(by_suffix: &BySuffix, host: &str) -> Option<(usize, Source)> {
    let (domain, source) = suffixes(host).find_map(|domain| by_suffix.get_key_value(domain))?;
    Some((domain.matches('.').count(), *source))
}

/// The host without its last label, if that may be (part of) a country's or
/// general ending: two or three letters.
fn without_tail(host: &str) -> Option<&str> {
    let (stem, tail) = host.rsplit_once('.')?;
    let fits = matches!(tail.len(), 2 | 3) && tail.bytes().all(|b| b.is_ascii_alphabetic());
    fits.then_some(stem)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::enrich::test_data;

    fn name(host: &str) -> &'static str {
        of_host(host).map_or("", |source| source.name)
    }

    #[test]
    fn every_line_of_the_list_is_read() {
        let rows: Vec<_> = lines(SOURCES).collect();
        assert!(rows.iter().all(|line| row(line).is_some()));
        let patterns: Vec<_> =
            rows.iter().filter_map(|line| row(line)).flat_map(|(_, patterns)| patterns.split(' ')).collect();
        for pattern in &patterns {
            assert!(!pattern.is_empty() && *pattern == pattern.to_lowercase(), "{pattern}");
            assert_eq!(patterns.iter().filter(|other| *other == pattern).count(), 1, "{pattern}");
        }
    }

    #[test]
    fn hosts_have_the_name_of_the_longest_pattern() {
        let cases = [
            ("google.com", "Google"),
            ("google.co.uk", "Google"),
            ("a.b.google.de", "Google"),
            ("news.google.co.uk", "Google News"),
            ("mail.google.com", "Gmail"),
            ("gemini.google.com", "Gemini"),
            ("google.example.com", ""),
            ("notgoogle.com", ""),
            ("google", ""),
            ("news.ycombinator.com", "Hacker News"),
            ("ycombinator.com", ""),
            ("old.reddit.com", "Reddit"),
            ("l.facebook.com", "Facebook"),
            ("search.brave.com", "Brave Search"),
            ("mail.yahoo.com", "Yahoo Mail"),
            ("de.search.yahoo.com", "Yahoo"),
            ("hachyderm.io", "Mastodon"),
            ("mastodon.example", ""),
            ("mastodon.au", "Mastodon"),
            ("com", ""),
            ("", ""),
        ];
        for (host, expected) in cases {
            assert_eq!(name(host), expected, "{host}");
        }
    }

    #[test]
    fn words_of_campaigns() {
        let word = |text| of_word(text).map_or("", |source| source.name);
        assert_eq!(word("GOOGLE"), "Google");
        assert_eq!(word("hacker news"), "Hacker News");
        assert_eq!(word("duckduckgo"), "DuckDuckGo");
        assert_eq!(word("newsletter"), "");
        assert_eq!(word(""), "");
    }

    #[test]
    fn spam_includes_what_is_below() {
        assert!(is_spam("semalt.com") && is_spam("x.semalt.com") && !is_spam("notsemalt.com") && !is_spam("com"));
    }

    /// How much of Matomo's lists has a name here.
    #[test]
    fn lists_of_others_are_covered() {
        let expected = [("Socials.yml", 99), ("AIAssistants.yml", 100), ("SearchEngines.yml", 97)];
        for (file, percent) in expected {
            let Some(yaml) = test_data(&format!("referrers/{file}")) else {
                return;
            };
            let hosts: Vec<String> = hosts(&yaml, file == "SearchEngines.yml");
            let unknown = |host: &&String| of_host(host).or(of_app(host)).is_none();
            let missing: Vec<_> = hosts.iter().filter(unknown).collect();
            println!("{file}: {} of {}, missing {missing:?}", hosts.len() - missing.len(), hosts.len());
            assert!(missing.len() * 100 <= hosts.len() * (100 - percent));
        }
    }

    /// The hosts of the list items; of search engines only below `urls:`.
    fn hosts(yaml: &str, below_urls: bool) -> Vec<String> {
        let (mut hosts, mut wanted) = (Vec::new(), true);
        for line in yaml.lines().map(str::trim) {
            if let Some(item) = line.strip_prefix("- ").filter(|_| wanted) {
                let item = item.trim_matches('\'').replace("{}", "de");
                let host = item.split('/').next().unwrap_or_default();
                hosts.push(host.strip_prefix("www.").unwrap_or(host).to_owned());
            } else if line.ends_with(':') {
                wanted = !below_urls || line == "urls:";
            }
        }
        hosts
    }
}
