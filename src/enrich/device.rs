//! Desktop, phone or tablet, from the system and a few words of the agent.
//! The device rules of uap-core would name models, at three times the cost.

use crate::model::Device;
use regex::Regex;
use std::sync::LazyLock;

/// Televisions, consoles and watches: none of the three.
const NEITHER: [&str; 22] = [
    "SMART-TV",
    "SmartTV",
    "Smart TV",
    "GoogleTV",
    "Google TV",
    "AppleTV",
    "Apple TV",
    "Android TV",
    "HbbTV",
    "NetCast",
    "Web0S",
    "CrKey",
    "BRAVIA",
    "Roku",
    "PlayStation",
    "Nintendo",
    "Xbox",
    "AFTS",
    "AFTT",
    "AFTM",
    "AFTB",
    "Watch",
];

/// All of them in one look.
static IS_NEITHER: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(&NEITHER.map(regex::escape).join("|")).expect("words are an expression"));

/// Systems of phones, and of tablets where the agent says so.
const HANDHELD: [&str; 16] = [
    "Windows Phone",
    "Windows Mobile",
    "Windows CE",
    "BlackBerry OS",
    "BlackBerry Tablet OS",
    "Symbian OS",
    "KaiOS",
    "Firefox OS",
    "Bada",
    "Brew MP",
    "Maemo",
    "MeeGo",
    "Tizen",
    "HarmonyOS",
    "webOS",
    "Palm OS",
];

/// Systems that are on desktops and laptops only.
const DESKTOP: [&str; 20] = [
    "Windows",
    "Mac OS X",
    "Mac OS",
    "Linux",
    "Ubuntu",
    "Debian",
    "Fedora",
    "Red Hat",
    "CentOS",
    "SUSE",
    "Gentoo",
    "Linux Mint",
    "Mandriva",
    "Arch Linux",
    "Chrome OS",
    "FreeBSD",
    "OpenBSD",
    "NetBSD",
    "DragonFly BSD",
    "Solaris",
];

/// The device class of an agent that runs on that system (uap-core's family).
pub(super) fn of(system: &str, agent: &str) -> Device {
    let has = |word: &str| agent.contains(word);
    if IS_NEITHER.is_match(agent) {
        return Device::Unknown;
    }
    match system {
        "iOS" | "iPadOS" if has("iPad") => Device::Tablet,
        "iOS" => Device::Phone,
        "iPadOS" => Device::Tablet,
        "Android" => android(agent),
        _ if HANDHELD.contains(&system) || system.starts_with("Symbian") => handheld(agent),
        _ if DESKTOP.contains(&system) => Device::Desktop,
        _ if has("Tablet") || has("Mobi") => handheld(agent),
        _ => Device::Unknown,
    }
}

fn handheld(agent: &str) -> Device {
    match agent.contains("Tablet") || agent.contains("PlayBook") {
        true => Device::Tablet,
        false => Device::Phone,
    }
}

/// A browser on an Android phone says Mobile, on a tablet nothing. What is no
/// browser says neither.
fn android(agent: &str) -> Device {
    let has = |word: &str| agent.contains(word);
    if has("Tablet") {
        Device::Tablet
    } else if has("Mobi") || has("Mini/") {
        Device::Phone
    } else if agent.starts_with("Mozilla/") {
        Device::Tablet
    } else {
        Device::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices() {
        let cases = [
            ("iOS", "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Mobile/15E148", Device::Phone),
            ("iOS", "Mozilla/5.0 (iPad; CPU OS 12_2 like Mac OS X) Mobile/15E148", Device::Tablet),
            ("Android", "Mozilla/5.0 (Linux; Android 14; Pixel 8) Chrome/125 Mobile Safari/537.36", Device::Phone),
            ("Android", "Mozilla/5.0 (Linux; Android 14; SM-X710) Chrome/125 Safari/537.36", Device::Tablet),
            ("Android", "Mozilla/5.0 (Linux; Android 9; AFTS Build/PS7) Chrome/90 Safari/537.36", Device::Unknown),
            ("Android", "Dalvik/2.1.0 (Linux; U; Android 14)", Device::Unknown),
            ("Windows", "Mozilla/5.0 (Windows NT 6.1; Tablet PC 2.0)", Device::Desktop),
            ("Tizen", "Mozilla/5.0 (SMART-TV; Linux; Tizen 5.0)", Device::Unknown),
            ("Windows Phone", "Mozilla/5.0 (Windows Phone 10.0; Lumia 535)", Device::Phone),
            ("Linux", "Mozilla/5.0 (X11; Linux x86_64)", Device::Desktop),
            ("", "Something Mobile", Device::Phone),
            ("", "Something", Device::Unknown),
        ];
        for (system, agent, device) in cases {
            assert_eq!(of(system, agent), device, "{agent}");
        }
    }
}
