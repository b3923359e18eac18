//! HMAC-SHA-256 over length-prefixed fields, two calls a page view.

use super::DaySalt;
use crate::model::{Hash, Kind};
use hmac::Mac;

/// What makes a visitor, for as long as it takes to hash it.
#[derive(Clone, Copy, Debug)]
pub struct Visitor<'a> {
    /// Log or beacon.
    pub kind: Kind,
    /// The site's name.
    pub site: &'a str,
    /// What sort of address it is, so that a host name never equals an address.
    pub address_sort: u8,
    /// IPv4 as 4 bytes, IPv6 as the 8 of its /64, anything else as text.
    pub address: &'a [u8],
    /// The user agent as sent.
    pub agent: &'a [u8],
}

/// A visitor's hash of the day in two halves that nobody can relate without
/// the salt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VisitorHash {
    /// Seen today.
    pub seen: Hash,
    /// Names the open visit.
    pub visit: Hash,
}

impl DaySalt {
    /// `H("visitor", kind, site, address, agent)`.
    pub fn visitor(&self, visitor: &Visitor<'_>) -> VisitorHash {
        let all = self.digest(b"visitor", visitor, None);
        let (mut seen, mut visit) = (Hash::default(), Hash::default());
        seen.copy_from_slice(&all[..16]);
        visit.copy_from_slice(&all[16..]);
        VisitorHash { seen, visit }
    }

    /// `H("page", kind, site, address, agent, path)`, its first half.
    pub fn page(&self, visitor: &Visitor<'_>, path: &[u8]) -> Hash {
        let all = self.digest(b"page", visitor, Some(path));
        let mut page = Hash::default();
        page.copy_from_slice(&all[..16]);
        page
    }

    fn digest(&self, label: &[u8], visitor: &Visitor<'_>, path: Option<&[u8]>) -> [u8; 32] {
        let octet = visitor.address.last().copied().unwrap_or(0);
        let mut mac = self.key(octet).clone();
        let sort = [visitor.kind as u8, visitor.address_sort];
        let fields = [label, &sort, visitor.site.as_bytes(), visitor.address, visitor.agent];
        // Gathered first: feeding the hash a few bytes at a time takes longer
        // than hashing them.
        let (mut gathered, mut len) = ([0; GATHER], 0);
        for field in fields.into_iter().chain(path) {
            for part in [&(field.len() as u32).to_le_bytes()[..], field] {
                if len + part.len() > GATHER {
                    mac.update(&gathered[..len]);
                    len = 0;
                }
                if part.len() > GATHER {
                    mac.update(part);
                } else {
                    gathered[len..len + part.len()].copy_from_slice(part);
                    len += part.len();
                }
            }
        }
        mac.update(&gathered[..len]);
        mac.finalize().into_bytes().into()
    }
}

/// Bytes that nearly every visitor and page fit in.
const GATHER: usize = 512;

#[cfg(test)]
mod tests {
    use super::*;

    fn visitor<'a>(address: &'a [u8], agent: &'a [u8]) -> Visitor<'a> {
        Visitor { kind: Kind::Log, site: "example.com", address_sort: 4, address, agent }
    }

    #[test]
    fn the_same_visitor_hashes_alike_and_any_field_makes_another() {
        let salt = DaySalt::from_keys(&[7; 8192]);
        let one = visitor(&[1, 2, 3, 4], b"Firefox");
        assert_eq!(salt.visitor(&one), salt.visitor(&one));
        for other in [
            visitor(&[1, 2, 3, 5], b"Firefox"),
            visitor(&[1, 2, 3, 4], b"Chrome"),
            Visitor { site: "example.org", ..one },
            Visitor { kind: Kind::Beacon, ..one },
            Visitor { address_sort: 0, ..one },
        ] {
            assert_ne!(salt.visitor(&one), salt.visitor(&other));
        }
        assert_ne!(salt.page(&one, b"/a"), salt.page(&one, b"/b"));
        assert_ne!(DaySalt::from_keys(&[8; 8192]).visitor(&one), salt.visitor(&one));
    }

    #[test]
    fn fields_cannot_run_into_each_other() {
        let salt = DaySalt::from_keys(&[7; 8192]);
        let a = Visitor { kind: Kind::Log, site: "ab", address_sort: 0, address: b"c", agent: b"" };
        let b = Visitor { kind: Kind::Log, site: "a", address_sort: 0, address: b"bc", agent: b"" };
        assert_ne!(salt.visitor(&a), salt.visitor(&b));
    }
}
