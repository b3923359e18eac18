//! What the store is asked for a question.

use super::model::rows::List;
use super::query::{Answer, Place, Question};
use super::queue::Turn;
use crate::error::Failure;
use crate::query::Compare;
use crate::report::{Asked, Report, ReportError, Rows, build, build_before};
use crate::store::{Reader, StoreError};

/// Answers a question, or as much of it as is still wanted.
pub fn respond(turn: &Turn<'_>, place: &mut Place, question: &Question) {
    let reader = match Reader::open_while(&place.db, place.tell, &|| turn.is_wanted()) {
        Ok(reader) => reader.with(place.keys.clone(), place.privacy),
        // Only the view is about everything that is shown.
        Err(error) => match question {
            Question::View { .. } => return turn.give(failed(error.into())),
            Question::Values(dimension, _) => return turn.give(Answer::Values(*dimension, Err(error.to_string()))),
            Question::Rows(..) => return,
        },
    };
    turn.stop_with(reader.stopper());
    // What was interrupted before it could be stopped ends here.
    if !turn.is_wanted() {
        return;
    }
    let now = (place.clock)();
    match question {
        Question::View { asked, compare, live } => {
            if place.hooks.panics {
                panic!("as a test asked for");
            }
            turn.wait(place.hooks.slow);
            view(turn, place, &reader, (asked, *compare, *live), now);
        }
        Question::Values(dimension, asked) => {
            let found = build(&reader, asked, now).map(|report| values(&report)).map_err(|error| words(error.into()).0);
            turn.give(Answer::Values(*dimension, found));
        }
        Question::Rows(digit, search, asked) => {
            if let Ok(report) = build(&reader, asked, now)
                && let Some((dimension, rows)) = report.by.first()
                && let List::Rows(rows, _) = List::new(*dimension, rows)
            {
                turn.give(Answer::Rows(*digit, search.clone(), rows));
            }
        }
    }
}

/// Names of all sites, and the first and last hour with data.
type About = (Vec<String>, Option<(i64, i64)>);
type Viewed<'a> = (&'a Asked, Option<Compare>, bool);

fn view(turn: &Turn<'_>, place: &mut Place, reader: &Reader, (asked, compare, live): Viewed<'_>, now: i64) {
    let about = || -> Result<About, StoreError> {
        let sites = reader.sites()?;
        let only = asked.site.as_ref().and_then(|name| sites.iter().find(|site| site.name == *name));
        let ids: Vec<_> = only.map(|site| site.id).into_iter().collect();
        Ok((sites.into_iter().map(|site| site.name).collect(), reader.extent(&ids)?))
    };
    let (sites, extent) = match about() {
        Ok(about) => about,
        Err(error) => return turn.give(failed(error.into())),
    };
    let by = asked.by.clone();
    let report = match build(reader, asked, now) {
        Ok(report) => report,
        Err(error @ ReportError::Store(StoreError::TooLong)) => return turn.give(failed(error.into())),
        Err(error) => return in_parts(turn, reader, asked, error, (sites, extent), now),
    };
    let told = Answer::Report { report: Box::new(report.clone()), sites, extent, is_whole: compare.is_none() };
    turn.give(told);
    if let Some(look) = place.look.as_mut().filter(|_| live && turn.is_wanted())
        && let Some(lives) = look(reader)
    {
        turn.give(Answer::Live(lives));
    }
    if let Some(compare) = compare.filter(|_| turn.is_wanted()) {
        match build_before(reader, asked, &report, compare, now, &by) {
            Ok(before) => turn.give(Answer::Before(Box::new(before))),
            Err(error) => turn.give(failed(error.into())),
        }
    }
}

/// A damaged table must not take the others with it: every list by itself.
fn in_parts(turn: &Turn<'_>, reader: &Reader, asked: &Asked, error: ReportError, (sites, extent): About, now: i64) {
    let mut whole: Option<Report> = None;
    let mut broken = Vec::new();
    for dimension in &asked.by {
        if !turn.is_wanted() {
            return;
        }
        let asked = Asked { by: vec![*dimension], ..asked.clone() };
        match (build(reader, &asked, now), &mut whole) {
            (Ok(report), None) => whole = Some(report),
            (Ok(report), Some(whole)) => whole.by.extend(report.by),
            (Err(error), _) => broken.push((*dimension, Failure::from(error))),
        }
    }
    let Some(report) = whole else { return turn.give(failed(error.into())) };
    turn.give(Answer::Report { report: Box::new(report), sites, extent, is_whole: true });
    for (dimension, failure) in broken {
        let (error, help) = words(failure);
        turn.give(Answer::PanelFailed(dimension, error, help));
    }
}

/// An error and what to do about it.
fn words(failure: Failure) -> (String, String) {
    let error = match failure.cause {
        Some(cause) => format!("{}: {cause}", failure.error),
        None => failure.error,
    };
    (error, failure.help.unwrap_or_else(|| "fathom-tui doctor says more".into()))
}

fn failed(failure: Failure) -> Answer {
    let (error, help) = words(failure);
    Answer::Failed(error, help)
}

fn values(report: &Report) -> Vec<(String, String)> {
    use crate::report::words::short;
    let Some((dimension, rows)) = report.by.first() else { return Vec::new() };
    let meaning = report.list_meaning(*dimension);
    match rows {
        Rows::Unknown(_) => Vec::new(),
        Rows::Requests(top) => top.rows.iter().map(|row| (row.value.clone(), short(row.requests))).collect(),
        Rows::Pages(top) => top.rows.iter().map(|row| (row.value.clone(), short(meaning.first(&row.sums)))).collect(),
    }
}
