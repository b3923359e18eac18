//! Random days, and every rule by which they are closed.

use super::pairs::Wanted;
use super::sheet::{Carried, FEW, LATE, PairKey, Rules, Sheet, Waiting, sheet};
use crate::model::{
    Country, CrossKey, CrossSums, Day, Dictionary, Dimension, Facts, Kind, Marks, MinuteKey, MinuteSums, OpenVisit,
    PageKey, PageSums, Privacy, Sums, Sym, Symbols, View, VisitDims, VisitKey, VisitSums, Zone, add_up,
};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap};

const OF: (u32, Kind) = (1, Kind::Log);

/// A visitor: where from, with what, and the pages of one visit with the seconds on each.
type Person = (u8, u8, u8, Vec<(u8, u16)>);

fn person() -> impl Strategy<Value = Person> {
    let pages = proptest::collection::vec((0..8u8, 0..400u16), 1..5);
    (0..4u8, 0..5u8, 0..3u8, pages)
}

fn visit(symbols: &Symbols, (country, source, browser, _): &Person) -> VisitDims {
    let text = |dictionary, text: String| symbols.intern(dictionary, &text);
    VisitDims {
        country: [Country(*b"DE"), Country(*b"AT"), Country(*b"IS"), Country::default()][usize::from(*country)],
        source: text(Dictionary::Sources, format!("source {source}")),
        referrer: text(Dictionary::Referrers, format!("host{source}.example/path-{browser}")),
        browser: text(Dictionary::Agents, format!("Family\u{1f}{browser}")),
        city: text(Dictionary::Places, format!("city {source}")),
        campaign: text(Dictionary::Campaigns, format!("s{source}\u{1f}\u{1f}n{browser}")),
        ..VisitDims::default()
    }
}

/// The facts of a day on which these people came once each.
fn facts(symbols: &Symbols, people: &[Person]) -> Facts {
    let (site, kind) = OF;
    let mut facts = Facts::default();
    for (n, person) in people.iter().enumerate() {
        let number = symbols.number(visit(symbols, person));
        let time = 3600 * (n as u32 % 20);
        let view = |page: u8| View { page: symbols.intern(Dictionary::Pages, &format!("/{page}")), host: Sym::EMPTY };
        let (first, last) = (view(person.3[0].0), view(person.3.last().expect("one at least").0));
        let mut open = OpenVisit {
            site,
            kind,
            visit: number,
            entry: first,
            exit: last,
            first: time,
            last: time,
            bounce: person.3.len() == 1,
            seconds: 0,
            timed: 0,
        };
        let mut seen = BTreeSet::new();
        for (at, (page, seconds)) in person.3.iter().enumerate() {
            let is_new = seen.insert(*page);
            let View { page, host } = view(*page);
            let (is_first, is_timed) = (u32::from(at == 0), at + 1 < person.3.len());
            let (duration_s, duration_n) = if is_timed { (u32::from(*seconds), 1) } else { (0, 0) };
            open.seconds += duration_s;
            open.timed += duration_n;
            let (uniques, visits) = (u32::from(is_new), is_first);
            let sums = PageSums { page_views: 1, uniques, visits, duration_s, duration_n, ..PageSums::default() };
            facts.pages.push((PageKey { site, kind, page, host }, sums));
            let sums = VisitSums { visitors: is_first, visits, page_views: 1, ..VisitSums::default() };
            facts.visits.push((VisitKey { site, kind, host, visit: number }, sums));
            facts
                .crossed
                .push((CrossKey { site, kind, page, visit: number }, CrossSums { page_views: 1, uniques, visits }));
            let minute = MinuteKey { site, kind, minute: time };
            facts.minutes.push((minute, MinuteSums { page_views: 1, visitors: is_first, visits }));
        }
        facts.marks.push((OF, Marks { several: u32::from(seen.len() > 1), newest: time }));
        open.end(&mut facts);
    }
    facts.add_up();
    facts
}

fn rules(symbols: &Symbols, k: u32, hide_rare: bool) -> Rules<'_> {
    let privacy = Privacy { k, hide_rare };
    Rules { symbols, privacy, zone: Zone::UTC, cap: 1000, is_late: false, pairs: Wanted::ALL }
}

fn total(rows: &[(PageKey, PageSums)]) -> PageSums {
    let mut total = PageSums::default();
    rows.iter().for_each(|(_, sums)| total.add(sums));
    total
}

fn page_text(symbols: &Symbols, key: &PageKey) -> String {
    symbols.text(Dictionary::Pages, key.page).to_string()
}

/// Everything that holds of a sheet, whatever the day was.
fn check(symbols: &Symbols, people: &[Person], sheet: &Sheet, k: u32) {
    let facts = facts(symbols, people);
    let (views, visitors) = (facts.page_views() as u32, people.len() as u32);
    let several = facts.marks.iter().map(|(_, marks)| marks.several).sum::<u32>();
    // Hours and visit sums are exact.
    assert_eq!(sheet.hours.iter().map(|(_, sums)| sums.page_views).sum::<u32>(), views);
    let of_visits = |count: fn(&VisitSums) -> u32| sheet.visits.iter().map(|(_, sums)| count(sums)).sum::<u32>();
    assert_eq!(of_visits(|sums| sums.page_views), views);
    assert_eq!((of_visits(|sums| sums.visitors), of_visits(|sums| sums.visits)), (visitors, visitors));
    assert!(sheet.visits.iter().all(|(_, sums)| sums.seconds % 30 == 0));
    // A day that is too small names no page.
    let stands = k == 1 || (visitors >= k && (several == 0 || several >= k));
    assert_eq!(sheet.carried.is_empty(), stands || views == 0);
    if !stands {
        assert!(sheet.pages.is_empty() && sheet.pairs.is_empty());
        assert_eq!(sheet.carried.iter().map(|(_, c)| total(&c.pages)).next(), (views > 0).then(|| total(&facts.pages)));
        return;
    }
    // Page sums are exact in what adds up, and (few) has the rest.
    assert_eq!(total(&sheet.pages), total(&facts.pages));
    for (key, sums) in sheet.pages.iter().filter(|(key, _)| page_text(symbols, key) != FEW) {
        let PageSums { uniques, bounces, exits, duration_n, .. } = *sums;
        assert!(uniques >= k || bounces + exits + duration_n == 0, "{} tells of {uniques}", page_text(symbols, key));
    }
    pairs(symbols, &facts, sheet, visitors, k);
}

/// No pair is of fewer than k, and no cell beside can be told.
fn pairs(symbols: &Symbols, facts: &Facts, sheet: &Sheet, visitors: u32, k: u32) {
    let mut named: HashMap<(Dimension, Sym), BTreeMap<Sym, CrossSums>> = HashMap::new();
    for (PairKey { dimension, page, value, .. }, sums) in &sheet.pairs {
        assert!(sums.uniques >= k, "a pair of {}", sums.uniques);
        named.entry((*dimension, *page)).or_default().insert(*value, *sums);
    }
    if k == 1 {
        let views: u32 =
            sheet.pairs.iter().filter(|(key, _)| key.dimension == Dimension::Country).map(|(_, s)| s.page_views).sum();
        assert_eq!(u64::from(views), facts.page_views(), "all of them are named");
        return;
    }
    assert!(visitors >= k);
    // A country's page views: what is left of a page after the named ones must be more than
    // one country can have, or one that could be told without any pair.
    let value = |visit: &VisitDims| symbols.intern(Dictionary::Values, visit.country.as_str());
    let mut of_value: BTreeMap<Sym, i64> = BTreeMap::new();
    sheet
        .visits
        .iter()
        .for_each(|(row, sums)| *of_value.entry(value(&row.visit)).or_default() += i64::from(sums.page_views));
    let whole = of_value.clone();
    for ((dimension, _), values) in &named {
        if *dimension == Dimension::Country {
            values
                .iter()
                .for_each(|(value, sums)| *of_value.get_mut(value).expect("there") -= i64::from(sums.page_views));
        }
    }
    assert!(of_value.values().all(|left| *left >= 0));
    let known = |page: Sym| named.get(&(Dimension::Country, page)).cloned().unwrap_or_default();
    for (page, views) in pages(sheet, symbols) {
        let known = known(page);
        let left = views - known.values().map(|sums| i64::from(sums.page_views)).sum::<i64>();
        let may: Vec<(Sym, i64)> =
            of_value.iter().filter(|(v, _)| !known.contains_key(v)).map(|(v, n)| (*v, *n)).collect();
        let most: i64 = may.iter().map(|(_, n)| n).sum();
        assert!(left <= most, "what is left fits");
        for (value, own) in may {
            let all: i64 = whole.values().sum();
            let is_known_anyway = views > all - whole[&value];
            let of_others = whole[&value] > all - views;
            assert!(left <= most - own || is_known_anyway || of_others || left == 0, "a cell can be told");
        }
    }
}

fn pages(sheet: &Sheet, symbols: &Symbols) -> BTreeMap<Sym, i64> {
    let mut pages = BTreeMap::new();
    for (key, sums) in sheet.pages.iter().filter(|(key, _)| page_text(symbols, key) != FEW) {
        *pages.entry(key.page).or_default() += i64::from(sums.page_views);
    }
    pages
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_rule_holds(people in proptest::collection::vec(person(), 0..60), k in 1..6u32, hide in any::<bool>()) {
        let symbols = Symbols::default();
        let sheet = sheet(Day(20_000), facts(&symbols, &people), &Waiting::new(), &rules(&symbols, k, hide));
        check(&symbols, &people, &sheet, k);
    }

    #[test]
    fn the_order_of_rows_makes_no_difference(people in proptest::collection::vec(person(), 0..40), k in 1..5u32) {
        let (one, two) = (Symbols::default(), Symbols::default());
        let backwards: Vec<Person> = people.iter().rev().cloned().collect();
        let close = |symbols: &Symbols, people: &[Person]| {
            let waiting = Waiting::new();
            texts(symbols, &sheet(Day(20_000), facts(symbols, people), &waiting, &rules(symbols, k, false)))
        };
        prop_assert_eq!(close(&one, &people), close(&two, &backwards));
    }

    #[test]
    fn rare_values_are_gathered(people in proptest::collection::vec(person(), 3..40)) {
        let symbols = Symbols::default();
        let sheet = sheet(Day(20_000), facts(&symbols, &people), &Waiting::new(), &rules(&symbols, 3, true));
        let mut visitors: BTreeMap<Country, u32> = BTreeMap::new();
        sheet.visits.iter().for_each(|(row, sums)| *visitors.entry(row.visit.country).or_default() += sums.visitors);
        for (country, n) in visitors {
            prop_assert!(n >= 3 || country == Country::RARE || country == Country::default(), "{:?}: {}", country, n);
        }
    }
}

/// The rows of a sheet with their texts, sorted.
fn texts(symbols: &Symbols, sheet: &Sheet) -> Vec<String> {
    let mut rows: Vec<String> = Vec::new();
    for (key, sums) in &sheet.pages {
        rows.push(format!("page {} {sums:?}", page_text(symbols, key)));
    }
    for (key, sums) in &sheet.pairs {
        let value = symbols.text(Dictionary::Values, key.value);
        rows.push(format!("pair {:?} {} {value} {sums:?}", key.dimension, symbols.text(Dictionary::Pages, key.page)));
    }
    for (row, sums) in &sheet.visits {
        let source = symbols.text(Dictionary::Sources, row.visit.source);
        let referrer = symbols.text(Dictionary::Referrers, row.visit.referrer);
        let campaign = symbols.text(Dictionary::Campaigns, row.visit.campaign);
        let browser = symbols.text(Dictionary::Agents, row.visit.browser);
        rows.push(format!("visit {} {source} {referrer} {campaign} {browser} {sums:?}", row.visit.country.as_str()));
    }
    rows.sort();
    rows
}

fn alone(country: u8, pages: &[u8]) -> Person {
    (country, 0, 0, pages.iter().map(|page| (*page, 10)).collect())
}

#[test]
fn a_day_that_is_too_small_comes_along_with_one_that_is_not() {
    let symbols = Symbols::default();
    let rules = rules(&symbols, 3, false);
    let small = sheet(Day(1), facts(&symbols, &[alone(0, &[1, 2])]), &Waiting::new(), &rules);
    assert!(small.pages.is_empty() && small.visits.len() == 1);
    let waiting: Waiting = BTreeMap::from([(OF, small.carried.iter().map(|(_, c)| c.clone()).collect())]);
    // One regular on three days is no three visitors.
    let again = sheet(Day(2), facts(&symbols, &[alone(0, &[1, 2])]), &waiting, &rules);
    assert_eq!((again.carried.len(), again.joined.len()), (1, 0));
    // Five people with one page each: nobody there to hide among who saw several.
    let shallow: Vec<Person> = (0..5).map(|n| alone(n % 3, &[1])).collect();
    let apart = sheet(Day(2), facts(&symbols, &shallow), &waiting, &rules);
    assert!(apart.joined.is_empty() && total(&apart.pages).page_views == 5);
    let many: Vec<Person> = (0..5).map(|n| alone(n % 3, &[1, 2, 3])).collect();
    let joined = sheet(Day(2), facts(&symbols, &many), &waiting, &rules);
    assert_eq!(joined.joined, [(OF, Day(1))]);
    assert_eq!(total(&joined.pages).page_views, 17);
}

#[test]
fn what_comes_late_is_told_alone_or_not_at_all() {
    let symbols = Symbols::default();
    let rules = Rules { is_late: true, ..rules(&symbols, 3, false) };
    let late = sheet(Day(1), facts(&symbols, &[alone(0, &[1, 2])]), &Waiting::new(), &rules);
    assert_eq!(late.pages.iter().map(|(key, _)| page_text(&symbols, key)).collect::<Vec<_>>(), [LATE]);
    assert!(late.carried.is_empty());
    let five: Vec<Person> = (0..5).map(|_| alone(0, &[1, 2])).collect();
    let named = sheet(Day(1), facts(&symbols, &five), &Waiting::new(), &rules);
    assert!(named.pages.len() == 2 && named.pairs.is_empty(), "fewer than 2k have no pairs");
    let carried = Carried { day: Day(0), visitors: 1, several: 0, pages: named.pages.clone() };
    let mut rows = carried.pages.clone();
    add_up(&mut rows);
    assert_eq!(rows.len(), 2);
}
