//! Caddy 2's JSON log, of every version: the access log among the messages of
//! other loggers, behind `docker compose` or journald, too.

use super::json::Scanner;
use super::scan::{count, duration_us, status};
use super::{envelope, request_line, time};
use crate::model::{Malformed, Request};
use std::borrow::Cow;

/// What a line says beside the request's own fields.
#[derive(Default)]
struct Line<'a> {
    request: Request<'a>,
    time: Option<i64>,
    logger: Option<&'a [u8]>,
    has_level: bool,
    has_request: bool,
    has_status: bool,
    remote: &'a [u8],
    client: &'a [u8],
}

/// Reads one line.
pub(super) fn parse(line: &[u8]) -> Result<Request<'_>, Malformed> {
    let object = envelope::json(line).ok_or(Malformed::Shape)?;
    let mut line = Line::default();
    let complete = Scanner::new(object).object(|scanner, key| line.key(scanner, key));
    complete.ok_or(Malformed::Shape)?;
    let access = match line.logger {
        // `http.log.error` and handlers repeat requests of the access log.
        Some(logger) => logger.starts_with(b"http.log.access"),
        None => line.has_request && line.has_status,
    };
    if !access || !line.has_request {
        let caddy = line.has_level || line.logger.is_some() || line.has_request;
        return Err(if caddy { Malformed::OtherLogger } else { Malformed::Shape });
    }
    line.finish()
}

/// Whether a line that is no request is one of Caddy's messages: zap's keys in
/// zap's order.
pub(super) fn is_message(line: &[u8]) -> bool {
    envelope::json(line).is_some_and(|object| {
        object.starts_with(b"{\"level\":\"") && {
            let head = &object[..object.len().min(64)];
            memchr::memmem::find(head, b"\",\"ts\":").is_some()
        }
    })
}

impl<'a> Line<'a> {
    fn key(&mut self, scanner: &mut Scanner<'a>, key: &[u8]) -> Option<()> {
        match key {
            b"ts" | b"time" | b"timestamp" | b"@timestamp" => self.time = time::any(scanner.scalar()?.raw()),
            b"level" => {
                self.has_level = true;
                scanner.skip()?;
            }
            b"logger" => self.logger = Some(scanner.scalar()?.raw()),
            b"request" => {
                self.has_request = true;
                scanner.object(|scanner, key| self.request_key(scanner, key))?;
            }
            b"status" => {
                self.has_status = true;
                self.request.status = status(scanner.scalar()?.raw()).unwrap_or(0);
            }
            b"size" => self.request.bytes = count(scanner.scalar()?.raw()).unwrap_or(0),
            b"duration" => self.request.duration_us = duration(scanner.scalar()?.raw()),
            b"resp_headers" => scanner.object(|scanner, key| {
                if key.eq_ignore_ascii_case(b"content-type") {
                    self.request.content_type = scanner.first_text()?;
                    return Some(());
                }
                scanner.skip()
            })?,
            _ => scanner.skip()?,
        }
        Some(())
    }

    fn request_key(&mut self, scanner: &mut Scanner<'a>, key: &[u8]) -> Option<()> {
        match key {
            b"client_ip" => self.client = scanner.scalar()?.raw(),
            b"remote_ip" => self.remote = scanner.scalar()?.raw(),
            // Up to 2.4, with a port.
            b"remote_addr" => self.remote = super::scan::without_port(scanner.scalar()?.raw()),
            b"method" => self.request.method = scanner.scalar()?.text(),
            b"host" => self.request.host = scanner.scalar()?.text(),
            b"uri" => self.request.target = scanner.scalar()?.text(),
            b"headers" => {
                self.request.agent = Some(Cow::default());
                scanner.object(|scanner, key| self.header(scanner, key))?;
            }
            _ => scanner.skip()?,
        }
        Some(())
    }

    fn header(&mut self, scanner: &mut Scanner<'a>, key: &[u8]) -> Option<()> {
        let is = |name: &[u8]| key.eq_ignore_ascii_case(name);
        // By length first: most headers are none of ours.
        match key.len() {
            10 if is(b"user-agent") => self.request.agent = Some(scanner.first_text()?),
            7 if is(b"referer") => self.request.referrer = scanner.first_text()?,
            15 if is(b"x-forwarded-for") => self.request.forwarded = scanner.first_text()?,
            11 if is(b"sec-purpose") => self.request.purpose = scanner.first_text()?,
            9 if is(b"x-purpose") => self.request.purpose = scanner.first_text()?,
            7 if is(b"purpose") => self.request.purpose = scanner.first_text()?,
            5 if is(b"x-moz") => self.request.purpose = scanner.first_text()?,
            _ => scanner.skip()?,
        }
        Some(())
    }

    fn finish(self) -> Result<Request<'a>, Malformed> {
        let mut request = self.request;
        request.time = self.time.ok_or(Malformed::Time)?;
        // Caddy has looked through the proxies it was told to trust.
        request.address = Cow::Borrowed(if self.client.is_empty() { self.remote } else { self.client });
        if request.agent.as_deref() == Some(b"-") {
            request.agent = Some(Cow::default());
        }
        if request.method.is_empty() || request.target.is_empty() {
            return Err(Malformed::NoRequest);
        }
        request_line::check(&request.method, &request.target)?;
        Ok(request)
    }
}

/// Seconds as a number, nanoseconds as a whole one, or Go's `1m2.5s`.
fn duration(raw: &[u8]) -> Option<u64> {
    match raw.last()? {
        b'0'..=b'9' => match super::scan::integer(raw) {
            // Nobody waits a thousand seconds to the second.
            Some(whole) if whole >= 1000 => Some(whole / 1000),
            _ => duration_us(raw, 1e6),
        },
        _ => go_duration(raw),
    }
}

fn go_duration(mut raw: &[u8]) -> Option<u64> {
    let mut sum = 0u64;
    while !raw.is_empty() {
        let digits = raw.iter().take_while(|b| b.is_ascii_digit() || **b == b'.').count();
        let (number, rest) = raw.split_at(digits);
        let letters = rest.iter().take_while(|b| !b.is_ascii_digit() && **b != b'.').count();
        let (unit, rest) = rest.split_at(letters);
        let unit_us = match unit {
            b"h" => 3.6e9,
            b"m" => 6e7,
            b"s" => 1e6,
            b"ms" => 1e3,
            b"ns" => 1e-3,
            // Written with U+00B5 or U+03BC; the log may have escaped it.
            _ if unit.ends_with(b"s") && unit.len() <= 3 => 1.0,
            _ => return None,
        };
        sum = sum.checked_add(duration_us(number, unit_us)?)?;
        raw = rest;
    }
    Some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_access_log() {
        let line = br#"{"level":"info","ts":1704067200.5,"logger":"http.log.access.log0","msg":"handled request","request":{"remote_ip":"192.0.2.9","remote_port":"1","client_ip":"192.0.2.1","proto":"HTTP/2.0","method":"GET","host":"e.org:8443","uri":"/a?b","headers":{"user-agent":["A \"b\""],"Referer":["https://e.net/"],"Sec-Purpose":["prefetch"],"Cookie":[]}},"bytes_read":0,"user_id":"","duration":0.0015,"size":7,"status":200,"resp_headers":{"Content-Type":["text/html"]}}"#;
        let expected = Request {
            time: 1_704_067_200,
            method: b"GET"[..].into(),
            target: b"/a?b"[..].into(),
            status: 200,
            bytes: 7,
            address: b"192.0.2.1"[..].into(),
            agent: Some(br#"A "b""#[..].into()),
            referrer: b"https://e.net/"[..].into(),
            host: b"e.org:8443"[..].into(),
            duration_us: Some(1500),
            content_type: b"text/html"[..].into(),
            purpose: b"prefetch"[..].into(),
            ..Request::default()
        };
        assert_eq!(parse(line), Ok(expected.clone()));
        let behind = [b"caddy-1  | ", &line[..]].concat();
        assert_eq!(parse(&behind), Ok(expected));
    }

    #[test]
    fn reads_older_versions() {
        let line = br#"{"level":"info","ts":"2024/01/01 00:00:00.123","logger":"http.log.access","msg":"handled request","request":{"remote_addr":"[2001:db8::1]:99","proto":"HTTP/1.1","method":"GET","host":"e.org","uri":"/","headers":{}},"common_log":"x","duration":"1.5ms","size":0,"status":0,"resp_headers":{}}"#;
        let request = parse(line).unwrap();
        assert_eq!((&*request.address, request.duration_us), (&b"2001:db8::1"[..], Some(1500)));
        assert_eq!((request.time, request.agent.as_deref()), (1_704_067_200, Some(&b""[..])));
    }

    #[test]
    fn other_loggers_are_no_requests() {
        let line = br#"{"level":"error","ts":1704067200,"logger":"http.log.error","msg":"x","request":{"method":"GET","uri":"/"},"status":502}"#;
        assert_eq!(parse(line), Err(Malformed::OtherLogger));
        assert!(is_message(line));
        assert_eq!(parse(br#"{"level":"info","ts":1,"msg":"started"}"#), Err(Malformed::OtherLogger));
        assert_eq!(parse(b"started"), Err(Malformed::Shape));
    }

    #[test]
    fn reads_durations_as_go_writes_them() {
        assert_eq!(duration(b"1m2.5s"), Some(62_500_000));
        assert_eq!(duration("12µs".as_bytes()), Some(12));
        assert_eq!(duration(b"1335486"), Some(1335));
        assert_eq!(duration(b"2"), Some(2_000_000));
        assert_eq!(duration(b"x"), None);
    }
}
