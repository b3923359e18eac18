//! Who is there now: open visits, counted. Read from the store, or, where this
//! process ingests, from its memory.

use super::error::IngestError;
use crate::model::{Day, Live, Presence, SiteId, Zone};
use crate::store::{Reader, Site};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Visits are kept so long after their last page view, in seconds.
const KEPT: i64 = 3600;

/// Who is there now, by site; `*` is all of them.
pub type Lives = Vec<(String, Live)>;

/// The days whose visits may still be open at `now`.
pub(super) fn days(zone: Zone, now: i64) -> BTreeSet<Day> {
    BTreeSet::from([zone.day(now - KEPT), zone.day(now)])
}

/// Reads who is there at `now` from the store. `None` if it may not be known: the
/// key of the day cannot be read.
///
/// # Errors
/// If the store cannot be read.
pub fn live(reader: &Reader, now: i64) -> Result<Option<Lives>, IngestError> {
    let mut visits: Vec<(SiteId, Presence<Arc<str>>)> = Vec::new();
    for day in days(reader.info().zone, now) {
        let Some(open) = reader.open_visits(day)? else { return Ok(None) };
        visits.extend(open);
    }
    Ok(Some(by_site(&reader.sites()?, &visits, now, |page| page.to_string())))
}

/// Counts visits by site.
pub fn by_site<P: Clone + Eq + std::hash::Hash>(
    sites: &[Site],
    visits: &[(SiteId, Presence<P>)],
    now: i64,
    name: impl Fn(&P) -> String,
) -> Lives {
    let of = |only: Option<SiteId>| {
        let chosen = visits.iter().filter(|(site, _)| only.is_none_or(|only| only == *site));
        Live::count(chosen.map(|(_, visit)| visit.clone()), now, &name)
    };
    let each = sites.iter().map(|site| (site.name.clone(), of(Some(site.id))));
    each.chain([("*".to_owned(), of(None))]).collect()
}
