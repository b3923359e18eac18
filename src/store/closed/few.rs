//! Pages that fewer than k visitors saw give away bounces, exits and seconds to one row.

use super::sheet::{FEW, Rules};
use crate::model::{Dictionary, PageKey, PageSums, Rows, Sums, Sym};

/// Gathers what rows of one site may not tell by themselves.
pub(super) fn gather(mut pages: Rows<PageKey, PageSums>, rules: &Rules<'_>) -> Rows<PageKey, PageSums> {
    let k = rules.privacy.k;
    let Some((first, _)) = pages.first().copied() else { return pages };
    let mut giving: Vec<bool> = pages.iter().map(|(_, sums)| sums.uniques < k && k > 1).collect();
    // What one row alone gave would be its own, and be told by what is missing there.
    while gives(&pages, &giving) == 1
        && let Some(next) = smallest(&pages, &giving, rules)
    {
        giving[next] = true;
    }
    let mut few = PageSums::default();
    for ((_, sums), _) in pages.iter_mut().zip(giving).filter(|(_, gives)| *gives) {
        let PageSums { page_views, uniques, visits, .. } = *sums;
        let kept = PageSums { page_views, uniques, visits, ..PageSums::default() };
        few.add(&PageSums { page_views: 0, uniques: 0, visits: 0, ..*sums });
        *sums = kept;
    }
    if few != PageSums::default() {
        let page = Sym::of_marker(rules.symbols, FEW);
        // It may be there already, from a day that was carried for a week.
        pages.push((PageKey { page, host: Sym::EMPTY, ..first }, few));
    }
    pages
}

/// How many rows give something.
fn gives(pages: &Rows<PageKey, PageSums>, giving: &[bool]) -> usize {
    let has = |sums: &PageSums| sums.bounces + sums.exits + sums.duration_s + sums.duration_n > 0;
    pages.iter().zip(giving).filter(|((_, sums), gives)| **gives && has(sums)).count()
}

/// The smallest of those that do not give.
fn smallest(pages: &Rows<PageKey, PageSums>, giving: &[bool], rules: &Rules<'_>) -> Option<usize> {
    let least =
        (0..pages.len()).filter(|&at| !giving[at]).map(|at| (pages[at].1.uniques, pages[at].1.page_views)).min()?;
    let equal: Vec<usize> =
        (0..pages.len()).filter(|&at| !giving[at] && (pages[at].1.uniques, pages[at].1.page_views) == least).collect();
    let text = |dictionary, sym| rules.symbols.text(dictionary, sym);
    equal.into_iter().min_by_key(|&at| {
        let key = &pages[at].0;
        (text(Dictionary::Pages, key.page), text(Dictionary::Hosts, key.host))
    })
}
