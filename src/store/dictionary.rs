//! Texts and their ids. Ids are given out under the write lease, so two
//! processes never give one twice.

use super::StoreError;
use super::columns::Columns;
use crate::model::{Day, Dictionary, RowKey, SiteId, Stored, Sym, Symbols, VisitDims};
use duckdb::{Connection, params_from_iter};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// New texts that one site may bring into a dictionary on one day; the rest
/// is `(other)`.
pub const DEFAULT_CAP: u64 = 50_000;

const UNKNOWN: u32 = u32::MAX;
/// Up to so many texts are looked up as bound values, more through a table.
const FEW: usize = 32;
/// So many ids are named in one question.
const MANY: usize = 20_000;

/// A text that a batch needs, and for whom.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Need {
    pub dictionary: Dictionary,
    pub sym: Sym,
    pub site: SiteId,
    pub day: Day,
}

/// The ids that one process knows. An id never changes its text.
pub(crate) struct Ids {
    ids: [Vec<u32>; Dictionary::ALL.len()],
    capped: HashSet<Need>,
    cap: u64,
}

impl Ids {
    pub(crate) fn new(cap: u64) -> Ids {
        Ids { ids: Default::default(), capped: HashSet::new(), cap }
    }

    fn known(&self, dictionary: Dictionary, sym: Sym) -> Option<u32> {
        if sym == Sym::EMPTY {
            return Some(0);
        }
        let id = *self.ids[dictionary as usize].get(sym.0 as usize)?;
        (id != UNKNOWN).then_some(id)
    }

    fn learn(&mut self, dictionary: Dictionary, sym: Sym, id: u32) {
        let ids = &mut self.ids[dictionary as usize];
        let at = sym.0 as usize;
        if ids.len() <= at {
            ids.resize(at + 1, UNKNOWN);
        }
        ids[at] = id;
    }

    /// The id of a text for a site and day; that of `(other)` beyond the cap.
    pub(crate) fn id(&self, need: Need) -> u32 {
        let capped = !self.capped.is_empty() && self.capped.contains(&need);
        let sym = if capped { Sym::OTHER } else { need.sym };
        self.known(need.dictionary, sym).expect("resolved before it is written")
    }

    /// A row with ids in place of symbols.
    pub(crate) fn row(&self, row: &RowKey<VisitDims>, day: Day) -> Stored<RowKey<VisitDims>> {
        let site = row.site;
        Stored(row.map(|dictionary, sym| Sym(self.id(Need { dictionary, sym, site, day }))))
    }

    /// Whether a text needs no more looking up.
    pub(super) fn is_known(&self, dictionary: Dictionary, sym: Sym) -> bool {
        self.known(dictionary, sym).is_some()
    }

    /// Finds or gives out the ids of all texts that a batch needs.
    pub(crate) fn resolve(
        &mut self,
        connection: &Connection,
        symbols: &Symbols,
        needs: &[Need],
    ) -> Result<(), StoreError> {
        for dictionary in Dictionary::ALL {
            let unknown: Vec<Need> = needs
                .iter()
                .filter(|n| n.dictionary == dictionary && self.known(dictionary, n.sym).is_none())
                .copied()
                .collect();
            if !unknown.is_empty() {
                self.look_up(connection, symbols, dictionary, &unknown)?;
                self.give_out(connection, symbols, dictionary, &unknown)?;
            }
        }
        Ok(())
    }

    fn look_up(
        &mut self,
        connection: &Connection,
        symbols: &Symbols,
        dictionary: Dictionary,
        unknown: &[Need],
    ) -> Result<(), StoreError> {
        let mut wanted: Vec<Sym> = unknown.iter().map(|n| n.sym).collect();
        wanted.push(Sym::OTHER);
        wanted.sort_unstable();
        wanted.dedup();
        let table = dictionary.as_str();
        let texts: Vec<Arc<str>> = symbols.texts(dictionary, &wanted);
        let texts = || texts.iter().map(|text| &**text);
        let found: Vec<(u32, String)> = if wanted.len() <= FEW {
            let marks = vec!["?"; wanted.len()].join(",");
            let sql = format!("SELECT id, text FROM {table} WHERE text IN ({marks})");
            collect(connection, &sql, params_from_iter(texts()))?
        } else {
            connection.execute_batch("CREATE OR REPLACE TEMP TABLE wanted (text VARCHAR)")?;
            Columns::default().text(texts()).append_to_temporary(connection, "wanted")?;
            let sql = format!("SELECT d.id, d.text FROM {table} d SEMI JOIN temp.main.wanted w USING (text)");
            collect(connection, &sql, [])?
        };
        let found: HashMap<&str, u32> = found.iter().map(|(id, text)| (text.as_str(), *id)).collect();
        for (&sym, text) in wanted.iter().zip(texts()) {
            if let Some(&id) = found.get(text) {
                self.learn(dictionary, sym, id);
            }
        }
        Ok(())
    }

    fn give_out(
        &mut self,
        connection: &Connection,
        symbols: &Symbols,
        dictionary: Dictionary,
        unknown: &[Need],
    ) -> Result<(), StoreError> {
        let table = dictionary.as_str();
        let sql = format!("SELECT coalesce(max(id), 0) FROM {table}");
        let mut next: u32 = connection.query_row(&sql, [], |row| row.get(0))?;
        let mut caps = Caps::load(connection, dictionary)?;
        let mut fresh = Vec::new();
        let other = Need { sym: Sym::OTHER, ..unknown[0] };
        for need in std::iter::once(&other).chain(unknown) {
            if self.known(dictionary, need.sym).is_some() {
                continue;
            }
            let free = need.sym == Sym::OTHER || !is_capped(dictionary);
            if !free && !caps.take(need.site, need.day, self.cap) {
                self.capped.insert(*need);
                continue;
            }
            next += 1;
            self.learn(dictionary, need.sym, next);
            fresh.push((next, need.sym));
        }
        let syms: Vec<Sym> = fresh.iter().map(|(_, sym)| *sym).collect();
        let texts = symbols.texts(dictionary, &syms);
        Columns::default()
            .u32(fresh.iter().map(|(id, _)| *id))
            .text(texts.iter().map(|text| &**text))
            .append_to(connection, table)?;
        caps.save(connection)
    }

    /// Forgets everything, after an error or when another process may have
    /// rolled back what we gave out.
    pub(crate) fn forget(&mut self) {
        self.ids = Default::default();
    }
}

/// The dictionaries that anybody on the network can fill.
fn is_capped(dictionary: Dictionary) -> bool {
    use Dictionary as D;
    matches!(dictionary, D::Pages | D::Paths | D::Referrers | D::Sources | D::Campaigns | D::Hosts)
}

struct Caps {
    dictionary: Dictionary,
    texts: HashMap<(SiteId, Day), u64>,
    changed: HashSet<(SiteId, Day)>,
}

impl Caps {
    fn load(connection: &Connection, dictionary: Dictionary) -> Result<Caps, StoreError> {
        let mut caps = Caps { dictionary, texts: HashMap::new(), changed: HashSet::new() };
        if is_capped(dictionary) {
            let sql = "SELECT site, day, texts FROM caps WHERE dictionary = ?";
            let mut statement = connection.prepare(sql)?;
            let mut rows = statement.query([dictionary as u8])?;
            while let Some(row) = rows.next()? {
                caps.texts.insert((row.get(0)?, Day(row.get(1)?)), row.get(2)?);
            }
        }
        Ok(caps)
    }

    fn take(&mut self, site: SiteId, day: Day, cap: u64) -> bool {
        let texts = self.texts.entry((site, day)).or_default();
        let room = *texts < cap;
        if room {
            *texts += 1;
            self.changed.insert((site, day));
        }
        room
    }

    fn save(&self, connection: &Connection) -> Result<(), StoreError> {
        for &(site, day) in &self.changed {
            let number = self.dictionary as u8;
            connection.execute(
                "DELETE FROM caps WHERE dictionary = ? AND site = ? AND day = ?",
                duckdb::params![number, site, day.0],
            )?;
            let texts = self.texts[&(site, day)];
            connection.execute("INSERT INTO caps VALUES (?, ?, ?, ?)", duckdb::params![number, site, day.0, texts])?;
        }
        Ok(())
    }
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
pub(crate) type Texts = HashMap<(Dictionary, u32), String>;

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

impl Ids {
    /// Learns what was read back, so that it needs no second look-up.
    pub(crate) fn learn_text(&mut self, symbols: &Symbols, dictionary: Dictionary, id: u32, text: &str) -> Sym {
        let sym = symbols.intern(dictionary, text);
        self.learn(dictionary, sym, id);
        sym
    }
}
