//! Which counters the filters leave known, where the answer to a question stands, and
//! what the counters mean then.
//!
//! Days are kept as sums of visits, sums of pages, and pairs: a page beside one dimension
//! of visits. So what asks for a page and for two things about its visits is not known.

use super::filter::Filter;
use crate::model::{Counters, Dimension, Metric};

/// Where the answer to a question stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// Totals by hour, and what whole days know beside them.
    Hours,
    /// Sums of visits.
    Visits,
    /// Sums of pages.
    Pages,
    /// Pages beside that dimension of visits.
    Pairs(Dimension),
}

/// Why something is not known, and which filters to take away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// Why, in words.
    pub because: &'static str,
    /// Filters without which it is known; none if it is not for a filter.
    pub remove: Vec<String>,
}

const WITHIN_DAYS: &str = "lists and filters are kept by whole days, and the range begins or ends within one";
const TWO_TRAITS: &str = "a page is kept beside one thing about its visits at a time";
const EXITS: &str = "the pages where visits end are kept beside nothing about the visits";
const HOSTS: &str = "a page beside something about its visits is kept for all hosts together";

fn is_of_page(dimension: Dimension) -> bool {
    matches!(dimension, Dimension::Page | Dimension::EntryPage | Dimension::ExitPage)
}

fn is_of_visit(dimension: Dimension) -> bool {
    !dimension.is_request() && !is_of_page(dimension) && !matches!(dimension, Dimension::Host | Dimension::Event)
}

/// Where the list of a dimension of page facts stands under these filters, or the totals
/// if none is asked for. `cuts_days` says that the range begins or ends within a day.
///
/// # Errors
/// If it is not known.
pub fn table(list: Option<Dimension>, filters: &[Filter], cuts_days: bool) -> Result<Table, Unknown> {
    if cuts_days {
        return match (list, filters) {
            (None, []) => Ok(Table::Hours),
            _ => Err(Unknown { because: WITHIN_DAYS, remove: Vec::new() }),
        };
    }
    let all = || filters.iter().map(|filter| filter.dimension).chain(list);
    let has_page = all().any(is_of_page);
    let Some(trait_of_visits) = all().find(|dimension| is_of_visit(*dimension)) else {
        return Ok(match (has_page, list.is_none() && filters.is_empty()) {
            (_, true) => Table::Hours,
            (true, _) => Table::Pages,
            (false, _) => Table::Visits,
        });
    };
    if !has_page {
        return Ok(Table::Visits);
    }
    let remove = |which: &dyn Fn(Dimension) -> bool| {
        filters.iter().filter(|filter| which(filter.dimension)).map(Filter::to_string).collect()
    };
    let kept = list.filter(|list| is_of_visit(*list)).unwrap_or(trait_of_visits);
    if all().any(|dimension| is_of_visit(dimension) && dimension != kept) {
        return Err(Unknown { because: TWO_TRAITS, remove: remove(&|d| is_of_visit(d) && d != kept) });
    }
    if all().any(|dimension| dimension == Dimension::ExitPage) {
        let of_visits = list == Some(Dimension::ExitPage);
        return Err(Unknown {
            because: EXITS,
            remove: remove(&|d| if of_visits { is_of_visit(d) } else { d == Dimension::ExitPage }),
        });
    }
    if all().any(|dimension| dimension == Dimension::Host) {
        let of_host = list == Some(Dimension::Host);
        return Err(Unknown {
            because: HOSTS,
            remove: remove(&|d| if of_host { is_of_visit(d) } else { d == Dimension::Host }),
        });
    }
    Ok(Table::Pairs(kept))
}

/// How the counters of a row or of a whole range are to be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Meaning {
    /// Visitors are page visitors: a page filter, or a list of pages.
    pub of_pages: bool,
    /// Only visits are known: a filter on entry or exit pages, or a list of them.
    pub of_visits: bool,
    /// Those visits are the ones that end there, of which nobody knows whether they
    /// are bounces.
    pub of_exits: bool,
    /// A page beside something about its visits: page views, page visitors and entries.
    pub of_pairs: bool,
    /// Hours: page views, visitors and visits.
    pub of_hours: bool,
    /// The range begins or ends within a day: rates are those of its whole days.
    pub of_parts: bool,
    /// Filters on visits and none on pages: nobody knows how many page visitors there were.
    pub of_traits: bool,
}

impl Meaning {
    /// Under these filters.
    pub fn under(filters: &[Filter]) -> Meaning {
        let meaning = filters.iter().fold(Meaning::default(), |meaning, filter| meaning.by(filter.dimension));
        let has = |is: fn(Dimension) -> bool| filters.iter().any(|filter| is(filter.dimension));
        let of_traits = !has(is_of_page) && has(|dimension| !dimension.is_request());
        Meaning { of_pairs: has(is_of_page) && has(is_of_visit), of_traits, ..meaning }
    }

    /// In a list of a dimension, under these filters.
    pub fn listed(dimension: Dimension, filters: &[Filter]) -> Meaning {
        let meaning = Meaning::under(filters).by(dimension);
        let has = |is: fn(Dimension) -> bool| is(dimension) || filters.iter().any(|filter| is(filter.dimension));
        Meaning { of_pairs: has(is_of_page) && has(is_of_visit), ..meaning }
    }

    /// By hour.
    pub fn by_hour(self) -> Meaning {
        Meaning { of_hours: true, ..self }
    }

    /// Where the range begins or ends within a day.
    pub fn within_days(self) -> Meaning {
        Meaning { of_parts: true, ..self }
    }

    fn by(self, dimension: Dimension) -> Meaning {
        match dimension {
            Dimension::Page => Meaning { of_pages: true, ..self },
            Dimension::EntryPage => Meaning { of_visits: true, ..self },
            Dimension::ExitPage => Meaning { of_visits: true, of_exits: true, ..self },
            _ => self,
        }
    }

    /// Whether a number of page facts is unknown.
    pub fn hides(self, metric: Metric) -> bool {
        match metric {
            Metric::Visitors | Metric::PageViews => self.of_visits,
            Metric::Uniques => self.of_visits || self.of_hours || self.of_parts || self.of_traits,
            Metric::Duration => self.of_visits || self.of_pairs || self.of_hours,
            Metric::ViewsPerVisit => self.of_visits || self.of_pages || self.of_pairs,
            Metric::BounceRate => self.of_exits || self.of_pairs || self.of_hours,
            _ => false,
        }
    }

    fn if_of_all(self, n: i64) -> Option<i64> {
        (!self.of_visits).then_some(n)
    }

    /// Visitors of the day, summed; page visitors where pages are counted.
    pub fn visitors(self, sums: &Counters) -> Option<i64> {
        self.if_of_all(if self.of_pages { sums.uniques } else { sums.visitors })
    }

    /// What rows are listed by: visitors, or visits where only those are known.
    pub fn first(self, sums: &Counters) -> i64 {
        self.visitors(sums).unwrap_or(self.visits(sums))
    }

    /// Page visitors.
    pub fn uniques(self, sums: &Counters) -> Option<i64> {
        (!self.hides(Metric::Uniques)).then_some(sums.uniques)
    }

    /// Page views.
    pub fn page_views(self, sums: &Counters) -> Option<i64> {
        self.if_of_all(sums.page_views)
    }

    /// Visits; those that enter or end there where that is counted.
    pub fn visits(self, sums: &Counters) -> i64 {
        if self.of_exits { sums.exits } else { sums.visits }
    }

    /// Visits of one page view.
    pub fn bounces(self, sums: &Counters) -> Option<i64> {
        (!self.hides(Metric::BounceRate) && !self.of_parts).then_some(sums.bounces)
    }

    /// Bounces a visit, 0 to 1.
    pub fn bounce_rate(self, sums: &Counters) -> Option<f64> {
        if self.hides(Metric::BounceRate) { None } else { ratio(sums.bounces, sums.rated) }
    }

    /// Seconds on pages, and the page views of which they are known.
    pub fn seconds(self, sums: &Counters) -> Option<(i64, i64)> {
        (!self.hides(Metric::Duration)).then_some((sums.duration_s, sums.duration_n))
    }

    /// Mean seconds on a page.
    pub fn duration(self, sums: &Counters) -> Option<f64> {
        self.seconds(sums).and_then(|(seconds, views)| ratio(seconds, views))
    }

    /// Page views a visit.
    pub fn views_per_visit(self, sums: &Counters) -> Option<f64> {
        if self.hides(Metric::ViewsPerVisit) { None } else { ratio(self.page_views(sums)?, sums.visits) }
    }
}

/// `a / b`, unknown if there is nothing to divide by.
pub fn ratio(a: i64, b: i64) -> Option<f64> {
    (b > 0).then(|| a as f64 / b as f64)
}

/// Whether facts have both dimensions, so that one can be filtered by both.
pub fn combine(a: Dimension, b: Dimension) -> bool {
    use Dimension as D;
    let is_place = |d| matches!(d, D::Page | D::EntryPage | D::ExitPage);
    let is_bot = |d| matches!(d, D::Bot | D::BotFamily);
    let bots_and_paths = (is_bot(a) && b == D::ErrorPath) || (is_bot(b) && a == D::ErrorPath);
    // A row of a page says how many visits entered there and how many left: not both
    // of one visit.
    let two_places = a != b && is_place(a) && is_place(b);
    a.is_request() == b.is_request() && !bots_and_paths && !two_places
}

/// Whether these filters leave the list of a dimension known.
pub fn is_known(dimension: Dimension, filters: &[Filter]) -> bool {
    use Dimension as D;
    let stays = |filter: &Filter| match (filter.dimension, dimension) {
        // Visits that entered and left on these pages.
        (D::Page, D::EntryPage | D::ExitPage) => true,
        (filtered, listed) => combine(filtered, listed),
    };
    let is_kept = dimension.is_request() || table(Some(dimension), filters, false).is_ok();
    dimension != D::Event && filters.iter().all(stays) && is_kept
}

/// Whether these filters leave a number of the whole range known.
pub fn is_counted(metric: Metric, filters: &[Filter]) -> bool {
    let of_requests = matches!(metric, Metric::Requests | Metric::Bytes);
    let is_kept = of_requests || table(None, filters, false).is_ok();
    filters.iter().all(|filter| filter.dimension.is_request() == of_requests)
        && is_kept
        && !Meaning::under(filters).hides(metric)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_combine() {
        use Dimension as D;
        let refused = [
            (D::Page, D::EntryPage),
            (D::Page, D::ExitPage),
            (D::EntryPage, D::ExitPage),
            (D::Bot, D::ErrorPath),
            (D::BotFamily, D::ErrorPath),
        ];
        for &a in Dimension::ALL {
            for &b in Dimension::ALL {
                let is_refused = refused.contains(&(a, b)) || refused.contains(&(b, a));
                assert_eq!(combine(a, b), a.is_request() == b.is_request() && !is_refused, "{a:?} {b:?}");
            }
        }
    }

    fn filters(texts: &[&str]) -> Vec<Filter> {
        texts.iter().map(|text| text.parse().expect("a filter")).collect()
    }

    #[test]
    fn answers_stand_where_they_are_kept() {
        use Dimension as D;
        let of = |list, texts: &[&str]| table(list, &filters(texts), false).map_err(|unknown| unknown.remove.join(" "));
        for (list, texts, expected) in [
            (None, &[][..], Ok(Table::Hours)),
            (Some(D::Page), &[], Ok(Table::Pages)),
            (Some(D::Country), &[], Ok(Table::Visits)),
            (Some(D::Host), &[], Ok(Table::Visits)),
            (Some(D::Host), &["page==/a"], Ok(Table::Pages)),
            (None, &["country==DE", "device==phone"], Ok(Table::Visits)),
            (Some(D::Page), &["country==DE"], Ok(Table::Pairs(D::Country))),
            (Some(D::EntryPage), &["country==DE"], Ok(Table::Pairs(D::Country))),
            (Some(D::Page), &["country==DE", "country!=AT"], Ok(Table::Pairs(D::Country))),
            (Some(D::Country), &["page==/a"], Ok(Table::Pairs(D::Country))),
            (None, &["page==/a", "source==X"], Ok(Table::Pairs(D::Source))),
            (Some(D::Page), &["country==DE", "device==phone"], Err("device==phone")),
            (Some(D::Country), &["page==/a", "device==phone"], Err("device==phone")),
            (Some(D::ExitPage), &["device==phone"], Err("device==phone")),
            (Some(D::Device), &["exit_page==/a"], Err("exit_page==/a")),
            (Some(D::Page), &["host==a", "device==phone"], Err("host==a")),
        ] {
            assert_eq!(of(list, texts), expected.map_err(str::to_owned), "{list:?} {texts:?}");
        }
        assert_eq!(table(None, &[], true), Ok(Table::Hours));
        assert!(table(Some(D::Page), &[], true).is_err() && table(None, &filters(&["device==phone"]), true).is_err());
    }

    #[test]
    fn of_exits_nothing_else_is_known() {
        let sums = Counters {
            page_views: 9,
            visitors: 8,
            uniques: 7,
            visits: 6,
            rated: 6,
            bounces: 5,
            exits: 4,
            duration_s: 3,
            duration_n: 2,
        };
        let exits = Meaning::listed(Dimension::ExitPage, &[]);
        assert_eq!((exits.visits(&sums), exits.bounces(&sums), exits.bounce_rate(&sums)), (4, None, None));
        assert_eq!((exits.visitors(&sums), exits.page_views(&sums), exits.duration(&sums)), (None, None, None));
        let entries = Meaning::listed(Dimension::EntryPage, &[]);
        assert_eq!((entries.visits(&sums), entries.bounces(&sums), entries.visitors(&sums)), (6, Some(5), None));
        let pages = Meaning::listed(Dimension::Page, &[]);
        assert_eq!((pages.visitors(&sums), pages.views_per_visit(&sums)), (Some(7), None));
    }
}
