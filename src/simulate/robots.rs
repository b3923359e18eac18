//! What is no reader: crawlers, feed readers, monitors, libraries, scanners.

use super::chance::{Random, Weighted};
use super::line::Draft;
use super::pages::{FEEDS, Pages};
use super::places::{Address, Network, Places};

/// What a robot comes for.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Habit {
    Crawl,
    Feed,
    Monitor,
    Fetch,
    Scan,
}
use Habit::{Crawl, Feed, Fetch, Monitor, Scan};

/// Weight, habit, where from (any address if empty), agent string.
type Kind = (u32, Habit, &'static str, &'static str);

#[rustfmt::skip]
const KINDS: &[Kind] = &[
    (80, Crawl, "66.249.64.0/22", "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/148.0.7778.96 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"),
    (30, Crawl, "66.249.64.0/22", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"),
    (10, Crawl, "66.249.64.0/22", "Googlebot-Image/1.0"),
    (50, Crawl, "40.77.167.0/24", "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) Chrome/136.0.0.0 Safari/537.36"),
    (40, Crawl, "20.171.206.0/24", "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.3; +https://openai.com/gptbot)"),
    (12, Crawl, "20.171.206.0/24", "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko); compatible; ChatGPT-User/1.0; +https://openai.com/bot"),
    (40, Crawl, "216.73.216.0/24", "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ClaudeBot/1.0; +claudebot@anthropic.com)"),
    (8, Crawl, "18.97.9.0/24", "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; PerplexityBot/1.0; +https://perplexity.ai/perplexitybot)"),
    (16, Crawl, "17.241.0.0/16", "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/13.1.1 Safari/605.1.15 (Applebot/0.1; +http://www.apple.com/go/applebot)"),
    (40, Crawl, "54.36.148.0/23", "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)"),
    (24, Crawl, "185.191.171.0/24", "Mozilla/5.0 (compatible; SemrushBot/7~bl; +http://www.semrush.com/bot.html)"),
    (10, Crawl, "216.244.66.0/24", "Mozilla/5.0 (compatible; DotBot/1.2; +https://opensiteexplorer.org/dotbot; help@moz.com)"),
    (10, Crawl, "", "Mozilla/5.0 (compatible; MJ12bot/v1.4.8; http://mj12bot.com/)"),
    (10, Crawl, "5.255.253.0/24", "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)"),
    (14, Crawl, "114.119.128.0/18", "Mozilla/5.0 (Linux; Android 7.0;) AppleWebKit/537.36 (KHTML, like Gecko) Mobile Safari/537.36 (compatible; PetalBot;+https://webmaster.petalsearch.com/site/petalbot)"),
    (16, Crawl, "52.70.0.0/16", "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; Amazonbot/0.1; +https://developer.amazon.com/support/amazonbot) Chrome/119.0.6045.214 Safari/537.36"),
    (14, Crawl, "47.128.0.0/16", "Mozilla/5.0 (Linux; Android 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Mobile Safari/537.36 (compatible; Bytespider; spider-feedback@bytedance.com)"),
    (20, Fetch, "173.252.64.0/18", "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)"),
    (10, Fetch, "199.16.156.0/22", "Twitterbot/1.0"),
    (8, Fetch, "52.70.0.0/16", "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"),
    (10, Fetch, "", "Mastodon/4.5.2 (http.rb/5.3.1; +https://social.example/)"),
    (180, Monitor, "69.162.124.0/24", "Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)"),
    (40, Monitor, "159.69.0.0/16", "Uptime-Kuma/2.0.2"),
    (70, Feed, "8.29.198.0/24", "Feedly/1.0 (+http://www.feedly.com/fetcher.html; 218 subscribers; )"),
    (60, Feed, "", "FreshRSS/1.27.1 (Linux; https://freshrss.org)"),
    (50, Feed, "", "Miniflux/2.2.15 (+https://miniflux.app; feed reader)"),
    (40, Feed, "", "NetNewsWire (RSS Reader; https://netnewswire.com/)"),
    (20, Feed, "", "Tiny Tiny RSS/25.11 (https://tt-rss.org/)"),
    (30, Fetch, "", "curl/8.14.1"),
    (30, Fetch, "", "python-requests/2.32.5"),
    (24, Fetch, "", "Go-http-client/2.0"),
    (8, Fetch, "", "Wget/1.25.0"),
    (8, Fetch, "", "axios/1.13.2"),
    (20, Fetch, "", ""),
    (6, Scan, "", ""),
    (14, Scan, "", "Mozilla/5.0 zgrab/0.x"),
    (6, Scan, "", "Mozilla/5.0 (compatible; Nmap Scripting Engine; https://nmap.org/book/nse.html)"),
    (14, Scan, "159.69.0.0/16", "python-httpx/0.28.1"),
    (14, Scan, "", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/78.0.3904.108 Safari/537.36"),
];
#[rustfmt::skip]
const PROBES: &[&str] = &[
    "/wp-login.php", "/.env", "/xmlrpc.php", "/.git/config", "/wp-admin/setup-config.php",
    "/phpmyadmin/", "/admin.php", "/.aws/credentials",
    "/vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php", "/cgi-bin/luci/;stok=/locale",
    "/actuator/health", "/backup.sql", "/.DS_Store", "/server-status",
    "/index.php?s=/Index/%5Cthink%5Capp/invokefunction", "/%2e%2e/%2e%2e/etc/passwd",
    "/config.json.bak", "/wp-content/plugins/hellopress/wp_filemanager.php",
];

/// The robots and how often each comes.
#[derive(Debug)]
pub(super) struct Robots(Weighted);

impl Robots {
    pub(super) fn new() -> Robots {
        Robots(Weighted::new(KINDS.iter().map(|kind| kind.0)))
    }
}

/// One robot at work.
#[derive(Debug)]
pub(super) struct Robot {
    kind: u8,
    left: u8,
}

impl Robot {
    pub(super) fn new(robots: &Robots, random: &mut Random) -> Robot {
        let kind = robots.0.pick(random);
        let left = match KINDS[kind].1 {
            Crawl => 1 + random.below(9) + random.below(2) * random.below(12),
            Feed | Monitor => 1,
            Fetch => 1 + random.below(2),
            Scan => 3 + random.below(12),
        };
        Robot { kind: kind as u8, left: left as u8 }
    }

    pub(super) fn address(&self, places: &Places, random: &mut Random) -> Address {
        match Network::parse(KINDS[usize::from(self.kind)].2) {
            Some(network) => network.address(random),
            None => places.address(random),
        }
    }

    pub(super) fn agent(&self) -> &'static str {
        KINDS[usize::from(self.kind)].3
    }

    /// How many lines are still to come.
    pub(super) fn remaining(&self) -> u64 {
        u64::from(self.left)
    }

    /// Fills in the next request; how many ms later the one after it comes.
    pub(super) fn step(&mut self, pages: &Pages, random: &mut Random, draft: &mut Draft) -> u32 {
        self.left -= 1;
        match KINDS[usize::from(self.kind)].1 {
            Crawl => crawl(pages, random, draft),
            Feed => feed(random, draft),
            Monitor => monitor(random, draft),
            Fetch => fetch(pages, random, draft),
            Scan => scan(random, draft),
        }
    }
}

fn crawl(pages: &Pages, random: &mut Random, draft: &mut Draft) -> u32 {
    match random.below(100) {
        0..8 => draft.file("/robots.txt", 124, "text/plain; charset=utf-8"),
        8..10 => draft.file("/sitemap.xml", 21_877, "text/xml; charset=utf-8"),
        10..15 => draft.file("/blog/2019/moved-away", 0, "").answer(404, 1_204),
        point => {
            let page = pages.pick(None, random);
            pages.write(page, &mut draft.target);
            draft.page(Pages::size(page));
            match point {
                15..30 => draft.answer(304, 0),
                30..34 => draft.answer(301, 169),
                _ => draft,
            }
        }
    };
    random.between(900, 45_000)
}

fn feed(random: &mut Random, draft: &mut Draft) -> u32 {
    let path = *random.of(FEEDS);
    draft.file(path, 38_411, "application/rss+xml");
    if random.permille(650) {
        draft.answer(304, 0);
    }
    0
}

fn monitor(random: &mut Random, draft: &mut Draft) -> u32 {
    draft.file("/", 0, "text/html; charset=utf-8");
    if random.permille(900) {
        draft.method = "HEAD";
    }
    if random.permille(2) {
        draft.answer(502, 157);
    }
    0
}

fn fetch(pages: &Pages, random: &mut Random, draft: &mut Draft) -> u32 {
    let page = pages.pick(None, random);
    pages.write(page, &mut draft.target);
    draft.page(Pages::size(page));
    if random.permille(30) {
        draft.answer(499, 0);
    }
    random.between(300, 9_000)
}

fn scan(random: &mut Random, draft: &mut Draft) -> u32 {
    let probe = *random.of(PROBES);
    draft.file(probe, 0, "text/html");
    draft.protocol = "HTTP/1.1";
    match probe {
        "/.git/config" | "/.env" | "/server-status" => draft.answer(403, 555),
        "/%2e%2e/%2e%2e/etc/passwd" => draft.answer(400, 157),
        _ => draft.answer(404, 1_204),
    };
    if probe == "/xmlrpc.php" {
        draft.method = "POST";
    }
    random.between(60, 1_400)
}
