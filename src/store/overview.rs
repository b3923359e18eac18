//! The series and the lists of a report in one pass over the facts: eight
//! questions one by one took twice the time.

use super::dictionary::texts;
use super::filter::column;
use super::query::{PageSums, SUMS, SeriesRow, Top, TopRow, UNKNOWN, code_name, sort_named, sums};
use super::{Query, Reader, StoreError};
use crate::model::{Dictionary, Dimension};
use duckdb::params_from_iter;
use std::collections::{HashMap, HashSet};

/// What [`Reader::overview`] answers.
pub struct Overview {
    /// The sums by stored hour, in order of time.
    pub series: Vec<SeriesRow>,
    /// The lists, in the order of the dimensions, most visitors first.
    pub tops: Vec<Top<TopRow>>,
}

type Groups = Vec<(u32, PageSums)>;

impl Reader {
    /// Whether an overview can hold these dimensions: each a column of its own
    /// whose order is that of visitors.
    pub fn fits_overview(dimensions: &[Dimension]) -> bool {
        use Dimension as D;
        let fits = |d: &Dimension| {
            matches!(
                d,
                D::Page
                    | D::Referrer
                    | D::Source
                    | D::Channel
                    | D::Country
                    | D::Region
                    | D::City
                    | D::Browser
                    | D::Os
                    | D::Device
                    | D::Host
            )
        };
        let distinct: HashSet<&Dimension> = dimensions.iter().collect();
        dimensions.iter().all(fits) && distinct.len() == dimensions.len()
    }

    /// Series and lists of `limit` rows (0: all) at once.
    ///
    /// # Errors
    /// Of the engine.
    pub fn overview(&self, query: &Query, dimensions: &[Dimension], limit: u64) -> Result<Overview, StoreError> {
        let limit = if limit == 0 { i64::MAX as u64 } else { limit };
        let mut columns: Vec<&str> = dimensions.iter().map(|d| column(*d).0).collect();
        columns.push("bucket");
        // grouping() has a bit for each column, 0 where the set has it.
        let all = (1u64 << columns.len()) - 1;
        let set = |index: usize| all ^ (1 << (columns.len() - 1 - index));
        let is_whole = |d: &Dimension| column(*d).1.is_empty() || column(*d).2 > 0;
        let whole = (0..dimensions.len()).filter(|&i| is_whole(&dimensions[i])).chain([dimensions.len()]).map(set);
        let page = dimensions.iter().position(|d| *d == Dimension::Page).map_or(all, set);
        let list = |items: Vec<String>| items.join(",");
        let (conditions, bound) = query.conditions(false);
        let sql = include_str!("sql/overview.sql")
            .replace("{columns}", &columns.join(","))
            .replace("{casts}", &list(columns.iter().map(|c| format!("CAST({c} AS UINTEGER)")).collect()))
            .replace("{sets}", &list(columns.iter().map(|c| format!("({c})")).collect()))
            .replace("{whole}", &list(whole.map(|g| g.to_string()).collect()))
            .replace("{page}", &page.to_string())
            .replace("{visitors}", if query.counts_page_visitors() { "uniques" } else { "visitors" })
            .replace("{sums}", SUMS)
            .replace("{conditions}", &conditions)
            .replace("{limit}", &limit.to_string());
        let mut groups: HashMap<u64, (u64, Groups)> = HashMap::new();
        let mut statement = self.connection().prepare(&sql)?;
        let mut rows = statement.query(params_from_iter(bound))?;
        while let Some(row) = rows.next()? {
            let (g, id, n): (i64, u32, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let group = groups.entry(g as u64).or_default();
            group.0 = n as u64;
            group.1.push((id, sums(row, 3)?));
        }
        let mut take = |index: usize| groups.remove(&set(index)).unwrap_or_default();
        let mut hours = take(dimensions.len()).1;
        hours.sort_unstable_by_key(|(bucket, _)| *bucket);
        let series = hours.into_iter().map(|(bucket, sums)| SeriesRow { bucket: bucket.into(), sums }).collect();
        let tops = dimensions.iter().enumerate().map(|(index, dimension)| {
            let (total, rows) = take(index);
            self.list(query, *dimension, total, rows, limit)
        });
        Ok(Overview { tops: tops.collect::<Result<_, _>>()?, series })
    }

    /// Names the values of a list, adds up those of one name, and sorts them.
    fn list(
        &self,
        query: &Query,
        dimension: Dimension,
        total: u64,
        rows: Groups,
        limit: u64,
    ) -> Result<Top<TopRow>, StoreError> {
        let (_, dictionary, number) = column(dimension);
        let ids: HashSet<u32> = rows.iter().map(|(id, _)| *id).collect();
        let table = Dictionary::ALL.into_iter().find(|d| d.as_str() == dictionary);
        let names: HashMap<u32, String> = match table {
            Some(table) => texts(self.connection(), table, &ids)?.into_iter().collect(),
            None => HashMap::new(),
        };
        let name = |id: u32| match table {
            None => code_name(dimension, id as u16),
            Some(_) => {
                let text = names.get(&id).map_or("", String::as_str);
                let text =
                    if number == 0 { text } else { text.split('\u{1f}').nth(usize::from(number) - 1).unwrap_or("") };
                if text.is_empty() { UNKNOWN.to_owned() } else { text.to_owned() }
            }
        };
        let mut top = Top { total, rows: Vec::new() };
        if number == 0 {
            top.rows = rows.into_iter().map(|(id, sums)| TopRow { value: name(id), sums }).collect();
        } else {
            let mut by_name: HashMap<String, PageSums> = HashMap::new();
            for (id, sums) in rows {
                by_name.entry(name(id)).or_default().add(&sums);
            }
            top.total = by_name.len() as u64;
            top.rows = by_name.into_iter().map(|(value, sums)| TopRow { value, sums }).collect();
        }
        let of_pages = dimension == Dimension::Page || query.counts_page_visitors();
        sort_named(&mut top, if of_pages { "uniques" } else { "visitors" }, limit);
        Ok(top)
    }
}
