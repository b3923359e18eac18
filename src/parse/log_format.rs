//! Any nginx `log_format` string: variables between literal text.

use super::draft::Field;
use super::names::FormatError;
use super::pieces::{Escape, Piece, Pieces};

/// Compiles a format, or a whole `log_format name '…' '…';` directive.
pub(super) fn compile(text: &str) -> Result<Pieces, FormatError> {
    let source = Source::new(text)?;
    let mut pieces = Pieces { escape: source.escape, ..Pieces::default() };
    let mut at = 0;
    while let Some(&(place, byte)) = source.bytes.get(at) {
        if byte != b'$' {
            pieces.literal(byte);
            at += 1;
            continue;
        }
        let (name, next) = source.variable(at + 1);
        if name.is_empty() {
            // A lone dollar is a dollar.
            pieces.literal(byte);
            at += 1;
            continue;
        }
        push(&mut pieces, &name, place)?;
        at = next;
    }
    complete(&pieces)?;
    Ok(pieces)
}

fn push(pieces: &mut Pieces, name: &str, place: usize) -> Result<(), FormatError> {
    let field = field(name).map_or_else(|| other(name, place), Ok)?;
    let before = match pieces.list.last() {
        Some(Piece::Field(before)) => before,
        _ => {
            pieces.list.push(Piece::Field(field));
            return Ok(());
        }
    };
    // Nothing says where the first of two ends, but for a URL in two parts,
    // and for `$is_args` and the like that only add to it.
    match (before, &field) {
        (_, Field::Target | Field::Path) => pieces.list.push(Piece::Field(field)),
        (Field::Path, Field::Ignored | Field::Query) => {
            if let Some(last) = pieces.list.last_mut() {
                *last = Piece::Field(Field::Target);
            }
        }
        (Field::Target, Field::Query) => {}
        _ => return Err(FormatError::Adjacent { position: place + 1, name: format!("${name}") }),
    }
    Ok(())
}

/// A format without time or request cannot be counted by.
pub(super) fn complete(pieces: &Pieces) -> Result<(), FormatError> {
    let time = |field: &Field| matches!(field, Field::Time | Field::TimeIn(_));
    let request = |field: &Field| matches!(field, Field::Request | Field::Target | Field::Path);
    if !pieces.has(time) {
        return Err(FormatError::Missing("a time ($time_local, $time_iso8601, $msec; %d and %t, or %x)"));
    }
    if !pieces.has(request) {
        return Err(FormatError::Missing("a request ($request, $request_uri, $uri; %r or %U)"));
    }
    Ok(())
}

/// The meaning of a variable that says something about a request.
pub(super) fn field(name: &str) -> Option<Field> {
    Some(match name {
        "time_local" | "time_iso8601" | "msec" => Field::Time,
        "request" => Field::Request,
        "request_method" => Field::Method,
        "request_uri" => Field::Target,
        "uri" | "document_uri" => Field::Path,
        "args" | "query_string" => Field::Query,
        "status" => Field::Status,
        "body_bytes_sent" | "bytes_sent" => Field::Bytes,
        "remote_addr" => Field::Address,
        "http_x_forwarded_for" | "proxy_add_x_forwarded_for" => Field::Forwarded,
        "server_name" => Field::Host(1),
        "host" => Field::Host(2),
        "http_host" => Field::Host(3),
        "http_referer" => Field::Referrer,
        "http_user_agent" => Field::Agent,
        "request_time" => Field::Duration(1_000_000_000),
        "sent_http_content_type" => Field::ContentType,
        "http_sec_purpose" | "http_purpose" | "http_x_moz" | "http_x_purpose" => Field::Purpose,
        _ => return None,
    })
}

/// Variables that say nothing we keep. The list is nginx's own alphabetical
/// index of variables, for HTTP.
const IGNORED: &str = "ancient_browser arg_ binary_remote_addr bytes_received connection connection_requests \
connection_time connections_active connections_reading connections_waiting connections_writing content_length \
content_type cookie_ date_gmt date_local document_root fastcgi_path_info fastcgi_script_name geoip_area_code \
geoip_city geoip_city_continent_code geoip_city_country_code geoip_city_country_code3 geoip_city_country_name \
geoip_country_code geoip_country_code3 geoip_country_name geoip_dma_code geoip_latitude geoip_longitude \
geoip_org geoip_postal_code geoip_region geoip_region_name gzip_ratio hostname http2 http3 http_ https \
invalid_referer is_args is_request_port limit_conn_status limit_rate limit_req_status memcached_key \
modern_browser msie nginx_version pid pipe protocol proxy_host proxy_port proxy_protocol_addr \
proxy_protocol_port proxy_protocol_server_addr proxy_protocol_server_port quic random_index_ realip_remote_addr \
realip_remote_port realpath_root remote_port remote_user request_body request_body_file request_completion \
request_filename request_id request_length request_port scheme secure_link secure_link_expires sent_http_ \
sent_trailer_ server_addr server_port server_protocol session_time slice_range spdy ssl_alpn_protocol ssl_cipher \
ssl_ciphers ssl_client_cert ssl_client_escaped_cert ssl_client_fingerprint ssl_client_i_dn ssl_client_raw_cert \
ssl_client_s_dn ssl_client_serial ssl_client_v_end ssl_client_v_remain ssl_client_v_start ssl_client_verify \
ssl_curve ssl_curves ssl_early_data ssl_protocol ssl_server_name ssl_session_id ssl_session_reused ssl_sigalg \
tcpinfo_rcv_space tcpinfo_rtt tcpinfo_rttvar tcpinfo_snd_cwnd trailer_ uid_got uid_reset uid_set \
upstream_addr upstream_bytes_received upstream_bytes_sent upstream_cache_status upstream_connect_time \
upstream_cookie_ upstream_first_byte_time upstream_header_time upstream_http_ upstream_last_server_name \
upstream_queue_time upstream_response_length upstream_response_time upstream_session_time upstream_status \
upstream_trailer_ jwt_claim_ jwt_header_ otel_trace_id otel_span_id";

const USED: &str = "time_local time_iso8601 msec request request_method request_uri uri document_uri args \
query_string status body_bytes_sent bytes_sent remote_addr http_x_forwarded_for proxy_add_x_forwarded_for \
server_name host http_host http_referer http_user_agent request_time sent_http_content_type";

/// A variable of no use: one of nginx's, or one that the configuration sets.
/// What is nearly the name of a known one is taken for a slip of the pen.
fn other(name: &str, place: usize) -> Result<Field, FormatError> {
    let known = |text: &str| text == name || (text.ends_with('_') && name.starts_with(text) && name != text);
    // `$http_user_agnet` has a known prefix, but surely means something else.
    let near = super::names::nearest(name, USED.split_whitespace(), 2);
    if near.is_none() && IGNORED.split_whitespace().any(known) {
        return Ok(Field::Ignored);
    }
    if IGNORED.split_whitespace().any(|text| text == name) {
        return Ok(Field::Ignored);
    }
    let near = near.or_else(|| {
        let whole = IGNORED.split_whitespace().filter(|text| !text.ends_with('_'));
        super::names::nearest(name, USED.split_whitespace().chain(whole), (name.len() / 4).max(1))
    });
    match near {
        Some(near) => {
            Err(FormatError::Variable { position: place + 1, name: format!("${name}"), near: Some(format!("${near}")) })
        }
        None => Ok(Field::Ignored),
    }
}

/// The format's text, each byte with its place in what was given.
struct Source {
    bytes: Vec<(usize, u8)>,
    escape: Escape,
}

impl Source {
    fn new(text: &str) -> Result<Source, FormatError> {
        let begin = text.len() - text.trim_start().len();
        match text[begin..].strip_prefix("log_format") {
            Some(rest) if rest.starts_with(char::is_whitespace) => {
                Source::directive(text.as_bytes(), begin + "log_format".len())
            }
            _ => Ok(Source { bytes: text.bytes().enumerate().collect(), escape: Escape::Default }),
        }
    }

    /// `log_format name escape=json 'part' 'part';`
    fn directive(text: &[u8], mut at: usize) -> Result<Source, FormatError> {
        let mut source = Source { bytes: Vec::new(), escape: Escape::Default };
        let (mut words, mut closed) = (0, false);
        while let Some(&byte) = text.get(at) {
            match byte {
                space if space.is_ascii_whitespace() => at += 1,
                b';' => {
                    closed = true;
                    break;
                }
                b'#' => at += text[at..].iter().take_while(|&&b| b != b'\n').count(),
                quote @ (b'\'' | b'"') => at = source.quoted(text, at + 1, quote)?,
                _ => {
                    let end = at + text[at..].iter().take_while(|b| !b.is_ascii_whitespace() && **b != b';').count();
                    match &text[at..end] {
                        _ if words == 0 => {}
                        b"escape=json" => source.escape = Escape::Json,
                        b"escape=none" => source.escape = Escape::None,
                        b"escape=default" => {}
                        word => source.bytes.extend((at..).zip(word.iter().copied())),
                    }
                    words += 1;
                    at = end;
                }
            }
        }
        if source.bytes.is_empty() || !closed && text.contains(&b';') {
            return Err(FormatError::Directive);
        }
        Ok(source)
    }

    /// One quoted part; gives back the position after it.
    fn quoted(&mut self, text: &[u8], mut at: usize, quote: u8) -> Result<usize, FormatError> {
        while let Some(&byte) = text.get(at) {
            let (value, width) = match (byte, text.get(at + 1)) {
                (b'\\', Some(b't')) => (b'\t', 2),
                (b'\\', Some(b'n')) => (b'\n', 2),
                (b'\\', Some(b'r')) => (b'\r', 2),
                (b'\\', Some(&next @ (b'"' | b'\'' | b'\\'))) => (next, 2),
                _ if byte == quote => return Ok(at + 1),
                _ => (byte, 1),
            };
            self.bytes.push((at, value));
            at += width;
        }
        Err(FormatError::Directive)
    }

    /// The variable's name after a dollar, and where it ends.
    fn variable(&self, at: usize) -> (String, usize) {
        let braces = self.bytes.get(at).is_some_and(|(_, b)| *b == b'{');
        let start = at + usize::from(braces);
        let name: String = self.bytes[start.min(self.bytes.len())..]
            .iter()
            .map(|(_, b)| char::from(*b))
            .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
            .collect();
        let end = start + name.len();
        let closed = braces && self.bytes.get(end).is_some_and(|(_, b)| *b == b'}');
        (name, end + usize::from(closed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Malformed;

    const LINE: &[u8] = br#"192.0.2.1 - ann [01/Jan/2024:00:00:00 +0000] "GET /a HTTP/1.1" 200 5 0.138 "A \x22""#;

    #[test]
    fn compiles_any_format() {
        let text = r#"$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent $request_time "$http_user_agent""#;
        let request = compile(text).unwrap().parse(LINE).unwrap();
        assert_eq!(request.time, 1_704_067_200);
        assert_eq!((&*request.method, &*request.target), (&b"GET"[..], &b"/a"[..]));
        assert_eq!((request.status, request.bytes, request.duration_us), (200, 5, Some(138_000)));
        assert_eq!(request.agent.as_deref(), Some(&b"A \""[..]));
        assert_eq!(compile(text).unwrap().parse(b"something else"), Err(Malformed::Shape));
    }

    #[test]
    fn takes_a_whole_directive() {
        let text = "log_format main '$remote_addr - ${remote_user} [$time_local] '\n  '\"$request\" $status $body_bytes_sent '\n  '$request_time \"$http_user_agent\"';";
        assert_eq!(compile(text).unwrap().parse(LINE).unwrap().bytes, 5);
    }

    #[test]
    fn any_white_space_parts_a_directive() {
        let text = "log_format\tm\u{c}'[$time_local]\u{b}\"$request\"'\u{c};";
        assert!(compile(text).is_ok(), "a form feed is white space, and ends no loop");
    }

    #[test]
    fn takes_json_made_of_variables() {
        let text = r#"log_format j escape=json '{"t":"$time_iso8601","u":"$request_uri","m":"$request_method","a":"$http_user_agent"}';"#;
        let line = br#"{"t":"2024-01-01T00:00:00+00:00","u":"/a","m":"GET","a":"x\"y"}"#;
        let request = compile(text).unwrap().parse(line).unwrap();
        assert_eq!(request.agent.as_deref(), Some(&b"x\"y"[..]));
    }

    #[test]
    fn joins_what_makes_a_url() {
        let text = "$msec $request_method $scheme://$host$uri$is_args$args $status";
        let request = compile(text).unwrap().parse(b"1704067200.123 GET https://e.org/a?b=1 200").unwrap();
        assert_eq!((&*request.host, &*request.target), (&b"e.org"[..], &b"/a?b=1"[..]));
    }

    #[test]
    fn names_the_nearest_variable() {
        let message = |text: &str| compile(text).unwrap_err().to_string();
        assert_eq!(
            message("$remote_adr [$time_local] \"$request\""),
            "unknown variable $remote_adr at position 1: did you mean $remote_addr?"
        );
        assert_eq!(
            message("[$time_local] \"$request\" \"$http_user_agnet\""),
            "unknown variable $http_user_agnet at position 27: did you mean $http_user_agent?"
        );
        assert_eq!(
            message("$remote_addr \"$request\""),
            "the format has no field for a time ($time_local, $time_iso8601, $msec; %d and %t, or %x)"
        );
        assert_eq!(
            message("[$time_local] \"$request\" $status$body_bytes_sent"),
            "nothing stands before $body_bytes_sent at position 33 to tell it from the field before it"
        );
        assert!(compile("$my_own_thing [$time_local] \"$request\" $upstream_response_time $http_x_real_ip").is_ok());
    }
}
