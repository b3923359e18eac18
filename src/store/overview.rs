//! The series and the lists of a report.

use super::dictionary::{Texts, all_texts};
use super::filter::column;
use super::query::{PageSums, SeriesRow, Top, TopRow, UNKNOWN, code_name};
use super::tally::{Groups, tally};
use super::{Query, Reader, StoreError};
use crate::model::{Counters, Dictionary, Dimension, Metric, Sort};
use std::collections::{HashMap, HashSet};

/// What [`Reader::overview`] answers.
pub struct Overview {
    /// The sums by stored hour, in order of time; hours without rows are left out.
    pub series: Vec<SeriesRow>,
    /// The lists, in the order of the dimensions.
    pub tops: Vec<Top<TopRow>>,
}

/// Offsets from UTC are whole quarters of an hour, and so are hours.
const QUARTER: u32 = 900;

impl Reader {
    /// The series, and of each of these dimensions of page facts the first
    /// `limit` values (0: all).
    ///
    /// # Errors
    /// Of the engine.
    pub fn overview(&self, query: &Query, lists: &[(Dimension, Sort)], limit: u64) -> Result<Overview, StoreError> {
        let limit = if limit == 0 { usize::MAX } else { usize::try_from(limit).unwrap_or(usize::MAX) };
        let mut columns = vec![format!("bucket // {QUARTER}")];
        columns.extend(lists.iter().map(|(d, _)| column(*d).0.to_owned()));
        let mut groups = tally(self, query, &columns)?.into_iter().map(|groups| rows(groups, query));
        let mut hours = groups.next().unwrap_or_default();
        hours.sort_unstable_by_key(|(quarter, _)| *quarter);
        let bucket = |quarter: u32| i64::from(quarter) * i64::from(QUARTER);
        let series = hours.into_iter().map(|(quarter, sums)| SeriesRow { bucket: bucket(quarter), sums }).collect();
        let page_filter = query.counts_page_visitors();
        let lists = lists.iter().zip(groups).map(|(&(dimension, sort), rows)| {
            let order = Order { dimension, sort, of_pages: page_filter || dimension == Dimension::Page };
            List::new(order, rows, limit)
        });
        let lists: Vec<List> = lists.collect();
        let ids: Vec<(Dictionary, HashSet<u32>)> =
            lists.iter().filter_map(|list| Some((list.dictionary?, list.ids()))).collect();
        let wanted: Vec<_> = ids.iter().map(|(dictionary, ids)| (*dictionary, ids)).collect();
        let texts = all_texts(self.connection(), &wanted)?;
        Ok(Overview { tops: lists.into_iter().map(|list| list.named(&texts, limit)).collect(), series })
    }
}

/// A list on its way: its values by number, before they have names.
struct List {
    order: Order,
    dictionary: Option<Dictionary>,
    /// A field of a compound text, from 1; 0 is the whole.
    field: u8,
    rows: Vec<(u32, PageSums)>,
    total: usize,
}

impl List {
    fn new(order: Order, mut rows: Vec<(u32, PageSums)>, limit: usize) -> List {
        let (_, table, field) = column(order.dimension);
        let dictionary = Dictionary::ALL.into_iter().find(|d| d.as_str() == table);
        let mut total = 0;
        if field == 0 {
            rows.retain(|(_, sums)| order.lists(sums));
            total = rows.len();
            keep_first(&mut rows, order, limit);
        }
        List { order, dictionary, field, rows, total }
    }

    fn ids(&self) -> HashSet<u32> {
        self.rows.iter().map(|(id, _)| *id).collect()
    }

    /// Names the values, adds up those of one name, and sorts them.
    fn named(self, texts: &Texts, limit: usize) -> Top<TopRow> {
        let List { order, dictionary, field, rows, mut total } = self;
        let name = |id: u32| match dictionary {
            None => code_name(order.dimension, id as u16),
            Some(dictionary) => part(texts.get(&(dictionary, id)).map_or("", String::as_str), field).to_owned(),
        };
        let mut named: Vec<TopRow> = if field == 0 {
            rows.into_iter().map(|(id, sums)| TopRow { value: name(id), sums }).collect()
        } else {
            let mut by_name: HashMap<String, PageSums> = HashMap::new();
            rows.into_iter().for_each(|(id, sums)| by_name.entry(name(id)).or_default().add(&sums));
            by_name.into_iter().map(|(value, sums)| TopRow { value, sums }).collect()
        };
        if field > 0 {
            // A visit without a campaign is not one of its values.
            let of_campaigns = dictionary == Some(Dictionary::Campaigns);
            named.retain(|row| order.lists(&row.sums) && !(of_campaigns && row.value.is_empty()));
            total = named.len();
        }
        named.iter_mut().filter(|row| row.value.is_empty()).for_each(|row| row.value = UNKNOWN.into());
        named.sort_by(|a, b| order.compare(&a.sums, &b.sums).then_with(|| a.value.cmp(&b.value)));
        named.truncate(limit);
        Top { total: total as u64, rows: named }
    }
}

/// What is not all zero, as the filters would have it.
fn rows(groups: Groups, query: &Query) -> Vec<(u32, PageSums)> {
    let of_exits = query.filters_exits();
    let seen_by_filters = |sums: PageSums| match of_exits {
        true => Counters { visits: sums.exits, bounces: 0, ..sums },
        false => sums,
    };
    let all = groups.ids.into_iter().zip(groups.sums);
    all.map(|(id, sums)| (id, seen_by_filters(sums))).filter(|(_, sums)| *sums != Counters::default()).collect()
}

/// The first `limit` rows with all that equal the last of them: names are
/// looked up for these only, and then decide between equals.
fn keep_first(rows: &mut Vec<(u32, PageSums)>, order: Order, limit: usize) {
    if limit < rows.len() && limit > 0 {
        let (_, last, _) = rows.select_nth_unstable_by(limit - 1, |a, b| order.compare(&a.1, &b.1));
        let last = last.1;
        rows.retain(|(_, sums)| order.compare(sums, &last).is_le());
    }
}

/// A field of a compound text, from 1; 0 is the whole.
pub(super) fn part(text: &str, number: u8) -> &str {
    match number {
        0 => text,
        _ => text.split('\u{1f}').nth(usize::from(number) - 1).unwrap_or(""),
    }
}

/// Which values a list has and what they are sorted by.
#[derive(Clone, Copy)]
struct Order {
    dimension: Dimension,
    sort: Sort,
    of_pages: bool,
}

impl Order {
    fn lists(self, sums: &PageSums) -> bool {
        match self.dimension {
            Dimension::EntryPage => sums.visits != 0,
            Dimension::ExitPage => sums.exits != 0,
            _ => sums.page_views != 0 || sums.visits != 0 || sums.visitors != 0 || sums.uniques != 0,
        }
    }

    /// As it is sorted, what is unknown last.
    fn compare(self, a: &PageSums, b: &PageSums) -> std::cmp::Ordering {
        let (a, b) = (self.key(a), self.key(b));
        let order = if self.sort.ascending { a.total_cmp(&b) } else { b.total_cmp(&a) };
        (a < 0.0).cmp(&(b < 0.0)).then(order)
    }

    fn key(self, sums: &PageSums) -> f64 {
        use Metric as M;
        let ratio = |a: i64, b: i64| if b == 0 { -1.0 } else { a as f64 / b as f64 };
        match (self.dimension, self.sort.metric) {
            (Dimension::ExitPage, _) => sums.exits as f64,
            (_, M::Visits) | (Dimension::EntryPage, M::Visitors) => sums.visits as f64,
            (_, M::PageViews) => sums.page_views as f64,
            (_, M::Uniques) => sums.uniques as f64,
            (_, M::BounceRate) => ratio(sums.bounces, sums.visits),
            (_, M::Duration) => ratio(sums.duration_s, sums.duration_n),
            (_, M::ViewsPerVisit) => ratio(sums.page_views, sums.visits),
            _ if self.of_pages => sums.uniques as f64,
            _ => sums.visitors as f64,
        }
    }
}
