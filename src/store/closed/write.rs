//! Sheets of closed days into their tables, sorted, table by table for many days at once.

use super::sheet::{Sheet, VisitRow};
use crate::model::{Class, Dictionary as D, MinuteKey, PageKey, RequestKey, Symbols, VisitDims};
use crate::store::StoreError;
use crate::store::columns::Columns;
use crate::store::dictionary::Ids;
use duckdb::Connection;

/// Rows are spelled out so many at a time: all of them would be most of the memory.
const SLICE: usize = 1 << 15;

/// Writes the sheets, in the transaction that is under way.
pub(super) fn write(connection: &Connection, symbols: &Symbols, sheets: &[Sheet]) -> Result<(), StoreError> {
    let mut ids = Ids::default();
    sheets.iter().for_each(|sheet| need(sheet, &mut ids));
    ids.resolve(connection, symbols)?;
    let writer = Writer { connection, ids: &ids };
    writer.hours(sheets)?;
    writer.visits(sheets)?;
    writer.pages(sheets)?;
    writer.pairs(sheets)?;
    writer.requests(sheets)?;
    writer.ledger(sheets)
}

fn need(sheet: &Sheet, ids: &mut Ids) {
    for (row, _) in &sheet.visits {
        ids.need(D::Hosts, row.host);
        row.visit.map(|dictionary, sym| {
            ids.need(dictionary, sym);
            sym
        });
    }
    for (key, _) in &sheet.pages {
        ids.need(D::Pages, key.page);
        ids.need(D::Hosts, key.host);
    }
    for (key, _) in &sheet.pairs {
        ids.need(D::Pages, key.page);
        ids.need(D::Values, key.value);
    }
    let requests = sheet.request_hours.iter().chain(&sheet.request_days).chain(&sheet.errors).map(|(key, _)| key);
    let binned = sheet.latency_hours.iter().chain(&sheet.latency_days).map(|((key, _), _)| key);
    for key in requests.chain(binned) {
        ids.need(D::Methods, key.method);
        ids.need(D::Bots, key.bot);
        ids.need(D::Paths, key.path);
    }
}

struct Writer<'w> {
    connection: &'w Connection,
    ids: &'w Ids,
}

/// The rows of one table of all sheets, with their day. In a sheet they lie by symbol,
/// which tells what came first; here by what `$order` makes of their keys.
macro_rules! rows {
    ($sheets:expr, $table:ident, $order:expr) => {
        $sheets.iter().flat_map(|sheet| {
            let mut rows: Vec<_> = sheet.$table.iter().map(|(key, sums)| (sheet.day.0, *key, *sums)).collect();
            rows.sort_by_cached_key(|(_, key, _)| $order(key));
            rows
        })
    };
}

impl Writer<'_> {
    fn slices<R>(
        &self,
        table: &str,
        rows: impl Iterator<Item = R>,
        columns: impl Fn(&[R]) -> Columns,
    ) -> Result<(), StoreError> {
        let mut appender = self.connection.appender(table)?;
        let mut rows = rows.peekable();
        while rows.peek().is_some() {
            let slice: Vec<R> = rows.by_ref().take(SLICE).collect();
            columns(&slice).add_to(&mut appender)?;
            appender.flush()?;
        }
        Ok(())
    }

    fn hours(&self, sheets: &[Sheet]) -> Result<(), StoreError> {
        self.slices("hours", rows!(sheets, hours, |key: &MinuteKey| (key.site, key.kind, key.minute)), |rows| {
            Columns::default()
                .u32(rows.iter().map(|(_, key, _)| key.site))
                .u8(rows.iter().map(|(_, key, _)| key.kind as u8))
                .u32(rows.iter().map(|(_, key, _)| key.minute))
                .u32(rows.iter().map(|(.., sums)| sums.page_views))
                .u32(rows.iter().map(|(.., sums)| sums.visitors))
                .u32(rows.iter().map(|(.., sums)| sums.visits))
        })
    }

    fn visits(&self, sheets: &[Sheet]) -> Result<(), StoreError> {
        let id = |visit: &VisitDims| visit.map(|dictionary, sym| crate::model::Sym(self.ids.id(dictionary, sym)));
        let order = |row: &VisitRow| (row.of, self.ids.id(D::Hosts, row.host), id(&row.visit));
        let all = rows!(sheets, visits, order).map(|(day, row, sums)| (day, row, id(&row.visit), sums));
        self.slices("visit_sums", all, |rows| {
            let visit = || rows.iter().map(|(_, _, visit, _)| visit);
            let sums = || rows.iter().map(|(.., sums)| sums);
            Columns::default()
                .u32(rows.iter().map(|(_, row, ..)| row.of.0))
                .u8(rows.iter().map(|(_, row, ..)| row.of.1 as u8))
                .i32(rows.iter().map(|(day, ..)| *day))
                .u32(rows.iter().map(|(_, row, ..)| self.ids.id(D::Hosts, row.host)))
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
                .u32(sums().map(|s| s.visitors))
                .u32(sums().map(|s| s.visits))
                .u32(sums().map(|s| s.bounces))
                .u32(sums().map(|s| s.page_views))
                .u32(sums().map(|s| s.seconds))
                .u32(sums().map(|s| s.timed))
        })
    }

    fn pages(&self, sheets: &[Sheet]) -> Result<(), StoreError> {
        let order =
            |key: &PageKey| (key.site, key.kind, self.ids.id(D::Pages, key.page), self.ids.id(D::Hosts, key.host));
        self.slices("page_sums", rows!(sheets, pages, order), |rows| {
            let key = || rows.iter().map(|(_, key, _)| key);
            let sums = || rows.iter().map(|(.., sums)| sums);
            Columns::default()
                .u32(key().map(|key| key.site))
                .u8(key().map(|key| key.kind as u8))
                .i32(rows.iter().map(|(day, ..)| *day))
                .u32(key().map(|key| self.ids.id(D::Pages, key.page)))
                .u32(key().map(|key| self.ids.id(D::Hosts, key.host)))
                .u32(sums().map(|s| s.page_views))
                .u32(sums().map(|s| s.uniques))
                .u32(sums().map(|s| s.visits))
                .u32(sums().map(|s| s.bounces))
                .u32(sums().map(|s| s.exits))
                .u32(sums().map(|s| s.duration_s))
                .u32(sums().map(|s| s.duration_n))
        })
    }

    fn pairs(&self, sheets: &[Sheet]) -> Result<(), StoreError> {
        let mut all: Vec<_> = sheets
            .iter()
            .flat_map(|sheet| sheet.pairs.iter().map(move |(key, sums)| (sheet.day.0, key, sums)))
            .map(|(day, key, sums)| {
                let (page, value) = (self.ids.id(D::Pages, key.page), self.ids.id(D::Values, key.value));
                (day, key.of, key.dimension as u8, page, value, sums)
            })
            .collect();
        // By number: the order of texts is that of their names.
        all.sort_unstable_by_key(|(day, of, dimension, page, value, _)| (*day, *of, *dimension, *page, *value));
        self.slices("pairs", all.into_iter(), |rows| {
            Columns::default()
                .u32(rows.iter().map(|row| row.1.0))
                .u8(rows.iter().map(|row| row.1.1 as u8))
                .i32(rows.iter().map(|row| row.0))
                .u8(rows.iter().map(|row| row.2))
                .u32(rows.iter().map(|row| row.3))
                .u32(rows.iter().map(|row| row.4))
                .u32(rows.iter().map(|row| row.5.page_views))
                .u32(rows.iter().map(|row| row.5.uniques))
                .u32(rows.iter().map(|row| row.5.visits))
        })
    }

    /// The columns that all tables of requests share behind their site and time.
    fn kind<'k>(&self, columns: Columns, keys: impl Iterator<Item = &'k RequestKey> + Clone) -> Columns {
        columns
            .u8(keys.clone().map(|key| key.class as u8))
            .u16(keys.clone().map(|key| key.status))
            .u32(keys.map(|key| self.ids.id(D::Methods, key.method)))
    }

    fn by_hour<'k>(&self, keys: impl Iterator<Item = &'k RequestKey> + Clone) -> Columns {
        let columns = Columns::default().u32(keys.clone().map(|key| key.site)).u32(keys.clone().map(|key| key.bucket));
        self.kind(columns, keys.clone()).u32(keys.map(|key| self.ids.id(D::Bots, key.bot)))
    }

    fn by_day<'k>(
        &self,
        keys: impl Iterator<Item = &'k RequestKey> + Clone,
        days: impl Iterator<Item = i32>,
    ) -> Columns {
        self.kind(Columns::default().u32(keys.clone().map(|key| key.site)).i32(days), keys)
    }

    /// Requests by their numbers.
    fn order(&self, key: &RequestKey) -> [u32; 7] {
        let id = |dictionary, sym| self.ids.id(dictionary, sym);
        let [method, bot, path] = [id(D::Methods, key.method), id(D::Bots, key.bot), id(D::Paths, key.path)];
        [key.site, key.bucket, key.class as u32, key.status.into(), method, bot, path]
    }

    fn requests(&self, sheets: &[Sheet]) -> Result<(), StoreError> {
        let order = |key: &RequestKey| self.order(key);
        let order_of_bin = |(key, bin): &(RequestKey, u16)| (self.order(key), *bin);
        self.slices("request_hours", rows!(sheets, request_hours, order), |rows| {
            let sums = || rows.iter().map(|(.., sums)| sums);
            self.by_hour(rows.iter().map(|(_, key, _)| key))
                .u32(sums().map(|s| s.requests as u32))
                .i64(sums().map(|s| s.bytes))
                .i64(sums().map(|s| s.time_us))
                .u32(sums().map(|s| s.time_n as u32))
        })?;
        self.slices("request_days", rows!(sheets, request_days, order), |rows| {
            let sums = || rows.iter().map(|(.., sums)| sums);
            let keys = || rows.iter().map(|(_, key, _)| key);
            self.by_day(keys(), rows.iter().map(|(day, ..)| *day))
                .u32(keys().map(|key| self.ids.id(D::Bots, key.bot)))
                .i64(sums().map(|s| s.bytes))
                .i64(sums().map(|s| s.time_us))
                .u32(sums().map(|s| s.time_n as u32))
        })?;
        self.slices("error_days", rows!(sheets, errors, order), |rows| {
            let sums = || rows.iter().map(|(.., sums)| sums);
            let keys = || rows.iter().map(|(_, key, _)| key);
            self.by_day(keys(), rows.iter().map(|(day, ..)| *day))
                .u32(keys().map(|key| self.ids.id(D::Paths, key.path)))
                .u32(sums().map(|s| s.requests as u32))
                .i64(sums().map(|s| s.bytes))
        })?;
        self.slices("latency_hours", rows!(sheets, latency_hours, order_of_bin), |rows| {
            self.by_hour(rows.iter().map(|(_, (key, _), _)| key))
                .u16(rows.iter().map(|(_, (_, bin), _)| *bin))
                .u32(rows.iter().map(|(.., count)| *count as u32))
        })?;
        self.slices("latency_days", rows!(sheets, latency_days, order_of_bin), |rows| {
            let keys = || rows.iter().map(|(_, (key, _), _)| key);
            self.by_day(keys(), rows.iter().map(|(day, ..)| *day))
                .u32(keys().map(|key| self.ids.id(D::Bots, key.bot)))
                .u16(rows.iter().map(|(_, (_, bin), _)| *bin))
                .u32(rows.iter().map(|(.., count)| *count as u32))
        })
    }

    fn ledger(&self, sheets: &[Sheet]) -> Result<(), StoreError> {
        self.slices("ledger", rows!(sheets, ledger, |key: &(u32, u32, Class)| (key.0, key.1, key.2 as u8)), |rows| {
            Columns::default()
                .u32(rows.iter().map(|(_, key, _)| key.0))
                .u32(rows.iter().map(|(_, key, _)| key.1))
                .u8(rows.iter().map(|(_, key, _)| key.2 as u8))
                .i64(rows.iter().map(|(.., lines)| *lines as i64))
        })
    }
}
