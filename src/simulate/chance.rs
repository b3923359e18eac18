//! Chance, the same on every machine: a small generator, weighted choices and
//! Zipf's law, from integers and the four exact operations on floats only.

/// SplitMix64 (Steele, Lea, Flood 2014): one word of state, a few instructions.
#[derive(Clone, Debug)]
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Random {
        Random(seed)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 up to, not including, `end`; 0 for an `end` of 0.
    pub(super) fn below(&mut self, end: u32) -> u32 {
        (((self.next() >> 32) * u64::from(end)) >> 32) as u32
    }

    /// From `low` up to, not including, `high`.
    pub(super) fn between(&mut self, low: u32, high: u32) -> u32 {
        low + self.below(high.saturating_sub(low))
    }

    /// True this many times in a thousand.
    pub(super) fn permille(&mut self, share: u32) -> bool {
        self.below(1000) < share
    }

    /// One of a list that is not empty.
    pub(super) fn of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len() as u32) as usize]
    }
}

/// A choice among numbered things, each with a weight.
#[derive(Debug)]
pub(super) struct Weighted {
    /// The sum of the weights up to and including each.
    ends: Vec<u32>,
}

impl Weighted {
    pub(super) fn new(weights: impl IntoIterator<Item = u32>) -> Weighted {
        let mut end = 0;
        let ends = weights.into_iter().map(|weight| {
            end += weight;
            end
        });
        Weighted { ends: ends.collect() }
    }

    pub(super) fn pick(&self, random: &mut Random) -> usize {
        let point = random.below(self.ends.last().copied().unwrap_or(0));
        self.ends.partition_point(|&end| end <= point)
    }
}

/// Ranks from 0, of which rank r comes up in proportion to 1 / (r + 1).
///
/// An octave (1, 2–3, 4–7, …) is chosen by its weight, then a rank in it by
/// rejection, accepted at least every second time: constant memory for any
/// number of ranks.
#[derive(Debug)]
pub(super) struct Zipf {
    count: u32,
    octaves: Weighted,
}

impl Zipf {
    pub(super) fn new(count: u32) -> Zipf {
        let count = count.max(1);
        let octaves = (0..=count.ilog2()).map(|octave| octave_weight(octave, count));
        Zipf { count, octaves: Weighted::new(octaves) }
    }

    pub(super) fn pick(&self, random: &mut Random) -> u32 {
        let low = 1_u32 << self.octaves.pick(random);
        let high = low.saturating_mul(2).min(self.count.saturating_add(1));
        loop {
            let number = random.between(low, high);
            if random.below(number) < low {
                return number - 1;
            }
        }
    }
}

/// The sum of 1/i over an octave, in millionths; beyond 65,536 terms from
/// evenly spaced ones.
fn octave_weight(octave: u32, count: u32) -> u32 {
    let low = 1_u64 << octave;
    let high = (2 * low).min(u64::from(count) + 1);
    let step = (low >> 16).max(1);
    let terms = (low..high).step_by(step as usize);
    let sum: f64 = terms.map(|i| step as f64 / i as f64).sum();
    (sum * 1e6) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generator_is_the_published_one() {
        let mut random = Random::new(1_234_567);
        assert_eq!(random.next(), 6_457_827_717_110_365_317);
        assert_eq!(random.next(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn weights_are_kept() {
        let (mut random, choice) = (Random::new(1), Weighted::new([1, 0, 3]));
        let mut counts = [0; 3];
        (0..4000).for_each(|_| counts[choice.pick(&mut random)] += 1);
        assert_eq!(counts[1], 0);
        assert!((900..1100).contains(&counts[0]), "{counts:?}");
    }

    #[test]
    fn zipf_halves_from_the_first_rank_to_the_second() {
        let (mut random, zipf) = (Random::new(1), Zipf::new(300));
        let mut counts = [0_i32; 300];
        (0..100_000).for_each(|_| counts[zipf.pick(&mut random) as usize] += 1);
        assert!((counts[0] - 2 * counts[1]).abs() < 600, "{counts:?}");
        assert!((counts[0] - 100 * counts[99]).abs() < 4000, "{counts:?}");
        assert!(counts[299] > 0);
    }
}
