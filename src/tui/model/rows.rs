//! The rows of a list and their numbers.

use crate::model::{Counters, Dimension, Metric};
use crate::query::{FEW, Meaning, RequestRow, TopRow, Unknown};
use crate::report::{Rows, Totals};

/// What a row counts.
#[derive(Clone, Debug)]
pub enum Figures {
    /// Of page facts.
    Pages(Counters),
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
                // Of what a list could not name nobody knows how many saw it.
                Metric::Visitors => meaning.visitors(sums).filter(|n| *n > 0 || self.value != FEW).map(known),
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
    /// It cannot be known: why, and without which filters it could.
    Unknown(Unknown),
    /// It could not be read: why, and what to do.
    Failed(String, String),
}

impl List {
    /// From a report.
    pub fn new(dimension: Dimension, rows: &Rows) -> List {
        let label = |value: &str| super::names::label(dimension, value);
        match rows {
            Rows::Unknown(unknown) => List::Unknown(unknown.clone()),
            Rows::Pages(top) => {
                let row = |r: &TopRow| Row {
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
