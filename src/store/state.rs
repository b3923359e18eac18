//! What ingesting reads back: inputs and days.

use super::StoreError;
use crate::model::{Cursor, Day, Hash, InputCommit, InputState, Keys, Ledger, Mark, Part, Place, Seal};
use duckdb::{Connection, params};

/// Hashes are stored as 128-bit integers.
fn integer(hash: &Hash) -> i128 {
    i128::from_be_bytes(*hash)
}

/// Every input; without the store's key only path and format are known.
pub(crate) fn inputs(connection: &Connection, keys: &dyn Keys) -> Result<Vec<InputState>, StoreError> {
    let seal = keys.cursors();
    let mut statement = connection.prepare("SELECT id, path, format, payload FROM inputs ORDER BY id")?;
    let rows = statement.query_map([], |row| {
        let (id, path, format): (u32, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let payload: Vec<u8> = row.get(3)?;
        let opened = seal.as_ref().and_then(|seal| cursor::read(&seal.open(place(id), &payload)?));
        Ok(InputState { id, path, format, is_known: opened.is_some(), ..opened.unwrap_or_default() })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn place(id: u32) -> Place {
    Place { day: Day(0), first: id.into(), last: 0, part: Part::Cursor }
}

pub(crate) fn save_inputs(connection: &Connection, inputs: &[InputCommit], seal: &dyn Seal) -> Result<(), StoreError> {
    if inputs.is_empty() {
        return Ok(());
    }
    let sql = "SELECT coalesce(max(id), 0) FROM inputs";
    let mut next: u32 = connection.query_row(sql, [], |row| row.get(0))?;
    let mut states = Vec::new();
    let mut known = Vec::new();
    for InputCommit { state } in inputs {
        let mut state = state.clone();
        if state.id == 0 {
            next += 1;
            state.id = next;
        } else {
            known.push(state.id.to_string());
        }
        states.push(state);
    }
    if !known.is_empty() {
        connection.execute(&format!("DELETE FROM inputs WHERE id IN ({})", known.join(",")), [])?;
    }
    let mut appender = connection.appender("inputs")?;
    for state in &states {
        let payload = seal.seal(place(state.id), &cursor::write(state));
        appender.append_row(params![state.id, state.path, state.format, payload])?;
    }
    Ok(appender.flush()?)
}

/// Days as SQL has them in a list.
pub(crate) fn list(days: impl Iterator<Item = Day>) -> String {
    let mut days: Vec<i32> = days.map(|day| day.0).collect();
    days.dedup();
    match days.is_empty() {
        true => "NULL".into(),
        false => days.iter().map(i32::to_string).collect::<Vec<_>>().join(","),
    }
}

/// What the store had of a day that is written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayWas {
    /// Nothing at all.
    New,
    /// Hashes and visits made under the same salt, maybe.
    Known,
    /// It was closed: its visitors are counted anew.
    Closed,
    /// Some made under a salt that is lost: they were deleted, and open visits end.
    Renewed {
        /// These are of later commits.
        from: u64,
    },
}

/// Sees to it that what is open of a day was made under that salt; `commit` is the number
/// of the commit that is under way.
pub(crate) fn begin_day(connection: &Connection, day: Day, salt: &Hash, commit: u64) -> Result<DayWas, StoreError> {
    let stored: Option<(Option<i128>, Option<i64>, u64)> = {
        let mut statement = connection.prepare_cached("SELECT salt, closed, visits_from FROM days WHERE day = ?")?;
        let mut rows = statement.query([day.0])?;
        rows.next()?.map(|row| Ok::<_, StoreError>((row.get(0)?, row.get(1)?, row.get(2)?))).transpose()?
    };
    let was = match stored {
        None => return insert_day(connection, day, Some(salt)).map(|()| DayWas::New),
        Some((Some(known), ..)) if known == integer(salt) => return Ok(DayWas::Known),
        Some((Some(_), _, from)) => DayWas::Renewed { from },
        Some((None, Some(_), _)) => DayWas::Closed,
        // So far there were requests only.
        Some((None, None, _)) => DayWas::New,
    };
    match was {
        DayWas::Renewed { .. } => {
            connection.execute("DELETE FROM seen WHERE day = ?", [day.0])?;
            let sql = "UPDATE days SET salt = ?, visits_from = ?, marked = true WHERE day = ?";
            connection.execute(sql, params![integer(salt), commit - 1, day.0])?;
        }
        DayWas::Closed => {
            let sql = "UPDATE days SET salt = ?, visits_from = ?, marked = true WHERE day = ?";
            connection.execute(sql, params![integer(salt), commit - 1, day.0])?;
        }
        _ => _ = connection.execute("UPDATE days SET salt = ? WHERE day = ?", params![integer(salt), day.0])?,
    }
    Ok(was)
}

fn insert_day(connection: &Connection, day: Day, salt: Option<&Hash>) -> Result<(), StoreError> {
    let sql = "INSERT INTO days VALUES (?, ?, NULL, 0, 0, false, false, true, NULL)";
    connection.execute(sql, params![day.0, salt.map(integer)])?;
    Ok(())
}

/// Notes that days were written to at `now`, under these keys.
pub(crate) fn touch_days(connection: &Connection, days: &[(Day, Hash)], now: i64) -> Result<(), StoreError> {
    if days.is_empty() {
        return Ok(());
    }
    let list = list(days.iter().map(|(day, _)| *day));
    let mut known = std::collections::HashMap::new();
    {
        let mut statement = connection.prepare(&format!("SELECT day, key, is_open FROM days WHERE day IN ({list})"))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            known.insert(row.get::<_, i32>(0)?, (row.get::<_, Option<i128>>(1)?, row.get::<_, bool>(2)?));
        }
    }
    for (day, key) in days {
        match known.get(&day.0) {
            None => insert_day(connection, *day, None)?,
            Some((Some(before), true)) if *before == integer(key) => continue,
            // Segments under another key cannot be opened any more.
            Some((Some(_), true)) => {
                connection.execute("UPDATE days SET unreadable = true WHERE day = ?", [day.0])?;
            }
            Some(_) => {}
        }
        let sql = "UPDATE days SET key = ?, is_open = true WHERE day = ?";
        connection.execute(sql, params![integer(key), day.0])?;
    }
    connection.execute(&format!("UPDATE days SET last_commit = ? WHERE day IN ({list})"), [now])?;
    Ok(())
}

/// Whether any hash of a day is stored.
pub(crate) fn has_seen(connection: &Connection, day: Day) -> Result<bool, StoreError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM seen WHERE day = ?)";
    Ok(connection.prepare_cached(sql)?.query_row([day.0], |row| row.get(0))?)
}

mod cursor {
    //! Cursor and ledger of an input as bytes: of one length, whatever they are.

    use super::{Cursor, InputState, Ledger, Mark};

    const SIZE: usize = 2 * (4 + 16) + 8 + 4 * 4 + 11 * 8;

    pub(super) fn write(state: &InputState) -> Vec<u8> {
        let mut out = Vec::with_capacity(SIZE);
        for mark in [&state.cursor.head, &state.cursor.tail] {
            out.extend_from_slice(&mark.len.to_le_bytes());
            out.extend_from_slice(&mark.hash);
        }
        out.extend_from_slice(&state.cursor.position.to_le_bytes());
        let (site, bucket) = state.last_place.unwrap_or((0, 0));
        for number in [state.first_record, state.last_record, site, bucket] {
            out.extend_from_slice(&number.to_le_bytes());
        }
        state.ledger.0.iter().for_each(|lines| out.extend_from_slice(&lines.to_le_bytes()));
        out
    }

    pub(super) fn read(mut bytes: &[u8]) -> Option<InputState> {
        fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
            let (first, rest) = bytes.split_first_chunk::<N>()?;
            *bytes = rest;
            Some(*first)
        }
        let bytes = &mut bytes;
        let mark = |bytes: &mut &[u8]| Some(Mark { len: u32::from_le_bytes(take(bytes)?), hash: take(bytes)? });
        let (head, tail) = (mark(bytes)?, mark(bytes)?);
        let position = u64::from_le_bytes(take(bytes)?);
        let mut number = || take(bytes).map(u32::from_le_bytes);
        let (first_record, last_record, site, bucket) = (number()?, number()?, number()?, number()?);
        let mut ledger = Ledger::default();
        for lines in &mut ledger.0 {
            *lines = u64::from_le_bytes(take(bytes)?);
        }
        Some(InputState {
            cursor: Cursor { head, position, tail },
            first_record,
            last_record,
            last_place: (site != 0).then_some((site, bucket)),
            ledger,
            ..InputState::default()
        })
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn an_input_comes_back_and_its_length_says_nothing() {
            let mut state =
                InputState { first_record: 7, last_record: 9, last_place: Some((1, 3600)), ..Default::default() };
            state.cursor.position = u64::MAX;
            state.cursor.head = Mark { len: 4096, hash: [3; 16] };
            state.ledger.0[10] = 5;
            let bytes = write(&state);
            assert_eq!(bytes.len(), SIZE);
            assert_eq!(write(&InputState::default()).len(), SIZE);
            let read = read(&bytes).expect("whole");
            assert_eq!((read.cursor, read.ledger, read.last_place), (state.cursor, state.ledger, state.last_place));
            assert!(super::read(&bytes[1..]).is_none());
        }
    }
}
