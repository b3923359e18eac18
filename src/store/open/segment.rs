//! What one commit adds to an open day, as bytes: its facts with their own texts, and
//! the open visits that have changed.

use super::cells::*;
use super::codec::{get, number, pack, put, take, unpack};
use super::names::{Found, Names};
use crate::model::{Class, Day, Facts, Hash, Kind, Mapped, Marks, OpenVisit, Part, Place, Seal, Symbols};

/// The version of the layout.
const LAYOUT: u8 = 1;

/// Facts and open visits of one day.
#[derive(Clone, Debug, Default)]
pub(in crate::store) struct Segment {
    pub(in crate::store) facts: Facts,
    pub(in crate::store) open: Vec<(Hash, OpenVisit)>,
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
    use crate::model::{Country, CrossKey, CrossSums, Dictionary, PageKey, PageSums, Rows, Sym, View, VisitDims};

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
