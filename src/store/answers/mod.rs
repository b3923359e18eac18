//! Answers: closed days by SQL, open ones from memory by the same rules, joined by text.

mod closed;
mod lists;
mod open;
mod overview;
mod requests;
mod tally;

pub use overview::Overview;
pub use requests::Requests;
