//! What is asked for: site, range, interval, comparison, filters.

use crate::model::Zone;
use crate::query::Filter;
use crate::query::{Compare, Interval, Period, Range, Span};
use crate::report::Asked;
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

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-08-23 14:00 in Berlin.
    const NOW: i64 = 1_787_486_400;

    fn berlin() -> Zone {
        "Europe/Berlin".parse().expect("a zone")
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
}
