//! What others put before a log line: `docker compose` its service, syslog and
//! journald time, host and process.

use super::time::{Civil, clock, iso, month};
use memchr::memchr;

/// The line without such a prefix; `None` if it has none.
pub(super) fn strip(line: &[u8]) -> Option<&[u8]> {
    compose(line).or_else(|| syslog(line))
}

/// The JSON object of a line, with or without a prefix.
pub(super) fn json(line: &[u8]) -> Option<&[u8]> {
    let line = line.trim_ascii_start();
    if line.starts_with(b"{") {
        return Some(line);
    }
    strip(line).filter(|rest| rest.starts_with(b"{"))
}

/// `caddy-1  | `: a name, spaces, a bar.
fn compose(line: &[u8]) -> Option<&[u8]> {
    let head = &line[..line.len().min(96)];
    let bar = memchr(b'|', head)?;
    let name = head[..bar].trim_ascii_end();
    let named = !name.is_empty()
        && name.len() < bar
        && name.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    if !named {
        return None;
    }
    Some(line[bar + 1..].trim_ascii_start())
}

/// `Jan  3 09:47:02 host nginx[12]: ` or `<13>2024-01-01T00:00:00Z host nginx: `.
fn syslog(line: &[u8]) -> Option<&[u8]> {
    let line = priority(line);
    let rest = bsd_time(line).or_else(|| iso_time(line))?.strip_prefix(b" ")?;
    let host = memchr(b' ', rest)?;
    let rest = &rest[host + 1..];
    let tag = memchr(b' ', rest)?;
    (host > 0 && tag > 1 && rest[tag - 1] == b':').then(|| rest[tag..].trim_ascii_start())
}

fn priority(line: &[u8]) -> &[u8] {
    match (line.first(), memchr(b'>', &line[..line.len().min(6)])) {
        (Some(b'<'), Some(end)) => &line[end + 1..],
        _ => line,
    }
}

fn bsd_time(line: &[u8]) -> Option<&[u8]> {
    let [m1, m2, m3, b' ', d1, d2, b' ', rest @ ..] = line else {
        return None;
    };
    month([*m1, *m2, *m3])?;
    let day = matches!(d1, b' ' | b'0'..=b'3') && d2.is_ascii_digit();
    let rest = clock(rest, &mut Civil::default())?;
    day.then_some(rest)
}

fn iso_time(line: &[u8]) -> Option<&[u8]> {
    let end = memchr(b' ', &line[..line.len().min(40)])?;
    iso(&line[..end])?;
    Some(&line[end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_off_what_others_put_before() {
        assert_eq!(json(b"caddy-1  | {\"a\":1}"), Some(&b"{\"a\":1}"[..]));
        assert_eq!(json(b"Jan  3 09:47:02 web caddy[12]: {}"), Some(&b"{}"[..]));
        assert_eq!(json(b"<13>2024-01-01T00:00:00.5+01:00 web caddy: {}"), Some(&b"{}"[..]));
        assert_eq!(json(b"{}"), Some(&b"{}"[..]));
        assert_eq!(strip(b"192.0.2.1 - - [01/Jan/2024"), None);
        assert_eq!(strip(b"[client 192.0.2.1] a | b"), None);
        assert_eq!(strip(b"2024-01-01T00:00:00Z stdout F {}"), None);
    }
}
