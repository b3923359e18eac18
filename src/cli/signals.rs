//! Signals that end a command: the first stops it after the current batch,
//! a second one at once.

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Which signal came, if any.
#[derive(Clone)]
pub struct Signals {
    number: Arc<AtomicUsize>,
    /// Set with the first signal.
    pub stop: Arc<AtomicBool>,
}

impl Signals {
    /// Starts to listen. Without handlers (which no system refuses) a signal
    /// ends the process as usual.
    pub fn listen() -> Signals {
        let signals = Signals { number: Arc::default(), stop: Arc::default() };
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            // The second one finds `stop` set and ends the process there.
            let _ = signal_hook::flag::register_conditional_shutdown(signal, 128 + signal, signals.stop.clone());
            let _ = signal_hook::flag::register(signal, signals.stop.clone());
            let _ = signal_hook::flag::register_usize(signal, signals.number.clone(), signal as usize);
        }
        signals
    }

    /// The signal that came.
    pub fn caught(&self) -> Option<u8> {
        match self.number.load(Ordering::Relaxed) {
            0 => None,
            number => u8::try_from(number).ok(),
        }
    }
}
