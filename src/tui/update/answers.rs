//! What answers of the store make of the model.

use super::super::model::Model;
use super::super::model::lists::EVENTS;
use super::super::model::rows::List;
use super::super::query::{Answer, Answered};
use super::{Effect, fit, menus};

/// Takes an answer; one that comes late is dropped.
pub fn answer(model: &mut Model, answered: Answered) -> Vec<Effect> {
    let is_late = answered.generation != model.data.generation;
    let mut effects = Vec::new();
    model.data.is_held = false;
    match answered.answer {
        Answer::Values(dimension, values) => menus::values(model, dimension, values),
        Answer::Live(lives) if !model.is_paused => model.data.lives = lives,
        Answer::Live(_) => {}
        // An answer to an earlier question must not replace that to a later one.
        _ if is_late => {}
        Answer::Report { report, sites, extent, is_whole } => {
            model.sites = sites;
            model.data.extent = extent;
            for panel in &mut model.panels {
                let found = report.by.iter().find(|(d, _)| panel.dimension() == Some(*d));
                if let Some((dimension, rows)) = found {
                    panel.put(List::new(*dimension, rows));
                } else if panel.digit == EVENTS {
                    panel.put(List::Rows(Vec::new(), 0));
                }
                panel.before = None;
            }
            model.data.report = Some(*report);
            model.data.before = None;
            (model.data.error, model.data.is_stale) = (None, false);
            model.data.fresh = Some(model.data.asked_at);
            if is_whole {
                model.data.asked = None;
            }
            effects.extend(search_further(model));
        }
        Answer::Before(before) => {
            for panel in &mut model.panels {
                let found = before.by.iter().find(|(d, _)| panel.dimension() == Some(*d));
                if let Some((dimension, rows)) = found
                    && let List::Rows(rows, total) = List::new(*dimension, rows)
                {
                    panel.before_is_whole = total as usize <= rows.len();
                    panel.before = Some(rows);
                }
            }
            model.data.before = Some(*before);
            model.data.asked = None;
        }
        Answer::Rows(digit, search, more) => {
            let panel = model.panel_mut(digit);
            if panel.search == search {
                panel.append(more);
            }
        }
        Answer::PanelFailed(dimension, error, help) => {
            let panels = model.panels.iter_mut().filter(|panel| panel.dimension() == Some(dimension));
            panels.for_each(|panel| panel.put(List::Failed(error.clone(), help.clone())));
        }
        Answer::Failed(error, help) => {
            model.data.asked = None;
            // What was said of a bug says more.
            if !model.toast.as_ref().is_some_and(|toast| toast.is_error) {
                model.complain(error.clone());
            }
            for panel in model.panels.iter_mut().filter(|panel| !matches!(panel.list, List::Rows(..))) {
                if !matches!(panel.list, List::Unknown(_)) {
                    panel.put(List::Failed(error.clone(), help.clone()));
                }
            }
            model.data.error = Some((error, help));
        }
    }
    fit(model);
    effects
}

/// Asks for rows beyond the loaded ones, where a panel is searched.
fn search_further(model: &Model) -> Vec<Effect> {
    let panels = model.panels.iter().filter(|panel| panel.needs_more());
    panels.map(|panel| Effect::AskRows(panel.digit, panel.search.clone())).collect()
}
