//! Where visitors are: addresses from ranges of well-known providers, so that
//! a country table gives back about the weights below. Checked against DB-IP's
//! country table of June 2026.

use super::chance::{Random, Weighted};
use std::io::Write;
use std::net::{Ipv4Addr, Ipv6Addr};

/// Country, weight, networks.
const PLACES: &str = "\
US 330 73.0.0.0/8 68.32.0.0/11 71.160.0.0/11 98.192.0.0/10 99.0.0.0/11 108.0.0.0/11 172.56.0.0/16 2601::/20 2600:1700::/28 2607:fb90::/32\n\
DE 120 87.128.0.0/10 79.192.0.0/10 91.0.0.0/10 84.128.0.0/10 93.192.0.0/10 217.80.0.0/12 2003::/19 2a02:3100::/24\n\
GB 85 86.128.0.0/10 90.192.0.0/11 81.128.0.0/11 2a00:23c0::/26 2a02:c7c::/30\n\
FR 60 90.0.0.0/10 86.192.0.0/10 82.64.0.0/14 82.224.0.0/12 2a01:cb00::/24 2a01:e00::/26\n\
IN 60 49.32.0.0/13 122.160.0.0/12 117.192.0.0/10 106.192.0.0/11 2409:4000::/22 2401:4900::/32\n\
NL 40 77.160.0.0/12 84.80.0.0/14 84.104.0.0/14 2a02:a440::/26 2001:1c00::/22\n\
CA 45 99.224.0.0/11 70.48.0.0/13 24.64.0.0/13 142.160.0.0/13 2607:fea8::/32 2605:8d80::/32\n\
BR 40 177.32.0.0/11 177.192.0.0/12 189.32.0.0/12 201.0.0.0/14 2804:14c::/31 2804:7f0::/32\n\
JP 40 126.0.0.0/8 153.128.0.0/9 106.128.0.0/10 2400:4050::/30 240b:10::/28 2409:10::/28\n\
AU 28 1.120.0.0/13 101.160.0.0/11 110.140.0.0/14 58.160.0.0/12 2001:8003::/32\n\
ES 22 83.32.0.0/11 88.0.0.0/11 80.24.0.0/13 81.32.0.0/12 2a02:9000::/23\n\
IT 22 79.0.0.0/10 151.16.0.0/12 87.0.0.0/12 95.224.0.0/11 2001:b07::/32\n\
PL 20 83.0.0.0/11 79.184.0.0/13 83.8.0.0/13 2a01:11c0::/26 2a02:a310::/28\n\
SE 18 90.224.0.0/12 78.64.0.0/12 81.224.0.0/12 2001:2040::/28 2a00:801::/32\n\
CH 18 85.0.0.0/13 178.192.0.0/13 83.76.0.0/14 2a02:1200::/27\n\
AT 12 91.112.0.0/14 80.108.0.0/15 84.112.0.0/14 62.178.0.0/16 2001:870::/32 2a02:8388::/32\n\
BE 10 81.240.0.0/13 91.176.0.0/13 109.128.0.0/13 2a02:a000::/26 2a02:1810::/32\n\
FI 10 91.152.0.0/13 88.192.0.0/14 84.248.0.0/14 2001:14ba::/32\n\
NO 9 84.208.0.0/13 88.88.0.0/13 2a01:79c::/30 2001:4640::/31\n\
DK 9 87.48.0.0/13 80.62.0.0/15 2.104.0.0/13 2a00:fd00::/30 2a05:f6c0::/29\n\
CZ 9 85.70.0.0/15 90.176.0.0/13 89.176.0.0/15 2a00:1028::/32\n\
IE 8 86.40.0.0/13 109.76.0.0/14 2a02:8084::/31\n\
PT 8 85.240.0.0/13 2.80.0.0/14 2001:8a0::/32\n\
KR 14 121.128.0.0/10 175.192.0.0/10 211.192.0.0/11 2001:e60::/32\n\
CN 14 183.0.0.0/10 114.80.0.0/12 222.64.0.0/11 240e:300::/24 2409:8a00::/24\n\
TW 12 1.160.0.0/12 114.32.0.0/12 118.160.0.0/13 2001:b000::/24 2001:b400::/26\n\
SG 12 116.14.0.0/15 219.74.0.0/16 121.6.0.0/15 2406:3003::/32\n\
RU 12 95.24.0.0/13 178.64.0.0/13 5.16.0.0/14 2a00:1370::/32\n\
UA 10 93.72.0.0/15 176.36.0.0/14 2a02:2378::/32\n\
MX 10 189.128.0.0/10 187.144.0.0/12 201.96.0.0/12 2806:2f0::/32\n\
AR 9 181.0.0.0/12 190.16.0.0/14 186.128.0.0/13 2800:810::/32\n\
ID 12 36.64.0.0/11 125.160.0.0/13 180.240.0.0/13 2001:448a::/32\n\
TR 12 78.160.0.0/11 88.224.0.0/11 85.96.0.0/12 2a02:4e0::/32\n\
ZA 7 41.0.0.0/11 105.0.0.0/12 102.248.0.0/14 2c0f:f4c0::/32\n\
NZ 8 118.92.0.0/15 122.56.0.0/13 125.236.0.0/14 2407:7000::/32\n\
RO 7 86.120.0.0/13 5.12.0.0/14\n\
VN 6 113.160.0.0/11 14.160.0.0/11 2402:800::/32 2001:ee0::/32";

/// An address as it is written in the log.
#[derive(Clone, Copy, Debug)]
pub(super) struct Address {
    text: [u8; 46],
    len: u8,
}

impl Address {
    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.text[..usize::from(self.len)]
    }

    fn of(address: impl std::fmt::Display) -> Address {
        let mut text = [0; 46];
        let mut rest = &mut text[..];
        // 46 bytes hold the longest address, so this cannot fall short.
        let _ = write!(rest, "{address}");
        let len = 46 - rest.len() as u8;
        Address { text, len }
    }
}

/// A range of addresses; an IPv4 one has at most 32 bits.
#[derive(Clone, Copy, Debug)]
pub(super) enum Network {
    V4(u32, u32),
    V6(u128, u32),
}

impl Network {
    /// Reads `192.0.2.0/24` or `2001:db8::/32`.
    pub(super) fn parse(text: &str) -> Option<Network> {
        let (base, bits) = text.split_once('/')?;
        let bits = bits.parse().ok()?;
        let v4 = base.parse::<Ipv4Addr>().map(|a| Network::V4(a.into(), bits));
        let v6 = base.parse::<Ipv6Addr>().map(|a| Network::V6(a.into(), bits));
        v4.or(v6).ok()
    }

    /// Any address of it; one in a hundred IPv4 ones is written as IPv6.
    pub(super) fn address(self, random: &mut Random) -> Address {
        match self {
            Network::V4(base, bits) => {
                let host = Ipv4Addr::from(base | (random.next() as u32 & (u32::MAX >> bits)));
                if random.permille(10) {
                    return Address::of(host.to_ipv6_mapped());
                }
                Address::of(host)
            }
            Network::V6(base, bits) => {
                let host = (u128::from(random.next()) << 64) | u128::from(random.next());
                Address::of(Ipv6Addr::from(base | (host & (u128::MAX >> bits))))
            }
        }
    }
}

#[derive(Debug)]
struct Place {
    v4: Vec<Network>,
    v6: Vec<Network>,
}

/// All the world's countries of the simulation.
#[derive(Debug)]
pub(super) struct Places {
    places: Vec<Place>,
    choice: Weighted,
}

impl Places {
    pub(super) fn new() -> Places {
        let weight = |line: &str| line.split(' ').nth(1)?.parse().ok();
        Places {
            places: PLACES.lines().map(Places::place).collect(),
            choice: Weighted::new(PLACES.lines().map(|line| weight(line).unwrap_or(0))),
        }
    }

    fn place(line: &str) -> Place {
        let networks = line.split(' ').skip(2).filter_map(Network::parse);
        let (v4, v6) = networks.partition(|network| matches!(network, Network::V4(..)));
        Place { v4, v6 }
    }

    /// An address from somewhere; one in four is IPv6.
    pub(super) fn address(&self, random: &mut Random) -> Address {
        let place = &self.places[self.choice.pick(random)];
        let v6 = random.permille(265) && !place.v6.is_empty();
        random.of(if v6 { &place.v6 } else { &place.v4 }).address(random)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_can_be_read() {
        let places = Places::new();
        for (line, place) in PLACES.lines().zip(&places.places) {
            let networks = line.split(' ').count() - 2;
            assert_eq!(place.v4.len() + place.v6.len(), networks, "{line}");
            assert!(!place.v4.is_empty(), "{line}");
        }
    }

    #[test]
    fn addresses_lie_in_their_network() {
        let mut random = Random::new(1);
        for text in ["73.0.0.0/8", "2601::/20"] {
            let network = Network::parse(text).unwrap();
            let address = network.address(&mut random);
            let begin = &text[..2];
            assert!(address.as_bytes().starts_with(begin.as_bytes()));
        }
    }
}
