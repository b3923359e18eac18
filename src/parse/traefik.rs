//! Traefik's JSON access log. Its common log format is one of `combined`'s.

use super::draft::{Draft, Field};
use super::json::{Scanner, Value};
use super::{draft, envelope};
use crate::model::{Malformed, Request};

/// Reads one line.
pub(super) fn parse(line: &[u8]) -> Result<Request<'_>, Malformed> {
    let object = envelope::json(line).ok_or(Malformed::Shape)?;
    let mut draft = Draft::default();
    let (mut failed, mut started, mut traefik) = (Ok(()), None, false);
    let (mut peer, mut client): (&[u8], &[u8]) = (b"", b"");
    let complete = Scanner::new(object).object(|scanner, key| {
        let value = scanner.scalar()?;
        match key {
            b"ClientAddr" => peer = value.raw(),
            b"ClientHost" => client = value.raw(),
            b"StartUTC" => started = Some(value),
            b"time" | b"StartLocal" if started.is_none() => started = Some(value),
            _ => {
                traefik |= key.starts_with(b"Request") || key.starts_with(b"Downstream");
                let result = field(key).map_or(Ok(()), |field| draft.set(&field, value.text()));
                if failed.is_ok() {
                    failed = result;
                }
            }
        }
        Some(())
    });
    complete.ok_or(Malformed::Shape)?;
    if !traefik {
        return Err(Malformed::OtherLogger);
    }
    failed?;
    draft.set(&Field::Time, started.map(Value::text).unwrap_or_default())?;
    if client.is_empty() || client.contains(&b',') {
        // A middleware put the whole X-Forwarded-For where the client was.
        draft.request.forwarded = client.into();
        draft.request.address = draft::address(peer);
    } else {
        draft.request.address = draft::address(client);
    }
    draft.finish()
}

fn field(key: &[u8]) -> Option<Field> {
    Some(match key {
        b"RequestMethod" => Field::Method,
        b"RequestPath" => Field::Target,
        b"RequestHost" => Field::Host(1),
        b"RequestAddr" => Field::Host(0),
        b"DownstreamStatus" => Field::Status,
        b"DownstreamContentSize" => Field::Bytes,
        b"Duration" => Field::Duration(1),
        _ => {
            let (side, name) = key.split_at(memchr::memchr(b'_', key)?);
            let is = |text: &[u8]| name[1..].eq_ignore_ascii_case(text);
            match side {
                b"request" if is(b"user-agent") => Field::Agent,
                b"request" if is(b"referer") => Field::Referrer,
                b"request" if is(b"x-forwarded-for") => Field::Forwarded,
                b"request" if is(b"sec-purpose") || is(b"purpose") || is(b"x-moz") => Field::Purpose,
                b"downstream" if is(b"content-type") => Field::ContentType,
                _ => return None,
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_access_log() {
        let line = br#"{"ClientAddr":"192.0.2.1:99","ClientHost":"192.0.2.1","DownstreamContentSize":7,"DownstreamStatus":200,"Duration":357313,"RequestHost":"e.org","RequestMethod":"GET","RequestPath":"/a","ServiceURL":{"Scheme":"http"},"StartUTC":"2024-01-01T00:00:00.5Z","downstream_Content-Type":"text/html","request_User-Agent":"A","time":"2024-01-01T00:00:01Z"}"#;
        let request = parse(line).unwrap();
        assert_eq!((request.time, request.status, request.bytes), (1_704_067_200, 200, 7));
        assert_eq!((&*request.address, &*request.host), (&b"192.0.2.1"[..], &b"e.org"[..]));
        assert_eq!((request.duration_us, request.agent.as_deref()), (Some(357), Some(&b"A"[..])));
    }

    #[test]
    fn its_messages_are_no_requests() {
        let line = br#"{"level":"info","msg":"Configuration loaded","time":"2024-01-01T00:00:01Z"}"#;
        assert_eq!(parse(line), Err(Malformed::OtherLogger));
    }
}
