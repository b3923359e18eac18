//! One value built from queries, and its forms.

mod build;
mod csv;
mod json;
mod markdown;
mod text;
mod value;
pub mod words;

pub use build::{build, build_before};
pub use csv::{CsvOptions, csv};
pub use json::json;
pub use markdown::markdown;
pub use text::{Style, text};
pub use value::{Asked, Before, Report, ReportError, Rows, Totals};
