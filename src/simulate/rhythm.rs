//! When the lines come: day and night, weekends, slow growth, and one day on
//! which the whole world looks.

use super::chance::Random;

/// Activity by UTC hour of a site read in Europe and America.
const HOURS: [u64; 24] =
    [45, 38, 33, 29, 27, 29, 36, 48, 62, 74, 80, 82, 84, 92, 100, 100, 97, 92, 87, 82, 76, 70, 62, 53];
/// Activity by weekday from Monday, in percent.
const WEEKDAYS: [u64; 7] = [96, 100, 99, 97, 90, 58, 62];
/// How many times busier the hours from 14:00 of the great day are.
const SPIKE: [u32; 12] = [3, 5, 6, 5, 4, 4, 3, 3, 2, 2, 2, 2];

/// Shares out the lines over the hours. It moves forward only and keeps one
/// hour, not a table of them.
#[derive(Debug)]
pub(super) struct Rhythm {
    seed: u64,
    /// Hours since the epoch at the beginning.
    first_hour: i64,
    hours: u32,
    lines: u64,
    total: u64,
    hour: u32,
    weight_after: u64,
    lines_before: u64,
    lines_after: u64,
}

impl Rhythm {
    /// `start` in seconds since the epoch.
    pub(super) fn new(lines: u64, seed: u64, days: u32, start: i64) -> Rhythm {
        let mut rhythm = Rhythm {
            seed,
            first_hour: start.div_euclid(3600),
            hours: days * 24,
            lines,
            total: 0,
            hour: 0,
            weight_after: 0,
            lines_before: 0,
            lines_after: 0,
        };
        rhythm.total = (0..rhythm.hours).map(|hour| rhythm.weight(hour)).sum();
        rhythm.enter(0);
        rhythm
    }

    /// When line `number` (from 0) is due, in ms since the beginning. Never
    /// earlier than the hour that was reached before.
    pub(super) fn time_of(&mut self, number: u64) -> i64 {
        while number >= self.lines_after && self.hour + 1 < self.hours {
            self.enter(self.hour + 1);
        }
        let lines = (self.lines_after - self.lines_before).max(1);
        let inside = number.saturating_sub(self.lines_before).min(lines - 1);
        let ms = u128::from(inside) * 3_600_000 / u128::from(lines);
        i64::from(self.hour) * 3_600_000 + ms as i64
    }

    /// How many times busier than usual the hour last reached is.
    pub(super) fn spike(&self) -> u32 {
        self.spike_at(self.hour)
    }

    fn enter(&mut self, hour: u32) {
        self.hour = hour;
        self.weight_after += self.weight(hour);
        self.lines_before = self.lines_after;
        let share = u128::from(self.lines) * u128::from(self.weight_after);
        self.lines_after = (share / u128::from(self.total.max(1))) as u64;
    }

    fn weight(&self, hour: u32) -> u64 {
        let at = self.first_hour + i64::from(hour);
        let weekday = (at.div_euclid(24) + 3).rem_euclid(7) as usize;
        let growth = 1000 + 500 * u64::from(hour) / u64::from(self.hours);
        let weather = 88 + u64::from(Random::new(self.seed ^ at as u64).below(25));
        HOURS[at.rem_euclid(24) as usize] * WEEKDAYS[weekday] * growth * weather * u64::from(self.spike_at(hour))
    }

    /// The great day begins after two thirds of the days, if there are three.
    fn spike_at(&self, hour: u32) -> u32 {
        let begin = 24 - self.first_hour.rem_euclid(24) as u32 + 14 + 24 * (self.hours / 36);
        if self.hours < 72 || hour < begin {
            return 1;
        }
        SPIKE.get((hour - begin) as usize).copied().unwrap_or(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MONDAY: i64 = 1_767_571_200; // 2026-01-05T00:00:00Z

    #[test]
    fn times_ascend_and_fill_the_days() {
        let mut rhythm = Rhythm::new(10_000, 1, 7, MONDAY);
        let times: Vec<i64> = (0..10_000).map(|n| rhythm.time_of(n)).collect();
        assert!(times.is_sorted());
        assert!(times[0] < 3_600_000);
        assert!((6 * 86_400_000..7 * 86_400_000).contains(&times[9_999]));
    }

    #[test]
    fn sunday_is_quieter_than_monday_and_one_day_is_busy() {
        let mut rhythm = Rhythm::new(100_000, 1, 7, MONDAY);
        let mut days = [0; 7];
        (0..100_000).for_each(|n| days[(rhythm.time_of(n) / 86_400_000) as usize] += 1);
        assert!(days[6] < days[0], "{days:?}");
        assert!(days[5] > days[6] && days[5] > days[0], "{days:?}");
    }

    #[test]
    fn a_line_of_an_hour_gone_by_is_due_now() {
        let mut rhythm = Rhythm::new(1000, 1, 1, MONDAY);
        let late = rhythm.time_of(900);
        assert_eq!(rhythm.time_of(1), late / 3_600_000 * 3_600_000);
    }
}
