//! Questions and answers: filters, patterns, ranges, periods, and what filters leave
//! known. No SQL, and nothing of the command line.

mod answers;
mod filter;
mod known;
mod pattern;
mod range;

pub use answers::{Days, FEW, Few, LedgerRow, Query, RequestRow, SeriesRow, Top, TopRow, UNKNOWN};
pub use filter::{Filter, FilterError, Op};
pub use known::{Meaning, Table, Unknown, combine, is_counted, is_known, ratio, table};
pub use pattern::Pattern;
pub use range::{Compare, Interval, Period, Range, RangeError, Span};
