//! Pairs: a page beside one dimension of visits, where at least k visitors share both
//! and nothing else can be told from it.

use super::reduce::Reduced;
use super::sheet::{PairKey, Rules, rows_of};
use crate::model::{
    CrossSums, Dictionary, Dimension, Facts, Of, PageKey, PageSums, Rows, Sums, Sym, Symbols, VisitDims, VisitSym,
};
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use std::cmp::Ordering;
use std::sync::Arc;

type Map<K, V> = HashMap<K, V, FixedState>;

/// Dimensions whose pairs are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::store) struct Wanted(u32);

impl Wanted {
    pub(in crate::store) const NONE: Wanted = Wanted(0);
    pub(in crate::store) const ALL: Wanted = Wanted(u32::MAX);

    pub(in crate::store) fn and(self, dimension: Dimension) -> Wanted {
        Wanted(self.0 | 1 << dimension as u32)
    }

    pub(in crate::store) fn has(self, dimension: Dimension) -> bool {
        self.0 & 1 << dimension as u32 != 0
    }

    /// Whether all of the others are among these.
    pub(in crate::store) fn covers(self, others: Wanted) -> bool {
        self.0 & others.0 == others.0
    }
}

/// With fewer rows one thread is as fast as two.
const ALONE: usize = 5_000;

/// The dimensions of visits that pages are paired with.
pub(in crate::store) const PAIRED: [Dimension; 12] = [
    Dimension::Source,
    Dimension::Referrer,
    Dimension::Channel,
    Dimension::UtmSource,
    Dimension::UtmMedium,
    Dimension::UtmCampaign,
    Dimension::Country,
    Dimension::Region,
    Dimension::City,
    Dimension::Browser,
    Dimension::Os,
    Dimension::Device,
];

/// From so many visitors on it says little of each that all of them saw a page.
const MANY: u32 = 10;

/// What visits with a value had together.
#[derive(Clone, Copy, Default)]
struct ValueTotals {
    visitors: u32,
    views: i64,
    visits: i64,
}

/// What a page had.
#[derive(Clone, Copy, Default)]
struct PageTotals {
    /// Of this day alone.
    uniques: u32,
    own: CrossSums,
    views: i64,
    visits: i64,
}

struct Cell {
    page: u32,
    value: u32,
    sums: CrossSums,
    is_named: bool,
}

/// The value of a dimension of visits as text.
pub(in crate::store) fn value_text(visit: &VisitDims, dimension: Dimension, symbols: &Symbols) -> Arc<str> {
    let text = |dictionary, sym: Sym| symbols.text(dictionary, sym);
    let part = |text: Arc<str>, at: usize| text.split('\u{1f}').nth(at).unwrap_or_default().into();
    match dimension {
        Dimension::Source => text(Dictionary::Sources, visit.source),
        Dimension::Referrer => text(Dictionary::Referrers, visit.referrer),
        Dimension::Channel => visit.channel.as_str().into(),
        Dimension::UtmSource => part(text(Dictionary::Campaigns, visit.campaign), 0),
        Dimension::UtmMedium => part(text(Dictionary::Campaigns, visit.campaign), 1),
        Dimension::UtmCampaign => part(text(Dictionary::Campaigns, visit.campaign), 2),
        Dimension::Country => visit.country.as_str().into(),
        Dimension::Region => text(Dictionary::Places, visit.region),
        Dimension::City => text(Dictionary::Places, visit.city),
        Dimension::Browser => part(text(Dictionary::Agents, visit.browser), 0),
        Dimension::Os => part(text(Dictionary::Agents, visit.os), 0),
        _ => visit.device.as_str().into(),
    }
}

/// The pairs of one site. `own` are its pages of this day, `pages` as they are written.
pub(super) fn pairs(
    of: Of,
    facts: &Facts,
    reduced: &Reduced,
    own: &Rows<PageKey, PageSums>,
    pages: &Rows<PageKey, PageSums>,
    visitors: u32,
    rules: &Rules<'_>,
) -> Rows<PairKey, CrossSums> {
    let crossed = rows_of(&facts.crossed, of, |key| (key.site, key.kind));
    if crossed.is_empty() {
        return Vec::new();
    }
    let mut numbers: Map<Sym, u32> = Map::default();
    let mut totals: Vec<(Sym, PageTotals)> = Vec::new();
    for (rows, is_own) in [(own, true), (pages, false)] {
        for (key, sums) in rows {
            let at = *numbers.entry(key.page).or_insert_with(|| {
                totals.push((key.page, PageTotals::default()));
                totals.len() as u32 - 1
            });
            let total = &mut totals[at as usize].1;
            if is_own {
                total.uniques += sums.uniques;
                total.own.page_views += sums.page_views;
                total.own.visits += sums.visits;
            } else {
                total.views += i64::from(sums.page_views);
                total.visits += i64::from(sums.visits);
            }
        }
    }
    let placed: Vec<(u32, VisitSym, CrossSums)> = crossed
        .iter()
        .filter_map(|(key, sums)| Some((*numbers.get(&reduced.page_sym(key.page))?, key.visit, *sums)))
        .collect();
    let of_dimension = |dimension: Dimension| -> Rows<PairKey, CrossSums> {
        let mut values = Values::new(dimension, reduced, rules.symbols);
        let mut cells = values.cells(&placed);
        values.carry(&mut cells, &totals);
        let cells = named(cells, &values, &totals, visitors, rules);
        let pair = |cell: Cell| {
            let (page, value) = (totals[cell.page as usize].0, values.syms[cell.value as usize]);
            (PairKey { of, dimension, page, value }, cell.sums)
        };
        cells.into_iter().map(pair).collect()
    };
    let wanted: Vec<Dimension> = PAIRED.into_iter().filter(|dimension| rules.pairs.has(*dimension)).collect();
    if placed.len() < ALONE {
        return wanted.into_iter().flat_map(of_dimension).collect();
    }
    // Dimensions have nothing to do with each other.
    let (here, there) = wanted.split_at(wanted.len() / 2);
    let all = |dimensions: &[Dimension]| dimensions.iter().flat_map(|of| of_dimension(*of)).collect::<Rows<_, _>>();
    std::thread::scope(|scope| {
        let beside = scope.spawn(|| all(there));
        let mut found = all(here);
        found.extend(beside.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        found
    })
}

/// The values of one dimension.
struct Values {
    syms: Vec<Sym>,
    texts: Vec<Arc<str>>,
    totals: Vec<ValueTotals>,
    of_visit: Map<VisitSym, u32>,
}

impl Values {
    fn new(dimension: Dimension, reduced: &Reduced, symbols: &Symbols) -> Values {
        let mut values = Values { syms: Vec::new(), texts: Vec::new(), totals: Vec::new(), of_visit: Map::default() };
        let mut numbers: HashMap<Arc<str>, u32> = HashMap::new();
        let mut by_dims: Map<VisitDims, u32> = Map::default();
        let mut number = |visit: &VisitDims, values: &mut Values| {
            *by_dims.entry(only(visit, dimension)).or_insert_with(|| {
                let text = value_text(visit, dimension, symbols);
                *numbers.entry(text.clone()).or_insert_with(|| {
                    values.syms.push(symbols.intern(Dictionary::Values, &text));
                    values.texts.push(text);
                    values.totals.push(ValueTotals::default());
                    values.totals.len() as u32 - 1
                })
            })
        };
        for (row, sums) in &reduced.visits {
            let at = number(&row.visit, &mut values);
            let total = &mut values.totals[at as usize];
            total.visitors += sums.visitors;
            total.views += i64::from(sums.page_views);
            total.visits += i64::from(sums.visits);
        }
        for (sym, dims) in &reduced.dims {
            let at = number(dims, &mut values);
            values.of_visit.insert(*sym, at);
        }
        values
    }

    /// Adds a value that nobody asks for, of the views that came along from days that were
    /// too small: whose they are must not be told either.
    fn carry(&mut self, cells: &mut Vec<Cell>, pages: &[(Sym, PageTotals)]) {
        let value = self.totals.len() as u32;
        let mut total = ValueTotals::default();
        for (page, (_, totals)) in pages.iter().enumerate() {
            let page_views = totals.views as u32 - totals.own.page_views;
            let visits = totals.visits as u32 - totals.own.visits;
            if page_views > 0 || visits > 0 {
                total.views += i64::from(page_views);
                total.visits += i64::from(visits);
                // Without visitors it is never named.
                let sums = CrossSums { page_views, uniques: 0, visits };
                cells.push(Cell { page: page as u32, value, sums, is_named: false });
            }
        }
        self.syms.push(Sym::EMPTY);
        self.texts.push("".into());
        self.totals.push(total);
    }

    fn cells(&self, crossed: &[(u32, VisitSym, CrossSums)]) -> Vec<Cell> {
        let mut cells: Map<(u32, u32), CrossSums> = Map::default();
        for (page, visit, sums) in crossed {
            if let Some(&value) = self.of_visit.get(visit) {
                cells.entry((*page, value)).or_default().add(sums);
            }
        }
        cells.into_iter().map(|((page, value), sums)| Cell { page, value, sums, is_named: false }).collect()
    }
}

/// The dimensions with all but one left out, so that few are looked at.
fn only(visit: &VisitDims, dimension: Dimension) -> VisitDims {
    let mut only = VisitDims::default();
    match dimension {
        Dimension::Source => only.source = visit.source,
        Dimension::Referrer => only.referrer = visit.referrer,
        Dimension::Channel => only.channel = visit.channel,
        Dimension::UtmSource | Dimension::UtmMedium | Dimension::UtmCampaign => only.campaign = visit.campaign,
        Dimension::Country => only.country = visit.country,
        Dimension::Region => only.region = visit.region,
        Dimension::City => only.city = visit.city,
        Dimension::Browser => only.browser = visit.browser,
        Dimension::Os => only.os = visit.os,
        _ => only.device = visit.device,
    }
    only
}

/// The cells that are named.
fn named(
    mut cells: Vec<Cell>,
    values: &Values,
    pages: &[(Sym, PageTotals)],
    visitors: u32,
    rules: &Rules<'_>,
) -> Vec<Cell> {
    let k = rules.privacy.k;
    if k <= 1 {
        cells.retain(|cell| cell.sums.uniques > 0 || (cell.value as usize) < values.totals.len() - 1);
        return cells;
    }
    for cell in &mut cells {
        let (page, value) = (&pages[cell.page as usize].1, &values.totals[cell.value as usize]);
        let says_little = cell.sums.uniques < value.visitors || value.visitors >= MANY || 2 * page.uniques >= visitors;
        cell.is_named = cell.sums.uniques >= k && says_little;
    }
    let views = Counter { of_cell: |sums| sums.page_views, of_page: |page| page.views, of_value: |value| value.views };
    let visits = Counter { of_cell: |sums| sums.visits, of_page: |page| page.visits, of_value: |value| value.visits };
    loop {
        let mut proved = Proved { pages: vec![false; pages.len()], values: vec![false; values.totals.len()] };
        views.prove(&cells, values, pages, &mut proved);
        visits.prove(&cells, values, pages, &mut proved);
        if !drop_smallest(&mut cells, &proved, values, pages, rules.symbols) {
            cells.retain(|cell| cell.is_named);
            return cells;
        }
    }
}

/// Pages and values with a cell that can be told though it is not named.
struct Proved {
    pages: Vec<bool>,
    values: Vec<bool>,
}

/// One of the counters that totals and named cells have.
struct Counter {
    of_cell: fn(&CrossSums) -> u32,
    of_page: fn(&PageTotals) -> i64,
    of_value: fn(&ValueTotals) -> i64,
}

impl Counter {
    /// A cell is told if what is left of its page is more than all other values have
    /// left that are not named for this page; or the other way round.
    fn prove(&self, cells: &[Cell], values: &Values, pages: &[(Sym, PageTotals)], proved: &mut Proved) {
        let whole_pages: Vec<i64> = pages.iter().map(|(_, page)| (self.of_page)(page)).collect();
        let whole_values: Vec<i64> = values.totals.iter().map(self.of_value).collect();
        let (mut of_pages, mut of_values) = (whole_pages.clone(), whole_values.clone());
        for cell in cells.iter().filter(|cell| cell.is_named) {
            let count = i64::from((self.of_cell)(&cell.sums));
            of_pages[cell.page as usize] -= count;
            of_values[cell.value as usize] -= count;
        }
        let (mut named_of_pages, mut named_of_values) = (vec![0; of_pages.len()], vec![0; of_values.len()]);
        for cell in cells.iter().filter(|cell| cell.is_named) {
            named_of_pages[cell.page as usize] += of_values[cell.value as usize];
            named_of_values[cell.value as usize] += of_pages[cell.page as usize];
        }
        let (whole_v, whole_p) = (whole_values.iter().sum::<i64>(), whole_pages.iter().sum::<i64>());
        let (all_values, all_pages) = (of_values.iter().sum::<i64>(), of_pages.iter().sum::<i64>());
        for cell in cells.iter().filter(|cell| !cell.is_named && (self.of_cell)(&cell.sums) > 0) {
            let (page, value) = (cell.page as usize, cell.value as usize);
            // Some can be told from the totals alone; nothing helps then.
            let is_known =
                whole_pages[page] > whole_v - whole_values[value] || whole_values[value] > whole_p - whole_pages[page];
            if is_known {
                continue;
            }
            proved.pages[page] |= of_pages[page] > all_values - named_of_pages[page] - of_values[value];
            proved.values[value] |= of_values[value] > all_pages - named_of_values[value] - of_pages[page];
        }
    }
}

/// Drops the smallest named pair of each page and value that tells too much, or of all
/// where it has none. Returns whether there was one.
fn drop_smallest(
    cells: &mut [Cell],
    proved: &Proved,
    values: &Values,
    pages: &[(Sym, PageTotals)],
    symbols: &Symbols,
) -> bool {
    let wanted = proved.pages.iter().chain(&proved.values).filter(|proved| **proved).count();
    if wanted == 0 {
        return false;
    }
    let compare = |a: &Cell, b: &Cell| -> Ordering {
        let size = |cell: &Cell| (cell.sums.page_views, cell.sums.uniques);
        let page = |cell: &Cell| symbols.text(Dictionary::Pages, pages[cell.page as usize].0);
        size(a)
            .cmp(&size(b))
            .then_with(|| values.texts[a.value as usize].cmp(&values.texts[b.value as usize]))
            .then_with(|| page(a).cmp(&page(b)))
    };
    let mut of_pages: Map<u32, usize> = Map::default();
    let mut of_values: Map<u32, usize> = Map::default();
    let mut smallest: Option<usize> = None;
    for (at, cell) in cells.iter().enumerate().filter(|(_, cell)| cell.is_named) {
        let better = |best: usize| if compare(cell, &cells[best]).is_lt() { at } else { best };
        if proved.pages[cell.page as usize] {
            of_pages.entry(cell.page).and_modify(|best| *best = better(*best)).or_insert(at);
        }
        if proved.values[cell.value as usize] {
            of_values.entry(cell.value).and_modify(|best| *best = better(*best)).or_insert(at);
        }
        smallest = Some(smallest.map_or(at, better));
    }
    let found = of_pages.len() + of_values.len();
    let mut gone: Vec<usize> = of_pages.into_values().chain(of_values.into_values()).collect();
    if found < wanted {
        gone.extend(smallest);
    }
    gone.iter().for_each(|&at| cells[at].is_named = false);
    !gone.is_empty()
}
