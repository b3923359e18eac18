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

/// The source that a campaign's `utm_source` means: its name, or the word by
/// which one of its patterns begins, in any case.
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
        for (source, patterns) in rows {
            patterns.split(' ').for_each(|pattern| table.add(source, pattern));
        }
        table
    }

    fn add(&mut self, source: Source, pattern: &'static str) {
        if let Some(package) = pattern.strip_prefix("app:") {
            self.apps.entry(package).or_insert(source);
            return;
        }
        let (by_suffix, literal, word) = match pattern.strip_suffix(".*") {
            Some(literal) => (&mut self.wild, literal, literal),
            None => (&mut self.plain, pattern, pattern.split('.').next().unwrap_or(pattern)),
        };
        by_suffix.entry(literal).or_insert(source);
        self.words.entry(word.to_owned()).or_insert(source);
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
