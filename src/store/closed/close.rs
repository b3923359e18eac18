//! Closing of days: what is sealed is opened once more, added up by the rules, and
//! written in one transaction; then its keys may go.

use super::pairs::Wanted;
use super::sheet::{Carried, FEW, Rules, Sheet, Waiting, sheet};
use super::write::write;
use crate::model::{Day, Keys, Kind, Of, PageKey, PageSums, Privacy, Seal, Sums, Sym, Symbols, Zone};
use crate::store::open::{read_whole, shelf, waiting};
use crate::store::reader::DayState;
use crate::store::{StoreError, Writer, meta, state};
use duckdb::{Connection, params};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// Seconds that a salt outlives its day's end and its last use.
const GRACE: i64 = 24 * 3600;
/// Seconds after which a salt goes in any case.
const LIMIT: i64 = 7 * 24 * 3600;
/// Seconds that page counters wait for a later day.
pub(in crate::store) const WAIT: i64 = 7 * 24 * 3600;
/// Rows of closed days that are held at a time.
const ROWS: usize = 400_000;

/// When a day is to be closed, by the rules of docs/design.md: a day after the later
/// of its end and the last commit to it, at the latest seven days after its keys were
/// made. All in epoch seconds.
pub fn due_at(zone: Zone, day: Day, made: i64, last_commit: i64) -> i64 {
    let end = zone.day_start(Zone::shift(day, 1));
    let used = last_commit.max(made);
    (end.max(used) + GRACE).min(made + LIMIT)
}

/// Which days are due.
pub struct Due;

impl Due {
    /// Those whose time has come at `now`: by when their keys were made, given as (day,
    /// made). One without a key is due by its last commit, and one that was closed before
    /// its keys went is due at once.
    pub fn days(zone: Zone, days: &[DayState], made: &[(Day, i64)], now: i64) -> Vec<Day> {
        let mut due = BTreeSet::new();
        for state in days.iter().filter(|state| state.is_open) {
            let made = made.iter().filter(|(day, _)| *day == state.day).map(|(_, made)| *made).min();
            if due_at(zone, state.day, made.unwrap_or(state.last_commit), state.last_commit) <= now {
                due.insert(state.day);
            }
        }
        for (day, made) in made {
            match days.iter().find(|state| state.day == *day) {
                Some(state) if state.is_open => {}
                Some(_) => _ = due.insert(*day),
                // It was made, and nothing was committed under it.
                None if due_at(zone, *day, *made, 0) <= now => _ = due.insert(*day),
                None => {}
            }
        }
        due.into_iter().collect()
    }
}

/// How days are closed.
pub struct Closing<'c> {
    /// The clock, epoch seconds.
    pub now: i64,
    /// Opens the days.
    pub keys: &'c dyn Keys,
    /// What seals page counters of a day that wait.
    pub carry: &'c dyn Fn(Day) -> Result<Box<dyn Seal>, StoreError>,
    /// By which rules.
    pub privacy: Privacy,
    /// Texts of a dictionary that a site may have on a day.
    pub cap: usize,
    /// No further day is begun after so long.
    pub patience: Duration,
}

/// What closing did.
#[derive(Clone, Debug, Default)]
pub struct Closed {
    /// Days that are closed now; their keys may go.
    pub closed: Vec<Day>,
    /// Days whose page counters wait no more; the keys of these may go.
    pub settled: Vec<Day>,
    /// Days with so many sorts of visits that details were folded.
    pub folded: Vec<Day>,
    /// Days of which a part could not be opened.
    pub unreadable: Vec<Day>,
}

impl Closed {
    /// Adds what was done later.
    pub fn add(&mut self, more: &Closed) {
        self.closed.extend(&more.closed);
        self.settled.extend(&more.settled);
        self.folded.extend(&more.folded);
        self.unreadable.extend(&more.unreadable);
    }
}

/// Closes days in their order, in one transaction, and checkpoints, so that what was
/// sealed is gone from the log as well. What is not closed when `patience` is over stays
/// open.
///
/// # Errors
/// Of the engine, if no lease is to be had, or if what has to wait cannot be sealed.
pub fn close_days(writer: &mut Writer, days: &[Day], how: &Closing<'_>) -> Result<Closed, StoreError> {
    let (zone, began) = (writer.info().zone, Instant::now());
    let tx = writer.begin()?;
    let connection = tx.connection();
    let mut run =
        Run { connection, how, zone, symbols: Symbols::default(), waiting: Waiting::new(), done: Closed::default() };
    run.waiting = waiting(connection, &run.symbols, how.keys)?;
    let mut sheets = run.expired()?;
    let mut rows = 0;
    for &day in days {
        if !run.done.closed.is_empty() && (began.elapsed() >= how.patience || rows >= ROWS) {
            break;
        }
        let sheet = run.close(day)?;
        rows += sheet.visits.len() + sheet.pages.len() + sheet.pairs.len() + sheet.request_hours.len();
        sheets.push(sheet);
    }
    if sheets.is_empty() {
        return Ok(run.done);
    }
    write(connection, &run.symbols, &sheets)?;
    let closed = std::mem::take(&mut run.done.closed);
    shelf::forget(connection, &closed)?;
    let list = state::list(closed.iter().copied());
    let sql = format!("UPDATE days SET is_open = false, salt = NULL, key = NULL, closed = ? WHERE day IN ({list})");
    connection.execute(&sql, [how.now])?;
    let mut done = Closed { closed, ..run.done };
    let settled = "SELECT day FROM carried GROUP BY day HAVING count(*) FILTER (counted IS NULL) = 0";
    let mut statement = connection.prepare(settled)?;
    let settled = statement.query_map([], |row| Ok(Day(row.get(0)?)))?;
    done.settled = settled.collect::<Result<_, _>>()?;
    drop(statement);
    meta::renew(connection)?;
    meta::set(connection, "destroyed", &how.now.to_string())?;
    tx.finish_and_checkpoint()?;
    Ok(done)
}

struct Run<'r> {
    connection: &'r Connection,
    how: &'r Closing<'r>,
    zone: Zone,
    symbols: Symbols,
    waiting: Waiting,
    done: Closed,
}

impl Run<'_> {
    /// What has waited for a week is not named any more.
    fn expired(&mut self) -> Result<Vec<Sheet>, StoreError> {
        let before = self.how.now - WAIT;
        let sql = "SELECT site, kind, day FROM carried WHERE counted IS NULL AND closed <= ? ORDER BY day";
        let mut statement = self.connection.prepare(sql)?;
        let rows = statement.query_map([before], |row| Ok((row.get(0)?, row.get::<_, u8>(1)?, Day(row.get(2)?))))?;
        let due: Vec<(u32, u8, Day)> = rows.collect::<Result<_, _>>()?;
        let mut sheets = Vec::new();
        for (site, kind, day) in due {
            let of = (site, Kind::from_index(kind).unwrap_or(Kind::Log));
            let all = self.waiting.entry(of).or_default();
            // One whose key is lost is gone.
            if let Some(at) = all.iter().position(|carried| carried.day == day) {
                let carried = all.remove(at);
                sheets.push(self.few(of, carried));
            }
            self.place(of, day, day)?;
        }
        Ok(sheets)
    }

    fn few(&self, of: Of, carried: Carried) -> Sheet {
        let mut total = PageSums::default();
        carried.pages.iter().for_each(|(_, sums)| total.add(sums));
        let page = Sym::of_marker(&self.symbols, FEW);
        let key = PageKey { site: of.0, kind: of.1, page, host: Sym::EMPTY };
        Sheet { day: carried.day, pages: vec![(key, total)], ..Sheet::default() }
    }

    fn place(&self, of: Of, day: Day, on: Day) -> Result<(), StoreError> {
        let sql = "UPDATE carried SET counted = ?, payload = NULL WHERE site = ? AND kind = ? AND day = ?";
        self.connection.execute(sql, params![on.0, of.0, of.1 as u8, day.0])?;
        Ok(())
    }

    fn close(&mut self, day: Day) -> Result<Sheet, StoreError> {
        let sql = "SELECT visits_from, closed IS NOT NULL FROM days WHERE day = ?";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([day.0])?;
        self.done.closed.push(day);
        // Its keys were made, and nothing was committed under them.
        let Some(row) = rows.next()? else { return Ok(Sheet { day, ..Sheet::default() }) };
        let (visits_from, is_late): (u64, bool) = (row.get(0)?, row.get(1)?);
        let seal = self.how.keys.day(day);
        let whole = read_whole(self.connection, day, visits_from, &self.symbols, seal.as_deref(), true)?;
        if whole.unreadable > 0 {
            self.done.unreadable.push(day);
            self.connection.execute("UPDATE days SET unreadable = true WHERE day = ?", [day.0])?;
        }
        let rules = Rules {
            symbols: &self.symbols,
            privacy: self.how.privacy,
            zone: self.zone,
            cap: self.how.cap,
            is_late,
            pairs: Wanted::ALL,
        };
        let sheet = sheet(day, whole.ended(), &self.waiting, &rules);
        self.done.folded.extend((!sheet.folded.is_empty()).then_some(day));
        for (of, from) in &sheet.joined {
            self.place(*of, *from, day)?;
            self.waiting.entry(*of).or_default().retain(|carried| carried.day != *from);
        }
        for (of, carried) in &sheet.carried {
            let payload = carried.seal(*of, &self.symbols, &*(self.how.carry)(day)?);
            let sql = "INSERT INTO carried VALUES (?, ?, ?, ?, NULL, ?)";
            self.connection.execute(sql, params![of.0, of.1 as u8, day.0, self.how.now, payload])?;
            self.waiting.entry(*of).or_default().push(carried.clone());
        }
        Ok(sheet)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_due_by_their_end_their_last_use_and_their_age() {
        let day = Day(20_000);
        let end = 20_001 * 86_400;
        let due = |made, last| due_at(Zone::UTC, day, made, last) - end;
        assert_eq!(due(end - 40_000, end - 100), GRACE, "a day after its end");
        assert_eq!(due(end - 40_000, end + 500), GRACE + 500, "a day after its last use");
        assert_eq!(due(end - 40_000, end + LIMIT), LIMIT - 40_000, "a week after it was made");
        let state = |is_open| DayState {
            day,
            is_open,
            last_commit: end,
            marked: false,
            unreadable: false,
            closed: None,
            visits_from: 0,
        };
        let is_due = |is_open, made: &[(Day, i64)], now| !Due::days(Zone::UTC, &[state(is_open)], made, now).is_empty();
        assert!(!is_due(true, &[(day, end - 9)], end + GRACE - 1) && is_due(true, &[(day, end - 9)], end + GRACE));
        assert!(is_due(true, &[], end + GRACE) && !is_due(false, &[], end + GRACE));
        assert!(is_due(false, &[(day, end)], 0), "keys of a closed day go at once, whatever the clock says");
    }
}
