//! JSON objects that somebody's `log_format escape=json` makes: the keys are
//! anyone's choice, so many names are known for each field. Cloudflare's
//! Logpush is another set of names.

use super::draft::{Draft, Field};
use super::envelope;
use super::json::{Scanner, Value};
use crate::model::{Malformed, Request};

/// Reads one line.
pub(super) fn parse(line: &[u8]) -> Result<Request<'_>, Malformed> {
    let object = envelope::json(line).ok_or(Malformed::Shape)?;
    let mut draft = Draft::default();
    let (mut failed, mut has_request, mut zap) = (Ok(()), false, 0);
    let complete = Scanner::new(object).flatten(&mut |path, value| {
        zap += usize::from(path == b"logger" || path == b"ts");
        let Some(field) = field(path) else { return };
        let text = value.text();
        // An object in a field of that name (`"host":{…}`) is something else.
        let is_request = matches!(field, Field::Request | Field::Target | Field::Path);
        if is_request && matches!(value, Value::Bare(_)) {
            return;
        }
        has_request |= is_request;
        let result = draft.set(&field, text);
        if failed.is_ok() {
            failed = result;
        }
    });
    complete.ok_or(Malformed::Shape)?;
    // Caddy's messages and what else zap writes: never nginx.
    if !has_request || zap == 2 {
        return Err(Malformed::OtherLogger);
    }
    failed?;
    draft.finish()
}

/// Whether a line has Cloudflare's keys.
pub(super) fn is_cloudflare(line: &[u8]) -> bool {
    memchr::memmem::find(line, b"\"ClientRequest").is_some()
}

/// The meaning of a key. nginx's variables, and what people call them.
pub(super) fn field(path: &[u8]) -> Option<Field> {
    let mut name = [0; 40];
    let name = name.get_mut(..path.len())?;
    for (to, from) in name.iter_mut().zip(path) {
        *to = if *from == b'-' { b'_' } else { from.to_ascii_lowercase() };
    }
    let name = std::str::from_utf8(name).ok()?;
    if let Some(field) = super::log_format::field(name) {
        return Some(field);
    }
    Some(match name {
        "timestamp" | "@timestamp" | "time" | "date" | "datetime" | "time_stamp" | "ts" | "time_msec"
        | "edgestarttimestamp" => Field::Time,
        "request_line" | "http.request.line" => Field::Request,
        "method" | "verb" | "http_method" | "request.method" | "http.request.method" | "clientrequestmethod" => {
            Field::Method
        }
        "url" | "path" | "request_url" | "request_path" | "target" | "request.uri" | "request.url" | "request.path"
        | "url.original" | "http.url" | "clientrequesturi" => Field::Target,
        "clientrequestpath" => Field::Path,
        "query" | "url.query" => Field::Query,
        "status_code"
        | "http_status"
        | "code"
        | "response"
        | "response_status"
        | "response.status"
        | "http.response.status_code"
        | "edgeresponsestatus" => Field::Status,
        "bytes"
        | "size"
        | "length"
        | "bytes_out"
        | "response_size"
        | "body_bytes"
        | "body_size"
        | "http.response.body.bytes"
        | "edgeresponsebytes" => Field::Bytes,
        "remote_ip" | "client_ip" | "clientip" | "client" | "ip" | "remote_address" | "remote" | "client.ip"
        | "client.address" | "source.ip" | "source.address" => Field::Address,
        "x_forwarded_for" | "xff" | "forwarded_for" | "http_xff" | "http_x_real_ip" => Field::Forwarded,
        "domain" | "servername" | "server" => Field::Host(1),
        "vhost" | "hostname" | "virtual_host" | "request.host" | "clientrequesthost" => Field::Host(2),
        "url.domain" => Field::Host(3),
        "http_referrer"
        | "referer"
        | "referrer"
        | "http.request.referrer"
        | "request.headers.referer"
        | "clientrequestreferer" => Field::Referrer,
        "user_agent"
        | "useragent"
        | "agent"
        | "ua"
        | "http_agent"
        | "user_agent.original"
        | "request.headers.user_agent"
        | "clientrequestuseragent" => Field::Agent,
        "response_time" | "duration" | "request_duration" => Field::Duration(1_000_000_000),
        "generation_time_milli" | "duration_ms" | "request_time_ms" | "response_time_ms" | "time_ms" => {
            Field::Duration(1_000_000)
        }
        "content_type" | "response_content_type" | "edgeresponsecontenttype" => Field::ContentType,
        "sec_purpose" | "purpose" | "x_moz" | "x_purpose" => Field::Purpose,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_nginx_variables_as_keys() {
        let line = br#"{"time_local":"01/Jan/2024:00:00:00 +0000","remote_addr":"192.0.2.1","request":"GET /a HTTP/1.1","status":"200","body_bytes_sent":5,"request_time":0.138,"http_user_agent":"A\u0022","http_host":"e.org:80","server_name":"_","http_x_forwarded_for":"-"}"#;
        let request = parse(line).unwrap();
        assert_eq!((request.time, request.status, request.bytes), (1_704_067_200, 200, 5));
        assert_eq!((&*request.target, &*request.host), (&b"/a"[..], &b"e.org:80"[..]));
        assert_eq!(request.agent.as_deref(), Some(&b"A\""[..]));
        assert_eq!((&*request.forwarded, request.duration_us), (&b""[..], Some(138_000)));
    }

    #[test]
    fn reads_other_names_and_nested_keys() {
        let line = br#"{"@timestamp":"2024-01-01T00:00:00Z","client":{"ip":"192.0.2.1"},"request":{"method":"HEAD","uri":"/a"},"response":{"status":204}}"#;
        let request = parse(line).unwrap();
        assert_eq!((&*request.method, &*request.target), (&b"HEAD"[..], &b"/a"[..]));
        assert_eq!((&*request.address, request.status, request.agent), (&b"192.0.2.1"[..], 204, None));
    }

    #[test]
    fn reads_cloudflare() {
        let line = br#"{"ClientIP":"192.0.2.1","ClientRequestHost":"e.org","ClientRequestMethod":"GET","ClientRequestURI":"/a?b","EdgeStartTimestamp":1704067200000000000,"EdgeResponseStatus":200,"EdgeResponseBytes":7,"ClientRequestUserAgent":""}"#;
        let request = parse(line).unwrap();
        assert_eq!((request.time, request.bytes), (1_704_067_200, 7));
        assert_eq!((&*request.host, &*request.target), (&b"e.org"[..], &b"/a?b"[..]));
        assert_eq!(request.agent.as_deref(), Some(&b""[..]));
        assert!(is_cloudflare(line));
    }

    #[test]
    fn other_objects_are_no_requests() {
        assert_eq!(parse(br#"{"time":"2024-01-01T00:00:00Z","msg":"started"}"#), Err(Malformed::OtherLogger));
        assert_eq!(parse(br#"{"time":"2024-01-01T00:00:00Z","uri":"/a"#), Err(Malformed::Shape));
        assert_eq!(parse(br#"{"uri":"/a"}"#), Err(Malformed::Time));
    }
}
