//! Agents: browser, system, device, or the robot that it is. Each agent is
//! worked out once; what is remembered of it is a hash.

use super::bot::{self, Bot};
use super::memo::Memo;
use crate::model::{Device, clean, cut};
use hashbrown::HashMap;
use serde::Deserialize;
use std::sync::{LazyLock, Once};
use ua_parser::{os, user_agent};

const RULES: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/agents.json.zst"));

/// Building the rules takes some 90 ms: only for the first agent that is new.
static BROWSERS: LazyLock<user_agent::Extractor<'static>> =
    LazyLock::new(|| browsers().expect("tested with the embedded rules"));
static SYSTEMS: LazyLock<os::Extractor<'static>> = LazyLock::new(|| systems().expect("tested with the embedded rules"));

/// Begins to build the rules, on two threads, for those who will need them soon.
/// Once in a process.
pub fn prepare() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        std::thread::spawn(|| {
            bot::prepare();
            LazyLock::force(&SYSTEMS);
        });
        std::thread::spawn(|| {
            LazyLock::force(&BROWSERS);
        });
    });
}

/// Agents remembered by one worker.
const MEMO: usize = 100_000;
/// Different results kept by one worker: real traffic has some hundreds.
const MAX_RESULTS: usize = 50_000;
/// Longest family and longest major version kept, in bytes.
const MAX_FAMILY: usize = 48;
const MAX_MAJOR: usize = 8;
/// Only so much of an agent is looked at; browsers send 100 to 300 bytes.
const MAX_AGENT: usize = 1_024;

/// What an agent says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct AgentInfo {
    /// Family and major version with U+001F between them, the family alone
    /// where there is no version; empty where unknown.
    pub browser: Box<str>,
    /// The operating system, in the same form.
    pub os: Box<str>,
    /// The size of the device.
    pub device: Device,
    /// The robot that it is; then nothing else is worked out.
    pub bot: Option<Bot>,
}

/// A result of one [`Agents`], valid as long as that lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AgentId(pub u32);

/// What is known of an agent so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A robot, or an agent of which everything is known.
    Known(AgentId),
    /// No robot. Its browser and system are worked out once somebody wants to know:
    /// most requests are for pictures and the like, where nobody does.
    Person,
}

/// An agent that was looked up.
#[derive(Clone, Copy, Debug)]
pub struct Found {
    key: u64,
    kind: Kind,
}

/// Looks agents up and remembers them. One of these for each worker.
pub struct Agents {
    memo: Memo<Kind>,
    results: Vec<AgentInfo>,
    index: HashMap<AgentInfo, AgentId>,
}

impl Default for Agents {
    fn default() -> Self {
        let mut agents = Agents { memo: Memo::new(MEMO), results: Vec::new(), index: HashMap::new() };
        agents.keep(AgentInfo::default());
        agents
    }
}

impl Agents {
    /// What a format without agents gives: nothing known, no robot.
    pub const ABSENT: AgentId = AgentId(0);

    /// The result for an agent as sent; `None` where the log has none.
    pub fn lookup(&mut self, agent: Option<&[u8]>) -> AgentId {
        let found = self.find(agent);
        self.resolve(found, agent)
    }

    /// Finds out whether an agent is a robot, and which.
    pub fn find(&mut self, agent: Option<&[u8]>) -> Found {
        let Some(agent) = agent else {
            return Found { key: 0, kind: Kind::Known(Agents::ABSENT) };
        };
        let key = self.memo.key(agent);
        let kind = self.memo.get(key).unwrap_or_else(|| {
            let kind = match bot::detect(agent) {
                Some(bot) => Kind::Known(self.keep(AgentInfo { bot: Some(bot), ..AgentInfo::default() })),
                None => Kind::Person,
            };
            self.remember(key, kind);
            kind
        });
        Found { key, kind }
    }

    /// The result for an agent that was found, worked out if it was not yet.
    pub fn resolve(&mut self, found: Found, agent: Option<&[u8]>) -> AgentId {
        match (found.kind, agent) {
            (Kind::Known(id), _) => id,
            (Kind::Person, None) => Agents::ABSENT,
            (Kind::Person, Some(agent)) => {
                let id = self.keep(person(agent));
                self.remember(found.key, Kind::Known(id));
                id
            }
        }
    }

    /// Whether it is a robot.
    pub fn is_bot(&self, found: Found) -> bool {
        match found.kind {
            Kind::Known(id) => self.info(id).bot.is_some(),
            Kind::Person => false,
        }
    }

    fn remember(&mut self, key: u64, kind: Kind) {
        if self.memo.is_full() {
            self.memo.clear();
        }
        self.memo.put(key, kind);
    }

    /// What a result says.
    pub fn info(&self, id: AgentId) -> &AgentInfo {
        &self.results[id.0 as usize]
    }

    fn keep(&mut self, info: AgentInfo) -> AgentId {
        let info = if self.results.len() < MAX_RESULTS { info } else { without_names(info) };
        let next = u32::try_from(self.results.len()).expect("results are bounded");
        let results = &mut self.results;
        *self.index.entry(info).or_insert_with_key(|info| {
            results.push(info.clone());
            AgentId(next)
        })
    }
}

/// What is left when somebody makes up agents by the thousand.
fn without_names(info: AgentInfo) -> AgentInfo {
    let bot = info.bot.map(|bot| Bot { name: "(other)".into(), family: bot.family });
    AgentInfo { device: info.device, bot, ..AgentInfo::default() }
}

/// Browser, system and device of an agent that is no robot.
fn person(agent: &[u8]) -> AgentInfo {
    let agent = &agent[..agent.len().min(MAX_AGENT)];
    let text = String::from_utf8_lossy(agent);
    let browser = BROWSERS.extract(&text);
    let system = SYSTEMS.extract(&text);
    let family = system.as_ref().map_or("", |system| &*system.os);
    AgentInfo {
        device: super::device::of(family, &text),
        browser: browser.map_or_else(Default::default, |found| label(&found.family, found.major)),
        os: system.map_or_else(Default::default, |found| label(&found.os, found.major.as_deref())),
        bot: None,
    }
}

fn label(family: &str, major: Option<&str>) -> Box<str> {
    let family = cut(clean(family.as_bytes()), MAX_FAMILY);
    match major {
        None | Some("") => family.into(),
        Some(major) => {
            let major = cut(clean(major.as_bytes()), MAX_MAJOR);
            format!("{family}\u{1F}{major}").into()
        }
    }
}

#[derive(Deserialize)]
struct Rules {
    user_agent_parsers: Vec<user_agent::Parser<'static>>,
    os_parsers: Vec<os::Parser<'static>>,
}

fn rules() -> Result<Rules, String> {
    let json = zstd::decode_all(RULES).map_err(|error| error.to_string())?;
    serde_json::from_slice(&json).map_err(|error| error.to_string())
}

fn browsers() -> Result<user_agent::Extractor<'static>, String> {
    let builder = user_agent::Builder::new().push_all(rules()?.user_agent_parsers);
    builder.map_err(text)?.build().map_err(text)
}

fn systems() -> Result<os::Extractor<'static>, String> {
    let builder = os::Builder::new().push_all(rules()?.os_parsers);
    builder.map_err(text)?.build().map_err(text)
}

fn text(error: impl std::fmt::Debug) -> String {
    format!("{error:?}")
}

#[cfg(test)]
mod tests {
    use super::super::bot::Family;
    use super::*;
    use crate::enrich::test_data;

    fn info(agent: &str) -> AgentInfo {
        let mut agents = Agents::default();
        let id = agents.lookup(Some(agent.as_bytes()));
        assert_eq!(agents.lookup(Some(agent.as_bytes())), id, "remembered differently");
        agents.info(id).clone()
    }

    #[test]
    fn browsers_are_reduced_to_family_and_major_version() {
        let found = info("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0.3");
        assert_eq!(
            (&*found.browser, &*found.os, found.device),
            ("Firefox\u{1F}128", "Windows\u{1F}10", Device::Desktop)
        );
        assert_eq!(found.bot, None);
    }

    #[test]
    fn robots_are_nothing_else() {
        let found = info("curl/8.5.0");
        assert_eq!(found.bot.map(|bot| (bot.name, bot.family)), Some(("curl".into(), Family::Library)));
        assert_eq!(&*found.browser, "");
    }

    #[test]
    fn an_absent_agent_is_no_robot_and_an_empty_one_is() {
        let mut agents = Agents::default();
        assert_eq!(agents.lookup(None), Agents::ABSENT);
        assert_eq!(agents.info(Agents::ABSENT), &AgentInfo::default());
        let empty = agents.lookup(Some(b""));
        assert_eq!(agents.info(empty).bot.as_ref().map(|bot| &*bot.name), Some(bot::NO_AGENT));
    }

    #[test]
    fn made_up_agents_do_not_fill_the_memory() {
        let mut agents = Agents::default();
        for family in 0..MAX_RESULTS {
            agents.keep(AgentInfo { browser: family.to_string().into(), ..AgentInfo::default() });
        }
        let bot = agents.lookup(Some(b"NewBot/1.0"));
        assert_eq!(agents.info(bot).bot.as_ref().map(|bot| &*bot.name), Some("(other)"));
        assert!(agents.results.len() <= MAX_RESULTS + Family::ALL.len());
    }

    #[test]
    fn families_are_those_of_uap_core() {
        assert_families("ua/uap-core/test_ua.yaml", |agent| {
            BROWSERS.extract(agent).map(|found| found.family.into_owned())
        });
        assert_families("ua/uap-core/test_os.yaml", |agent| SYSTEMS.extract(agent).map(|found| found.os.into_owned()));
    }

    fn assert_families(file: &str, family: impl Fn(&str) -> Option<String>) {
        let Some(yaml) = test_data(file) else {
            return;
        };
        let (mut right, mut all, mut agent) = (0, 0, String::new());
        for line in yaml.lines() {
            if let Some(text) = line.trim_start().strip_prefix("- user_agent_string:") {
                agent = scalar(text);
            } else if let Some(text) = line.trim_start().strip_prefix("family:") {
                all += 1;
                let (found, expected) = (family(&agent).unwrap_or_else(|| "Other".to_owned()), scalar(text));
                if found == expected {
                    right += 1;
                } else {
                    println!("{found} instead of {expected}: {agent}");
                }
            }
        }
        println!("{file}: {right} of {all}");
        assert!(all > 300 && right * 100 >= all * 98);
    }

    /// A YAML scalar on one line, plain or in simple quotes.
    fn scalar(text: &str) -> String {
        let text = text.trim();
        let quoted = |q: char| text.strip_prefix(q).and_then(|rest| rest.strip_suffix(q));
        match (quoted('\''), quoted('"')) {
            (Some(single), _) => single.replace("''", "'"),
            (_, Some(double)) => double.replace("\\\"", "\"").replace("\\\\", "\\"),
            _ => text.to_owned(),
        }
    }
}
