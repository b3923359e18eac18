//! Whether the store's sums agree with each other: every row is read, so that
//! silent damage shows.

use super::{Reader, StoreError};
use crate::model::{Class, Day, Dictionary, Ledger, Zone};
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

/// Every table, so that each of its blocks is read.
const TABLES: [&str; 13] = [
    "meta",
    "sites",
    "site_hosts",
    "inputs",
    "ledger",
    "caps",
    "page_facts",
    "request_facts",
    "error_facts",
    "latency_facts",
    "event_facts",
    "seen",
    "open_visits",
];

/// What refers to a dictionary: table, column, dictionary.
const REFERENCES: [(&str, &str, Dictionary); 13] = [
    ("page_facts", "page", Dictionary::Pages),
    ("page_facts", "host", Dictionary::Hosts),
    ("page_facts", "source", Dictionary::Sources),
    ("page_facts", "referrer", Dictionary::Referrers),
    ("page_facts", "campaign", Dictionary::Campaigns),
    ("page_facts", "region", Dictionary::Places),
    ("page_facts", "city", Dictionary::Places),
    ("page_facts", "browser", Dictionary::Agents),
    ("page_facts", "os", Dictionary::Agents),
    ("request_facts", "method", Dictionary::Methods),
    ("request_facts", "bot", Dictionary::Bots),
    ("error_facts", "method", Dictionary::Methods),
    ("error_facts", "path", Dictionary::Paths),
];

/// Sums of one site and day.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    lines: [i64; Class::ALL.len()],
    requests: [i64; Class::ALL.len()],
    paths: [i64; Class::ALL.len()],
    views: i64,
    visitors: i64,
    uniques: i64,
    visits: i64,
    bounces: i64,
    exits: i64,
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
        for table in TABLES.into_iter().chain(Dictionary::ALL.map(Dictionary::as_str)) {
            let sql = format!("SELECT count(*), bit_xor(hash(t)) FROM {table} t");
            audit.rows += self.connection().query_row(&sql, [], |row| row.get::<_, i64>(0))?;
        }
        let names: BTreeMap<u32, String> = self.sites()?.into_iter().map(|site| (site.id, site.name)).collect();
        let sums = self.sums_by_day()?;
        audit.days = sums.keys().map(|(_, day)| *day).collect::<std::collections::BTreeSet<_>>().len();
        for ((site, day), sums) in &sums {
            audit.lines += sums.lines.iter().sum::<i64>();
            let name = names.get(site).map_or("a site that is gone", String::as_str);
            audit.faults.extend(sums.faults().map(|fault| format!("{day}, {name}: {fault}")));
        }
        self.compare_inputs(&sums, &mut audit)?;
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

    fn sums_by_day(&self) -> Result<BTreeMap<(u32, Day), Sums>, StoreError> {
        let zone = self.info().zone;
        let mut days = BTreeMap::new();
        self.add_up("ledger", "lines", zone, &mut days, |sums| &mut sums.lines)?;
        self.add_up("request_facts", "requests", zone, &mut days, |sums| &mut sums.requests)?;
        self.add_up("error_facts", "requests", zone, &mut days, |sums| &mut sums.paths)?;
        let sql = "SELECT site, bucket, CAST(sum(page_views) AS BIGINT), CAST(sum(visitors) AS BIGINT), \
                   CAST(sum(uniques) AS BIGINT), CAST(sum(visits) AS BIGINT), CAST(sum(bounces) AS BIGINT), \
                   CAST(sum(exits) AS BIGINT) FROM page_facts WHERE kind = 0 GROUP BY ALL";
        let mut statement = self.connection().prepare(sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let sums: &mut Sums = days.entry((row.get(0)?, zone.day(row.get(1)?))).or_default();
            let fields = [
                &mut sums.views,
                &mut sums.visitors,
                &mut sums.uniques,
                &mut sums.visits,
                &mut sums.bounces,
                &mut sums.exits,
            ];
            for (at, field) in fields.into_iter().enumerate() {
                *field += row.get::<_, i64>(at + 2)?;
            }
        }
        Ok(days)
    }

    /// Adds a table's counts by class to the sums of their days.
    fn add_up(
        &self,
        table: &str,
        column: &str,
        zone: Zone,
        days: &mut BTreeMap<(u32, Day), Sums>,
        field: fn(&mut Sums) -> &mut [i64; Class::ALL.len()],
    ) -> Result<(), StoreError> {
        let sql = format!("SELECT site, bucket, class, CAST(sum({column}) AS BIGINT) FROM {table} GROUP BY ALL");
        let mut statement = self.connection().prepare(&sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let sums = days.entry((row.get(0)?, zone.day(row.get(1)?))).or_default();
            if let Some(count) = field(sums).get_mut(usize::from(row.get::<_, u8>(2)?)) {
                *count += row.get::<_, i64>(3)?;
            }
        }
        Ok(())
    }

    /// What inputs brought is at least what the ledger has: a site that was
    /// removed takes its lines along, but no input.
    fn compare_inputs(&self, days: &BTreeMap<(u32, Day), Sums>, audit: &mut Audit) -> Result<(), StoreError> {
        let mut brought = Ledger::default();
        self.inputs()?.iter().for_each(|input| brought.merge(&input.ledger));
        for class in Class::ALL {
            let kept: i64 = days.values().map(|sums| sums.lines[class as usize]).sum();
            if (brought.get(class) as i64) < kept {
                let brought = brought.get(class);
                audit
                    .faults
                    .push(format!("the ledger has {kept} lines of class {}, its inputs {brought}", class.as_str()));
            }
        }
        Ok(())
    }
}

impl Sums {
    /// What does not agree.
    fn faults(&self) -> impl Iterator<Item = String> {
        let mut faults = Vec::new();
        for class in Class::ALL.into_iter().filter(|&class| super::Tx::counts_as_request(class)) {
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
        compare(self.views == pages, "page views", self.views, "lines of class page", pages);
        compare(self.visitors <= self.views, "visitors", self.visitors, "page views", self.views);
        compare(self.uniques <= self.views, "uniques", self.uniques, "page views", self.views);
        compare(self.visits <= self.views, "visits", self.visits, "page views", self.views);
        compare(self.exits == self.visits, "exits", self.exits, "visits", self.visits);
        compare(self.bounces <= self.visits, "bounces", self.bounces, "visits", self.visits);
        faults.into_iter()
    }
}
