//! What a commit writes, table by table.

use super::columns::Columns;
use super::write::Tx;
use super::{StoreError, state};
use crate::model::{Commit, Counters, Day, Dictionary, Hash, RequestKey, RowKey, Sym, VisitDims};
use duckdb::params;
use std::collections::BTreeMap;

/// So many rows are spelled out at a time.
const SLICE: usize = 1 << 15;

impl Tx<'_> {
    /// Which hashes are new is found by an anti-join here, in the commit's own
    /// transaction: so no process needs to hold what was seen.
    pub(super) fn count_new(&mut self, commit: &mut Commit) -> Result<(), StoreError> {
        if commit.candidates.is_empty() {
            return Ok(());
        }
        let sql = include_str!("sql/candidates.sql");
        self.connection().execute_batch(sql)?;
        let candidates = &commit.candidates;
        Columns::default()
            .u32(0..candidates.len() as u32)
            .i32(candidates.iter().map(|c| c.day.0))
            .hash(candidates.iter().map(|c| &c.hash))
            .append_to_temporary(self.connection(), "candidates")?;
        self.connection().execute_batch(include_str!("sql/insert_seen.sql"))?;
        let mut statement = self.connection().prepare("SELECT i FROM temp.main.fresh")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let candidate = commit.candidates[row.get::<_, u32>(0)? as usize];
            let counters = &mut commit.pages[candidate.row as usize].1;
            if candidate.is_page {
                counters.uniques += 1;
            } else {
                counters.visitors += 1;
            }
        }
        Ok(())
    }

    /// Sorted by value, so that the order of rows says nothing about who came when.
    pub(super) fn append_fresh(&self, fresh: &mut [(Day, Hash)]) -> Result<(), StoreError> {
        fresh.sort_unstable_by_key(|(day, hash)| (*day, u128::from_be_bytes(*hash)));
        Columns::default()
            .i32(fresh.iter().map(|(day, _)| day.0))
            .hash(fresh.iter().map(|(_, hash)| hash))
            .append_to(self.connection(), "seen")
    }

    pub(super) fn append_pages(&self, pages: &[(RowKey, Counters<i32>)]) -> Result<(), StoreError> {
        if pages.is_empty() {
            return Ok(());
        }
        // A slice at a time: all of them, spelled out, would be most of an import's memory.
        let mut appender = self.connection().appender("page_facts")?;
        for slice in pages.chunks(SLICE) {
            self.page_columns(slice).add_to(&mut appender)?;
            appender.flush()?;
        }
        Ok(())
    }

    fn page_columns(&self, pages: &[(RowKey, Counters<i32>)]) -> Columns {
        let rows: Vec<(RowKey<VisitDims>, &Counters<i32>)> = pages
            .iter()
            .filter(|(_, counters)| *counters != Counters::default())
            .map(|(row, counters)| (self.stored(row).0, counters))
            .collect();
        let row = || rows.iter().map(|(row, _)| row);
        let visit = || rows.iter().map(|(row, _)| &row.visit);
        let counters = || rows.iter().map(|(_, counters)| *counters);
        Columns::default()
            .u32(row().map(|r| r.site))
            .u8(row().map(|r| r.kind as u8))
            .u32(row().map(|r| r.bucket))
            .u32(row().map(|r| r.page.0))
            .u32(row().map(|r| r.host.0))
            .u32(visit().map(|v| v.source.0))
            .u32(visit().map(|v| v.referrer.0))
            .u8(visit().map(|v| v.channel as u8))
            .u32(visit().map(|v| v.campaign.0))
            .u16(visit().map(|v| v.country.code()))
            .u32(visit().map(|v| v.region.0))
            .u32(visit().map(|v| v.city.0))
            .u32(visit().map(|v| v.browser.0))
            .u32(visit().map(|v| v.os.0))
            .u8(visit().map(|v| v.device as u8))
            .i32(counters().map(|c| c.page_views))
            .i32(counters().map(|c| c.visitors))
            .i32(counters().map(|c| c.uniques))
            .i32(counters().map(|c| c.visits))
            .i32(counters().map(|c| c.bounces))
            .i32(counters().map(|c| c.exits))
            .i32(counters().map(|c| c.duration_s))
            .i32(counters().map(|c| c.duration_n))
    }

    pub(super) fn append_requests(&self, commit: &Commit) -> Result<(), StoreError> {
        let bot = |key: &RequestKey| self.id(Dictionary::Bots, key.bot, key.site, key.bucket);
        let path = |key: &RequestKey| self.id(Dictionary::Paths, key.path, key.site, key.bucket);
        let facts = || commit.requests.iter().filter(|(key, _)| key.path == Sym::EMPTY);
        self.key_columns(facts().map(|(key, _)| key))
            .u32(facts().map(|(key, _)| bot(key)))
            .i32(facts().map(|(_, sums)| sums.requests as i32))
            .i64(facts().map(|(_, sums)| sums.bytes))
            .i64(facts().map(|(_, sums)| sums.time_us))
            .i32(facts().map(|(_, sums)| sums.time_n as i32))
            .append_to(self.connection(), "request_facts")?;
        let errors = || commit.requests.iter().filter(|(key, _)| key.path != Sym::EMPTY);
        self.key_columns(errors().map(|(key, _)| key))
            .u32(errors().map(|(key, _)| path(key)))
            .i32(errors().map(|(_, sums)| sums.requests as i32))
            .i64(errors().map(|(_, sums)| sums.bytes))
            .append_to(self.connection(), "error_facts")?;
        let latencies = || commit.latencies.iter();
        self.key_columns(latencies().map(|(key, ..)| key))
            .u32(latencies().map(|(key, ..)| bot(key)))
            .u16(latencies().map(|(_, bin, _)| *bin))
            .i32(latencies().map(|(.., requests)| *requests as i32))
            .append_to(self.connection(), "latency_facts")
    }

    /// The columns that all tables of requests begin with.
    fn key_columns<'k>(&self, keys: impl Iterator<Item = &'k RequestKey> + Clone) -> Columns {
        Columns::default()
            .u32(keys.clone().map(|key| key.site))
            .u32(keys.clone().map(|key| key.bucket))
            .u8(keys.clone().map(|key| key.class as u8))
            .u16(keys.clone().map(|key| key.status))
            .u32(keys.map(|key| self.id(Dictionary::Methods, key.method, key.site, key.bucket)))
    }

    pub(super) fn append_ledger(&self, commit: &Commit) -> Result<(), StoreError> {
        let mut ledger = self.connection().appender("ledger")?;
        let mut buckets: Vec<u32> = commit.ledger.iter().map(|row| row.1).collect();
        buckets.extend(commit.pages.iter().map(|(row, _)| row.bucket));
        for (site, bucket, class, lines) in &commit.ledger {
            ledger.append_row(params![*site, *bucket, *class as u8, *lines as i64])?;
        }
        ledger.flush()?;
        buckets.sort_unstable();
        buckets.dedup();
        let mut unmerged = self.connection().appender("unmerged")?;
        for bucket in buckets {
            unmerged.append_row([bucket])?;
        }
        Ok(unmerged.flush()?)
    }

    pub(super) fn replace_open_visits(&self, commit: &Commit) -> Result<(), StoreError> {
        if commit.shards.is_empty() {
            return state::save_newest(self.connection(), &commit.newest);
        }
        let mut by_day = BTreeMap::<Day, Vec<u16>>::new();
        for (day, shard, _) in &commit.shards {
            by_day.entry(*day).or_default().push(*shard);
        }
        let of_day = |(day, shards): (Day, Vec<u16>)| {
            let shards = shards.iter().map(u16::to_string).collect::<Vec<_>>().join(",");
            format!("(day = {} AND shard IN ({shards}))", day.0)
        };
        let stale = by_day.into_iter().map(of_day).collect::<Vec<_>>().join(" OR ");
        self.connection().execute(&format!("DELETE FROM open_visits WHERE {stale}"), [])?;
        let mut appender = self.connection().appender("open_visits")?;
        for (day, shard, payload) in commit.shards.iter().filter(|s| !s.2.is_empty()) {
            appender.append_row(params![day.0, *shard, payload])?;
        }
        appender.flush()?;
        drop(appender);
        state::save_newest(self.connection(), &commit.newest)
    }

    pub(super) fn touch_days(&self, commit: &Commit) -> Result<(), StoreError> {
        if commit.days.is_empty() {
            return Ok(());
        }
        let days = state::list(commit.days.iter().map(|(day, _)| *day));
        let sql = format!("UPDATE days SET last_commit = ?, coarsened = false WHERE day IN ({days})");
        self.connection().execute(&sql, [commit.now])?;
        Ok(())
    }
}
