//! Times the parts of an import by themselves: nanoseconds of a line, a page
//! view, an agent, a hit. `make bench` runs it.

use fathom_tui::anonymise::{Salts, Visitor};
use fathom_tui::enrich::agent::Agents;
use fathom_tui::input::{Block, Lines};
use fathom_tui::model::{Day, Hit, Kind, Request, RowKey, Sym, VisitSym};
use fathom_tui::parse::{Format, Parser};
use fathom_tui::sessionise::{Deltas, Sessions};
use fathom_tui::simulate::{Settings, Simulation};
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

const LINES: u64 = 200_000;
const ROUNDS: usize = 9;
const NOW: i64 = 1_795_176_000;

/// The median of some rounds, in nanoseconds for each of `count` things.
fn time(name: &str, count: usize, mut round: impl FnMut()) {
    let mut times: Vec<u128> = (0..ROUNDS)
        .map(|_| {
            let begun = Instant::now();
            round();
            begun.elapsed().as_nanos()
        })
        .collect();
    times.sort_unstable();
    println!("| {name} | {} |", times[ROUNDS / 2] / count as u128);
}

fn main() {
    let mut simulation = Simulation::new(Settings::new(LINES, 7, NOW));
    let mut log = Vec::new();
    while simulation.next_line(&mut log).is_some() {}
    println!("\n| part | ns |\n|---|---|");
    let shared: Arc<[u8]> = log.clone().into();
    time("a line cut out of the input", LINES as usize, || {
        let mut lines = Lines::new(Box::new(std::io::Cursor::new(shared.clone())));
        while let Ok(Some(block)) = lines.next_block() {
            black_box(block.lines_from(0).count());
            lines.recycle(block);
        }
    });
    let block = Block::of(log);
    let mut parser = Parser::fixed(Format::from_name_or_string("combined").expect("a format"));
    time("a line of nginx combined read", LINES as usize, || {
        for (line, _) in block.lines_from(0) {
            let mut request = Request::default();
            black_box(parser.parse_into(line, &mut request).is_ok());
            black_box(&request);
        }
    });
    let agents: Vec<Vec<u8>> = block
        .lines_from(0)
        .filter_map(|(line, _)| parser.parse(line).ok()?.agent.map(|agent| agent.to_vec()))
        .collect();
    let mut known = Agents::default();
    known.lookup(Some(&agents[0]));
    time("an agent that is mostly known", agents.len(), || {
        agents.iter().for_each(|agent| _ = black_box(known.lookup(Some(agent))));
    });
    let mut distinct: Vec<Vec<u8>> = agents.iter().take(20_000).cloned().collect();
    distinct.iter_mut().enumerate().for_each(|(number, agent)| agent.extend(format!(" x{number}").bytes()));
    time("an agent that is new", distinct.len(), || {
        let mut fresh = Agents::default();
        distinct.iter().for_each(|agent| _ = black_box(fresh.lookup(Some(agent))));
    });
    hashes(&agents);
    visits();
}

fn hashes(agents: &[Vec<u8>]) {
    let salts = Salts::in_memory();
    let salt = salts.day(Day(20_000)).expect("in memory");
    let mut scratch = Vec::new();
    time("both hashes of a page view", agents.len(), || {
        for (number, agent) in agents.iter().enumerate() {
            let address = (number as u32).to_be_bytes();
            let visitor = Visitor { kind: Kind::Log, site: "example.com", address_sort: 4, address: &address, agent };
            black_box(salt.view(&visitor, b"/blog/a-post", &mut scratch));
        }
    });
}

/// Hits of visitors with three page views each, in the order of time.
fn visits() {
    const HITS: u32 = 300_000;
    let hash = |number: u32| {
        let mut hash = [0; 16];
        hash[..4].copy_from_slice(&number.wrapping_mul(2_654_435_761).to_be_bytes());
        hash
    };
    let hits: Vec<Hit> = (0..HITS)
        .map(|number| {
            let (time, visitor) = (NOW as u32 + number / 4, number / 30 * 10 + number % 10);
            let row = RowKey {
                site: 1,
                kind: Kind::Log,
                bucket: time / 3600 * 3600,
                page: Sym(3 + number % 300),
                host: Sym::EMPTY,
                visit: VisitSym(visitor % 5_000),
            };
            let (visitor, page) = (hash(visitor), hash(number + HITS));
            Hit { input: 1, time, day: Day(20_000), visitor, visit: visitor, page, row }
        })
        .collect();
    time("a hit put into its visit", hits.len(), || {
        let (mut sessions, mut deltas) = (Sessions::default(), Deltas::default());
        sessions.begin(Day(20_000), [0; 16]);
        hits.iter().for_each(|hit| sessions.hit(hit, &mut deltas));
        black_box(sessions.finish(&mut deltas, &|_, visitor| *visitor).len());
    });
}
