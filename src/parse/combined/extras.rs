//! The fields after the user agent. What they are is known by their looks, from
//! most of the lines; what a file's head leaves open, later lines settle.

use crate::model::Request;
use crate::parse::scan::{duration_us, is_address, text, without_port};

/// How many fields are looked at.
pub(super) const EXTRAS: usize = 4;
/// So many lines that say something settle what a field is.
const ENOUGH: u16 = 32;
/// Clients are given ports from here on; servers listen below.
const EPHEMERAL: u16 = 10_000;

/// A line's fields as written; nothing where the line has ended before.
pub(super) type Raw<'a> = [Option<&'a [u8]>; EXTRAS];

/// The meaning of a field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Extra {
    #[default]
    Unknown,
    /// `$http_x_forwarded_for`.
    Forwarded,
    /// `$request_time`: seconds with three decimals.
    Seconds,
    /// Traefik's `12ms`.
    Millis,
}

/// What the fields are, and how sure that is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Extras([Seen; EXTRAS]);

/// What was seen of one field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Seen {
    is: Extra,
    /// Lines by what the field looked like.
    votes: [u16; 4],
    /// There were lines in which it said nothing.
    was_silent: bool,
}

impl Extras {
    /// Traefik's: the last one is the time taken.
    pub(super) fn traefik() -> Extras {
        let mut extras = Extras::default();
        extras.0[EXTRAS - 1] = Seen { is: Extra::Millis, votes: [0, 0, 0, ENOUGH], was_silent: false };
        extras
    }

    /// Whether they are Traefik's.
    pub(super) fn are_traefiks(&self) -> bool {
        self.0[EXTRAS - 1].is == Extra::Millis
    }

    /// What each of them is.
    pub(super) fn kinds(&self) -> impl Iterator<Item = Extra> {
        self.0.iter().map(|seen| seen.is)
    }

    /// Takes a line of a file's head into account.
    pub(super) fn count(&mut self, line: &Raw<'_>) {
        for (seen, raw) in self.0.iter_mut().zip(line) {
            raw.map(|raw| seen.vote(raw));
        }
    }

    /// Takes a later line into account, as far as something is not settled yet.
    /// Whether that changed anything.
    pub(super) fn learn(&mut self, line: &Raw<'_>) -> bool {
        let mut changed = false;
        for (seen, raw) in self.0.iter_mut().zip(line) {
            changed |= !seen.is_settled() && raw.is_some_and(|raw| seen.vote(raw));
        }
        changed
    }

    /// Fills in what a line's fields say. Of several lists of forwarded addresses
    /// the first one counts.
    pub(super) fn set<'a>(&self, line: &Raw<'a>, request: &mut Request<'a>) {
        let mut has_list = false;
        for (seen, raw) in self.0.iter().zip(line) {
            let Some(raw) = *raw else { return };
            match seen.is {
                Extra::Unknown => {}
                Extra::Forwarded if has_list => {}
                Extra::Forwarded => (request.forwarded, has_list) = (text(raw), true),
                Extra::Seconds => request.duration_us = duration_us(raw, 1e6),
                Extra::Millis => request.duration_us = duration_us(raw.strip_suffix(b"ms").unwrap_or(raw), 1e3),
            }
        }
    }
}

impl Seen {
    fn is_settled(&self) -> bool {
        self.votes.iter().fold(0, |sum: u16, votes| sum.saturating_add(*votes)) >= ENOUGH
    }

    /// Takes a line into account. Whether that changed anything.
    fn vote(&mut self, raw: &[u8]) -> bool {
        let before = *self;
        match guess(raw) {
            Some(extra) => self.votes[extra as usize] = self.votes[extra as usize].saturating_add(1),
            None => self.was_silent = true,
        }
        self.is = self.of_most();
        *self != before
    }

    /// What most lines say. A field that is silent in all of them is taken for a
    /// list of forwarded addresses: it is all dashes where there is no proxy.
    fn of_most(&self) -> Extra {
        let all: u32 = self.votes.iter().map(|&votes| u32::from(votes)).sum();
        if all == 0 {
            return if self.was_silent { Extra::Forwarded } else { Extra::Unknown };
        }
        let kinds = [Extra::Forwarded, Extra::Seconds, Extra::Millis];
        let most = kinds.into_iter().find(|&kind| u32::from(self.votes[kind as usize]) * 2 > all);
        most.unwrap_or_default()
    }
}

/// What a field may be by its looks; nothing of one that says nothing.
fn guess(raw: &[u8]) -> Option<Extra> {
    let digits = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    match raw {
        [whole @ .., b'.', a, b, c] if digits(whole) && digits(&[*a, *b, *c]) => return Some(Extra::Seconds),
        [whole @ .., b'm', b's'] if digits(whole) => return Some(Extra::Millis),
        _ => {}
    }
    let hops = || raw.split(|&b| b == b',').map(<[u8]>::trim_ascii);
    if hops().all(|hop| matches!(hop, b"" | b"-") || hop.eq_ignore_ascii_case(b"unknown")) {
        return None;
    }
    Some(if hops().any(is_client) { Extra::Forwarded } else { Extra::Unknown })
}

/// Whether a part of a list is a client's address, and not that of a server
/// behind (`$upstream_addr`).
fn is_client(hop: &[u8]) -> bool {
    let address = without_port(hop);
    let behind = &hop[hop.len().min(address.len())..];
    let port = behind.rsplit(|&b| b == b':').next().filter(|_| behind.contains(&b':'));
    let port = port.and_then(|port| std::str::from_utf8(port).ok()?.parse::<u16>().ok());
    is_address(address) && port.is_none_or(|port| port >= EPHEMERAL)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(fields: &[&'static str]) -> Raw<'static> {
        std::array::from_fn(|at| fields.get(at).map(|field| field.as_bytes()))
    }

    fn kinds(lines: &[&[&'static str]]) -> Vec<Extra> {
        let mut extras = Extras::default();
        lines.iter().for_each(|fields| extras.count(&line(fields)));
        extras.kinds().collect()
    }

    #[test]
    fn fields_are_known_by_their_looks() {
        for (field, expected) in [
            ("192.0.2.1", Some(Extra::Forwarded)),
            ("192.0.2.1,2001:db8::1", Some(Extra::Forwarded)),
            ("192.0.2.1:51234", Some(Extra::Forwarded)),
            ("[2001:db8::1]:51234", Some(Extra::Forwarded)),
            ("192.0.2.1,,", Some(Extra::Forwarded)),
            ("unknown, 192.0.2.1", Some(Extra::Forwarded)),
            ("10.0.0.1:8080", Some(Extra::Unknown)),
            ("[2001:db8::1]:80", Some(Extra::Unknown)),
            ("gzip, br", Some(Extra::Unknown)),
            ("0.138", Some(Extra::Seconds)),
            ("12ms", Some(Extra::Millis)),
            ("unknown", None),
            ("-", None),
            ("", None),
            (",,", None),
        ] {
            assert_eq!(guess(field.as_bytes()), expected, "{field}");
        }
    }

    #[test]
    fn most_of_the_lines_decide() {
        let (address, odd, silent): (&[&str], &[&str], &[&str]) = (&["192.0.2.1"], &["' OR 1=1"], &["-"]);
        assert_eq!(kinds(&[odd, address, silent, address])[0], Extra::Forwarded);
        assert_eq!(kinds(&[odd, odd, address])[0], Extra::Unknown);
        assert_eq!(kinds(&[silent])[0], Extra::Forwarded);
        assert_eq!(kinds(&[&[]])[0], Extra::Unknown);
        assert_eq!(kinds(&[&["-", "0.138"], &["192.0.2.1", "-"]])[..2], [Extra::Forwarded, Extra::Seconds]);
    }

    #[test]
    fn later_lines_mend_an_early_guess_until_it_is_settled() {
        let mut extras = Extras::default();
        extras.count(&line(&["garbage"]));
        assert!(extras.learn(&line(&["192.0.2.1"])));
        assert!(extras.learn(&line(&["192.0.2.2"])));
        assert_eq!(extras.kinds().next(), Some(Extra::Forwarded));
        while extras.learn(&line(&["192.0.2.3"])) {}
        assert!(!extras.learn(&line(&["garbage"])));
        assert_eq!(extras.kinds().next(), Some(Extra::Forwarded));
    }

    #[test]
    fn the_first_list_counts() {
        let mut extras = Extras::default();
        let both = line(&["192.0.2.1", "198.51.100.1"]);
        extras.count(&both);
        let mut request = Request::default();
        extras.set(&both, &mut request);
        assert_eq!(&*request.forwarded, b"192.0.2.1");
    }
}
