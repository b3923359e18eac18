//! Which counters of page facts the filters leave known, and what they mean then.

use crate::model::{Dimension, Metric};
use crate::store::{Filter, PageSums};

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
}

impl Meaning {
    /// Under these filters.
    pub fn under(filters: &[Filter]) -> Meaning {
        filters.iter().fold(Meaning::default(), |meaning, filter| meaning.by(filter.dimension))
    }

    /// In a list of a dimension.
    pub fn by(self, dimension: Dimension) -> Meaning {
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
            Metric::Visitors | Metric::Uniques | Metric::PageViews | Metric::Duration => self.of_visits,
            Metric::ViewsPerVisit => self.of_visits || self.of_pages,
            Metric::BounceRate => self.of_exits,
            _ => false,
        }
    }

    fn if_of_all(self, n: i64) -> Option<i64> {
        (!self.of_visits).then_some(n)
    }

    /// Visitors of the day, summed; page visitors where pages are counted.
    pub fn visitors(self, sums: &PageSums) -> Option<i64> {
        self.if_of_all(if self.of_pages { sums.uniques } else { sums.visitors })
    }

    /// What rows are listed by: visitors, or visits where only those are known.
    pub fn first(self, sums: &PageSums) -> i64 {
        self.visitors(sums).unwrap_or(self.visits(sums))
    }

    /// Page visitors.
    pub fn uniques(self, sums: &PageSums) -> Option<i64> {
        self.if_of_all(sums.uniques)
    }

    /// Page views.
    pub fn page_views(self, sums: &PageSums) -> Option<i64> {
        self.if_of_all(sums.page_views)
    }

    /// Visits; those that enter or end there where that is counted.
    pub fn visits(self, sums: &PageSums) -> i64 {
        if self.of_exits { sums.exits } else { sums.visits }
    }

    /// Visits of one page view.
    pub fn bounces(self, sums: &PageSums) -> Option<i64> {
        (!self.of_exits).then_some(sums.bounces)
    }

    /// Bounces a visit, 0 to 1.
    pub fn bounce_rate(self, sums: &PageSums) -> Option<f64> {
        ratio(self.bounces(sums)?, sums.visits)
    }

    /// Seconds on pages, and the page views of which they are known.
    pub fn seconds(self, sums: &PageSums) -> Option<(i64, i64)> {
        Some((self.if_of_all(sums.duration_s)?, sums.duration_n))
    }

    /// Mean seconds on a page.
    pub fn duration(self, sums: &PageSums) -> Option<f64> {
        self.seconds(sums).and_then(|(seconds, views)| ratio(seconds, views))
    }

    /// Page views a visit.
    pub fn views_per_visit(self, sums: &PageSums) -> Option<f64> {
        if self.of_pages { None } else { ratio(self.page_views(sums)?, sums.visits) }
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
    dimension != D::Event && filters.iter().all(stays)
}

/// Whether these filters leave a number of the whole range known.
pub fn is_counted(metric: Metric, filters: &[Filter]) -> bool {
    let of_requests = matches!(metric, Metric::Requests | Metric::Bytes);
    filters.iter().all(|filter| filter.dimension.is_request() == of_requests) && !Meaning::under(filters).hides(metric)
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

    #[test]
    fn whatever_combines_is_known() {
        for &a in Dimension::ALL {
            let filters = [format!("{}==x", a.as_str()).parse().expect("a filter")];
            for &b in Dimension::ALL.iter().filter(|b| **b != Dimension::Event) {
                let is_page_and_place = a == Dimension::Page && matches!(b, Dimension::EntryPage | Dimension::ExitPage);
                assert_eq!(is_known(b, &filters), combine(a, b) || is_page_and_place, "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn of_exits_nothing_else_is_known() {
        let sums = PageSums {
            page_views: 9,
            visitors: 8,
            uniques: 7,
            visits: 6,
            bounces: 5,
            exits: 4,
            duration_s: 3,
            duration_n: 2,
        };
        let exits = Meaning::default().by(Dimension::ExitPage);
        assert_eq!((exits.visits(&sums), exits.bounces(&sums), exits.bounce_rate(&sums)), (4, None, None));
        assert_eq!((exits.visitors(&sums), exits.page_views(&sums), exits.duration(&sums)), (None, None, None));
        let entries = Meaning::default().by(Dimension::EntryPage);
        assert_eq!((entries.visits(&sums), entries.bounces(&sums), entries.visitors(&sums)), (6, Some(5), None));
        let pages = Meaning::default().by(Dimension::Page);
        assert_eq!((pages.visitors(&sums), pages.views_per_visit(&sums)), (Some(7), None));
    }
}
