//! Sites and their hosts.

use super::StoreError;
use crate::model::{Day, Keys, SiteId};
use duckdb::{Connection, params};

/// A web property.
#[derive(Clone, Debug)]
pub struct Site {
    /// Its number in the store.
    pub id: SiteId,
    /// Its name, `[a-z0-9.-]{1,64}`.
    pub name: String,
    /// Its hosts beside its own name.
    pub hosts: Vec<String>,
}

pub(crate) fn all(connection: &Connection) -> Result<Vec<Site>, StoreError> {
    let mut statement = connection.prepare("SELECT id, name FROM sites ORDER BY name")?;
    let rows = statement.query_map([], |row| Ok(Site { id: row.get(0)?, name: row.get(1)?, hosts: Vec::new() }))?;
    let mut sites: Vec<Site> = rows.collect::<Result<_, _>>()?;
    let mut statement = connection.prepare("SELECT site, host FROM site_hosts ORDER BY host")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (id, host): (SiteId, String) = (row.get(0)?, row.get(1)?);
        if let Some(site) = sites.iter_mut().find(|site| site.id == id) {
            site.hosts.push(host);
        }
    }
    Ok(sites)
}

pub(crate) fn find(connection: &Connection, name: &str) -> Result<Option<SiteId>, StoreError> {
    let mut statement = connection.prepare("SELECT id FROM sites WHERE name = ?")?;
    let mut rows = statement.query([name])?;
    Ok(rows.next()?.map(|row| row.get(0)).transpose()?)
}

pub(crate) fn find_or_add(connection: &Connection, name: &str) -> Result<SiteId, StoreError> {
    if let Some(id) = find(connection, name)? {
        return Ok(id);
    }
    // A number is never given out again: facts of a removed site may still come.
    let last = super::meta::get(connection, "sites")?.and_then(|n| n.parse().ok()).unwrap_or(0u32);
    let highest: SiteId = connection.query_row("SELECT coalesce(max(id), 0) FROM sites", [], |row| row.get(0))?;
    let id = last.max(highest) + 1;
    super::meta::set(connection, "sites", &id.to_string())?;
    connection.execute("INSERT INTO sites VALUES (?, ?)", params![id, name])?;
    Ok(id)
}

/// Every table with a site's rows.
fn tables() -> impl Iterator<Item = &'static str> {
    super::tables::closed().chain(["carried", "site_hosts"])
}

impl super::Tx<'_> {
    /// Adds a host to a site, taking it from any other.
    ///
    /// # Errors
    /// Of the engine.
    pub fn add_host(&self, site: SiteId, host: &str) -> Result<(), StoreError> {
        self.connection().execute("DELETE FROM site_hosts WHERE host = ?", [host])?;
        self.connection().execute("INSERT INTO site_hosts VALUES (?, ?)", params![site, host])?;
        Ok(())
    }

    /// Gives a site another name.
    ///
    /// # Errors
    /// Of the engine.
    pub fn rename_site(&self, site: SiteId, name: &str) -> Result<(), StoreError> {
        self.connection().execute("UPDATE sites SET name = ? WHERE id = ?", params![name, site])?;
        Ok(())
    }

    /// Rows of facts that a site has.
    ///
    /// # Errors
    /// Of the engine.
    pub fn count_site(&self, site: SiteId) -> Result<u64, StoreError> {
        let counts: Vec<String> =
            tables().map(|table| format!("(SELECT count(*) FROM {table} WHERE site = {site})")).collect();
        let sql = format!("SELECT {}", counts.join(" + "));
        Ok(self.connection().query_row(&sql, [], |row| row.get::<_, i64>(0))? as u64)
    }

    /// Removes a site with all its facts; of open days by writing anew what others have in
    /// them. Its inputs stay known, so that their lines do not come back.
    ///
    /// # Errors
    /// Of the engine, or if an open day cannot be opened.
    pub fn remove_site(&self, site: SiteId, keys: &dyn Keys) -> Result<(), StoreError> {
        let open: Vec<(Day, u64)> = super::reader::days(self.connection())?
            .into_iter()
            .filter(|state| state.is_open)
            .map(|state| (state.day, state.visits_from))
            .collect();
        for (day, visits_from) in open {
            super::open::shelf::leave_out(self.connection(), (day, visits_from), site, keys)?;
        }
        for table in tables() {
            self.connection().execute(&format!("DELETE FROM {table} WHERE site = ?"), [site])?;
        }
        self.connection().execute("DELETE FROM sites WHERE id = ?", [site])?;
        // Whoever follows a log has to look again.
        super::meta::renew(self.connection())
    }
}
