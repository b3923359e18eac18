//! Which columns of a list fit, and how wide they are.

use super::super::model::Model;
use super::super::model::lists::{columns, head};
use super::super::model::panel::Panel;
use super::super::model::rows::Figures;
use crate::model::{Dimension, Metric};

/// The columns of a list as they are drawn.
pub struct Columns {
    pub label: usize,
    pub bar: usize,
    pub metrics: Vec<(Metric, usize)>,
    pub share: bool,
    pub change: bool,
}

pub const SHARE: usize = 5;
pub const CHANGE: usize = 8;

impl Columns {
    pub fn new(
        model: &Model,
        panel: &Panel,
        dimension: Dimension,
        inner: usize,
        texts: impl Fn(Metric) -> usize,
    ) -> Columns {
        let sort = panel.sort();
        let is_zoomed = model.zoomed().is_some();
        let known = |metric: &&Metric| !panel.hides(**metric);
        // A head has place for the arrow of its sort, and a gap before it.
        let column = |metric: Metric| {
            let head = title(dimension, metric, is_zoomed).len() + usize::from(metric == sort.metric);
            (metric, texts(metric).max(head).max(5) + 1)
        };
        let has_latency = panel.rows().iter().any(|row| matches!(&row.figures, Figures::Requests(_, _, Some(_))));
        let is_time = |metric: &Metric| matches!(metric, Metric::P50 | Metric::P95 | Metric::P99);
        let metrics: Vec<(Metric, usize)> = match is_zoomed {
            true => columns(dimension)
                .iter()
                .filter(known)
                .filter(|m| has_latency || !is_time(m))
                .map(|m| column(*m))
                .collect(),
            false => vec![column(sort.metric)],
        };
        let compared = model.view.compare.is_some() && model.before().is_some();
        let mut columns = Columns { label: 0, bar: 0, metrics, share: true, change: compared && inner >= 46 };
        let fixed = |c: &Columns| {
            let shares = if c.share { SHARE } else { 0 } + if c.change { CHANGE } else { 0 };
            2 + c.metrics.iter().map(|(_, width)| width).sum::<usize>() + shares
        };
        // On a small screen what is less important goes.
        while columns.metrics.len() > 1 && inner < fixed(&columns) + 16 {
            let last = columns.metrics.iter().rposition(|(metric, _)| *metric != sort.metric).unwrap_or(0);
            columns.metrics.remove(last);
        }
        let rest = inner.saturating_sub(fixed(&columns));
        columns.bar = match (inner, model.size.0) {
            (_, ..100) => 0,
            (..36, _) => 0,
            (36..50, _) => 6,
            _ => (inner / 4).min(30),
        };
        if rest < columns.bar + 14 {
            columns.bar = 0;
        }
        columns.label = rest - if columns.bar > 0 { columns.bar + 1 } else { 0 };
        columns
    }
}

/// The head of a column; in full where there is room.
pub fn title(dimension: Dimension, metric: Metric, is_long: bool) -> &'static str {
    match head(dimension, metric).0 {
        "VIS" if is_long => "VISITORS",
        head => head,
    }
}
