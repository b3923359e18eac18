//! What a command settled about ingesting, checked.

use crate::enrich::address::Proxies;
use crate::enrich::class::Rules;
use crate::enrich::country::GeoIp;
use crate::enrich::reduce::Reduction;
use crate::model::{Day, Zone};
use crate::parse::Format;

/// Settings of one site.
#[derive(Clone, Default)]
pub struct SiteSettings {
    /// Its name.
    pub name: String,
    /// Its hosts beside its name.
    pub hosts: Vec<String>,
    /// Globs of its logs.
    pub logs: Vec<glob::Pattern>,
    /// The format of its logs, if not found out.
    pub format: Option<Format>,
    /// Classes and exclusions.
    pub rules: Rules,
    /// Query parameters that belong to a page.
    pub query_allow: Vec<String>,
    /// What paths lose.
    pub reduction: Reduction,
}

/// Settings of an ingesting command.
pub struct Settings {
    /// The store's zone.
    pub zone: Zone,
    /// The clock, epoch seconds; `None` for the running one.
    pub now: Option<i64>,
    /// Everything goes to this site.
    pub site: Option<String>,
    /// The format of all inputs, if not found out.
    pub format: Option<Format>,
    /// Configured sites.
    pub sites: Vec<SiteSettings>,
    /// What holds for sites that are not configured.
    pub defaults: SiteSettings,
    /// Proxies whose word about the client is believed.
    pub trusted: Proxies,
    /// Countries.
    pub geo: GeoIp,
}

impl Settings {
    /// The clock, epoch seconds.
    pub fn clock(&self) -> i64 {
        self.now.unwrap_or_else(|| chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now()).timestamp())
    }
}

/// What `import` was told.
#[derive(Clone, Debug, Default)]
pub struct ImportOptions {
    /// Read and count, write nothing.
    pub dry_run: bool,
    /// Stop at the first line that is no request.
    pub strict: bool,
    /// Name so many rejected lines of each kind instead of one.
    pub show_rejected: usize,
    /// Only lines of this day are counted, and cursors stay as they are.
    pub only: Option<Vec<Day>>,
    /// Leave out lines whose time another input covers already.
    pub skip_overlap: bool,
    /// Read at most so many uncompressed bytes of each input.
    pub max_bytes: Option<u64>,
    /// So many threads judge; as many as there are cores if not told.
    pub threads: Option<usize>,
    /// Blocks of about so many bytes, for tests.
    pub block: Option<usize>,
}
