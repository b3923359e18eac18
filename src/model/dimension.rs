//! The dimensions and metrics of reports and filters, as docs/cli names them.

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($variant:ident $text:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[allow(missing_docs)]
        pub enum $name { $($variant),* }
        impl $name {
            /// All of them, in the order of the documentation.
            pub const ALL: &[$name] = &[$($name::$variant),*];
            /// The name on the command line and in reports.
            pub fn as_str(self) -> &'static str { match self { $($name::$variant => $text),* } }
            /// The one of that name.
            pub fn parse(name: &str) -> Option<$name> { $name::ALL.iter().copied().find(|d| d.as_str() == name) }
        }
    };
}

words! {
    /// What a report can be broken down by and filtered on.
    Dimension {
        Page "page", EntryPage "entry_page", ExitPage "exit_page", Referrer "referrer", Source "source",
        Channel "channel", UtmSource "utm_source", UtmMedium "utm_medium", UtmCampaign "utm_campaign",
        Country "country", Region "region", City "city", Browser "browser", Os "os", Device "device",
        Event "event", Host "host",
        Status "status", Method "method", Class "class", Bot "bot", BotFamily "bot_family", ErrorPath "error_path",
    }
}

words! {
    /// What a report can be sorted by.
    Metric {
        Visitors "visitors", Visits "visits", PageViews "page_views", Uniques "uniques",
        BounceRate "bounce_rate", Duration "duration", ViewsPerVisit "views_per_visit", Events "events",
        Requests "requests", Bytes "bytes", P50 "p50", P95 "p95", P99 "p99",
    }
}

impl Dimension {
    /// Whether it belongs to requests (`status` and the like) and not to pages.
    pub fn is_request(self) -> bool {
        self >= Dimension::Status
    }
}

/// What a list is sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    /// The metric.
    pub metric: Metric,
    /// The smallest first.
    pub ascending: bool,
}

impl From<Metric> for Sort {
    /// The largest first.
    fn from(metric: Metric) -> Sort {
        Sort { metric, ascending: false }
    }
}
