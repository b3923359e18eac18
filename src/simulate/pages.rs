//! The site: its pages in order of popularity, its assets and feeds.

use super::chance::{Random, Zipf};
use super::line::decimal;

/// The pages every product's site has, most read first.
#[rustfmt::skip]
const FRONT: &[&str] = &[
    "/", "/blog", "/docs", "/pricing", "/blog/we-deleted-half-our-servers", "/changelog",
    "/docs/install", "/docs/quick-start", "/features", "/about", "/blog/postgres-is-enough",
    "/docs/configuration", "/download", "/docs/api", "/docs/cli", "/contact", "/compare",
    "/docs/faq", "/customers", "/privacy", "/docs/docker", "/jobs", "/docs/import", "/security",
    "/blog/caf%C3%A9-wifi-and-tcp", "/docs/upgrade", "/terms", "/docs/backup", "/integrations",
    "/login", "/signup", "/status", "/docs/api/events", "/docs/api/sites", "/imprint", "/press",
    "/roadmap", "/community", "/docs/glossary", "/search",
];
#[rustfmt::skip]
const TOPICS: &[&str] = &[
    "sqlite", "caching", "dns", "queues", "backups", "feature-flags", "on-call", "http-3", "logs",
    "time-zones", "unicode", "containers", "migrations", "rate-limits", "webhooks", "search",
    "passwords", "load-tests", "latency", "open-source",
];
#[rustfmt::skip]
const TITLES: &[&str] = &[
    "/blog/notes-on-", "/docs/guides/", "/blog/why-we-changed-", "/blog/tags/", "/blog/a-year-of-",
    "/docs/reference/", "/blog/what-nobody-says-about-", "/blog/2023/learning-", "/blog/debugging-",
    "/docs/examples/", "/blog/2022/the-cost-of-", "/blog/2021/small-", "/help/",
];
/// Path, size, content type. A first view asks for the first ones.
#[rustfmt::skip]
pub(super) const ASSETS: &[(&str, u32, &str)] = &[
    ("/assets/app.3f9a1c27.css", 18_344, "text/css; charset=utf-8"),
    ("/assets/app.b81e40d5.js", 64_120, "text/javascript; charset=utf-8"),
    ("/assets/fonts/inter-var.woff2", 48_256, "font/woff2"),
    ("/assets/logo.svg", 2_310, "image/svg+xml"),
    ("/favicon.ico", 4_286, "image/x-icon"),
    ("/assets/img/hero.webp", 91_442, "image/webp"),
    ("/assets/fonts/plex-mono.woff2", 31_980, "font/woff2"),
    ("/assets/img/screenshot.png", 148_702, "image/png"),
    ("/assets/vendor.9c2d77e0.js", 112_875, "text/javascript; charset=utf-8"),
    ("/assets/img/team.jpg", 84_115, "image/jpeg"),
    ("/assets/img/diagram-2.png", 57_208, "image/png"),
    ("/assets/print.51bb0a9e.css", 1_902, "text/css; charset=utf-8"),
    ("/assets/search.e07c3d12.js", 9_433, "text/javascript; charset=utf-8"),
    ("/apple-touch-icon.png", 6_011, "image/png"),
    ("/assets/img/chart.avif", 22_760, "image/avif"),
];
/// The feeds, most read first.
pub(super) const FEEDS: &[&str] = &["/feed.xml", "/feed.xml", "/index.xml", "/rss.xml"];

/// The pages by rank; those beyond the known ones have a made-up name.
#[derive(Debug)]
pub(super) struct Pages {
    known: Vec<String>,
    law: Zipf,
    count: u32,
}

impl Pages {
    /// `count` pages, or the known 300.
    pub(super) fn new(count: Option<u64>) -> Pages {
        let titles = TITLES.iter().flat_map(|title| {
            let name = move |topic: &&str| format!("{title}{topic}");
            TOPICS.iter().map(name)
        });
        let front = FRONT.iter().map(|&path| String::from(path));
        let known: Vec<String> = front.chain(titles).collect();
        let count = count.unwrap_or(known.len() as u64);
        let count = count.clamp(1, 1 << 30) as u32;
        let law = Zipf::new(count);
        Pages { known, law, count }
    }

    /// A page as a reader coming from outside chooses it, or from `here`.
    pub(super) fn pick(&self, here: Option<u32>, random: &mut Random) -> u32 {
        let page = self.law.pick(random);
        if Some(page) == here {
            return (page + 1) % self.count;
        }
        page
    }

    pub(super) fn write(&self, page: u32, out: &mut Vec<u8>) {
        if let Some(path) = self.known.get(page as usize) {
            out.extend_from_slice(path.as_bytes());
            return;
        }
        let topic = TOPICS[page as usize % TOPICS.len()];
        out.extend_from_slice(b"/archive/");
        out.extend_from_slice(topic.as_bytes());
        out.push(b'-');
        decimal(u64::from(page), out);
    }

    /// The size of a page in bytes, compressed.
    pub(super) fn size(page: u32) -> u32 {
        3_000 + page.wrapping_mul(2_654_435_761) % 21_000
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn three_hundred_pages_all_different() {
        let pages = Pages::new(None);
        let names: HashSet<&String> = pages.known.iter().collect();
        assert_eq!(names.len(), 300);
        assert_eq!(pages.known.len(), 300);
    }

    #[test]
    fn a_page_beyond_the_known_ones_has_a_name() {
        let (pages, mut path) = (Pages::new(Some(1_000_000)), Vec::new());
        pages.write(999_999, &mut path);
        assert_eq!(path, b"/archive/open-source-999999");
    }
}
