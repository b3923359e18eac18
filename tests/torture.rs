//! Random kills: `watch` dies again and again while a log is written and rotated
//! in every way; each line counts once. `make torture` runs the long form.

use crate::support::{Bench, append, assert_each_once, lines};
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

const NOW: &str = "2026-11-20T12:00:00Z";

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|n| n.parse().ok()).unwrap_or(usual)
}

/// Numbers that look random and are the same in each run with the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

/// Writes lines with gaps, and rotates now and then. Returns how many.
fn write_and_rotate(bench: &Bench, seed: u64, stop: &AtomicBool) -> u32 {
    let mut dice = Dice(seed | 1);
    let (mut written, mut rotations) = (0, 0);
    while !stop.load(Ordering::Relaxed) {
        let more = 1 + dice.below(8) as u32;
        let text = lines(written, written + more);
        // A server may write half a line and the rest a moment later.
        let cut = text.len() - dice.below(40) as usize;
        append(bench, "a.log", &text[..cut]);
        std::thread::sleep(Duration::from_millis(dice.below(30)));
        append(bench, "a.log", &text[cut..]);
        written += more;
        std::thread::sleep(Duration::from_millis(dice.below(60)));
        if dice.below(40) == 0 {
            rotations += 1;
            written += rotate(bench, dice.below(4), rotations, written);
        }
    }
    written
}

/// One rotation; returns lines written to the old file after it.
fn rotate(bench: &Bench, way: u64, number: u32, written: u32) -> u32 {
    let (log, rotated) = (bench.path("a.log"), bench.path(&format!("a.log.{number}")));
    match way {
        // Renamed, and the server goes on writing to the old file for a while.
        0 => {
            fs::rename(&log, &rotated).expect("renamed");
            std::thread::sleep(Duration::from_millis(300));
            append(bench, &format!("a.log.{number}"), &lines(written, written + 5));
            return 5;
        }
        1 => {
            fs::copy(&log, &rotated).expect("copied");
            fs::File::options().write(true).truncate(true).open(&log).expect("truncated");
        }
        way => {
            fs::rename(&log, &rotated).expect("renamed");
            let plain = fs::read(&rotated).expect("read");
            let packed = if way == 2 { gzip(&plain) } else { zstd::encode_all(&plain[..], 1).expect("packed") };
            let name = if way == 2 { format!("a.log.{number}.gz") } else { format!("a.log.{number}.zst") };
            bench.write(&name, packed);
            fs::remove_file(&rotated).expect("removed");
        }
    }
    0
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(plain).expect("packed");
    packer.finish().expect("packed")
}

/// Figure 1: no line lost, none repeated, after any number of kills.
#[test]
fn killed_again_and_again() {
    let kills = number("FATHOM_TUI_TEST_KILLS", 50);
    let seed = number("FATHOM_TUI_TEST_SEED", u64::from(std::process::id()));
    println!("seed {seed}");
    let bench = Bench::at(NOW);
    append(&bench, "a.log", &lines(0, 0));
    let stop = AtomicBool::new(false);
    let written = std::thread::scope(|scope| {
        let writer = scope.spawn(|| write_and_rotate(&bench, seed, &stop));
        let mut dice = Dice(seed.rotate_left(32) | 1);
        for _ in 0..kills {
            let mut watch = bench.start("watch --headless -q a.log --site example.com");
            std::thread::sleep(Duration::from_millis(50 + dice.below(750)));
            watch.kill().expect("killed");
            watch.wait().expect("waited");
        }
        stop.store(true, Ordering::Relaxed);
        writer.join().expect("written")
    });
    bench.ok("watch --headless -q a.log --site example.com --until-idle 2s");
    assert_each_once(&bench, written);
}

/// Case 37: an import of past days, killed again and again, counts the visitors
/// of a clean run: the days' salts outlive the crashes.
#[test]
fn an_import_of_past_days_is_killed_again_and_again() {
    let kills = number("FATHOM_TUI_TEST_KILLS", 50).div_ceil(50) * 3;
    let (bench, whole) = (Bench::at(NOW), Bench::at(NOW));
    let flags = "--lines 700000 --days 10 --seed 12 --now 2026-11-15T00:00:00Z";
    let log = fs::read(bench.log("a.log", flags)).expect("a log");
    whole.write("a.log", log);
    whole.imported("a.log");
    let mut dice = Dice(number("FATHOM_TUI_TEST_SEED", u64::from(std::process::id())) | 1);
    for _ in 0..kills {
        let mut import = bench.start("import -q a.log --site example.com");
        std::thread::sleep(Duration::from_millis(100 + dice.below(3500)));
        let _ = import.kill();
        import.wait().expect("waited");
    }
    bench.imported("a.log");
    assert_eq!(bench.totals(), whole.totals());
}
