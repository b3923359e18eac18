//! Sealing of open visits under a key derived from the day's salts
//! (XChaCha20-Poly1305), so that they are noise once the salts are gone.

use super::DaySalt;
use crate::model::Day;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};

const NONCE: usize = 24;

fn context(day: Day, shard: u16) -> Vec<u8> {
    let mut context = b"open visits".to_vec();
    context.extend_from_slice(&day.0.to_le_bytes());
    context.extend_from_slice(&shard.to_le_bytes());
    context
}

impl DaySalt {
    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(self.seal_key().into())
    }

    /// Seals a shard for its place; a random nonce of 24 bytes goes first.
    pub fn seal(&self, day: Day, shard: u16, plain: &[u8]) -> Vec<u8> {
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).expect("the operating system has random bytes");
        let payload = Payload { msg: plain, aad: &context(day, shard) };
        let sealed = self.cipher().encrypt(&XNonce::from(nonce), payload).expect("shards are far below the limit");
        [&nonce[..], &sealed].concat()
    }

    /// Opens what [`DaySalt::seal`] made for the same place under the same salt.
    pub fn open(&self, day: Day, shard: u16, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
        let payload = Payload { msg: sealed, aad: &context(day, shard) };
        self.cipher().decrypt(&XNonce::from(*nonce), payload).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_salt_and_place_open_it() {
        let salt = DaySalt::from_keys(&[1; 8192]);
        let sealed = salt.seal(Day(1), 2, b"visits");
        assert_eq!(salt.open(Day(1), 2, &sealed).as_deref(), Some(&b"visits"[..]));
        assert_eq!(salt.open(Day(1), 3, &sealed), None);
        assert_eq!(salt.open(Day(2), 2, &sealed), None);
        assert_eq!(DaySalt::from_keys(&[2; 8192]).open(Day(1), 2, &sealed), None);
        assert_eq!(salt.open(Day(1), 2, b"short"), None);
        assert!(!sealed.windows(6).any(|w| w == b"visits"));
    }
}
