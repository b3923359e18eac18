//! Sums of the counters of page facts by the values of several columns at
//! once, in one pass. The engine hands out the rows; adding them up here takes
//! half the time of its own grouping sets, and a quarter of a question a list.

use super::limit::Included;
use super::query::PageSums;
use super::{Query, Reader, StoreError};
use crate::model::Counters;
use duckdb::arrow::array::{Array, Int32Array, RecordBatch, UInt32Array};
use duckdb::{Connection, params_from_iter};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Rows that one question may bring, roughly: they wait in memory.
const SLICE: u64 = 100_000;
/// From so many slices on, every core takes some.
const MANY: usize = 6;

/// The sums by one column's values.
#[derive(Default)]
pub(super) struct Groups {
    /// By value: 0 if there is none yet, else its place in the others and one.
    places: Vec<u32>,
    pub(super) ids: Vec<u32>,
    pub(super) sums: Vec<PageSums>,
}

impl Groups {
    fn add(&mut self, ids: &[u32], sums: &[PageSums]) {
        let Some(&most) = ids.iter().max() else { return };
        if self.places.len() <= most as usize {
            // Fresh zeroes cost nothing until they are touched.
            let mut places = vec![0; (most as usize + 1).next_power_of_two()];
            places[..self.places.len()].copy_from_slice(&self.places);
            self.places = places;
        }
        for (&id, more) in ids.iter().zip(sums) {
            let place = &mut self.places[id as usize];
            if *place == 0 {
                self.ids.push(id);
                self.sums.push(*more);
                *place = self.ids.len() as u32;
            } else {
                self.sums[*place as usize - 1].add(more);
            }
        }
    }
}

/// The sums by the values of these columns of page facts, each an expression
/// whose values are small whole numbers.
///
/// # Errors
/// Of the engine.
pub(super) fn tally(reader: &Reader, query: &Query, columns: &[String]) -> Result<Vec<Groups>, StoreError> {
    let slices = slices(reader, query)?;
    let workers = if slices.len() < MANY { 1 } else { std::thread::available_parallelism().map_or(1, |n| n.get()) };
    let next = AtomicUsize::new(0);
    let limit = reader.limit();
    let take = || {
        limit.renew();
        slices.get(next.fetch_add(1, Ordering::Relaxed))
    };
    let work = &|connection: &Connection| add_up(connection, query, columns, &take);
    if workers == 1 {
        return work(reader.connection());
    }
    let connections = (0..workers).map(|_| reader.another()).collect::<Result<Vec<_>, _>>()?;
    let parts: Vec<Result<Vec<Groups>, StoreError>> = std::thread::scope(|scope| {
        let spawn = |connection: Included| scope.spawn(move || work(&connection));
        let threads: Vec<_> = connections.into_iter().map(spawn).collect();
        threads.into_iter().map(|thread| thread.join().expect("adding up does not panic")).collect()
    });
    let mut all: Vec<Groups> = columns.iter().map(|_| Groups::default()).collect();
    for part in parts {
        for (groups, more) in all.iter_mut().zip(part?) {
            groups.add(&more.ids, &more.sums);
        }
    }
    Ok(all)
}

/// The range in parts of a bearable number of rows.
fn slices(reader: &Reader, query: &Query) -> Result<Vec<Query>, StoreError> {
    let rows = match query.rows {
        Some(rows) => rows,
        None => reader.rows_by_kind(query)?.iter().sum(),
    };
    let count = rows.div_ceil(SLICE).max(1) as i64;
    let at = |part: i64| query.from + (query.to - query.from) * part / count;
    Ok((0..count).map(|part| Query { from: at(part), to: at(part + 1), ..query.clone() }).collect())
}

/// Adds up the slices that `take` gives.
fn add_up<'s>(
    connection: &Connection,
    query: &Query,
    columns: &[String],
    take: &(dyn Fn() -> Option<&'s Query> + Sync),
) -> Result<Vec<Groups>, StoreError> {
    let mut all: Vec<Groups> = columns.iter().map(|_| Groups::default()).collect();
    let casts: Vec<String> = columns.iter().map(|column| format!("CAST({column} AS UINTEGER)")).collect();
    let sql = format!(
        "SELECT page_views, visitors, uniques, visits, bounces, exits, duration_s, duration_n, {} \
         FROM page_facts WHERE {}",
        casts.join(", "),
        query.conditions(false).0
    );
    let mut statement = connection.prepare(&sql)?;
    let mut sums = Vec::new();
    while let Some(slice) = take() {
        for batch in statement.query_arrow(params_from_iter(slice.conditions(false).1))? {
            read_sums(&batch, &mut sums);
            for (column, groups) in all.iter_mut().enumerate() {
                let ids = batch.column(8 + column).as_any().downcast_ref::<UInt32Array>();
                groups.add(ids.expect("cast to UINTEGER").values(), &sums);
            }
        }
    }
    Ok(all)
}

/// The counters of a batch, a value a row.
fn read_sums(batch: &RecordBatch, sums: &mut Vec<PageSums>) {
    let column = |index: usize| {
        let column = batch.column(index).as_any().downcast_ref::<Int32Array>();
        &column.expect("an INTEGER column").values()[..]
    };
    let columns: [&[i32]; 8] = std::array::from_fn(column);
    sums.clear();
    sums.extend((0..batch.num_rows()).map(|row| {
        let [page_views, visitors, uniques, visits, bounces, exits, duration_s, duration_n] =
            columns.map(|column| i64::from(column[row]));
        Counters { page_views, visitors, uniques, visits, bounces, exits, duration_s, duration_n }
    }));
}
