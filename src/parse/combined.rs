//! nginx's and Apache's `combined` and `common`, with or without a virtual host
//! in front; what others derive from them: OVH, Gandi, lighttpd, Traefik.

mod extras;
mod front;

use super::scan::{Quoted, dash, number, quote_or_backslash, quoted, word};
use super::{envelope, request_line, time};
use crate::model::{Malformed, Request};
use extras::{Extra, Extras, Raw};
use front::{Before, Front};
use memchr::{memchr, memrchr};
use std::borrow::Cow;

/// What detection found out about a file of this family. A line is read
/// whichever of the family's shapes it has; this names the file's, and says
/// what the fields after the user agent are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Combined {
    /// What stands before the time.
    front: Front,
    /// Referrer and user agent follow the size.
    agent: bool,
    /// The meaning of the fields after the user agent.
    extras: Extras,
}

/// A line's fields as they are written.
struct Fields<'a> {
    before: Before<'a>,
    time: i64,
    request: Quoted<'a>,
    status: u16,
    bytes: u64,
    duration_us: Option<u64>,
    tail: Option<Tail<'a>>,
}

/// What follows the size.
#[derive(Default)]
struct Tail<'a> {
    referrer: Quoted<'a>,
    agent: Quoted<'a>,
    extras: Raw<'a>,
    /// The line ends within the agent.
    is_cut: bool,
}

impl Combined {
    /// The family's form with or without virtual host, referrer and agent.
    pub(super) fn new(vhost: bool, agent: bool) -> Combined {
        let front = if vhost { Front::Host } else { Front::Address };
        Combined { front, agent, ..Combined::default() }
    }

    /// Traefik's common log format.
    pub(super) fn traefik() -> Combined {
        Combined { extras: Extras::traefik(), ..Combined::new(false, true) }
    }

    /// What messages call it.
    pub(super) fn name(&self) -> &'static str {
        match (self.front == Front::Host, self.agent) {
            (_, true) if self.extras.are_traefiks() => "traefik clf",
            (false, true) => "nginx combined",
            (true, true) => "nginx combined with host",
            (false, false) => "common log",
            (true, false) => "common log with host",
        }
    }

    /// The fields with their meaning, for `detect`.
    pub(super) fn fields(&self) -> Vec<(String, &'static str)> {
        let mut list = self.front.fields().to_vec();
        list.extend([("%t", "time"), ("%r", "method and target"), ("%>s", "status"), ("%b", "bytes")]);
        if self.agent {
            list.extend([("%{Referer}i", "referrer"), ("%{User-Agent}i", "user agent")]);
        }
        let mut list: Vec<_> = list.into_iter().map(|(name, word)| (name.to_owned(), word)).collect();
        for (at, extra) in self.extras.kinds().enumerate() {
            let word = match extra {
                Extra::Unknown => continue,
                Extra::Forwarded => "forwarded",
                Extra::Seconds | Extra::Millis => "duration",
            };
            list.push((format!("field {} after the agent", at + 1), word));
        }
        list
    }

    /// Reads one line into a new request.
    pub(super) fn parse_into<'a>(&self, line: &'a [u8], request: &mut Request<'a>) -> Result<(), Malformed> {
        if usual(line, request).is_some() {
            return Ok(());
        }
        self.set(&fields_of(line)?, request)
    }

    /// The same, and learns from the line what is not settled yet. Whether that
    /// changed anything.
    pub(super) fn learn_from<'a>(&mut self, line: &'a [u8], request: &mut Request<'a>) -> Result<bool, Malformed> {
        if usual(line, request).is_some() {
            return Ok(false);
        }
        let (fields, mut next) = (fields_of(line)?, *self);
        let changed = fields.tail.as_ref().is_some_and(|tail| next.extras.learn(&tail.extras));
        next.set(&fields, request)?;
        *self = next;
        Ok(changed)
    }

    fn set<'a>(&self, fields: &Fields<'a>, request: &mut Request<'a>) -> Result<(), Malformed> {
        request.time = fields.time;
        request.status = fields.status;
        request.bytes = fields.bytes;
        request.address = Cow::Borrowed(dash(fields.before.address));
        request.host = Cow::Borrowed(dash(fields.before.host));
        request.duration_us = fields.duration_us;
        request_line::set(fields.request.text(), request)?;
        if let Some(tail) = &fields.tail {
            request.referrer = tail.referrer.text();
            request.agent = Some(tail.agent.text());
            request.is_cut = tail.is_cut;
            self.extras.set(&tail.extras, request);
        }
        Ok(())
    }

    /// The form that most of the lines have; `lines` are a file's head.
    pub(super) fn detect<'a>(lines: impl Iterator<Item = &'a [u8]>) -> Combined {
        let (mut fronts, mut agents, mut extras) = (Vec::new(), 0, Extras::default());
        for fields in lines.filter_map(|line| fields_of(line).ok()) {
            fronts.push(fields.before.front);
            let Some(tail) = fields.tail else { continue };
            agents += 1;
            extras.count(&tail.extras);
        }
        let agent = agents * 2 > fronts.len();
        Combined { front: Front::of_most(fronts.into_iter()), agent, extras }
    }
}

/// Reads the line that nearly all are, in one pass: `address - - [time] "request"
/// status bytes "referrer" "agent"`, nothing escaped and nothing behind it. `None`
/// if it is another one, of which [`fields_of`] knows more.
fn usual<'a>(line: &'a [u8], request: &mut Request<'a>) -> Option<()> {
    const TIME: usize = 26;
    let space = line.iter().take(40).position(|&b| b == b' ').filter(|&at| at > 0 && line[0] != b'"')?;
    let line_from = |at: usize| line.get(at..);
    let time = line_from(space)?.strip_prefix(b" - - [")?.get(..TIME)?;
    let at = space + 6 + TIME;
    line_from(at)?.strip_prefix(b"] \"")?;
    let (words, at) = until_quote(line, at + 3)?;
    let [b' ', s1, s2, s3, b' ', ..] = line_from(at)? else { return None };
    let status = [s1, s2, s3].iter().try_fold(0, |sum, digit| Some(sum * 10 + u16::from(decimal_digit(**digit)?)))?;
    let (bytes, at) = number(line, at + 5)?;
    line_from(at)?.strip_prefix(b" \"")?;
    let (referrer, at) = until_quote(line, at + 2)?;
    line_from(at)?.strip_prefix(b" \"")?;
    let (agent, at) = until_quote(line, at + 2)?;
    if at != line.len() {
        return None;
    }
    let (method, target) = request_line::split(words).ok()?;
    request.time = time::clf(time)?;
    request.address = Cow::Borrowed(dash(&line[..space]));
    request.method = Cow::Borrowed(method);
    request.target = Cow::Borrowed(target);
    request.status = status;
    request.bytes = bytes;
    request.referrer = Cow::Borrowed(dash(referrer));
    request.agent = Some(Cow::Borrowed(dash(agent)));
    Some(())
}

fn decimal_digit(byte: u8) -> Option<u8> {
    let digit = byte.wrapping_sub(b'0');
    (digit < 10).then_some(digit)
}

/// What stands before the next quote, and the position behind that; nothing if
/// something is escaped before it.
#[inline]
fn until_quote(line: &[u8], at: usize) -> Option<(&[u8], usize)> {
    let end = at + quote_or_backslash(line.get(at..)?)?;
    (line[end] == b'"').then_some((&line[at..end], end + 1))
}

fn fields_of(line: &[u8]) -> Result<Fields<'_>, Malformed> {
    let line = unwrapped(line).unwrap_or(line);
    match bare_fields(line) {
        Err(Malformed::Shape) => match envelope::strip(line) {
            Some(rest) => bare_fields(rest),
            None => Err(Malformed::Shape),
        },
        other => other,
    }
}

/// A line that somebody put into a pair of quotes, without these. Where its
/// first word has both, they are that word's.
fn unwrapped(line: &[u8]) -> Option<&[u8]> {
    let inner = line.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    let (first, _) = word(inner, 0);
    memchr(b'"', first).is_none().then_some(inner)
}

fn bare_fields(line: &[u8]) -> Result<Fields<'_>, Malformed> {
    let open = time_bracket(line).ok_or(Malformed::Shape)?;
    let before = Before::read(&line[..open - 1])?;
    // The usual time has 26 bytes; look for the bracket only where it has not.
    let close = match line.get(open + 27) {
        Some(b']') => open + 27,
        _ => open + memchr(b']', &line[open..]).ok_or(Malformed::Shape)?,
    };
    let (duration_us, at) = gandi_seconds(line, close + 1);
    if line.get(at..at + 2) != Some(b" \"") {
        return Err(Malformed::Shape);
    }
    let (request, at) = quoted(line, at + 1).ok_or(Malformed::Shape)?;
    let (status, at) = number(line, at + 1).ok_or(Malformed::Shape)?;
    let status = u16::try_from(status).ok().filter(|status| *status < 1000).ok_or(Malformed::Shape)?;
    let (bytes, at) = number(line, at + 1).ok_or(Malformed::Shape)?;
    let time = time::clf(&line[open + 1..close]).ok_or(Malformed::Time)?;
    let tail = tail(line, at)?;
    Ok(Fields { before, time, request, status, bytes, duration_us, tail })
}

/// Where the time's `[` is: the first one after a space.
#[inline]
fn time_bracket(line: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = from + memchr(b'[', &line[from..])?;
        if at > 1 && line[at - 1] == b' ' {
            return Some(at);
        }
        from = at + 1;
    }
}

/// Gandi puts ` (0 s)` between time and request.
fn gandi_seconds(line: &[u8], at: usize) -> (Option<u64>, usize) {
    let Some([b' ', b'(', rest @ ..]) = line.get(at..) else {
        return (None, at);
    };
    match memchr(b')', &rest[..rest.len().min(16)]) {
        Some(end) => {
            let seconds = rest[..end].strip_suffix(b" s").and_then(super::scan::integer);
            (seconds.map(|s| s.saturating_mul(1_000_000)), at + end + 3)
        }
        None => (None, at),
    }
}

/// Referrer, agent and what follows them. Bare words before the referrer are
/// other sizes and times. One quoted field alone is neither of the two.
fn tail(line: &[u8], mut at: usize) -> Result<Option<Tail<'_>>, Malformed> {
    let mut tail = Tail::default();
    let (mut quotes, mut extras, mut agent_at) = (0, 0, 0);
    while at < line.len() {
        if line[at] == b' ' {
            at += 1;
            continue;
        }
        let start = at;
        let (field, next) = match line[at] {
            b'"' => match quoted(line, at) {
                Some(found) => found,
                None => return last_quote(line, tail, quotes, if quotes == 1 { start } else { agent_at }),
            },
            _ => {
                let (raw, next) = word(line, at);
                (Quoted { raw, escaped: false }, next)
            }
        };
        at = next;
        if line[start] == b'"' && quotes < 2 {
            match quotes {
                0 => tail.referrer = field,
                _ => (tail.agent, agent_at) = (field, start),
            }
            quotes += 1;
        } else if quotes == 2 {
            if line[start] != b'"' && memchr(b'"', field.raw).is_some() {
                return last_quote(line, tail, quotes, agent_at);
            }
            if let Some(extra) = tail.extras.get_mut(extras) {
                *extra = Some(field.raw);
            }
            extras += 1;
        }
    }
    Ok((quotes == 2).then_some(tail))
}

/// A line whose agent has quotes that nobody escaped, or a backslash at its
/// end: the agent lasts to the line's last quote. One that has neither was cut by a
/// proxy: it lasts to the end.
fn last_quote<'a>(
    line: &'a [u8],
    mut tail: Tail<'a>,
    quotes: usize,
    start: usize,
) -> Result<Option<Tail<'a>>, Malformed> {
    if quotes == 0 {
        return Err(Malformed::Shape);
    }
    let rest = &line[start + 1..];
    let end = memrchr(b'"', rest).filter(|&at| at + 1 == rest.len() || has_bare_quote(rest));
    let raw = &rest[..end.unwrap_or(rest.len())];
    tail.agent = Quoted { raw, escaped: memchr(b'\\', raw).is_some() };
    tail.extras = Default::default();
    tail.is_cut = end.is_none();
    Ok(Some(tail))
}

/// Whether there is a quote without a backslash before it.
fn has_bare_quote(text: &[u8]) -> bool {
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(quote_or_backslash) {
        match text[from + at] {
            b'"' => return true,
            _ => from += at + 2,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIME: i64 = 1_704_067_200;

    fn read(line: &str) -> Result<Request<'_>, Malformed> {
        let format = Combined::detect(std::iter::once(line.as_bytes()));
        let mut request = Request::default();
        format.parse_into(line.as_bytes(), &mut request).map(|()| request)
    }

    #[test]
    fn reads_combined() {
        let line = r#"192.0.2.1 - ann [01/Jan/2024:01:00:00 +0100] "GET /a?b=1 HTTP/1.1" 200 12 "https://e.org/" "A \x22b\x22""#;
        let expected = Request {
            time: TIME,
            method: b"GET"[..].into(),
            target: b"/a?b=1"[..].into(),
            status: 200,
            bytes: 12,
            address: b"192.0.2.1"[..].into(),
            agent: Some(br#"A "b""#[..].into()),
            referrer: b"https://e.org/"[..].into(),
            ..Request::default()
        };
        assert_eq!(read(line), Ok(expected));
        assert_eq!(Combined::detect([line.as_bytes()].into_iter()).name(), "nginx combined");
    }

    #[test]
    fn reads_common_without_an_agent() {
        let request = read(r#"::1 - - [01/Jan/2024:00:00:00 +0000] "GET / HTTP/1.1" - -"#).unwrap();
        assert_eq!((request.status, request.bytes, request.agent), (0, 0, None));
    }

    #[test]
    fn finds_the_host_wherever_it_stands() {
        let host = |before: &str| {
            let line = format!(r#"{before} [01/Jan/2024:00:00:00 +0000] "GET / HTTP/1.1" 200 1"#);
            let request = read(&line).unwrap();
            let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
            (text(&request.host), text(&request.address))
        };
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(host("e.org:443 192.0.2.1 - -"), pair("e.org:443", "192.0.2.1"));
        assert_eq!(host("192.0.2.1 e.org -"), pair("e.org", "192.0.2.1"));
        assert_eq!(host("192.0.2.1 - Ann Other"), pair("", "192.0.2.1"));
        assert_eq!(host("e.org 192.0.2.1 - 0af3 -"), pair("e.org", "192.0.2.1"));
        assert_eq!(host("web  | 192.0.2.1 - -"), pair("", "192.0.2.1"));
        assert_eq!(host("Jan  1 00:00:00 web nginx: 192.0.2.1 - -"), pair("", "192.0.2.1"));
    }

    #[test]
    fn knows_fields_after_the_agent_by_their_looks() {
        let line = r#"192.0.2.1 - - [01/Jan/2024:00:00:00 +0000] "GET / HTTP/1.1" 200 1 "-" "A" "198.51.100.1, 192.0.2.9" 0.138"#;
        let request = read(line).unwrap();
        assert_eq!(&*request.forwarded, b"198.51.100.1, 192.0.2.9");
        assert_eq!(request.duration_us, Some(138_000));
        let line = r#"192.0.2.1 - - [01/Jan/2024:00:00:00 +0000] "GET / HTTP/1.1" 200 1 "-" "A" 7 "r@docker" "http://192.0.2.2:80" 5ms"#;
        assert_eq!(read(line).unwrap().duration_us, Some(5_000));
        assert_eq!(Combined::detect([line.as_bytes()].into_iter()).name(), "traefik clf");
    }

    #[test]
    fn an_agent_may_hold_quotes() {
        let agent = |written: &str| {
            let line = format!(r#"192.0.2.1 - - [01/Jan/2024:00:00:00 +0000] "GET / HTTP/1.1" 200 1 "-" {written}"#);
            read(&line).map(|request| request.agent.unwrap().into_owned())
        };
        assert_eq!(agent(r#""a "b" c""#), Ok(br#"a "b" c"#.to_vec()));
        assert_eq!(agent(r#""a\""#), Ok(b"a\\".to_vec()));
        assert_eq!(agent(r#""a b"#), Ok(b"a b".to_vec()));
        assert_eq!(agent(r#""a \x22b\"#), Ok(br#"a "b\"#.to_vec()));
        assert_eq!(agent(r#""a \"b\" c"#), Ok(br#"a "b" c"#.to_vec()));
        assert_eq!(agent(r#"""#), Ok(Vec::new()));
        assert_eq!(agent(r#""-""#), Ok(Vec::new()));
    }

    #[test]
    fn a_line_in_quotes_is_read_without_them() {
        let line = r#"192.0.2.1 - - [01/Jan/2024:00:00:00 +0000] "GET / HTTP/1.1" 200 1 "-" "A""#;
        let wrapped = format!("\"{line}\"");
        assert_eq!(read(&wrapped), read(line));
        let (common, _) = line.split_once(" \"-\"").unwrap();
        assert_eq!(read(&format!("\"{common}\"")), read(common));
    }

    #[test]
    fn says_why_a_line_is_no_request() {
        let reason =
            |written: &str| read(&format!("192.0.2.1 - - [01/Jan/2024:00:00:00 +0000] {written} 400 0")).unwrap_err();
        assert_eq!(reason(r#""""#), Malformed::NoRequest);
        assert_eq!(reason(r#""-""#), Malformed::NoRequest);
        assert_eq!(reason(r#""\x16\x03 \x01""#), Malformed::NoRequest);
        assert_eq!(reason(r#""CONNECT a:443 HTTP/1.1""#), Malformed::Target);
        assert_eq!(reason("GET /"), Malformed::Shape);
        assert_eq!(read(r#"192.0.2.1 - - [32/Jan/2024:00:00:00 +0000] "GET / HTTP/1.1" 200 1"#), Err(Malformed::Time));
        assert_eq!(read("192.0.2.1 - - [01/Jan/2024:00:00:00 +0000]"), Err(Malformed::Shape));
    }
}
