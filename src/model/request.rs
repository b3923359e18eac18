//! A parsed record, before anything about it has been judged.

use std::borrow::Cow;

/// One request as the log line states it. Fields are bytes, borrowed from the
/// line where nothing had to be unescaped. An absent value and the log's `-`
/// are both empty, but for `agent` (see there).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request<'a> {
    /// Seconds since 1970 in UTC, truncated; between 1990 and 2100.
    pub time: i64,
    /// The method, an ASCII token (`GET`).
    pub method: Cow<'a, [u8]>,
    /// The target as sent: path and query, or an absolute URL, or `*`.
    pub target: Cow<'a, [u8]>,
    /// The status code; 0 where the log has `-` or none.
    pub status: u16,
    /// Bytes sent; 0 where unknown.
    pub bytes: u64,
    /// The peer's address as text, without a port.
    pub address: Cow<'a, [u8]>,
    /// `X-Forwarded-For` (or the like) as logged: believed only behind
    /// configured proxies.
    pub forwarded: Cow<'a, [u8]>,
    /// The user agent. `None` if the format has no such field, `Some` of
    /// nothing if the client sent none.
    pub agent: Option<Cow<'a, [u8]>>,
    /// The referrer as sent.
    pub referrer: Cow<'a, [u8]>,
    /// The virtual host as logged, a port included.
    pub host: Cow<'a, [u8]>,
    /// Time taken, in microseconds.
    pub duration_us: Option<u64>,
    /// The response's content type, where logged.
    pub content_type: Cow<'a, [u8]>,
    /// `Sec-Purpose`, `Purpose`, `X-Moz` or `X-Purpose`, where logged.
    pub purpose: Cow<'a, [u8]>,
    /// The line ended within the agent: a proxy cut it, or it is still being written.
    pub is_cut: bool,
}

impl Default for Request<'_> {
    fn default() -> Self {
        let none = Cow::Borrowed(&[][..]);
        Request {
            time: 0,
            method: none.clone(),
            target: none.clone(),
            status: 0,
            bytes: 0,
            address: none.clone(),
            forwarded: none.clone(),
            agent: None,
            referrer: none.clone(),
            host: none.clone(),
            duration_us: None,
            content_type: none.clone(),
            purpose: none,
            is_cut: false,
        }
    }
}

/// Why a record is no request. Shown as `path:line: reason`; never says what
/// the line contains.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Malformed {
    /// Nothing on the line.
    Blank,
    /// A comment or directive (`#Fields` and the like).
    Comment,
    /// Longer than 1 MiB.
    TooLong,
    /// Not in the shape of the file's format.
    Shape,
    /// No readable time, or one before 1990 or after 2100.
    Time,
    /// No request in it: binary bytes, an empty or incomplete request line.
    NoRequest,
    /// The method is no ASCII token.
    Method,
    /// The target begins with none of `/`, `http` and `*`.
    Target,
    /// A line of another logger in the same file (JSON without a request).
    OtherLogger,
}

impl Malformed {
    /// The reason in words, for messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Malformed::Blank => "blank line",
            Malformed::Comment => "comment or directive",
            Malformed::TooLong => "longer than 1 MiB",
            Malformed::Shape => "not in the format of this file",
            Malformed::Time => "no readable time",
            Malformed::NoRequest => "no request line",
            Malformed::Method => "method is not a token",
            Malformed::Target => "target does not begin with /, http or *",
            Malformed::OtherLogger => "a log message that is no request",
        }
    }
}
