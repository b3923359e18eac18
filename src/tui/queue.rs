//! The questions that wait and the one that is being answered. A later question
//! takes the place of an earlier one, whose query is interrupted.

use super::query::{Answer, Answered, Question};
use crate::store::Stopper;
use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

#[derive(Default)]
struct State {
    waiting: VecDeque<(u64, Question)>,
    running: Option<Running>,
    is_held: bool,
    is_over: bool,
}

struct Running {
    generation: u64,
    question: Question,
    is_cancelled: bool,
    stopper: Option<Stopper>,
}

impl Running {
    fn cancel(&mut self) {
        self.is_cancelled = true;
        if let Some(stopper) = &self.stopper {
            stopper.stop();
        }
    }
}

/// Between those who ask and the one who answers.
#[derive(Default)]
pub struct Queue {
    state: Mutex<State>,
    news: Condvar,
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a question in the place of those that nobody needs then; one about the view
    /// interrupts them too.
    pub fn put(&self, generation: u64, question: Question) {
        let mut state = self.lock();
        state.waiting.retain(|(_, other)| !question.replaces(other));
        let is_view = matches!(question, Question::View { .. });
        if let Some(running) = state.running.as_mut().filter(|running| is_view && question.replaces(&running.question))
        {
            running.cancel();
        }
        state.waiting.push_back((generation, question));
        self.news.notify_all();
    }

    /// Interrupts; nothing is answered until `go_on`.
    pub fn hold(&self) {
        let mut state = self.lock();
        state.is_held = true;
        if let Some(running) = state.running.as_mut().filter(|running| !running.is_cancelled) {
            running.cancel();
            let again = (running.generation, running.question.clone());
            state.waiting.push_front(again);
        }
        self.news.notify_all();
    }

    /// What was interrupted by `hold` is answered, and what came later.
    pub fn go_on(&self) {
        self.lock().is_held = false;
        self.news.notify_all();
    }

    /// Interrupts; nothing is answered any more.
    pub fn end(&self) {
        let mut state = self.lock();
        state.is_over = true;
        state.running.iter_mut().for_each(Running::cancel);
        self.news.notify_all();
    }

    /// Waits for the next question; nothing when there will be none.
    pub fn next(&self) -> Option<(u64, Question)> {
        let mut state = self.lock();
        loop {
            if state.is_over {
                return None;
            }
            if !state.is_held
                && let Some((generation, question)) = state.waiting.pop_front()
            {
                let running = question.clone();
                state.running = Some(Running { generation, question: running, is_cancelled: false, stopper: None });
                return Some((generation, question));
            }
            state = self.news.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The question was answered.
    pub fn done(&self) {
        self.lock().running = None;
    }
}

/// One question being answered.
pub struct Turn<'a> {
    queue: &'a Queue,
    generation: u64,
    answer: &'a dyn Fn(Answered),
}

impl<'a> Turn<'a> {
    /// Of the question of that number.
    pub fn new(queue: &'a Queue, generation: u64, answer: &'a dyn Fn(Answered)) -> Turn<'a> {
        Turn { queue, generation, answer }
    }

    /// Whether anybody still waits for the answer.
    pub fn is_wanted(&self) -> bool {
        self.queue.lock().running.as_ref().is_some_and(|running| !running.is_cancelled)
    }

    /// Gives an answer to whoever still waits for one.
    pub fn give(&self, answer: Answer) {
        if self.is_wanted() {
            (self.answer)(Answered { generation: self.generation, answer });
        }
    }

    /// What interrupts the queries of this turn.
    pub fn stop_with(&self, stopper: Stopper) {
        if let Some(running) = self.queue.lock().running.as_mut() {
            running.stopper = Some(stopper);
        }
    }

    /// Waits as a slow query would, until it is interrupted.
    pub fn wait(&self, slow: Duration) {
        let until = Instant::now() + slow;
        let mut state = self.queue.lock();
        while state.running.as_ref().is_some_and(|running| !running.is_cancelled) {
            let Some(left) = until.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) else {
                return;
            };
            state = self.queue.news.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}
