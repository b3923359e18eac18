//! The tables of closed days, each with its column of time.

/// Tables by day.
pub(super) const BY_DAY: [&str; 6] = ["visit_sums", "page_sums", "pairs", "request_days", "error_days", "latency_days"];
/// Tables by local hour: the column is `bucket`, its start.
pub(super) const BY_HOUR: [&str; 4] = ["hours", "request_hours", "latency_hours", "ledger"];

/// All of them.
pub(super) fn closed() -> impl Iterator<Item = &'static str> {
    BY_DAY.into_iter().chain(BY_HOUR)
}
