//! Which agents are robots, and what kind: the patterns of isbot decide, our
//! own list gives well known ones a family and a name.

use memchr::memmem;
use regex::bytes::{Regex, RegexBuilder};
use std::sync::LazyLock;

const PATTERNS: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/bots.json"));
const FAMILIES: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/bot-families.tsv"));

static RULES: LazyLock<Regex> = LazyLock::new(|| compile(PATTERNS).expect("tested with the embedded patterns"));
static KNOWN: LazyLock<Vec<Known>> = LazyLock::new(|| FAMILIES.lines().filter_map(Known::new).collect());

/// The name of what sends no agent.
pub const NO_AGENT: &str = "(no agent)";

/// What a robot is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Family {
    /// Search engines and archives.
    Search,
    /// Crawlers and agents of AI companies.
    Ai,
    /// Search engine optimisation and marketing.
    Seo,
    /// Uptime, speed and validity checks.
    Monitor,
    /// Pictures and titles of links in messages.
    Preview,
    /// Readers of feeds and podcasts.
    Feed,
    /// Programming libraries and download tools.
    Library,
    /// Looking for weaknesses, or for whatever is there.
    Scanner,
    /// None of those that are known.
    #[default]
    Unknown,
}

impl Family {
    /// All families, in the order of the documentation.
    pub const ALL: [Family; 9] = [
        Family::Search,
        Family::Ai,
        Family::Seo,
        Family::Monitor,
        Family::Preview,
        Family::Feed,
        Family::Library,
        Family::Scanner,
        Family::Unknown,
    ];

    /// The name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Family::Search => "search",
            Family::Ai => "ai",
            Family::Seo => "seo",
            Family::Monitor => "monitor",
            Family::Preview => "preview",
            Family::Feed => "feed",
            Family::Library => "library",
            Family::Scanner => "scanner",
            Family::Unknown => "unknown",
        }
    }
}

/// A robot, as reports name it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Bot {
    /// `Googlebot`, `curl`; at most 64 bytes, never the agent as it came.
    pub name: Box<str>,
    /// What it is for.
    pub family: Family,
}

/// Builds the rules, if nobody has yet.
pub(super) fn prepare() {
    LazyLock::force(&RULES);
}

/// The robot that an agent is; `None` for what people use.
pub fn detect(agent: &[u8]) -> Option<Bot> {
    if matches!(agent.trim_ascii(), b"" | b"-") {
        return Some(Bot { name: NO_AGENT.into(), family: Family::Unknown });
    }
    let lower = agent.to_ascii_lowercase();
    if !is_bot(&lower) {
        return None;
    }
    let known = KNOWN.iter().find(|known| known.token.find(&lower).is_some());
    Some(match known {
        Some(known) => Bot { name: known.name.into(), family: known.family },
        None => Bot { name: super::bot_name::of(agent).into(), family: Family::Unknown },
    })
}

fn is_bot(lower: &[u8]) -> bool {
    let around = || LOOK_AROUND.iter().zip(WORDS.iter()).any(|(rule, word)| rule.fits(lower, word));
    around() || RULES.is_match(lower)
}

/// One expression of all patterns that this library can take. The agent is
/// lower case already, so are the patterns.
fn compile(json: &str) -> Result<Regex, String> {
    let patterns: Vec<String> = serde_json::from_str(json).map_err(|error| error.to_string())?;
    let plain = patterns.iter().filter(|pattern| !looks_around(pattern));
    // JavaScript reads the hyphen after a class as itself, this library not.
    let parts: Vec<_> = plain.map(|pattern| format!("(?:{})", pattern.replace(r"\d-.", r"\d\-."))).collect();
    let all = RegexBuilder::new(&parts.join("|")).unicode(false).build();
    all.map_err(|error| error.to_string())
}

fn looks_around(pattern: &str) -> bool {
    ["(?!", "(?=", "(?<!", "(?<="].iter().any(|look| pattern.contains(look))
}

/// A pattern of isbot that says what must not stand before and after a word.
struct LookAround {
    /// As isbot writes it.
    #[cfg_attr(not(test), allow(dead_code))]
    pattern: &'static str,
    word: &'static str,
    not_before: &'static [&'static str],
    not_after: &'static [&'static str],
    /// Whether the word, or the word and an `s`, must end there.
    whole: bool,
}

static LOOK_AROUND: [LookAround; 6] = [
    LookAround {
        pattern: r"(?:^|[^g])news(?!sapphire)",
        word: "news",
        not_before: &["g"],
        not_after: &["sapphire"],
        whole: false,
    },
    LookAround {
        pattern: r"(?<! channel/|google/)google(?!(?:wv|app|/google| pixel))",
        word: "google",
        not_before: &[" channel/", "google/"],
        not_after: &["wv", "app", "/google", " pixel"],
        whole: false,
    },
    LookAround { pattern: r"(?<! cu)bots?(?:\b|_)", word: "bot", not_before: &[" cu"], not_after: &[], whole: true },
    LookAround { pattern: "(?<!cam)scan", word: "scan", not_before: &["cam"], not_after: &[], whole: false },
    LookAround { pattern: "(?<!lib)http", word: "http", not_before: &["lib"], not_after: &[], whole: false },
    LookAround { pattern: "java(?!;)", word: "java", not_before: &[], not_after: &[";"], whole: false },
];

/// The words of [`LOOK_AROUND`], made ready to be searched for.
static WORDS: LazyLock<[memmem::Finder<'static>; LOOK_AROUND.len()]> =
    LazyLock::new(|| LOOK_AROUND.each_ref().map(|rule| memmem::Finder::new(rule.word)));

impl LookAround {
    fn fits(&self, lower: &[u8], word: &memmem::Finder<'_>) -> bool {
        word.find_iter(lower).any(|at| {
            let (before, after) = (&lower[..at], &lower[at + self.word.len()..]);
            !self.not_before.iter().any(|text| before.ends_with(text.as_bytes()))
                && !self.not_after.iter().any(|text| after.starts_with(text.as_bytes()))
                && (!self.whole || ends_here(after) || after.strip_prefix(b"s").is_some_and(ends_here))
        })
    }
}

/// `(?:\b|_)` after a letter.
fn ends_here(after: &[u8]) -> bool {
    after.first().is_none_or(|b| !b.is_ascii_alphanumeric())
}

struct Known {
    token: memmem::Finder<'static>,
    name: &'static str,
    family: Family,
}

impl Known {
    fn new(line: &'static str) -> Option<Known> {
        let mut fields = line.split('\t');
        let (family, token, name) = (fields.next()?, fields.next()?, fields.next()?);
        let family = *Family::ALL.iter().find(|known| known.as_str() == family)?;
        Some(Known { token: memmem::Finder::new(token), name, family })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::enrich::test_data;

    fn named(agent: &str) -> Option<(String, &'static str)> {
        detect(agent.as_bytes()).map(|bot| (bot.name.into_string(), bot.family.as_str()))
    }

    #[test]
    fn well_known_bots_have_name_and_family() {
        let cases = [
            ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "Googlebot", "search"),
            ("Mozilla/5.0 (compatible; GPTBot/1.2; +https://openai.com/gptbot)", "GPTBot", "ai"),
            ("Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)", "AhrefsBot", "seo"),
            ("Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)", "UptimeRobot", "monitor"),
            ("facebookexternalhit/1.1", "facebookexternalhit", "preview"),
            ("FreshRSS/1.23 (Linux; https://freshrss.org)", "FreshRSS", "feed"),
            ("curl/8.5.0", "curl", "library"),
            ("Mozilla/5.0 zgrab/0.x", "zgrab", "scanner"),
            ("", NO_AGENT, "unknown"),
            ("-", NO_AGENT, "unknown"),
            ("Mozilla/5.0 (compatible; SomethingBot/1.0; +https://a.example/)", "SomethingBot", "unknown"),
        ];
        for (agent, name, family) in cases {
            assert_eq!(named(agent), Some((name.to_owned(), family)), "{agent}");
        }
        assert_eq!(named("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"), None);
    }

    #[test]
    fn exactly_the_patterns_with_look_around_are_code() {
        let patterns: Vec<String> = serde_json::from_str(PATTERNS).unwrap();
        let around: Vec<_> = patterns.iter().filter(|pattern| looks_around(pattern)).collect();
        assert_eq!(around, LOOK_AROUND.iter().map(|rule| rule.pattern).collect::<Vec<_>>());
        assert!(patterns.iter().all(|pattern| *pattern == pattern.to_lowercase() || pattern.contains('\\')));
    }

    /// What JavaScript's `RegExp(pattern, "i")` answers.
    #[test]
    fn look_around_by_code_is_look_around() {
        let cases: [(usize, &str, bool); 34] = [
            (0, "news", true),
            (0, "gnews", false),
            (0, "xnews", true),
            (0, "newssapphire", false),
            (0, "gnews news", true),
            (0, "newssapphire/news", true),
            (0, "newsapphire", true),
            (1, "google", true),
            (1, " channel/google", false),
            (1, "channel/google", true),
            (1, "google/google", false),
            (1, "googleapp", false),
            (1, "googlewv", false),
            (1, "google pixel", false),
            (1, "google/google x google", true),
            (1, "googleapp google/1", true),
            (2, "bot", true),
            (2, "bots", true),
            (2, "bot_x", true),
            (2, "bots_", true),
            (2, "bott", false),
            (2, "bot5", false),
            (2, " cubot", false),
            (2, "cubot", true),
            (2, " cubot bot", true),
            (2, "botsx", false),
            (3, "scan", true),
            (3, "camscanner", false),
            (3, "camscan scan", true),
            (4, "http", true),
            (4, "libhttp", false),
            (4, "libhttp http", true),
            (5, "java", true),
            (5, "java;", false),
        ];
        for (rule, text, expected) in cases {
            assert_eq!(LOOK_AROUND[rule].fits(text.as_bytes(), &WORDS[rule]), expected, "{rule} {text}");
        }
    }

    #[test]
    fn crawlers_are_bots_and_browsers_are_not() {
        let (Some(crawlers), Some(browsers)) =
            (test_data("ua/isbot-js/crawlers.yml"), test_data("ua/isbot-js/browsers.yml"))
        else {
            return;
        };
        let agents = |yaml: &str| -> Vec<String> { yaml.lines().filter_map(item).collect() };
        let (crawlers, browsers) = (agents(&crawlers), agents(&browsers));
        let missed: Vec<_> = crawlers.iter().filter(|agent| named(agent).is_none()).collect();
        let wrong: Vec<_> = browsers.iter().filter(|agent| named(agent).is_some()).collect();
        let of_family = crawlers.iter().filter(|agent| named(agent).is_some_and(|bot| bot.1 != "unknown")).count();
        println!("{} crawlers, missed {missed:?}, with a family {of_family}", crawlers.len());
        println!("{} browsers, wrong {wrong:?}", browsers.len());
        assert!(crawlers.len() > 1_000 || crawlers.len() > 600);
        assert!(missed.len() * 100 <= crawlers.len() && wrong.is_empty() && browsers.len() > 500);
    }

    /// The value of a YAML list item, which is plain or in simple quotes.
    fn item(line: &str) -> Option<String> {
        let text = line.trim_start().strip_prefix("- ")?.trim();
        let quoted = |q: char| text.strip_prefix(q).and_then(|rest| rest.strip_suffix(q));
        Some(match (quoted('\''), quoted('"')) {
            (Some(single), _) => single.replace("''", "'"),
            (_, Some(double)) => double.replace("\\\"", "\"").replace("\\\\", "\\"),
            _ => text.to_owned(),
        })
    }
}
