//! The thread that asks the store.

use super::query::{Answer, Answered, Place, Question};
use super::queue::{Queue, Turn};
use super::respond::respond;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Whoever leaves waits so long for a query to notice; then the thread ends with the
/// program.
const PATIENCE: Duration = Duration::from_millis(300);

/// Answers questions.
pub struct Worker {
    queue: Arc<Queue>,
    thread: Option<JoinHandle<()>>,
}

impl Worker {
    /// Gives its answers to `answer`.
    pub fn new(place: Place, answer: impl Fn(Answered) + Send + 'static) -> Worker {
        let queue = Arc::new(Queue::default());
        let theirs = queue.clone();
        let thread = std::thread::Builder::new().name("query".into()).spawn(move || work(&theirs, place, &answer));
        Worker { queue, thread: thread.ok() }
    }

    /// Asks. What is asked or being answered for an earlier view is dropped.
    pub fn ask(&self, generation: u64, question: Question) {
        self.queue.put(generation, question);
    }

    /// Interrupts, so that the store is closed soon, and asks nothing until `go_on`.
    pub fn hold(&self) {
        self.queue.hold();
    }

    /// Asks again what was interrupted by `hold`, and what came later.
    pub fn go_on(&self) {
        self.queue.go_on();
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.queue.end();
        let Some(thread) = self.thread.take() else { return };
        let until = Instant::now() + PATIENCE;
        while !thread.is_finished() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

fn work(queue: &Queue, mut place: Place, answer: &dyn Fn(Answered)) {
    while let Some((generation, question)) = queue.next() {
        let began = Instant::now();
        (place.log)(&format!("question {generation} begins"));
        let turn = Turn::new(queue, generation, answer);
        // The hook of panics has told of it; the next question is answered again.
        let done = catch_unwind(AssertUnwindSafe(|| respond(&turn, &mut place, &question)));
        let end = match (turn.is_wanted(), &done) {
            (false, _) => "was interrupted",
            (true, Ok(())) => "was answered",
            (true, Err(_)) => "had a bug",
        };
        (place.log)(&format!("question {generation} {end} after {} ms", began.elapsed().as_millis()));
        if done.is_err() {
            place.hooks.panics = false;
            turn.give(Answer::Failed("a bug in fathom-tui".into(), "a report of it was written".into()));
        }
        queue.done();
    }
}
