//! A day as it is written when it is closed, and shown before: sums by hour, of visits,
//! of pages, and pairs of both (docs/design.md, Closed days).

use super::few::gather;
use super::pairs::{Wanted, pairs};
use super::reduce::Reduced;
use crate::model::{
    Class, CrossSums, Day, Dictionary, Dimension, Facts, MinuteKey, MinuteSums, Of, PageKey, PageSums, Privacy,
    RequestKey, RequestSums, Rows, Sums, Sym, Symbols, VisitDims, VisitSums, Zone, add_up,
};
use std::collections::BTreeMap;

/// Requests of an hour that fewer share give bytes, times and histogram to the day.
const FEW_REQUESTS: i64 = 10;
/// Rows of visit sums that a site has on a day, at the most.
pub(in crate::store) const VISIT_ROWS: usize = 250_000;

/// Visits that have all of this in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::store) struct VisitRow {
    pub(in crate::store) of: Of,
    pub(in crate::store) host: Sym,
    pub(in crate::store) visit: VisitDims,
}

/// A page beside one value of its visits, in `Values`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::store) struct PairKey {
    pub(in crate::store) of: Of,
    pub(in crate::store) dimension: Dimension,
    pub(in crate::store) page: Sym,
    pub(in crate::store) value: Sym,
}

/// Page counters of a day that was too small to stand alone.
#[derive(Clone, Debug, Default)]
pub(in crate::store) struct Carried {
    pub(in crate::store) day: Day,
    pub(in crate::store) visitors: u32,
    pub(in crate::store) several: u32,
    pub(in crate::store) pages: Rows<PageKey, PageSums>,
}

/// What waits for a later day, by site and kind.
pub(in crate::store) type Waiting = BTreeMap<Of, Vec<Carried>>;

/// A closed day.
#[derive(Clone, Debug, Default)]
pub(in crate::store) struct Sheet {
    pub(in crate::store) day: Day,
    /// Totals by minute, as long as the day is open.
    pub(in crate::store) minutes: Rows<MinuteKey, MinuteSums>,
    /// Totals by hour: its start in place of the minute's.
    pub(in crate::store) hours: Rows<MinuteKey, MinuteSums>,
    pub(in crate::store) visits: Rows<VisitRow, VisitSums>,
    pub(in crate::store) pages: Rows<PageKey, PageSums>,
    pub(in crate::store) pairs: Rows<PairKey, CrossSums>,
    pub(in crate::store) request_hours: Rows<RequestKey, RequestSums>,
    /// Bytes and times that no hour tells; their hour is 0.
    pub(in crate::store) request_days: Rows<RequestKey, RequestSums>,
    pub(in crate::store) errors: Rows<RequestKey, RequestSums>,
    pub(in crate::store) latency_hours: Rows<(RequestKey, u16), u64>,
    pub(in crate::store) latency_days: Rows<(RequestKey, u16), u64>,
    pub(in crate::store) ledger: Rows<(u32, u32, Class), u64>,
    /// Sites whose page counters wait for a later day.
    pub(in crate::store) carried: Vec<(Of, Carried)>,
    /// Days whose page counters came along.
    pub(in crate::store) joined: Vec<(Of, Day)>,
    /// Sites whose visits were so many that details were folded.
    pub(in crate::store) folded: Vec<Of>,
}

/// By which rules a day is closed.
#[derive(Clone, Copy)]
pub(in crate::store) struct Rules<'r> {
    pub(in crate::store) symbols: &'r Symbols,
    pub(in crate::store) privacy: Privacy,
    pub(in crate::store) zone: Zone,
    /// Texts of a dictionary that a site may have on a day.
    pub(in crate::store) cap: usize,
    /// It was closed before: this is what came late.
    pub(in crate::store) is_late: bool,
    /// Which pairs are wanted.
    pub(in crate::store) pairs: Wanted,
}

impl Privacy {
    /// Whether a day may be told by itself: so many visitors, and as many, or none, with
    /// more than one page.
    pub(in crate::store) fn stands(self, visitors: u32, several: u32) -> bool {
        visitors >= self.k && (several == 0 || several >= self.k)
    }
}

/// Closes a day of which everything is added up and every visit has ended. `waiting` are
/// page counters of earlier days.
pub(in crate::store) fn sheet(day: Day, mut facts: Facts, waiting: &Waiting, rules: &Rules<'_>) -> Sheet {
    let mut sheet = Sheet { day, ledger: std::mem::take(&mut facts.ledger), ..Sheet::default() };
    hours(&mut facts, &mut sheet, rules.zone);
    requests(&mut facts, &mut sheet, rules);
    let mut sites: Vec<Of> = sheet.hours.iter().map(|(key, _)| (key.site, key.kind)).collect();
    sites.extend(facts.pages.iter().map(|(key, _)| (key.site, key.kind)));
    sites.sort_unstable();
    sites.dedup();
    for of in sites {
        site(of, &mut facts, waiting, rules, &mut sheet);
    }
    sheet
}

fn hours(facts: &mut Facts, sheet: &mut Sheet, zone: Zone) {
    let hour = |key: MinuteKey| MinuteKey { minute: zone.hour(key.minute.into()) as u32, ..key };
    sheet.minutes = std::mem::take(&mut facts.minutes);
    sheet.hours = sheet.minutes.iter().map(|(key, sums)| (hour(*key), *sums)).collect();
    add_up(&mut sheet.hours);
}

fn requests(facts: &mut Facts, sheet: &mut Sheet, rules: &Rules<'_>) {
    sheet.errors = super::reduce::capped_paths(std::mem::take(&mut facts.errors), rules);
    let whole = |key: RequestKey| RequestKey { bucket: 0, ..key };
    let is_thin = |sums: &RequestSums| rules.privacy.k > 1 && sums.requests < FEW_REQUESTS;
    let requests = std::mem::take(&mut facts.requests);
    let thin: std::collections::HashSet<RequestKey> =
        requests.iter().filter(|(_, sums)| is_thin(sums)).map(|(key, _)| *key).collect();
    for (key, sums) in requests {
        if !is_thin(&sums) {
            sheet.request_hours.push((key, sums));
            continue;
        }
        sheet.request_hours.push((key, RequestSums { requests: sums.requests, ..RequestSums::default() }));
        sheet.request_days.push((whole(key), RequestSums { requests: 0, ..sums }));
    }
    for ((key, bin), count) in facts.latencies.drain(..) {
        match thin.contains(&key) {
            true => sheet.latency_days.push(((whole(key), bin), count)),
            false => sheet.latency_hours.push(((key, bin), count)),
        }
    }
    add_up(&mut sheet.request_days);
    sheet.request_days.retain(|(_, sums)| *sums != RequestSums::default());
    add_up(&mut sheet.latency_days);
}

/// Rows of one site and kind of a sorted table.
pub(super) fn rows_of<K: Copy, V: Copy>(rows: &[(K, V)], of: Of, key: impl Fn(&K) -> Of) -> &[(K, V)] {
    let start = rows.partition_point(|(row, _)| key(row) < of);
    let end = rows.partition_point(|(row, _)| key(row) <= of);
    &rows[start..end]
}

fn site(of: Of, facts: &mut Facts, waiting: &Waiting, rules: &Rules<'_>, sheet: &mut Sheet) {
    let reduced = Reduced::new(of, facts, rules);
    if reduced.is_folded {
        sheet.folded.push(of);
    }
    let mut pages: Rows<PageKey, PageSums> = rows_of(&facts.pages, of, |key| (key.site, key.kind))
        .iter()
        .map(|(key, sums)| (reduced.page(*key), *sums))
        .collect();
    add_up(&mut pages);
    let visitors = reduced.visits.iter().map(|(_, sums)| sums.visitors).sum::<u32>();
    let several = facts.marks.iter().filter(|(key, _)| *key == of).map(|(_, marks)| marks.several).sum::<u32>();
    sheet.visits.extend_from_slice(&reduced.visits);
    let k = rules.privacy.k;
    let stands = rules.privacy.stands(visitors, several);
    if rules.is_late && !stands && k > 1 {
        let late = Sym::of_marker(rules.symbols, LATE);
        let mut total = PageSums::default();
        pages.iter().for_each(|(_, sums)| total.add(sums));
        if !pages.is_empty() {
            sheet.pages.push((PageKey { site: of.0, kind: of.1, page: late, host: Sym::EMPTY }, total));
        }
        return;
    }
    let own = pages.clone();
    if !rules.is_late {
        if k > 1 && !stands {
            if !pages.is_empty() {
                sheet.carried.push((of, Carried { day: sheet.day, visitors, several, pages }));
            }
            return;
        }
        // By itself: a regular on k days is no k visitors.
        let joins = |c: &&Carried| c.day < sheet.day && (k <= 1 || several >= k || c.several == 0);
        let earlier = waiting.get(&of).map(Vec::as_slice).unwrap_or_default();
        let joined: Vec<&Carried> = earlier.iter().filter(joins).collect();
        for carried in joined {
            pages.extend_from_slice(&carried.pages);
            sheet.joined.push((of, carried.day));
        }
        add_up(&mut pages);
    }
    let may_pair = !rules.is_late || k <= 1 || visitors >= 2 * k;
    if rules.pairs != Wanted::NONE && may_pair {
        sheet.pairs.extend(pairs(of, facts, &reduced, &own, &pages, visitors, rules));
    }
    sheet.pages.extend(gather(pages, rules));
}

/// What is too small to be named on its day.
pub(in crate::store) const FEW: &str = "(few)";
/// What came when its day was closed, and is too small to be named.
pub(in crate::store) const LATE: &str = "(late)";

impl Sym {
    /// The symbol of a name in place of pages.
    pub(in crate::store) fn of_marker(symbols: &Symbols, text: &str) -> Sym {
        symbols.intern(Dictionary::Pages, text)
    }
}
