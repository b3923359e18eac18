//! Keys, the mouse and signals as events, each from a thread that waits for them.

use super::key::Key;
use super::update::Event;
use crossterm::event::{Event as Raw, KeyEventKind, MouseButton, MouseEventKind, read};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};
use signal_hook::iterator::Signals;
use std::sync::mpsc::Sender;
use std::time::Duration;

/// So long a second signal leaves to what goes on behind the screen.
const GRACE: Duration = Duration::from_secs(1);

/// Begins to listen. The threads end with the program.
pub fn listen(events: &Sender<Event>) {
    let keys = events.clone();
    let _ = std::thread::Builder::new().name("input".into()).spawn(move || {
        loop {
            let event = match read() {
                Ok(raw) => translate(raw),
                // The terminal is gone.
                Err(_) => Some(Event::Signal(SIGHUP as u8)),
            };
            let is_end = matches!(event, Some(Event::Signal(_)));
            if event.is_some_and(|event| keys.send(event).is_err()) || is_end {
                return;
            }
        }
    });
    let signals = events.clone();
    let Ok(mut caught) = Signals::new([SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGCONT]) else { return };
    let _ = std::thread::Builder::new().name("signals".into()).spawn(move || {
        for signal in caught.forever() {
            let event = match signal {
                SIGCONT => Event::Resumed,
                SIGTSTP => Event::Stop,
                signal => Event::Signal(signal as u8),
            };
            // The screen is gone, and what still goes on has been told to stop and gets a
            // little time. Then it is not waited for: a commit that is cut off is undone,
            // and its lines are read again.
            if signals.send(event).is_err() && !matches!(signal, SIGCONT | SIGTSTP) {
                std::thread::sleep(GRACE);
                signal_hook::low_level::exit(128 + signal);
            }
        }
    });
}

fn translate(raw: Raw) -> Option<Event> {
    Some(match raw {
        Raw::Key(key) if key.kind != KeyEventKind::Release => Event::Key(Key::from(key)),
        Raw::Paste(text) => Event::Paste(text),
        Raw::Resize(width, height) => Event::Resize(width, height),
        Raw::Mouse(mouse) => match mouse.kind {
            // The release: what comes after the program has ended would reach the shell.
            MouseEventKind::Up(MouseButton::Left) => Event::Press(mouse.column, mouse.row),
            MouseEventKind::ScrollDown => Event::Wheel(mouse.column, mouse.row, true),
            MouseEventKind::ScrollUp => Event::Wheel(mouse.column, mouse.row, false),
            _ => return None,
        },
        _ => return None,
    })
}
