//! How many visitors have to share something before it is told.

/// The settings of `[privacy]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Privacy {
    /// So many visitors, 2 to 50; 1 turns the rules off.
    pub k: u32,
    /// Whether every value of a visit that fewer had becomes `(rare)`.
    pub hide_rare: bool,
}

impl Default for Privacy {
    fn default() -> Privacy {
        Privacy { k: 3, hide_rare: false }
    }
}
