//! Rules of exclusion: which requests the configuration leaves out.

use super::path::Page;
use super::{address, referrer};
use crate::model::{Request, stars};
use ipnet::IpNet;
use std::net::IpAddr;

/// What of a request a rule may look at.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// The request.
    pub request: &'a Request<'a>,
    /// What it asks for.
    pub page: &'a Page<'a>,
    /// The client's address (behind trusted proxies), if it is one.
    pub client: Option<IpAddr>,
}

/// One rule, such as `path:/health` or `ip:10.0.0.0/8`.
#[derive(Clone, Debug)]
pub struct Exclude(Rule);

#[derive(Clone, Debug)]
enum Rule {
    Path(Glob),
    Ip(IpNet),
    Agent(Glob),
    Host(Glob),
    Referrer(Glob),
    Method(Glob),
    Status(Glob),
}

impl Exclude {
    /// A rule from its text: a field, a colon, and a value in which `*`
    /// stands for any characters. Host, referrer and agent compare without
    /// regard to case.
    ///
    /// # Errors
    /// What is wrong and what may be written.
    pub fn parse(text: &str) -> Result<Exclude, String> {
        let fields = "path, ip, agent, host, referrer, method or status";
        let Some((field, value)) = text.split_once(':') else {
            return Err(format!("'{text}' is no rule; write a field and a value like path:/health (fields: {fields})"));
        };
        if value.is_empty() {
            return Err(format!("'{text}' has no value; write one like path:/health, with * for any characters"));
        }
        let rule = match field {
            "path" => Rule::Path(Glob::exact(value)),
            "ip" => Rule::Ip(address::network(value)?),
            "agent" => Rule::Agent(Glob::folded(value)),
            "host" => Rule::Host(Glob::folded(value)),
            "referrer" => Rule::Referrer(Glob::folded(value)),
            "method" => Rule::Method(Glob::exact(value)),
            "status" => Rule::Status(status_glob(value)?),
            _ => return Err(format!("'{field}' in '{text}' is no field; use {fields}")),
        };
        Ok(Exclude(rule))
    }

    /// Whether the rule looks at the client's address.
    pub fn looks_at_clients(&self) -> bool {
        matches!(self.0, Rule::Ip(_))
    }

    /// Whether the rule leaves the request out.
    pub fn fits(&self, subject: Subject<'_>) -> bool {
        let request = subject.request;
        match &self.0 {
            Rule::Path(glob) => glob.fits(subject.page.full().as_bytes()),
            Rule::Ip(net) => subject.client.is_some_and(|ip| net.contains(&ip)),
            Rule::Agent(glob) => request.agent.as_deref().is_some_and(|agent| glob.fits(agent)),
            Rule::Host(glob) => glob.fits(without_port(&request.host)),
            Rule::Referrer(glob) => fits_referrer(glob, &request.referrer),
            Rule::Method(glob) => glob.fits(&request.method),
            Rule::Status(glob) => glob.fits(request.status.to_string().as_bytes()),
        }
    }
}

fn status_glob(value: &str) -> Result<Glob, String> {
    match value.len() <= 3 && value.bytes().all(|b| b.is_ascii_digit() || b == b'*') {
        true => Ok(Glob::exact(value)),
        false => Err(format!("'{value}' is no status; write one like 404 or 4*")),
    }
}

fn without_port(host: &[u8]) -> &[u8] {
    let digits = host.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    host[..host.len() - digits].strip_suffix(b":").unwrap_or(host)
}

/// A referrer is meant by its URL, its host, or host and path.
fn fits_referrer(glob: &Glob, raw: &[u8]) -> bool {
    glob.fits(raw)
        || referrer::parse(raw)
            .is_some_and(|parsed| glob.fits(parsed.host().as_bytes()) || glob.fits(parsed.value().as_bytes()))
}

/// A value with `*` for any characters.
#[derive(Clone, Debug)]
struct Glob {
    /// What stands between the stars.
    parts: Vec<Vec<u8>>,
    folded: bool,
}

impl Glob {
    fn exact(pattern: &str) -> Glob {
        let parts = pattern.split('*').map(|part| part.as_bytes().to_vec()).collect();
        Glob { parts, folded: false }
    }

    fn folded(pattern: &str) -> Glob {
        Glob { folded: true, ..Glob::exact(&pattern.to_ascii_lowercase()) }
    }

    fn fits(&self, value: &[u8]) -> bool {
        match self.folded && value.iter().any(u8::is_ascii_uppercase) {
            true => stars::fits(&self.parts, &value.to_ascii_lowercase()),
            false => stars::fits(&self.parts, value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::enrich::reduce::Reduction;

    fn fits(rule: &str, change: impl FnOnce(&mut Request<'static>), path: &str, ip: &str) -> bool {
        let mut request = Request { status: 200, method: b"GET"[..].into(), ..Request::default() };
        change(&mut request);
        let client = address::parse(ip.as_bytes());
        Exclude::parse(rule).unwrap().fits(Subject {
            request: &request,
            page: &Page::new(path.as_bytes(), b"", &[], &Reduction::default()),
            client,
        })
    }

    #[test]
    fn globs_match_whole_values() {
        let cases = [
            ("a*", "abc", true),
            ("*c", "abc", true),
            ("*b*", "abc", true),
            ("a*a", "a", false),
            ("a*b*b", "ab", false),
            ("a*b*b", "abxb", true),
            ("*", "", true),
            ("abc", "abcd", false),
            ("*bc*bd", "abcbd", true),
            ("*bd*", "abc", false),
        ];
        for (glob, value, expected) in cases {
            assert_eq!(Glob::exact(glob).fits(value.as_bytes()), expected, "{glob} {value}");
        }
    }

    #[test]
    fn rules_look_at_their_field() {
        assert!(fits("path:/health", |_| (), "/health", "-"));
        assert!(!fits("path:/health", |_| (), "/healthy", "-"));
        assert!(fits("path:/wp-*", |_| (), "/wp-admin/x", "-"));
        assert!(fits("ip:10.0.0.0/8", |_| (), "/", "10.9.8.7"));
        assert!(fits("ip:2001:db8::1", |_| (), "/", "2001:db8::1"));
        assert!(!fits("ip:10.0.0.1", |_| (), "/", "unix:"));
        assert!(fits("agent:*kuma*", |r| r.agent = Some(b"Uptime-Kuma/1"[..].into()), "/", "-"));
        assert!(!fits("agent:*", |r| r.agent = None, "/", "-"));
        assert!(fits("host:*.example.com", |r| r.host = b"A.example.com:443"[..].into(), "/", "-"));
        assert!(fits("referrer:spam.test", |r| r.referrer = b"https://www.spam.test/x"[..].into(), "/", "-"));
        assert!(fits("referrer:https://*x", |r| r.referrer = b"https://www.spam.test/x"[..].into(), "/", "-"));
        assert!(fits("method:HEAD", |r| r.method = b"HEAD"[..].into(), "/", "-"));
        assert!(fits("status:2*", |_| (), "/", "-"));
    }

    #[test]
    fn bad_rules_say_what_may_be_written() {
        let error = |rule| Exclude::parse(rule).unwrap_err();
        assert_eq!(
            error("health"),
            "'health' is no rule; write a field and a value like path:/health \
             (fields: path, ip, agent, host, referrer, method or status)"
        );
        assert_eq!(
            error("url:/x"),
            "'url' in 'url:/x' is no field; use path, ip, agent, host, referrer, method or status"
        );
        assert_eq!(error("status:4xx"), "'4xx' is no status; write one like 404 or 4*");
        assert_eq!(error("path:"), "'path:' has no value; write one like path:/health, with * for any characters");
        assert!(error("ip:x").starts_with("'x' is no address or network"));
    }
}
