//! Any GoAccess `--log-format` string, with its date and time formats
//! (<https://goaccess.io/man#custom-log>), also in the form of a JSON object.

use super::draft::{Draft, Field};
use super::envelope;
use super::json::{Scanner, Value, unescape};
use super::log_format::complete;
use super::names::FormatError;
use super::pieces::{Piece, Pieces};
use super::strptime::TimeFormat;
use crate::model::{Malformed, Request};
use std::borrow::Cow;

/// A compiled GoAccess format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum GoAccess {
    /// A line of text.
    Line(Pieces),
    /// A JSON object: the path of each key that counts, and its value's form.
    Json(Vec<(String, Pieces)>),
}

/// The specifiers, as messages offer them.
const KNOWN: [&str; 24] = [
    "%h", "%e", "%C", "%v", "%t", "%d", "%x", "%m", "%r", "%U", "%q", "%H", "%s", "%b", "%R", "%u", "%K", "%k", "%M",
    "%D", "%T", "%L", "%n", "%^",
];

/// GoAccess's own format of that name.
pub(super) fn squid() -> Result<GoAccess, FormatError> {
    compile("%x.%^ %~%L %h %^/%s %b %m %U %~%^", None, Some("%s"))
}

/// Compiles a format. Without formats of its own a date is `%d/%b/%Y` and a
/// time `%H:%M:%S`.
pub(super) fn compile(text: &str, date: Option<&str>, time: Option<&str>) -> Result<GoAccess, FormatError> {
    let compiler = Compiler::new(date, time)?;
    if text.trim_start().starts_with('{') {
        return compiler.json(text);
    }
    let pieces = compiler.line(text, 0)?;
    complete(&pieces)?;
    Ok(GoAccess::Line(pieces))
}

impl GoAccess {
    /// Reads one line.
    pub(super) fn parse<'a>(&self, line: &'a [u8]) -> Result<Request<'a>, Malformed> {
        let mut draft = Draft::default();
        match self {
            GoAccess::Line(pieces) => pieces.read(line, &mut draft)?,
            GoAccess::Json(keys) => {
                let object = envelope::json(line).ok_or(Malformed::Shape)?;
                read_json(object, keys, &mut draft)?;
            }
        }
        let raw = std::mem::take(&mut draft.request.address);
        draft.request.address = match raw {
            Cow::Borrowed(raw) => Cow::Borrowed(raw.trim_ascii()),
            owned => owned,
        };
        draft.finish()
    }

    /// The fields with their meaning, for `detect`.
    pub(super) fn fields(&self) -> Vec<(String, &'static str)> {
        match self {
            GoAccess::Line(pieces) => pieces.fields(),
            GoAccess::Json(keys) => keys
                .iter()
                .flat_map(|(path, pieces)| pieces.fields().into_iter().map(move |(_, word)| (path.clone(), word)))
                .collect(),
        }
    }
}

fn read_json<'a>(object: &'a [u8], keys: &[(String, Pieces)], draft: &mut Draft<'a>) -> Result<(), Malformed> {
    let mut failed = Ok(());
    let complete = Scanner::new(object).flatten(&mut |path, value| {
        let Some((_, pieces)) = keys.iter().find(|(key, _)| key.as_bytes() == path) else {
            return;
        };
        let result = match (value, &pieces.list[..]) {
            (Value::Text { raw, escaped: true }, [Piece::Field(field)]) => draft.set(field, unescape(raw)),
            (Value::Text { raw, .. } | Value::Bare(raw), _) => pieces.read(raw, draft),
            _ => Ok(()),
        };
        if failed.is_ok() {
            failed = result;
        }
    });
    complete.ok_or(Malformed::Shape)?;
    failed
}

struct Compiler {
    date: TimeFormat,
    time: TimeFormat,
    both: Option<TimeFormat>,
}

impl Compiler {
    fn new(date: Option<&str>, time: Option<&str>) -> Result<Compiler, FormatError> {
        let compile = |text: &str| {
            TimeFormat::new(text).map_err(|(at, name)| FormatError::Variable { position: at + 1, name, near: None })
        };
        // `%x` is read in whichever usual format it is in, unless both are given.
        let both = match (date, time) {
            (Some(date), Some(time)) if date != time => Some(compile(&format!("{date} {time}"))?),
            (_, Some(epoch @ ("%s" | "%f" | "%*"))) => Some(compile(epoch)?),
            _ => None,
        };
        Ok(Compiler { date: compile(date.unwrap_or("%d/%b/%Y"))?, time: compile(time.unwrap_or("%H:%M:%S"))?, both })
    }

    fn line(&self, text: &str, offset: usize) -> Result<Pieces, FormatError> {
        let mut pieces = Pieces { open_end: true, ..Pieces::default() };
        let bytes = text.as_bytes();
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            match (byte, bytes.get(at + 1)) {
                (b'%', Some(b'%')) => pieces.literal(b'%'),
                (b'%', Some(b'~')) => pieces.list.push(Piece::Spaces),
                (b'%', letter) => self.push(&mut pieces, letter.copied(), offset + at)?,
                // `~h` takes the client of an X-Forwarded-For field.
                (b'~', Some(b'h')) => pieces.list.push(Piece::Field(Field::Forwarded)),
                (b'\\', Some(&escaped @ (b't' | b'n' | b'"'))) => {
                    pieces.literal(match escaped {
                        b't' => b'\t',
                        b'n' => b'\n',
                        other => other,
                    });
                }
                (other, _) => {
                    pieces.literal(other);
                    at += 1;
                    continue;
                }
            }
            at += 2;
        }
        Ok(pieces)
    }

    fn push(&self, pieces: &mut Pieces, letter: Option<u8>, at: usize) -> Result<(), FormatError> {
        let field = letter.and_then(|letter| self.field(letter));
        let name = format!("%{}", letter.map(char::from).unwrap_or_default());
        let Some(field) = field else {
            let near = |known: &&&str| known.eq_ignore_ascii_case(&name);
            let near = KNOWN.iter().find(near).map(|known| (*known).to_owned());
            return Err(FormatError::Variable { position: at + 1, name, near });
        };
        match (pieces.list.last(), &field) {
            // Times end by themselves; what is skipped twice is skipped.
            (Some(Piece::Field(Field::TimeIn(_))), _) => {}
            (Some(Piece::Field(Field::Ignored)), Field::Ignored) => return Ok(()),
            (Some(Piece::Field(_)), field) if !matches!(field, Field::Path) => {
                return Err(FormatError::Adjacent { position: at + 1, name });
            }
            _ => {}
        }
        pieces.list.push(Piece::Field(field));
        Ok(())
    }

    fn field(&self, letter: u8) -> Option<Field> {
        Some(match letter {
            b'x' => self.both.clone().map_or(Field::Time, Field::TimeIn),
            b'd' => Field::TimeIn(self.date.clone()),
            b't' => Field::TimeIn(self.time.clone()),
            b'r' => Field::Request,
            b'm' => Field::Method,
            b'U' => Field::Path,
            b'q' => Field::Query,
            b's' => Field::Status,
            b'b' => Field::Bytes,
            b'h' => Field::Address,
            b'v' => Field::Host(1),
            b'R' => Field::Referrer,
            b'u' => Field::Agent,
            b'T' => Field::Duration(1_000_000_000),
            b'L' => Field::Duration(1_000_000),
            b'D' => Field::Duration(1_000),
            b'n' => Field::Duration(1),
            b'M' => Field::ContentType,
            b'e' | b'C' | b'H' | b'K' | b'k' | b'^' => Field::Ignored,
            _ => return None,
        })
    }

    fn json(&self, text: &str) -> Result<GoAccess, FormatError> {
        let (mut keys, mut failed) = (Vec::new(), Ok(()));
        let begin = text.as_ptr() as usize;
        let complete = Scanner::new(text.trim_start().as_bytes()).flatten(&mut |path, value| {
            let (Value::Text { raw, .. } | Value::Bare(raw)) = value else { return };
            let (Ok(form), Ok(path)) = (std::str::from_utf8(raw), std::str::from_utf8(path)) else { return };
            match self.line(form, raw.as_ptr() as usize - begin) {
                Ok(pieces) => keys.push((path.to_owned(), pieces)),
                Err(error) => failed = Err(error),
            }
        });
        failed?;
        complete.ok_or(FormatError::Json)?;
        let all = Pieces { list: keys.iter().flat_map(|(_, p)| p.list.clone()).collect(), ..Pieces::default() };
        super::log_format::complete(&all)?;
        Ok(GoAccess::Json(keys))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<'a>(format: &str, date: Option<&str>, time: Option<&str>, line: &'a str) -> Request<'a> {
        compile(format, date, time).unwrap().parse(line.as_bytes()).unwrap()
    }

    #[test]
    fn reads_the_manuals_formats() {
        let line = r#"e.org:443 192.0.2.1 - - [01/Jan/2024:00:00:00 +0000] "GET /a?b HTTP/1.1" 200 5 "-" "A" more"#;
        let request = read(r#"%v:%^ %h %^[%d:%t %^] "%r" %s %b "%R" "%u""#, None, None, line);
        assert_eq!(request.time, 1_704_067_200);
        assert_eq!(&*request.address, b"192.0.2.1");
        assert_eq!((&*request.host, &*request.target), (&b"e.org"[..], &b"/a?b"[..]));
        assert_eq!(request.agent.as_deref(), Some(&b"A"[..]));
    }

    #[test]
    fn reads_dates_in_other_forms() {
        let line = r#"192.0.2.1 - - [January 01, 2024T00:00:00 +0000] "GET / HTTP/1.1" 200 5"#;
        let request = read(r#"%h %^[%dT%t %^] "%r" %s %b"#, Some("%B %d, %Y"), None, line);
        assert_eq!(request.time, 1_704_067_200);
    }

    #[test]
    fn the_last_text_takes_the_rest_of_the_line() {
        let line = "2024-01-01T00:00:00Z\t192.0.2.1\tGET\t/a\t200\tMozilla/5.0 (X11; Linux) A/1 ";
        let request = read("%x\\t%h\\t%m\\t%U\\t%s\\t%u", None, None, line);
        assert_eq!(request.agent.as_deref(), Some(&b"Mozilla/5.0 (X11; Linux) A/1"[..]));
        let line = r#"192.0.2.1 - - [01/Jan/2024:00:00:00 +0000] "GET / HTTP/1.1" 200 5 "-" "A""#;
        assert_eq!(read(r#"%h %^[%d:%t %^] "%r" %s %b"#, None, None, line).bytes, 5);
    }

    #[test]
    fn a_list_is_the_address_where_there_is_no_other() {
        let line = "192.0.2.1, 10.0.0.1|2024-01-01T00:00:00Z|GET|/a|200";
        let request = read("~h|%x|%m|%U|%s", None, None, line);
        assert_eq!((&*request.address, &*request.forwarded), (&b"192.0.2.1, 10.0.0.1"[..], &b""[..]));
    }

    #[test]
    fn reads_squid() {
        let line = b"1704067200.123    250 192.0.2.1 TCP_MISS/200 411 GET http://e.org/a - DIRECT/192.0.2.2";
        let request = squid().unwrap().parse(line).unwrap();
        assert_eq!((request.time, request.duration_us), (1_704_067_200, Some(250_000)));
        assert_eq!((&*request.method, &*request.target), (&b"GET"[..], &b"http://e.org/a"[..]));
    }

    #[test]
    fn reads_json_by_an_object_of_specifiers() {
        let format =
            r#"{"ts":"%x.%^","request":{"method":"%m","uri":"%U","headers":{"User-Agent":["%u"]}},"status":"%s"}"#;
        let line = r#"{"status":200,"ts":1704067200.5,"request":{"uri":"/a","method":"GET","headers":{"User-Agent":["A\"b"]}}}"#;
        let request = read(format, None, Some("%s"), line);
        assert_eq!((request.time, request.status), (1_704_067_200, 200));
        assert_eq!(request.agent.as_deref(), Some(&b"A\"b"[..]));
    }
}
