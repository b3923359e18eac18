//! Numbers and names as people read them.

use crate::model::Dimension;

/// `3,120` up to 9,999, then `12.4k`, `118k`, `1.2M`.
pub fn short(n: i64) -> String {
    match n.unsigned_abs() {
        0..=9_999 => thousands(n),
        10_000..=99_949 => format!("{:.1}k", n as f64 / 1e3),
        99_950..=999_499 => format!("{:.0}k", n as f64 / 1e3),
        999_500..=999_949_999 => format!("{:.1}M", n as f64 / 1e6),
        _ => format!("{:.1}G", n as f64 / 1e9),
    }
}

/// With commas: `3,120`.
pub fn thousands(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if n < 0 { format!("-{out}") } else { out }
}

/// Seconds as `42s`, `1m42`, `2h05`; `-` if unknown.
pub fn duration(seconds: Option<f64>) -> String {
    match seconds.map(|s| s.round() as i64) {
        None => "-".into(),
        Some(s) if s < 60 => format!("{s}s"),
        Some(s) if s < 3600 => format!("{}m{:02}", s / 60, s % 60),
        Some(s) => format!("{}h{:02}", s / 3600, s % 3600 / 60),
    }
}

/// `512 B`, `4.1 GB`: powers of a thousand.
pub fn bytes(n: i64) -> String {
    let units = ["B", "kB", "MB", "GB", "TB", "PB"];
    let (mut value, mut unit) = (n as f64, 0);
    while value >= 999.95 && unit + 1 < units.len() {
        value /= 1000.0;
        unit += 1;
    }
    if unit == 0 { format!("{n} B") } else { format!("{value:.1} {}", units[unit]) }
}

/// A rate of 0 to 1 as `41%`; `-` if unknown.
pub fn percent(rate: Option<f64>) -> String {
    rate.map_or("-".into(), |rate| format!("{:.0}%", rate * 100.0))
}

/// The change from a number before: `+12%`, `-3%`, `=0%`, `new`.
pub fn change(now: Option<f64>, before: Option<f64>) -> String {
    match (now, before) {
        (Some(now), Some(before)) if before != 0.0 => {
            let change = ((now - before) / before * 100.0).round() as i64;
            if change == 0 { "=0%".into() } else { format!("{change:+}%") }
        }
        (Some(now), Some(_)) if now != 0.0 => "new".into(),
        (Some(_), Some(_)) => "=0%".into(),
        _ => String::new(),
    }
}

/// The name of a list.
pub fn title(dimension: Dimension) -> &'static str {
    use Dimension as D;
    match dimension {
        D::Page => "Pages",
        D::EntryPage => "Entry pages",
        D::ExitPage => "Exit pages",
        D::Referrer => "Referrers",
        D::Source => "Sources",
        D::Channel => "Channels",
        D::UtmSource => "Campaign sources",
        D::UtmMedium => "Campaign mediums",
        D::UtmCampaign => "Campaigns",
        D::Country => "Countries",
        D::Region => "Regions",
        D::City => "Cities",
        D::Browser => "Browsers",
        D::Os => "Systems",
        D::Device => "Devices",
        D::Event => "Events",
        D::Host => "Hosts",
        D::Status => "Status",
        D::Method => "Methods",
        D::Class => "Classes",
        D::Bot => "Bots",
        D::BotFamily => "Bot families",
        D::ErrorPath => "Error paths",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let cases = [
            (0, "0"),
            (999, "999"),
            (3_120, "3,120"),
            (9_999, "9,999"),
            (12_430, "12.4k"),
            (99_960, "100k"),
            (118_200, "118k"),
            (999_600, "1.0M"),
            (-1_234, "-1,234"),
        ];
        for (n, expected) in cases {
            assert_eq!(short(n), expected);
        }
        assert_eq!(duration(Some(102.4)), "1m42");
        assert_eq!(duration(None), "-");
        assert_eq!(bytes(4_100_000_000), "4.1 GB");
        assert_eq!(bytes(512), "512 B");
    }

    #[test]
    fn changes_have_a_sign() {
        assert_eq!(change(Some(112.0), Some(100.0)), "+12%");
        assert_eq!(change(Some(97.0), Some(100.0)), "-3%");
        assert_eq!(change(Some(100.0), Some(100.0)), "=0%");
        assert_eq!(change(Some(1.0), Some(0.0)), "new");
        assert_eq!(change(None, Some(0.0)), "");
    }
}
