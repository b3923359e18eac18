//! Questions to the store, on a thread of their own. A later question takes the
//! place of an earlier one, whose query is interrupted.

use super::model::panel::{List, Row};
use crate::error::Failure;
use crate::model::{Dimension, Live};
use crate::report::{Asked, Before, Compare, Report, ReportError, Rows, build, build_before};
use crate::store::{Reader, Stopper, StoreError, Tell};
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Who is there now, by site; `*` is all of them.
pub type Lives = Vec<(String, Live)>;
/// Looks who is there now.
pub type Look = Box<dyn FnMut(&Reader) -> Option<Lives> + Send>;
/// The clock, epoch seconds.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// An answer and the question that it is for.
#[derive(Debug)]
pub struct Answered {
    /// The number of the question.
    pub generation: u64,
    /// The answer.
    pub answer: Answer,
}

/// What the store says.
#[derive(Debug)]
pub enum Answer {
    /// The report.
    Report {
        /// Itself.
        report: Box<Report>,
        /// Names of all sites.
        sites: Vec<String>,
        /// Start of the first and the last hour with data.
        extent: Option<(i64, i64)>,
        /// Nothing more comes.
        is_whole: bool,
    },
    /// What the report is compared with.
    Before(Box<Before>),
    /// Rows of a panel that have a text.
    Rows(u8, String, Vec<Row>),
    /// Values of a dimension and their number.
    Values(Dimension, Vec<(String, String)>),
    /// Who is there now.
    Live(Lives),
    /// One list could not be read: why, and what to do.
    PanelFailed(Dimension, String, String),
    /// Nothing could be read: why, and what to do.
    Failed(String, String),
}

/// What is asked.
#[derive(Clone, Debug)]
pub enum Question {
    /// Everything that the view shows.
    View {
        /// The report.
        asked: Box<Asked>,
        /// What it is compared with.
        compare: Option<Compare>,
        /// Whether to look who is there now.
        live: bool,
    },
    /// The values of a dimension.
    Values(Dimension, Box<Asked>),
    /// Rows of a panel that have a text.
    Rows(u8, String, Box<Asked>),
}

impl Question {
    fn is_like(&self, other: &Question) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

/// What tests ask for.
#[derive(Clone, Debug, Default)]
pub struct Hooks {
    /// Every question of the view takes so long.
    pub slow: Duration,
    /// The worker has a bug.
    pub panics: bool,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<(u64, Question)>,
    running: Option<Running>,
    is_over: bool,
}

struct Running {
    is_view: bool,
    is_cancelled: bool,
    stopper: Option<Stopper>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    news: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the worker needs.
pub struct Place {
    /// The store's file.
    pub db: PathBuf,
    /// Whom it tells.
    pub tell: Tell,
    /// The clock.
    pub clock: Clock,
    /// Looks who is there now; nothing if somebody else does.
    pub look: Option<Look>,
    /// What tests ask for.
    pub hooks: Hooks,
    /// Is told what was asked, how long it took, and what was interrupted.
    pub log: Box<dyn Fn(&str) + Send>,
}

/// Answers questions.
pub struct Worker {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Worker {
    /// Gives its answers to `answer`.
    pub fn new(place: Place, answer: impl Fn(Answered) + Send + 'static) -> Worker {
        let shared = Arc::new(Shared::default());
        let theirs = shared.clone();
        let thread = std::thread::Builder::new().name("query".into()).spawn(move || work(&theirs, place, &answer));
        Worker { shared, thread: thread.ok() }
    }

    /// Asks. What is asked or being answered for an earlier view is dropped.
    pub fn ask(&self, generation: u64, question: Question) {
        let mut state = self.shared.lock();
        let is_view = matches!(question, Question::View { .. });
        state.waiting.retain(|(_, other)| !other.is_like(&question));
        state.waiting.push_back((generation, question));
        if let Some(running) = state.running.as_mut().filter(|running| is_view && running.is_view) {
            running.cancel();
        }
        self.shared.news.notify_all();
    }
}

impl Running {
    fn cancel(&mut self) {
        self.is_cancelled = true;
        if let Some(stopper) = &self.stopper {
            stopper.stop();
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        {
            let mut state = self.shared.lock();
            state.is_over = true;
            state.running.iter_mut().for_each(Running::cancel);
        }
        self.shared.news.notify_all();
        if let Some(thread) = self.thread.take() {
            // One that panicked has said so.
            let _ = thread.join();
        }
    }
}

fn work(shared: &Shared, mut place: Place, answer: &dyn Fn(Answered)) {
    loop {
        let (generation, question) = {
            let mut state = shared.lock();
            loop {
                if state.is_over {
                    return;
                }
                if let Some(next) = state.waiting.pop_front() {
                    let is_view = matches!(next.1, Question::View { .. });
                    state.running = Some(Running { is_view, is_cancelled: false, stopper: None });
                    break next;
                }
                state = shared.news.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
        };
        let began = Instant::now();
        (place.log)(&format!("question {generation} begins"));
        let give = |given: Answer| {
            if !is_cancelled(shared) {
                answer(Answered { generation, answer: given });
            }
        };
        // The hook of panics has told of it; the next question is answered again.
        let done = catch_unwind(AssertUnwindSafe(|| respond(shared, &mut place, &question, &give)));
        let end = match (is_cancelled(shared), &done) {
            (true, _) => "was interrupted",
            (false, Ok(())) => "was answered",
            (false, Err(_)) => "had a bug",
        };
        (place.log)(&format!("question {generation} {end} after {} ms", began.elapsed().as_millis()));
        shared.lock().running = None;
        if done.is_err() {
            place.hooks.panics = false;
            give(Answer::Failed("a bug in fathom-tui".into(), "a report of it was written".into()));
        }
    }
}

fn is_cancelled(shared: &Shared) -> bool {
    shared.lock().running.as_ref().is_some_and(|running| running.is_cancelled)
}

fn respond(shared: &Shared, place: &mut Place, question: &Question, give: &dyn Fn(Answer)) {
    let reader = match Reader::open(&place.db, place.tell) {
        Ok(reader) => reader,
        Err(error) => return give(failed(error.into())),
    };
    if let Some(running) = shared.lock().running.as_mut() {
        running.stopper = Some(reader.stopper());
    }
    let now = (place.clock)();
    match question {
        Question::View { asked, compare, live } => {
            if place.hooks.panics {
                panic!("as a test asked for");
            }
            wait(shared, place.hooks.slow);
            view(place, &reader, (asked, *compare, *live), now, give);
        }
        Question::Values(dimension, asked) => {
            if let Ok(report) = build(&reader, asked, now) {
                give(Answer::Values(*dimension, values(&report)));
            }
        }
        Question::Rows(digit, search, asked) => {
            if let Ok(report) = build(&reader, asked, now)
                && let Some((dimension, rows)) = report.by.first()
                && let List::Rows(rows, _) = List::new(*dimension, rows)
            {
                give(Answer::Rows(*digit, search.clone(), rows));
            }
        }
    }
}

/// Waits as a slow query would, until it is interrupted.
fn wait(shared: &Shared, slow: Duration) {
    let until = Instant::now() + slow;
    let mut state = shared.lock();
    while !state.running.as_ref().is_some_and(|running| running.is_cancelled) {
        let Some(left) = until.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) else { return };
        state = shared.news.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
    }
}

/// Names of all sites, and the first and last hour with data.
type About = (Vec<String>, Option<(i64, i64)>);
type Viewed<'a> = (&'a Asked, Option<Compare>, bool);

fn view(place: &mut Place, reader: &Reader, (asked, compare, live): Viewed<'_>, now: i64, give: &dyn Fn(Answer)) {
    let about = || -> Result<About, StoreError> {
        let sites = reader.sites()?;
        let only = asked.site.as_ref().and_then(|name| sites.iter().find(|site| site.name == *name));
        let ids: Vec<_> = only.map(|site| site.id).into_iter().collect();
        Ok((sites.into_iter().map(|site| site.name).collect(), reader.extent(&ids)?))
    };
    let (sites, extent) = match about() {
        Ok(about) => about,
        Err(error) => return give(failed(error.into())),
    };
    let by = asked.by.clone();
    let report = match build(reader, asked, now) {
        Ok(report) => report,
        Err(error) => return in_parts(reader, asked, error, (sites, extent), now, give),
    };
    let told = Answer::Report { report: Box::new(report.clone()), sites, extent, is_whole: compare.is_none() };
    give(told);
    if let Some(look) = place.look.as_mut().filter(|_| live)
        && let Some(lives) = look(reader)
    {
        give(Answer::Live(lives));
    }
    if let Some(compare) = compare {
        match build_before(reader, asked, &report, compare, now, &by) {
            Ok(before) => give(Answer::Before(Box::new(before))),
            Err(error) => give(failed(error.into())),
        }
    }
}

/// A damaged table must not take the others with it: every list by itself.
fn in_parts(
    reader: &Reader,
    asked: &Asked,
    error: ReportError,
    (sites, extent): About,
    now: i64,
    give: &dyn Fn(Answer),
) {
    let mut whole: Option<Report> = None;
    let mut broken = Vec::new();
    for dimension in &asked.by {
        let asked = Asked { by: vec![*dimension], ..asked.clone() };
        match (build(reader, &asked, now), &mut whole) {
            (Ok(report), None) => whole = Some(report),
            (Ok(report), Some(whole)) => whole.by.extend(report.by),
            (Err(error), _) => broken.push((*dimension, Failure::from(error))),
        }
    }
    let Some(report) = whole else { return give(failed(error.into())) };
    give(Answer::Report { report: Box::new(report), sites, extent, is_whole: true });
    for (dimension, failure) in broken {
        let (error, help) = words(failure);
        give(Answer::PanelFailed(dimension, error, help));
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
    match rows {
        Rows::Unknown => Vec::new(),
        Rows::Requests(top) => top.rows.iter().map(|row| (row.value.clone(), short(row.requests))).collect(),
        Rows::Pages(top) => {
            let count = |sums: &crate::store::PageSums| match dimension {
                Dimension::EntryPage => sums.visits,
                Dimension::ExitPage => sums.exits,
                Dimension::Page => sums.uniques,
                _ => sums.visitors,
            };
            top.rows.iter().map(|row| (row.value.clone(), short(count(&row.sums)))).collect()
        }
    }
}
