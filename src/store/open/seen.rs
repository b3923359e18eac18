//! Which hashes are new today: found by an anti-join in the commit's own transaction,
//! so that no process needs to hold what was seen.

use crate::model::{Candidate, Day, DayBatch, Hash, Marks, Tells};
use crate::store::StoreError;
use crate::store::columns::Columns;
use duckdb::Connection;

/// Counts what is new of these days, and notes it as seen.
pub(in crate::store) fn count_new(connection: &Connection, days: &mut [DayBatch]) -> Result<(), StoreError> {
    let mut fresh: Vec<(Day, Hash)> = Vec::new();
    for batch in days.iter_mut() {
        fresh.extend(batch.fresh.drain(..).map(|hash| (batch.day, hash)));
    }
    let news = news(connection, days)?;
    for (batch, is_new) in days.iter_mut().zip(news) {
        count(batch, &is_new, &mut fresh);
    }
    append(connection, fresh)
}

/// By day, whether each candidate is new.
fn news(connection: &Connection, days: &[DayBatch]) -> Result<Vec<Vec<bool>>, StoreError> {
    let mut news: Vec<Vec<bool>> = days.iter().map(|batch| vec![false; batch.candidates.len()]).collect();
    let places: Vec<(usize, usize)> =
        (0..days.len()).flat_map(|day| (0..days[day].candidates.len()).map(move |at| (day, at))).collect();
    if places.is_empty() {
        return Ok(news);
    }
    let candidate = |&(day, at): &(usize, usize)| &days[day].candidates[at];
    connection.execute_batch(include_str!("../sql/candidates.sql"))?;
    Columns::default()
        .u32(0..places.len() as u32)
        .i32(places.iter().map(|(day, _)| days[*day].day.0))
        .hash(places.iter().map(|place| &candidate(place).hash))
        .append_to_temporary(connection, "candidates")?;
    let mut statement = connection
        .prepare("SELECT i FROM temp.main.candidates c ANTI JOIN seen s ON c.day = s.day AND c.hash = s.hash")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (day, at) = places[row.get::<_, u32>(0)? as usize];
        news[day][at] = true;
    }
    Ok(news)
}

fn count(batch: &mut DayBatch, is_new: &[bool], fresh: &mut Vec<(Day, Hash)>) {
    let visitors = batch.candidates.iter().map(|candidate| candidate.visitor as usize + 1).max().unwrap_or(0);
    let (mut is_visitor_new, mut pages) = (vec![false; visitors], vec![0u32; visitors]);
    let of = |tells| batch.candidates.iter().zip(is_new).filter(move |(c, new)| **new && c.tells == tells);
    let news: Vec<Candidate> = of(Tells::Visitor).chain(of(Tells::Page)).map(|(candidate, _)| *candidate).collect();
    let several: Vec<Candidate> = of(Tells::Several).map(|(candidate, _)| *candidate).collect();
    for Candidate { hash, tells, visitor, row, minute } in news {
        fresh.push((batch.day, hash));
        let sums = &mut batch.rows[row as usize].1;
        if tells == Tells::Visitor {
            sums.visitors += 1;
            batch.minutes[minute as usize].1.visitors += 1;
            is_visitor_new[visitor as usize] = true;
        } else {
            sums.uniques += 1;
            pages[visitor as usize] += 1;
        }
    }
    for Candidate { hash, visitor, row, .. } in several {
        let first = u32::from(is_visitor_new[visitor as usize]);
        if pages[visitor as usize] > first {
            fresh.push((batch.day, hash));
            let key = &batch.rows[row as usize].0;
            batch.several.push(((key.site, key.kind), 1));
        }
    }
}

/// Sorted by value, so that the order of rows says nothing about who came when.
fn append(connection: &Connection, mut fresh: Vec<(Day, Hash)>) -> Result<(), StoreError> {
    fresh.sort_unstable_by_key(|(day, hash)| (*day, u128::from_be_bytes(*hash)));
    Columns::default()
        .i32(fresh.iter().map(|(day, _)| day.0))
        .hash(fresh.iter().map(|(_, hash)| hash))
        .append_to(connection, "seen")
}

/// The facts of a batch, added up: what it had of page views, visits that ended, and
/// everything else.
pub(in crate::store) fn facts(batch: &mut DayBatch) -> crate::model::Facts {
    use crate::model::{CrossKey, CrossSums, PageKey, PageSums, VisitKey, VisitSums};
    let mut facts = std::mem::take(&mut batch.facts);
    facts.minutes.append(&mut batch.minutes);
    for (row, sums) in batch.rows.drain(..) {
        let (site, kind) = (row.site, row.kind);
        let page = PageSums {
            page_views: sums.page_views,
            uniques: sums.uniques,
            visits: sums.visits,
            duration_s: sums.duration_s,
            duration_n: sums.duration_n,
            ..PageSums::default()
        };
        facts.pages.push((PageKey { site, kind, page: row.page, host: row.host }, page));
        let crossed = CrossSums { page_views: sums.page_views, uniques: sums.uniques, visits: sums.visits };
        if crossed == CrossSums::default() {
            continue;
        }
        let visit = VisitSums {
            visitors: sums.visitors,
            visits: sums.visits,
            page_views: sums.page_views,
            ..VisitSums::default()
        };
        facts.visits.push((VisitKey { site, kind, host: row.host, visit: row.visit }, visit));
        facts.crossed.push((CrossKey { site, kind, page: row.page, visit: row.visit }, crossed));
    }
    batch.ended.drain(..).for_each(|visit| visit.end(&mut facts));
    facts.marks.extend(batch.several.drain(..).map(|(of, several)| (of, Marks { several, newest: 0 })));
    let newest = batch.newest.drain(..);
    facts.marks.extend(newest.map(|(site, kind, newest)| ((site, kind), Marks { several: 0, newest })));
    facts.add_up();
    facts
}
