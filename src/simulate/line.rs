//! One line of the log in the making, and what writes it as nginx or Caddy do.

use super::places::Address;

/// What one request asks and how it is answered.
#[derive(Debug)]
pub(super) struct Draft {
    /// Milliseconds since the epoch.
    pub(super) time: i64,
    pub(super) method: &'static str,
    pub(super) target: Vec<u8>,
    pub(super) protocol: &'static str,
    pub(super) status: u16,
    pub(super) size: u32,
    pub(super) content_type: &'static str,
    /// Empty for none.
    pub(super) referrer: Vec<u8>,
    /// Empty for none.
    pub(super) agent: Vec<u8>,
    /// Microseconds to the answer.
    pub(super) took: u32,
}

impl Draft {
    pub(super) fn new() -> Draft {
        Draft {
            time: 0,
            method: "GET",
            target: Vec::new(),
            protocol: "HTTP/2.0",
            status: 200,
            size: 0,
            content_type: "",
            referrer: Vec::new(),
            agent: Vec::new(),
            took: 0,
        }
    }

    /// Back to a GET of nothing.
    pub(super) fn clear(&mut self, time: i64) {
        self.time = time;
        self.method = "GET";
        self.target.clear();
        self.protocol = "HTTP/2.0";
        self.referrer.clear();
        self.agent.clear();
    }

    /// The target is a file that is found.
    pub(super) fn file(&mut self, path: &str, size: u32, content_type: &'static str) -> &mut Draft {
        self.target.extend_from_slice(path.as_bytes());
        self.content_type = content_type;
        self.answer(200, size)
    }

    /// The target is a page that is found.
    pub(super) fn page(&mut self, size: u32) -> &mut Draft {
        self.content_type = "text/html; charset=utf-8";
        self.answer(200, size)
    }

    pub(super) fn answer(&mut self, status: u16, size: u32) -> &mut Draft {
        self.status = status;
        self.size = size;
        self
    }
}

/// Writes `2026`, without a detour through `fmt`.
pub(super) fn decimal(mut number: u64, out: &mut Vec<u8>) {
    let mut digits = [0; 20];
    let mut begin = digits.len();
    loop {
        begin -= 1;
        digits[begin] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            return out.extend_from_slice(&digits[begin..]);
        }
    }
}

/// Writes the last `WIDTH` digits, with leading zeros.
pub(super) fn digits<const WIDTH: usize>(mut number: u32, out: &mut Vec<u8>) {
    let mut digits = [b'0'; WIDTH];
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
    out.extend_from_slice(&digits);
}

/// What turns drafts into lines; it keeps the last second's text.
#[derive(Debug)]
pub(super) enum Writer {
    Combined { second: i64, text: Vec<u8> },
    Caddy { host: String },
}

impl Writer {
    pub(super) fn combined() -> Writer {
        Writer::Combined { second: i64::MIN, text: Vec::new() }
    }

    pub(super) fn write(&mut self, address: &Address, draft: &Draft, out: &mut Vec<u8>) {
        match self {
            Writer::Combined { second, text } => {
                let now = draft.time.div_euclid(1000);
                if *second != now {
                    *second = now;
                    text.clear();
                    super::combined::write_time(now, text);
                }
                super::combined::write(address, text, draft, out);
            }
            Writer::Caddy { host } => super::caddy::write(address, host, draft, out),
        }
    }

    /// Writes what is no request.
    pub(super) fn write_noise(&self, address: &Address, draft: &Draft, out: &mut Vec<u8>) {
        match self {
            Writer::Combined { .. } => super::combined::write_noise(address, draft, out),
            Writer::Caddy { .. } => super::caddy::write_noise(address, draft, out),
        }
    }
}
