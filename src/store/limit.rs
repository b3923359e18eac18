//! Questions have an end: a writer must not wait for one that takes for ever.

use duckdb::{Connection, InterruptHandle};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The engine forgets an interruption with the next question, which is interrupted
/// anew after this long.
const AGAIN: Duration = Duration::from_millis(5);
/// A question that takes longer is interrupted.
const LONGEST: Duration = Duration::from_secs(10);

/// Watches over the connections of one lease until it is dropped.
pub(super) struct Limit {
    watched: Arc<Mutex<Watched>>,
    // The end of the last one tells the thread to end.
    news: Sender<()>,
}

struct Watched {
    handles: Vec<Arc<InterruptHandle>>,
    since: Instant,
    is_stopped: bool,
}

impl Watched {
    fn interrupt(&self) {
        self.handles.iter().for_each(|handle| handle.interrupt());
    }
}

impl Limit {
    /// From now on, for questions on this connection.
    pub(super) fn new(connection: &Connection) -> Limit {
        Limit::of(connection, LONGEST)
    }

    fn of(connection: &Connection, longest: Duration) -> Limit {
        let watched =
            Watched { handles: vec![connection.interrupt_handle()], since: Instant::now(), is_stopped: false };
        let watched = Arc::new(Mutex::new(watched));
        let (news, told) = channel::<()>();
        let seen = watched.clone();
        // Without a thread to be had there is no limit.
        let _ = std::thread::Builder::new().spawn(move || {
            let mut pause = longest / 4;
            while told.recv_timeout(pause) != Err(RecvTimeoutError::Disconnected) {
                let watched = seen.lock().unwrap_or_else(PoisonError::into_inner);
                if watched.is_stopped || watched.since.elapsed() >= longest {
                    watched.interrupt();
                }
                if watched.is_stopped {
                    pause = AGAIN;
                }
            }
        });
        Limit { watched, news }
    }

    /// Watches over this connection too, for as long as what is returned lives.
    pub(super) fn include(&self, connection: Connection) -> Included {
        let handle = connection.interrupt_handle();
        self.lock().handles.push(handle.clone());
        Included { connection, handle, watched: self.watched.clone() }
    }

    /// Says that the next question begins now.
    pub(super) fn renew(&self) {
        self.lock().since = Instant::now();
    }

    /// For another thread.
    pub(super) fn stopper(&self) -> Stopper {
        Stopper { watched: self.watched.clone(), news: self.news.clone() }
    }

    /// Lets questions take as long as they need.
    pub(super) fn lift(&self) {
        self.lock().handles.clear();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Watched> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Interrupts the questions that a reader is asked, from another thread.
pub struct Stopper {
    watched: Arc<Mutex<Watched>>,
    news: Sender<()>,
}

impl Stopper {
    /// Interrupts the one that is asked now, and every later one.
    pub fn stop(&self) {
        let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        watched.is_stopped = true;
        watched.interrupt();
        // Without a thread to be had only this one.
        let _ = self.news.send(());
    }
}

impl Drop for Limit {
    fn drop(&mut self) {
        // A connection must not be interrupted while it is closed.
        self.lock().handles.clear();
    }
}

/// Another connection that is watched over.
pub(crate) struct Included {
    connection: Connection,
    handle: Arc<InterruptHandle>,
    watched: Arc<Mutex<Watched>>,
}

impl Drop for Included {
    fn drop(&mut self) {
        let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        watched.handles.retain(|handle| !Arc::ptr_eq(handle, &self.handle));
    }
}

impl std::ops::Deref for Included {
    type Target = Connection;
    fn deref(&self) -> &Connection {
        &self.connection
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENDLESS: &str = "SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b";

    #[test]
    fn a_question_without_end_is_interrupted() {
        let connection = Connection::open_in_memory().expect("an engine");
        let limit = Limit::of(&connection, Duration::from_millis(100));
        let asked = Instant::now();
        let error = connection.query_row(ENDLESS, [], |row| row.get::<_, f64>(0)).expect_err("interrupted");
        assert!(asked.elapsed() >= Duration::from_millis(100));
        let error = crate::store::StoreError::from(error);
        assert_eq!(error.to_string(), "a question to the store took too long");
        limit.renew();
        let two: i64 = connection.query_row("SELECT 1 + 1", [], |row| row.get(0)).expect("the next one is answered");
        assert_eq!(two, 2);
    }
    #[test]
    fn whoever_is_stopped_is_answered_nothing_more() {
        let connection = Connection::open_in_memory().expect("an engine");
        let limit = Limit::new(&connection);
        // Between two questions, when there is nothing to interrupt.
        limit.stopper().stop();
        let asked = Instant::now();
        for _ in 0..3 {
            connection.query_row(ENDLESS, [], |row| row.get::<_, f64>(0)).expect_err("interrupted");
        }
        assert!(asked.elapsed() < LONGEST);
    }
}
