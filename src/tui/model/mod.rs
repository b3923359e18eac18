//! Everything that the screen is drawn from. No terminal, no store, no clock.

pub mod layer;
pub mod lists;
pub mod names;
pub mod panel;
pub mod rows;
pub mod search;
pub mod typed;
pub mod view;

use super::action::Keymap;
use super::query::Lives;
use crate::model::{Dimension, Live, Metric, Zone};
use crate::query::{Interval, Meaning, Range, Unknown, is_counted, is_known, table};
use crate::report::{Before, Report};
use layer::Layer;
use lists::{EVENTS, LIVE, PANELS};
use panel::Panel;
use rows::List;
use view::View;

/// Where keys go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Focus {
    /// The chart.
    Chart,
    /// The panel of that digit.
    Panel(u8),
}

/// The metrics of the chart, in turn.
pub const METRICS: [Metric; 8] = [
    Metric::Visitors,
    Metric::Visits,
    Metric::PageViews,
    Metric::ViewsPerVisit,
    Metric::BounceRate,
    Metric::Duration,
    Metric::Requests,
    Metric::Bytes,
];

/// The chart.
#[derive(Clone, Debug)]
pub struct Chart {
    /// What it shows where the filters leave that known.
    pub metric: Metric,
    /// As bars instead of a line.
    pub bars: bool,
    /// The step under the crosshair.
    pub at: Option<usize>,
}

/// What the dashboard knows of the store.
#[derive(Debug, Default)]
pub struct Data {
    /// The number of the last question.
    pub generation: u64,
    /// The last report.
    pub report: Option<Report>,
    /// What it is compared with.
    pub before: Option<Before>,
    /// Start of the first and the last hour with data.
    pub extent: Option<(i64, i64)>,
    /// When the question was asked that is not answered, in milliseconds.
    pub asked: Option<u64>,
    /// When the last question was asked, epoch seconds.
    pub asked_at: i64,
    /// Whether somebody else holds the store.
    pub is_held: bool,
    /// Whether what is shown answers another question.
    pub is_stale: bool,
    /// Why there is no answer, and what to do.
    pub error: Option<(String, String)>,
    /// Who is there now, by site; `*` is all of them.
    pub lives: Lives,
    /// When what is shown was asked for, epoch seconds.
    pub fresh: Option<i64>,
}

/// Something said at the foot of the screen for a while.
#[derive(Clone, Debug)]
pub struct Toast {
    /// The words.
    pub text: String,
    /// Until when, in milliseconds.
    pub until: u64,
    /// Whether something failed.
    pub is_error: bool,
}

/// How the dashboard was before a filter was added, or a step of the chart chosen.
#[derive(Clone, Debug)]
pub struct Saved {
    filters: Vec<crate::query::Filter>,
    /// The range and its interval, if those were changed.
    range: Option<(view::Chosen, u32, Option<Interval>)>,
    selected: Vec<(Option<String>, usize)>,
}

/// Everything that the screen is drawn from.
#[derive(Debug)]
pub struct Model {
    /// Columns and rows.
    pub size: (u16, u16),
    /// What is asked for.
    pub view: View,
    /// Every site.
    pub sites: Vec<String>,
    /// The store's zone.
    pub zone: Zone,
    /// The clock, epoch seconds.
    pub now: i64,
    /// Milliseconds since the start.
    pub clock: u64,
    /// Where keys go.
    pub focus: Focus,
    /// The panels of a small screen.
    pub slots: [u8; 2],
    /// The panels, by digit.
    pub panels: Vec<Panel>,
    /// The chart.
    pub chart: Chart,
    /// What lies over the dashboard.
    pub layers: Vec<Layer>,
    /// What is known.
    pub data: Data,
    /// What is being said.
    pub toast: Option<Toast>,
    /// What is new is not shown.
    pub is_paused: bool,
    /// What is new is asked for.
    pub is_live: bool,
    /// Only ASCII may be shown: keys are named so.
    pub is_ascii: bool,
    /// Earlier filters.
    pub history: Vec<Saved>,
    /// The keys.
    pub keymap: Keymap,
}

/// Why lists of requests are not known under filters on pages, and the other way round.
const NOT_TOGETHER: &str = "page views and requests are counted apart";

impl Model {
    /// Of a store in that zone.
    pub fn new(view: View, zone: Zone, now: i64, keymap: Keymap) -> Model {
        Model {
            size: (80, 24),
            view,
            sites: Vec::new(),
            zone,
            now,
            clock: 0,
            focus: Focus::Panel(1),
            slots: [1, 2],
            panels: (1..=PANELS as u8).map(Panel::new).collect(),
            chart: Chart { metric: Metric::Visitors, bars: false, at: None },
            layers: Vec::new(),
            data: Data::default(),
            toast: None,
            is_paused: false,
            is_live: true,
            is_ascii: false,
            history: Vec::new(),
            keymap,
        }
    }

    /// The panel of that digit.
    pub fn panel(&self, digit: u8) -> &Panel {
        &self.panels[usize::from(digit.clamp(1, PANELS as u8)) - 1]
    }

    /// The same, to change it.
    pub fn panel_mut(&mut self, digit: u8) -> &mut Panel {
        &mut self.panels[usize::from(digit.clamp(1, PANELS as u8)) - 1]
    }

    /// The panel that has the focus, if one has.
    pub fn focused(&mut self) -> Option<&mut Panel> {
        match self.focus {
            Focus::Panel(digit) => Some(self.panel_mut(digit)),
            Focus::Chart => None,
        }
    }

    /// Whether a panel is on the whole screen.
    pub fn zoomed(&self) -> Option<u8> {
        let is_zoomed = self.layers.iter().any(|layer| matches!(layer, Layer::Zoom));
        match self.focus {
            Focus::Panel(digit) if is_zoomed => Some(digit),
            _ => None,
        }
    }

    /// The range asked for; of `all` only the report knows it.
    pub fn range(&self) -> Option<Range> {
        let all = self.view.chosen == view::Chosen::Named(crate::query::Period::All);
        match all {
            true => self.data.report.as_ref().map(|report| report.range),
            false => self.view.range(self.zone, self.now, self.view.back),
        }
    }

    /// What the chart shows: what was chosen, or the first number that is known.
    pub fn metric(&self) -> Metric {
        let counted = |metric: &Metric| is_counted(*metric, &self.view.filters);
        std::iter::once(self.chart.metric).chain(METRICS).find(counted).unwrap_or(self.chart.metric)
    }

    /// A range in words, as exactly as it was asked for.
    pub fn dates(&self, range: &Range) -> String {
        self.view.dates(range, self.zone, self.now)
    }

    /// The range that is shown: the report's, or the one that was asked for.
    pub fn shown_range(&self) -> Option<Range> {
        let report = self.data.report.as_ref().filter(|_| !self.data.is_stale && self.data.error.is_none());
        report.map(|report| report.range).or_else(|| self.range())
    }

    /// The dimensions that the panels list, as far as the filters leave them known.
    pub fn dimensions(&self) -> Vec<Dimension> {
        let of = self.panels.iter().filter(|panel| panel.digit != EVENTS && panel.digit != LIVE);
        of.filter_map(Panel::dimension).filter(|d| is_known(*d, &self.view.filters)).collect()
    }

    /// Who is there now, on the sites that are shown.
    pub fn live(&self) -> Option<&Live> {
        let shown = self.data.report.as_ref().map(|report| report.site.as_str());
        let site = self.view.site.as_deref().or(shown).unwrap_or("*");
        self.data.lives.iter().find(|(name, _)| name == site).map(|(_, live)| live)
    }

    /// What the report is compared with; nothing if that is before the first record.
    pub fn before(&self) -> Option<&Before> {
        let first = self.data.extent.map_or(i64::MAX, |(first, _)| first);
        self.data.before.as_ref().filter(|before| before.range.to > first)
    }

    /// Says something for a while.
    pub fn say(&mut self, text: impl Into<String>) {
        self.toast = Some(Toast { text: text.into(), until: self.clock + 4_000, is_error: false });
    }

    /// Says that something failed.
    pub fn complain(&mut self, text: impl Into<String>) {
        self.toast = Some(Toast { text: text.into(), until: self.clock + 8_000, is_error: true });
    }

    /// Remembers the filters before they change.
    pub fn save(&mut self) {
        self.remember(None);
    }

    /// Remembers the range before a step of it is chosen.
    pub fn save_range(&mut self) {
        self.remember(Some((self.view.chosen.clone(), self.view.back, self.view.interval)));
    }

    fn remember(&mut self, range: Option<(view::Chosen, u32, Option<Interval>)>) {
        let selected = self.panels.iter().map(|panel| (panel.selected.clone(), panel.at)).collect();
        self.history.push(Saved { filters: self.view.filters.clone(), range, selected });
    }

    /// Goes back to earlier filters, ranges and selections. Returns whether there were any.
    pub fn restore(&mut self) -> bool {
        let Some(saved) = self.history.pop() else { return false };
        self.view.filters = saved.filters;
        if let Some(range) = saved.range {
            (self.view.chosen, self.view.back, self.view.interval) = range;
            self.chart.at = None;
        }
        for (panel, (selected, at)) in self.panels.iter_mut().zip(saved.selected) {
            (panel.selected, panel.at) = (selected, at);
        }
        true
    }

    /// Marks lists that the filters leave unknown, and what is shown as not answering
    /// the question any more.
    pub fn unsettle(&mut self) {
        self.data.is_stale = self.data.report.is_some();
        let meaning = Meaning::under(&self.view.filters);
        for panel in &mut self.panels {
            let filters = &self.view.filters;
            panel.meaning = panel.dimension().map_or(meaning, |dimension| Meaning::listed(dimension, filters));
            let of = panel.dimension().filter(|d| *d != Dimension::Event && !is_known(*d, filters));
            let because = |d: Dimension| {
                let why = table(Some(d), filters, false).err().filter(|_| !d.is_request());
                why.unwrap_or_else(|| Unknown { because: NOT_TOGETHER, remove: Vec::new() })
            };
            if let Some(dimension) = of {
                panel.put(List::Unknown(because(dimension)));
            } else if matches!(panel.list, List::Unknown(_)) {
                panel.put(List::Waiting);
            }
        }
    }
}
