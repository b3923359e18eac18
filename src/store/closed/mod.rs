//! Closed days: what is kept of a day once its keys are gone, by the rules that leave no
//! trail in it.

mod close;
mod few;
mod pairs;
mod reduce;
mod sheet;
#[cfg(test)]
mod tests;
mod write;

pub(super) use close::WAIT;
pub use close::{Closed, Closing, Due, close_days, due_at};
pub(super) use pairs::Wanted;
pub(super) use sheet::{Carried, Rules, Sheet, Waiting, sheet};
