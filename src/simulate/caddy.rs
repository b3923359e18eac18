//! The JSON lines of Caddy 2.

use super::line::{Draft, decimal, digits};
use super::places::Address;

/// Other lines that end up in the same file: level, logger and message.
const NOISE: &[&str] = &[
    r#","logger":"tls.cache.maintenance","msg":"started background certificate maintenance","cache":"0xc0004d1b80"}"#,
    r#","logger":"tls","msg":"storage cleaning happened too recently; skipping for now","storage":"FileStorage:/data/caddy"}"#,
    r#","logger":"http.log.error","msg":"dial tcp 127.0.0.1:8080: connect: connection refused"}"#,
];

pub(super) fn write(address: &Address, host: &str, draft: &Draft, out: &mut Vec<u8>) {
    out.extend_from_slice(br#"{"level":""#);
    let level: &[u8] = if draft.status < 500 { b"info" } else { b"error" };
    out.extend_from_slice(level);
    out.extend_from_slice(br#"","ts":"#);
    time(draft, out);
    text(
        br#","logger":"http.log.access.log0","msg":"handled request","request":{"remote_ip":""#,
        address.as_bytes(),
        out,
    );
    out.extend_from_slice(br#"","remote_port":""#);
    decimal(u64::from(32_768 + draft.took % 28_000), out);
    text(br#"","client_ip":""#, address.as_bytes(), out);
    text(br#"","proto":""#, draft.protocol.as_bytes(), out);
    text(br#"","method":""#, draft.method.as_bytes(), out);
    text(br#"","host":""#, host.as_bytes(), out);
    text(br#"","uri":""#, &draft.target, out);
    out.extend_from_slice(br#"","headers":{"#);
    headers(draft, out);
    text(
        br#"},"tls":{"resumed":false,"version":772,"cipher_suite":4865,"proto":"h2","server_name":""#,
        host.as_bytes(),
        out,
    );
    out.extend_from_slice(br#""}},"bytes_read":0,"user_id":"","duration":"#);
    decimal(u64::from(draft.took / 1_000_000), out);
    out.push(b'.');
    digits::<6>(draft.took % 1_000_000, out);
    out.extend_from_slice(br#","size":"#);
    decimal(u64::from(draft.size), out);
    out.extend_from_slice(br#","status":"#);
    decimal(u64::from(draft.status), out);
    out.extend_from_slice(br#","resp_headers":{"Server":["Caddy"],"Alt-Svc":["h3=\":443\"; ma=2592000"]"#);
    if draft.size > 0 {
        text(br#","Content-Type":[""#, draft.content_type.as_bytes(), out);
        out.extend_from_slice(br#""]"#);
    }
    out.extend_from_slice(b"}}\n");
}

pub(super) fn write_noise(_: &Address, draft: &Draft, out: &mut Vec<u8>) {
    out.extend_from_slice(br#"{"level":"info","ts":"#);
    time(draft, out);
    out.extend_from_slice(NOISE[draft.took as usize % NOISE.len()].as_bytes());
    out.push(b'\n');
}

/// Seconds with six places, the last three from the length of the request.
fn time(draft: &Draft, out: &mut Vec<u8>) {
    decimal(draft.time.div_euclid(1000).unsigned_abs(), out);
    out.push(b'.');
    digits::<3>(draft.time.rem_euclid(1000) as u32, out);
    digits::<3>(draft.took % 1000, out);
}

fn headers(draft: &Draft, out: &mut Vec<u8>) {
    if !draft.agent.is_empty() {
        text(br#""User-Agent":[""#, &draft.agent, out);
        out.extend_from_slice(br#""],"#);
    }
    if !draft.referrer.is_empty() {
        text(br#""Referer":[""#, &draft.referrer, out);
        out.extend_from_slice(br#""],"#);
    }
    out.extend_from_slice(br#""Accept-Encoding":["gzip, deflate, br"]"#);
}

/// No value holds anything that JSON would escape.
fn text(key: &[u8], value: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(key);
    out.extend_from_slice(value);
}
