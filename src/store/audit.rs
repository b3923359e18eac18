//! Whether the store's sums agree with each other: every row is read, so that
//! silent damage shows.

use super::closed::Wanted;
use super::{Reader, StoreError};
use crate::model::{Class, Day, Dictionary, Kind, Ledger};
use crate::query::Query;
use std::collections::BTreeMap;

/// What an audit found.
#[derive(Clone, Debug, Default)]
pub struct Audit {
    /// Days with lines.
    pub days: usize,
    /// Lines in the ledger.
    pub lines: i64,
    /// Rows read.
    pub rows: i64,
    /// What does not agree, for people.
    pub faults: Vec<String>,
}

/// Every table but those of open and closed days and dictionaries, so that each of its blocks is read.
const OTHERS: [&str; 7] = ["meta", "sites", "site_hosts", "inputs", "days", "seen", "carried"];

/// What refers to a dictionary: table, column, dictionary.
const REFERENCES: [(&str, &str, Dictionary); 15] = [
    ("page_sums", "page", Dictionary::Pages),
    ("page_sums", "host", Dictionary::Hosts),
    ("pairs", "page", Dictionary::Pages),
    ("pairs", "value", Dictionary::Values),
    ("visit_sums", "host", Dictionary::Hosts),
    ("visit_sums", "source", Dictionary::Sources),
    ("visit_sums", "referrer", Dictionary::Referrers),
    ("visit_sums", "campaign", Dictionary::Campaigns),
    ("visit_sums", "region", Dictionary::Places),
    ("visit_sums", "city", Dictionary::Places),
    ("visit_sums", "browser", Dictionary::Agents),
    ("visit_sums", "os", Dictionary::Agents),
    ("request_hours", "method", Dictionary::Methods),
    ("request_hours", "bot", Dictionary::Bots),
    ("error_days", "path", Dictionary::Paths),
];

/// Sums of one site and day.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    lines: [i64; Class::ALL.len()],
    requests: [i64; Class::ALL.len()],
    paths: [i64; Class::ALL.len()],
    /// Page views, visitors and visits by hour.
    hours: [i64; 3],
    /// The same in the sums of visits, and bounces.
    visits: [i64; 3],
    bounces: i64,
}

impl Reader {
    /// Reads everything, and compares sums by site and day with the ledger.
    ///
    /// # Errors
    /// Of the engine: it verifies a checksum of every block that it reads.
    pub fn audit(&self) -> Result<Audit, StoreError> {
        let mut audit = Audit::default();
        // It is asked for by somebody who knows that it reads everything.
        self.limit().lift();
        self.spread()?;
        let closed = super::tables::closed().chain(super::open::shelf::TABLES);
        let others = OTHERS.into_iter().chain(Dictionary::ALL.map(Dictionary::as_str));
        for table in closed.chain(others) {
            let sql = format!("SELECT count(*), bit_xor(hash(t)) FROM {table} t");
            audit.rows += self.connection().query_row(&sql, [], |row| row.get::<_, i64>(0))?;
        }
        let names: BTreeMap<u32, String> = self.sites()?.into_iter().map(|site| (site.id, site.name)).collect();
        let mut sums = self.sums_by_day()?;
        self.add_open_days(&mut sums, &mut audit)?;
        audit.days = sums.keys().map(|(_, day)| *day).collect::<std::collections::BTreeSet<_>>().len();
        for ((site, day), sums) in &sums {
            audit.lines += sums.lines.iter().sum::<i64>();
            let name = names.get(site).map_or("a site that is gone", String::as_str);
            audit.faults.extend(sums.faults().map(|fault| format!("{day}, {name}: {fault}")));
        }
        self.compare_inputs(&mut audit)?;
        for (table, column, dictionary) in REFERENCES {
            let texts = dictionary.as_str();
            let sql = format!(
                "SELECT count(*) FROM {table} WHERE {column} <> 0 AND {column} NOT IN (SELECT id FROM {texts})"
            );
            let lost: i64 = self.connection().query_row(&sql, [], |row| row.get(0))?;
            if lost > 0 {
                audit.faults.push(format!("{lost} rows of {table} name a {column} that is not among the {texts}"));
            }
        }
        Ok(audit)
    }

    /// Of days that are still open, as they would be closed now.
    fn add_open_days(&self, days: &mut BTreeMap<(u32, Day), Sums>, audit: &mut Audit) -> Result<(), StoreError> {
        let open = self.open_days(i32::MIN..i32::MAX, Wanted::NONE)?;
        let lost = |day: &Day| format!("{day}: a part of what is sealed could not be opened");
        audit.faults.extend(open.unreadable.iter().map(lost));
        for sheet in open.sheets.iter().filter(|sheet| !open.unreadable.contains(&sheet.day)) {
            for ((site, _, class), lines) in &sheet.ledger {
                days.entry((*site, sheet.day)).or_default().lines[*class as usize] += *lines as i64;
            }
            for (key, sums) in &sheet.request_hours {
                days.entry((key.site, sheet.day)).or_default().requests[key.class as usize] += sums.requests;
            }
            for (key, sums) in &sheet.errors {
                days.entry((key.site, sheet.day)).or_default().paths[key.class as usize] += sums.requests;
            }
            for (key, sums) in sheet.hours.iter().filter(|(key, _)| key.kind == Kind::Log) {
                let hours = [sums.page_views, sums.visitors, sums.visits].map(i64::from);
                let day = days.entry((key.site, sheet.day)).or_default();
                day.hours.iter_mut().zip(hours).for_each(|(sum, n)| *sum += n);
            }
            for (row, sums) in sheet.visits.iter().filter(|(row, _)| row.of.1 == Kind::Log) {
                let visits = [sums.page_views, sums.visitors, sums.visits].map(i64::from);
                let day = days.entry((row.of.0, sheet.day)).or_default();
                day.visits.iter_mut().zip(visits).for_each(|(sum, n)| *sum += n);
                day.bounces += i64::from(sums.bounces);
            }
        }
        Ok(())
    }

    /// Of closed days.
    fn sums_by_day(&self) -> Result<BTreeMap<(u32, Day), Sums>, StoreError> {
        let mut days = BTreeMap::new();
        self.add_up("ledger", "bucket", "lines", &mut days, |sums| &mut sums.lines)?;
        self.add_up("request_hours", "bucket", "requests", &mut days, |sums| &mut sums.requests)?;
        self.add_up("error_days", "day", "requests", &mut days, |sums| &mut sums.paths)?;
        let zone = self.info().zone;
        let hours = "SELECT site, bucket, CAST(sum(page_views) AS BIGINT), CAST(sum(visitors) AS BIGINT), \
                     CAST(sum(visits) AS BIGINT), 0 FROM hours WHERE kind = 0 GROUP BY ALL";
        let visits = "SELECT site, day, CAST(sum(page_views) AS BIGINT), CAST(sum(visitors) AS BIGINT), \
                      CAST(sum(visits) AS BIGINT), CAST(sum(bounces) AS BIGINT) FROM visit_sums WHERE kind = 0 GROUP BY ALL";
        for (sql, by_hour) in [(hours, true), (visits, false)] {
            let mut statement = self.connection().prepare(sql)?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let at: i64 = row.get(1)?;
                let day = if by_hour { zone.day(at) } else { Day(at as i32) };
                let sums: &mut Sums = days.entry((row.get(0)?, day)).or_default();
                let counts = [row.get::<_, i64>(2)?, row.get(3)?, row.get(4)?];
                let field = if by_hour { &mut sums.hours } else { &mut sums.visits };
                field.iter_mut().zip(counts).for_each(|(sum, n)| *sum += n);
                sums.bounces += row.get::<_, i64>(5)?;
            }
        }
        Ok(days)
    }

    /// Adds a table's counts by class to the sums of their days.
    fn add_up(
        &self,
        table: &str,
        time: &str,
        column: &str,
        days: &mut BTreeMap<(u32, Day), Sums>,
        field: fn(&mut Sums) -> &mut [i64; Class::ALL.len()],
    ) -> Result<(), StoreError> {
        let zone = self.info().zone;
        let sql = format!("SELECT site, {time}, class, CAST(sum({column}) AS BIGINT) FROM {table} GROUP BY ALL");
        let mut statement = self.connection().prepare(&sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let at: i64 = row.get(1)?;
            let day = if time == "day" { Day(at as i32) } else { zone.day(at) };
            let sums = days.entry((row.get(0)?, day)).or_default();
            if let Some(count) = field(sums).get_mut(usize::from(row.get::<_, u8>(2)?)) {
                *count += row.get::<_, i64>(3)?;
            }
        }
        Ok(())
    }

    /// What inputs brought is at least what the ledger has: a site that was
    /// removed takes its lines along, but no input.
    fn compare_inputs(&self, audit: &mut Audit) -> Result<(), StoreError> {
        let inputs = self.inputs()?;
        if inputs.iter().any(|input| !input.is_known) {
            return Ok(());
        }
        let (mut brought, mut kept) = (Ledger::default(), Ledger::default());
        inputs.iter().for_each(|input| brought.merge(&input.ledger));
        let whole = Query { from: 0, to: u32::MAX.into(), ..Query::default() };
        self.ledger(&whole)?.iter().for_each(|(_, _, ledger)| kept.merge(ledger));
        for class in Class::ALL {
            let (brought, kept, name) = (brought.get(class), kept.get(class), class.as_str());
            if brought < kept {
                audit.faults.push(format!("the ledger has {kept} lines of class {name}, its inputs {brought}"));
            }
        }
        Ok(())
    }
}

impl Sums {
    /// What does not agree.
    fn faults(&self) -> impl Iterator<Item = String> {
        let mut faults = Vec::new();
        let counts = |class: &Class| !matches!(class, Class::Malformed | Class::OutOfWindow | Class::Excluded);
        for class in Class::ALL.into_iter().filter(counts) {
            let (name, at) = (class.as_str(), class as usize);
            if self.lines[at] != self.requests[at] {
                let (lines, requests) = (self.lines[at], self.requests[at]);
                faults.push(format!("{lines} lines of class {name} in the ledger, {requests} among the requests"));
            }
            let has_paths = matches!(class, Class::ClientError | Class::ServerError | Class::Redirect);
            if has_paths && self.paths[at] != self.requests[at] {
                faults.push(format!("{} requests of class {name}, {} with a path", self.requests[at], self.paths[at]));
            }
        }
        let pages = self.lines[Class::Page as usize];
        let mut compare = |holds: bool, what: &str, count: i64, with: &str, other: i64| {
            if !holds {
                faults.push(format!("{count} {what}, {other} {with}"));
            }
        };
        let [views, visitors, visits] = self.hours;
        compare(views == pages, "page views", views, "lines of class page", pages);
        compare(visitors <= views, "visitors", visitors, "page views", views);
        compare(visits <= views, "visits", visits, "page views", views);
        compare(self.bounces <= visits, "bounces", self.bounces, "visits", visits);
        for ((what, by_hour), of_visits) in ["page views", "visitors", "visits"].iter().zip(self.hours).zip(self.visits)
        {
            compare(by_hour == of_visits, what, by_hour, "in the sums of visits", of_visits);
        }
        faults.into_iter()
    }
}
