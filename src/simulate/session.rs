//! Who is on the site: sessions of readers, of robots, of noise.

use super::agents::Agents;
use super::chance::Random;
use super::line::{Draft, Writer};
use super::pages::Pages;
use super::places::{Address, Places};
use super::reader::Reader;
use super::robots::{Robot, Robots};
use super::sources::{Source, Sources};

/// What all sessions share and none changes.
#[derive(Debug)]
pub(super) struct Site {
    pub(super) places: Places,
    pub(super) agents: Agents,
    pub(super) pages: Pages,
    pub(super) sources: Sources,
    pub(super) robots: Robots,
    origin: String,
}

impl Site {
    pub(super) fn new(host: &str, pages: Option<u64>) -> Site {
        Site {
            places: Places::new(),
            agents: Agents::new(),
            pages: Pages::new(pages),
            sources: Sources::new(),
            robots: Robots::new(),
            origin: format!("https://{host}"),
        }
    }

    /// Writes the whole address of a page.
    pub(super) fn write_address(&self, page: u32, out: &mut Vec<u8>) {
        out.extend_from_slice(self.origin.as_bytes());
        self.pages.write(page, out);
    }
}

/// Visitors who will come back, about a quarter of six hours' readers.
#[derive(Debug)]
pub(super) struct Regulars {
    visitors: Vec<u64>,
    limit: usize,
}

impl Regulars {
    /// At most 1 MiB of them, whatever the site's size.
    pub(super) fn new(lines_per_day: u64) -> Regulars {
        Regulars { visitors: Vec::new(), limit: (lines_per_day / 300).clamp(64, 1 << 17) as usize }
    }

    fn keep(&mut self, visitor: u64, random: &mut Random) {
        if self.visitors.len() < self.limit {
            self.visitors.push(visitor);
            return;
        }
        let place = random.below(self.limit as u32) as usize;
        self.visitors[place] = visitor;
    }

    fn take(&mut self, random: &mut Random) -> Option<u64> {
        let place = random.below(self.visitors.len() as u32) as usize;
        (place < self.visitors.len()).then(|| self.visitors.swap_remove(place))
    }
}

#[derive(Debug)]
enum Part {
    Reader(Reader),
    Robot(Robot),
    /// One line that is no request.
    Noise {
        written: bool,
    },
}

/// One visitor's stay.
#[derive(Debug)]
pub(super) struct Session {
    address: Address,
    part: Part,
}

impl Session {
    /// `spike`: how many times busier than usual it is.
    pub(super) fn open(site: &Site, regulars: &mut Regulars, spike: u32, random: &mut Random) -> Session {
        match random.below(1000) {
            0..4 => Session { address: site.places.address(random), part: Part::Noise { written: false } },
            // On the great day the robots do not become more.
            4..275 if random.below(spike) == 0 => Session::robot(site, random),
            _ => Session::reader(site, regulars, spike, random),
        }
    }

    fn robot(site: &Site, random: &mut Random) -> Session {
        let robot = Robot::new(&site.robots, random);
        Session { address: robot.address(&site.places, random), part: Part::Robot(robot) }
    }

    fn reader(site: &Site, regulars: &mut Regulars, spike: u32, random: &mut Random) -> Session {
        let returns = random.permille(180);
        let known = returns.then(|| regulars.take(random)).flatten();
        let visitor = known.unwrap_or_else(|| random.next());
        let source = match known {
            Some(_) if random.permille(600) => Source::NONE,
            _ if random.below(spike) > 0 => Source::HACKER_NEWS,
            _ => site.sources.pick(random),
        };
        let mut who = Random::new(visitor);
        let address = site.places.address(&mut who);
        let reader = Reader::new(site, visitor, &mut who, known.is_some(), source, random);
        Session { address, part: Part::Reader(reader) }
    }

    /// How many lines it has promised and not yet written.
    pub(super) fn remaining(&self) -> u64 {
        match &self.part {
            Part::Reader(reader) => reader.remaining(),
            Part::Robot(robot) => robot.remaining(),
            Part::Noise { written } => u64::from(!written),
        }
    }

    /// Fills in the next request; how many ms later the one after it comes.
    pub(super) fn step(&mut self, site: &Site, random: &mut Random, draft: &mut Draft) -> u32 {
        draft.took = 200 + random.below(900) * random.below(80);
        let (agent, wait) = match &mut self.part {
            Part::Reader(reader) => (reader.agent(site), reader.step(site, random, draft)),
            Part::Robot(robot) => (robot.agent(), robot.step(&site.pages, random, draft)),
            Part::Noise { written } => {
                *written = true;
                ("", 0)
            }
        };
        draft.agent.extend_from_slice(agent.as_bytes());
        wait
    }

    pub(super) fn write(&self, writer: &mut Writer, draft: &Draft, out: &mut Vec<u8>) {
        match self.part {
            Part::Noise { .. } => writer.write_noise(&self.address, draft, out),
            _ => writer.write(&self.address, draft, out),
        }
    }

    /// One reader in four will be back.
    pub(super) fn close(&self, regulars: &mut Regulars, random: &mut Random) {
        if let Part::Reader(reader) = &self.part
            && random.permille(250)
        {
            regulars.keep(reader.visitor, random);
        }
    }
}
