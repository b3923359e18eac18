//! fathom-tui: visitor numbers from access logs and beacons.
//!
//! ```text
//! input ─record─▶ parse ─request─▶ enrich ─▶ anonymise ═delivery═▶ sessionise ─segment─▶ store ─close─▶ store
//!                                                                                     (open days,     (closed days:
//!                                            present (tui, report) ◀─answers─ query ◀── sealed)         sums, pairs)
//! ```
//!
//! The data goes one way. A stage imports [`model`] only; `duckdb` appears in
//! `store` only; only `pipeline` knows all stages; presenters see [`query`] and
//! [`model`], and a store that answers; only `main` imports `cli`.

pub mod anonymise;
pub mod cli;
pub mod enrich;
pub mod error;
pub mod input;
pub mod model;
pub mod parse;
pub mod pipeline;
pub mod query;
pub mod report;
pub mod sessionise;
pub mod simulate;
pub mod store;
pub mod tui;
