//! Names for robots that nobody has heard of: one word of the agent, never
//! the agent itself, and never a word that may name a person or a machine.

/// The name where no word of the agent will do.
pub const NAMELESS: &str = "(unnamed)";

const MAX_NAME: usize = 64;
/// Longer words are keys or noise; many digits are numbers of somebody.
const MAX_WORD: usize = 40;
const MAX_DIGITS: usize = 4;

/// Parts of words by which robots call themselves what they are.
const TELLING: [&str; 14] = [
    "bot", "crawl", "spider", "scan", "fetch", "monitor", "check", "feed", "preview", "scrap", "search", "agent",
    "index", "archive",
];

/// Words that stand in every browser's agent.
const COMMON: [&str; 30] = [
    "mozilla",
    "compatible",
    "applewebkit",
    "khtml",
    "like",
    "gecko",
    "chrome",
    "safari",
    "windows",
    "nt",
    "linux",
    "macintosh",
    "intel",
    "mac",
    "os",
    "x",
    "x11",
    "u",
    "mobile",
    "android",
    "version",
    "firefox",
    "win64",
    "x64",
    "iphone",
    "cpu",
    "build",
    "msie",
    "trident",
    "edg",
];

/// A name for the robot with that agent.
pub fn of(agent: &[u8]) -> &str {
    let words = || words(agent).filter(|word| is_name(word));
    let telling = words().find(|word| contains_any(word, &TELLING));
    let name = telling.or_else(|| words().find(|word| !COMMON.iter().any(|common| word.eq_ignore_ascii_case(common))));
    let name = name.unwrap_or(NAMELESS);
    &name[..name.len().min(MAX_NAME)]
}

/// The words of an agent that are no part of an address on the web or of mail.
fn words(agent: &[u8]) -> impl Iterator<Item = &str> {
    let is_part = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < agent.len() {
            let start = at + agent[at..].iter().position(|&b| is_part(b))?;
            let end = agent[start..].iter().position(|&b| !is_part(b)).map_or(agent.len(), |len| start + len);
            at = end + 1;
            let before = start.checked_sub(1).map_or(b' ', |i| agent[i]);
            let after = agent.get(end).copied().unwrap_or(b' ');
            if !b"/@:=".contains(&before) && !b"@:=".contains(&after) {
                return std::str::from_utf8(&agent[start..end]).ok();
            }
        }
        None
    })
}

fn is_name(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    word.len() > 1
        && word.len() <= MAX_WORD
        && digits <= MAX_DIGITS
        && word.starts_with(|c: char| c.is_ascii_alphabetic())
        && word.ends_with(|c: char| c.is_ascii_alphanumeric())
        && !is_address_like(word)
}

/// `10.0.0.1.example`, `host-1-2-3`: two runs of digits with a dot or hyphen
/// between them.
fn is_address_like(word: &str) -> bool {
    word.as_bytes().windows(3).any(|w| w[0].is_ascii_digit() && b".-".contains(&w[1]) && w[2].is_ascii_digit())
}

fn contains_any(word: &str, parts: &[&str]) -> bool {
    let lower = word.to_ascii_lowercase();
    parts.iter().any(|part| lower.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_word_names_the_robot() {
        let cases = [
            ("Mozilla/5.0 (compatible; FooBot/1.0; +http://foo.example/bot)", "FooBot"),
            ("FooFetcher-2/1.0 (admin@foo.example)", "FooFetcher-2"),
            ("My Thing 3 (http://bot.example)", "My"),
            ("Mozilla/5.0 (Windows NT 10.0) Chrome/99 Zorg/3", "Zorg"),
            ("Mozilla/5.0", NAMELESS),
            ("robot@somebody.example", NAMELESS),
            ("ec2-10-0-0-1.bot.example", NAMELESS),
            ("a81bc81bdead4e5dabff90865d1e13b1bot", NAMELESS),
            ("\u{fc}\u{fc}", NAMELESS),
        ];
        for (agent, name) in cases {
            assert_eq!(of(agent.as_bytes()), name, "{agent}");
        }
    }

    proptest::proptest! {
        #[test]
        fn names_are_short_and_plain(agent: Vec<u8>) {
            let name = of(&agent);
            assert!(name.len() <= MAX_NAME && name.is_ascii() && !name.is_empty());
        }
    }
}
