//! What has to be asked of the store for an effect.

use super::model::Model;
use super::model::view::Chosen;
use super::query::Question;
use super::update::Effect;
use crate::model::Dimension;
use crate::query::{Filter, Op, Pattern};
use crate::query::{Period, is_known};
use crate::report::Asked;

/// So many rows of a list are loaded; a search finds the others.
const ROWS: u64 = 10_000;
/// So many rows a search finds beyond those.
const FOUND: u64 = 200;
/// So many values the filter editor offers.
const VALUES: u64 = 1_000;

/// What has to be asked of the store; nothing if the effect is another.
pub fn question(model: &Model, effect: &Effect) -> Option<Question> {
    let asked = model.view.asked(model.zone, model.now);
    match effect {
        Effect::Ask => Some(view(model, asked)),
        Effect::AskValues(dimension) => {
            let asked = Asked { by: vec![*dimension], limit: VALUES, ..asked };
            Some(Question::Values(*dimension, Box::new(asked)))
        }
        Effect::AskRows(digit, text) => rows(model, asked, *digit, text),
        _ => None,
    }
}

fn view(model: &Model, asked: Asked) -> Question {
    let mut by = model.dimensions();
    // The share of failed requests is among the headline numbers.
    by.extend(is_known(Dimension::Class, &model.view.filters).then_some(Dimension::Class));
    let sorts = model.panels.iter().filter_map(|panel| Some((panel.dimension()?, panel.sort()))).collect();
    let asked = Box::new(Asked { by, sorts, limit: ROWS, request_series: true, ..asked });
    let compare = model.view.compare.filter(|_| model.view.chosen != Chosen::Named(Period::All));
    Question::View { asked, compare, live: model.is_live && !model.is_paused }
}

/// Rows with that text, of all that there are.
fn rows(model: &Model, asked: Asked, digit: u8, text: &str) -> Option<Question> {
    let panel = model.panel(digit);
    let dimension = panel.dimension()?;
    // Those that match among the loaded ones come again.
    let limit = panel.shown.len() as u64 + FOUND;
    let mut asked = Asked { by: vec![dimension], limit, sorts: vec![(dimension, panel.sort())], ..asked };
    // Filters of both do not combine, and the visits entered or left on those pages.
    let is_of_page = asked.filters.iter().any(|filter| filter.dimension == Dimension::Page);
    let is_place = matches!(dimension, Dimension::EntryPage | Dimension::ExitPage);
    let dimension = if is_of_page && is_place { Dimension::Page } else { dimension };
    let words = text.split_whitespace();
    asked.filters.extend(words.map(|word| Filter {
        dimension,
        op: Op::Contains,
        values: vec![Pattern::literal(word)],
    }));
    Some(Question::Rows(digit, text.to_owned(), Box::new(asked)))
}
