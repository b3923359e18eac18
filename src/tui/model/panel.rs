//! Panels, and where one is in them.

use super::lists::{columns, tabs};
use super::rows::{List, Row};
use crate::model::{Dimension, Metric, Sort};
use crate::query::Meaning;

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
        self.meaning.hides(metric)
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
