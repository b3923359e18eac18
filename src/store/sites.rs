//! Sites and their hosts.

use super::StoreError;
use crate::model::SiteId;
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
    let id: SiteId = connection.query_row("SELECT coalesce(max(id), 0) + 1 FROM sites", [], |row| row.get(0))?;
    connection.execute("INSERT INTO sites VALUES (?, ?)", params![id, name])?;
    Ok(id)
}
