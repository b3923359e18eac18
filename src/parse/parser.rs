//! Reading one input line by line: what a format remembers from line to line,
//! and changing the format when the lines change.

use super::w3c::W3c;
use super::{Format, Kind, LONGEST, caddy, detect};
use crate::model::{Malformed, Request};
use std::sync::Arc;

/// The formats of one input. Cheap to clone; a clone goes on by itself.
#[derive(Clone, Debug)]
pub struct Parser {
    format: Format,
    /// Formats that this input had before, tried first when lines change.
    earlier: Vec<Format>,
    /// Whether another format may take over.
    fixed: bool,
    changes: u64,
}

impl Parser {
    /// For a format that was detected: a line that it cannot read and another
    /// one can changes the format.
    pub fn detected(format: Format) -> Parser {
        Parser { format, earlier: Vec::new(), fixed: false, changes: 0 }
    }

    /// For a format that was configured: it stays.
    pub fn fixed(format: Format) -> Parser {
        Parser { format, earlier: Vec::new(), fixed: true, changes: 0 }
    }

    /// The format of the line that was read last.
    pub fn format(&self) -> &Format {
        &self.format
    }

    /// How often what it remembers has changed: a clone that has as many changes
    /// behind it reads the next line as this one does.
    pub fn changes(&self) -> u64 {
        self.changes
    }

    /// Reads one line, without its newline; a carriage return at its end is
    /// dropped.
    ///
    /// # Errors
    /// Why the line is no request.
    pub fn parse<'a>(&mut self, line: &'a [u8]) -> Result<Request<'a>, Malformed> {
        let mut request = Request::default();
        self.parse_into(line, &mut request)?;
        Ok(request)
    }

    /// The same into a request that is a new one: it is too large to be handed on
    /// by every function that has a part in it.
    ///
    /// # Errors
    /// Why the line is no request.
    pub fn parse_into<'a>(&mut self, line: &'a [u8], request: &mut Request<'a>) -> Result<(), Malformed> {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
        match line.first() {
            _ if line.len() > LONGEST => return Err(Malformed::TooLong),
            Some(b'#') => {
                self.directive(line);
                return Err(Malformed::Comment);
            }
            None | Some(b' ' | b'\t') if line.trim_ascii().is_empty() => return Err(Malformed::Blank),
            _ => {}
        }
        let result = match &mut self.format.0 {
            Kind::Combined(combined) if !self.fixed => match combined.learn_from(line, request) {
                Ok(changed) => {
                    self.changes += u64::from(changed);
                    return Ok(());
                }
                Err(reason) => Err(reason),
            },
            _ => self.format.parse_into(line, request),
        };
        match result {
            // Caddy's own messages are many, and in no other format.
            Err(Malformed::OtherLogger) if caddy::is_message(line) => result,
            Err(Malformed::Shape | Malformed::Time | Malformed::OtherLogger) if !self.fixed => {
                if self.change(line) {
                    *request = Request::default();
                    self.format.parse_into(line, request)
                } else {
                    result
                }
            }
            _ => result,
        }
    }

    /// Takes another format if it reads the line.
    fn change(&mut self, line: &[u8]) -> bool {
        let known = self.earlier.iter().position(|format| format.parse(line).is_ok());
        let next = match known {
            Some(at) => self.earlier.swap_remove(at),
            None => match detect::of_line(line) {
                Some(format) => format,
                None => return false,
            },
        };
        self.replace(next);
        true
    }

    fn replace(&mut self, next: Format) {
        self.changes += 1;
        let before = std::mem::replace(&mut self.format, next);
        self.earlier.retain(|format| format.name() != before.name());
        self.earlier.push(before);
    }

    /// A line that begins with `#`: the columns of a W3C log, perhaps.
    fn directive(&mut self, line: &[u8]) {
        if let Kind::W3c(log) = &mut self.format.0 {
            let mut changed = W3c::clone(log);
            changed.directive(line);
            if changed != **log {
                *log = Arc::new(changed);
                self.changes += 1;
            }
        } else if !self.fixed && line.starts_with(b"#Fields:") {
            let mut log = W3c::default();
            log.directive(line);
            if log.is_usable() {
                self.replace(Format(Kind::W3c(Arc::new(log))));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMBINED: &[u8] = br#"192.0.2.1 - - [01/Jan/2024:00:00:00 +0000] "GET / HTTP/1.1" 200 5 "-" "A""#;
    const CADDY: &[u8] = br#"{"level":"info","ts":1704067200.5,"logger":"http.log.access","request":{"method":"GET","uri":"/"},"status":200}"#;

    fn combined() -> Format {
        Format::from_name_or_string("combined").unwrap()
    }

    #[test]
    fn changes_with_the_lines() {
        let mut parser = Parser::detected(combined());
        for (line, name) in [(CADDY, "caddy json"), (COMBINED, "nginx combined"), (CADDY, "caddy json")] {
            assert!(parser.parse(line).is_ok());
            assert_eq!(parser.format().name(), name);
        }
        assert_eq!(parser.parse(b"neither\r\n"), Err(Malformed::Shape));
        assert_eq!(parser.format().name(), "caddy json");
    }

    #[test]
    fn a_configured_format_stays() {
        let mut parser = Parser::fixed(combined());
        assert_eq!(parser.parse(CADDY), Err(Malformed::Shape));
        assert_eq!(parser.parse(COMBINED).map(|request| request.status), Ok(200));
    }

    #[test]
    fn heeds_directives() {
        let mut parser = Parser::detected(combined());
        assert_eq!(parser.parse(b"#Fields: date time cs-method cs-uri-stem sc-status"), Err(Malformed::Comment));
        assert_eq!(parser.parse(b"2024-01-01 00:00:00 GET /a 200").map(|r| r.status), Ok(200));
        assert_eq!(parser.parse(b"#Fields: sc-status date time cs-method cs-uri-stem"), Err(Malformed::Comment));
        assert_eq!(parser.parse(b"404 2024-01-01 00:00:00 GET /a\r").map(|r| r.status), Ok(404));
    }

    #[test]
    fn blank_and_endless_lines() {
        let mut parser = Parser::detected(combined());
        assert_eq!(parser.parse(b" \t\r\n"), Err(Malformed::Blank));
        assert_eq!(parser.parse(b""), Err(Malformed::Blank));
        assert_eq!(parser.parse(&vec![b'a'; LONGEST + 1]), Err(Malformed::TooLong));
    }
}
