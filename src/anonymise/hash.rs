//! HMAC-SHA-256 over length-prefixed fields, two calls a page view.

use super::DaySalt;
use crate::model::{Hash, Kind};
use hmac::{Hmac, Mac};
use sha2::Sha256;

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

/// The hashes of a page view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ViewHash {
    /// Of its visitor.
    pub visitor: VisitorHash,
    /// Of its visitor on that page.
    pub page: Hash,
}

const VISITOR: &[u8] = b"visitor";
const PAGE: &[u8] = b"page";

impl DaySalt {
    /// `H("visitor", kind, site, address, agent)` and the first half of
    /// `H("page", kind, site, address, agent, path)`. `scratch` is used to lay the
    /// fields out: feeding the hash a few bytes at a time takes longer than hashing
    /// them.
    pub fn view(&self, visitor: &Visitor<'_>, path: &[u8], scratch: &mut Vec<u8>) -> ViewHash {
        let key = self.key(visitor.address.last().copied().unwrap_or(0));
        scratch.clear();
        put(scratch, VISITOR);
        put(scratch, &[visitor.kind as u8, visitor.address_sort]);
        put(scratch, visitor.site.as_bytes());
        put(scratch, visitor.address);
        put(scratch, visitor.agent);
        let all = digest(key, scratch);
        let (mut seen, mut visit, mut page) = (Hash::default(), Hash::default(), Hash::default());
        seen.copy_from_slice(&all[..16]);
        visit.copy_from_slice(&all[16..]);
        // The other label, which is shorter, before the same fields.
        let shorter = VISITOR.len() - PAGE.len();
        scratch[shorter..shorter + 4].copy_from_slice(&(PAGE.len() as u32).to_le_bytes());
        scratch[shorter + 4..VISITOR.len() + 4].copy_from_slice(PAGE);
        put(scratch, path);
        page.copy_from_slice(&digest(key, &scratch[shorter..])[..16]);
        ViewHash { visitor: VisitorHash { seen, visit }, page }
    }
}

fn put(message: &mut Vec<u8>, field: &[u8]) {
    message.extend_from_slice(&(field.len() as u32).to_le_bytes());
    message.extend_from_slice(field);
}

fn digest(key: &Hmac<Sha256>, message: &[u8]) -> [u8; 32] {
    let mut mac = key.clone();
    mac.update(message);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visitor<'a>(address: &'a [u8], agent: &'a [u8]) -> Visitor<'a> {
        Visitor { kind: Kind::Log, site: "example.com", address_sort: 4, address, agent }
    }

    fn hashes(salt: &DaySalt, visitor: &Visitor<'_>) -> VisitorHash {
        salt.view(visitor, b"/", &mut Vec::new()).visitor
    }

    fn page(salt: &DaySalt, visitor: &Visitor<'_>, path: &[u8]) -> Hash {
        salt.view(visitor, path, &mut Vec::new()).page
    }

    /// As the definition has it, field by field.
    #[test]
    fn fields_are_laid_out_as_defined() {
        let salt = DaySalt::from_keys(&[7; 8192]);
        let one = visitor(&[1, 2, 3, 4], b"Firefox");
        let by_field = |label: &[u8], path: Option<&[u8]>| {
            let mut mac = salt.key(4).clone();
            for field in [label, &[0, 4], b"example.com", &[1, 2, 3, 4], b"Firefox"].into_iter().chain(path) {
                mac.update(&(field.len() as u32).to_le_bytes());
                mac.update(field);
            }
            mac.finalize().into_bytes()
        };
        let view = salt.view(&one, b"/a", &mut Vec::new());
        assert_eq!([view.visitor.seen, view.visitor.visit].concat(), by_field(b"visitor", None)[..]);
        assert_eq!(view.page, by_field(b"page", Some(b"/a"))[..16]);
    }

    #[test]
    fn the_same_visitor_hashes_alike_and_any_field_makes_another() {
        let salt = DaySalt::from_keys(&[7; 8192]);
        let one = visitor(&[1, 2, 3, 4], b"Firefox");
        assert_eq!(hashes(&salt, &one), hashes(&salt, &one));
        for other in [
            visitor(&[1, 2, 3, 5], b"Firefox"),
            visitor(&[1, 2, 3, 4], b"Chrome"),
            Visitor { site: "example.org", ..one },
            Visitor { kind: Kind::Beacon, ..one },
            Visitor { address_sort: 0, ..one },
        ] {
            assert_ne!(hashes(&salt, &one), hashes(&salt, &other));
        }
        assert_ne!(page(&salt, &one, b"/a"), page(&salt, &one, b"/b"));
        assert_ne!(hashes(&DaySalt::from_keys(&[8; 8192]), &one), hashes(&salt, &one));
    }

    #[test]
    fn fields_cannot_run_into_each_other() {
        let salt = DaySalt::from_keys(&[7; 8192]);
        let a = Visitor { kind: Kind::Log, site: "ab", address_sort: 0, address: b"c", agent: b"" };
        let b = Visitor { kind: Kind::Log, site: "a", address_sort: 0, address: b"bc", agent: b"" };
        assert_ne!(hashes(&salt, &a), hashes(&salt, &b));
    }
}
