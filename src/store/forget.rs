//! Forgetting a day, so that it can be counted anew.

use super::open::shelf;
use super::tables::{BY_DAY, BY_HOUR};
use super::{Reader, StoreError, Writer, meta};
use crate::model::{Day, Zone};
use crate::query::Query;
use duckdb::params;

impl Writer {
    /// Deletes everything that is kept of a day, and checkpoints.
    ///
    /// # Errors
    /// Of the engine, or if no lease is to be had.
    pub fn forget_day(&mut self, day: Day) -> Result<(), StoreError> {
        let zone = self.info().zone;
        let (from, to) = (zone.day_start(day), zone.day_start(Zone::shift(day, 1)));
        let tx = self.begin()?;
        for table in BY_DAY.into_iter().chain(["carried"]) {
            tx.connection().execute(&format!("DELETE FROM {table} WHERE day = ?"), [day.0])?;
        }
        for table in BY_HOUR {
            let sql =
                format!("DELETE FROM {table} WHERE bucket >= CAST(? AS UINTEGER) AND bucket < CAST(? AS UINTEGER)");
            tx.connection().execute(&sql, params![from, to])?;
        }
        shelf::forget(tx.connection(), &[day])?;
        tx.connection().execute("DELETE FROM days WHERE day = ?", [day.0])?;
        meta::renew(tx.connection())?;
        tx.finish_and_checkpoint()
    }
}

impl Reader {
    /// A day with those whose page counters were counted on it, or on which its own were:
    /// they can only be counted anew together.
    ///
    /// # Errors
    /// Of the engine.
    pub fn joined_with(&self, day: Day) -> Result<Vec<Day>, StoreError> {
        let mut statement = self.connection().prepare("SELECT day, counted FROM carried WHERE counted IS NOT NULL")?;
        let pairs = statement.query_map([], |row| Ok((Day(row.get(0)?), Day(row.get(1)?))))?;
        let pairs: Vec<(Day, Day)> = pairs.collect::<Result<_, _>>()?;
        let mut days = std::collections::BTreeSet::from([day]);
        let mut known = 0;
        while days.len() > known {
            known = days.len();
            for (day, counted) in &pairs {
                if days.contains(day) || days.contains(counted) {
                    days.extend([*day, *counted]);
                }
            }
        }
        Ok(days.into_iter().collect())
    }

    /// Lines that are known of a day.
    ///
    /// # Errors
    /// Of the engine.
    pub fn lines_of(&self, day: Day) -> Result<u64, StoreError> {
        let zone = self.info().zone;
        let (from, to) = (zone.day_start(day), zone.day_start(Zone::shift(day, 1)));
        let query = Query { from, to, ..Query::default() };
        Ok(self.ledger(&query)?.iter().map(|(_, _, ledger)| ledger.lines()).sum())
    }
}
