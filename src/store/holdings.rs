//! What the store holds, and its bytes as they lie on the disk: for those who
//! want to see that nothing else is there.

use super::lease::{beside, while_closed};
use super::{Reader, StoreError};
use crate::model::{Day, Dictionary, OpenVisit, Presence, SiteId};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What is counted by [`Reader::rows`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holding {
    /// Totals by hour.
    Hours,
    /// Sums of visits.
    VisitSums,
    /// Sums of pages.
    PageSums,
    /// Pages beside one thing about their visits.
    Pairs,
    /// Sums of requests.
    RequestSums,
    /// Errors and redirects by path.
    ErrorPaths,
    /// Histograms of times taken.
    Latencies,
    /// Lines by class.
    Ledger,
    /// Inputs.
    Inputs,
    /// Hashes of who was seen on an open day.
    Hashes,
    /// Sealed segments of open days.
    Segments,
    /// Sealed page counters of days that are too small to stand alone.
    Carried,
}

impl Holding {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Holding; 12] = [
        Holding::Hours,
        Holding::VisitSums,
        Holding::PageSums,
        Holding::Pairs,
        Holding::RequestSums,
        Holding::ErrorPaths,
        Holding::Latencies,
        Holding::Ledger,
        Holding::Inputs,
        Holding::Hashes,
        Holding::Segments,
        Holding::Carried,
    ];

    fn tables(self) -> &'static [&'static str] {
        match self {
            Holding::Hours => &["hours"],
            Holding::VisitSums => &["visit_sums"],
            Holding::PageSums => &["page_sums"],
            Holding::Pairs => &["pairs"],
            Holding::RequestSums => &["request_hours", "request_days"],
            Holding::ErrorPaths => &["error_days"],
            Holding::Latencies => &["latency_hours", "latency_days"],
            Holding::Ledger => &["ledger"],
            Holding::Inputs => &["inputs"],
            Holding::Hashes => &["seen"],
            Holding::Segments => &["sealed", "sealed_full"],
            Holding::Carried => &["carried"],
        }
    }
}

/// Visits that may still go on, with the page of the last view.
pub type Present = Vec<(SiteId, Presence<Arc<str>>)>;

impl Reader {
    /// Rows of one kind.
    ///
    /// # Errors
    /// Of the engine.
    pub fn rows(&self, of: Holding) -> Result<u64, StoreError> {
        let counts = of.tables().iter().map(|table| format!("(SELECT count(*) FROM {table})"));
        let sql = format!("SELECT {}", counts.collect::<Vec<_>>().join(" + "));
        Ok(self.connection().query_row(&sql, [], |row| row.get::<_, i64>(0))? as u64)
    }

    /// Hashes by open day.
    ///
    /// # Errors
    /// Of the engine.
    pub fn hashes(&self) -> Result<Vec<(Day, u64)>, StoreError> {
        let mut statement = self.connection().prepare("SELECT day, count(*) FROM seen GROUP BY day ORDER BY day")?;
        let rows = statement.query_map([], |row| Ok((Day(row.get(0)?), row.get::<_, i64>(1)? as u64)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Sealed segments of an open day, and their bytes.
    ///
    /// # Errors
    /// Of the engine.
    pub fn segments(&self, day: Day) -> Result<(u64, u64), StoreError> {
        let sql = "SELECT count(*), coalesce(CAST(sum(octet_length(payload)) AS BIGINT), 0) FROM \
                   (SELECT payload FROM sealed WHERE day = ? UNION ALL SELECT payload FROM sealed_full WHERE day = ?)";
        let (count, bytes): (i64, i64) =
            self.connection().query_row(sql, [day.0, day.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok((count as u64, bytes as u64))
    }

    /// The visits of an open day that may still go on: site, first and last time, and the
    /// page of the last view; nothing if they cannot be known.
    ///
    /// # Errors
    /// Of the engine.
    pub fn open_visits(&self, day: Day) -> Result<Option<Present>, StoreError> {
        let Some(state) = self.days()?.into_iter().find(|state| state.day == day && state.is_open) else {
            return Ok(Some(Vec::new()));
        };
        let mut memory = self.memory();
        let symbols = memory.symbols.clone();
        let visits = memory.open_visits(self.connection(), (day, state.visits_from), self.keys())?;
        let presence = |visit: OpenVisit| {
            let page = symbols.text(Dictionary::Pages, visit.exit.page);
            (visit.site, Presence { first: visit.first, last: visit.last, page })
        };
        Ok(visits.map(|visits| visits.into_iter().map(presence).collect()))
    }

    /// The smallest number of visitors behind any pair; nothing if there is none.
    ///
    /// # Errors
    /// Of the engine.
    pub fn smallest_pair(&self) -> Result<Option<u64>, StoreError> {
        let sql = "SELECT CAST(min(uniques) AS BIGINT) FROM pairs";
        Ok(self.connection().query_row(sql, [], |row| row.get::<_, Option<i64>>(0))?.map(|n| n as u64))
    }

    /// Every text that came from elsewhere: names of sites and hosts, paths of
    /// inputs, keys and folders of the store.
    ///
    /// # Errors
    /// Of the engine.
    pub fn names(&self) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT value FROM meta UNION ALL SELECT name FROM sites UNION ALL SELECT host FROM site_hosts \
                   UNION ALL SELECT path FROM inputs";
        let mut statement = self.connection().prepare(sql)?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Hands out every text that came from a log, with the dictionary it is in.
    ///
    /// # Errors
    /// Of the engine.
    pub fn each_text(&self, mut take: impl FnMut(Dictionary, &str)) -> Result<(), StoreError> {
        for dictionary in Dictionary::ALL {
            let sql = format!("SELECT text FROM {}", dictionary.as_str());
            let mut statement = self.connection().prepare(&sql)?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                take(dictionary, &row.get::<_, String>(0)?);
            }
        }
        Ok(())
    }

    /// When salts were last destroyed, epoch seconds.
    ///
    /// # Errors
    /// Of the engine.
    pub fn destroyed(&self) -> Result<Option<i64>, StoreError> {
        Ok(super::meta::get(self.connection(), "destroyed")?.and_then(|at| at.parse().ok()))
    }
}

/// Runs `look` on every file of the store, while this process has none of them
/// open: closing one would release the lock of whoever uses the store here.
///
/// # Errors
/// Of `look`.
pub fn each_file(
    store: &Path,
    look: &mut dyn FnMut(&Path) -> Result<(), std::io::Error>,
) -> Result<(), std::io::Error> {
    while_closed(|| files(store).iter().try_for_each(|path| look(path)))
}

/// What the names of a store's files have behind its own.
const SUFFIXES: [&[u8]; 5] = [b".wal", b".lock", b".tmp", b".spool", b".new-"];

/// Every file of the store beside its own, and those in its folders, in order.
pub fn files(store: &Path) -> Vec<PathBuf> {
    let name = store.file_name().unwrap_or_default().as_encoded_bytes();
    let folder = store.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let is_ours = |path: &PathBuf| {
        let rest = path.file_name().and_then(|n| n.as_encoded_bytes().strip_prefix(name));
        rest.is_some_and(|rest| rest.is_empty() || SUFFIXES.iter().any(|suffix| rest.starts_with(suffix)))
    };
    let mut found = Vec::new();
    for path in listed(folder).into_iter().filter(is_ours) {
        if path.is_dir() { found.extend(below(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

/// Every file below a folder, in order.
pub fn below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in listed(folder) {
        // What a link leads to is not ours.
        let is_folder = std::fs::symlink_metadata(&path).is_ok_and(|meta| meta.is_dir());
        if is_folder { found.extend(below(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

fn listed(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}

/// Copies of damaged logs beside a store.
pub fn damaged_logs(store: &Path) -> Vec<PathBuf> {
    let start = beside(store, ".wal.damaged-");
    let start = start.as_os_str().as_encoded_bytes();
    files(store).into_iter().filter(|path| path.as_os_str().as_encoded_bytes().starts_with(start)).collect()
}
