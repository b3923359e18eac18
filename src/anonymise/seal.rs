//! Sealing (XChaCha20-Poly1305) of what is kept of open days, of carried counters and
//! of cursors.

use super::DaySalt;
use super::day_keys::{CARRY_KEY, DAY_KEY, DayKey, DayKeys};
use super::salts::Salts;
use crate::model::{Day, Keys, Part, Place, Seal};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::path::PathBuf;
use std::sync::Arc;
use zeroize::Zeroizing;

const NONCE: usize = 24;

/// Seals and opens.
pub struct Sealer {
    store: String,
    key: Zeroizing<[u8; 32]>,
    /// For what is sealed under day key and salt together.
    crossed: Option<Zeroizing<[u8; 32]>>,
}

fn derive(key: &[u8], label: &[u8], more: &[u8]) -> Zeroizing<[u8; 32]> {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(label);
    mac.update(more);
    Zeroizing::new(mac.finalize().into_bytes().into())
}

impl Sealer {
    /// Under a key alone.
    pub fn plain(store: &str, key: &[u8]) -> Sealer {
        Sealer { store: store.to_owned(), key: derive(key, b"seal", b""), crossed: None }
    }

    pub(super) fn of_day(store: &str, key: &[u8], salt: Option<&DaySalt>) -> Sealer {
        let crossed = salt.map(|salt| derive(key, b"crossed", salt.seal_key()));
        Sealer { crossed, ..Sealer::plain(store, key) }
    }

    fn cipher(&self, part: Part) -> Option<XChaCha20Poly1305> {
        let of_both = matches!(part, Part::Crossed | Part::Open | Part::Newest);
        let key = if of_both { self.crossed.as_ref()? } else { &self.key };
        Some(XChaCha20Poly1305::new((&**key).into()))
    }

    fn context(&self, place: Place) -> Vec<u8> {
        let mut context = vec![place.part as u8];
        context.extend_from_slice(&place.day.0.to_le_bytes());
        context.extend_from_slice(&place.first.to_le_bytes());
        context.extend_from_slice(&place.last.to_le_bytes());
        context.extend_from_slice(self.store.as_bytes());
        context
    }
}

impl Seal for Sealer {
    fn seal(&self, place: Place, plain: &[u8]) -> Vec<u8> {
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).expect("the operating system has random bytes");
        // A salt that is lost: nobody will read it.
        let lost = || XChaCha20Poly1305::new((&*derive(&super::secret::random(32), b"lost", b"")).into());
        let cipher = self.cipher(place.part).unwrap_or_else(lost);
        let payload = Payload { msg: plain, aad: &self.context(place) };
        let sealed = cipher.encrypt(&XNonce::from(nonce), payload).expect("segments are far below the limit");
        [&nonce[..], &sealed].concat()
    }

    fn open(&self, place: Place, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
        let payload = Payload { msg: sealed, aad: &self.context(place) };
        self.cipher(place.part)?.decrypt(&XNonce::from(*nonce), payload).ok()
    }
}

/// The keys of a store as they lie on the disk.
pub struct FileKeys {
    /// The store's id.
    pub store: String,
    /// Folder of day keys.
    pub days: PathBuf,
    /// Folder of salts.
    pub salts: PathBuf,
    /// The store's own key, if it may be read.
    pub own: Option<Zeroizing<Vec<u8>>>,
}

impl Keys for FileKeys {
    fn day(&self, day: Day) -> Option<Box<dyn Seal>> {
        let key = DayKey::from_secret(DAY_KEY.find(&self.days, day)?);
        Some(Box::new(key.sealer(&self.store, Salts::find(&self.salts, day).as_ref())))
    }

    fn carried(&self, day: Day) -> Option<Box<dyn Seal>> {
        Some(Box::new(Sealer::plain(&self.store, &CARRY_KEY.find(&self.days, day)?.bytes)))
    }

    fn cursors(&self) -> Option<Box<dyn Seal>> {
        Some(Box::new(Sealer::plain(&self.store, self.own.as_ref()?)))
    }
}

/// The keys of a store that are nowhere but in memory, or that this process uses.
#[derive(Clone)]
pub struct UsedKeys {
    /// The store's id.
    pub store: String,
    /// Day keys.
    pub days: Arc<DayKeys>,
    /// Salts.
    pub salts: Arc<Salts>,
}

impl Keys for UsedKeys {
    fn day(&self, day: Day) -> Option<Box<dyn Seal>> {
        Some(Box::new(self.days.known(day)?.sealer(&self.store, self.salts.known(day).as_deref())))
    }

    fn carried(&self, _: Day) -> Option<Box<dyn Seal>> {
        None
    }

    fn cursors(&self) -> Option<Box<dyn Seal>> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(part: Part) -> Place {
        Place { day: Day(1), first: 2, last: 3, part }
    }

    #[test]
    fn only_the_same_key_and_place_open_it() {
        let sealer = Sealer::plain("a", &[1; 32]);
        let sealed = sealer.seal(place(Part::Sums), b"visits");
        assert_eq!(sealer.open(place(Part::Sums), &sealed).as_deref(), Some(&b"visits"[..]));
        assert_eq!(sealer.open(place(Part::Carried), &sealed), None);
        for other in [Place { day: Day(2), ..place(Part::Sums) }, Place { last: 4, ..place(Part::Sums) }] {
            assert_eq!(sealer.open(other, &sealed), None);
        }
        assert_eq!(Sealer::plain("b", &[1; 32]).open(place(Part::Sums), &sealed), None);
        assert_eq!(Sealer::plain("a", &[2; 32]).open(place(Part::Sums), &sealed), None);
        assert_eq!(sealer.open(place(Part::Sums), b"short"), None);
        assert!(!sealed.windows(6).any(|w| w == b"visits"));
    }

    #[test]
    fn a_day_key_alone_does_not_open_what_the_salt_seals_too() {
        let salt = DaySalt::from_keys(&[1; 8192]);
        let both = Sealer::of_day("a", &[1; 32], Some(&salt));
        let key_only = Sealer::of_day("a", &[1; 32], None);
        for part in [Part::Open, Part::Newest, Part::Crossed] {
            let sealed = both.seal(place(part), b"pages");
            assert_eq!(both.open(place(part), &sealed).as_deref(), Some(&b"pages"[..]));
            assert_eq!(key_only.open(place(part), &sealed), None);
        }
        let sealed = both.seal(place(Part::Crossed), b"pages");
        let sums = both.seal(place(Part::Sums), b"sums");
        assert_eq!(key_only.open(place(Part::Sums), &sums).as_deref(), Some(&b"sums"[..]));
        assert_eq!(Sealer::of_day("a", &[2; 32], Some(&salt)).open(place(Part::Crossed), &sealed), None);
    }
}
