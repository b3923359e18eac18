//! What the numbers of a segment stand for: its own texts and dimensions of visits, so that
//! nothing of an open day has a number in the store's dictionaries.

use super::cells::{dims_cells, dims_of};
use super::codec::{get, put, take};
use crate::model::{Dictionary, Mapped, Sym, Symbols, VisitDims, VisitSym};
use foldhash::fast::FixedState;
use hashbrown::HashMap;

/// Texts and dimensions of visits that the numbers of a segment stand for.
pub(super) struct Names<'s> {
    symbols: &'s Symbols,
    texts: [Vec<Sym>; Dictionary::ALL.len()],
    numbers: [HashMap<Sym, u32, FixedState>; Dictionary::ALL.len()],
    visits: Vec<VisitSym>,
    visit_numbers: HashMap<VisitSym, u32, FixedState>,
}

impl<'s> Names<'s> {
    pub(super) fn new(symbols: &'s Symbols) -> Names<'s> {
        let (texts, numbers) = Default::default();
        Names { symbols, texts, numbers, visits: Vec::new(), visit_numbers: HashMap::default() }
    }

    pub(super) fn text(&mut self, dictionary: Dictionary, sym: Sym) -> Sym {
        let texts = &mut self.texts[dictionary as usize];
        Sym(*self.numbers[dictionary as usize].entry(sym).or_insert_with(|| {
            texts.push(sym);
            texts.len() as u32 - 1
        }))
    }

    pub(super) fn visit(&mut self, visit: VisitSym) -> VisitSym {
        let visits = &mut self.visits;
        VisitSym(*self.visit_numbers.entry(visit).or_insert_with(|| {
            visits.push(visit);
            visits.len() as u32 - 1
        }))
    }

    pub(super) fn rows<K: Mapped + Copy, V: Copy>(&mut self, rows: &[(K, V)]) -> Vec<(K, V)> {
        // Both are asked by one row, one after the other.
        let names = std::cell::RefCell::new(self);
        let map = |&(key, sums): &(K, V)| {
            let mut text = |dictionary, sym| names.borrow_mut().text(dictionary, sym);
            (key.mapped(&mut text, &mut |visit| names.borrow_mut().visit(visit)), sums)
        };
        rows.iter().map(map).collect()
    }

    /// The dimensions of the visits, and every text.
    pub(super) fn put(mut self, out: &mut Vec<u8>) {
        let visits = self.symbols.dims(std::mem::take(&mut self.visits));
        let visits: Vec<VisitDims> = visits.iter().map(|v| v.map(|d, sym| self.text(d, sym))).collect();
        put(visits.iter().map(dims_cells), out);
        for dictionary in Dictionary::ALL {
            let texts = self.symbols.texts(dictionary, &self.texts[dictionary as usize]);
            put(texts.iter().map(|text| [text.len() as u64]), out);
            texts.iter().for_each(|text| out.extend_from_slice(text.as_bytes()));
        }
    }
}

/// What the numbers of a segment that was read stand for.
pub(super) struct Found {
    texts: [Vec<Sym>; Dictionary::ALL.len()],
    visits: Vec<VisitSym>,
}

impl Found {
    pub(super) fn get(bytes: &mut &[u8], symbols: &Symbols) -> Option<Found> {
        let visits = get(bytes)?;
        let mut texts: [Vec<Sym>; Dictionary::ALL.len()] = Default::default();
        for dictionary in Dictionary::ALL {
            for [length] in get::<1>(bytes)? {
                // Behind the lengths, and as long as they say.
                texts[dictionary as usize].push(Sym(u32::try_from(length).ok()?));
            }
            for sym in &mut texts[dictionary as usize] {
                *sym = symbols.intern(dictionary, std::str::from_utf8(take(bytes, sym.0 as usize)?).ok()?);
            }
        }
        let mut found = Found { texts, visits: Vec::new() };
        for cells in visits {
            let dims = dims_of(cells)?;
            let mut is_known = true;
            let dims = dims.map(|dictionary, sym| {
                found.text(dictionary, sym).unwrap_or_else(|| {
                    is_known = false;
                    Sym::EMPTY
                })
            });
            found.visits.push(is_known.then(|| symbols.number(dims))?);
        }
        Some(found)
    }

    pub(super) fn text(&self, dictionary: Dictionary, number: Sym) -> Option<Sym> {
        self.texts[dictionary as usize].get(number.0 as usize).copied()
    }

    /// Rows as they were before [`Names::rows`].
    pub(super) fn rows<const N: usize, K: Mapped, V>(
        &self,
        bytes: &mut &[u8],
        row: impl Fn([u64; N]) -> Option<(K, V)>,
    ) -> Option<Vec<(K, V)>> {
        let is_known = std::cell::Cell::new(true);
        let text = |dictionary, sym| {
            self.text(dictionary, sym).unwrap_or_else(|| {
                is_known.set(false);
                Sym::EMPTY
            })
        };
        let visit = |visit: VisitSym| {
            self.visits.get(visit.0 as usize).copied().unwrap_or_else(|| {
                is_known.set(false);
                visit
            })
        };
        let rows: Option<Vec<(K, V)>> = get(bytes)?
            .into_iter()
            .map(|cells| row(cells).map(|(key, sums)| (key.mapped(&mut { text }, &mut { visit }), sums)))
            .collect();
        rows.filter(|_| is_known.get())
    }
}
