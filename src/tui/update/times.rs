//! Ranges, intervals, comparison.

use super::super::action::Action;
use super::super::model::Model;
use super::super::model::typed::read_range;
use super::super::model::view::{Chosen, words};
use super::{Effect, ask};
use crate::query::{Compare, Interval, Period};

/// Another range.
pub fn range(model: &mut Model, action: Action) -> Vec<Effect> {
    match action {
        Action::SetPeriod(period) => choose(model, Chosen::Named(period)),
        Action::SetRange(text) => match read_range(&text, model.zone, model.now) {
            Ok(chosen) => choose(model, chosen),
            Err(error) => {
                model.complain(error);
                Vec::new()
            }
        },
        _ => Vec::new(),
    }
}

/// Chooses a range. An interval that was set stays if it makes sense of it.
pub fn choose(model: &mut Model, chosen: Chosen) -> Vec<Effect> {
    (model.view.chosen, model.view.back, model.chart.at) = (chosen, 0, None);
    model.view.interval = None;
    ask(model)
}

/// Goes into the step under the crosshair.
pub fn drill(model: &mut Model) -> Vec<Effect> {
    let step = model.chart.at.zip(model.data.report.as_ref()).and_then(|(at, report)| {
        let start = report.series.get(at)?.0;
        let end = report.series.get(at + 1).map_or(report.range.to, |(next, _)| *next);
        Some((report.interval, start, end))
    });
    match step {
        None => model.say("choose a point of the chart with ← and →"),
        Some((_, start, end)) if model.range().is_some_and(|range| (range.from, range.to) == (start, end)) => {
            model.say("this is all of it: an hour is the smallest step");
        }
        Some((interval, start, end)) => {
            let day = |at: i64| model.zone.day(at).date();
            let step = match interval {
                Interval::Hour => Chosen::Hours(start, end),
                _ => Chosen::Days(day(start), day(end - 1)),
            };
            // Undo leads out of it.
            model.save_range();
            return choose(model, step);
        }
    }
    Vec::new()
}

/// Goes to the period before, or the next.
pub fn shift(model: &mut Model, earlier: bool) -> Vec<Effect> {
    let (zone, now) = (model.zone, model.now);
    let name = match &model.view.chosen {
        Chosen::Named(period) => words(*period).to_lowercase(),
        _ => "this range".into(),
    };
    if !earlier {
        let at_end = match model.view.chosen {
            // Typed days may have later ones before today.
            Chosen::Days(_, last) if model.view.back == 0 => {
                let today = zone.day(now).date();
                if last < today {
                    let Chosen::Days(first, last) = model.view.chosen else { return Vec::new() };
                    let length = chrono::TimeDelta::days((last - first).num_days() + 1);
                    (model.view.chosen, model.chart.at) = (Chosen::Days(first + length, last + length), None);
                    return ask(model);
                }
                true
            }
            Chosen::Hours(from, to) if model.view.back == 0 => {
                if to <= now {
                    (model.view.chosen, model.chart.at) = (Chosen::Hours(to, to + (to - from)), None);
                    return ask(model);
                }
                true
            }
            _ => model.view.back == 0,
        };
        if at_end {
            model.say("this is the latest: there is nothing after now");
            return Vec::new();
        }
        (model.view.back, model.chart.at) = (model.view.back - 1, None);
        return ask(model);
    }
    let Some(range) = model.view.range(zone, now, model.view.back + 1) else {
        model.say(format!("there is no period before {name}"));
        return Vec::new();
    };
    match model.data.extent {
        Some((first, _)) if range.to <= first => {
            let begin = zone.day(first).date();
            model.say(format!("no data before {}", super::super::model::view::date(begin, zone.day(now).date())));
            Vec::new()
        }
        _ => {
            (model.view.back, model.chart.at) = (model.view.back + 1, None);
            ask(model)
        }
    }
}

/// Another step of the chart.
pub fn interval(model: &mut Model, action: Action) -> Vec<Effect> {
    let Some(range) = model.range() else { return Vec::new() };
    let usual = range.interval();
    let fits = |interval: &Interval| {
        // A chart of thousands of points, or of one, shows nothing.
        let hours = match interval {
            Interval::Hour => 1,
            Interval::Day => 24,
            Interval::Week => 7 * 24,
            Interval::Month => 30 * 24,
        };
        *interval == usual || (2..=800).contains(&((range.to - range.from) / 3600 / hours))
    };
    let fitting: Vec<Interval> = Interval::ALL.iter().copied().filter(fits).collect();
    let wanted = match action {
        Action::SetInterval(interval) => interval,
        _ => {
            let now = model.view.interval.unwrap_or(usual);
            let at = fitting.iter().position(|interval| *interval == now).unwrap_or(0);
            Some(fitting[(at + 1) % fitting.len()])
        }
    };
    if let Some(wanted) = wanted.filter(|wanted| !fitting.contains(wanted)) {
        model.say(format!("by {} does not suit this range", wanted.as_str()));
        return Vec::new();
    }
    if wanted == model.view.interval || (fitting.len() == 1 && wanted == Some(usual)) {
        model.say(format!("by {} is what suits this range", usual.as_str()));
        return Vec::new();
    }
    (model.view.interval, model.chart.at) = (wanted, None);
    ask(model)
}

/// With or without comparison.
pub fn compare(model: &mut Model, action: Action) -> Vec<Effect> {
    if model.view.chosen == Chosen::Named(Period::All) && !matches!(action, Action::CompareWith(None)) {
        model.say("compare is off for all time: there is nothing before it");
        return Vec::new();
    }
    model.view.compare = match (action, model.view.compare) {
        (Action::CompareWith(compare), _) => compare,
        (_, None) => Some(Compare::Previous),
        (_, Some(_)) => None,
    };
    match (model.view.compare, model.range()) {
        (Some(compare), Some(range)) => {
            let before = range.compared(compare, model.zone, model.now, false);
            model.say(format!("compared with {}", model.dates(&before)));
        }
        _ => model.say("not compared"),
    }
    ask(model)
}
