//! The embedded country table, made by assets/build/countries.py; there the
//! encoding is described.

use crate::model::Country;
use std::net::IpAddr;
use std::sync::LazyLock;

const ENCODED: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/countries.bin.zst"));

/// Decoding takes some 10 ms and 7 MB: only when first asked.
static TABLE: LazyLock<Table> = LazyLock::new(|| Table::embedded().expect("tested with the embedded table"));

/// The date of the embedded database, `YYYY-MM-DD`.
pub fn embedded_date() -> &'static str {
    &TABLE.date
}

/// The country of an address by the embedded table. IPv4-mapped IPv6
/// addresses must have been made IPv4.
pub(super) fn lookup(ip: IpAddr) -> Country {
    match ip {
        IpAddr::V4(ip) => TABLE.v4(u32::from(ip)),
        IpAddr::V6(ip) => TABLE.v6.at(u128::from(ip), 0, TABLE.v6.starts.len()),
    }
}

struct Table {
    date: String,
    v4: Ranges<u32>,
    /// For the upper 16 bits of an IPv4 address, how many ranges begin below.
    v4_index: Vec<u32>,
    v6: Ranges<u128>,
}

struct Ranges<T> {
    starts: Vec<T>,
    countries: Vec<Country>,
}

impl<T: Ord + Copy> Ranges<T> {
    /// The country of the last range that does not begin after the address,
    /// known to be one of `from - 1..to`.
    fn at(&self, address: T, from: usize, to: usize) -> Country {
        let behind = from + self.starts[from..to].partition_point(|start| *start <= address);
        behind.checked_sub(1).map_or(Country::default(), |range| self.countries[range])
    }
}

impl Table {
    fn embedded() -> Result<Table, &'static str> {
        let bytes = zstd::decode_all(ENCODED).map_err(|_| "not compressed by zstd")?;
        Table::decode(&mut Reader(&bytes)).ok_or("not a country table")
    }

    fn decode(reader: &mut Reader<'_>) -> Option<Table> {
        if reader.take(4)? != b"FTC1" {
            return None;
        }
        let date = String::from_utf8(reader.take(10)?.to_vec()).ok()?;
        let count = usize::try_from(reader.varint()?).ok()?;
        let codes = reader.take(2 * count)?.chunks_exact(2).map(|code| Country([code[0], code[1]]));
        let codes: Vec<_> = std::iter::once(Country::default()).chain(codes).collect();
        let v4 = reader.ranges(&codes, |start| u32::try_from(start).ok())?;
        let v6 = reader.ranges(&codes, Some)?;
        let v4_index = (0..=1 << 16).map(|upper: u64| below(&v4.starts, upper << 16)).collect::<Option<_>>()?;
        Some(Table { date, v4, v4_index, v6 })
    }

    fn v4(&self, address: u32) -> Country {
        let upper = (address >> 16) as usize;
        self.v4.at(address, self.v4_index[upper] as usize, self.v4_index[upper + 1] as usize)
    }
}

fn below(starts: &[u32], bound: u64) -> Option<u32> {
    u32::try_from(starts.partition_point(|start| u64::from(*start) < bound)).ok()
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(taken)
    }

    fn varint(&mut self) -> Option<u128> {
        let (mut value, mut shift) = (0u128, 0);
        loop {
            let (&byte, rest) = self.0.split_first()?;
            self.0 = rest;
            value |= u128::from(byte & 127).checked_shl(shift)?;
            if byte < 128 {
                return Some(value);
            }
            shift += 7;
        }
    }

    fn ranges<T>(&mut self, codes: &[Country], narrow: impl Fn(u128) -> Option<T>) -> Option<Ranges<T>> {
        let count = usize::try_from(self.varint()?).ok()?;
        let countries = self.take(count)?.iter().map(|i| codes.get(usize::from(*i)).copied()).collect::<Option<_>>()?;
        let zeros = self.take(count)?;
        let (mut starts, mut start) = (Vec::with_capacity(count), 0u128);
        for zeros in zeros {
            start = start.checked_add(self.varint()?.checked_shl(u32::from(*zeros))?)?;
            starts.push(narrow(start)?);
        }
        Some(Ranges { starts, countries })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{Ipv4Addr, Ipv6Addr};

    #[test]
    fn well_known_addresses() {
        let of = |text: &str| lookup(text.parse().unwrap()).as_str().to_owned();
        assert_eq!(of("8.8.8.8"), "US");
        assert_eq!(of("193.99.144.80"), "DE");
        assert_eq!(of("2a00:1450:4001::"), "DE");
        assert_eq!(of("10.0.0.1"), "");
        assert_eq!(of("::1"), "");
        assert_eq!((of("0.0.0.0"), of("255.255.255.255")), (String::new(), String::new()));
        assert_eq!(embedded_date(), "2026-06-01");
    }

    #[test]
    fn it_says_what_the_database_says() {
        let Some(path) = database() else {
            println!("skipped: no DB-IP database in FATHOM_DBIP_MMDB or vendor/dbip-country.mmdb");
            return;
        };
        let source = maxminddb::Reader::open_readfile(path).unwrap();
        let same = |ip: IpAddr| {
            let found = source.lookup(ip).unwrap();
            let code: Option<String> = found.decode_path(&[maxminddb::PathElement::Key("country_code")]).unwrap();
            assert_eq!(lookup(ip).as_str(), code.unwrap_or_default(), "{ip}");
        };
        let v4 = |address: u32| same(Ipv4Addr::from(address).into());
        // Below 2^32 lies the IPv4 part of the tree, which is asked as IPv4.
        let v6 = |address: u128| {
            if address >> 32 != 0 {
                same(Ipv6Addr::from(address).into())
            }
        };
        for &start in &TABLE.v4.starts {
            v4(start);
            v4(start.wrapping_sub(1));
        }
        for &start in &TABLE.v6.starts {
            v6(start);
            v6(start.wrapping_sub(1));
        }
        let mut state = 0x9E37_79B9_7F4A_7C15_u128;
        for _ in 0..100_000 {
            state = state.wrapping_mul(0x2360_ED05_1FC6_5DA4_4385_DF64_9FCC_F645).wrapping_add(12_345);
            v4((state >> 96) as u32);
            // Anywhere, and within 2000::/4, which is where addresses are.
            v6(state);
            v6(state >> 4 | 2 << 124);
        }
    }

    fn database() -> Option<std::path::PathBuf> {
        let vendored = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("vendor/dbip-country.mmdb");
        let path = std::env::var_os("FATHOM_DBIP_MMDB").map_or(vendored, Into::into);
        path.exists().then_some(path)
    }
}
