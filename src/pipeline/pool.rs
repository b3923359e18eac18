//! Threads that judge blocks. Nothing is shared between them but what
//! [`Shared`] holds; results are taken in the order of the input, so which
//! thread had a block makes no difference.

use super::judge::{Judge, Shared};
use super::judged::{Judged, Task};
use crate::anonymise::SaltError;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

type Result = std::result::Result<Judged, SaltError>;

struct Job {
    task: Task,
    answer: Sender<Result>,
}

/// Threads with a judge each.
pub struct Pool {
    jobs: Option<Sender<Job>>,
    threads: Vec<JoinHandle<()>>,
}

/// A block that is being judged.
pub struct Waiting(Receiver<Result>);

impl Pool {
    /// So many threads, at least one.
    pub fn new(threads: usize, shared: &Shared) -> Pool {
        let (jobs, waiting) = channel();
        let waiting = Arc::new(Mutex::new(waiting));
        let thread = |_| {
            let (waiting, shared) = (waiting.clone(), shared.clone());
            std::thread::spawn(move || work(&waiting, Judge::new(shared)))
        };
        Pool { jobs: Some(jobs), threads: (0..threads.max(1)).map(thread).collect() }
    }

    /// So many threads.
    pub fn threads(&self) -> usize {
        self.threads.len()
    }

    /// Gives a block to the first thread that is free.
    pub fn judge(&self, task: Task) -> Waiting {
        let (answer, waiting) = channel();
        if let Some(jobs) = &self.jobs {
            jobs.send(Job { task, answer }).expect("the threads wait for jobs until the pool is dropped");
        }
        Waiting(waiting)
    }
}

impl Waiting {
    /// What came of it.
    ///
    /// # Errors
    /// If a salt could not be made.
    pub fn wait(self) -> Result {
        self.0.recv().expect("a thread answers every job")
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.jobs = None;
        for thread in self.threads.drain(..) {
            // One that panicked has said so.
            let _ = thread.join();
        }
    }
}

fn work(jobs: &Mutex<Receiver<Job>>, mut judge: Judge) {
    loop {
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Job { task, answer }) = job else { return };
        // Nobody waits any more if the command was stopped.
        let _ = answer.send(judge.block(task));
    }
}
