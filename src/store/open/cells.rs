//! Rows of facts as columns of numbers, and back: a pair of functions for each sort of row.

use crate::model::{
    Channel, Class, Country, CrossKey, CrossSums, Device, Dictionary, Hash, Kind, Mapped, MinuteKey, MinuteSums,
    OpenVisit, PageKey, PageSums, RequestKey, RequestSums, Sym, View, VisitDims, VisitKey, VisitSums, VisitSym,
};

pub(super) fn of_kind(kind: u64) -> Option<Kind> {
    Kind::from_index(u8::try_from(kind).ok()?)
}

pub(super) fn small<T: TryFrom<u64>>(cell: u64) -> Option<T> {
    T::try_from(cell).ok()
}

pub(super) fn sym(cell: u64) -> Option<Sym> {
    small(cell).map(Sym)
}

pub(super) fn dims_cells(visit: &VisitDims) -> [u64; 10] {
    let VisitDims { source, referrer, campaign, region, city, browser, os, country, channel, device } = *visit;
    let [a, b, c, d, e, f, g] = [source, referrer, campaign, region, city, browser, os].map(|sym| u64::from(sym.0));
    [a, b, c, d, e, f, g, country.code().into(), channel as u64, device as u64]
}

pub(super) fn dims_of([a, b, c, d, e, f, g, country, channel, device]: [u64; 10]) -> Option<VisitDims> {
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

pub(super) fn minute_cells((key, sums): &(MinuteKey, MinuteSums)) -> [u64; 6] {
    let numbers = [key.site, key.kind as u32, key.minute, sums.page_views, sums.visitors, sums.visits];
    numbers.map(u64::from)
}

pub(super) fn minute_of([site, kind, minute, views, visitors, visits]: [u64; 6]) -> Option<(MinuteKey, MinuteSums)> {
    let key = MinuteKey { site: small(site)?, kind: of_kind(kind)?, minute: small(minute)? };
    Some((key, MinuteSums { page_views: small(views)?, visitors: small(visitors)?, visits: small(visits)? }))
}

pub(super) fn page_cells((key, sums): &(PageKey, PageSums)) -> [u64; 11] {
    let PageSums { page_views, uniques, visits, bounces, exits, duration_s, duration_n } = *sums;
    let numbers = [key.site, key.kind as u32, key.page.0, key.host.0, page_views, uniques, visits];
    let [a, b, c, d, e, f, g] = numbers.map(u64::from);
    let [h, i, j, k] = [bounces, exits, duration_s, duration_n].map(u64::from);
    [a, b, c, d, e, f, g, h, i, j, k]
}

pub(super) fn page_of([site, kind, page, host, a, b, c, d, e, f, g]: [u64; 11]) -> Option<(PageKey, PageSums)> {
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

pub(super) fn visit_cells((key, sums): &(VisitKey, VisitSums)) -> [u64; 10] {
    let VisitSums { visitors, visits, bounces, page_views, seconds, timed } = *sums;
    let numbers = [key.site, key.kind as u32, key.host.0, key.visit.0, visitors, visits, bounces];
    let [a, b, c, d, e, f, g] = numbers.map(u64::from);
    [a, b, c, d, e, f, g, page_views.into(), seconds.into(), timed.into()]
}

pub(super) fn visit_of([site, kind, host, visit, a, b, c, d, e, f]: [u64; 10]) -> Option<(VisitKey, VisitSums)> {
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

pub(super) fn crossed_cells((key, sums): &(CrossKey, CrossSums)) -> [u64; 7] {
    let CrossSums { page_views, uniques, visits } = *sums;
    [key.site, key.kind as u32, key.page.0, key.visit.0, page_views, uniques, visits].map(u64::from)
}

pub(super) fn crossed_of([site, kind, page, visit, a, b, c]: [u64; 7]) -> Option<(CrossKey, CrossSums)> {
    let key = CrossKey { site: small(site)?, kind: of_kind(kind)?, page: sym(page)?, visit: VisitSym(small(visit)?) };
    Some((key, CrossSums { page_views: small(a)?, uniques: small(b)?, visits: small(c)? }))
}

pub(super) fn key_cells(key: &RequestKey) -> [u64; 7] {
    [key.site, key.bucket, key.class as u32, key.status.into(), key.method.0, key.bot.0, key.path.0].map(u64::from)
}

pub(super) fn key_of([site, bucket, class, status, method, bot, path]: [u64; 7]) -> Option<RequestKey> {
    let class = Class::from_index(small(class)?)?;
    let (status, method, bot, path) = (small(status)?, sym(method)?, sym(bot)?, sym(path)?);
    Some(RequestKey { site: small(site)?, bucket: small(bucket)?, class, status, method, bot, path })
}

pub(super) fn request_cells((key, sums): &(RequestKey, RequestSums)) -> [u64; 11] {
    let [a, b, c, d, e, f, g] = key_cells(key);
    let RequestSums { requests, bytes, time_us, time_n } = *sums;
    [a, b, c, d, e, f, g, requests as u64, bytes as u64, time_us as u64, time_n as u64]
}

pub(super) fn request_of(
    [a, b, c, d, e, f, g, requests, bytes, time, timed]: [u64; 11],
) -> Option<(RequestKey, RequestSums)> {
    let [requests, bytes, time_us, time_n] = [requests, bytes, time, timed].map(|n| n as i64);
    Some((key_of([a, b, c, d, e, f, g])?, RequestSums { requests, bytes, time_us, time_n }))
}

pub(super) fn latency_cells(((key, bin), count): &((RequestKey, u16), u64)) -> [u64; 9] {
    let [a, b, c, d, e, f, g] = key_cells(key);
    [a, b, c, d, e, f, g, u64::from(*bin), *count]
}

pub(super) fn latency_of([a, b, c, d, e, f, g, bin, count]: [u64; 9]) -> Option<(Binned, u64)> {
    Some((Binned(key_of([a, b, c, d, e, f, g])?, small(bin)?), count))
}

/// A key with a bin of the histogram.
pub(super) struct Binned(pub(super) RequestKey, pub(super) u16);

impl Mapped for Binned {
    fn mapped(self, text: &mut dyn FnMut(Dictionary, Sym) -> Sym, visit: &mut dyn FnMut(VisitSym) -> VisitSym) -> Self {
        Binned(self.0.mapped(text, visit), self.1)
    }
}

pub(super) fn visit_state_cells((hash, visit): &(Hash, OpenVisit)) -> [u64; 14] {
    let (high, low) = hash.split_at(8);
    let half = |bytes: &[u8]| u64::from_be_bytes(*bytes.first_chunk().expect("eight bytes"));
    let OpenVisit { site, kind, visit: dims, entry, exit, first, last, bounce, seconds, timed } = *visit;
    let numbers = [site, kind as u32, dims.0, entry.page.0, entry.host.0, exit.page.0, exit.host.0];
    let [a, b, c, d, e, f, g] = numbers.map(u64::from);
    let [h, i, j, k, l] = [first, last, bounce.into(), seconds, timed].map(u64::from);
    [half(high), half(low), a, b, c, d, e, f, g, h, i, j, k, l]
}

pub(super) fn visit_state_of([high, low, a, b, c, d, e, f, g, h, i, j, k, l]: [u64; 14]) -> Option<(Hash, OpenVisit)> {
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
pub(super) struct State(pub(super) OpenVisit);

impl Mapped for State {
    fn mapped(self, text: &mut dyn FnMut(Dictionary, Sym) -> Sym, visit: &mut dyn FnMut(VisitSym) -> VisitSym) -> Self {
        let mut view =
            |view: View| View { page: text(Dictionary::Pages, view.page), host: text(Dictionary::Hosts, view.host) };
        let (entry, exit) = (view(self.0.entry), view(self.0.exit));
        State(OpenVisit { entry, exit, visit: visit(self.0.visit), ..self.0 })
    }
}
