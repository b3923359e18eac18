//! Lists: values with their names, joined over closed and open days, sorted and cut.

use super::closed::By;
use super::open::{ByNumber, OpenDays, code_name, text};
use super::tally::Groups;
use crate::model::{Counters, Dictionary, Dimension, Metric, Sort};
use crate::query::{FEW, Few, Table, Top, TopRow, UNKNOWN};
use crate::store::dictionary::{Texts, all_texts};
use crate::store::filter::{column, has_unknown};
use crate::store::{Reader, StoreError};
use std::collections::{HashMap, HashSet};

/// A list on its way.
pub(super) struct List {
    pub(super) order: Order,
    pub(super) table: Table,
    closed: Vec<(u32, Counters)>,
    open: ByNumber,
    total: usize,
}

/// A field of a compound text, from 1; 0 is the whole.
pub(super) fn part(text: &str, number: u8) -> &str {
    match number {
        0 => text,
        _ => text.split('\u{1f}').nth(usize::from(number) - 1).unwrap_or(""),
    }
}

impl List {
    pub(super) fn new(order: Order, table: Table, groups: Groups, open: ByNumber, limit: usize) -> List {
        let mut closed: Vec<(u32, Counters)> = groups.ids.into_iter().zip(groups.sums).collect();
        closed.retain(|(_, sums)| *sums != Counters::default());
        let mut list = List { order, table, closed, open, total: 0 };
        // Names are looked up for the first ones only, where one number is one name and
        // all of them are known here.
        if list.field() == 0 && list.open.is_empty() {
            list.closed.retain(|(_, sums)| order.lists(sums));
            list.total = list.closed.len();
            keep_first(&mut list.closed, order, limit);
        }
        list
    }

    fn field(&self) -> u8 {
        if self.is_of_pair() { 0 } else { column(self.order.dimension).2 }
    }

    /// Whether its values stand in a dictionary of their own.
    fn is_of_pair(&self) -> bool {
        matches!(self.table, Table::Pairs(of) if of == self.order.dimension)
    }

    fn dictionary(&self) -> Option<Dictionary> {
        if self.is_of_pair() {
            return Some(Dictionary::Values);
        }
        let (_, table, _) = column(self.order.dimension);
        Dictionary::ALL.into_iter().find(|dictionary| dictionary.as_str() == table)
    }

    fn ids(&self) -> Option<(Dictionary, HashSet<u32>)> {
        Some((self.dictionary()?, self.closed.iter().map(|(id, _)| *id).collect()))
    }

    /// Names the values, adds up those of one name, and sorts them. `few` is what the
    /// list could not name.
    fn named(self, texts: &Texts, open: &OpenDays, few: Option<Counters>, limit: usize) -> Top<TopRow> {
        let (order, dimension, field) = (self.order, self.order.dimension, self.field());
        let dictionary = self.dictionary();
        let was_cut = field == 0 && self.open.is_empty();
        let mut by_name: HashMap<String, Counters> = HashMap::with_capacity(self.closed.len());
        for (id, sums) in &self.closed {
            let name = match dictionary {
                None => code_name(dimension, *id as u16),
                Some(dictionary) => part(texts.get(&(dictionary, *id)).map_or("", String::as_str), field),
            };
            by_name.entry(name.to_owned()).or_default().add(sums);
        }
        for (number, sums) in &self.open {
            let name = text(&open.symbols, dimension, *number, self.is_of_pair());
            by_name.entry(name.to_string()).or_default().add(sums);
        }
        if let Some(few) = few {
            by_name.entry(FEW.to_owned()).or_default().add(&few);
        }
        if !has_unknown(dimension) {
            by_name.remove("");
        }
        let mut rows: Vec<TopRow> = by_name.into_iter().map(|(value, sums)| TopRow { value, sums }).collect();
        rows.retain(|row| order.lists(&row.sums));
        let total =
            if was_cut { self.total + usize::from(few.is_some_and(|few| order.lists(&few))) } else { rows.len() };
        rows.iter_mut().filter(|row| row.value.is_empty()).for_each(|row| row.value = UNKNOWN.into());
        rows.sort_by(|a, b| order.compare(&a.sums, &b.sums).then_with(|| a.value.cmp(&b.value)));
        rows.truncate(limit);
        let few = few.map(|few| Few { page_views: few.page_views, visits: few.visits });
        Top { total: total as u64, rows, few: few.filter(|few| *few != Few::default()) }
    }
}

/// Names lists; each with what it could not name.
pub(super) fn name_all(
    reader: &Reader,
    lists: Vec<(List, Option<Counters>)>,
    open: &OpenDays,
    limit: usize,
) -> Result<Vec<Top<TopRow>>, StoreError> {
    let ids: Vec<(Dictionary, HashSet<u32>)> = lists.iter().filter_map(|(list, _)| list.ids()).collect();
    let wanted: Vec<_> = ids.iter().map(|(dictionary, ids)| (*dictionary, ids)).collect();
    let texts = all_texts(reader.connection(), &wanted)?;
    Ok(lists.into_iter().map(|(list, few)| list.named(&texts, open, few, limit)).collect())
}

/// The first `limit` rows with all that equal the last of them: names are
/// looked up for these only, and then decide between equals.
fn keep_first(rows: &mut Vec<(u32, Counters)>, order: Order, limit: usize) {
    if limit < rows.len() && limit > 0 {
        let (_, last, _) = rows.select_nth_unstable_by(limit - 1, |a, b| order.compare(&a.1, &b.1));
        let last = last.1;
        rows.retain(|(_, sums)| order.compare(sums, &last).is_le());
    }
}

/// Which values a list has and what they are sorted by.
#[derive(Clone, Copy)]
pub(super) struct Order {
    pub(super) dimension: Dimension,
    pub(super) sort: Sort,
    pub(super) of_pages: bool,
}

impl Order {
    pub(super) fn lists(self, sums: &Counters) -> bool {
        match self.dimension {
            Dimension::EntryPage => sums.visits != 0,
            Dimension::ExitPage => sums.exits != 0,
            _ => sums.page_views != 0 || sums.visits != 0 || sums.visitors != 0 || sums.uniques != 0,
        }
    }

    /// As it is sorted, what is unknown last.
    fn compare(self, a: &Counters, b: &Counters) -> std::cmp::Ordering {
        let (a, b) = (self.key(a), self.key(b));
        let order = if self.sort.ascending { a.total_cmp(&b) } else { b.total_cmp(&a) };
        (a < 0.0).cmp(&(b < 0.0)).then(order)
    }

    fn key(self, sums: &Counters) -> f64 {
        use Metric as M;
        let ratio = |a: i64, b: i64| if b == 0 { -1.0 } else { a as f64 / b as f64 };
        match (self.dimension, self.sort.metric) {
            (Dimension::ExitPage, _) => sums.exits as f64,
            (_, M::Visits) | (Dimension::EntryPage, M::Visitors) => sums.visits as f64,
            (_, M::PageViews) => sums.page_views as f64,
            (_, M::Uniques) => sums.uniques as f64,
            (_, M::BounceRate) => ratio(sums.bounces, sums.rated),
            (_, M::Duration) => ratio(sums.duration_s, sums.duration_n),
            (_, M::ViewsPerVisit) => ratio(sums.page_views, sums.visits),
            _ if self.of_pages => sums.uniques as f64,
            _ => sums.visitors as f64,
        }
    }
}

/// What the groups of a question are counted by: time first, then the lists.
pub(super) fn by(lists: &[(Dimension, Sort)]) -> Vec<By> {
    std::iter::once(By::Time).chain(lists.iter().map(|(dimension, _)| By::Value(*dimension))).collect()
}
