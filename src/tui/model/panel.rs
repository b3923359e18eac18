//! Panels: their tabs, columns, and where one is in them.

use crate::model::{Dimension, Metric, Sort};
use crate::report::{Meaning, Rows, Totals};
use crate::store::{PageSums, RequestRow};

/// The panels by digit, 1 to 8.
pub const PANELS: usize = 8;
/// The digit of the panel of events.
pub const EVENTS: u8 = 6;
/// The digit of the live panel.
pub const LIVE: u8 = 8;

/// Name of a panel's tab and what it lists.
pub type Tab = (&'static str, Dimension);

/// The tabs of a panel by its digit; the live panel has none.
pub fn tabs(digit: u8) -> &'static [Tab] {
    use Dimension as D;
    match digit {
        1 => &[("Pages", D::Page), ("Entry", D::EntryPage), ("Exit", D::ExitPage)],
        2 => &[
            ("Sources", D::Source),
            ("Referrers", D::Referrer),
            ("Channels", D::Channel),
            ("Campaigns", D::UtmCampaign),
        ],
        3 => &[("Countries", D::Country), ("Regions", D::Region), ("Cities", D::City)],
        4 => &[("Browsers", D::Browser), ("Systems", D::Os), ("Devices", D::Device)],
        5 => &[("Status", D::Status), ("Methods", D::Method), ("Error paths", D::ErrorPath)],
        6 => &[("Events", D::Event)],
        7 => &[("Bot families", D::BotFamily), ("Bots", D::Bot)],
        _ => &[],
    }
}

/// The columns of a list, the usual order first.
pub fn columns(dimension: Dimension) -> &'static [Metric] {
    use Metric as M;
    match dimension {
        Dimension::EntryPage => &[M::Visits, M::BounceRate],
        Dimension::ExitPage => &[M::Visits],
        Dimension::Event => &[M::Events, M::Visitors],
        Dimension::ErrorPath => &[M::Requests, M::Bytes],
        d if d.is_request() => &[M::Requests, M::Bytes, M::P50, M::P95, M::P99],
        _ => &[M::Visitors, M::PageViews, M::Visits, M::BounceRate, M::Duration],
    }
}

/// The head of a column, and its name in the sort menu.
pub fn head(dimension: Dimension, metric: Metric) -> (&'static str, &'static str) {
    match (dimension, metric) {
        (Dimension::EntryPage | Dimension::Page, Metric::Visits) => ("ENTRIES", "entries"),
        (Dimension::ExitPage, _) => ("EXITS", "exits"),
        (_, Metric::Visitors) => ("VIS", "visitors"),
        (_, Metric::Visits) => ("VISITS", "visits"),
        (_, Metric::PageViews) => ("VIEWS", "page views"),
        (_, Metric::Uniques) => ("UNIQUE", "unique visitors"),
        (_, Metric::BounceRate) => ("BOUNCE", "bounce rate"),
        (_, Metric::Duration) => ("TIME", "time on page"),
        (_, Metric::ViewsPerVisit) => ("V/VISIT", "views a visit"),
        (_, Metric::Events) => ("EVENTS", "events"),
        (_, Metric::Requests) => ("HITS", "requests"),
        (_, Metric::Bytes) => ("BYTES", "bytes"),
        (_, Metric::P50) => ("P50", "median time"),
        (_, Metric::P95) => ("P95", "95th percentile of time"),
        (_, Metric::P99) => ("P99", "99th percentile of time"),
    }
}

/// What a row counts.
#[derive(Clone, Debug)]
pub enum Figures {
    /// Of page facts.
    Pages(PageSums),
    /// Of requests: number, bytes, percentiles of time in milliseconds.
    Requests(i64, i64, Option<[f64; 3]>),
}

/// A row of a list.
#[derive(Clone, Debug)]
pub struct Row {
    /// The value as the store has it.
    pub value: String,
    /// As it is shown.
    pub label: String,
    /// What it counts.
    pub figures: Figures,
}

impl Row {
    /// A number of the row; `None` if it is unknown.
    pub fn number(&self, metric: Metric, meaning: Meaning) -> Option<f64> {
        let known = |n: i64| n as f64;
        match &self.figures {
            Figures::Requests(requests, bytes, latency) => match metric {
                Metric::Requests => Some(*requests as f64),
                Metric::Bytes => Some(*bytes as f64),
                Metric::P50 => latency.map(|ms| ms[0]),
                Metric::P95 => latency.map(|ms| ms[1]),
                Metric::P99 => latency.map(|ms| ms[2]),
                _ => None,
            },
            Figures::Pages(sums) => match metric {
                Metric::Visitors => meaning.visitors(sums).map(known),
                Metric::Visits => Some(known(meaning.visits(sums))),
                Metric::PageViews => meaning.page_views(sums).map(known),
                Metric::BounceRate => meaning.bounce_rate(sums),
                Metric::Duration => meaning.duration(sums),
                _ => None,
            },
        }
    }
}

/// The whole of which a metric's numbers are shares; nothing if they are none.
pub fn whole(dimension: Dimension, metric: Metric, totals: &Totals) -> Option<f64> {
    let n = |n: Option<i64>| n.map(|n| n as f64).filter(|n| *n > 0.0);
    match metric {
        _ if dimension == Dimension::ExitPage => n(totals.pages.map(|s| s.exits)),
        Metric::Visitors => n(totals.visitors()),
        Metric::Visits => n(totals.visits()),
        Metric::PageViews => n(totals.page_views()),
        Metric::Requests => n(totals.requests.map(|r| r.0)),
        Metric::Bytes => n(totals.requests.map(|r| r.1)),
        _ => None,
    }
}

/// What the store said of a list.
#[derive(Clone, Debug)]
pub enum List {
    /// Nothing yet.
    Waiting,
    /// Its rows, and how many there are in the store.
    Rows(Vec<Row>, u64),
    /// It cannot be known under these filters.
    Unknown,
    /// It could not be read: why, and what to do.
    Failed(String, String),
}

impl List {
    /// From a report.
    pub fn new(dimension: Dimension, rows: &Rows) -> List {
        let label = |value: &str| super::names::label(dimension, value);
        match rows {
            Rows::Unknown => List::Unknown,
            Rows::Pages(top) => {
                let row = |r: &crate::store::TopRow| Row {
                    value: r.value.clone(),
                    label: label(&r.value),
                    figures: Figures::Pages(r.sums),
                };
                List::Rows(top.rows.iter().map(row).collect(), top.total)
            }
            Rows::Requests(top) => {
                let row = |r: &RequestRow| Row {
                    value: r.value.clone(),
                    label: label(&r.value),
                    figures: Figures::Requests(r.requests, r.bytes, r.latency_ms),
                };
                List::Rows(top.rows.iter().map(row).collect(), top.total)
            }
        }
    }
}

/// A panel and where one is in it.
#[derive(Clone, Debug)]
pub struct Panel {
    /// 1 to 8.
    pub digit: u8,
    /// Which tab.
    pub tab: usize,
    /// What was searched for; empty if nothing.
    pub search: String,
    /// The value of the selected row, which is kept through sorting and news.
    pub selected: Option<String>,
    /// Place of the selected row among the shown ones.
    pub at: usize,
    /// Sorts by tab, where they are not the usual ones.
    pub sorts: Vec<(Dimension, Sort)>,
    /// The list.
    pub list: List,
    /// The rows before, by value, where it is compared.
    pub before: Option<Vec<Row>>,
    /// Whether `before` has every value.
    pub before_is_whole: bool,
    /// Which rows of the list are shown, and the columns of the label that match.
    pub shown: Vec<usize>,
    /// What the filters leave known.
    pub meaning: Meaning,
    /// Rows that a screen had when it was drawn last.
    pub page: usize,
    /// The first row on the screen.
    pub top: usize,
}

impl Panel {
    /// Empty.
    pub fn new(digit: u8) -> Panel {
        Panel {
            digit,
            tab: 0,
            search: String::new(),
            selected: None,
            at: 0,
            sorts: Vec::new(),
            list: List::Waiting,
            before: None,
            before_is_whole: false,
            shown: Vec::new(),
            meaning: Meaning::default(),
            page: 10,
            top: 0,
        }
    }

    /// What it lists; nothing for the live panel.
    pub fn dimension(&self) -> Option<Dimension> {
        tabs(self.digit).get(self.tab).map(|(_, dimension)| *dimension)
    }

    /// What it is sorted by.
    pub fn sort(&self) -> Sort {
        let Some(dimension) = self.dimension() else { return Metric::Visitors.into() };
        let own = self.sorts.iter().find(|(of, _)| *of == dimension).map(|(_, sort)| *sort);
        let columns = columns(dimension);
        let usual = columns.iter().find(|metric| !self.hides(**metric)).unwrap_or(&columns[0]);
        own.filter(|sort| !self.hides(sort.metric)).unwrap_or_else(|| (*usual).into())
    }

    /// Whether a column is unknown under the filters: those on entry or exit pages
    /// leave only visits known, and of exits no bounces.
    pub fn hides(&self, metric: Metric) -> bool {
        match metric {
            Metric::Visitors | Metric::PageViews | Metric::Duration => self.meaning.of_visits,
            Metric::BounceRate => self.meaning.of_exits,
            _ => false,
        }
    }

    /// Sorts it otherwise.
    pub fn sort_by(&mut self, sort: Sort) {
        let Some(dimension) = self.dimension() else { return };
        self.sorts.retain(|(of, _)| *of != dimension);
        self.sorts.push((dimension, sort));
    }

    /// Its rows.
    pub fn rows(&self) -> &[Row] {
        match &self.list {
            List::Rows(rows, _) => rows,
            _ => &[],
        }
    }

    /// The selected row.
    pub fn row(&self) -> Option<&Row> {
        self.rows().get(*self.shown.get(self.at)?)
    }

    /// Moves to another row.
    pub fn go(&mut self, at: usize) {
        self.at = at.min(self.shown.len().saturating_sub(1));
        self.selected = self.row().map(|row| row.value.clone());
        self.follow();
    }

    /// Puts in other rows; the selection stays on its value.
    pub fn put(&mut self, list: List) {
        self.list = list;
        self.find();
    }

    /// Looks the search up again, and the selected row.
    pub fn find(&mut self) {
        self.shown = super::search::find(self.rows(), &self.search);
        let rows = self.rows();
        let kept = self.selected.as_ref();
        let at = kept.and_then(|value| self.shown.iter().position(|&index| rows[index].value == *value));
        self.at = at.unwrap_or(self.at).min(self.shown.len().saturating_sub(1));
        if self.selected.is_none() {
            self.at = 0;
        }
        self.follow();
    }

    /// Scrolls to the selected row.
    pub fn follow(&mut self) {
        let page = self.page.max(1);
        self.top = self.top.min(self.at).max((self.at + 1).saturating_sub(page));
        self.top = self.top.min(self.shown.len().saturating_sub(page));
    }
}

impl Panel {
    /// Whether a search may have matches among rows that are not loaded.
    pub fn needs_more(&self) -> bool {
        let List::Rows(rows, total) = &self.list else { return false };
        !self.search.trim().is_empty() && (rows.len() as u64) < *total
    }

    /// Adds rows that a search found in the store; their order is the list's.
    pub fn append(&mut self, more: Vec<Row>) {
        if let List::Rows(rows, _) = &mut self.list {
            let known: std::collections::HashSet<String> = rows.iter().map(|row| row.value.clone()).collect();
            rows.extend(more.into_iter().filter(|row| !known.contains(&row.value)));
        }
        self.find();
    }
}
