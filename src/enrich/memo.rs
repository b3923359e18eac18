//! A bounded memory of what has been looked up. It keeps hashes of the texts,
//! not the texts: agents and referrers stay in memory no longer than their
//! line.

use foldhash::quality::RandomState;
use hashbrown::HashMap;
use std::hash::{BuildHasher, Hasher};

/// Values by the 128-bit hash of a text, under keys of this process.
pub(super) struct Memo<V> {
    known: HashMap<u128, V, foldhash::fast::FixedState>,
    keys: [RandomState; 2],
    limit: usize,
}

impl<V: Copy> Memo<V> {
    /// A memory that is emptied when it holds `limit` values: what is frequent
    /// is back at once, and nothing has to be kept about use.
    pub(super) fn new(limit: usize) -> Memo<V> {
        Memo { known: HashMap::default(), keys: Default::default(), limit }
    }

    /// The key of a text.
    pub(super) fn key(&self, text: &[u8]) -> u128 {
        let half = |state: &RandomState| {
            let mut hasher = state.build_hasher();
            hasher.write(text);
            u128::from(hasher.finish())
        };
        half(&self.keys[0]) << 64 | half(&self.keys[1])
    }

    /// The value of a key.
    pub(super) fn get(&self, key: u128) -> Option<V> {
        self.known.get(&key).copied()
    }

    /// Remembers a value. `true` if all others have been forgotten for it.
    pub(super) fn put(&mut self, key: u128, value: V) -> bool {
        let full = self.known.len() >= self.limit;
        if full {
            self.known.clear();
        }
        self.known.insert(key, value);
        full
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_stays_bounded() {
        let mut memo = Memo::new(2);
        let keys = [b"a", b"b", b"c"].map(|text| memo.key(text));
        let forgot = keys.map(|key| memo.put(key, key));
        assert_eq!(forgot, [false, false, true]);
        assert_eq!(keys.map(|key| memo.get(key)), [None, None, Some(keys[2])]);
    }
}
