//! Open days: sheets of them as they would be closed now, filtered and added up in
//! memory.

use super::closed::By;
use crate::model::{
    Channel, Counters, Country, CrossSums, Day, Device, Dictionary, Dimension, Kind, MinuteSums, Of, PageSums, SiteId,
    Sym, Symbols, VisitDims, VisitSums, Zone,
};
use crate::query::{FEW, Filter, Query, Table, UNKNOWN};
use crate::store::closed::{Rules, Sheet, Waiting, Wanted};
use crate::store::filter::{column, has_unknown};
use crate::store::open::{last_commits, waiting};
use crate::store::{DEFAULT_CAP, Reader, StoreError};
use std::collections::HashMap;
use std::sync::Arc;

/// The open days of a range.
pub(in crate::store) struct OpenDays {
    pub(in crate::store) symbols: Arc<Symbols>,
    pub(in crate::store) sheets: Vec<Arc<Sheet>>,
    /// Days of which nothing, or not everything, could be opened.
    pub(in crate::store) unreadable: Vec<Day>,
    pub(in crate::store) open: Vec<Day>,
}

impl Reader {
    /// The sheets of the open days that a range touches.
    pub(in crate::store) fn open_days(
        &self,
        days: std::ops::Range<i32>,
        pairs: Wanted,
    ) -> Result<OpenDays, StoreError> {
        self.open_days_before(days, pairs, pairs != Wanted::NONE)
    }

    /// The same; `crossed`: another question will want pairs, so that what they are made
    /// of is opened now.
    pub(super) fn open_days_before(
        &self,
        days: std::ops::Range<i32>,
        pairs: Wanted,
        crossed: bool,
    ) -> Result<OpenDays, StoreError> {
        let states = self.days()?;
        let open: Vec<Day> = states.iter().filter(|state| state.is_open).map(|state| state.day).collect();
        let mut memory = self.memory();
        memory.keep_only(&open);
        let symbols = memory.symbols.clone();
        let mut found =
            OpenDays { symbols: symbols.clone(), sheets: Vec::new(), unreadable: Vec::new(), open: Vec::new() };
        if open.is_empty() {
            return Ok(found);
        }
        let wanted = states.iter().filter(|state| state.is_open && days.contains(&state.day.0));
        let lasts = last_commits(self.connection())?;
        let last = |day: Day| lasts.get(&day).copied().unwrap_or(0);
        let wanted: Vec<(Day, u64, u64)> =
            wanted.map(|state| (state.day, state.visits_from, last(state.day))).collect();
        if wanted.len() > 1 {
            memory.read_ahead(self.connection(), &wanted, self.keys(), crossed)?;
        }
        let mut waits: Waiting = waiting(self.connection(), &symbols, self.keys())?;
        for state in states.iter().filter(|state| state.is_open && days.contains(&state.day.0)) {
            let rules = Rules {
                symbols: &symbols,
                privacy: self.privacy(),
                zone: self.info().zone,
                cap: DEFAULT_CAP as usize,
                is_late: state.closed.is_some(),
                pairs,
            };
            let at = (state.day, state.visits_from, last(state.day));
            let (sheet, unreadable) = memory.sheet(self.connection(), at, self.keys(), &waits, &rules, crossed)?;
            found.open.push(state.day);
            found.unreadable.extend((unreadable > 0).then_some(state.day));
            // The next day is told as it would be once this one is closed.
            for (of, day) in &sheet.joined {
                waits.entry(*of).or_default().retain(|carried| carried.day != *day);
            }
            for (of, carried) in &sheet.carried {
                waits.entry(*of).or_default().push(carried.clone());
            }
            found.sheets.push(sheet);
        }
        Ok(found)
    }
}

/// Sums by number: of a text, or a code.
pub(super) type ByNumber = HashMap<u32, Counters>;

/// The number that a dimension has in a row of visits.
pub(super) fn number(visit: &VisitDims, host: Sym, dimension: Dimension) -> u32 {
    use Dimension as D;
    match dimension {
        D::Source => visit.source.0,
        D::Referrer => visit.referrer.0,
        D::Channel => visit.channel as u32,
        D::UtmSource | D::UtmMedium | D::UtmCampaign => visit.campaign.0,
        D::Country => visit.country.code().into(),
        D::Region => visit.region.0,
        D::City => visit.city.0,
        D::Browser => visit.browser.0,
        D::Os => visit.os.0,
        D::Device => visit.device as u32,
        _ => host.0,
    }
}

/// The text behind a number; empty if it is not known.
pub(super) fn text(symbols: &Symbols, dimension: Dimension, number: u32, of_pair: bool) -> Arc<str> {
    let (_, table, part) = column(dimension);
    if of_pair {
        return symbols.text(Dictionary::Values, Sym(number));
    }
    match Dictionary::ALL.into_iter().find(|dictionary| dictionary.as_str() == table) {
        Some(dictionary) => {
            let whole = symbols.text(dictionary, Sym(number));
            match part {
                0 => whole,
                part => whole.split('\u{1f}').nth(usize::from(part) - 1).unwrap_or_default().into(),
            }
        }
        None => code_name(dimension, number as u16).into(),
    }
}

/// The name of a code, empty where it stands for what is not known.
pub(super) fn code_name(dimension: Dimension, code: u16) -> &'static str {
    match dimension {
        Dimension::Channel => Channel::from_index(code as u8).unwrap_or_default().as_str(),
        Dimension::Device => Device::from_index(code as u8).unwrap_or_default().as_str(),
        _ => country_name(code),
    }
}

fn country_name(code: u16) -> &'static str {
    static NAMES: std::sync::OnceLock<HashMap<u16, String>> = std::sync::OnceLock::new();
    let names = NAMES.get_or_init(|| {
        let letters = (b'A'..=b'Z').flat_map(|a| (b'A'..=b'Z').map(move |b| Country([a, b])));
        letters.chain([Country::RARE]).map(|country| (country.code(), country.as_str().to_owned())).collect()
    });
    names.get(&code).map_or("", String::as_str)
}

/// Whether rows pass, remembered by the number of their value.
struct Passing<'q> {
    symbols: &'q Symbols,
    filters: Vec<(&'q Filter, bool, HashMap<u32, bool>)>,
}

impl<'q> Passing<'q> {
    fn new(query: &'q Query, symbols: &'q Symbols, table: Table) -> Passing<'q> {
        let of_pair = |dimension| matches!(table, Table::Pairs(of) if of == dimension);
        let filters = query.filters.iter().filter(|filter| !filter.dimension.is_request());
        Passing { symbols, filters: filters.map(|f| (f, of_pair(f.dimension), HashMap::new())).collect() }
    }

    fn passes(&mut self, number: impl Fn(Dimension) -> u32) -> bool {
        let symbols = self.symbols;
        self.filters.iter_mut().all(|(filter, of_pair, known)| {
            let number = number(filter.dimension);
            *known.entry(number).or_insert_with(|| {
                let text = text(symbols, filter.dimension, number, *of_pair);
                match &*text {
                    "" if has_unknown(filter.dimension) => filter.passes(UNKNOWN),
                    "" => filter.is_negative(),
                    text => filter.passes(text),
                }
            })
        })
    }
}

/// Whether a row is of the sites and kind that are asked for.
fn is_asked(query: &Query, (site, kind): Of) -> bool {
    (query.sites.is_empty() || query.sites.contains(&site)) && query.kind.is_none_or(|asked: Kind| asked == kind)
}

impl OpenDays {
    /// The sums by these, each an own group.
    pub(super) fn sums(&self, query: &Query, table: Table, by: &[By], zone: Zone) -> Vec<ByNumber> {
        let mut groups: Vec<ByNumber> = by.iter().map(|_| ByNumber::new()).collect();
        let mut passing = Passing::new(query, &self.symbols, table);
        let whole_days = super::closed::day_range(query, zone);
        for sheet in &self.sheets {
            if table != Table::Hours && !whole_days.contains(&i64::from(sheet.day.0)) {
                continue;
            }
            let mut add = |sums: Counters, time: u32, number: &dyn Fn(Dimension) -> u32| {
                for (by, group) in by.iter().zip(&mut groups) {
                    let at = match by {
                        By::Time => time,
                        By::Value(dimension) => number(*dimension),
                    };
                    group.entry(at).or_default().add(&sums);
                }
            };
            let day = sheet.day.0 as u32;
            match table {
                Table::Hours => {
                    let rows = sheet.minutes.iter().filter(|(key, _)| is_asked(query, (key.site, key.kind)));
                    for (key, sums) in rows.filter(|(key, _)| (query.from..query.to).contains(&key.minute.into())) {
                        add(of_minute(sums), key.minute / super::closed::QUARTER, &|_| 0);
                    }
                }
                Table::Visits => {
                    for (row, sums) in sheet.visits.iter().filter(|(row, _)| is_asked(query, row.of)) {
                        let number = |dimension| number(&row.visit, row.host, dimension);
                        if passing.passes(number) {
                            add(of_visits(sums), day, &number);
                        }
                    }
                }
                Table::Pages => {
                    for (key, sums) in sheet.pages.iter().filter(|(key, _)| is_asked(query, (key.site, key.kind))) {
                        let number = |dimension| if dimension == Dimension::Host { key.host.0 } else { key.page.0 };
                        if passing.passes(number) {
                            let is_few = |page| *self.symbols.text(Dictionary::Pages, page) == *FEW;
                            add(of_page(sums, || is_few(key.page)), day, &number);
                        }
                    }
                }
                Table::Pairs(of) => {
                    let rows = sheet.pairs.iter().filter(|(key, _)| key.dimension == of && is_asked(query, key.of));
                    for (key, sums) in rows {
                        let number = |dimension| if dimension == of { key.value.0 } else { key.page.0 };
                        if passing.passes(number) {
                            add(of_pair(sums), day, &number);
                        }
                    }
                }
            }
        }
        groups
    }

    /// Sites with page views of a kind.
    pub(super) fn kinds(&self, sites: &[SiteId]) -> [bool; 2] {
        let rows = self.sheets.iter().flat_map(|sheet| &sheet.hours);
        let mut kinds = [false; 2];
        for (key, _) in rows.filter(|(key, _)| sites.is_empty() || sites.contains(&key.site)) {
            kinds[key.kind as usize] = true;
        }
        kinds
    }
}

fn of_minute(sums: &MinuteSums) -> Counters {
    let [page_views, visitors, visits] = [sums.page_views, sums.visitors, sums.visits].map(i64::from);
    Counters { page_views, visitors, visits, ..Counters::default() }
}

fn of_visits(sums: &VisitSums) -> Counters {
    let VisitSums { visitors, visits, bounces, page_views, seconds, timed } = *sums;
    let [visitors, visits, bounces, page_views, duration_s, duration_n] =
        [visitors, visits, bounces, page_views, seconds, timed].map(i64::from);
    Counters { visitors, visits, rated: visits, bounces, page_views, duration_s, duration_n, ..Counters::default() }
}

fn of_page(sums: &PageSums, is_few: impl Fn() -> bool) -> Counters {
    let PageSums { page_views, uniques, visits, bounces, exits, duration_s, duration_n } = *sums;
    let [page_views, uniques, visits, bounces, exits, duration_s, duration_n] =
        [page_views, uniques, visits, bounces, exits, duration_s, duration_n].map(i64::from);
    // See the same of closed days.
    let (rated, bounces) = match bounces + exits + duration_n > 0 {
        true if is_few() => (0, 0),
        true => (visits, bounces),
        false => (0, bounces),
    };
    Counters { page_views, visitors: 0, uniques, visits, rated, bounces, exits, duration_s, duration_n }
}

fn of_pair(sums: &CrossSums) -> Counters {
    let [page_views, uniques, visits] = [sums.page_views, sums.uniques, sums.visits].map(i64::from);
    Counters { page_views, uniques, visits, ..Counters::default() }
}
