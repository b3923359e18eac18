//! Which lists there are: panels, their tabs, and columns.

use crate::model::{Dimension, Metric};

/// The panels by digit, 1 to 8.
pub const PANELS: usize = 8;
/// The digit of the panel of events.
pub const EVENTS: u8 = 6;
/// The digit of the live panel.
pub const LIVE: u8 = 8;

/// Name of a panel's tab and what it lists.
pub type Tab = (&'static str, Dimension);

/// The tabs of a panel by its digit; the live panel has none.
pub fn tabs(digit: u8) -> &'static [Tab] {
    use Dimension as D;
    match digit {
        1 => &[("Pages", D::Page), ("Entry", D::EntryPage), ("Exit", D::ExitPage)],
        2 => &[
            ("Sources", D::Source),
            ("Referrers", D::Referrer),
            ("Channels", D::Channel),
            ("Campaigns", D::UtmCampaign),
        ],
        3 => &[("Countries", D::Country), ("Regions", D::Region), ("Cities", D::City)],
        4 => &[("Browsers", D::Browser), ("Systems", D::Os), ("Devices", D::Device)],
        5 => &[("Status", D::Status), ("Methods", D::Method), ("Error paths", D::ErrorPath)],
        6 => &[("Events", D::Event)],
        7 => &[("Bot families", D::BotFamily), ("Bots", D::Bot)],
        _ => &[],
    }
}

/// The columns of a list, the usual order first.
pub fn columns(dimension: Dimension) -> &'static [Metric] {
    use Metric as M;
    match dimension {
        Dimension::EntryPage => &[M::Visits, M::BounceRate],
        Dimension::ExitPage => &[M::Visits],
        Dimension::Event => &[M::Events, M::Visitors],
        Dimension::ErrorPath => &[M::Requests, M::Bytes],
        d if d.is_request() => &[M::Requests, M::Bytes, M::P50, M::P95, M::P99],
        _ => &[M::Visitors, M::PageViews, M::Visits, M::BounceRate, M::Duration],
    }
}

/// The head of a column, and its name in the sort menu.
pub fn head(dimension: Dimension, metric: Metric) -> (&'static str, &'static str) {
    match (dimension, metric) {
        (Dimension::EntryPage | Dimension::Page, Metric::Visits) => ("ENTRIES", "entries"),
        (Dimension::ExitPage, _) => ("EXITS", "exits"),
        (_, Metric::Visitors) => ("VIS", "visitors"),
        (_, Metric::Visits) => ("VISITS", "visits"),
        (_, Metric::PageViews) => ("VIEWS", "page views"),
        (_, Metric::Uniques) => ("UNIQUE", "unique visitors"),
        (_, Metric::BounceRate) => ("BOUNCE", "bounce rate"),
        (_, Metric::Duration) => ("TIME", "time on page"),
        (_, Metric::ViewsPerVisit) => ("V/VISIT", "views a visit"),
        (_, Metric::Events) => ("EVENTS", "events"),
        (_, Metric::Requests) => ("HITS", "requests"),
        (_, Metric::Bytes) => ("BYTES", "bytes"),
        (_, Metric::P50) => ("P50", "median time"),
        (_, Metric::P95) => ("P95", "95th percentile of time"),
        (_, Metric::P99) => ("P99", "99th percentile of time"),
    }
}
