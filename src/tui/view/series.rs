//! What the chart draws: values by step, and how high its scale is.

use super::super::model::Model;
use crate::model::Counters;
use crate::model::Metric;
use crate::report::{Report, Totals};

/// The values of a series; unknown ones are gaps.
fn values(
    (series, gaps): (&[(i64, Counters)], &[usize]),
    requests: &[(i64, i64)],
    totals: &Totals,
    metric: Metric,
) -> Vec<Option<f64>> {
    let of = |(step, (_, sums)): (usize, &(i64, Counters))| {
        let requests = requests.get(step).copied().filter(|_| totals.requests.is_some());
        let pages = totals.pages.map(|_| *sums).filter(|_| !gaps.contains(&step));
        Totals { pages, requests, ..*totals }.number(metric)
    };
    series.iter().enumerate().map(of).collect()
}

/// Both series as they are drawn.
pub struct Series {
    pub now: Vec<Option<f64>>,
    pub before: Vec<Option<f64>>,
    /// The step that is not over yet.
    pub unfinished: Option<usize>,
}

impl Series {
    pub fn new(model: &Model, report: &Report) -> Series {
        let metric = model.metric();
        let totals = Totals { meaning: report.series_meaning(), ..report.totals };
        let mut now = values((&report.series, &report.gaps), &report.request_series, &totals, metric);
        let ends = report.series.iter().skip(1).map(|(at, _)| *at).chain([report.range.to]);
        let mut unfinished = None;
        for (index, ((start, _), end)) in report.series.iter().zip(ends).enumerate() {
            // Before the first record nothing is known, and of what comes neither.
            let first = model.data.extent.map_or(i64::MAX, |(first, _)| first);
            if end <= first || *start > model.now {
                now[index] = None;
            } else if end > model.now {
                unfinished = Some(index);
            }
        }
        let before = model.before();
        let mut before = before.map_or_else(Vec::new, |before| {
            let totals = Totals { meaning: totals.meaning, ..before.totals };
            values((&before.series, &before.gaps), &before.request_series, &totals, metric)
        });
        let first = model.data.extent.map_or(i64::MAX, |(first, _)| first);
        if let Some(known) = model.before() {
            let ends = known.series.iter().skip(1).map(|(at, _)| *at).chain([known.range.to]);
            before.iter_mut().zip(ends).filter(|(_, end)| *end <= first).for_each(|(value, _)| *value = None);
        }
        before.truncate(now.len());
        Series { now, before, unfinished }
    }

    pub fn most(&self) -> f64 {
        self.now.iter().chain(&self.before).flatten().fold(0.0, |most, n| f64::max(most, *n))
    }
}

/// The end of the scale: a round number that is not less.
pub fn round_up(most: f64, metric: Metric) -> f64 {
    if metric == Metric::BounceRate {
        return 1.0;
    }
    if most <= 0.0 {
        return if metric == Metric::ViewsPerVisit { 1.0 } else { 4.0 };
    }
    let step = 10f64.powf(most.log10().floor());
    let round = [1.0, 1.2, 1.6, 2.0, 2.4, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0].map(|n| n * step);
    let found = round.into_iter().find(|n| *n >= most).unwrap_or(10.0 * step);
    if metric == Metric::ViewsPerVisit { found } else { found.max(4.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_end_at_round_numbers() {
        for (most, end) in
            [(0.0, 4.0), (3.0, 4.0), (7.0, 8.0), (812.0, 1000.0), (1_130.0, 1_200.0), (41_000.0, 50_000.0)]
        {
            assert_eq!(round_up(most, Metric::Visitors), end);
        }
        assert_eq!(round_up(2.1, Metric::ViewsPerVisit), 2.4);
        assert_eq!(round_up(0.4, Metric::BounceRate), 1.0);
    }
}
