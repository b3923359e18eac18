//! The dashboard without a terminal: real stores, real answers, screens as text.

mod driver;
mod hostile;
mod keys;
mod live;
mod queue;
mod screens;
