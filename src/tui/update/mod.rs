//! What an event makes of the model. Nothing is read or written here: what has to
//! be done outside is returned.

mod answers;
mod filters;
mod keys;
mod menus;
mod moves;
mod pointer;
mod times;

use super::action::Action;
use super::key::Key;
use super::model::layer::Layer;
use super::model::lists::{PANELS, head};
use super::model::rows::List;
use super::model::{Focus, METRICS, Model};
use super::query::{Answered, Lives};
use crate::model::{Dimension, Sort};
use crate::query::is_counted;

/// What has to be done outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Ask the store for what the view says.
    Ask,
    /// Ask for the values of a dimension, for the filter editor.
    AskValues(Dimension),
    /// Ask for the rows of a panel that have a text.
    AskRows(u8, String),
    /// Draw everything anew.
    Redraw,
    /// Stop until the shell lets us go on.
    Suspend,
    /// End with that exit code.
    End(u8),
}

/// What happened.
#[derive(Debug)]
pub enum Event {
    /// A key.
    Key(Key),
    /// A text was pasted.
    Paste(String),
    /// The pointer's button went down at a column and row.
    Press(u16, u16),
    /// The wheel turned there, down or up.
    Wheel(u16, u16, bool),
    /// The terminal has another size.
    Resize(u16, u16),
    /// The store answered.
    Answer(Box<Answered>),
    /// Who is there now, by a watching thread: what it committed is in the store.
    Committed(Option<Lives>),
    /// Something to say.
    Say(String),
    /// The store is waited for: who holds it.
    Waits(String),
    /// A signal that ends the program.
    Signal(u8),
    /// The watching thread has ended.
    Ended,
    /// A part of the program had a bug at that place, and the rest goes on.
    Bug(String),
    /// Somebody wants the program to stop.
    Stop,
    /// The program was stopped and goes on.
    Resumed,
    /// Time passed.
    Tick,
}

/// Takes an event into the model.
pub fn update(model: &mut Model, event: Event) -> Vec<Effect> {
    match event {
        Event::Key(key) => keys::key(model, key),
        Event::Paste(text) => keys::paste(model, &text),
        Event::Press(x, y) => pointer::press(model, x, y),
        Event::Wheel(x, y, is_down) => pointer::wheel(model, x, y, is_down),
        Event::Resize(w, h) => {
            model.size = (w, h);
            fit(model);
            vec![Effect::Redraw]
        }
        Event::Answer(answered) => answers::answer(model, *answered),
        Event::Committed(lives) => {
            if let Some(lives) = lives.filter(|_| !model.is_paused) {
                model.data.lives = lives;
            }
            Vec::new()
        }
        Event::Say(text) => {
            model.say(text);
            Vec::new()
        }
        Event::Waits(text) => {
            model.data.is_held = true;
            model.say(text);
            Vec::new()
        }
        Event::Bug(place) => {
            model.complain(format!("a bug at {place}; the rest goes on"));
            Vec::new()
        }
        Event::Signal(number) => vec![Effect::End(128 + number)],
        Event::Ended => vec![Effect::End(0)],
        Event::Stop => vec![Effect::Suspend],
        Event::Resumed => vec![Effect::Redraw],
        Event::Tick => {
            if model.toast.as_ref().is_some_and(|toast| toast.until <= model.clock) {
                model.toast = None;
            }
            Vec::new()
        }
    }
}

/// Runs an action.
pub fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    use Action as A;
    match action {
        A::Quit => vec![Effect::End(0)],
        A::Interrupt => vec![Effect::End(130)],
        A::Suspend => vec![Effect::Suspend],
        A::Redraw => vec![Effect::Redraw],
        A::Refresh => ask(model),
        A::Help | A::Palette | A::SortMenu | A::TimeMenu | A::Sites | A::CustomRange => menus::open(model, action),
        A::Panel(digit) => moves::focus(model, Focus::Panel(digit.clamp(1, PANELS as u8))),
        A::FocusChart => moves::focus(model, Focus::Chart),
        A::NextPanel | A::PreviousPanel => moves::turn(model, action == A::NextPanel),
        A::Left | A::Right => moves::sideways(model, action == A::Right),
        A::Down | A::Up | A::Top | A::Bottom | A::PageDown | A::PageUp | A::HalfDown | A::HalfUp => {
            moves::rows(model, &action)
        }
        A::NextTab | A::PreviousTab => moves::tab(model, action == A::NextTab),
        A::FilterBy => filters::add(model, crate::query::Op::Is),
        A::Exclude => filters::add(model, crate::query::Op::IsNot),
        A::EditFilter => filters::edit(model),
        A::Undo => filters::undo(model),
        A::ClearFilters => filters::clear(model),
        A::RemoveFilter(index) => filters::remove(model, index),
        A::Back => keys::back(model),
        A::Search => keys::search(model),
        A::Zoom => zoom(model),
        A::SortBy(metric) => sort(model, |_| metric.into()),
        A::Reverse => sort(model, |sort| Sort { ascending: !sort.ascending, ..sort }),
        A::NextMetric => next_metric(model),
        A::NextView => {
            model.chart.bars = !model.chart.bars;
            Vec::new()
        }
        A::NextInterval | A::SetInterval(_) => times::interval(model, action),
        A::ToggleCompare | A::CompareWith(_) => times::compare(model, action),
        A::Earlier | A::Later => times::shift(model, action == A::Earlier),
        A::SetPeriod(_) | A::SetRange(_) => times::range(model, action),
        A::Pause => pause(model),
        A::SetSite(site) => {
            (model.view.site, model.chart.at) = (site, None);
            model.history.clear();
            model.view.filters.clear();
            ask(model)
        }
    }
}

/// Asks the store for what the view says now.
pub fn ask(model: &mut Model) -> Vec<Effect> {
    model.unsettle();
    renew(model)
}

/// Asks for what is new; what is shown stays as it is meanwhile.
pub fn renew(model: &mut Model) -> Vec<Effect> {
    model.data.generation += 1;
    (model.data.asked, model.data.asked_at) = (Some(model.clock), model.now);
    vec![Effect::Ask]
}

/// Makes scrolling fit the size.
pub fn fit(model: &mut Model) {
    let layout = super::layout::layout(model);
    for (digit, area) in &layout.panels {
        let panel = model.panel_mut(*digit);
        panel.page = usize::from(area.height.saturating_sub(3)).max(1);
        panel.follow();
    }
}

fn zoom(model: &mut Model) -> Vec<Effect> {
    if let Some(at) = model.layers.iter().position(|layer| matches!(layer, Layer::Zoom)) {
        model.layers.remove(at);
    } else if model.focus == Focus::Chart {
        model.say("a panel can be zoomed: choose one with Tab or its digit");
    } else {
        model.layers.push(Layer::Zoom);
    }
    fit(model);
    Vec::new()
}

fn sort(model: &mut Model, how: impl Fn(Sort) -> Sort) -> Vec<Effect> {
    let Some(panel) = model.focused().filter(|panel| panel.dimension().is_some()) else {
        model.say("only a list can be sorted");
        return Vec::new();
    };
    if matches!(panel.list, List::Unknown(_)) {
        model.say("nothing to sort: it is not known under these filters");
        return Vec::new();
    }
    let sort = how(panel.sort());
    panel.sort_by(sort);
    let dimension = panel.dimension().unwrap_or(Dimension::Page);
    let order = if sort.ascending { "least first" } else { "most first" };
    let (_, name) = head(dimension, sort.metric);
    model.say(format!("sorted by {name}, {order}"));
    ask(model)
}

fn next_metric(model: &mut Model) -> Vec<Effect> {
    let at = METRICS.iter().position(|metric| *metric == model.metric()).unwrap_or(0);
    let others = METRICS.iter().cycle().skip(at + 1).take(METRICS.len());
    let next = others.copied().find(|metric| is_counted(*metric, &model.view.filters));
    model.chart.metric = next.unwrap_or(model.chart.metric);
    Vec::new()
}

fn pause(model: &mut Model) -> Vec<Effect> {
    if !model.is_live {
        model.say("nothing to pause: --no-live asks the store only when you do");
        return Vec::new();
    }
    model.is_paused = !model.is_paused;
    if model.is_paused { Vec::new() } else { ask(model) }
}
