//! fathom-tui: visitor numbers from access logs and beacons.
//!
//! ```text
//! input ─record─▶ parse ─request─▶ enrich ─▶ anonymise ─hit─▶ sessionise ─commit─▶ store
//!                                                 present (tui, report) ◀─tables─ query
//! ```
//!
//! The data goes one way. A stage imports [`model`] only; `duckdb` appears in
//! `store` only; only `pipeline` knows all stages; presenters see the store's
//! queries and [`model`]; only `main` imports `cli`.

pub mod anonymise;
pub mod cli;
pub mod enrich;
pub mod error;
pub mod input;
pub mod model;
pub mod parse;
pub mod pipeline;
pub mod report;
pub mod sessionise;
pub mod simulate;
pub mod store;
pub mod tui;
