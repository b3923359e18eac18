//! What is asked for: site, range, interval, comparison, filters.

use crate::model::{Dimension, Zone};
use crate::report::{Asked, Compare, Interval, Period, Range, RangeError, Span};
use crate::store::{Filter, Op};
use chrono::{Datelike, Months, NaiveDate};

/// A range by name or by its ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chosen {
    /// A named one.
    Named(Period),
    /// First and last day.
    Days(NaiveDate, NaiveDate),
    /// Full hours: the first instant and the one after the last, epoch seconds.
    Hours(i64, i64),
    /// As `--since` takes it: `7d`, `24h`.
    Since(String),
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// Only this site; nothing means the only one, or all.
    pub site: Option<String>,
    /// The range.
    pub chosen: Chosen,
    /// So many such ranges earlier.
    pub back: u32,
    /// The step of the chart, if not what suits the range.
    pub interval: Option<Interval>,
    /// What it is compared with.
    pub compare: Option<Compare>,
    /// All have to hold.
    pub filters: Vec<Filter>,
}

impl Default for View {
    fn default() -> View {
        let chosen = Chosen::Named(Period::D28);
        View { site: None, chosen, back: 0, interval: None, compare: Some(Compare::Previous), filters: Vec::new() }
    }
}

/// The words of a period.
pub fn words(period: Period) -> &'static str {
    match period {
        Period::Realtime => "Realtime, full hours",
        Period::Today => "Today",
        Period::Yesterday => "Yesterday",
        Period::D7 => "Last 7 days",
        Period::D28 => "Last 28 days",
        Period::D30 => "Last 30 days",
        Period::D91 => "Last 91 days",
        Period::Month => "Month to date",
        Period::LastMonth => "Last month",
        Period::Year => "Year to date",
        Period::M6 => "Last 6 months",
        Period::M12 => "Last 12 months",
        Period::All => "All time",
    }
}

impl View {
    /// What to ask the store for.
    pub fn asked(&self, zone: Zone, now: i64) -> Asked {
        Asked {
            site: self.site.clone(),
            span: self.span(zone, now),
            interval: self.interval,
            filters: self.filters.clone(),
            ..Asked::default()
        }
    }

    /// The range as a report asks for it.
    pub fn span(&self, zone: Zone, now: i64) -> Span {
        let days = |(first, last): (NaiveDate, NaiveDate)| Span {
            period: None,
            since: Some(first.to_string()),
            until: Some(last.to_string()),
        };
        match (&self.chosen, self.back) {
            (Chosen::Named(period), 0) => Span { period: Some(*period), ..Span::default() },
            (Chosen::Since(since), _) => Span { since: Some(since.clone()), ..Span::default() },
            (Chosen::Days(first, last), 0) => days((*first, *last)),
            (Chosen::Hours(from, to), back) => {
                let shift = (to - from) * i64::from(back);
                let time = |at: i64| Some(zone.rfc3339(at - shift));
                Span { period: None, since: time(*from), until: time(*to) }
            }
            _ => self.days(zone, now, self.back).map_or_else(Span::default, days),
        }
    }

    /// First and last day of the range so many ranges earlier; nothing if there is
    /// no earlier one.
    fn days(&self, zone: Zone, now: i64, back: u32) -> Option<(NaiveDate, NaiveDate)> {
        let period = match self.chosen {
            Chosen::Days(first, last) => {
                let length = (last - first).num_days() + 1;
                let shift = chrono::TimeDelta::days(length * i64::from(back));
                return Some((first.checked_sub_signed(shift)?, last.checked_sub_signed(shift)?));
            }
            Chosen::Since(_) | Chosen::Hours(..) => return None,
            Chosen::Named(period) => period,
        };
        let range = Span { period: Some(period), ..Span::default() }.range(zone, now, None).ok()?;
        let (first, last) = (zone.day(range.from).date(), zone.day(range.to - 1).date());
        let months_ago = |date: NaiveDate, months: u32| date.checked_sub_months(Months::new(months));
        let before = |date: NaiveDate| date.pred_opt();
        match period {
            Period::Realtime | Period::All => None,
            Period::Month | Period::LastMonth if back > 0 => {
                let first = months_ago(first, back)?;
                Some((first, before(months_ago(first, 0)?.checked_add_months(Months::new(1))?)?))
            }
            Period::Year if back > 0 => {
                let first = first.with_year(first.year() - back as i32)?;
                Some((first, before(first.with_year(first.year() + 1)?)?))
            }
            Period::M6 | Period::M12 => {
                let months = back * if period == Period::M6 { 6 } else { 12 };
                let after = last.succ_opt()?;
                Some((months_ago(before(first)?, months)?.succ_opt()?, before(months_ago(after, months)?)?))
            }
            _ => {
                let length = (last - first).num_days() + 1;
                let shift = chrono::TimeDelta::days(length * i64::from(back));
                Some((first.checked_sub_signed(shift)?, last.checked_sub_signed(shift)?))
            }
        }
    }

    /// The range so many ranges earlier, if there is such a one.
    pub fn range(&self, zone: Zone, now: i64, back: u32) -> Option<Range> {
        let is_there = matches!(self.chosen, Chosen::Hours(..)) || self.days(zone, now, back).is_some();
        if back > 0 && !is_there {
            return None;
        }
        View { back, ..self.clone() }.span(zone, now).range(zone, now, None).ok()
    }

    /// The range in words: `Last 28 days`, or its days.
    pub fn title(&self, range: Option<&Range>, zone: Zone, now: i64) -> String {
        match (&self.chosen, self.back, range) {
            (Chosen::Named(period), 0, _) => words(*period).into(),
            (Chosen::Since(since), _, _) => format!("Since {since}"),
            (_, _, Some(range)) => self.dates(range, zone, now),
            _ => String::new(),
        }
    }

    /// The days of a range, and its hours if hours were asked for.
    pub fn dates(&self, range: &Range, zone: Zone, now: i64) -> String {
        match self.chosen {
            Chosen::Hours(..) => hours(range, zone, now),
            _ => dates(range, zone, now),
        }
    }
}

/// A day, with its year if it is not this one.
pub fn date(date: NaiveDate, now: NaiveDate) -> String {
    match date.year() == now.year() {
        true => date.format("%-d %b").to_string(),
        false => date.format("%-d %b %Y").to_string(),
    }
}

/// The days of a range.
pub fn dates(range: &Range, zone: Zone, now: i64) -> String {
    let today = zone.day(now).date();
    let (first, last) = (zone.day(range.from).date(), zone.day((range.to - 1).max(range.from)).date());
    match () {
        _ if first == last => date(first, today),
        _ if first.year() == last.year() => format!("{} – {}", first.format("%-d %b"), date(last, today)),
        // Both years, so that nobody has to think about it.
        _ => format!("{} – {}", first.format("%-d %b %Y"), last.format("%-d %b %Y")),
    }
}

/// The hours of a range: `25 Nov 19:00 – 20:00`; its days if they are whole.
fn hours(range: &Range, zone: Zone, now: i64) -> String {
    let is_midnight = |at: i64| zone.day_start(zone.day(at)) == at;
    if is_midnight(range.from) && is_midnight(range.to) {
        return dates(range, zone, now);
    }
    let today = zone.day(now).date();
    let day = |at: i64| date(zone.day(at).date(), today);
    let clock = |at: i64| zone.local(at).format("%H:%M").to_string();
    let end = match zone.day(range.from) == zone.day(range.to - 1) {
        true => clock(range.to),
        false => format!("{} {}", day(range.to), clock(range.to)),
    };
    format!("{} {} – {end}", day(range.from), clock(range.from))
}

/// Reads a range as people type it: `2026-07-01..2026-07-31`, `7d`, `last month`.
///
/// # Errors
/// Why it is none.
pub fn read_range(text: &str, zone: Zone, now: i64) -> Result<Chosen, String> {
    let text = text.trim();
    let plain: String = text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
    let named = Period::ALL.iter().find(|p| words(**p).to_lowercase() == plain || p.as_str() == plain);
    let named = named.copied().or(match &*plain {
        "this month" => Some(Period::Month),
        "this year" => Some(Period::Year),
        _ => None,
    });
    if let Some(period) = named {
        return Ok(Chosen::Named(period));
    }
    let parts = ["..", " to ", " – ", " - "].into_iter().find_map(|gap| text.split_once(gap));
    let (since, until) = match parts {
        Some((since, until)) => (since.trim(), Some(until.trim())),
        None => (text, None),
    };
    let today = zone.day(now).date();
    let year = today.year();
    // Also by name: Nov 2026, November; without a year the last one that has begun.
    let of_name = |text: &str| {
        let of_year = |year: i32| NaiveDate::parse_from_str(&format!("1 {text} {year}"), "%d %B %Y").ok();
        let named = NaiveDate::parse_from_str(&format!("1 {text}"), "%d %B %Y").ok();
        named.or_else(|| of_year(year).filter(|first| *first <= today)).or_else(|| of_year(year - 1))
    };
    let month =
        |text: &str| NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d").ok().or_else(|| of_name(text));
    if let (None, Some(first)) = (until, month(since).or_else(|| month(&format!("{since}-01")))) {
        let months = Months::new(if month(since).is_some() { 1 } else { 12 });
        let last = first.checked_add_months(months).and_then(|next| next.pred_opt());
        return Ok(Chosen::Days(first, last.unwrap_or(first)));
    }
    if since.is_empty() {
        return Err("type 7d, last month, 2026-07, or 2026-07-01..2026-07-31".into());
    }
    // Also as the header writes them: 1 Nov 2026, 1 Nov.
    let date = |text: &str| {
        let iso = NaiveDate::parse_from_str(text, "%Y-%m-%d");
        let named = iso.or_else(|_| NaiveDate::parse_from_str(text, "%d %b %Y"));
        named.or_else(|_| NaiveDate::parse_from_str(&format!("{text} {year}"), "%d %b %Y")).ok()
    };
    if let (Some(first), Some(last)) = (date(since), until.map_or(date(since), date)) {
        return if first > last { Err(RangeError::Backwards.to_string()) } else { Ok(Chosen::Days(first, last)) };
    }
    if let Some(until) = until {
        let span = Span { period: None, since: Some(since.to_owned()), until: Some(until.to_owned()) };
        let hours = span.range(zone, now, None).map(|range| Chosen::Hours(range.from, range.to));
        return hours.map_err(|error| error.to_string());
    }
    let span = Span { since: Some(since.to_owned()), ..Span::default() };
    span.range(zone, now, None).map(|_| Chosen::Since(since.to_owned())).map_err(|error| error.to_string())
}

/// A filter in words: `country is Germany`.
pub fn filter_words(filter: &Filter) -> String {
    let op = match filter.op {
        Op::Is => "is",
        Op::IsNot => "is not",
        Op::Contains => "contains",
        Op::ContainsNot => "does not contain",
    };
    let values: Vec<String> =
        filter.values.iter().map(|value| super::names::name(filter.dimension, &value.words())).collect();
    format!("{} {op} {}", property(filter.dimension), values.join(" or "))
}

/// A dimension as a chip names it.
pub fn property(dimension: Dimension) -> String {
    match dimension {
        Dimension::Os => "system".into(),
        other => other.as_str().replace('_', " "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-08-23 14:00 in Berlin.
    const NOW: i64 = 1_787_486_400;

    fn berlin() -> Zone {
        "Europe/Berlin".parse().expect("a zone")
    }

    fn typed(text: &str) -> Result<String, String> {
        let view = View { chosen: read_range(text, berlin(), NOW)?, ..View::default() };
        Ok(view.title(view.range(berlin(), NOW, 0).as_ref(), berlin(), NOW))
    }

    #[test]
    fn ranges_are_read_as_people_type_them() {
        for (text, title) in [
            ("2026-07-01..2026-07-31", "1 Jul – 31 Jul"),
            ("2026-08-22T19:00..2026-08-22T20:00", "22 Aug 19:00 – 20:00"),
            ("2026-08-22 19:00 to 2026-08-23 02:00", "22 Aug 19:00 – 23 Aug 02:00"),
            ("2026-10-24T22:00..2026-10-25T04:00", "24 Oct 22:00 – 25 Oct 04:00"),
            ("7d..2d", "17 Aug – 20 Aug"),
            ("this month", "Month to date"),
            ("july", "1 Jul – 31 Jul"),
            ("Nov", "1 Nov – 30 Nov 2025"),
            ("Feb 2024", "1 Feb – 29 Feb 2024"),
            ("2026-07", "1 Jul – 31 Jul"),
        ] {
            assert_eq!(typed(text).as_deref(), Ok(title), "{text}");
        }
        for text in ["2026-08-22T19:30..2026-08-22T20:00", "2026-08-02..2026-08-01", "soon", "..", "2026-08-01..soon"] {
            assert!(typed(text).is_err(), "{text}");
        }
    }

    fn days(period: Period, back: u32) -> String {
        let view = View { chosen: Chosen::Named(period), ..View::default() };
        view.range(berlin(), NOW, back).map_or("none".into(), |range| dates(&range, berlin(), NOW))
    }

    #[test]
    fn earlier_periods_follow_one_another() {
        assert_eq!(days(Period::D7, 0), "17 Aug – 23 Aug");
        assert_eq!(days(Period::D7, 1), "10 Aug – 16 Aug");
        assert_eq!(days(Period::Today, 2), "21 Aug");
        assert_eq!(days(Period::Month, 0), "1 Aug – 23 Aug");
        assert_eq!(days(Period::Month, 1), "1 Jul – 31 Jul");
        assert_eq!(days(Period::LastMonth, 2), "1 May – 31 May");
        assert_eq!(days(Period::Year, 1), "1 Jan – 31 Dec 2025");
        assert_eq!(days(Period::M6, 0), "24 Feb – 23 Aug");
        assert_eq!(days(Period::M6, 1), "24 Aug 2025 – 23 Feb 2026");
        assert_eq!(days(Period::All, 1), "none");
        assert_eq!(days(Period::Realtime, 1), "none");
    }

    #[test]
    fn ranges_are_read_as_typed() {
        let read = |text| read_range(text, berlin(), NOW);
        let day = |text: &str| text.parse::<NaiveDate>().expect("a date");
        assert_eq!(read("2026-07-01..2026-07-31"), Ok(Chosen::Days(day("2026-07-01"), day("2026-07-31"))));
        assert_eq!(read("2026-07-01"), Ok(Chosen::Days(day("2026-07-01"), day("2026-07-01"))));
        assert_eq!(read(" Last  Month "), Ok(Chosen::Named(Period::LastMonth)));
        assert_eq!(read("7d"), Ok(Chosen::Named(Period::D7)));
        assert_eq!(read("1 Jul – 31 Jul"), read("2026-07-01..2026-07-31"));
        assert_eq!(read("2026-07-01 to 2026-07-31"), read("2026-07-01..2026-07-31"));
        assert_eq!(read("2021-02"), Ok(Chosen::Days(day("2021-02-01"), day("2021-02-28"))));
        assert_eq!(read("2021"), Ok(Chosen::Days(day("2021-01-01"), day("2021-12-31"))));
        assert_eq!(read("3w"), Ok(Chosen::Since("3w".into())));
        assert!(read("2026-07-31..2026-07-01").expect_err("backwards").contains("ends before"));
        assert!(read("2026-07-01..soon").expect_err("no date").contains("'soon' is no time"));
        assert!(read("").is_err());
    }
}
