//! Ranges of time: periods, `--since` and `--until`, the period before, and
//! the intervals of a series. Days are local; `to` is exclusive.

use crate::model::{Day, Zone};
use chrono::{Datelike, Months, NaiveDate, NaiveDateTime, NaiveTime, Timelike};

const HOUR: i64 = 3600;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($variant:ident $text:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs)]
        pub enum $name { $($variant),* }
        impl $name {
            /// All of them, in the order of the documentation.
            pub const ALL: &[$name] = &[$($name::$variant),*];
            /// The name on the command line.
            pub fn as_str(self) -> &'static str { match self { $($name::$variant => $text),* } }
        }
        impl std::str::FromStr for $name {
            type Err = ();
            fn from_str(text: &str) -> Result<$name, ()> {
                $name::ALL.iter().copied().find(|word| word.as_str() == text).ok_or(())
            }
        }
    };
}

words! {
    /// A named range.
    Period {
        Realtime "realtime", Today "today", Yesterday "yesterday", D7 "7d", D28 "28d", D30 "30d", D91 "91d",
        Month "month", LastMonth "last-month", Year "year", M6 "6mo", M12 "12mo", All "all",
    }
}
words! {
    /// The step of a series.
    Interval { Hour "hour", Day "day", Week "week", Month "month" }
}
words! {
    /// What a report is compared with.
    Compare { Previous "previous", Year "year" }
}

/// A range of instants in epoch seconds; `to` is exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// First instant.
    pub from: i64,
    /// First instant after it.
    pub to: i64,
}

/// What was asked for, before the clock and the zone are known.
#[derive(Clone, Debug, Default)]
pub struct Span {
    /// A named period.
    pub period: Option<Period>,
    /// `--since`.
    pub since: Option<String>,
    /// `--until`.
    pub until: Option<String>,
}

/// Why a range is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RangeError {
    /// Neither a span nor a date nor a time.
    Unreadable(String),
    /// Facts are kept by the hour.
    NotAnHour(String),
    /// It ends before it begins.
    Backwards,
}

impl std::fmt::Display for RangeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            RangeError::Unreadable(text) => {
                write!(f, "'{text}' is no time; write 7d, 24h, 4w, 3mo, 2026-11-01 or 2026-11-01T10:00")
            }
            RangeError::NotAnHour(text) => write!(f, "'{text}' is no full hour; counts are kept by the hour"),
            RangeError::Backwards => write!(f, "the range ends before it begins"),
        }
    }
}

impl Span {
    /// Whether it goes from the first to the last day with data.
    pub fn is_all(&self) -> bool {
        self.period == Some(Period::All) && self.since.is_none() && self.until.is_none()
    }

    /// The range at `now` in `zone`. `extent` is the first and last hour with
    /// data, for `all`.
    ///
    /// # Errors
    /// If a time cannot be read, is no full hour, or the range is backwards.
    pub fn range(&self, zone: Zone, now: i64, extent: Option<(i64, i64)>) -> Result<Range, RangeError> {
        let today = zone.day(now);
        if self.since.is_none() && self.until.is_none() {
            return Ok(named(self.period.unwrap_or(Period::D28), zone, now, extent));
        }
        let to = match &self.until {
            Some(text) => until(text, zone, now)?,
            None => match &self.since {
                Some(text) if text.ends_with('h') => zone.hour(now) + HOUR,
                _ => start(zone, today, 1),
            },
        };
        let from = match &self.since {
            Some(text) => since(text, zone, now)?,
            None => start(zone, zone.day(to - 1), -27),
        };
        if from >= to {
            return Err(RangeError::Backwards);
        }
        Ok(Range { from, to })
    }
}

/// Start of the day that many days after another.
fn start(zone: Zone, day: Day, days: i64) -> i64 {
    zone.day_start(Zone::shift(day, days))
}

fn of_date(zone: Zone, date: NaiveDate) -> i64 {
    zone.day_start(Day::of(date))
}

fn named(period: Period, zone: Zone, now: i64, extent: Option<(i64, i64)>) -> Range {
    let today = zone.day(now);
    let end = start(zone, today, 1);
    let days = |n: i64| Range { from: start(zone, today, 1 - n), to: end };
    let first = |date: NaiveDate| date.with_day(1).unwrap_or(date);
    let date = today.date();
    match period {
        Period::Realtime => Range { from: zone.hour(now - 30 * 60), to: zone.hour(now) + HOUR },
        Period::Today => days(1),
        Period::Yesterday => Range { from: start(zone, today, -1), to: start(zone, today, 0) },
        Period::D7 => days(7),
        Period::D28 => days(28),
        Period::D30 => days(30),
        Period::D91 => days(91),
        Period::Month => Range { from: of_date(zone, first(date)), to: end },
        Period::LastMonth => {
            let before = first(date).checked_sub_months(Months::new(1)).unwrap_or(date);
            Range { from: of_date(zone, before), to: of_date(zone, first(date)) }
        }
        Period::Year => Range { from: of_date(zone, date.with_ordinal(1).unwrap_or(date)), to: end },
        Period::M6 => Range { from: months_back(zone, today, 6), to: end },
        Period::M12 => Range { from: months_back(zone, today, 12), to: end },
        Period::All => match extent {
            Some((first, last)) => Range { from: start(zone, zone.day(first), 0), to: start(zone, zone.day(last), 1) },
            None => days(1),
        },
    }
}

/// The day after the one that many months ago, so that `1mo` on 23 March
/// begins on 24 February.
fn months_back(zone: Zone, today: Day, months: u32) -> i64 {
    let date = today.date().checked_sub_months(Months::new(months)).unwrap_or(today.date());
    start(zone, Day::of(date), 1)
}

/// A number and its unit, such as `7d`.
fn amount(text: &str) -> Option<(i64, &str)> {
    let at = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(at);
    Some((number.parse().ok().filter(|n| (1..100_000).contains(n))?, unit))
}

fn since(text: &str, zone: Zone, now: i64) -> Result<i64, RangeError> {
    let today = zone.day(now);
    match amount(text) {
        Some((n, "h")) => Ok(zone.hour(now) - (n - 1) * HOUR),
        Some((n, "d")) => Ok(start(zone, today, 1 - n)),
        Some((n, "w")) => Ok(start(zone, today, 1 - 7 * n)),
        Some((n, "mo")) => Ok(months_back(zone, today, n as u32)),
        Some((n, "y")) => Ok(months_back(zone, today, 12 * n as u32)),
        _ => point(text, zone).map(|(at, _)| at),
    }
}

fn until(text: &str, zone: Zone, now: i64) -> Result<i64, RangeError> {
    let today = zone.day(now);
    match amount(text) {
        Some((n, "h")) => Ok(zone.hour(now) - n * HOUR),
        Some((n, "d")) => Ok(start(zone, today, -n)),
        Some((n, "w")) => Ok(start(zone, today, -7 * n)),
        _ => match point(text, zone)? {
            (_, Some(date)) => Ok(start(zone, Day::of(date), 1)),
            (at, None) => Ok(at),
        },
    }
}

/// A date or a date and time; the date if it was one.
fn point(text: &str, zone: Zone) -> Result<(i64, Option<NaiveDate>), RangeError> {
    if let Ok(date) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        return Ok((of_date(zone, date), Some(date)));
    }
    let clock = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok());
    let at = match clock {
        Some(clock) => zone.instant(clock),
        None => {
            chrono::DateTime::parse_from_rfc3339(text).map_err(|_| RangeError::Unreadable(text.into()))?.timestamp()
        }
    };
    if zone.hour(at) != at {
        return Err(RangeError::NotAnHour(text.into()));
    }
    Ok((at, None))
}

impl Range {
    /// The range to compare with: as long and just before, or a year earlier.
    /// While today is in the range it is cut at the same time of day: by the minute, or at
    /// the last full hour where no more is known.
    pub fn compared(&self, compare: Compare, zone: Zone, now: i64, by_minute: bool) -> Range {
        let days = i64::from(zone.day(self.to - 1).0 - zone.day(self.from).0) + 1;
        let whole_days = zone.day_start(zone.day(self.from)) == self.from;
        let shift = |at: i64| match compare {
            Compare::Year => a_year_earlier(zone, at),
            Compare::Previous if whole_days => days_earlier(zone, at, days),
            Compare::Previous => at - (self.to - self.from),
        };
        let at = if by_minute { now.div_euclid(60) * 60 + 60 } else { zone.hour(now) };
        let end = self.to.min(at).max(self.from);
        let cut = if (self.from..self.to).contains(&now) { end } else { self.to };
        Range { from: shift(self.from), to: shift(cut) }
    }

    /// The step that suits its length.
    pub fn interval(&self) -> Interval {
        match (self.to - self.from) / HOUR {
            ..50 => Interval::Hour,
            50..=2400 => Interval::Day,
            _ => Interval::Month,
        }
    }

    /// The beginnings of its intervals; the first and last may be cut short.
    pub fn steps(&self, interval: Interval, zone: Zone) -> Vec<i64> {
        let mut steps = vec![self.from];
        let mut at = self.from;
        loop {
            at = next(at, interval, zone);
            if at >= self.to {
                return steps;
            }
            steps.push(at);
        }
    }
}

fn at_clock(zone: Zone, date: NaiveDate, time: NaiveTime) -> i64 {
    zone.instant(date.and_time(time))
}

fn days_earlier(zone: Zone, at: i64, days: i64) -> i64 {
    let local = zone.local(at).naive_local();
    at_clock(zone, Zone::shift(Day::of(local.date()), -days).date(), local.time())
}

fn a_year_earlier(zone: Zone, at: i64) -> i64 {
    let local = zone.local(at).naive_local();
    let date = local.date().checked_sub_months(Months::new(12)).unwrap_or(local.date());
    at_clock(zone, date, local.time())
}

fn next(at: i64, interval: Interval, zone: Zone) -> i64 {
    let local = zone.local(at);
    let day = Day::of(local.date_naive());
    match interval {
        Interval::Hour => at - i64::from(local.minute() * 60 + local.second()) + HOUR,
        Interval::Day => start(zone, day, 1),
        Interval::Week => start(zone, day, 7 - i64::from(local.weekday().num_days_from_monday())),
        Interval::Month => {
            let first = local.date_naive().with_day(1).unwrap_or(day.date());
            of_date(zone, first.checked_add_months(Months::new(1)).unwrap_or(first))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn berlin() -> Zone {
        "Europe/Berlin".parse().expect("a zone")
    }

    fn shown(range: Range) -> [String; 2] {
        [berlin().rfc3339(range.from), berlin().rfc3339(range.to)]
    }

    /// 2026-11-23 09:30 in Berlin.
    const NOW: i64 = 1_795_422_600;

    fn range(period: Option<&str>, since: Option<&str>, until: Option<&str>) -> Result<[String; 2], RangeError> {
        let span = Span {
            period: period.map(|p| p.parse().expect("a period")),
            since: since.map(str::to_owned),
            until: until.map(str::to_owned),
        };
        span.range(berlin(), NOW, Some((1_700_000_000, 1_795_000_000))).map(shown)
    }

    #[test]
    fn periods_and_spans() {
        for (period, since, until, from, to) in [
            (Some("today"), None, None, "2026-11-23T00:00:00+01:00", "2026-11-24T00:00:00+01:00"),
            (Some("yesterday"), None, None, "2026-11-22T00:00:00+01:00", "2026-11-23T00:00:00+01:00"),
            (Some("7d"), None, None, "2026-11-17T00:00:00+01:00", "2026-11-24T00:00:00+01:00"),
            (None, Some("7d"), None, "2026-11-17T00:00:00+01:00", "2026-11-24T00:00:00+01:00"),
            (None, None, None, "2026-10-27T00:00:00+01:00", "2026-11-24T00:00:00+01:00"),
            (Some("month"), None, None, "2026-11-01T00:00:00+01:00", "2026-11-24T00:00:00+01:00"),
            (Some("last-month"), None, None, "2026-10-01T00:00:00+02:00", "2026-11-01T00:00:00+01:00"),
            (Some("year"), None, None, "2026-01-01T00:00:00+01:00", "2026-11-24T00:00:00+01:00"),
            (Some("6mo"), None, None, "2026-05-24T00:00:00+02:00", "2026-11-24T00:00:00+01:00"),
            (Some("all"), None, None, "2023-11-14T00:00:00+01:00", "2026-11-19T00:00:00+01:00"),
            (None, Some("24h"), None, "2026-11-22T10:00:00+01:00", "2026-11-23T10:00:00+01:00"),
            (None, Some("2026-11-01"), Some("2026-11-02"), "2026-11-01T00:00:00+01:00", "2026-11-03T00:00:00+01:00"),
            (None, Some("2026-11-01T10:00"), None, "2026-11-01T10:00:00+01:00", "2026-11-24T00:00:00+01:00"),
            (Some("realtime"), None, None, "2026-11-23T09:00:00+01:00", "2026-11-23T10:00:00+01:00"),
        ] {
            let expected = Ok([from.to_owned(), to.to_owned()]);
            assert_eq!(range(period, since, until), expected, "{period:?} {since:?} {until:?}");
        }
    }

    #[test]
    fn what_is_no_range() {
        assert_eq!(range(None, Some("soon"), None), Err(RangeError::Unreadable("soon".into())));
        assert_eq!(range(None, Some("0d"), None), Err(RangeError::Unreadable("0d".into())));
        assert_eq!(range(None, Some("2026-11-01T10:30"), None), Err(RangeError::NotAnHour("2026-11-01T10:30".into())));
        assert_eq!(range(None, Some("2026-11-05"), Some("2026-11-01")), Err(RangeError::Backwards));
    }

    #[test]
    fn the_period_before_is_as_long_and_cut_at_the_same_time() {
        let week = Span { period: Some(Period::D7), ..Span::default() }.range(berlin(), NOW, None).expect("a range");
        let before = shown(week.compared(Compare::Previous, berlin(), NOW, false));
        assert_eq!(before, ["2026-11-10T00:00:00+01:00", "2026-11-16T09:00:00+01:00"]);
        let minute = shown(week.compared(Compare::Previous, berlin(), NOW, true));
        assert_eq!(minute, ["2026-11-10T00:00:00+01:00", "2026-11-16T09:31:00+01:00"]);
        let year = shown(week.compared(Compare::Year, berlin(), NOW, false));
        assert_eq!(year, ["2025-11-17T00:00:00+01:00", "2025-11-23T09:00:00+01:00"]);
        let october = Span { period: Some(Period::LastMonth), ..Span::default() };
        let october = october.range(berlin(), NOW, None).expect("a range");
        let before = shown(october.compared(Compare::Previous, berlin(), NOW, true));
        assert_eq!(before, ["2026-08-31T00:00:00+02:00", "2026-10-01T00:00:00+02:00"]);
    }

    #[test]
    fn days_of_a_change_of_clocks_have_23_or_25_hours() {
        for (day, hours) in [("2026-03-29", 23), ("2026-10-25", 25), ("2026-11-01", 24)] {
            let span = Span { period: None, since: Some(day.into()), until: Some(day.into()) };
            let range = span.range(berlin(), NOW, None).expect("a range");
            assert_eq!(range.steps(Interval::Hour, berlin()).len(), hours, "{day}");
            assert_eq!(range.steps(Interval::Day, berlin()).len(), 1, "{day}");
        }
    }
}
