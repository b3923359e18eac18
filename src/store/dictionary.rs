//! Texts and their numbers. Numbers are given out under the write lease, when days are
//! closed: new texts in sorted order, so that a number says nothing about who brought it.

use super::StoreError;
use super::columns::Columns;
use crate::model::{Dictionary, Sym, Symbols};
use duckdb::{Connection, params_from_iter};
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// Texts that a site may have of a dictionary on a day; the rest is `(other)`.
pub const DEFAULT_CAP: u64 = 50_000;

/// Up to so many texts are looked up as bound values, more through a table.
const FEW: usize = 32;
/// So many ids are named in one question.
const MANY: usize = 20_000;

/// The numbers of the texts of what is written.
#[derive(Default)]
pub(crate) struct Ids {
    ids: [HashMap<Sym, u32, FixedState>; Dictionary::ALL.len()],
}

impl Ids {
    /// Says that a text will be needed.
    pub(crate) fn need(&mut self, dictionary: Dictionary, sym: Sym) {
        if sym != Sym::EMPTY {
            self.ids[dictionary as usize].entry(sym).or_insert(0);
        }
    }

    /// The number of a text; after [`Ids::resolve`].
    pub(crate) fn id(&self, dictionary: Dictionary, sym: Sym) -> u32 {
        if sym == Sym::EMPTY { 0 } else { self.ids[dictionary as usize].get(&sym).copied().unwrap_or(0) }
    }

    /// Finds or gives out the numbers of all texts that are needed.
    pub(crate) fn resolve(&mut self, connection: &Connection, symbols: &Symbols) -> Result<(), StoreError> {
        for dictionary in Dictionary::ALL {
            let ids = &mut self.ids[dictionary as usize];
            let syms: Vec<Sym> = ids.keys().copied().collect();
            let mut texts: Vec<(Arc<str>, Sym)> = symbols.texts(dictionary, &syms).into_iter().zip(syms).collect();
            if texts.is_empty() {
                continue;
            }
            // One symbol may not stand for the empty text, but a text of ours may be it.
            texts.retain(|(text, _)| !text.is_empty());
            texts.sort_unstable();
            let known = look_up(connection, dictionary, &texts)?;
            let table = dictionary.as_str();
            let sql = format!("SELECT coalesce(max(id), 0) FROM {table}");
            let mut next: u32 = connection.query_row(&sql, [], |row| row.get(0))?;
            let mut fresh: Vec<(u32, &str)> = Vec::new();
            for (text, sym) in &texts {
                let id = known.get(&**text).copied().unwrap_or_else(|| {
                    next += 1;
                    fresh.push((next, text));
                    next
                });
                ids.insert(*sym, id);
            }
            Columns::default()
                .u32(fresh.iter().map(|(id, _)| *id))
                .text(fresh.iter().map(|(_, text)| *text))
                .append_to(connection, table)?;
        }
        Ok(())
    }
}

fn look_up(
    connection: &Connection,
    dictionary: Dictionary,
    texts: &[(Arc<str>, Sym)],
) -> Result<HashMap<String, u32>, StoreError> {
    let table = dictionary.as_str();
    let texts = || texts.iter().map(|(text, _)| &**text);
    let found = if texts().count() <= FEW {
        let marks = vec!["?"; texts().count()].join(",");
        let sql = format!("SELECT id, text FROM {table} WHERE text IN ({marks})");
        collect(connection, &sql, params_from_iter(texts()))?
    } else {
        connection.execute_batch("CREATE OR REPLACE TEMP TABLE wanted (text VARCHAR)")?;
        Columns::default().text(texts()).append_to_temporary(connection, "wanted")?;
        let sql = format!("SELECT d.id, d.text FROM {table} d SEMI JOIN temp.main.wanted w USING (text)");
        collect(connection, &sql, [])?
    };
    Ok(found.into_iter().map(|(id, text)| (text, id)).collect())
}

fn collect(connection: &Connection, sql: &str, params: impl duckdb::Params) -> Result<Vec<(u32, String)>, StoreError> {
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map(params, |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The texts of ids of one dictionary.
pub(crate) fn texts(
    connection: &Connection,
    dictionary: Dictionary,
    ids: &HashSet<u32>,
) -> Result<Vec<(u32, String)>, StoreError> {
    let found = all_texts(connection, &[(dictionary, ids)])?;
    Ok(found.into_iter().map(|((_, id), text)| (id, text)).collect())
}

/// Texts by dictionary and id.
pub(crate) type Texts = std::collections::HashMap<(Dictionary, u32), String>;

/// The texts of ids of several dictionaries, in as few questions as can be.
pub(crate) fn all_texts(connection: &Connection, wanted: &[(Dictionary, &HashSet<u32>)]) -> Result<Texts, StoreError> {
    let mut by_dictionary: BTreeMap<u8, Vec<u32>> = BTreeMap::new();
    for (dictionary, ids) in wanted {
        by_dictionary.entry(*dictionary as u8).or_default().extend(ids.iter());
    }
    let mut parts = Vec::new();
    let mut named = 0;
    let mut found = Texts::new();
    for dictionary in Dictionary::ALL {
        let Some(ids) = by_dictionary.get_mut(&(dictionary as u8)) else { continue };
        ids.sort_unstable();
        ids.dedup();
        for some in ids.chunks(MANY) {
            let list = some.iter().map(u32::to_string).collect::<Vec<_>>().join(",");
            let (number, table) = (dictionary as u8, dictionary.as_str());
            parts.push(format!("SELECT {number}, id, text FROM {table} WHERE id IN ({list})"));
            named += some.len();
            if named >= MANY {
                find_texts(connection, &std::mem::take(&mut parts), &mut found)?;
                named = 0;
            }
        }
    }
    find_texts(connection, &parts, &mut found)?;
    Ok(found)
}

fn find_texts(connection: &Connection, parts: &[String], found: &mut Texts) -> Result<(), StoreError> {
    if parts.is_empty() {
        return Ok(());
    }
    let mut statement = connection.prepare(&parts.join(" UNION ALL "))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let number: i32 = row.get(0)?;
        if let Some(dictionary) = Dictionary::ALL.into_iter().find(|d| *d as i32 == number) {
            found.insert((dictionary, row.get(1)?), row.get(2)?);
        }
    }
    Ok(())
}
