//! Who is there now: open visits, counted. Read from the store, or, where this
//! process ingests, from its memory.

use super::error::IngestError;
use crate::anonymise::Salts;
use crate::model::{Day, Dictionary, Live, Presence, SiteId, Zone};
use crate::sessionise::OpenVisit;
use crate::store::{Reader, Site};
use std::collections::{BTreeSet, HashSet};

/// Visits are kept so long after their last page view, in seconds.
const KEPT: i64 = 3600;

/// Who is there now, by site; `*` is all of them.
pub type Lives = Vec<(String, Live)>;

/// The days whose visits may still be open at `now`.
pub(super) fn days(zone: Zone, now: i64) -> BTreeSet<Day> {
    BTreeSet::from([zone.day(now - KEPT), zone.day(now)])
}

/// Reads who is there at `now` from the store. `None` if it may not be known: the
/// salt of the day cannot be read.
///
/// # Errors
/// If the store cannot be read.
pub fn live(reader: &Reader, now: i64) -> Result<Option<Lives>, IngestError> {
    let zone = reader.info().zone;
    let mut visits: Vec<(SiteId, Presence<u32>)> = Vec::new();
    let mut is_known = false;
    for day in days(zone, now) {
        let shards = reader.shards(day)?;
        let Some(salt) = Salts::find(&reader.info().salts, day) else {
            is_known |= shards.is_empty();
            continue;
        };
        is_known = true;
        for (shard, sealed) in shards {
            let opened = salt.open(day, shard, &sealed).and_then(|plain| OpenVisit::decode_all(&plain));
            visits.extend(opened.unwrap_or_default().into_iter().map(|(_, visit)| {
                let [_, exit] = visit.rows();
                (exit.0.site, Presence { first: visit.first(), last: visit.last(), page: exit.0.page.0 })
            }));
        }
    }
    let ids: HashSet<u32> = visits.iter().map(|(_, visit)| visit.page).collect();
    let texts = reader.texts(Dictionary::Pages, &ids)?;
    let name = |page: &u32| texts.get(page).cloned().unwrap_or_default();
    let sites = reader.sites()?;
    Ok(is_known.then(|| by_site(&sites, &visits, now, name)))
}

/// Counts visits by site.
pub fn by_site<P: Copy + Eq + std::hash::Hash>(
    sites: &[Site],
    visits: &[(SiteId, Presence<P>)],
    now: i64,
    name: impl Fn(&P) -> String,
) -> Lives {
    let of = |only: Option<SiteId>| {
        let chosen = visits.iter().filter(|(site, _)| only.is_none_or(|only| only == *site));
        Live::count(chosen.map(|(_, visit)| *visit), now, &name)
    };
    let each = sites.iter().map(|site| (site.name.clone(), of(Some(site.id))));
    each.chain([("*".to_owned(), of(None))]).collect()
}
