//! A person reading: pages with time to think between them, and the assets
//! each page brings along.

use super::chance::Random;
use super::line::Draft;
use super::pages::{ASSETS, FEEDS, Pages};
use super::session::Site;
use super::sources::Source;

/// One visit of one person, and what is left of it.
#[derive(Debug)]
pub(super) struct Reader {
    pub(super) visitor: u64,
    agent: (u8, u8),
    protocol: &'static str,
    source: Source,
    page: u32,
    /// The page the reader came from, within the site.
    before: Option<u32>,
    /// Pages still to be opened.
    views: u8,
    /// Assets of the open page still to come.
    assets: u8,
    first_assets: u8,
    later_assets: u8,
    next_asset: u8,
    entering: bool,
    redirected: bool,
    /// Has been here before: the cache is filled.
    warm: bool,
}

/// How many of 1000 visits have at most so many page views.
const VIEWS: [u32; 12] = [510, 690, 790, 852, 894, 924, 947, 963, 976, 986, 994, 1000];

impl Reader {
    /// `who` is the visitor's own chance: the same gives the same browser.
    pub(super) fn new(
        site: &Site,
        visitor: u64,
        who: &mut Random,
        warm: bool,
        source: Source,
        random: &mut Random,
    ) -> Reader {
        let spam = source.is_spam();
        let point = if spam { 0 } else { random.below(1000) };
        let hurried = spam || random.permille(60);
        let page = match source {
            Source::HACKER_NEWS if random.permille(800) => 4,
            _ => site.pages.pick(None, random),
        };
        Reader {
            visitor,
            agent: site.agents.pick(who),
            protocol: match who.below(20) {
                0..2 => "HTTP/1.1",
                2..7 => "HTTP/3.0",
                _ => "HTTP/2.0",
            },
            source,
            page,
            before: None,
            views: 1 + VIEWS.iter().filter(|&&end| end <= point).count() as u8,
            assets: 0,
            first_assets: match (hurried, warm) {
                (true, _) => 0,
                (_, true) => random.below(5) as u8,
                _ => random.between(3, 12) as u8,
            },
            later_assets: random.below(3) as u8,
            next_asset: 0,
            entering: true,
            redirected: false,
            warm,
        }
    }

    /// How many lines are still to come, if all goes as planned.
    pub(super) fn remaining(&self) -> u64 {
        let (views, later) = (u64::from(self.views), u64::from(self.later_assets));
        match self.entering {
            true => views + u64::from(self.first_assets) + (views - 1) * later,
            false => u64::from(self.assets) + views * (1 + later),
        }
    }

    pub(super) fn agent<'a>(&self, site: &'a Site) -> &'a str {
        site.agents.text(self.agent)
    }

    /// Fills in the next request; how many ms later the one after it comes.
    pub(super) fn step(&mut self, site: &Site, random: &mut Random, draft: &mut Draft) -> u32 {
        draft.protocol = self.protocol;
        if self.assets > 0 {
            self.asset(site, random, draft);
        } else if self.view(site, random, draft) {
            return random.between(20, 90);
        }
        if self.assets > 0 {
            return random.below(160);
        }
        self.turn(site, random);
        think(random)
    }

    /// Opens a page; true if the answer was to look elsewhere for it.
    fn view(&mut self, site: &Site, random: &mut Random, draft: &mut Draft) -> bool {
        match self.before {
            Some(before) => site.write_address(before, &mut draft.referrer),
            None => draft.referrer.extend_from_slice(self.source.referrer().as_bytes()),
        }
        let point = random.below(1000);
        if (16..29).contains(&point) {
            draft.target.extend_from_slice(b"/docs/v1");
        }
        site.pages.write(self.page, &mut draft.target);
        if point < 16 && self.page > 0 && !self.redirected {
            self.redirected = true;
            draft.target.push(b'/');
            draft.page(0).answer(301, 162);
            return true;
        }
        self.write_query(&mut draft.target);
        draft.page(Pages::size(self.page));
        self.views -= 1;
        self.assets = if self.entering { self.first_assets } else { self.later_assets };
        self.next_asset = if self.entering { 0 } else { 5 + random.below(9) as u8 };
        self.entering = false;
        let failure = match point {
            16..29 => Some((404, 1_204)),
            29..33 => Some((499, 0)),
            33..35 => Some((500, 177)),
            35..37 => Some((502, 157)),
            37..39 => Some((403, 153)),
            _ => None,
        };
        if let Some((status, size)) = failure {
            self.assets = 0;
            draft.answer(status, size);
        } else if self.warm && random.permille(250) {
            draft.answer(304, 0);
        }
        false
    }

    fn asset(&mut self, site: &Site, random: &mut Random, draft: &mut Draft) {
        self.assets -= 1;
        site.write_address(self.page, &mut draft.referrer);
        match random.below(1000) {
            0..5 => {
                draft.file("/api/subscribe", 2, "application/json");
                draft.method = "POST";
            }
            5..10 => {
                let path = *random.of(FEEDS);
                draft.file(path, 38_411, "application/rss+xml");
            }
            10..14 => {
                draft.file("/apple-touch-icon-precomposed.png", 0, "text/html").answer(404, 1_204);
            }
            14..22 => {
                draft.file("/media/tour.mp4", 0, "video/mp4").answer(206, 1_048_576);
            }
            point => {
                let (path, size, content_type) = ASSETS[usize::from(self.next_asset) % ASSETS.len()];
                self.next_asset += 1;
                draft.file(path, size, content_type);
                if self.warm && point < 320 {
                    draft.answer(304, 0);
                }
            }
        }
    }

    /// Goes on to the next page, or loads the same one again.
    fn turn(&mut self, site: &Site, random: &mut Random) {
        self.redirected = false;
        if random.permille(40) {
            self.warm = true;
            return;
        }
        self.before = Some(self.page);
        self.page = site.pages.pick(self.before, random);
    }

    fn write_query(&self, out: &mut Vec<u8>) {
        if self.before.is_none() {
            self.source.write_query(self.visitor, out);
        }
    }
}

/// 10 s to 8 min, rather short than long; at times as long as a visit's limit
/// of 30 min, a little less or more.
fn think(random: &mut Random) -> u32 {
    if random.permille(35) {
        return random.between(25 * 60_000, 35 * 60_000);
    }
    10_000 + random.below(470) * random.below(1000)
}
