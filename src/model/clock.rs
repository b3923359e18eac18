//! Local days and hours. Zones are Rust's work, never SQL's: the bundled
//! engine has no zone tables.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, Offset, TimeZone, Timelike, Utc};
use std::str::FromStr;

/// A local calendar day, as days since 1970-01-01.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Day(pub i32);

impl Day {
    /// The day of a date.
    pub fn of(date: NaiveDate) -> Day {
        Day(date.num_days_from_ce() - 719_163)
    }

    /// The date of the day.
    pub fn date(self) -> NaiveDate {
        NaiveDate::from_num_days_from_ce_opt(self.0 + 719_163).unwrap_or(NaiveDate::MAX)
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.date().format("%Y-%m-%d"))
    }
}

/// A zone of the IANA database. The names of universal time are all one zone.
#[derive(Clone, Copy, Debug, Eq)]
pub struct Zone(chrono_tz::Tz);

impl PartialEq for Zone {
    fn eq(&self, other: &Zone) -> bool {
        self.0 == other.0 || (self.is_universal() && other.is_universal())
    }
}

impl FromStr for Zone {
    type Err = String;
    fn from_str(name: &str) -> Result<Zone, String> {
        name.parse().map(Zone).map_err(|_| format!("'{name}' is no time zone; try one like Europe/Berlin or UTC"))
    }
}

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Zone = Zone(chrono_tz::UTC);

    /// Whether its clocks show universal time, always. Greenwich does; London and
    /// Africa, where GMT is a custom that may change, do not.
    fn is_universal(&self) -> bool {
        const NAMES: [&str; 9] = ["UTC", "UCT", "GMT", "GMT0", "GMT+0", "GMT-0", "Greenwich", "Universal", "Zulu"];
        NAMES.contains(&self.name().trim_start_matches("Etc/"))
    }

    /// The zone's name.
    pub fn name(&self) -> &'static str {
        self.0.name()
    }

    /// That instant on the local clock; seconds since 1970 in UTC.
    pub fn local(&self, time: i64) -> DateTime<chrono_tz::Tz> {
        let utc = DateTime::<Utc>::from_timestamp(time, 0).unwrap_or_default();
        utc.with_timezone(&self.0)
    }

    /// The local day of an instant.
    pub fn day(&self, time: i64) -> Day {
        Day::of(self.local(time).date_naive())
    }

    /// The start of the local hour of an instant, as seconds in UTC. Of the
    /// hour that a change to winter time repeats, each passage is one.
    pub fn hour(&self, time: i64) -> i64 {
        let local = self.local(time);
        time - i64::from(local.minute() * 60 + local.second())
    }

    /// The first instant of a local day, as seconds in UTC.
    pub fn day_start(&self, day: Day) -> i64 {
        self.instant(day.date().and_hms_opt(0, 0, 0).unwrap_or_default())
    }

    /// The first instant at or after that local clock reading: where a change
    /// to summer time skips it, the instant of the change.
    pub fn instant(&self, clock: NaiveDateTime) -> i64 {
        match self.0.from_local_datetime(&clock) {
            chrono::LocalResult::Single(at) => at.timestamp(),
            chrono::LocalResult::Ambiguous(first, second) => first.timestamp().min(second.timestamp()),
            chrono::LocalResult::None => self.after_gap(clock),
        }
    }

    fn after_gap(&self, clock: NaiveDateTime) -> i64 {
        // No gap is longer than a day (Samoa skipped one); minutes suffice.
        (1..=24 * 60)
            .map(|minutes| clock + chrono::TimeDelta::minutes(minutes))
            .find_map(|later| self.0.from_local_datetime(&later).earliest())
            .map_or(clock.and_utc().timestamp(), |at| at.timestamp())
    }

    /// The instant in RFC 3339 with the local offset.
    pub fn rfc3339(&self, time: i64) -> String {
        let local = self.local(time);
        local.with_timezone(&local.offset().fix()).to_rfc3339_opts(chrono::SecondsFormat::Secs, false)
    }

    /// The day that many days later (or earlier).
    pub fn shift(day: Day, days: i64) -> Day {
        let date = day.date();
        let moved = if days < 0 {
            date.checked_sub_days(Days::new(days.unsigned_abs()))
        } else {
            date.checked_add_days(Days::new(days.unsigned_abs()))
        };
        Day::of(moved.unwrap_or(date))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn universal_time_has_many_names() {
        let zone = |name: &str| name.parse::<Zone>().unwrap();
        for name in ["UTC", "Etc/UTC", "Etc/UCT", "GMT", "Etc/GMT", "Etc/GMT0", "GMT+0", "Zulu", "Etc/Universal"] {
            assert_eq!(zone(name), Zone::UTC, "{name}");
        }
        for name in ["Etc/GMT+1", "Europe/London", "Africa/Abidjan"] {
            assert_ne!(zone(name), Zone::UTC, "{name}");
        }
        assert_ne!(zone("Europe/Berlin"), zone("Europe/Paris"));
    }
}
