//! How much company a visitor has wherever the store keeps something of him.

/// The rule for closed days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Privacy {
    /// Fewer visitors than this are never told apart; 1: no such rule.
    pub k: u32,
    /// Whether every value of a visit that fewer than `k` visitors share is put
    /// with the rare ones, and not only those that say most.
    pub hide_rare: bool,
}

impl Privacy {
    /// The largest `k` there can be.
    pub const MOST: u32 = 50;
}

impl Default for Privacy {
    fn default() -> Privacy {
        Privacy { k: 3, hide_rare: false }
    }
}
