//! A visit that may still go on: the only thing that still knows a visitor's hash.

use super::facts::{Kind, SiteId, VisitSym};
use super::open_day::{Facts, PageKey, PageSums, VisitKey, VisitSums};
use super::symbol::Sym;

/// A page on a virtual host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct View {
    /// In `Pages`.
    pub page: Sym,
    /// In `Hosts`.
    pub host: Sym,
}

/// What is kept of a visit that may still go on: its entry, its last page view, and no
/// page between.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OpenVisit {
    /// The site.
    pub site: SiteId,
    /// Log or beacon.
    pub kind: Kind,
    /// The dimensions of its entry.
    pub visit: VisitSym,
    /// Where it began.
    pub entry: View,
    /// Its last page view.
    pub exit: View,
    /// The time of its first page view, epoch seconds.
    pub first: u32,
    /// The time of its last page view, epoch seconds.
    pub last: u32,
    /// Whether it still counts as a bounce.
    pub bounce: bool,
    /// Seconds on its pages, where known.
    pub seconds: u32,
    /// Page views whose seconds are known.
    pub timed: u32,
}

/// A visit is over once the newest time of its site and kind is more than this past its
/// last, in seconds.
const OVER_AFTER: u32 = 3600;
/// Seconds of a visit are rounded to so many, so that they fit no puzzle.
const ROUND: u32 = 30;

impl OpenVisit {
    /// Whether it is over by the newest time of its site and kind, epoch seconds.
    pub fn is_over(&self, newest: u32) -> bool {
        self.last.saturating_add(OVER_AFTER) < newest
    }

    /// Adds what is known once it has ended: exit, bounce, and its seconds as a whole.
    pub fn end(&self, facts: &mut Facts) {
        let page = |view: View| PageKey { site: self.site, kind: self.kind, page: view.page, host: view.host };
        let bounces = u32::from(self.bounce);
        facts.pages.push((page(self.exit), PageSums { exits: 1, ..PageSums::default() }));
        if self.bounce {
            facts.pages.push((page(self.entry), PageSums { bounces, ..PageSums::default() }));
        }
        let seconds = (self.seconds + ROUND / 2) / ROUND * ROUND;
        if self.bounce || self.timed > 0 {
            let key = VisitKey { site: self.site, kind: self.kind, host: self.entry.host, visit: self.visit };
            facts.visits.push((key, VisitSums { bounces, seconds, timed: self.timed, ..VisitSums::default() }));
        }
    }
}
