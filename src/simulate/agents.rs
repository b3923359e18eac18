//! The browsers of readers: agent strings as browsers of 2026 send them.

use super::chance::{Random, Weighted};

const CHROME: &[&str] = &["148", "148", "148", "147", "147", "146", "144", "139"];
const EDGE: &[&str] = &["148", "148", "147", "145"];
const FIREFOX: &[&str] = &["151", "151", "150", "149", "140"];
const SAFARI: &[&str] = &["26.4", "26.4", "26.3", "26.1", "18.6"];
const SAFARI_OLD: &[&str] = &["18.5", "18.3", "17.6", "16.6"];
const SAMSUNG: &[&str] = &["29.0", "28.0", "27.0"];
const OPERA: &[&str] = &["131", "130", "128"];
const WEBVIEW: &[&str] = &["148.0.7778.96", "147.0.7727.55", "146.0.7680.119"];
const ONE: &[&str] = &[""];

/// Weight, versions, agent string with `$` where the version stands.
type Browser = (u32, &'static [&'static str], &'static str);

#[rustfmt::skip]
const BROWSERS: &[Browser] = &[
    (220, CHROME, "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/$.0.0.0 Safari/537.36"),
    (130, CHROME, "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/$.0.0.0 Safari/537.36"),
    (50, CHROME, "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/$.0.0.0 Safari/537.36"),
    (6, CHROME, "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/$.0.0.0 Safari/537.36"),
    (150, CHROME, "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/$.0.0.0 Mobile Safari/537.36"),
    (10, CHROME, "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/$.0.0.0 Safari/537.36"),
    (3, CHROME, "Mozilla/5.0 (Linux; Android 13; SM-X200) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/$.0.0.0 Safari/537.36"),
    (3, ONE, "Mozilla/5.0 (Windows NT 6.1; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/109.0.0.0 Safari/537.36"),
    (14, CHROME, "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/$.0.7778.60 Mobile/15E148 Safari/604.1"),
    (2, CHROME, "Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/$.0.7778.60 Mobile/15E148 Safari/604.1"),
    (120, SAFARI, "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/$ Mobile/15E148 Safari/604.1"),
    (20, SAFARI_OLD, "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/$ Mobile/15E148 Safari/604.1"),
    (6, ONE, "Mozilla/5.0 (iPhone; CPU iPhone OS 15_8 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/15.6.6 Mobile/15E148 Safari/604.1"),
    (12, SAFARI_OLD, "Mozilla/5.0 (iPad; CPU OS 17_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/$ Mobile/15E148 Safari/604.1"),
    (80, SAFARI, "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/$ Safari/605.1.15"),
    (16, SAFARI_OLD, "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/$ Safari/605.1.15"),
    (60, FIREFOX, "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:$.0) Gecko/20100101 Firefox/$.0"),
    (40, FIREFOX, "Mozilla/5.0 (X11; Linux x86_64; rv:$.0) Gecko/20100101 Firefox/$.0"),
    (14, FIREFOX, "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:$.0) Gecko/20100101 Firefox/$.0"),
    (4, FIREFOX, "Mozilla/5.0 (X11; Fedora; Linux x86_64; rv:$.0) Gecko/20100101 Firefox/$.0"),
    (34, FIREFOX, "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:$.0) Gecko/20100101 Firefox/$.0"),
    (16, FIREFOX, "Mozilla/5.0 (Android 15; Mobile; rv:$.0) Gecko/$.0 Firefox/$.0"),
    (2, ONE, "Mozilla/5.0 (Windows NT 6.1; Win64; x64; rv:115.0) Gecko/20100101 Firefox/115.0"),
    (4, FIREFOX, "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/$.0 Mobile/15E148 Safari/605.1.15"),
    (60, EDGE, "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/$.0.0.0 Safari/537.36 Edg/$.0.0.0"),
    (8, EDGE, "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/$.0.0.0 Safari/537.36 Edg/$.0.0.0"),
    (3, EDGE, "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/$.0.0.0 Mobile Safari/537.36 EdgA/$.0.0.0"),
    (24, SAMSUNG, "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/$ Chrome/136.0.0.0 Mobile Safari/537.36"),
    (2, SAMSUNG, "Mozilla/5.0 (Linux; Android 14; SAMSUNG SM-X710) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/$ Chrome/136.0.0.0 Safari/537.36"),
    (14, OPERA, "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/147.0.0.0 Safari/537.36 OPR/$.0.0.0"),
    (4, OPERA, "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/147.0.0.0 Safari/537.36 OPR/$.0.0.0"),
    (3, ONE, "Mozilla/5.0 (Linux; Android 14; 23053RN02A) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/144.0.0.0 Mobile Safari/537.36 OPR/95.0.0.0"),
    (3, ONE, "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Safari/537.36 Vivaldi/7.9.3970.41"),
    (3, ONE, "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/144.0.0.0 YaBrowser/26.3.0.0 Safari/537.36"),
    (4, WEBVIEW, "Mozilla/5.0 (Linux; Android 15; Pixel 8 Build/BP1A.250505.005; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/$ Mobile Safari/537.36"),
    (4, WEBVIEW, "Mozilla/5.0 (Linux; Android 14; SM-S921B; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/$ Mobile Safari/537.36 Instagram 420.0.0.55.74 Android"),
    (4, ONE, "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/22G86 [LinkedInApp]/9.31.6245"),
    (3, ONE, "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) GSA/410.0.880 Mobile/15E148 Safari/604.1"),
    (4, ONE, "Mozilla/5.0 (Linux; Android 15; SM-A556B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/148.0.0.0 Mobile DuckDuckGo/5 Safari/537.36"),
    (1, ONE, "Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko"),
    (1, ONE, "Mozilla/5.0 (X11; FreeBSD amd64; rv:150.0) Gecko/20100101 Firefox/150.0"),
];

/// The agent strings in all their versions.
#[derive(Debug)]
pub(super) struct Agents {
    texts: Vec<Vec<String>>,
    choice: Weighted,
}

impl Agents {
    pub(super) fn new() -> Agents {
        let versions = |(_, versions, text): &Browser| {
            let each = versions.iter().map(|version| text.replace('$', version));
            each.collect()
        };
        Agents {
            texts: BROWSERS.iter().map(versions).collect(),
            choice: Weighted::new(BROWSERS.iter().map(|browser| browser.0)),
        }
    }

    /// A browser and its version.
    pub(super) fn pick(&self, random: &mut Random) -> (u8, u8) {
        let browser = self.choice.pick(random);
        let version = random.below(self.texts[browser].len() as u32);
        (browser as u8, version as u8)
    }

    pub(super) fn text(&self, (browser, version): (u8, u8)) -> &str {
        &self.texts[usize::from(browser)][usize::from(version)]
    }
}

/// Writes an agent string that no other `number` gives.
pub(super) fn write_unique(number: u64, out: &mut Vec<u8>) {
    out.extend_from_slice(b"Mozilla/5.0 (Linux; Android 14; SM-");
    let digit = |shift| char::from_digit((number >> shift) as u32 & 15, 16);
    let digits = (0..10).rev().filter_map(|n| digit(4 * n));
    out.extend(digits.map(|digit| digit.to_ascii_uppercase() as u8));
    out.extend_from_slice(b") AppleWebKit/537.36 (KHTML, like Gecko) Chrome/148.0.0.0 Mobile Safari/537.36");
}
