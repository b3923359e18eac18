//! Client addresses as text, as bytes for hashing, and behind proxies.

use ipnet::IpNet;
use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr};

/// An address in the form that is hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Address {
    /// IPv4, and IPv6 that only wraps an IPv4 address.
    V4([u8; 4]),
    /// The /64 of an IPv6 address: what one line or household has.
    V6Prefix([u8; 8]),
    /// No address (a host name, `unix:`, nothing): hashed as its text.
    Text,
}

impl Address {
    /// The form of a parsed address.
    pub fn of(ip: Option<IpAddr>) -> Address {
        match ip {
            None => Address::Text,
            Some(IpAddr::V4(v4)) => Address::V4(v4.octets()),
            Some(IpAddr::V6(v6)) => {
                let [a, b, c, d, e, f, g, h, ..] = v6.octets();
                Address::V6Prefix([a, b, c, d, e, f, g, h])
            }
        }
    }
}

/// The address that a text means, whatever stands around it: a port,
/// brackets, quotes, a zone. IPv4-mapped IPv6 becomes IPv4.
pub fn parse(text: &[u8]) -> Option<IpAddr> {
    let text = text.trim_ascii();
    if let Some(v4) = v4(text) {
        return Some(IpAddr::V4(v4));
    }
    let text = std::str::from_utf8(text).ok()?.trim_matches('"');
    let bare = match text.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?.0,
        // One colon is a port behind IPv4, more are IPv6.
        None if text.bytes().filter(|&b| b == b':').count() == 1 => text.split_once(':')?.0,
        None => text,
    };
    let bare = bare.split_once('%').map_or(bare, |(address, _zone)| address);
    bare.parse::<IpAddr>().ok().map(|ip| ip.to_canonical())
}

/// Four decimal octets, by hand: nearly every line has one.
fn v4(text: &[u8]) -> Option<Ipv4Addr> {
    if text.len() > 15 {
        return None;
    }
    let (mut octets, mut count) = ([0u8; 4], 0);
    for part in text.split(|&b| b == b'.') {
        if part.is_empty() || part.len() > 3 || (part[0] == b'0' && part.len() > 1) {
            return None;
        }
        let mut value = 0u16;
        for b in part {
            value = value * 10 + u16::from(b.is_ascii_digit().then(|| b - b'0')?);
        }
        *octets.get_mut(count)? = u8::try_from(value).ok()?;
        count += 1;
    }
    (count == 4).then(|| Ipv4Addr::from(octets))
}

/// Proxies whose word about the client is believed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proxies {
    networks: Vec<IpNet>,
    /// Whoever comes through a socket of this machine, too.
    socket: bool,
}

impl Proxies {
    /// Adds a network, an address, or `unix:` for the sockets of this machine.
    ///
    /// # Errors
    /// What is wrong and what may be written.
    pub fn add(&mut self, text: &str) -> Result<(), String> {
        match text {
            "unix:" | "unix" => self.socket = true,
            _ => self.networks.push(network(text).map_err(|error| format!("{error}, or unix: for a socket"))?),
        }
        Ok(())
    }

    /// Whether nobody is believed.
    pub fn is_empty(&self) -> bool {
        self.networks.is_empty() && !self.socket
    }

    /// Whether a hop is one of them.
    fn have(&self, hop: &[u8], ip: Option<IpAddr>) -> bool {
        match ip {
            Some(ip) => contains(&self.networks, ip),
            None => self.socket && is_socket(hop),
        }
    }
}

/// The client's address: the peer, unless that is a trusted proxy; then the
/// right-most hop of the list it forwarded that is none. Where a hop cannot
/// be read, the last one before it that could: what stands further left may
/// be anyone's invention. A log may have the list in the peer's place: with no
/// proxy configured, its right-most public address then is the client's.
pub fn client<'a>(peer: &'a [u8], forwarded: &'a [u8], trusted: &Proxies) -> Cow<'a, [u8]> {
    if is_list(peer) {
        return match trusted.is_empty() {
            true => right_most_public(peer),
            false => right_most(peer, peer, trusted),
        };
    }
    if forwarded.is_empty() || trusted.is_empty() || !trusted.have(peer, parse(peer)) {
        return Cow::Borrowed(peer);
    }
    right_most(forwarded, peer, trusted)
}

/// Whether a field has several addresses, or is said to.
pub fn is_list(text: &[u8]) -> bool {
    memchr::memchr2(b',', b' ', text).is_some()
}

/// The addresses of a list, between commas or spaces, from the left.
pub fn hops(list: &[u8]) -> impl DoubleEndedIterator<Item = &[u8]> {
    list.split(|&b| matches!(b, b',' | b' ')).filter(|hop| !hop.is_empty())
}

/// The right-most hop that is no trusted proxy; `last` if the first one already
/// cannot be read.
fn right_most<'a>(list: &'a [u8], mut last: &'a [u8], trusted: &Proxies) -> Cow<'a, [u8]> {
    for hop in hops(list).rev() {
        match parse(hop) {
            ip if trusted.have(hop, ip) => last = hop,
            Some(ip) => return canonical(hop, ip),
            None => break,
        }
    }
    shown(last)
}

/// The right-most hop that is public, else the left-most address: where all are
/// private, the last ones are proxies and the first is whom they serve.
fn right_most_public(list: &[u8]) -> Cow<'_, [u8]> {
    let is_public = |hop: &&[u8]| parse(hop).is_some_and(|ip| !is_private(ip));
    let hop = hops(list).rev().find(is_public).or_else(|| hops(list).find(|hop| parse(hop).is_some()));
    shown(hop.unwrap_or(list))
}

fn shown(hop: &[u8]) -> Cow<'_, [u8]> {
    match parse(hop) {
        Some(ip) => canonical(hop, ip),
        None => Cow::Borrowed(hop),
    }
}

/// A peer that came through a socket of this machine, as nginx and Caddy log it.
fn is_socket(hop: &[u8]) -> bool {
    hop.starts_with(b"unix:") || hop == b"@"
}

/// Whether an address is of a private, shared or loopback network.
pub fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            let [a, b, ..] = ip.octets();
            ip.is_private() || ip.is_loopback() || ip.is_link_local() || a == 0 || (a == 100 && (64..128).contains(&b))
        }
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unspecified() || ip.is_unique_local() || ip.is_unicast_link_local(),
    }
}

/// The hop's own text if it is nothing but the address, else the address.
fn canonical(hop: &[u8], ip: IpAddr) -> Cow<'_, [u8]> {
    match hop.iter().all(|b| b.is_ascii_hexdigit() || matches!(b, b'.' | b':')) && is_bare(hop) {
        true => Cow::Borrowed(hop),
        false => Cow::Owned(ip.to_string().into_bytes()),
    }
}

fn is_bare(hop: &[u8]) -> bool {
    let text = std::str::from_utf8(hop).unwrap_or_default();
    text.parse::<IpAddr>().is_ok()
}

/// Whether one of the networks holds the address. A network of IPv4-mapped
/// addresses is not expected: write it as IPv4.
pub fn contains(networks: &[IpNet], ip: IpAddr) -> bool {
    networks.iter().any(|network| network.contains(&ip))
}

/// A network in CIDR notation or a single address.
///
/// # Errors
/// What is wrong and what may be written.
pub fn network(text: &str) -> Result<IpNet, String> {
    if let Ok(net) = text.parse::<IpNet>() {
        return Ok(net.trunc());
    }
    match text.parse::<IpAddr>().map(|ip| ip.to_canonical()) {
        Ok(ip) => Ok(IpNet::from(ip)),
        Err(_) => {
            Err(format!("'{text}' is no address or network; write it like 192.0.2.7, 10.0.0.0/8 or 2001:db8::/32"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_whatever_stands_around_them() {
        let cases = [
            ("192.0.2.7", "192.0.2.7"),
            ("192.0.2.7:8080", "192.0.2.7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("[2001:db8::1]:443", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("\"[2001:db8::1]\"", "2001:db8::1"),
            ("fe80::1%eth0", "fe80::1"),
            (" 10.0.0.1 ", "10.0.0.1"),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text.as_bytes()), expected.parse().ok(), "{text}");
        }
        for text in
            ["", "-", "unix:", "example.com", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.a", "\u{fc}"]
        {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn hashed_forms() {
        let of = |text: &str| Address::of(parse(text.as_bytes()));
        assert_eq!(of("::ffff:10.1.2.3"), Address::V4([10, 1, 2, 3]));
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), Address::V6Prefix([0x20, 1, 0xd, 0xb8, 0, 1, 0, 2]));
        assert_eq!(of("unix:"), Address::Text);
    }

    #[test]
    fn the_client_is_the_right_most_untrusted_hop() {
        let cases = [
            ("192.0.2.1", "198.51.100.1", "192.0.2.1"),
            ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
            ("10.0.0.1", "203.0.113.9, 198.51.100.1", "198.51.100.1"),
            ("10.0.0.1", "203.0.113.9, 198.51.100.1:99, 10.0.0.2", "198.51.100.1"),
            ("10.0.0.1", "203.0.113.9,, 198.51.100.1,,", "198.51.100.1"),
            ("2001:db8::1", "[2001:db8:9::9]:1, 10.2.2.2", "2001:db8:9::9"),
            ("10.0.0.1", "203.0.113.9, unknown, 10.0.0.2", "10.0.0.2"),
            ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
            ("10.0.0.1", "", "10.0.0.1"),
            ("10.0.0.1", "garbage", "10.0.0.1"),
            ("unix:", "198.51.100.1", "unix:"),
        ];
        let trusted = proxies(&["10.0.0.0/8", "2001:db8::1"]);
        for (peer, forwarded, expected) in cases {
            let found = client(peer.as_bytes(), forwarded.as_bytes(), &trusted);
            assert_eq!(&*found, expected.as_bytes(), "{peer} {forwarded}");
        }
        assert_eq!(&*client(b"10.0.0.1", b"1.1.1.1", &Proxies::default()), b"10.0.0.1");
    }

    #[test]
    fn a_peer_through_a_socket_can_be_trusted() {
        let trusted = proxies(&["unix:"]);
        for (peer, forwarded, expected) in [
            ("unix:", "198.51.100.1", "198.51.100.1"),
            ("unix:/run/nginx.sock", "198.51.100.1", "198.51.100.1"),
            ("@", "198.51.100.1", "198.51.100.1"),
            ("unix:", "", "unix:"),
            ("10.0.0.1", "198.51.100.1", "10.0.0.1"),
            ("198.51.100.1 unix:", "", "198.51.100.1"),
        ] {
            assert_eq!(&*client(peer.as_bytes(), forwarded.as_bytes(), &trusted), expected.as_bytes(), "{peer}");
        }
    }

    #[test]
    fn a_list_in_the_peers_place() {
        let trusted = proxies(&["10.0.0.0/8", "198.51.100.9"]);
        for (peer, forwarded, without, with) in [
            ("192.0.2.1, 10.0.0.1", "", "192.0.2.1", "192.0.2.1"),
            ("192.0.2.1,10.0.0.1,10.0.0.2", "", "192.0.2.1", "192.0.2.1"),
            ("203.0.113.1, 192.0.2.1, 198.51.100.9 10.0.0.1", "", "198.51.100.9", "192.0.2.1"),
            ("192.0.2.1:5999, 10.0.0.1", "", "192.0.2.1", "192.0.2.1"),
            ("10.0.0.3, 10.0.0.2", "", "10.0.0.3", "10.0.0.3"),
            ("192.0.2.1, unknown, 10.0.0.1", "", "192.0.2.1", "10.0.0.1"),
            ("unknown, garbage", "", "unknown, garbage", "unknown, garbage"),
            ("", "192.0.2.1, 10.0.0.1", "", ""),
        ] {
            for (trusted, expected) in [(&Proxies::default(), without), (&trusted, with)] {
                let found = client(peer.as_bytes(), forwarded.as_bytes(), trusted);
                assert_eq!(&*found, expected.as_bytes(), "{peer} {trusted:?}");
            }
        }
    }

    fn proxies(texts: &[&str]) -> Proxies {
        let mut proxies = Proxies::default();
        texts.iter().for_each(|text| proxies.add(text).unwrap());
        proxies
    }

    #[test]
    fn bad_networks_say_what_may_be_written() {
        assert_eq!(
            network("10.0.0.0/33").unwrap_err(),
            "'10.0.0.0/33' is no address or network; write it like 192.0.2.7, 10.0.0.0/8 or 2001:db8::/32"
        );
        assert!(contains(&[network("10.1.2.3/8").unwrap()], "10.9.9.9".parse().unwrap()));
    }

    proptest::proptest! {
        #[test]
        fn octets_by_hand_read_what_the_library_reads(text in "[0-9.]{0,16}") {
            assert_eq!(v4(text.as_bytes()), text.parse().ok());
        }
    }
}
