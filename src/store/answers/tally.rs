//! Sums of the counters of a table by the values of several columns at once, in one
//! pass. The engine hands out the rows; adding them up here takes half the time of its
//! own grouping sets, and a quarter of a question a list.

use crate::model::Counters;
use crate::store::limit::Included;
use crate::store::{Reader, StoreError};
use duckdb::arrow::array::{Array, RecordBatch, UInt32Array};
use duckdb::types::Value;
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
    pub(super) sums: Vec<Counters>,
}

impl Groups {
    fn add(&mut self, ids: &[u32], sums: &[Counters]) {
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

/// So many counters a row has.
const COUNTERS: usize = 9;

/// What is added up: rows of a table within a range, which pass a condition.
pub(super) struct Source {
    pub(super) table: &'static str,
    /// What the counters are in it, in their order.
    pub(super) counters: [&'static str; COUNTERS],
    /// The column of time, and the half-open range of it.
    pub(super) time: &'static str,
    pub(super) range: std::ops::Range<i64>,
    /// The condition as SQL behind that on time, and what is bound in it.
    pub(super) condition: String,
    pub(super) bound: Vec<Value>,
}

impl Source {
    fn bound(&self, range: &std::ops::Range<i64>) -> Vec<Value> {
        let ends = [Value::BigInt(range.start), Value::BigInt(range.end)];
        ends.into_iter().chain(self.bound.iter().cloned()).collect()
    }

    fn whole_condition(&self) -> String {
        let time = self.time;
        let cast = if time == "day" { "INTEGER" } else { "UINTEGER" };
        format!("{time} >= CAST(? AS {cast}) AND {time} < CAST(? AS {cast}){}", self.condition)
    }
}

/// The sums by the values of these columns, each an expression whose values are small
/// whole numbers.
///
/// # Errors
/// Of the engine.
pub(super) fn tally(reader: &Reader, source: &Source, columns: &[String]) -> Result<Vec<Groups>, StoreError> {
    let slices = slices(reader, source)?;
    let workers = if slices.len() < MANY { 1 } else { std::thread::available_parallelism().map_or(1, |n| n.get()) };
    let next = AtomicUsize::new(0);
    let limit = reader.limit();
    let take = || {
        limit.renew();
        slices.get(next.fetch_add(1, Ordering::Relaxed))
    };
    let work = &|connection: &Connection| add_up(connection, source, columns, &take);
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
fn slices(reader: &Reader, source: &Source) -> Result<Vec<std::ops::Range<i64>>, StoreError> {
    let sql = format!("SELECT count(*) FROM {} WHERE {}", source.table, source.whole_condition());
    let bound = params_from_iter(source.bound(&source.range));
    let rows: i64 = reader.connection().query_row(&sql, bound, |row| row.get(0))?;
    if rows == 0 {
        return Ok(Vec::new());
    }
    let (from, to) = (source.range.start, source.range.end);
    let count = (rows as u64).div_ceil(SLICE).max(1).min((to - from).max(1) as u64) as i64;
    let at = |part: i64| from + (to - from) * part / count;
    Ok((0..count).map(|part| at(part)..at(part + 1)).collect())
}

/// Adds up the slices that `take` gives.
fn add_up<'s>(
    connection: &Connection,
    source: &Source,
    columns: &[String],
    take: &(dyn Fn() -> Option<&'s std::ops::Range<i64>> + Sync),
) -> Result<Vec<Groups>, StoreError> {
    let mut all: Vec<Groups> = columns.iter().map(|_| Groups::default()).collect();
    let Some(first) = take() else { return Ok(all) };
    let counters = source.counters.iter().map(|column| format!("CAST({column} AS UINTEGER)"));
    let casts = columns.iter().map(|column| format!("CAST({column} AS UINTEGER)"));
    let selected: Vec<String> = counters.chain(casts).collect();
    let (table, condition) = (source.table, source.whole_condition());
    let sql = format!("SELECT {} FROM {table} WHERE {condition}", selected.join(", "));
    let mut statement = connection.prepare(&sql)?;
    let mut sums = Vec::new();
    let mut slice = Some(first);
    while let Some(range) = slice {
        for batch in statement.query_arrow(params_from_iter(source.bound(range)))? {
            read_sums(&batch, &mut sums);
            for (column, groups) in all.iter_mut().enumerate() {
                groups.add(values(&batch, COUNTERS + column), &sums);
            }
        }
        slice = take();
    }
    Ok(all)
}

fn values(batch: &RecordBatch, index: usize) -> &[u32] {
    let column = batch.column(index).as_any().downcast_ref::<UInt32Array>();
    column.expect("cast to UINTEGER").values()
}

/// The counters of a batch, a value a row.
fn read_sums(batch: &RecordBatch, sums: &mut Vec<Counters>) {
    let columns: [&[u32]; COUNTERS] = std::array::from_fn(|index| values(batch, index));
    sums.clear();
    sums.extend((0..batch.num_rows()).map(|row| {
        let [page_views, visitors, uniques, visits, rated, bounces, exits, duration_s, duration_n] =
            columns.map(|column| i64::from(column[row]));
        Counters { page_views, visitors, uniques, visits, rated, bounces, exits, duration_s, duration_n }
    }));
}
