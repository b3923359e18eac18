//! The eleven classes of docs/design.md and the counts by class.

/// What a record is; every record is exactly one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Class {
    /// A successful GET of something people look at.
    Page,
    /// Pictures, scripts, downloads, partial content.
    Asset,
    /// RSS, Atom, JSON feeds.
    Feed,
    /// 3xx but 304.
    Redirect,
    /// 4xx, and status 0.
    ClientError,
    /// 5xx.
    ServerError,
    /// Not GET, a prefetch, 1xx or from 600.
    Other,
    /// An agent that is a robot, or none at all.
    Bot,
    /// A rule of the configuration left it out.
    Excluded,
    /// More than ten minutes ahead of the clock.
    OutOfWindow,
    /// No request.
    Malformed,
}

impl Class {
    /// All classes in the order of the ledger.
    pub const ALL: [Class; 11] = [
        Class::Page,
        Class::Asset,
        Class::Feed,
        Class::Redirect,
        Class::ClientError,
        Class::ServerError,
        Class::Other,
        Class::Bot,
        Class::Excluded,
        Class::OutOfWindow,
        Class::Malformed,
    ];

    /// The name in reports and columns.
    pub fn as_str(self) -> &'static str {
        match self {
            Class::Page => "page",
            Class::Asset => "asset",
            Class::Feed => "feed",
            Class::Redirect => "redirect",
            Class::ClientError => "client_error",
            Class::ServerError => "server_error",
            Class::Other => "other",
            Class::Bot => "bot",
            Class::Excluded => "excluded",
            Class::OutOfWindow => "out_of_window",
            Class::Malformed => "malformed",
        }
    }

    /// The class of that number, as stored.
    pub fn from_index(index: u8) -> Option<Class> {
        Class::ALL.get(usize::from(index)).copied()
    }
}

/// Lines by class. The sum is the number of lines read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ledger(pub [u64; 11]);

impl Ledger {
    /// Counts `n` more lines of a class.
    pub fn add(&mut self, class: Class, n: u64) {
        self.0[class as usize] += n;
    }

    /// Adds every count of another ledger.
    pub fn merge(&mut self, other: &Ledger) {
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            *mine += theirs;
        }
    }

    /// The lines of one class.
    pub fn get(&self, class: Class) -> u64 {
        self.0[class as usize]
    }

    /// All lines.
    pub fn lines(&self) -> u64 {
        self.0.iter().sum()
    }
}
