//! Questions that are interrupted.

use super::driver::{NOW, Store, traffic};
use crate::report::Asked;
use crate::tui::query::{Answered, Hooks, Place, Question};
use crate::tui::queue::{Queue, Turn};
use crate::tui::respond::respond;
use std::cell::RefCell;
use std::sync::Arc;

fn place(store: &Store) -> Place {
    Place {
        keys: std::sync::Arc::new(crate::model::NoKeys),
        privacy: crate::model::Privacy::default(),
        db: store.path.clone(),
        tell: |_| {},
        clock: Arc::new(|| NOW),
        look: Some(Box::new(|_| panic!("nobody asked who is there"))),
        hooks: Hooks::default(),
        log: Box::new(|_| {}),
    }
}

fn view() -> Question {
    Question::View { asked: Box::new(Asked::default()), compare: None, live: false }
}

/// Answers the next question; returns how many answers came, after `before` was done.
fn answers(queue: &Queue, store: &Store, before: impl FnOnce()) -> usize {
    let count = RefCell::new(0);
    let answer = |_: Answered| *count.borrow_mut() += 1;
    let (generation, question) = queue.next().expect("a question");
    before();
    respond(&Turn::new(queue, generation, &answer), &mut place(store), &question);
    queue.done();
    count.into_inner()
}

#[test]
fn a_question_that_is_held_is_answered_later_and_once() {
    let store = traffic();
    let queue = Queue::default();
    queue.put(7, view());
    assert_eq!(answers(&queue, &store, || queue.hold()), 0, "it was cancelled");
    queue.go_on();
    assert_eq!(answers(&queue, &store, || ()), 1, "and is asked again");
    queue.end();
    assert!(queue.next().is_none(), "only once");
}

#[test]
fn a_later_question_of_the_view_takes_the_place_of_an_earlier_one() {
    let store = traffic();
    let queue = Queue::default();
    queue.put(1, view());
    assert_eq!(answers(&queue, &store, || queue.put(2, view())), 0);
    // Held, what was replaced does not come back.
    queue.hold();
    queue.put(3, view());
    queue.go_on();
    assert_eq!(queue.next().map(|(generation, _)| generation), Some(3));
    queue.done();
    queue.end();
    assert!(queue.next().is_none());
}
