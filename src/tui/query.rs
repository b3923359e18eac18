//! Questions to the store and their answers.

use super::model::rows::Row;
use crate::model::{Dimension, Keys, Live, Privacy};
use crate::query::Compare;
use crate::report::{Asked, Before, Report};
use crate::store::{Reader, Tell};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

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
    /// Values of a dimension and their number, or why there are none.
    Values(Dimension, Result<Vec<(String, String)>, String>),
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
    /// Whether nobody needs the answer to an earlier one any more.
    pub fn replaces(&self, earlier: &Question) -> bool {
        match (self, earlier) {
            // What the panels are searched for is asked again after the view.
            (Question::View { .. }, Question::View { .. } | Question::Rows(..)) => true,
            (Question::Values(..), Question::Values(..)) => true,
            (Question::Rows(digit, ..), Question::Rows(other, ..)) => digit == other,
            _ => false,
        }
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

/// What the worker needs.
pub struct Place {
    /// The store's file.
    pub db: PathBuf,
    /// What opens open days.
    pub keys: Arc<dyn Keys>,
    /// The rules by which they answer.
    pub privacy: Privacy,
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
