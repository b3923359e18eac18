//! Access logs of Amazon's load balancers (ALB, and ELB before it) and of S3.
//! CloudFront's is a W3C log.

use super::draft::address;
use super::scan::{count, dash, duration_us, quoted, status, text, word};
use super::{request_line, time};
use crate::model::{Malformed, Request};
use std::borrow::Cow;

/// The fields of a line, one after another.
struct Words<'a> {
    line: &'a [u8],
    at: usize,
}

impl<'a> Words<'a> {
    fn new(line: &'a [u8]) -> Words<'a> {
        Words { line, at: 0 }
    }

    fn next(&mut self) -> Result<&'a [u8], Malformed> {
        let line = self.line;
        let (field, end) = match line.get(self.at) {
            None => return Err(Malformed::Shape),
            Some(b'"') => {
                let (field, end) = quoted(line, self.at).ok_or(Malformed::Shape)?;
                (field.raw, end)
            }
            Some(b'[') => {
                let end = memchr::memchr(b']', &line[self.at..]).ok_or(Malformed::Shape)?;
                (&line[self.at + 1..self.at + end], self.at + end + 1)
            }
            Some(_) => word(line, self.at),
        };
        self.at = end + 1;
        if field.is_empty() && line.get(self.at.saturating_sub(2)) != Some(&b'"') {
            return Err(Malformed::Shape);
        }
        Ok(field)
    }

    fn skip(&mut self, count: usize) -> Result<(), Malformed> {
        (0..count).try_for_each(|_| self.next().map(|_| ()))
    }
}

/// Reads a line of an Application Load Balancer.
pub(super) fn alb(line: &[u8]) -> Result<Request<'_>, Malformed> {
    let mut words = Words::new(line);
    if !matches!(words.next()?, b"http" | b"https" | b"h2" | b"grpcs" | b"ws" | b"wss") {
        return Err(Malformed::Shape);
    }
    balancer(words)
}

/// Reads a line of a Classic Load Balancer.
pub(super) fn elb(line: &[u8]) -> Result<Request<'_>, Malformed> {
    balancer(Words::new(line))
}

fn balancer(mut words: Words<'_>) -> Result<Request<'_>, Malformed> {
    let stamp = words.next()?;
    if stamp.len() < 20 || stamp[4] != b'-' {
        return Err(Malformed::Shape);
    }
    words.skip(1)?;
    let client = words.next()?;
    words.skip(1)?;
    let times = [words.next()?, words.next()?, words.next()?];
    let is_time = |time: &&[u8]| matches!(*time, b"-1" | b"-") || super::scan::decimal(time).is_some();
    if !times.iter().all(is_time) {
        return Err(Malformed::Shape);
    }
    let status = status(words.next()?).ok_or(Malformed::Shape)?;
    words.skip(2)?;
    let bytes = count(words.next()?).ok_or(Malformed::Shape)?;
    let line = words.next()?;
    let agent = words.next()?;
    let mut request = Request {
        time: time::iso(stamp).ok_or(Malformed::Time)?,
        status,
        bytes,
        address: address(client),
        agent: Some(text(agent)),
        // -1 where the balancer could not reach a target.
        duration_us: times.iter().map(|time| duration_us(time, 1e6)).sum(),
        ..Request::default()
    };
    request_line::set(text(line), &mut request)?;
    request.host = match &request.target {
        Cow::Borrowed(target) => Cow::Borrowed(request_line::authority(target)),
        Cow::Owned(target) => Cow::Owned(request_line::authority(target).to_vec()),
    };
    Ok(request)
}

/// Reads a line of S3's server access log.
pub(super) fn s3(line: &[u8]) -> Result<Request<'_>, Malformed> {
    let mut words = Words::new(line);
    words.skip(1)?;
    let bucket = words.next()?;
    let bracket = line.get(words.at) == Some(&b'[');
    let stamp = words.next()?;
    let client = words.next()?;
    words.skip(2)?;
    let operation = words.next()?;
    if !bracket || memchr::memchr(b'.', operation).is_none() {
        return Err(Malformed::Shape);
    }
    words.skip(1)?;
    let line = words.next()?;
    let status = status(words.next()?).ok_or(Malformed::Shape)?;
    words.skip(1)?;
    let bytes = count(words.next()?).ok_or(Malformed::Shape)?;
    words.skip(1)?;
    let total_ms = words.next()?;
    words.skip(1)?;
    let (referrer, agent) = (words.next()?, words.next()?);
    let mut request = Request {
        time: time::clf(stamp).ok_or(Malformed::Time)?,
        status,
        bytes,
        address: Cow::Borrowed(dash(client)),
        host: Cow::Borrowed(dash(bucket)),
        referrer: text(referrer),
        agent: Some(text(agent)),
        duration_us: duration_us(total_ms, 1e3),
        ..Request::default()
    };
    request_line::set(text(line), &mut request)?;
    Ok(request)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_load_balancers() {
        let rest =
            r#"app/lb 192.0.2.1:99 10.0.0.1:80 0.001 0.1 0.0005 200 200 5 7 "GET https://e.org:443/a?b HTTP/1.1" "A""#;
        let classic = format!("2024-01-01T00:00:00.5Z {rest} - -");
        let request = elb(classic.as_bytes()).unwrap();
        assert_eq!((request.time, request.status, request.bytes), (1_704_067_200, 200, 7));
        assert_eq!((&*request.host, &*request.target), (&b"e.org:443"[..], &b"https://e.org:443/a?b"[..]));
        assert_eq!((&*request.address, request.duration_us), (&b"192.0.2.1"[..], Some(101_500)));
        let application = format!("h2 {classic}");
        assert_eq!(alb(application.as_bytes()), Ok(request));
        assert_eq!(alb(classic.as_bytes()), Err(Malformed::Shape));
    }

    #[test]
    fn a_connection_is_no_request() {
        let line = br#"2024-01-01T00:00:00.5Z lb 192.0.2.1:99 - -1 -1 -1 - - 82 305 "- - - " "-" - -"#;
        assert_eq!(elb(line), Err(Malformed::NoRequest));
    }

    #[test]
    fn reads_s3() {
        let line = br#"0af3 www.e.org [01/Jan/2024:00:00:00 +0000] 192.0.2.1 - 3E57 WEBSITE.GET.OBJECT a.html "GET /a.html HTTP/1.1" 200 - 7 7 12 11 "-" "A" -"#;
        let request = s3(line).unwrap();
        assert_eq!((&*request.host, request.bytes, request.duration_us), (&b"www.e.org"[..], 7, Some(12_000)));
        assert_eq!(s3(&line[..line.len() - 10]), Err(Malformed::Shape));
    }
}
