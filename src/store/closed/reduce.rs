//! What visits were like, with what was rare gathered and what was too much cut.

use super::sheet::{Rules, VISIT_ROWS, VisitRow, rows_of};
use crate::model::{
    Channel, Country, Device, Dictionary, Facts, Of, PageKey, RequestKey, RequestSums, Rows, Sym, Symbols, VisitDims,
    VisitSums, VisitSym, add_up,
};
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use std::sync::Arc;

type Map<K, V> = HashMap<K, V, FixedState>;

/// Of those without a referrer; it has no path.
const DIRECT: &str = "Direct / none";

/// The visits of one site and kind, reduced.
pub(super) struct Reduced {
    /// Visit sums as they are written.
    pub(super) visits: Rows<VisitRow, VisitSums>,
    /// What became of the dimensions of visits.
    pub(super) dims: Map<VisitSym, VisitDims>,
    /// Whether details were folded since there were too many rows.
    pub(super) is_folded: bool,
    /// Pages beyond the cap.
    pages: Option<Map<Sym, Sym>>,
    /// What became of virtual hosts.
    hosts: Map<Sym, Sym>,
}

impl Reduced {
    pub(super) fn new(of: Of, facts: &Facts, rules: &Rules<'_>) -> Reduced {
        let page_rows = rows_of(&facts.pages, of, |key| (key.site, key.kind));
        let visit_rows = rows_of(&facts.visits, of, |key| (key.site, key.kind));
        let pages = capped(
            Dictionary::Pages,
            page_rows.iter().map(|(key, sums)| (key.page, u64::from(sums.page_views))),
            rules,
        );
        let known = rules.symbols.dims(visit_rows.iter().map(|(key, _)| key.visit));
        let mut dims: Map<VisitSym, VisitDims> =
            visit_rows.iter().zip(&known).map(|((key, _), visit)| (key.visit, *visit)).collect();
        let weighed: Vec<(VisitDims, Sym, VisitSums)> =
            visit_rows.iter().zip(&known).map(|((key, sums), visit)| (*visit, key.host, *sums)).collect();
        let caps = Caps::new(&weighed, rules);
        dims.values_mut().for_each(|visit| *visit = caps.apply(*visit));
        let weighed: Vec<(VisitDims, Sym, VisitSums)> =
            weighed.iter().map(|(visit, host, sums)| (caps.apply(*visit), caps.host(*host), *sums)).collect();
        let rare = Rare::new(&weighed, rules);
        dims.values_mut().for_each(|visit| *visit = rare.apply(*visit));
        let mut visits: Rows<VisitRow, VisitSums> = weighed
            .iter()
            .map(|(visit, host, sums)| (VisitRow { of, host: rare.host(*host), visit: rare.apply(*visit) }, *sums))
            .collect();
        add_up(&mut visits);
        let host_rows = page_rows.iter().map(|(key, _)| key.host);
        let hosts =
            host_rows.map(|host| (host, rare.host(caps.host(host)))).filter(|(host, kept)| host != kept).collect();
        let mut reduced = Reduced { visits, dims, is_folded: false, pages, hosts };
        reduced.fold(rules.symbols);
        reduced
    }

    /// Leaves out details until there are not too many rows.
    fn fold(&mut self, symbols: &Symbols) {
        let mut versions = Folding::new(Dictionary::Agents, symbols);
        let mut paths = Folding::new(Dictionary::Referrers, symbols);
        let mut steps: [&mut dyn FnMut(&mut VisitDims); 4] = [
            &mut |visit| visit.city = Sym::RARE,
            &mut |visit| visit.region = Sym::RARE,
            &mut |visit| {
                visit.browser = versions.fold(visit.browser);
                visit.os = versions.fold(visit.os);
            },
            &mut |visit| visit.referrer = paths.fold(visit.referrer),
        ];
        for step in &mut steps {
            if self.visits.len() <= VISIT_ROWS {
                return;
            }
            self.is_folded = true;
            self.visits.iter_mut().for_each(|(row, _)| step(&mut row.visit));
            self.dims.values_mut().for_each(step);
            add_up(&mut self.visits);
        }
    }

    /// A page, or what stands for those beyond the cap.
    pub(super) fn page(&self, key: PageKey) -> PageKey {
        let host = self.hosts.get(&key.host).copied().unwrap_or(key.host);
        PageKey { page: self.page_sym(key.page), host, ..key }
    }

    pub(super) fn page_sym(&self, page: Sym) -> Sym {
        self.pages.as_ref().and_then(|pages| pages.get(&page)).copied().unwrap_or(page)
    }
}

/// Texts of which only the first part is kept.
struct Folding<'s> {
    dictionary: Dictionary,
    symbols: &'s Symbols,
    known: Map<Sym, Sym>,
}

impl<'s> Folding<'s> {
    fn new(dictionary: Dictionary, symbols: &'s Symbols) -> Folding<'s> {
        Folding { dictionary, symbols, known: Map::default() }
    }

    fn fold(&mut self, sym: Sym) -> Sym {
        let (dictionary, symbols) = (self.dictionary, self.symbols);
        *self.known.entry(sym).or_insert_with(|| {
            let text = symbols.text(dictionary, sym);
            first_part(dictionary, &text).map_or(sym, |text| symbols.intern(dictionary, &text))
        })
    }
}

/// A text whose second part is rare; nothing if it has none.
fn first_part(dictionary: Dictionary, text: &str) -> Option<String> {
    match dictionary {
        Dictionary::Agents => text.split_once('\u{1f}').map(|(family, _)| format!("{family}\u{1f}(rare)")),
        _ if text == DIRECT => None,
        _ => text.split_once('/').map(|(host, _)| format!("{host}/(rare)")),
    }
}

/// Those texts beyond the cap, each with what stands for it; nothing if there are none.
fn capped(
    dictionary: Dictionary,
    weights: impl Iterator<Item = (Sym, u64)>,
    rules: &Rules<'_>,
) -> Option<Map<Sym, Sym>> {
    let mut by_text: Map<Sym, u64> = Map::default();
    weights.filter(|(sym, _)| *sym != Sym::EMPTY).for_each(|(sym, n)| *by_text.entry(sym).or_default() += n);
    if by_text.len() <= rules.cap {
        return None;
    }
    let syms: Vec<Sym> = by_text.keys().copied().collect();
    let texts: Vec<Arc<str>> = rules.symbols.texts(dictionary, &syms);
    let mut order: Vec<(u64, &Arc<str>, Sym)> =
        syms.iter().zip(&texts).map(|(sym, text)| (by_text[sym], text, *sym)).collect();
    order.sort_unstable_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    Some(order[rules.cap..].iter().map(|(.., sym)| (*sym, Sym::OTHER)).collect())
}

/// Error paths of one day, with those beyond the cap in one.
pub(super) fn capped_paths(
    mut errors: Rows<RequestKey, RequestSums>,
    rules: &Rules<'_>,
) -> Rows<RequestKey, RequestSums> {
    let mut sites: Vec<u32> = errors.iter().map(|(key, _)| key.site).collect();
    sites.sort_unstable();
    sites.dedup();
    for site in sites {
        let of_site = errors.iter().filter(|(key, _)| key.site == site);
        let Some(beyond) =
            capped(Dictionary::Paths, of_site.map(|(key, sums)| (key.path, sums.requests as u64)), rules)
        else {
            continue;
        };
        for (key, _) in errors.iter_mut().filter(|(key, _)| key.site == site) {
            key.path = beyond.get(&key.path).copied().unwrap_or(key.path);
        }
    }
    add_up(&mut errors);
    errors
}

/// Texts of visits beyond the caps.
struct Caps {
    referrers: Option<Map<Sym, Sym>>,
    sources: Option<Map<Sym, Sym>>,
    campaigns: Option<Map<Sym, Sym>>,
    hosts: Option<Map<Sym, Sym>>,
}

fn replaced(beyond: &Option<Map<Sym, Sym>>, sym: Sym) -> Sym {
    beyond.as_ref().and_then(|beyond| beyond.get(&sym)).copied().unwrap_or(sym)
}

impl Caps {
    fn new(rows: &[(VisitDims, Sym, VisitSums)], rules: &Rules<'_>) -> Caps {
        let cap = |dictionary, sym: &dyn Fn(&VisitDims, Sym) -> Sym| {
            capped(dictionary, rows.iter().map(|(v, host, s)| (sym(v, *host), u64::from(s.page_views))), rules)
        };
        Caps {
            referrers: cap(Dictionary::Referrers, &|visit, _| visit.referrer),
            sources: cap(Dictionary::Sources, &|visit, _| visit.source),
            campaigns: cap(Dictionary::Campaigns, &|visit, _| visit.campaign),
            hosts: cap(Dictionary::Hosts, &|_, host| host),
        }
    }

    fn apply(&self, visit: VisitDims) -> VisitDims {
        VisitDims {
            referrer: replaced(&self.referrers, visit.referrer),
            source: replaced(&self.sources, visit.source),
            campaign: replaced(&self.campaigns, visit.campaign),
            ..visit
        }
    }

    fn host(&self, host: Sym) -> Sym {
        replaced(&self.hosts, host)
    }
}

/// What becomes of values that fewer than k visitors had.
#[derive(Default)]
struct Rare {
    regions: Map<Sym, Sym>,
    cities: Map<Sym, Sym>,
    browsers: Map<Sym, Sym>,
    systems: Map<Sym, Sym>,
    referrers: Map<Sym, Sym>,
    campaigns: Map<Sym, Sym>,
    sources: Map<Sym, Sym>,
    hosts: Map<Sym, Sym>,
    countries: Map<Country, Country>,
    channels: Map<Channel, Channel>,
    devices: Map<Device, Device>,
}

/// Visitors by value.
fn visitors<T: Copy + Eq + std::hash::Hash>(
    rows: &[(VisitDims, Sym, VisitSums)],
    value: impl Fn(&VisitDims, Sym) -> T,
) -> Map<T, u32> {
    let mut count: Map<T, u32> = Map::default();
    rows.iter().for_each(|(visit, host, sums)| *count.entry(value(visit, *host)).or_default() += sums.visitors);
    count
}

impl Rare {
    fn new(rows: &[(VisitDims, Sym, VisitSums)], rules: &Rules<'_>) -> Rare {
        let (k, symbols) = (rules.privacy.k, rules.symbols);
        if k <= 1 {
            return Rare::default();
        }
        let few = |value: fn(&VisitDims, Sym) -> Sym| {
            let counts = visitors(rows, value);
            counts.into_iter().filter(|(sym, n)| *n < k && *sym != Sym::EMPTY).map(|(sym, _)| sym).collect::<Vec<_>>()
        };
        let gone = |syms: Vec<Sym>| syms.into_iter().map(|sym| (sym, Sym::RARE)).collect::<Map<Sym, Sym>>();
        let cut = |dictionary, syms: Vec<Sym>| {
            let mut folding = Folding::new(dictionary, symbols);
            syms.into_iter().map(|sym| (sym, folding.fold(sym))).collect::<Map<Sym, Sym>>()
        };
        let mut rare = Rare {
            regions: gone(few(|visit, _| visit.region)),
            cities: gone(few(|visit, _| visit.city)),
            browsers: cut(Dictionary::Agents, few(|visit, _| visit.browser)),
            systems: cut(Dictionary::Agents, few(|visit, _| visit.os)),
            referrers: cut(Dictionary::Referrers, few(|visit, _| visit.referrer)),
            campaigns: campaigns(rows, k, symbols),
            ..Rare::default()
        };
        if rules.privacy.hide_rare {
            rare.sources = gone(few(|visit, _| visit.source));
            rare.hosts = gone(few(|_, host| host));
            rare.referrers = gone(few(|visit, _| visit.referrer));
            rare.hide_families(rows, k, symbols);
            let under = |n: u32| n < k;
            rare.countries = visitors(rows, |visit, _| visit.country)
                .into_iter()
                .filter(|(country, n)| under(*n) && *country != Country::default())
                .map(|(country, _)| (country, Country::RARE))
                .collect();
            let channels = visitors(rows, |visit, _| visit.channel).into_iter().filter(|(_, n)| under(*n));
            rare.channels = channels.map(|(channel, _)| (channel, Channel::Rare)).collect();
            let devices = visitors(rows, |visit, _| visit.device).into_iter().filter(|(_, n)| under(*n));
            rare.devices = devices.map(|(device, _)| (device, Device::Rare)).collect();
        }
        rare
    }

    /// Families that fewer had, whatever their version.
    fn hide_families(&mut self, rows: &[(VisitDims, Sym, VisitSums)], k: u32, symbols: &Symbols) {
        type Value = fn(&VisitDims, Sym) -> Sym;
        let browser: (Value, _) = (|visit, _| visit.browser, &mut self.browsers);
        let system: (Value, _) = (|visit, _| visit.os, &mut self.systems);
        for (value, map) in [browser, system] {
            let counts = visitors(rows, value);
            let family = |sym: &Sym| {
                let text = symbols.text(Dictionary::Agents, *sym);
                text.split('\u{1f}').next().unwrap_or_default().to_owned()
            };
            let mut families: HashMap<String, u32> = HashMap::new();
            counts.iter().for_each(|(sym, n)| *families.entry(family(sym)).or_default() += n);
            let gone = counts.keys().filter(|sym| **sym != Sym::EMPTY && families[&family(sym)] < k);
            map.extend(gone.map(|sym| (*sym, Sym::RARE)));
        }
    }

    fn apply(&self, visit: VisitDims) -> VisitDims {
        let of = |map: &Map<Sym, Sym>, sym: Sym| map.get(&sym).copied().unwrap_or(sym);
        VisitDims {
            source: of(&self.sources, visit.source),
            referrer: of(&self.referrers, visit.referrer),
            campaign: of(&self.campaigns, visit.campaign),
            region: of(&self.regions, visit.region),
            city: of(&self.cities, visit.city),
            browser: of(&self.browsers, visit.browser),
            os: of(&self.systems, visit.os),
            country: self.countries.get(&visit.country).copied().unwrap_or(visit.country),
            channel: self.channels.get(&visit.channel).copied().unwrap_or(visit.channel),
            device: self.devices.get(&visit.device).copied().unwrap_or(visit.device),
        }
    }

    fn host(&self, host: Sym) -> Sym {
        self.hosts.get(&host).copied().unwrap_or(host)
    }
}

/// Campaigns with those of their three fields gone that fewer had.
fn campaigns(rows: &[(VisitDims, Sym, VisitSums)], k: u32, symbols: &Symbols) -> Map<Sym, Sym> {
    let by_campaign = visitors(rows, |visit, _| visit.campaign);
    let syms: Vec<Sym> = by_campaign.keys().copied().filter(|sym| *sym > Sym::OTHER).collect();
    let texts = symbols.texts(Dictionary::Campaigns, &syms);
    let mut fields: [HashMap<&str, u32>; 3] = Default::default();
    for (sym, text) in syms.iter().zip(&texts) {
        for (field, count) in text.split('\u{1f}').zip(&mut fields) {
            *count.entry(field).or_default() += by_campaign[sym];
        }
    }
    let mut map = Map::default();
    for (sym, text) in syms.iter().zip(&texts) {
        let kept = text.split('\u{1f}').zip(&fields).map(|(field, count)| match field {
            "" => "",
            field if count[field] < k => "(rare)",
            field => field,
        });
        let kept: Vec<&str> = kept.collect();
        map.insert(*sym, symbols.intern(Dictionary::Campaigns, &kept.join("\u{1f}")));
    }
    map
}
