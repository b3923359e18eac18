//! Facts of an open day: sums by what was seen, and none of them has a hash.

use super::class::Class;
use super::facts::{Kind, RequestKey, RequestSums, SiteId, VisitSym};
use super::symbol::{Dictionary, Sym};

/// Counters that are added up.
pub trait Sums: Copy {
    /// Adds those of another.
    fn add(&mut self, other: &Self);
}

macro_rules! sums {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field:meta])* $counter:ident),* $(,)? })*) => {
        $($(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct $name { $($(#[$field])* pub $counter: u32),* }
        impl Sums for $name {
            fn add(&mut self, other: &Self) { $(self.$counter += other.$counter;)* }
        })*
    };
}

sums! {
    /// What a minute had.
    MinuteSums {
        /// Page views.
        page_views,
        /// Visitors seen first in it.
        visitors,
        /// Visits that began in it.
        visits,
    }
    /// What a page had.
    PageSums {
        /// Page views.
        page_views,
        /// Page visitors.
        uniques,
        /// Visits that began here.
        visits,
        /// Of those that have ended, visits of one page view.
        bounces,
        /// Visits that ended here.
        exits,
        /// Seconds on the page, where known.
        duration_s,
        /// Page views whose seconds are known.
        duration_n,
    }
    /// What visits were like.
    VisitSums {
        /// Visitors of the day seen first in such a visit.
        visitors,
        /// Visits.
        visits,
        /// Of those that have ended, visits of one page view.
        bounces,
        /// Page views.
        page_views,
        /// Seconds of visits that have ended, each rounded to 30.
        seconds,
        /// Page views whose seconds are known, of visits that have ended.
        timed,
    }
    /// What a page had from visits of one kind.
    CrossSums {
        /// Page views.
        page_views,
        /// Page visitors.
        uniques,
        /// Visits that began here.
        visits,
    }
}

impl Sums for RequestSums {
    fn add(&mut self, more: &RequestSums) {
        self.requests += more.requests;
        self.bytes += more.bytes;
        self.time_us += more.time_us;
        self.time_n += more.time_n;
    }
}

impl Sums for u64 {
    fn add(&mut self, more: &u64) {
        *self += more;
    }
}

/// What is known of a site's day beside its sums.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// Visitors who saw more than one page.
    pub several: u32,
    /// The newest time of a page view, epoch seconds.
    pub newest: u32,
}

impl Sums for Marks {
    fn add(&mut self, other: &Marks) {
        self.several += other.several;
        self.newest = self.newest.max(other.newest);
    }
}

/// A minute of a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MinuteKey {
    /// The site.
    pub site: SiteId,
    /// Log or beacon.
    pub kind: Kind,
    /// Its start, epoch seconds.
    pub minute: u32,
}

/// A page of a site, and nothing of who looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PageKey {
    /// The site.
    pub site: SiteId,
    /// Log or beacon.
    pub kind: Kind,
    /// Its path, in `Pages`.
    pub page: Sym,
    /// Virtual host, in `Hosts`.
    pub host: Sym,
}

/// What visits have in common, and no page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct VisitKey {
    /// The site.
    pub site: SiteId,
    /// Log or beacon.
    pub kind: Kind,
    /// Virtual host, in `Hosts`.
    pub host: Sym,
    /// Their dimensions.
    pub visit: VisitSym,
}

/// A page beside what its visits have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CrossKey {
    /// The site.
    pub site: SiteId,
    /// Log or beacon.
    pub kind: Kind,
    /// Its path, in `Pages`.
    pub page: Sym,
    /// Dimensions of the visits.
    pub visit: VisitSym,
}

/// A site and a kind.
pub type Of = (SiteId, Kind);

/// Rows by their keys.
pub type Rows<K, V> = Vec<(K, V)>;

/// Everything that is summed of one open day.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Totals by minute.
    pub minutes: Rows<MinuteKey, MinuteSums>,
    /// By page.
    pub pages: Rows<PageKey, PageSums>,
    /// By the dimensions of visits.
    pub visits: Rows<VisitKey, VisitSums>,
    /// By page and the dimensions of visits.
    pub crossed: Rows<CrossKey, CrossSums>,
    /// Requests by hour, without a path.
    pub requests: Rows<RequestKey, RequestSums>,
    /// Errors and redirects by path; their hour is 0.
    pub errors: Rows<RequestKey, RequestSums>,
    /// Times taken: the request's key without a path, and the bin.
    pub latencies: Rows<(RequestKey, u16), u64>,
    /// Lines by site, hour and class.
    pub ledger: Rows<(SiteId, u32, Class), u64>,
    /// What else is known of a site.
    pub marks: Rows<Of, Marks>,
}

/// Adds up rows with the same key, and sorts them by it.
pub fn add_up<K: Ord + Copy, V: Sums>(rows: &mut Rows<K, V>) {
    // Rows that are sorted but for what was appended are sorted in one pass.
    rows.sort_by_key(|(key, _)| *key);
    rows.dedup_by(|(key, sums), (first, total)| {
        let same = *key == *first;
        if same {
            total.add(sums);
        }
        same
    });
}

impl Facts {
    /// Adds up rows with the same key, and sorts them.
    pub fn add_up(&mut self) {
        add_up(&mut self.minutes);
        add_up(&mut self.pages);
        add_up(&mut self.visits);
        add_up(&mut self.crossed);
        add_up(&mut self.requests);
        add_up(&mut self.errors);
        add_up(&mut self.latencies);
        add_up(&mut self.ledger);
        add_up(&mut self.marks);
    }

    /// Takes the rows of others, which are not added up yet.
    pub fn append(&mut self, mut more: Facts) {
        self.minutes.append(&mut more.minutes);
        self.pages.append(&mut more.pages);
        self.visits.append(&mut more.visits);
        self.crossed.append(&mut more.crossed);
        self.requests.append(&mut more.requests);
        self.errors.append(&mut more.errors);
        self.latencies.append(&mut more.latencies);
        self.ledger.append(&mut more.ledger);
        self.marks.append(&mut more.marks);
    }

    /// Leaves out everything of the sites that do not pass.
    pub fn keep_sites(&mut self, keep: impl Fn(SiteId) -> bool) {
        self.minutes.retain(|(key, _)| keep(key.site));
        self.pages.retain(|(key, _)| keep(key.site));
        self.visits.retain(|(key, _)| keep(key.site));
        self.crossed.retain(|(key, _)| keep(key.site));
        self.requests.retain(|(key, _)| keep(key.site));
        self.errors.retain(|(key, _)| keep(key.site));
        self.latencies.retain(|((key, _), _)| keep(key.site));
        self.ledger.retain(|((site, ..), _)| keep(*site));
        self.marks.retain(|((site, _), _)| keep(*site));
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.minutes.len()
            + self.pages.len()
            + self.visits.len()
            + self.crossed.len()
            + self.requests.len()
            + self.errors.len()
            + self.latencies.len()
            + self.ledger.len()
            + self.marks.len()
    }

    /// How many page views are in them.
    pub fn page_views(&self) -> u64 {
        self.pages.iter().map(|(_, sums)| u64::from(sums.page_views)).sum()
    }
}

/// What has symbols, which can be replaced.
pub trait Mapped: Sized {
    /// With every symbol of a text and every number of a visit's dimensions replaced.
    fn mapped(self, text: &mut dyn FnMut(Dictionary, Sym) -> Sym, visit: &mut dyn FnMut(VisitSym) -> VisitSym) -> Self;
}

macro_rules! mapped {
    ($($name:ident: $($field:ident $dictionary:ident),* ; $([$visit:ident])?)*) => {
        $(impl Mapped for $name {
            fn mapped(
                self,
                text: &mut dyn FnMut(Dictionary, Sym) -> Sym,
                visit: &mut dyn FnMut(VisitSym) -> VisitSym,
            ) -> Self {
                // Not every row has both.
                let _ = (&text, &visit);
                $name {
                    $($field: text(Dictionary::$dictionary, self.$field),)*
                    $($visit: visit(self.$visit),)?
                    ..self
                }
            }
        })*
    };
}

mapped! {
    MinuteKey: ;
    PageKey: page Pages, host Hosts;
    VisitKey: host Hosts; [visit]
    CrossKey: page Pages; [visit]
    RequestKey: method Methods, bot Bots, path Paths;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_with_one_key_are_added_up() {
        let mut rows = vec![(2, 5u64), (1, 1), (2, 7), (3, 0), (1, 1)];
        add_up(&mut rows);
        assert_eq!(rows, [(1, 2), (2, 12), (3, 0)]);
    }
}
