//! The dashboard: key → action → `update` → `view`. `update` is pure and says what
//! has to be done outside; `layout` is a function of size and model; `view` draws.
//!
//! ```text
//! input, signals ─┐                        ┌─▶ effects ─▶ query (thread, read lease)
//! answers ────────┼─▶ run ─▶ update(model) ┤                  │
//! a watch beside ─┘                        └─▶ view(model)    └─▶ answers
//! ```

mod action;
mod ask;
mod crash;
mod fit;
mod input;
mod key;
mod layout;
mod model;
mod query;
mod queue;
mod respond;
mod run;
mod terminal;
#[cfg(test)]
mod tests;
mod theme;
mod update;
mod view;
mod worker;

pub use action::Keymap;
pub use model::view::{Chosen, View};
pub use query::{Clock, Hooks, Lives, Look};
pub use run::{Options, Outside, run};
pub use terminal::decide_colour;
pub use theme::{NAMES as THEMES, Theme};
pub use update::Event;
