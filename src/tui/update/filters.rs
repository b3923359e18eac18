//! Filters: by row, by editor, and back.

use super::super::action::Action;
use super::super::model::Model;
use super::super::model::layer::{Choice, Item, Kind, Layer, Menu};
use super::super::model::names::{filter_words, property};
use super::{Effect, ask};
use crate::model::Dimension;
use crate::query::combine;
use crate::query::{Filter, Op, Pattern};

/// Filters by the selected row, or leaves it out.
pub fn add(model: &mut Model, op: Op) -> Vec<Effect> {
    let Some(panel) = model.focused() else { return super::times::drill(model) };
    let (Some(dimension), Some(row)) = (panel.dimension(), panel.row()) else {
        model.say("there is no row to filter by");
        return Vec::new();
    };
    let filter = Filter { dimension, op, values: vec![Pattern::literal(&row.value)] };
    let effects = push(model, filter);
    if let Some(panel) = model.focused().filter(|_| !effects.is_empty()) {
        // It found what it was for.
        panel.search.clear();
        panel.find();
    }
    effects
}

/// Adds a filter.
pub fn push(model: &mut Model, filter: Filter) -> Vec<Effect> {
    if let Some(why) = conflict(model, filter.dimension) {
        model.say(why);
        return Vec::new();
    }
    if model.view.filters.contains(&filter) {
        model.say(format!("{} holds already", filter_words(&filter)));
        return Vec::new();
    }
    model.save();
    // Is and is not the same value would leave nothing: the later one holds.
    let is_opposite = |other: &Filter| {
        other.dimension == filter.dimension && other.values == filter.values && other.op == opposite(filter.op)
    };
    model.view.filters.retain(|other| !is_opposite(other));
    model.view.filters.push(filter);
    ask(model)
}

fn opposite(op: Op) -> Op {
    match op {
        Op::Is => Op::IsNot,
        Op::IsNot => Op::Is,
        Op::Contains => Op::ContainsNot,
        Op::ContainsNot => Op::Contains,
    }
}

/// Why a filter of a dimension cannot be added to those that there are.
fn conflict(model: &Model, dimension: Dimension) -> Option<String> {
    let other = model.view.filters.iter().find(|filter| !combine(filter.dimension, dimension))?;
    let clear = model.keymap.label(&Action::ClearFilters);
    let (name, other) = (property(dimension), property(other.dimension));
    Some(format!("{name} and {other} do not combine: {clear} clears the filters"))
}

/// Goes back to the filters before.
pub fn undo(model: &mut Model) -> Vec<Effect> {
    if model.restore() {
        return ask(model);
    }
    match model.view.filters.pop() {
        Some(_) => ask(model),
        None => {
            model.say("there is no filter to take back");
            Vec::new()
        }
    }
}

/// Takes all filters away; undo brings them back.
pub fn clear(model: &mut Model) -> Vec<Effect> {
    if model.view.filters.is_empty() {
        model.say("there is no filter to clear");
        return Vec::new();
    }
    model.save();
    model.view.filters.clear();
    ask(model)
}

/// Takes one filter away.
pub fn remove(model: &mut Model, index: usize) -> Vec<Effect> {
    if index >= model.view.filters.len() {
        return Vec::new();
    }
    model.save();
    model.view.filters.remove(index);
    ask(model)
}

fn item(label: impl Into<String>, choice: Choice) -> Item {
    Item { label: label.into(), hint: String::new(), is_current: false, is_typed: false, choice }
}

/// Opens the editor at its first step: the property.
pub fn edit(model: &mut Model) -> Vec<Effect> {
    let all = Dimension::ALL.iter().filter(|d| **d != Dimension::Event && conflict(model, **d).is_none());
    let items = all.map(|d| item(property(*d), Choice::Property(*d))).collect();
    model.layers.push(Layer::Menu(Menu::new(Kind::Filter, "Filter by", items, true)));
    Vec::new()
}

/// The second step: the operator.
pub fn operators(model: &mut Model, dimension: Dimension) -> Vec<Effect> {
    let operators =
        [(Op::Is, "is"), (Op::IsNot, "is not"), (Op::Contains, "contains"), (Op::ContainsNot, "does not contain")];
    let items = operators.map(|(op, name)| item(name, Choice::Operator(dimension, op))).into();
    let title = format!("{} …", property(dimension));
    if let Some(Layer::Menu(menu)) = model.layers.last_mut() {
        *menu = Menu::new(Kind::Filter, title, items, true);
    }
    Vec::new()
}

/// The third: the value, of those that there are.
pub fn values(model: &mut Model, dimension: Dimension, op: Op) -> Vec<Effect> {
    let empty = Filter { dimension, op, values: vec![Pattern::literal("")] };
    let title = format!("{} …", filter_words(&empty).trim_end());
    model.layers.push(Layer::Menu(Menu::new(Kind::Values(dimension, op), title, Vec::new(), true)));
    vec![Effect::AskValues(dimension)]
}
