//! Stage two: a record's bytes become a request. Knows the formats, finds out
//! which one a file is in, and says why a line is no request.
//!
//! A format is a scanner over bytes; no line is read twice, and none is taken
//! for text before it is shown.

mod aws;
mod caddy;
mod combined;
mod detect;
mod draft;
mod envelope;
mod goaccess;
mod json;
mod log_format;
mod names;
mod nginx_json;
mod parser;
mod pieces;
mod request_line;
mod scan;
mod strptime;
mod time;
mod traefik;
mod w3c;

#[cfg(test)]
mod corpus_tests;

pub use names::{FormatError, NAMES};
pub use parser::Parser;

use crate::model::{Malformed, Request};
use combined::Combined;
use std::sync::Arc;

/// The longest line that is read, in bytes.
pub const LONGEST: usize = 1 << 20;

/// A log format. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Format(Kind);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Combined(Combined),
    LogFormat(Arc<pieces::Pieces>),
    GoAccess(Arc<goaccess::GoAccess>),
    NginxJson,
    Cloudflare,
    Caddy,
    TraefikJson,
    Alb,
    Elb,
    S3,
    W3c(Arc<w3c::W3c>),
}

impl Format {
    /// What messages call it (`caddy json`).
    pub fn name(&self) -> &'static str {
        match &self.0 {
            Kind::Combined(combined) => combined.name(),
            Kind::LogFormat(_) => "nginx log_format",
            Kind::GoAccess(_) => "goaccess format",
            Kind::NginxJson => "nginx json",
            Kind::Cloudflare => "cloudflare json",
            Kind::Caddy => "caddy json",
            Kind::TraefikJson => "traefik json",
            Kind::Alb => "aws alb",
            Kind::Elb => "aws elb",
            Kind::S3 => "aws s3",
            Kind::W3c(log) => log.name(),
        }
    }

    /// The format of a file by its head, which should end with a whole line
    /// and need not be longer than 64 KiB. `None` if it is in none that is
    /// known.
    pub fn detect(sample: &[u8]) -> Option<Format> {
        detect::detect(sample)
    }

    /// Reads one line without its newline. Directives of W3C logs are
    /// comments here; a [`Parser`] heeds them.
    ///
    /// # Errors
    /// Why the line is no request.
    pub fn parse<'a>(&self, line: &'a [u8]) -> Result<Request<'a>, Malformed> {
        let mut request = Request::default();
        self.parse_into(line, &mut request)?;
        Ok(request)
    }

    fn parse_into<'a>(&self, line: &'a [u8], request: &mut Request<'a>) -> Result<(), Malformed> {
        *request = match &self.0 {
            Kind::Combined(combined) => return combined.parse_into(line, request),
            Kind::Caddy => caddy::parse(line)?,
            Kind::LogFormat(pieces) => pieces.parse(line)?,
            Kind::GoAccess(format) => format.parse(line)?,
            Kind::NginxJson | Kind::Cloudflare => nginx_json::parse(line)?,
            Kind::TraefikJson => traefik::parse(line)?,
            Kind::Alb => aws::alb(line)?,
            Kind::Elb => aws::elb(line)?,
            Kind::S3 => aws::s3(line)?,
            Kind::W3c(log) => log.parse(line)?,
        };
        Ok(())
    }

    /// The log's fields that are used, each with the request's field it fills.
    pub fn fields(&self) -> Vec<(String, &'static str)> {
        let named =
            |list: &[(&str, &'static str)]| list.iter().map(|(name, meaning)| ((*name).to_owned(), *meaning)).collect();
        match &self.0 {
            Kind::Combined(combined) => combined.fields(),
            Kind::LogFormat(pieces) => pieces.fields(),
            Kind::GoAccess(format) => format.fields(),
            Kind::W3c(log) => log.fields(),
            Kind::NginxJson => named(&[
                ("time_iso8601, time_local, msec, …", "time"),
                ("request, request_uri, uri, …", "method and target"),
                ("status", "status"),
                ("body_bytes_sent, …", "bytes"),
                ("remote_addr, …", "address"),
                ("http_x_forwarded_for, …", "forwarded"),
                ("http_host, host, …", "host"),
                ("http_referer, …", "referrer"),
                ("http_user_agent, …", "user agent"),
                ("request_time, …", "duration"),
            ]),
            Kind::Cloudflare => named(&[
                ("EdgeStartTimestamp", "time"),
                ("ClientRequestMethod", "method"),
                ("ClientRequestURI", "target"),
                ("EdgeResponseStatus", "status"),
                ("EdgeResponseBytes", "bytes"),
                ("ClientIP", "address"),
                ("ClientRequestHost", "host"),
                ("ClientRequestReferer", "referrer"),
                ("ClientRequestUserAgent", "user agent"),
            ]),
            Kind::Caddy => named(&[
                ("ts", "time"),
                ("request.method", "method"),
                ("request.uri", "target"),
                ("status", "status"),
                ("size", "bytes"),
                ("request.client_ip, remote_ip, remote_addr", "address"),
                ("request.headers.X-Forwarded-For", "forwarded"),
                ("request.host", "host"),
                ("request.headers.Referer", "referrer"),
                ("request.headers.User-Agent", "user agent"),
                ("request.headers.Sec-Purpose", "purpose"),
                ("resp_headers.Content-Type", "content type"),
                ("duration", "duration"),
            ]),
            Kind::TraefikJson => named(&[
                ("StartUTC, time", "time"),
                ("RequestMethod", "method"),
                ("RequestPath", "target"),
                ("DownstreamStatus", "status"),
                ("DownstreamContentSize", "bytes"),
                ("ClientHost, ClientAddr", "address"),
                ("RequestHost", "host"),
                ("request_Referer", "referrer"),
                ("request_User-Agent", "user agent"),
                ("Duration", "duration"),
            ]),
            Kind::Alb | Kind::Elb => named(&[
                ("time", "time"),
                ("request", "method and target"),
                ("elb_status_code", "status"),
                ("sent_bytes", "bytes"),
                ("client:port", "address"),
                ("user_agent", "user agent"),
                ("request_, target_, response_processing_time", "duration"),
            ]),
            Kind::S3 => named(&[
                ("Time", "time"),
                ("Request-URI", "method and target"),
                ("HTTP status", "status"),
                ("Bytes Sent", "bytes"),
                ("Remote IP", "address"),
                ("Bucket", "host"),
                ("Referer", "referrer"),
                ("User-Agent", "user agent"),
                ("Total Time", "duration"),
            ]),
        }
    }
}
