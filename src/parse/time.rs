//! Times as the logs write them, to seconds since 1970 in UTC. What names no
//! zone is taken for UTC; fractions are cut off.

use super::scan::integer;

/// 1990-01-01 and 2100-01-01: what lies outside is no time of a request.
const RANGE: std::ops::Range<i64> = 631_152_000..4_102_444_800;

/// A date and time of day as they were read, perhaps from two fields.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Civil {
    pub(super) year: i64,
    pub(super) month: u32,
    pub(super) day: u32,
    pub(super) hour: u32,
    pub(super) minute: u32,
    pub(super) second: u32,
    /// Seconds east of UTC.
    pub(super) offset: i64,
    /// Afternoon, where hours count to twelve.
    pub(super) afternoon: Option<bool>,
    /// Seconds since 1970, where the format gives them.
    pub(super) epoch: Option<i64>,
}

impl Civil {
    /// The moment in UTC, if it is one and lies between 1990 and 2100.
    #[inline]
    pub(super) fn epoch(&self) -> Option<i64> {
        if let Some(epoch) = self.epoch {
            return in_range(epoch);
        }
        let hour = match self.afternoon {
            Some(afternoon) => self.hour % 12 + 12 * u32::from(afternoon),
            None => self.hour,
        };
        let fits = (1..=12).contains(&self.month)
            && (1..=days_in_month(self.year, self.month)).contains(&self.day)
            && hour < 24
            && self.minute < 60
            && self.second < 61;
        if !fits {
            return None;
        }
        let of_day = i64::from(hour * 3600 + self.minute * 60 + self.second);
        in_range(days(self.year, self.month, self.day) * 86_400 + of_day - self.offset)
    }
}

fn in_range(epoch: i64) -> Option<i64> {
    RANGE.contains(&epoch).then_some(epoch)
}

fn days_in_month(year: i64, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days since 1970-01-01, for years from 0 to 9999.
#[inline]
fn days(year: i64, month: u32, day: u32) -> i64 {
    /// Days before each month of a year that begins in March.
    const BEFORE: [u32; 12] = [306, 337, 0, 31, 61, 92, 122, 153, 184, 214, 245, 275];
    let year = (year - i64::from(month <= 2)) as u32 + 400;
    let before = BEFORE.get(month as usize - 1).copied().unwrap_or(0);
    let of_years = year * 365 + year / 4 - year / 100 + year / 400;
    // 719,468 days lie between 0000-03-01 and 1970-01-01, 146,097 in 400 years.
    i64::from(of_years + before + day - 1) - 719_468 - 146_097
}

/// `22/Jan/2021:00:00:01 +0000`; also with a fraction, or without a zone.
pub(super) fn clf(text: &[u8]) -> Option<i64> {
    let [d1, d2, b'/', m1, m2, m3, b'/', y1, y2, y3, y4, b':', rest @ ..] = text else {
        return None;
    };
    let mut civil = Civil {
        year: i64::from(pair(*y1, *y2)? * 100 + pair(*y3, *y4)?),
        month: month([*m1, *m2, *m3])?,
        day: pair(*d1, *d2)?,
        ..Civil::default()
    };
    // The usual end, and what else there may be.
    let rest = match rest {
        [h1, h2, b':', n1, n2, b':', s1, s2, rest @ ..] if rest.first() == Some(&b' ') => {
            civil.hour = pair(*h1, *h2)?;
            civil.minute = pair(*n1, *n2)?;
            civil.second = pair(*s1, *s2)?;
            rest
        }
        rest => clock(rest, &mut civil)?,
    };
    if rest != b" +0000" {
        civil.offset = zone(rest.strip_prefix(b" ").unwrap_or(rest))?;
    }
    civil.epoch()
}

/// ISO 8601 and what is near it: `2021-01-22T00:00:01Z`, a space for the `T`,
/// slashes for the dashes, a fraction, a zone as `Z`, `+01:00`, `+0100`, `UTC`
/// or none.
pub(super) fn iso(text: &[u8]) -> Option<i64> {
    let mut civil = Civil::default();
    let rest = iso_date(text, &mut civil)?;
    let rest = match rest {
        [b'T' | b't' | b' ' | b'_', rest @ ..] => rest,
        _ => return None,
    };
    let rest = clock(rest, &mut civil)?;
    civil.offset = zone(rest.trim_ascii_start())?;
    civil.epoch()
}

/// `2021-01-22`; gives back what follows.
pub(super) fn iso_date<'a>(text: &'a [u8], civil: &mut Civil) -> Option<&'a [u8]> {
    let [y1, y2, y3, y4, s1, m1, m2, s2, d1, d2, rest @ ..] = text else {
        return None;
    };
    if s1 != s2 || !matches!(s1, b'-' | b'/') {
        return None;
    }
    civil.year = i64::from(pair(*y1, *y2)? * 100 + pair(*y3, *y4)?);
    civil.month = pair(*m1, *m2)?;
    civil.day = pair(*d1, *d2)?;
    Some(rest)
}

/// `00:00:01` and a fraction; gives back what follows.
#[inline]
pub(super) fn clock<'a>(text: &'a [u8], civil: &mut Civil) -> Option<&'a [u8]> {
    let [h1, h2, b':', m1, m2, b':', s1, s2, rest @ ..] = text else {
        return None;
    };
    civil.hour = pair(*h1, *h2)?;
    civil.minute = pair(*m1, *m2)?;
    civil.second = pair(*s1, *s2)?;
    match rest {
        [b'.' | b',', fraction @ ..] => {
            let end = fraction.iter().position(|b| !b.is_ascii_digit());
            Some(&fraction[end.unwrap_or(fraction.len())..])
        }
        _ => Some(rest),
    }
}

/// Seconds since 1970, or milli-, micro- or nanoseconds by their size.
pub(super) fn epoch(text: &[u8]) -> Option<i64> {
    let whole = text.split(|&b| b == b'.').next()?;
    let plain = text[whole.len()..].iter().skip(1).all(u8::is_ascii_digit);
    if let Some(value) = integer(whole).filter(|_| plain) {
        let value = i64::try_from(value).ok()?;
        return in_range(match value {
            0..100_000_000_000 => value,
            100_000_000_000..100_000_000_000_000 => value / 1000,
            100_000_000_000_000..100_000_000_000_000_000 => value / 1_000_000,
            _ => value / 1_000_000_000,
        });
    }
    // `1.6e+09`, as some encoders write large floats.
    let value = super::scan::decimal(text)?;
    in_range(if value < 1e11 { value as i64 } else { (value / 1e3) as i64 })
}

/// Whichever of the formats above the text is in.
pub(super) fn any(text: &[u8]) -> Option<i64> {
    match text.get(2) {
        Some(b'/') => clf(text),
        _ => match text.get(4) {
            Some(b'-' | b'/') => iso(text),
            _ => epoch(text),
        },
    }
}

/// Seconds east of UTC: `Z`, `UTC`, `GMT`, `+hh:mm`, `+hhmm`, `+hh`, or nothing.
pub(super) fn zone(text: &[u8]) -> Option<i64> {
    let (sign, digits) = match text {
        b"" | b"Z" | b"z" | b"UTC" | b"GMT" => return Some(0),
        [b'+', digits @ ..] => (1, digits),
        [b'-', digits @ ..] => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = match digits {
        [h1, h2, m1, m2] | [h1, h2, b':', m1, m2] => (pair(*h1, *h2)?, pair(*m1, *m2)?),
        [h1, h2] => (pair(*h1, *h2)?, 0),
        _ => return None,
    };
    (hours < 24 && minutes < 60).then(|| sign * i64::from(hours * 3600 + minutes * 60))
}

/// The value of two digits.
#[inline]
pub(super) fn pair(high: u8, low: u8) -> Option<u32> {
    let (high, low) = (high.wrapping_sub(b'0'), low.wrapping_sub(b'0'));
    (high < 10 && low < 10).then(|| u32::from(high) * 10 + u32::from(low))
}

/// The number of an English month by its first three letters.
#[inline]
pub(super) fn month(name: [u8; 3]) -> Option<u32> {
    // Of an ASCII letter, this bit is its case.
    Some(match &name.map(|b| b | 0x20) {
        b"jan" => 1,
        b"feb" => 2,
        b"mar" => 3,
        b"apr" => 4,
        b"may" => 5,
        b"jun" => 6,
        b"jul" => 7,
        b"aug" => 8,
        b"sep" => 9,
        b"oct" => 10,
        b"nov" => 11,
        b"dec" => 12,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_common_log_time() {
        assert_eq!(clf(b"01/Jan/2024:00:00:00 +0000"), Some(1_704_067_200));
        assert_eq!(clf(b"01/Jan/2024:01:00:00 +0100"), Some(1_704_067_200));
        assert_eq!(clf(b"31/Dec/2023:18:30:00 -0530"), Some(1_704_067_200));
        assert_eq!(clf(b"01/Jan/2024:00:00:00.999"), Some(1_704_067_200));
        assert_eq!(clf(b"29/Feb/2024:12:00:00 +0000"), Some(1_709_208_000));
        assert_eq!(clf(b"29/Feb/2023:12:00:00 +0000"), None);
        assert_eq!(clf(b"01/Jan/1989:00:00:00 +0000"), None);
        assert_eq!(clf(b"01/Jan/2024:24:00:00 +0000"), None);
        assert_eq!(clf(b"01/Jan/2024:00:00"), None);
    }

    #[test]
    fn every_day_follows_the_one_before() {
        let mut expected = days(1990, 1, 1);
        assert_eq!(expected * 86_400, RANGE.start);
        for year in 1990..2100 {
            for month in 1..=12 {
                for day in 1..=days_in_month(year, month) {
                    assert_eq!(days(year, month, day), expected, "{year}-{month}-{day}");
                    expected += 1;
                }
            }
        }
        assert_eq!(expected * 86_400, RANGE.end);
    }

    #[test]
    fn reads_iso_and_wall_times() {
        for text in [
            "2024-01-01T00:00:00Z",
            "2024-01-01T00:00:00.123456Z",
            "2024-01-01T01:00:00+01:00",
            "2024/01/01 00:00:00.5",
            "2023-12-31T19:00:00-0500",
            "2024-01-01 00:00:00 UTC",
        ] {
            assert_eq!(iso(text.as_bytes()), Some(1_704_067_200), "{text}");
        }
        assert_eq!(iso(b"2024-01-01"), None);
    }

    #[test]
    fn reads_epochs_by_their_size() {
        for text in
            ["1704067200", "1704067200.9", "1704067200000", "1704067200000000", "1704067200000000000", "1.7040672e+09"]
        {
            assert_eq!(any(text.as_bytes()), Some(1_704_067_200), "{text}");
        }
        assert_eq!(any(b"17"), None);
        assert_eq!(any(b""), None);
    }
}
