//! What looks like the address of a visitor, in any bytes: what should be
//! nowhere.

use regex::bytes::Regex;
use std::ops::Range;

/// Longest text of an address.
pub const LONGEST: usize = 45;

/// Finds texts of addresses.
pub struct Traces(Regex);

impl Default for Traces {
    fn default() -> Traces {
        Traces::new()
    }
}

impl Traces {
    /// IPv4 in dots; IPv6 of eight groups, or with `::` and at least three. Nothing
    /// is asked of what stands around it: the database puts texts side by side.
    pub fn new() -> Traces {
        let octet = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
        let group = "[0-9A-Fa-f]{1,4}";
        let pattern = format!(
            "(?-u:(?:{octet}\\.){{3}}{octet}|(?:{group}:){{7}}{group}|(?:{group}:){{2,6}}:(?:{group}:){{0,4}}{group}|{group}::(?:{group}:){{1,5}}{group})"
        );
        Traces(Regex::new(&pattern).expect("a valid expression"))
    }

    /// Where texts are that look like addresses, from first to last.
    pub fn find<'b>(&'b self, bytes: &'b [u8]) -> impl Iterator<Item = Range<usize>> {
        self.0.find_iter(bytes).map(|found| found.range())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let traces = Traces::new();
        traces.find(text.as_bytes()).map(|range| text[range].to_owned()).collect()
    }

    #[test]
    fn addresses_are_found_and_little_else() {
        assert_eq!(found("a 192.0.2.1, 203.0.113.254:80 /10.0.0.1/x"), ["192.0.2.1", "203.0.113.254", "10.0.0.1"]);
        assert_eq!(found("[2001:db8::1] 2001:db8:0:1::"), ["2001:db8::1"]);
        assert_eq!(found("2001:0db8:0000:0000:0000:ff00:0042:8329 x"), ["2001:0db8:0000:0000:0000:ff00:0042:8329"]);
        assert_eq!(found("fe80:1:2::a:b 2001::1:2"), ["fe80:1:2::a:b", "2001::1:2"]);
        assert_eq!(found("client:192.0.2.1 ::ffff:192.0.2.2 \u{1}.192.0.2.3"), ["192.0.2.1", "192.0.2.2", "192.0.2.3"]);
        assert_eq!(found("Firefox192.0.2.1games.example 1.2.3.4.5"), ["192.0.2.1", "1.2.3.4"]);
        for text in ["v1.5.5", "1.2.3", "12:30:45", "std::fmt", "::1"] {
            assert_eq!(found(text), Vec::<String>::new(), "{text}");
        }
    }
}
