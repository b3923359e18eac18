//! Ranges as people type them.

use super::view::{Chosen, words};
use crate::model::Zone;
use crate::query::{Period, RangeError, Span};
use chrono::{Datelike, Months, NaiveDate};

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

#[cfg(test)]
mod tests {
    use super::super::view::View;
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
