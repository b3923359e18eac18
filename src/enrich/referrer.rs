//! Referrers and hosts: reading them from what clients send.

use super::path;
use super::reduce::Reduction;
use crate::model::clean;

/// Longest host name there can be, in bytes.
const MAX_HOST: usize = 253;

/// Where a referrer points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed {
    /// Host and path; the host alone without a path.
    value: String,
    host_len: usize,
    is_app: bool,
}

impl Parsed {
    /// The host, lower case, without `www.`; of an app its package.
    pub fn host(&self) -> &str {
        &self.value[..self.host_len]
    }

    /// Host and path, as the dimension `referrer` has it.
    pub fn value(&self) -> &str {
        &self.value
    }

    /// Whether it is an Android app and not a web page.
    pub fn is_app(&self) -> bool {
        self.is_app
    }
}

/// Reads a referrer as sent. `None` if it names no host on the web and no app.
pub fn parse(raw: &[u8]) -> Option<Parsed> {
    let (is_app, rest) = match raw.strip_prefix(b"android-app://") {
        Some(rest) => (true, rest),
        None => (false, strip_scheme(raw)?),
    };
    let end = rest.iter().position(|b| matches!(b, b'/' | b'?' | b'#')).unwrap_or(rest.len());
    let (authority, local) = rest.split_at(end);
    let mut value = host(authority)?;
    let host_len = value.len();
    if !is_app && local.first() == Some(&b'/') {
        let end = local.iter().position(|b| matches!(b, b'?' | b'#')).unwrap_or(local.len());
        let path = path::reduced(&local[..end], &Reduction::default());
        value.push_str(if path == "/" { "" } else { &path });
    }
    Some(Parsed { value, host_len, is_app })
}

fn strip_scheme(raw: &[u8]) -> Option<&[u8]> {
    let mark = memchr::memchr(b':', raw.get(..6.min(raw.len()))?)?;
    let scheme = &raw[..mark];
    let web = scheme.eq_ignore_ascii_case(b"http") || scheme.eq_ignore_ascii_case(b"https");
    raw[mark..].strip_prefix(b"://").filter(|_| web)
}

/// The host of an authority or of a `Host` field: without user, port, one
/// trailing dot and one leading `www.`, lower case. `None` if it is none.
pub fn host(authority: &[u8]) -> Option<String> {
    let after_user = memchr::memrchr(b'@', authority).map_or(authority, |at| &authority[at + 1..]);
    let bare = match after_user.first() {
        Some(b'[') => &after_user[..=memchr::memchr(b']', after_user)?],
        _ => memchr::memchr(b':', after_user).map_or(after_user, |colon| &after_user[..colon]),
    };
    let lower = clean(bare).to_ascii_lowercase();
    let lower = lower.strip_suffix('.').unwrap_or(&lower);
    let lower = lower.strip_prefix("www.").unwrap_or(lower);
    is_host(lower).then(|| lower.to_owned())
}

fn is_host(text: &str) -> bool {
    let bracketed = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    if let Some(v6) = bracketed {
        return v6.parse::<std::net::Ipv6Addr>().is_ok();
    }
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-._".contains(&b) || b >= 0x80;
    !text.is_empty() && text.len() <= MAX_HOST && text.bytes().all(allowed)
}

/// A site's own hosts: a referrer from one of them is no origin.
#[derive(Clone, Debug, Default)]
pub struct OwnHosts(Vec<String>);

impl OwnHosts {
    /// From the site's name (if it looks like a host) and configured hosts.
    pub fn new<'a>(name: &'a str, hosts: impl IntoIterator<Item = &'a str>) -> OwnHosts {
        let name = Some(name).filter(|name| name.contains('.'));
        OwnHosts(name.into_iter().chain(hosts).filter_map(|text| host(text.as_bytes())).collect())
    }

    /// Whether that host (as [`host`] gives it) is the site's.
    pub fn contains(&self, host: &str) -> bool {
        self.0.iter().any(|own| own == host)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(raw: &str) -> Option<String> {
        parse(raw.as_bytes()).map(|parsed| parsed.value().to_owned())
    }

    #[test]
    fn referrers_become_host_and_path() {
        let cases = [
            ("https://www.Example.com/", "example.com"),
            ("http://example.com", "example.com"),
            ("HTTPS://user:pass@example.com:8080/a/b/?q=1#f", "example.com/a/b"),
            ("https://news.ycombinator.com/item?id=1", "news.ycombinator.com/item"),
            ("https://example.com./x", "example.com/x"),
            ("https://example.com/u/ann@e.org/6f9619ff8b86d011b42d00c04fc964ff", "example.com/u/(id)/(id)"),
            ("https://example.com/a;jsessionid=1", "example.com/a"),
            ("https://example.com?x=/y", "example.com"),
            ("https://www.www.example.com", "www.example.com"),
            ("https://[2001:db8::1]:80/x", "[2001:db8::1]/x"),
            ("https://bücher.example/%7ea", "bücher.example/~a"),
            ("android-app://com.google.android.gm/https/x", "com.google.android.gm"),
        ];
        for (raw, expected) in cases {
            assert_eq!(value(raw).as_deref(), Some(expected), "{raw}");
        }
    }

    #[test]
    fn what_is_no_referrer() {
        let long = format!("https://{}.com/", "a".repeat(300));
        let nothing = [
            "",
            "-",
            "example.com",
            "ftp://example.com",
            "https://",
            "https:///x",
            "https://a b/",
            "javascript:alert(1)",
            "https://[::1",
            "https://[x]/",
            "http:/x",
            "(null)",
            "https://www.",
            &long,
        ];
        for raw in nothing {
            assert_eq!(value(raw).as_deref(), if raw == "https://www." { Some("www") } else { None }, "{raw}");
        }
    }

    #[test]
    fn own_hosts_are_known_with_and_without_www() {
        let own = OwnHosts::new("example.com", ["www.blog.example.com", "localhost"]);
        assert!(own.contains("example.com") && own.contains("blog.example.com") && own.contains("localhost"));
        assert!(!own.contains("other.example.com"));
        assert!(!OwnHosts::new("default", []).contains("default"));
    }
}
