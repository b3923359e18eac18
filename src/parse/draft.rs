//! A request in the making, for formats that name their fields: the values
//! come in any order, and several may say the same thing.

use super::scan::{self, dash, without_port};
use super::time::{self, Civil};
use super::{request_line, strptime::TimeFormat};
use crate::model::{Malformed, Request};
use std::borrow::Cow;

/// What a field of a log says about the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Field {
    /// Nothing that is kept.
    Ignored,
    Time,
    /// A date, a time of day or both, in a given format.
    TimeIn(TimeFormat),
    Request,
    Method,
    /// Path and query, or an absolute URL.
    Target,
    /// The path alone.
    Path,
    Query,
    Status,
    Bytes,
    Address,
    Forwarded,
    /// The host; of several, the one with the highest number counts.
    Host(u8),
    Referrer,
    Agent,
    /// The time taken, in units of so many nanoseconds.
    Duration(u32),
    ContentType,
    Purpose,
}

impl Field {
    /// Whether there may be spaces in it: at the end of a line it takes the rest.
    pub(super) fn is_free(&self) -> bool {
        use Field::{Agent, ContentType, Ignored, Path, Query, Referrer, Request, Target};
        matches!(self, Agent | ContentType | Ignored | Path | Query | Referrer | Request | Target)
    }

    /// The request's field in words, for `detect`.
    pub(super) fn words(&self) -> &'static str {
        match self {
            Field::Ignored => "(not used)",
            Field::Time | Field::TimeIn(_) => "time",
            Field::Request => "method and target",
            Field::Method => "method",
            Field::Target | Field::Path | Field::Query => "target",
            Field::Status => "status",
            Field::Bytes => "bytes",
            Field::Address => "address",
            Field::Forwarded => "forwarded",
            Field::Host(_) => "host",
            Field::Referrer => "referrer",
            Field::Agent => "user agent",
            Field::Duration(_) => "duration",
            Field::ContentType => "content type",
            Field::Purpose => "purpose",
        }
    }
}

/// A request in the making.
#[derive(Default)]
pub(super) struct Draft<'a> {
    pub(super) request: Request<'a>,
    pub(super) civil: Civil,
    line: Option<Cow<'a, [u8]>>,
    path: Cow<'a, [u8]>,
    query: Cow<'a, [u8]>,
    host_rank: u8,
    has_time: bool,
    has_method: bool,
    has_address: bool,
}

impl<'a> Draft<'a> {
    /// Takes a value, its escapes undone. The log's `-` is nothing.
    pub(super) fn set(&mut self, field: &Field, value: Cow<'a, [u8]>) -> Result<(), Malformed> {
        let value = if &*value == b"-" { Cow::default() } else { value };
        let request = &mut self.request;
        match field {
            Field::Ignored => {}
            Field::Time => {
                self.civil.epoch = Some(time::any(&value).ok_or(Malformed::Time)?);
                self.has_time = true;
            }
            Field::TimeIn(format) => {
                let rest = format.read(&value, &mut self.civil).ok_or(Malformed::Time)?;
                if !rest.is_empty() {
                    return Err(Malformed::Time);
                }
                self.has_time = true;
            }
            Field::Request => self.line = Some(value),
            Field::Method => {
                self.has_method = true;
                request.method = value;
            }
            Field::Target => request.target = value,
            Field::Path => self.path = value,
            Field::Query => self.query = value,
            Field::Status if value.is_empty() => {}
            Field::Status => request.status = scan::status(&value).ok_or(Malformed::Shape)?,
            // What is no number is unknown: the request counts all the same.
            Field::Bytes => request.bytes = scan::integer(&value).unwrap_or(0),
            Field::Address => (request.address, self.has_address) = (value, true),
            Field::Forwarded => request.forwarded = value,
            Field::Host(rank) if *rank >= self.host_rank && !value.is_empty() => {
                self.host_rank = *rank;
                request.host = value;
            }
            Field::Host(_) => {}
            Field::Referrer => request.referrer = value,
            Field::Agent => request.agent = Some(value),
            Field::Duration(unit_ns) => {
                request.duration_us = scan::duration_us(&value, f64::from(*unit_ns) / 1e3);
            }
            Field::ContentType => request.content_type = value,
            Field::Purpose if value.is_empty() => {}
            Field::Purpose => request.purpose = value,
        }
        Ok(())
    }

    /// Notes that date and time of day were put into `civil`.
    pub(super) fn timed(&mut self) {
        self.has_time = true;
    }

    /// The finished request. A format that logs no method has only GETs.
    pub(super) fn finish(self) -> Result<Request<'a>, Malformed> {
        let Draft { mut request, civil, line, path, query, has_address, .. } = self;
        if !self.has_time {
            return Err(Malformed::Time);
        }
        request.time = civil.epoch().ok_or(Malformed::Time)?;
        if request.target.is_empty() {
            request.target = join(path, query);
        }
        if request.address.is_empty() && !has_address {
            // All that the log has of the client.
            request.address = std::mem::take(&mut request.forwarded);
        }
        match line {
            Some(line) => request_line::set(line, &mut request)?,
            None => {
                if !self.has_method {
                    request.method = Cow::Borrowed(b"GET");
                }
                if request.method.is_empty() || request.target.is_empty() {
                    return Err(Malformed::NoRequest);
                }
                request_line::check(&request.method, &request.target)?;
            }
        }
        Ok(request)
    }
}

/// Path and query as a target.
pub(super) fn join<'a>(path: Cow<'a, [u8]>, query: Cow<'a, [u8]>) -> Cow<'a, [u8]> {
    let query = query.strip_prefix(b"?").unwrap_or(&query);
    if query.is_empty() {
        return path;
    }
    let mut target = path.into_owned();
    target.push(b'?');
    target.extend_from_slice(query);
    Cow::Owned(target)
}

/// An address without a port, and without the log's `-`.
pub(super) fn address(raw: &[u8]) -> Cow<'_, [u8]> {
    Cow::Borrowed(without_port(dash(raw)))
}
