//! The tables that give out symbols: one for all threads, and what each worker
//! knows of it.

use super::facts::{VisitDims, VisitSym};
use super::symbol::{Dictionary, Sym};
use foldhash::fast::FixedState;
use hashbrown::hash_table::Entry;
use hashbrown::{HashMap, HashTable};
use std::hash::BuildHasher;
use std::sync::{Arc, Mutex, MutexGuard};

/// Where a symbol is found by its text. Texts are shared: a table of one worker
/// holds no copy of them.
#[derive(Default)]
struct Interner {
    texts: Vec<Arc<str>>,
    table: HashTable<u32>,
    hasher: FixedState,
}

impl Interner {
    fn intern(&mut self, text: &str) -> (Sym, Arc<str>) {
        let hash = self.hasher.hash_one(text);
        let (texts, hasher) = (&mut self.texts, &self.hasher);
        let found = self.table.entry(hash, |&i| &*texts[i as usize] == text, |&i| hasher.hash_one(&*texts[i as usize]));
        match found {
            Entry::Occupied(entry) => (Sym(*entry.get()), texts[*entry.get() as usize].clone()),
            Entry::Vacant(entry) => {
                let next = u32::try_from(texts.len()).expect("under four billion texts");
                entry.insert(next);
                texts.push(text.into());
                (Sym(next), texts[next as usize].clone())
            }
        }
    }
}

#[derive(Default)]
struct Tables {
    interners: [Interner; Dictionary::ALL.len()],
    visits: Vec<VisitDims>,
    numbers: HashMap<VisitDims, VisitSym, FixedState>,
}

/// All texts seen by one process, by dictionary, for all its threads.
pub struct Symbols(Mutex<Tables>);

impl Default for Symbols {
    fn default() -> Self {
        let mut tables = Tables::default();
        for interner in &mut tables.interners {
            for text in ["", "(other)", "(rare)"] {
                interner.intern(text);
            }
        }
        Symbols(Mutex::new(tables))
    }
}

impl Symbols {
    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// The symbol of a text; the same text gets the same symbol.
    pub fn intern(&self, dictionary: Dictionary, text: &str) -> Sym {
        self.shared(dictionary, text).0
    }

    fn shared(&self, dictionary: Dictionary, text: &str) -> (Sym, Arc<str>) {
        self.tables().interners[dictionary as usize].intern(text)
    }

    /// The texts of symbols.
    pub fn texts(&self, dictionary: Dictionary, syms: &[Sym]) -> Vec<Arc<str>> {
        let tables = self.tables();
        let texts = &tables.interners[dictionary as usize].texts;
        syms.iter().map(|sym| texts[sym.0 as usize].clone()).collect()
    }

    /// The number of a visit's dimensions; the same get the same number.
    pub fn number(&self, visit: VisitDims) -> VisitSym {
        let Tables { visits, numbers, .. } = &mut *self.tables();
        *numbers.entry(visit).or_insert_with(|| {
            visits.push(visit);
            VisitSym(u32::try_from(visits.len() - 1).expect("under four billion combinations"))
        })
    }

    /// The dimensions behind numbers.
    pub fn dims(&self, visits: impl IntoIterator<Item = VisitSym>) -> Vec<VisitDims> {
        let tables = self.tables();
        visits.into_iter().map(|visit| tables.visits[visit.0 as usize]).collect()
    }

    /// The text of a symbol.
    pub fn text(&self, dictionary: Dictionary, sym: Sym) -> Arc<str> {
        self.tables().interners[dictionary as usize].texts[sym.0 as usize].clone()
    }
}

/// What one worker knows of the symbols, so that it needs the others only for
/// what it never met.
pub struct LocalSymbols {
    shared: Arc<Symbols>,
    known: [HashTable<(Sym, Arc<str>)>; Dictionary::ALL.len()],
    visits: HashMap<VisitDims, VisitSym, FixedState>,
    hasher: FixedState,
}

impl LocalSymbols {
    /// Knowing nothing yet.
    pub fn new(shared: Arc<Symbols>) -> LocalSymbols {
        LocalSymbols { shared, known: Default::default(), visits: HashMap::default(), hasher: FixedState::default() }
    }

    /// The symbol of a text.
    pub fn intern(&mut self, dictionary: Dictionary, text: &str) -> Sym {
        if text.is_empty() {
            return Sym::EMPTY;
        }
        let LocalSymbols { shared, known, hasher, .. } = self;
        let hash = hasher.hash_one(text);
        let found = known[dictionary as usize].entry(
            hash,
            |(_, known)| &**known == text,
            |(_, known)| hasher.hash_one(&**known),
        );
        match found {
            Entry::Occupied(entry) => entry.get().0,
            Entry::Vacant(entry) => entry.insert(shared.shared(dictionary, text)).get().0,
        }
    }

    /// The number of a visit's dimensions.
    pub fn number(&mut self, visit: VisitDims) -> VisitSym {
        *self.visits.entry(visit).or_insert_with(|| self.shared.number(visit))
    }
}
