//! What ingesting reads back: inputs, open visits, days.

use super::StoreError;
use super::dictionary::{Ids, texts};
use super::write::integer;
use crate::model::{
    Cursor, Day, Dictionary, Hash, InputCommit, InputState, Kind, Ledger, Mark, RowKey, SiteId, Stored, Sym, Symbols,
    VisitDims,
};
use duckdb::{Connection, Row, params};
use std::collections::{HashMap, HashSet};

pub(crate) fn inputs(connection: &Connection) -> Result<Vec<InputState>, StoreError> {
    let mut statement = connection.prepare(include_str!("sql/inputs.sql"))?;
    let rows = statement.query_map([], input)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn input(row: &Row<'_>) -> duckdb::Result<InputState> {
    let mark = |len: usize| -> duckdb::Result<Mark> {
        Ok(Mark { len: row.get(len)?, hash: row.get::<_, i128>(len + 1)?.to_be_bytes() })
    };
    let mut ledger = Ledger::default();
    for (class, lines) in ledger.0.iter_mut().enumerate() {
        *lines = row.get(12 + class)?;
    }
    let (site, bucket): (u32, u32) = (row.get(10)?, row.get(11)?);
    Ok(InputState {
        id: row.get(0)?,
        path: row.get(1)?,
        format: row.get(2)?,
        cursor: Cursor { head: mark(3)?, position: row.get(5)?, tail: mark(6)? },
        first_record: row.get(8)?,
        last_record: row.get(9)?,
        last_place: (site != 0).then_some((site, bucket)),
        ledger,
    })
}

pub(crate) fn save_inputs(connection: &Connection, inputs: &[InputCommit], now: i64) -> Result<(), StoreError> {
    let sql = "SELECT coalesce(max(id), 0) FROM inputs";
    let mut next: u32 = connection.query_row(sql, [], |row| row.get(0))?;
    let mut states = Vec::new();
    for InputCommit { state } in inputs {
        let mut state = state.clone();
        if state.id == 0 {
            next += 1;
            state.id = next;
        } else {
            connection.execute("DELETE FROM inputs WHERE id = ?", [state.id])?;
        }
        states.push(state);
    }
    let mut appender = connection.appender("inputs")?;
    for s in &states {
        let (site, bucket) = s.last_place.unwrap_or((0, 0));
        let l = &s.ledger.0;
        let c = &s.cursor;
        appender.append_row(params![
            s.id,
            s.path,
            s.format,
            site,
            c.head.len,
            integer(&c.head.hash),
            c.position,
            c.tail.len,
            integer(&c.tail.hash),
            s.first_record,
            s.last_record,
            site,
            bucket,
            l[0],
            l[1],
            l[2],
            l[3],
            l[4],
            l[5],
            l[6],
            l[7],
            l[8],
            l[9],
            l[10],
            now
        ])?;
    }
    Ok(appender.flush()?)
}

pub(crate) fn shards(connection: &Connection, day: Day) -> Result<Vec<(u16, Vec<u8>)>, StoreError> {
    let mut statement = connection.prepare("SELECT shard, payload FROM open_visits WHERE day = ?")?;
    let rows = statement.query_map([day.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(crate) fn newest(connection: &Connection, day: Day) -> Result<Vec<(SiteId, u8, u32)>, StoreError> {
    let mut statement = connection.prepare("SELECT site, kind, time FROM newest WHERE day = ?")?;
    let rows = statement.query_map([day.0], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Days as SQL has them in a list.
pub(crate) fn list(days: impl Iterator<Item = Day>) -> String {
    let mut days: Vec<i32> = days.map(|day| day.0).collect();
    days.dedup();
    days.iter().map(i32::to_string).collect::<Vec<_>>().join(",")
}

/// Replaces those of the days that are named, of which all have to be.
pub(crate) fn save_newest(connection: &Connection, newest: &[(Day, SiteId, Kind, u32)]) -> Result<(), StoreError> {
    if newest.is_empty() {
        return Ok(());
    }
    let days = list(newest.iter().map(|(day, ..)| *day));
    connection.execute(&format!("DELETE FROM newest WHERE day IN ({days})"), [])?;
    let mut appender = connection.appender("newest")?;
    for (day, site, kind, time) in newest {
        appender.append_row(params![day.0, site, *kind as u8, time])?;
    }
    Ok(appender.flush()?)
}

/// What the store had of a day that is written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayWas {
    /// Nothing at all.
    New,
    /// Hashes and visits made under the same salt, maybe.
    Known,
    /// Some made under a salt that is lost: they were deleted.
    Renewed,
}

pub(crate) fn begin_day(connection: &Connection, day: Day, salt: &Hash) -> Result<DayWas, StoreError> {
    let sql = "SELECT salt FROM days WHERE day = ?";
    let stored: Option<Option<i128>> = {
        let mut statement = connection.prepare(sql)?;
        let mut rows = statement.query([day.0])?;
        rows.next()?.map(|row| row.get(0)).transpose()?
    };
    match stored {
        Some(Some(known)) if known == integer(salt) => Ok(DayWas::Known),
        Some(_) => {
            forget_day(connection, day)?;
            let sql = "UPDATE days SET salt = ?, marked = true WHERE day = ?";
            connection.execute(sql, params![integer(salt), day.0])?;
            Ok(DayWas::Renewed)
        }
        None => {
            let sql = "INSERT INTO days VALUES (?, ?, 0, false, false)";
            connection.execute(sql, params![day.0, integer(salt)])?;
            Ok(DayWas::New)
        }
    }
}

/// Deletes what can only be related under a salt that is gone.
pub(crate) fn forget_day(connection: &Connection, day: Day) -> Result<(), StoreError> {
    for table in ["seen", "open_visits", "newest"] {
        connection.execute(&format!("DELETE FROM {table} WHERE day = ?"), [day.0])?;
    }
    Ok(())
}

pub(crate) fn unresolve(
    connection: &Connection,
    ids: &mut Ids,
    symbols: &Symbols,
    rows: &[Stored<RowKey<VisitDims>>],
) -> Result<Vec<RowKey>, StoreError> {
    let mut needed: HashMap<u8, HashSet<u32>> = HashMap::new();
    for Stored(row) in rows {
        row.map(|dictionary, id| {
            if id != Sym::EMPTY {
                needed.entry(dictionary as u8).or_default().insert(id.0);
            }
            id
        });
    }
    let mut syms: HashMap<(u8, u32), Sym> = HashMap::new();
    for dictionary in Dictionary::ALL {
        let Some(wanted) = needed.get(&(dictionary as u8)) else { continue };
        for (id, text) in texts(connection, dictionary, wanted)? {
            syms.insert((dictionary as u8, id), ids.learn_text(symbols, dictionary, id, &text));
        }
    }
    let sym = |dictionary: Dictionary, id: Sym| syms.get(&(dictionary as u8, id.0)).copied().unwrap_or_default();
    let rows = rows.iter().map(|Stored(row)| row.map(sym));
    Ok(rows.map(|row| row.with_visit(symbols.number(row.visit))).collect())
}
