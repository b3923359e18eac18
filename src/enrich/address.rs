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

/// The client's address: the peer, unless that is a trusted proxy; then the
/// right-most hop of the list it forwarded that is none. Where a hop cannot
/// be read, the last one before it that could: what stands further left may
/// be anyone's invention.
pub fn client<'a>(peer: &'a [u8], forwarded: &'a [u8], trusted: &[IpNet]) -> Cow<'a, [u8]> {
    if trusted.is_empty() || forwarded.is_empty() || !is_trusted(peer, trusted) {
        return Cow::Borrowed(peer);
    }
    let mut last = peer;
    for hop in forwarded.rsplit(|&b| b == b',').map(<[u8]>::trim_ascii) {
        match parse(hop) {
            None => break,
            Some(_) if is_trusted(hop, trusted) => last = hop,
            Some(ip) => return canonical(hop, ip),
        }
    }
    match parse(last) {
        Some(ip) => canonical(last, ip),
        None => Cow::Borrowed(last),
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

fn is_trusted(text: &[u8], trusted: &[IpNet]) -> bool {
    // A proxy on the same machine through a socket has no address.
    parse(text).is_some_and(|ip| contains(trusted, ip))
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
        let trusted = [network("10.0.0.0/8").unwrap(), network("2001:db8::1").unwrap()];
        let cases = [
            ("192.0.2.1", "198.51.100.1", "192.0.2.1"),
            ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
            ("10.0.0.1", "203.0.113.9, 198.51.100.1", "198.51.100.1"),
            ("10.0.0.1", "203.0.113.9, 198.51.100.1:99, 10.0.0.2", "198.51.100.1"),
            ("2001:db8::1", "[2001:db8:9::9]:1, 10.2.2.2", "2001:db8:9::9"),
            ("10.0.0.1", "203.0.113.9, unknown, 10.0.0.2", "10.0.0.2"),
            ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
            ("10.0.0.1", "", "10.0.0.1"),
            ("10.0.0.1", "garbage", "10.0.0.1"),
            ("unix:", "198.51.100.1", "unix:"),
        ];
        for (peer, forwarded, expected) in cases {
            let found = client(peer.as_bytes(), forwarded.as_bytes(), &trusted);
            assert_eq!(&*found, expected.as_bytes(), "{peer} {forwarded}");
        }
        assert_eq!(&*client(b"10.0.0.1", b"1.1.1.1", &[]), b"10.0.0.1");
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
