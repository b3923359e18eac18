//! Where the focus and the selection go.

use super::super::action::Action;
use super::super::layout::layout;
use super::super::model::lists::tabs;
use super::super::model::{Focus, Model};
use super::{Effect, ask, fit};

/// Gives the focus to a panel or the chart.
pub fn focus(model: &mut Model, focus: Focus) -> Vec<Effect> {
    if let Focus::Panel(digit) = focus
        && !model.slots.contains(&digit)
    {
        // On a small screen it takes the place of the panel without the focus.
        let stays = model.slots.iter().position(|slot| model.focus == Focus::Panel(*slot)).unwrap_or(0);
        model.slots[1 - stays] = digit;
        model.slots.sort_unstable();
    }
    model.focus = focus;
    if focus == Focus::Chart {
        model.layers.retain(|layer| !matches!(layer, super::Layer::Zoom));
    }
    fit(model);
    Vec::new()
}

/// Goes to the next panel or the one before; the chart comes after the last.
pub fn turn(model: &mut Model, forward: bool) -> Vec<Effect> {
    let visible = layout(model);
    let has_chart = visible.chart.is_some() && model.zoomed().is_none();
    let mut stops: Vec<Focus> = (1..=model.panels.len() as u8).map(Focus::Panel).collect();
    stops.extend(has_chart.then_some(Focus::Chart));
    let at = stops.iter().position(|stop| *stop == model.focus).unwrap_or(0);
    let step = if forward { 1 } else { stops.len() - 1 };
    focus(model, stops[(at + step) % stops.len()])
}

/// Left and right: on the chart the crosshair, else the panel beside.
pub fn sideways(model: &mut Model, right: bool) -> Vec<Effect> {
    let Focus::Panel(digit) = model.focus else {
        return crosshair(model, |at, last| match (at, right) {
            (None, true) => 0,
            (None, false) => last,
            (Some(at), true) => at + 1,
            (Some(at), false) => at.saturating_sub(1),
        });
    };
    let layout = layout(model);
    let Some((_, from)) = layout.panels.iter().find(|(d, _)| *d == digit) else { return Vec::new() };
    let middle = |r: &super::super::layout::Area| {
        (i32::from(r.x) + i32::from(r.width) / 2, i32::from(r.y) + i32::from(r.height) / 2)
    };
    let (x, y) = middle(from);
    let beside = layout.panels.iter().filter(|(_, area)| {
        let (other, _) = middle(area);
        area.y < from.y + from.height && from.y < area.y + area.height && if right { other > x } else { other < x }
    });
    let nearest = beside.min_by_key(|(_, area)| {
        let (other_x, other_y) = middle(area);
        ((other_x - x).abs(), (other_y - y).abs())
    });
    match nearest {
        Some((digit, _)) => focus(model, Focus::Panel(*digit)),
        None => Vec::new(),
    }
}

/// Moves the crosshair to where `to` says, of where it is and the last point.
fn crosshair(model: &mut Model, to: impl Fn(Option<usize>, usize) -> usize) -> Vec<Effect> {
    let Some(report) = &model.data.report else {
        model.say("the chart has no data yet");
        return Vec::new();
    };
    // What is still to come has no values.
    let now = report.series.iter().rposition(|(start, _)| *start <= model.now).unwrap_or(0);
    let last = report.series.len().saturating_sub(1).min(now);
    model.chart.at = Some(to(model.chart.at, last).min(last));
    Vec::new()
}

/// Moves among the rows of the focused panel.
pub fn rows(model: &mut Model, action: &Action) -> Vec<Effect> {
    let Some(panel) = model.focused() else {
        return match action {
            Action::Top => crosshair(model, |_, _| 0),
            Action::Bottom => crosshair(model, |_, last| last),
            // From the chart down to the panels.
            Action::Down | Action::PageDown | Action::HalfDown => focus(model, Focus::Panel(model.slots[0])),
            _ => Vec::new(),
        };
    };
    let (at, page) = (panel.at, panel.page.max(1));
    panel.go(match action {
        Action::Down => at + 1,
        Action::Up => at.saturating_sub(1),
        Action::Top => 0,
        Action::Bottom => usize::MAX - 1,
        Action::PageDown => at + page,
        Action::PageUp => at.saturating_sub(page),
        Action::HalfDown => at + page.div_ceil(2),
        _ => at.saturating_sub(page.div_ceil(2)),
    });
    Vec::new()
}

/// Goes to another tab of the focused panel.
pub fn tab(model: &mut Model, next: bool) -> Vec<Effect> {
    let Some(panel) = model.focused() else {
        model.say("the chart has no tabs: m shows another metric");
        return Vec::new();
    };
    let count = tabs(panel.digit).len();
    if count < 2 {
        model.say("this panel has one tab only");
        return Vec::new();
    }
    panel.tab = (panel.tab + if next { 1 } else { count - 1 }) % count;
    panel.search.clear();
    (panel.selected, panel.before) = (None, None);
    panel.put(super::List::Waiting);
    ask(model)
}
