//! A bounded memory of what has been looked up. It keeps hashes of the texts,
//! not the texts: agents and referrers stay in memory no longer than their
//! line.

use foldhash::quality::RandomState;
use hashbrown::HashMap;
use std::hash::{BuildHasher, Hasher};

/// Values by the hash of a text, under a key of this process: that two of a
/// hundred thousand texts have the same 64 bits has a chance of one in four
/// thousand million.
pub(super) struct Memo<V> {
    known: HashMap<u64, V, foldhash::fast::FixedState>,
    keys: RandomState,
    limit: usize,
}

impl<V: Copy> Memo<V> {
    /// A memory that is full when it holds `limit` values. Then it is emptied:
    /// what is frequent is back at once, and nothing has to be kept about use.
    pub(super) fn new(limit: usize) -> Memo<V> {
        Memo { known: HashMap::default(), keys: RandomState::default(), limit }
    }

    /// The key of a text.
    pub(super) fn key(&self, text: &[u8]) -> u64 {
        let mut hasher = self.keys.build_hasher();
        hasher.write(text);
        hasher.finish()
    }

    /// The value of a key.
    pub(super) fn get(&self, key: u64) -> Option<V> {
        self.known.get(&key).copied()
    }

    /// Whether it has to be emptied before the next value.
    pub(super) fn is_full(&self) -> bool {
        self.known.len() >= self.limit
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.known.clear();
    }

    /// Remembers a value.
    pub(super) fn put(&mut self, key: u64, value: V) {
        self.known.insert(key, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_knows_when_it_is_full() {
        let mut memo = Memo::new(2);
        let [a, b] = [b"a", b"b"].map(|text| memo.key(text));
        memo.put(a, 1);
        assert!(!memo.is_full());
        memo.put(b, 2);
        assert!(memo.is_full());
        assert_eq!([memo.get(a), memo.get(b)], [Some(1), Some(2)]);
        memo.clear();
        assert_eq!(memo.get(a), None);
    }
}
