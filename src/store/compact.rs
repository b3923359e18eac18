//! What happens to facts and hashes as time goes by: hashes go with their
//! salt, past hours are merged, old days are coarsened.

use super::engine::Access;
use super::lease::lease;
use super::state::forget_day;
use super::{StoreError, Tx, Writer, reader};
use crate::model::{Day, Zone};
use duckdb::params;
use reader::DayState;

/// Seconds that a salt outlives its day's end and its last use.
const SALT_GRACE: i64 = 24 * 3600;
/// Seconds after which a salt goes in any case.
const SALT_LIMIT: i64 = 7 * 24 * 3600;

/// Days that keep their hours and details.
const FINE_DAYS: i64 = 30;

/// When a salt is due, by the rules of docs/design.md: a day after the later
/// of the day's end and the last commit that used it, at the latest seven days
/// after it was made. All in epoch seconds.
pub fn due_at(zone: Zone, day: Day, made: i64, last_commit: i64) -> i64 {
    let end = zone.day_start(Zone::shift(day, 1));
    let used = last_commit.max(made);
    (end.max(used) + SALT_GRACE).min(made + SALT_LIMIT)
}

/// The days whose salt is due at `now`, among salts given as (day, made).
pub fn due_days(zone: Zone, days: &[DayState], salts: &[(Day, i64)], now: i64) -> Vec<Day> {
    let last = |day: Day| days.iter().find(|d| d.day == day).map_or(0, |d| d.last_commit);
    salts.iter().filter(|(day, made)| due_at(zone, *day, *made, last(*day)) <= now).map(|(day, _)| *day).collect()
}

/// Days whose hashes are to go.
#[derive(Clone, Debug, Default)]
pub struct Sweep {
    /// Their salt is due, or is gone already.
    pub days: Vec<Day>,
}

impl Sweep {
    /// What is due: salts past their time, and days whose salt is gone and would be
    /// past it. One that is gone earlier may come back, as when its folder is not
    /// mounted; whoever has to make a new one deletes what was open under it.
    pub fn plan(zone: Zone, days: &[DayState], salts: &[(Day, i64)], now: i64) -> Sweep {
        let mut due = due_days(zone, days, salts, now);
        let has_file = |day: Day| salts.iter().any(|(d, _)| *d == day);
        let is_over = |d: &&DayState| due_at(zone, d.day, d.last_commit, d.last_commit) <= now;
        due.extend(days.iter().filter(|d| d.has_salt && !has_file(d.day)).filter(is_over).map(|d| d.day));
        Sweep { days: due }
    }
}

impl Tx<'_> {
    /// Two commits to an hour are left as they are: every batch of a large import
    /// ends within one, and merging rewrites it.
    fn merge_past_hours(&self, now: i64) -> Result<(), StoreError> {
        let before = (now - 3600).clamp(0, u32::MAX.into()) as u32;
        self.connection().execute_batch("CREATE OR REPLACE TEMP TABLE due (bucket UINTEGER)")?;
        let due = self.connection().execute(
            "INSERT INTO temp.main.due SELECT bucket FROM unmerged WHERE bucket <= ? GROUP BY bucket HAVING count(*) > 2",
            [before],
        )?;
        if due > 0 {
            self.spread()?;
            self.connection().execute_batch(include_str!("sql/merge.sql"))?;
        }
        Ok(())
    }

    fn coarsen(&self, before: Day, zone: Zone) -> Result<usize, StoreError> {
        let connection = self.connection();
        let due: Vec<Day> = {
            let sql = "SELECT day FROM days WHERE day < ? AND salt IS NULL AND NOT coarsened ORDER BY day";
            let mut statement = connection.prepare(sql)?;
            let rows = statement.query_map([before.0], |row| Ok(Day(row.get(0)?)))?;
            rows.collect::<Result<_, _>>()?
        };
        if !due.is_empty() {
            self.spread()?;
        }
        for &day in &due {
            let (from, to) = (zone.day_start(day) as u32, zone.day_start(Zone::shift(day, 1)) as u32);
            connection.execute_batch("CREATE OR REPLACE TEMP TABLE span (start UINTEGER, stop UINTEGER)")?;
            connection.execute("INSERT INTO temp.main.span VALUES (?, ?)", [from, to])?;
            connection.execute_batch(include_str!("sql/coarsen.sql"))?;
            connection.execute("UPDATE days SET coarsened = true WHERE day = ?", [day.0])?;
        }
        Ok(due.len())
    }
}

impl Writer {
    /// Deletes everything that only the salts of these days could relate, and
    /// checkpoints, so that it is gone from the log as well. Notes that it was at
    /// `now`, epoch seconds.
    ///
    /// # Errors
    /// Of the engine, or if no lease is to be had.
    pub fn forget_days(&mut self, days: &[Day], now: i64) -> Result<(), StoreError> {
        let tx = self.begin()?;
        for &day in days {
            forget_day(tx.connection(), day)?;
            tx.connection().execute("UPDATE days SET salt = NULL WHERE day = ?", params![day.0])?;
        }
        super::meta::set(tx.connection(), "version", "salts were destroyed")?;
        super::meta::set(tx.connection(), "destroyed", &now.to_string())?;
        tx.finish()?;
        self.checkpoint()
    }

    /// Merges the rows of hours that have passed at `now`, sorted by their
    /// dimensions.
    ///
    /// # Errors
    /// Of the engine, or if no lease is to be had.
    pub fn merge_past_hours(&mut self, now: i64) -> Result<(), StoreError> {
        let tx = self.begin()?;
        tx.merge_past_hours(now)?;
        tx.finish()
    }

    /// Coarsens the days that are more than 30 days old at `now`.
    ///
    /// # Errors
    /// As [`Writer::coarsen`].
    pub fn coarsen_old(&mut self, now: i64) -> Result<usize, StoreError> {
        self.coarsen(self.fine_from(now))
    }

    /// The first day that keeps its details at `now`.
    fn fine_from(&self, now: i64) -> Day {
        Zone::shift(self.info().zone.day(now), -FINE_DAYS)
    }

    /// Turns the hours of days before `before` into days and gathers what was
    /// rare on them; only days whose salt is gone, since an open visit may still
    /// correct the others.
    ///
    /// # Errors
    /// Of the engine, or if no lease is to be had.
    pub fn coarsen(&mut self, before: Day) -> Result<usize, StoreError> {
        let zone = self.info().zone;
        let tx = self.begin()?;
        let days = tx.coarsen(before, zone)?;
        tx.finish()?;
        Ok(days)
    }

    /// Everything that is to be done once in a while, under one lease: merges past
    /// hours, coarsens old days, and writes the log back into the file.
    ///
    /// # Errors
    /// Of the engine, or if no lease is to be had.
    pub fn tidy(&mut self, now: i64) -> Result<(), StoreError> {
        let (zone, before) = (self.info().zone, self.fine_from(now));
        let tx = self.begin()?;
        tx.merge_past_hours(now)?;
        tx.coarsen(before, zone)?;
        tx.finish_and_checkpoint()
    }

    /// Every day written to.
    ///
    /// # Errors
    /// Of the engine, or if no lease is to be had.
    pub fn days(&mut self) -> Result<Vec<DayState>, StoreError> {
        let path = self.path().to_owned();
        let lease = lease(&path, Access::Read, self.tell())?;
        reader::days(&lease)
    }
}
