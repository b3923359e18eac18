//! A page request after anonymisation. No field can hold an address or a
//! user agent: that is the point of the type.

use super::{Day, RowKey};

/// Half of an HMAC-SHA-256: meaningless once the day's salt is gone.
pub type Hash = [u8; 16];

/// A page request of which only hashes and reduced dimensions are left.
#[derive(Clone, Copy, Debug)]
pub struct Hit {
    /// Which of the batch's inputs it came from.
    pub input: u32,
    /// Seconds since 1970 in UTC.
    pub time: u32,
    /// The local day of `time`.
    pub day: Day,
    /// Seen today: first half of the visitor's hash.
    pub visitor: Hash,
    /// Names the open visit: second half of the visitor's hash.
    pub visit: Hash,
    /// Seen on this page today.
    pub page: Hash,
    /// The row it counts on if it begins a visit.
    pub row: RowKey,
}
