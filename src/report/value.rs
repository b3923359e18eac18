//! The report as one value: what every form of it shows.

use crate::model::{Counters, Dimension, Kind, Ledger, Metric, Sort, Zone};
use crate::query::{
    Compare, Days, FEW, Filter, Interval, Meaning, Range, RangeError, RequestRow, Span, Top, TopRow, Unknown,
};
use crate::store::StoreError;

/// What was asked for.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// Only this site.
    pub site: Option<String>,
    /// The range.
    pub span: Span,
    /// The step of the series, if not what suits the range.
    pub interval: Option<Interval>,
    /// What to compare with.
    pub compare: Option<Compare>,
    /// All have to hold.
    pub filters: Vec<Filter>,
    /// Dimensions; nothing means the usual eight.
    pub by: Vec<Dimension>,
    /// What lists are sorted by.
    pub sort: Option<Metric>,
    /// Lists that are sorted otherwise.
    pub sorts: Vec<(Dimension, Sort)>,
    /// Rows of a list; 0 means all.
    pub limit: u64,
    /// Whether requests by step are wanted too.
    pub request_series: bool,
    /// `Some(None)` adds both kinds; `None` takes the kind that the site has.
    pub kind: Option<Option<Kind>>,
}

/// The headline numbers; `None` where the filters leave them unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Totals {
    /// Of pages.
    pub pages: Option<Counters>,
    /// How those are to be read.
    pub meaning: Meaning,
    /// Requests and bytes.
    pub requests: Option<(i64, i64)>,
}

/// Why the headline numbers of pages are not known, if they are not.
pub type Missing = Option<Unknown>;

impl Totals {
    /// Visitors of the day, summed; page visitors under a page filter.
    pub fn visitors(&self) -> Option<i64> {
        self.meaning.visitors(&self.pages?)
    }

    /// Visits.
    pub fn visits(&self) -> Option<i64> {
        Some(self.meaning.visits(&self.pages?))
    }

    /// Page views.
    pub fn page_views(&self) -> Option<i64> {
        self.meaning.page_views(&self.pages?)
    }

    /// Bounces a visit, 0 to 1.
    pub fn bounce_rate(&self) -> Option<f64> {
        self.meaning.bounce_rate(&self.pages?)
    }

    /// Mean seconds on a page, over the page views of which it is known.
    pub fn duration(&self) -> Option<f64> {
        self.meaning.duration(&self.pages?)
    }

    /// Page views a visit.
    pub fn views_per_visit(&self) -> Option<f64> {
        self.meaning.views_per_visit(&self.pages?)
    }

    /// One of them; `None` if it is unknown, or none of these.
    pub fn number(&self, metric: Metric) -> Option<f64> {
        let count = |n: Option<i64>| n.map(|n| n as f64);
        match metric {
            Metric::Visitors => count(self.visitors()),
            Metric::Visits => count(self.visits()),
            Metric::PageViews => count(self.page_views()),
            Metric::ViewsPerVisit => self.views_per_visit(),
            Metric::BounceRate => self.bounce_rate(),
            Metric::Duration => self.duration(),
            Metric::Requests => count(self.requests.map(|r| r.0)),
            Metric::Bytes => count(self.requests.map(|r| r.1)),
            _ => None,
        }
    }
}

/// The rows of a dimension.
#[derive(Clone, Debug)]
pub enum Rows {
    /// Of page facts.
    Pages(Top<TopRow>),
    /// Of requests.
    Requests(Top<RequestRow>),
    /// Unknown under these filters.
    Unknown(Unknown),
}

impl Rows {
    /// That there are none.
    pub fn none() -> Rows {
        Rows::Pages(Top { total: 0, rows: Vec::new(), few: None })
    }
}

/// What a report is compared with.
#[derive(Clone, Debug)]
pub struct Before {
    /// The range.
    pub range: Range,
    /// Of the range.
    pub totals: Totals,
    /// Start of each step and its sums.
    pub series: Vec<(i64, Counters)>,
    /// Steps of which nothing is known.
    pub gaps: Vec<usize>,
    /// Requests and bytes of the same steps, where they were asked for and are known.
    pub request_series: Vec<(i64, i64)>,
    /// Lists, where they were asked for.
    pub by: Vec<(Dimension, Rows)>,
}

/// A report.
#[derive(Clone, Debug)]
pub struct Report {
    /// The site's name, `*` for all of several.
    pub site: String,
    /// The store's zone.
    pub zone: Zone,
    /// The kind of page facts; `None` adds both.
    pub kind: Option<Kind>,
    /// The range.
    pub range: Range,
    /// The step of the series.
    pub interval: Interval,
    /// Of the range.
    pub totals: Totals,
    /// Of the range compared with.
    pub previous: Option<Before>,
    /// Why those of pages are not known, if they are not.
    pub missing: Missing,
    /// Start of each step and its sums.
    pub series: Vec<(i64, Counters)>,
    /// Steps of which nothing is known.
    pub gaps: Vec<usize>,
    /// Requests and bytes of the same steps, where they were asked for and are known.
    pub request_series: Vec<(i64, i64)>,
    /// The lists, in the order asked for.
    pub by: Vec<(Dimension, Rows)>,
    /// Every site's sums, where all of several are added up.
    pub sites: Vec<(String, Counters)>,
    /// Lines of the range and site by class.
    pub ledger: Ledger,
    /// The filters that it was asked under.
    pub filters: Vec<Filter>,
    /// Days of the range that are not as others.
    pub days: Days,
    /// Whether an interval or dimensions were asked for.
    pub asked_interval: bool,
}

impl Report {
    /// Lists that are not known, each with why and without which filters it would be.
    pub fn unknown_lists(&self) -> impl Iterator<Item = (&'static str, String)> {
        self.by.iter().filter_map(|(dimension, rows)| match rows {
            Rows::Unknown(unknown) if unknown.remove.is_empty() => {
                Some((dimension.as_str(), unknown.because.to_owned()))
            }
            Rows::Unknown(unknown) => {
                let instead = format!("{}; without {} it is", unknown.because, unknown.remove.join(" and "));
                Some((dimension.as_str(), instead))
            }
            _ => None,
        })
    }

    /// How the numbers of the series are to be read: an hour knows less than a day.
    pub fn series_meaning(&self) -> Meaning {
        match self.interval {
            Interval::Hour => self.totals.meaning.by_hour(),
            _ => self.totals.meaning,
        }
    }

    /// How the numbers of a list are to be read.
    pub fn list_meaning(&self, dimension: Dimension) -> Meaning {
        Meaning::listed(dimension, &self.filters)
    }
}

/// Why there is no report.
#[derive(Debug)]
pub enum ReportError {
    /// The store.
    Store(StoreError),
    /// The range.
    Range(RangeError),
    /// No such site; those there are.
    NoSite(String, Vec<String>),
    /// No facts have both of these dimensions.
    Mixed(Dimension, Dimension),
    /// Not built for this dimension.
    Unsupported(String),
}

impl From<StoreError> for ReportError {
    fn from(error: StoreError) -> ReportError {
        ReportError::Store(error)
    }
}

impl From<RangeError> for ReportError {
    fn from(error: RangeError) -> ReportError {
        ReportError::Range(error)
    }
}

/// The visitors of a row; of what a list could not name nobody knows how many there were.
pub fn visitors_of(value: &str, sums: &Counters, meaning: Meaning) -> Option<i64> {
    meaning.visitors(sums).filter(|n| *n > 0 || value != FEW)
}
