//! `GET /path HTTP/1.1`: what is a request and what is not.

use crate::model::{Malformed, Request};
use memchr::{memchr, memmem, memrchr};
use std::borrow::Cow;

/// Puts the method and target of an unescaped request line into a request.
pub(super) fn set<'a>(line: Cow<'a, [u8]>, request: &mut Request<'a>) -> Result<(), Malformed> {
    match line {
        Cow::Borrowed(line) => {
            let (method, target) = split(line)?;
            request.method = Cow::Borrowed(method);
            request.target = Cow::Borrowed(target);
        }
        Cow::Owned(line) => {
            let (method, target) = split(&line)?;
            request.method = Cow::Owned(method.to_vec());
            request.target = Cow::Owned(target.to_vec());
        }
    }
    Ok(())
}

/// Method and target of an unescaped request line.
pub(super) fn split(line: &[u8]) -> Result<(&[u8], &[u8]), Malformed> {
    let space = memchr(b' ', line).ok_or(Malformed::NoRequest)?;
    let (method, rest) = (&line[..space], &line[space + 1..]);
    let target = match memrchr(b' ', rest) {
        Some(last) if rest[last + 1..].starts_with(b"HTTP/") => &rest[..last],
        Some(_) => memmem::rfind(rest, b" HTTP/").map_or(rest, |end| &rest[..end]),
        None => rest,
    };
    // AWS writes `- - - ` where a connection carried no request.
    if method.is_empty() || method == b"-" {
        return Err(Malformed::NoRequest);
    }
    check(method, target)?;
    Ok((method, target))
}

/// Whether method and target are those of a request.
pub(super) fn check(method: &[u8], target: &[u8]) -> Result<(), Malformed> {
    if !method.iter().all(|&byte| TOKEN[usize::from(byte)]) {
        let binary = |&byte: &u8| !(0x20..0x7f).contains(&byte);
        return Err(if method.iter().any(binary) { Malformed::NoRequest } else { Malformed::Method });
    }
    if method.is_empty() {
        return Err(Malformed::NoRequest);
    }
    match target.first() {
        Some(b'/' | b'*') => Ok(()),
        Some(b'h') if target.starts_with(b"http") => Ok(()),
        _ => Err(Malformed::Target),
    }
}

/// The characters of a token (RFC 9110, section 5.6.2).
const TOKEN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        let b = byte as u8;
        table[byte] = b.is_ascii_alphanumeric()
            || matches!(
                b,
                b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+' | b'-' | b'.' | b'^' | b'_' | b'`' | b'|' | b'~'
            );
        byte += 1;
    }
    table
};

/// The authority of an absolute target, a port included.
pub(super) fn authority(target: &[u8]) -> &[u8] {
    let rest = target.strip_prefix(b"https://").or_else(|| target.strip_prefix(b"http://"));
    let Some(rest) = rest else { return b"" };
    let end = rest.iter().position(|b| matches!(b, b'/' | b'?' | b'#'));
    &rest[..end.unwrap_or(rest.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_requests() {
        let parts = |text: &'static str| split(text.as_bytes());
        assert_eq!(parts("GET /a b HTTP/1.1"), Ok((&b"GET"[..], &b"/a b"[..])));
        assert_eq!(parts("GET /"), Ok((&b"GET"[..], &b"/"[..])));
        assert_eq!(parts("GET / HTTP/1.1 x"), Ok((&b"GET"[..], &b"/"[..])));
        assert_eq!(parts("OPTIONS * HTTP/1.1"), Ok((&b"OPTIONS"[..], &b"*"[..])));
        assert_eq!(parts("CONNECT a:443 HTTP/1.1"), Err(Malformed::Target));
        assert_eq!(parts("GET"), Err(Malformed::NoRequest));
        assert_eq!(parts("- - - "), Err(Malformed::NoRequest));
        assert_eq!(parts("a=b /"), Err(Malformed::Method));
        assert_eq!(parts("\x16\x03 /"), Err(Malformed::NoRequest));
    }
}
