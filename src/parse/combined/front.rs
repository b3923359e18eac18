//! What stands before the time: `addr ident user`, with a virtual host or a
//! list of forwarded addresses in front of it or in the address's place.

use crate::model::Malformed;
use crate::parse::scan::{is_address, without_port};
use memchr::memchr;

/// Ports below this one are listened at, so what has such a one is a server.
const LISTENED: u16 = 1024;
/// Longest host name there can be, in bytes.
const MAX_HOST: usize = 253;

/// Which fields stand before the time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Front {
    /// The client's address.
    #[default]
    Address,
    /// A virtual host before it.
    Host,
    /// `X-Forwarded-For` in its place.
    List,
    /// `X-Forwarded-For` before it.
    ListAndPeer,
}

impl Front {
    /// The fields with their meaning, for `detect`.
    pub(super) fn fields(self) -> &'static [(&'static str, &'static str)] {
        const LIST: (&str, &str) = ("%{X-Forwarded-For}i", "forwarded");
        match self {
            Front::Address => &[("%h", "address")],
            Front::Host => &[("%v:%p", "host"), ("%h", "address")],
            Front::List => &[LIST],
            Front::ListAndPeer => &[LIST, ("%h", "address")],
        }
    }

    /// What a file has, by how many of its lines have what.
    pub(super) fn of_most(lines: impl Iterator<Item = Front>) -> Front {
        let (mut all, mut hosts, mut lists, mut peers) = (0, 0, 0, 0);
        for front in lines {
            all += 1;
            hosts += usize::from(front == Front::Host);
            lists += usize::from(front == Front::List);
            peers += usize::from(front == Front::ListAndPeer);
        }
        match () {
            () if peers * 2 > all => Front::ListAndPeer,
            () if hosts * 2 > all => Front::Host,
            // Most clients come through one proxy and look as if through none.
            () if lists * 20 > all => Front::List,
            () => Front::Address,
        }
    }
}

/// A line's fields before the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Before<'a> {
    pub(super) front: Front,
    pub(super) host: &'a [u8],
    /// The address; of a list of them all of it, the peer at its end.
    pub(super) address: &'a [u8],
}

impl<'a> Before<'a> {
    fn of(front: Front, host: &'a [u8], address: &'a [u8]) -> Before<'a> {
        Before { front, host, address }
    }

    /// Reads what stands before the time. There may be more words where a user's
    /// name has spaces or somebody logs an id of the request.
    pub(super) fn read(text: &'a [u8]) -> Result<Before<'a>, Malformed> {
        if let Some(address) = text.strip_suffix(b" - -").filter(|rest| memchr(b' ', rest).is_none()) {
            let front = if memchr(b',', address).is_some() { Front::List } else { Front::Address };
            return if address.is_empty() { Err(Malformed::Shape) } else { Ok(Before::of(front, b"", address)) };
        }
        let (first, rest) = field(text);
        let mut words = rest.split(|&b| b == b' ');
        let (Some(second), Some(third)) = (words.next(), words.next()) else {
            return Err(Malformed::Shape);
        };
        if first.is_empty() || second.is_empty() || third.is_empty() {
            return Err(Malformed::Shape);
        }
        let (has_more, is_long) = (words.next().is_some(), words.next().is_some());
        let with_peer = &text[..first.len() + 1 + second.len()];
        Ok(match () {
            () if memchr(b',', first).is_some() => match has_more && is_hop(second) {
                true => Before::of(Front::ListAndPeer, b"", with_peer),
                false => Before::of(Front::List, b"", first),
            },
            // OVH and lighttpd log the host where others have the ident.
            () if !has_more && memchr(b'.', second).is_some() && is_host(second) => {
                Before::of(Front::Host, second, first)
            }
            () if !has_more || second == b"-" => Before::of(Front::Address, b"", first),
            () if is_hop(first) && is_hop(second) => Before::of(Front::ListAndPeer, b"", with_peer),
            () if is_hop(first) => Before::of(Front::Address, b"", first),
            () if is_long && !is_hop(second.strip_suffix(b",").unwrap_or(second)) => return Err(Malformed::Shape),
            () if is_host(first) => Before::of(Front::Host, first, field(rest).0),
            // Something that the client sent, or nothing.
            () => Before::of(Front::Address, b"", field(rest).0),
        })
    }
}

/// The first field and what follows it: a word, or the words of a list.
fn field(text: &[u8]) -> (&[u8], &[u8]) {
    let mut end = 0;
    loop {
        end += memchr(b' ', &text[end..]).unwrap_or(text.len() - end);
        let rest = text.get(end + 1..).unwrap_or_default();
        if !text[..end].ends_with(b",") || rest.is_empty() || rest.starts_with(b"- ") {
            return (&text[..end], rest);
        }
        end += 1;
    }
}

/// Whether a word may be one of a list of forwarded addresses, or a peer.
fn is_hop(word: &[u8]) -> bool {
    let is_server = port(word).is_some_and(|port| port < LISTENED);
    word == b"unknown" || word.starts_with(b"unix:") || (is_address(without_port(word)) && !is_server)
}

/// Whether a word may be a virtual host, with or without a port. An address is
/// none without a port of a server.
fn is_host(word: &[u8]) -> bool {
    if is_hop(word) || word == b"-" {
        return false;
    }
    let name = if port(word).is_some() { without_port(word) } else { word };
    let allowed = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'*' | b'~') || *b >= 0x80;
    is_address(name) || ((1..=MAX_HOST).contains(&name.len()) && name.iter().all(allowed))
}

/// The port at a word's end.
fn port(word: &[u8]) -> Option<u16> {
    let digits = word.rsplit(|&b| b == b':').next()?;
    let rest = word[..word.len() - digits.len()].strip_suffix(b":")?;
    let is_one = rest.ends_with(b"]") || memchr(b':', rest).is_none();
    std::str::from_utf8(digits).ok()?.parse().ok().filter(|_| is_one && !rest.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_be_a_host_is_one() {
        use Front::{Address, Host, List, ListAndPeer};
        for (text, front, host, address) in [
            ("e.org:443 192.0.2.1 - -", Host, "e.org:443", "192.0.2.1"),
            ("e.org 192.0.2.1 - 0af3 -", Host, "e.org", "192.0.2.1"),
            ("e.org 192.0.2.1, 10.0.0.1 - -", Host, "e.org", "192.0.2.1, 10.0.0.1"),
            ("203.0.113.5:443 192.0.2.1 - -", Host, "203.0.113.5:443", "192.0.2.1"),
            ("[2001:db8::5]:443 192.0.2.1 - -", Host, "[2001:db8::5]:443", "192.0.2.1"),
            ("_ 192.0.2.1 - -", Host, "_", "192.0.2.1"),
            ("192.0.2.1 e.org -", Host, "e.org", "192.0.2.1"),
            ("192.0.2.1 - Ann Other", Address, "", "192.0.2.1"),
            ("192.0.2.1 DOMAIN Ann Other", Address, "", "192.0.2.1"),
            ("192.0.2.1 ann@e.org -", Address, "", "192.0.2.1"),
            ("192.0.2.1 - ann@e.org", Address, "", "192.0.2.1"),
            ("ann@e.org 192.0.2.1 - -", Address, "", "192.0.2.1"),
            ("- 192.0.2.1 - -", Address, "", "192.0.2.1"),
            ("192.0.2.1, 10.0.0.1 - -", List, "", "192.0.2.1, 10.0.0.1"),
            ("192.0.2.1,10.0.0.1 - -", List, "", "192.0.2.1,10.0.0.1"),
            ("192.0.2.1,10.0.0.1, 10.0.0.2 - ann", List, "", "192.0.2.1,10.0.0.1, 10.0.0.2"),
            ("192.0.2.1, unknown, 10.0.0.1 - Ann Other", List, "", "192.0.2.1, unknown, 10.0.0.1"),
            ("192.0.2.1, - -", List, "", "192.0.2.1,"),
            ("192.0.2.1, 198.51.100.1 10.0.0.1 - -", ListAndPeer, "", "192.0.2.1, 198.51.100.1 10.0.0.1"),
            ("192.0.2.1 10.0.0.1 - -", ListAndPeer, "", "192.0.2.1 10.0.0.1"),
            ("192.0.2.1:5999 10.0.0.1 - -", ListAndPeer, "", "192.0.2.1:5999 10.0.0.1"),
            ("unknown 10.0.0.1 - -", ListAndPeer, "", "unknown 10.0.0.1"),
            ("192.0.2.1 unix: - -", ListAndPeer, "", "192.0.2.1 unix:"),
        ] {
            let expected = Before::of(front, host.as_bytes(), address.as_bytes());
            assert_eq!(Before::read(text.as_bytes()), Ok(expected), "{text}");
        }
        for text in
            ["", " - -", "192.0.2.1", "192.0.2.1 -", "web  | 192.0.2.1 - -", "Jan 10 00:00:00 web nginx: 1.2.3.4 - -"]
        {
            assert_eq!(Before::read(text.as_bytes()), Err(Malformed::Shape), "{text}");
        }
    }
}
