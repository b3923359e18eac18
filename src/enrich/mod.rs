//! The third stage: what a request is and where it came from. Everything here
//! is worked out from one request; what is remembered between requests are
//! hashes and results, in memory only.
//!
//! - [`path`], [`class`], [`exclude`]: the page, and whether it is one
//! - [`reduce`]: what a path loses so that it names nobody
//! - [`address`], [`country`]: the client and where it is
//! - [`agent`], [`bot`]: browser, system, device, or which robot
//! - [`campaign`], [`referrer`], [`origin`]: where a visit came from

pub mod address;
pub mod agent;
pub mod bot;
mod bot_name;
pub mod campaign;
pub mod class;
pub mod country;
mod country_table;
mod device;
pub mod exclude;
mod memo;
pub mod origin;
pub mod path;
pub mod reduce;
pub mod referrer;
pub mod sources;

/// The path of a file of other people's data (see CONTRIBUTING), which may be
/// absent: then the test that asks is skipped, and says so.
#[cfg(test)]
pub(crate) fn test_data_path(name: &str) -> Option<std::path::PathBuf> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(name);
    if !path.exists() {
        println!("skipped: no {}", path.display());
        return None;
    }
    Some(path)
}

/// The text of such a file.
#[cfg(test)]
pub(crate) fn test_data(name: &str) -> Option<String> {
    test_data_path(name).map(|path| std::fs::read_to_string(path).unwrap())
}
