//! The fuzzer's targets on its corpus, and on random changes of it.
//! `FATHOM_TUI_TEST_INPUTS` sets how many inputs a target gets.

#[path = "../fuzz/corpus.rs"]
mod corpus;
#[path = "../fuzz/targets.rs"]
mod targets;

use std::path::Path;
use std::time::{Duration, Instant};

/// xorshift64*: the same inputs in every run.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() >> 16) as usize % end.max(1)
    }
}

/// A few random changes: a bit, a byte, a piece left out, doubled, or of another input.
fn mutate(inputs: &[Vec<u8>], chance: &mut Chance) -> Vec<u8> {
    let mut bytes = inputs[chance.below(inputs.len())].clone();
    for _ in 0..=chance.below(4) {
        let (at, to) = (chance.below(bytes.len() + 1), chance.below(bytes.len() + 1));
        let (from, to) = (at.min(to), at.max(to).min(at.min(to) + 64));
        match chance.below(6) {
            0 if at < bytes.len() => bytes[at] ^= 1 << chance.below(8),
            1 if at < bytes.len() => bytes[at] = chance.next() as u8,
            2 => bytes.insert(at, chance.next() as u8),
            3 => drop(bytes.drain(from..to)),
            4 => {
                let piece = bytes[from..to].to_vec();
                bytes.splice(at..at, piece);
            }
            _ => {
                let other = &inputs[chance.below(inputs.len())];
                let start = chance.below(other.len() + 1);
                bytes.splice(from..to, other[start..].iter().take(64).copied());
            }
        }
    }
    bytes
}

fn run(name: &str, target: fn(&[u8])) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(format!("{name}.gz"));
    let inputs = corpus::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    assert!(inputs.len() >= 5, "{name}: {} inputs", inputs.len());
    let count: usize = std::env::var("FATHOM_TUI_TEST_INPUTS").ok().and_then(|n| n.parse().ok()).unwrap_or(3_000);
    let mut chance = Chance(0x9E37_79B9_7F4A_7C15);
    let changed = std::iter::repeat_with(|| mutate(&inputs, &mut chance)).take(count);
    for (number, input) in inputs.iter().cloned().chain(changed).enumerate() {
        let since = Instant::now();
        let result = std::panic::catch_unwind(|| target(&input));
        if result.is_err() {
            let kept = std::env::temp_dir().join(format!("fathom-tui-{name}-{number}"));
            std::fs::write(&kept, &input).expect("written");
            panic!("{name} fails for input {number}: {}", kept.display());
        }
        assert!(since.elapsed() < Duration::from_secs(5), "{name}, input {number} took {:?}", since.elapsed());
    }
}

#[test]
fn every_target_holds() {
    std::thread::scope(|scope| {
        for (name, target) in targets::ALL {
            scope.spawn(move || run(name, target));
        }
    });
}
