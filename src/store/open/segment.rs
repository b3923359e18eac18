//! What one commit adds to an open day, as bytes: its facts with their own texts, and
//! the open visits that have changed.

use super::codec::{get, number, pack, put, take, unpack};
use crate::model::{
    Channel, Class, Country, CrossKey, CrossSums, Day, Device, Dictionary, Facts, Hash, Kind, Mapped, Marks, MinuteKey,
    MinuteSums, OpenVisit, PageKey, PageSums, Part, Place, RequestKey, RequestSums, Seal, Sym, Symbols, View,
    VisitDims, VisitKey, VisitSums, VisitSym,
};
use foldhash::fast::FixedState;
use hashbrown::HashMap;

/// The version of the layout.
const LAYOUT: u8 = 1;

/// Facts and open visits of one day.
#[derive(Clone, Debug, Default)]
pub(in crate::store) struct Segment {
    pub(in crate::store) facts: Facts,
    pub(in crate::store) open: Vec<(Hash, OpenVisit)>,
}

/// Texts and dimensions of visits that the numbers of a segment stand for.
struct Names<'s> {
    symbols: &'s Symbols,
    texts: [Vec<Sym>; Dictionary::ALL.len()],
    numbers: [HashMap<Sym, u32, FixedState>; Dictionary::ALL.len()],
    visits: Vec<VisitSym>,
    visit_numbers: HashMap<VisitSym, u32, FixedState>,
}

impl<'s> Names<'s> {
    fn new(symbols: &'s Symbols) -> Names<'s> {
        let (texts, numbers) = Default::default();
        Names { symbols, texts, numbers, visits: Vec::new(), visit_numbers: HashMap::default() }
    }

    fn text(&mut self, dictionary: Dictionary, sym: Sym) -> Sym {
        let texts = &mut self.texts[dictionary as usize];
        Sym(*self.numbers[dictionary as usize].entry(sym).or_insert_with(|| {
            texts.push(sym);
            texts.len() as u32 - 1
        }))
    }

    fn visit(&mut self, visit: VisitSym) -> VisitSym {
        let visits = &mut self.visits;
        VisitSym(*self.visit_numbers.entry(visit).or_insert_with(|| {
            visits.push(visit);
            visits.len() as u32 - 1
        }))
    }

    fn rows<K: Mapped + Copy, V: Copy>(&mut self, rows: &[(K, V)]) -> Vec<(K, V)> {
        // Both are asked by one row, one after the other.
        let names = std::cell::RefCell::new(self);
        let map = |&(key, sums): &(K, V)| {
            let mut text = |dictionary, sym| names.borrow_mut().text(dictionary, sym);
            (key.mapped(&mut text, &mut |visit| names.borrow_mut().visit(visit)), sums)
        };
        rows.iter().map(map).collect()
    }

    /// The dimensions of the visits, and every text.
    fn put(mut self, out: &mut Vec<u8>) {
        let visits = self.symbols.dims(std::mem::take(&mut self.visits));
        let visits: Vec<VisitDims> = visits.iter().map(|v| v.map(|d, sym| self.text(d, sym))).collect();
        put(visits.iter().map(dims_cells), out);
        for dictionary in Dictionary::ALL {
            let texts = self.symbols.texts(dictionary, &self.texts[dictionary as usize]);
            put(texts.iter().map(|text| [text.len() as u64]), out);
            texts.iter().for_each(|text| out.extend_from_slice(text.as_bytes()));
        }
    }
}

/// What the numbers of a segment that was read stand for.
struct Found {
    texts: [Vec<Sym>; Dictionary::ALL.len()],
    visits: Vec<VisitSym>,
}

impl Found {
    fn get(bytes: &mut &[u8], symbols: &Symbols) -> Option<Found> {
        let visits = get(bytes)?;
        let mut texts: [Vec<Sym>; Dictionary::ALL.len()] = Default::default();
        for dictionary in Dictionary::ALL {
            for [length] in get::<1>(bytes)? {
                // Behind the lengths, and as long as they say.
                texts[dictionary as usize].push(Sym(u32::try_from(length).ok()?));
            }
            for sym in &mut texts[dictionary as usize] {
                *sym = symbols.intern(dictionary, std::str::from_utf8(take(bytes, sym.0 as usize)?).ok()?);
            }
        }
        let mut found = Found { texts, visits: Vec::new() };
        for cells in visits {
            let dims = dims_of(cells)?;
            let mut is_known = true;
            let dims = dims.map(|dictionary, sym| {
                found.text(dictionary, sym).unwrap_or_else(|| {
                    is_known = false;
                    Sym::EMPTY
                })
            });
            found.visits.push(is_known.then(|| symbols.number(dims))?);
        }
        Some(found)
    }

    fn text(&self, dictionary: Dictionary, number: Sym) -> Option<Sym> {
        self.texts[dictionary as usize].get(number.0 as usize).copied()
    }

    /// Rows as they were before [`Names::rows`].
    fn rows<const N: usize, K: Mapped, V>(
        &self,
        bytes: &mut &[u8],
        row: impl Fn([u64; N]) -> Option<(K, V)>,
    ) -> Option<Vec<(K, V)>> {
        let is_known = std::cell::Cell::new(true);
        let text = |dictionary, sym| {
            self.text(dictionary, sym).unwrap_or_else(|| {
                is_known.set(false);
                Sym::EMPTY
            })
        };
        let visit = |visit: VisitSym| {
            self.visits.get(visit.0 as usize).copied().unwrap_or_else(|| {
                is_known.set(false);
                visit
            })
        };
        let rows: Option<Vec<(K, V)>> = get(bytes)?
            .into_iter()
            .map(|cells| row(cells).map(|(key, sums)| (key.mapped(&mut { text }, &mut { visit }), sums)))
            .collect();
        rows.filter(|_| is_known.get())
    }
}

fn of_kind(kind: u64) -> Option<Kind> {
    Kind::from_index(u8::try_from(kind).ok()?)
}

fn small<T: TryFrom<u64>>(cell: u64) -> Option<T> {
    T::try_from(cell).ok()
}

fn sym(cell: u64) -> Option<Sym> {
    small(cell).map(Sym)
}

fn dims_cells(visit: &VisitDims) -> [u64; 10] {
    let VisitDims { source, referrer, campaign, region, city, browser, os, country, channel, device } = *visit;
    let [a, b, c, d, e, f, g] = [source, referrer, campaign, region, city, browser, os].map(|sym| u64::from(sym.0));
    [a, b, c, d, e, f, g, country.code().into(), channel as u64, device as u64]
}

fn dims_of([a, b, c, d, e, f, g, country, channel, device]: [u64; 10]) -> Option<VisitDims> {
    Some(VisitDims {
        source: sym(a)?,
        referrer: sym(b)?,
        campaign: sym(c)?,
        region: sym(d)?,
        city: sym(e)?,
        browser: sym(f)?,
        os: sym(g)?,
        country: Country::from_code(small(country)?),
        channel: Channel::from_index(small(channel)?)?,
        device: Device::from_index(small(device)?)?,
    })
}

fn minute_cells((key, sums): &(MinuteKey, MinuteSums)) -> [u64; 6] {
    let numbers = [key.site, key.kind as u32, key.minute, sums.page_views, sums.visitors, sums.visits];
    numbers.map(u64::from)
}

fn minute_of([site, kind, minute, views, visitors, visits]: [u64; 6]) -> Option<(MinuteKey, MinuteSums)> {
    let key = MinuteKey { site: small(site)?, kind: of_kind(kind)?, minute: small(minute)? };
    Some((key, MinuteSums { page_views: small(views)?, visitors: small(visitors)?, visits: small(visits)? }))
}

fn page_cells((key, sums): &(PageKey, PageSums)) -> [u64; 11] {
    let PageSums { page_views, uniques, visits, bounces, exits, duration_s, duration_n } = *sums;
    let numbers = [key.site, key.kind as u32, key.page.0, key.host.0, page_views, uniques, visits];
    let [a, b, c, d, e, f, g] = numbers.map(u64::from);
    let [h, i, j, k] = [bounces, exits, duration_s, duration_n].map(u64::from);
    [a, b, c, d, e, f, g, h, i, j, k]
}

fn page_of([site, kind, page, host, a, b, c, d, e, f, g]: [u64; 11]) -> Option<(PageKey, PageSums)> {
    let key = PageKey { site: small(site)?, kind: of_kind(kind)?, page: sym(page)?, host: sym(host)? };
    let sums = PageSums {
        page_views: small(a)?,
        uniques: small(b)?,
        visits: small(c)?,
        bounces: small(d)?,
        exits: small(e)?,
        duration_s: small(f)?,
        duration_n: small(g)?,
    };
    Some((key, sums))
}

fn visit_cells((key, sums): &(VisitKey, VisitSums)) -> [u64; 10] {
    let VisitSums { visitors, visits, bounces, page_views, seconds, timed } = *sums;
    let numbers = [key.site, key.kind as u32, key.host.0, key.visit.0, visitors, visits, bounces];
    let [a, b, c, d, e, f, g] = numbers.map(u64::from);
    [a, b, c, d, e, f, g, page_views.into(), seconds.into(), timed.into()]
}

fn visit_of([site, kind, host, visit, a, b, c, d, e, f]: [u64; 10]) -> Option<(VisitKey, VisitSums)> {
    let key = VisitKey { site: small(site)?, kind: of_kind(kind)?, host: sym(host)?, visit: VisitSym(small(visit)?) };
    let sums = VisitSums {
        visitors: small(a)?,
        visits: small(b)?,
        bounces: small(c)?,
        page_views: small(d)?,
        seconds: small(e)?,
        timed: small(f)?,
    };
    Some((key, sums))
}

fn crossed_cells((key, sums): &(CrossKey, CrossSums)) -> [u64; 7] {
    let CrossSums { page_views, uniques, visits } = *sums;
    [key.site, key.kind as u32, key.page.0, key.visit.0, page_views, uniques, visits].map(u64::from)
}

fn crossed_of([site, kind, page, visit, a, b, c]: [u64; 7]) -> Option<(CrossKey, CrossSums)> {
    let key = CrossKey { site: small(site)?, kind: of_kind(kind)?, page: sym(page)?, visit: VisitSym(small(visit)?) };
    Some((key, CrossSums { page_views: small(a)?, uniques: small(b)?, visits: small(c)? }))
}

fn key_cells(key: &RequestKey) -> [u64; 7] {
    [key.site, key.bucket, key.class as u32, key.status.into(), key.method.0, key.bot.0, key.path.0].map(u64::from)
}

fn key_of([site, bucket, class, status, method, bot, path]: [u64; 7]) -> Option<RequestKey> {
    let class = Class::from_index(small(class)?)?;
    let (status, method, bot, path) = (small(status)?, sym(method)?, sym(bot)?, sym(path)?);
    Some(RequestKey { site: small(site)?, bucket: small(bucket)?, class, status, method, bot, path })
}

fn request_cells((key, sums): &(RequestKey, RequestSums)) -> [u64; 11] {
    let [a, b, c, d, e, f, g] = key_cells(key);
    let RequestSums { requests, bytes, time_us, time_n } = *sums;
    [a, b, c, d, e, f, g, requests as u64, bytes as u64, time_us as u64, time_n as u64]
}

fn request_of([a, b, c, d, e, f, g, requests, bytes, time, timed]: [u64; 11]) -> Option<(RequestKey, RequestSums)> {
    let [requests, bytes, time_us, time_n] = [requests, bytes, time, timed].map(|n| n as i64);
    Some((key_of([a, b, c, d, e, f, g])?, RequestSums { requests, bytes, time_us, time_n }))
}

fn latency_cells(((key, bin), count): &((RequestKey, u16), u64)) -> [u64; 9] {
    let [a, b, c, d, e, f, g] = key_cells(key);
    [a, b, c, d, e, f, g, u64::from(*bin), *count]
}

fn latency_of([a, b, c, d, e, f, g, bin, count]: [u64; 9]) -> Option<(Binned, u64)> {
    Some((Binned(key_of([a, b, c, d, e, f, g])?, small(bin)?), count))
}

/// A key with a bin of the histogram.
struct Binned(RequestKey, u16);

impl Mapped for Binned {
    fn mapped(self, text: &mut dyn FnMut(Dictionary, Sym) -> Sym, visit: &mut dyn FnMut(VisitSym) -> VisitSym) -> Self {
        Binned(self.0.mapped(text, visit), self.1)
    }
}

fn visit_state_cells((hash, visit): &(Hash, OpenVisit)) -> [u64; 14] {
    let (high, low) = hash.split_at(8);
    let half = |bytes: &[u8]| u64::from_be_bytes(*bytes.first_chunk().expect("eight bytes"));
    let OpenVisit { site, kind, visit: dims, entry, exit, first, last, bounce, seconds, timed } = *visit;
    let numbers = [site, kind as u32, dims.0, entry.page.0, entry.host.0, exit.page.0, exit.host.0];
    let [a, b, c, d, e, f, g] = numbers.map(u64::from);
    let [h, i, j, k, l] = [first, last, bounce.into(), seconds, timed].map(u64::from);
    [half(high), half(low), a, b, c, d, e, f, g, h, i, j, k, l]
}

fn visit_state_of([high, low, a, b, c, d, e, f, g, h, i, j, k, l]: [u64; 14]) -> Option<(Hash, OpenVisit)> {
    let hash = (u128::from(high) << 64 | u128::from(low)).to_be_bytes();
    let visit = OpenVisit {
        site: small(a)?,
        kind: of_kind(b)?,
        visit: VisitSym(small(c)?),
        entry: View { page: sym(d)?, host: sym(e)? },
        exit: View { page: sym(f)?, host: sym(g)? },
        first: small(h)?,
        last: small(i)?,
        bounce: j == 1,
        seconds: small(k)?,
        timed: small(l)?,
    };
    Some((hash, visit))
}

/// An open visit, whose symbols are replaced as those of a row are.
struct State(OpenVisit);

impl Mapped for State {
    fn mapped(self, text: &mut dyn FnMut(Dictionary, Sym) -> Sym, visit: &mut dyn FnMut(VisitSym) -> VisitSym) -> Self {
        let mut view =
            |view: View| View { page: text(Dictionary::Pages, view.page), host: text(Dictionary::Hosts, view.host) };
        let (entry, exit) = (view(self.0.entry), view(self.0.exit));
        State(OpenVisit { entry, exit, visit: visit(self.0.visit), ..self.0 })
    }
}

impl Segment {
    /// Its parts as bytes: sums with all texts, open visits, crossed sums.
    fn encode(&self, symbols: &Symbols) -> [Vec<u8>; 3] {
        let facts = &self.facts;
        let mut names = Names::new(symbols);
        let (mut body, mut going_on, mut crossed) = (Vec::new(), vec![LAYOUT], vec![LAYOUT]);
        put(facts.minutes.iter().map(minute_cells), &mut body);
        put(names.rows(&facts.pages).iter().map(page_cells), &mut body);
        put(names.rows(&facts.visits).iter().map(visit_cells), &mut body);
        put(names.rows(&facts.requests).iter().map(request_cells), &mut body);
        put(names.rows(&facts.errors).iter().map(request_cells), &mut body);
        let binned = facts.latencies.iter().map(|((key, bin), count)| (*key, (*bin, *count))).collect::<Vec<_>>();
        let binned = names.rows(&binned);
        put(binned.iter().map(|(key, (bin, count))| latency_cells(&((*key, *bin), *count))), &mut body);
        let lines = |((site, bucket, class), n): &((u32, u32, Class), u64)| {
            [u64::from(*site), u64::from(*bucket), *class as u64, *n]
        };
        put(facts.ledger.iter().map(lines), &mut body);
        let marks = |((site, kind), marks): &((u32, Kind), Marks)| {
            [u64::from(*site), *kind as u64, u64::from(marks.several), u64::from(marks.newest)]
        };
        put(facts.marks.iter().map(marks), &mut body);
        let open: Vec<(Hash, OpenVisit)> = self
            .open
            .iter()
            .map(|(hash, visit)| {
                let cell = std::cell::RefCell::new(&mut names);
                let mut text = |dictionary, sym| cell.borrow_mut().text(dictionary, sym);
                let State(visit) = State(*visit).mapped(&mut text, &mut |visit| cell.borrow_mut().visit(visit));
                (*hash, visit)
            })
            .collect();
        put(open.iter().map(visit_state_cells), &mut going_on);
        put(names.rows(&facts.crossed).iter().map(crossed_cells), &mut crossed);
        let mut sums = vec![LAYOUT];
        names.put(&mut sums);
        sums.extend_from_slice(&body);
        [sums, going_on, crossed]
    }

    /// Sealed, its parts behind each other.
    pub(in crate::store) fn seal(&self, symbols: &Symbols, seal: &dyn Seal, place: Place) -> Vec<u8> {
        let [sums, going_on, crossed] = self.encode(symbols);
        let mut out = Vec::new();
        let mut add = |part: Part, bytes: &[u8]| {
            let sealed = seal.seal(Place { part, ..place }, &pack(bytes));
            out.extend_from_slice(&(sealed.len() as u32).to_le_bytes());
            out.extend_from_slice(&sealed);
        };
        add(place.part, &sums);
        if place.part != Part::Carried {
            add(Part::Open, &going_on);
            add(Part::Crossed, &crossed);
        }
        out
    }

    /// Opened again. Open visits and crossed sums are left out where they cannot be opened,
    /// crossed sums also where they are not wanted. Nothing if the key is another, or the bytes are not those that were sealed.
    pub(in crate::store) fn open(
        mut bytes: &[u8],
        symbols: &Symbols,
        seal: &dyn Seal,
        place: Place,
        with_crossed: bool,
    ) -> Option<Segment> {
        let mut part = |part: Part| -> Option<Option<Vec<u8>>> {
            let length = number(&mut bytes)? as usize;
            let sealed = take(&mut bytes, length)?;
            let Some(opened) = seal.open(Place { part, ..place }, sealed) else { return Some(None) };
            let plain = unpack(&opened)?;
            (plain.first() == Some(&LAYOUT)).then(|| Some(plain[1..].to_vec()))
        };
        let sums = part(place.part)??;
        let mut sums = &sums[..];
        let found = Found::get(&mut sums, symbols)?;
        let mut facts = Facts {
            minutes: found.rows(&mut sums, minute_of)?,
            pages: found.rows(&mut sums, page_of)?,
            visits: found.rows(&mut sums, visit_of)?,
            requests: found.rows(&mut sums, request_of)?,
            errors: found.rows(&mut sums, request_of)?,
            ..Facts::default()
        };
        let latencies = found.rows(&mut sums, latency_of)?;
        facts.latencies = latencies.into_iter().map(|(Binned(key, bin), count)| ((key, bin), count)).collect();
        for [site, bucket, class, lines] in get(&mut sums)? {
            facts.ledger.push(((small(site)?, small(bucket)?, Class::from_index(small(class)?)?), lines));
        }
        for [site, kind, several, newest] in get(&mut sums)? {
            let marks = Marks { several: small(several)?, newest: small(newest)? };
            facts.marks.push(((small(site)?, of_kind(kind)?), marks));
        }
        let mut open = Vec::new();
        if place.part != Part::Carried {
            if let Some(going_on) = part(Part::Open)? {
                let state = |cells| visit_state_of(cells).map(|(hash, visit)| (State(visit), hash));
                let states = found.rows(&mut &going_on[..], state)?;
                open.extend(states.into_iter().map(|(State(visit), hash)| (hash, visit)));
            }
            if with_crossed && let Some(crossed) = part(Part::Crossed)? {
                facts.crossed = found.rows(&mut &crossed[..], crossed_of)?;
            }
        }
        Some(Segment { facts, open })
    }

    /// The place of the segment of these commits; that of tier 0 is the newest.
    pub(in crate::store) fn place(day: Day, tier: u8, first: u64, last: u64) -> Place {
        Place { day, first, last, part: if tier == 0 { Part::Newest } else { Part::Sums } }
    }
}

/// Reads bytes as a segment under no key at all.
pub(in crate::store) fn read_any(bytes: &[u8]) {
    struct Plain<'b>(&'b [u8]);
    impl Seal for Plain<'_> {
        fn seal(&self, _: Place, plain: &[u8]) -> Vec<u8> {
            plain.to_vec()
        }
        fn open(&self, _: Place, _: &[u8]) -> Option<Vec<u8>> {
            // Packed, so that it is what stands behind the seal that is strange.
            Some(pack(self.0))
        }
    }
    let place = Segment::place(Day(0), 1, 0, 0);
    let _ = Segment::open(&[0; 12], &Symbols::default(), &Plain(bytes), place, true);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Rows;

    struct Plain;
    impl Seal for Plain {
        fn seal(&self, _: Place, plain: &[u8]) -> Vec<u8> {
            plain.to_vec()
        }
        fn open(&self, _: Place, sealed: &[u8]) -> Option<Vec<u8>> {
            Some(sealed.to_vec())
        }
    }

    /// Whatever the numbers of its symbols are where it is read.
    #[test]
    fn a_segment_comes_back_among_other_symbols() {
        let symbols = Symbols::default();
        let text = |dictionary, text| symbols.intern(dictionary, text);
        let page = text(Dictionary::Pages, "/a");
        let dims = VisitDims {
            source: text(Dictionary::Sources, "Google"),
            country: Country(*b"DE"),
            browser: text(Dictionary::Agents, "Firefox\u{1f}140"),
            ..VisitDims::default()
        };
        let visit = symbols.number(dims);
        let (site, kind, host) = (1, Kind::Log, Sym::EMPTY);
        let pages: Rows<PageKey, PageSums> =
            vec![(PageKey { site, kind, page, host }, PageSums { page_views: 3, ..PageSums::default() })];
        let crossed = vec![(CrossKey { site, kind, page, visit }, CrossSums { page_views: 3, uniques: 2, visits: 1 })];
        let view = View { page, host };
        let open = OpenVisit {
            site,
            kind,
            visit,
            entry: view,
            exit: view,
            first: 7,
            last: 9,
            bounce: true,
            seconds: 0,
            timed: 0,
        };
        let facts = Facts { pages, crossed, ..Facts::default() };
        let segment = Segment { facts, open: vec![([9; 16], open)] };
        let place = Segment::place(Day(1), 0, 1, 1);
        let bytes = segment.seal(&symbols, &Plain, place);
        let others = Symbols::default();
        for n in 0..10 {
            others.intern(Dictionary::Pages, &format!("/{n}"));
            others.number(VisitDims { country: Country([b'A', b'A' + n]), ..VisitDims::default() });
        }
        let read = Segment::open(&bytes, &others, &Plain, place, true).expect("one of ours");
        let (key, sums) = read.facts.crossed[0];
        assert_eq!(sums, CrossSums { page_views: 3, uniques: 2, visits: 1 });
        assert_eq!(&*others.texts(Dictionary::Pages, &[key.page])[0], "/a");
        let dims = others.dims([key.visit])[0];
        assert_eq!(dims.country, Country(*b"DE"));
        assert_eq!(&*others.texts(Dictionary::Agents, &[dims.browser])[0], "Firefox\u{1f}140");
        assert_eq!((read.open[0].0, read.open[0].1.last), ([9; 16], 9));
        assert_eq!(read.facts.pages[0].1.page_views, 3);
        assert!(Segment::open(&bytes, &others, &Plain, place, false).expect("one of ours").facts.crossed.is_empty());
        for end in 0..bytes.len().min(2000) {
            // Bytes that are cut are none of ours, and do no harm.
            let _ = Segment::open(&bytes[..end], &others, &Plain, place, true);
        }
    }
}
