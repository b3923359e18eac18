//! The one guard of the terminal: however the program ends, the terminal is as it
//! was.

use crossterm::event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture};
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode,
    enable_raw_mode,
};
use crossterm::{cursor, execute, queue};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use std::io::{self, BufWriter, Stdout, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

/// Whether the terminal is ours now, and whether with the mouse.
static ENTERED: AtomicBool = AtomicBool::new(false);
static MOUSE: AtomicBool = AtomicBool::new(false);

/// Standard output while the terminal is ours; what is written later is dropped. The
/// library shows the cursor again by itself, and would panic where the terminal is gone.
struct Ours(Stdout);

impl Write for Ours {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if ENTERED.load(Ordering::SeqCst) { self.0.write(bytes) } else { Ok(bytes.len()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        if ENTERED.load(Ordering::SeqCst) { self.0.flush() } else { Ok(()) }
    }
}

/// So long a suspension waits until no file of the store is open.
const PATIENCE: Duration = Duration::from_secs(2);

/// How a suspension went.
pub enum Suspended {
    /// We are in the foreground again.
    Continued,
    /// A signal ended the program while it was stopped.
    Ended(u8),
    /// A part of the program has the store open: whoever stopped now would keep it
    /// from everybody.
    Refused,
}

/// The screen.
pub struct Screen {
    terminal: Terminal<CrosstermBackend<BufWriter<Ours>>>,
}

impl Screen {
    /// Takes the terminal.
    ///
    /// # Errors
    /// If it is none.
    pub fn enter(mouse: bool) -> io::Result<Screen> {
        MOUSE.store(mouse, Ordering::Relaxed);
        enter()?;
        let backend = CrosstermBackend::new(BufWriter::with_capacity(1 << 16, Ours(io::stdout())));
        Ok(Screen { terminal: Terminal::new(backend)? })
    }

    /// Columns and rows.
    ///
    /// # Errors
    /// If the terminal is gone.
    pub fn size(&self) -> io::Result<(u16, u16)> {
        let size = self.terminal.size()?;
        Ok((size.width, size.height))
    }

    /// Draws a frame; the terminal shows it at once.
    ///
    /// # Errors
    /// If the terminal is gone.
    pub fn draw(&mut self, frame: impl FnOnce(&mut Buffer)) -> io::Result<()> {
        queue!(self.terminal.backend_mut(), BeginSynchronizedUpdate)?;
        self.terminal.draw(|drawn| frame(drawn.buffer_mut()))?;
        queue!(self.terminal.backend_mut(), EndSynchronizedUpdate)?;
        io::Write::flush(self.terminal.backend_mut())
    }

    /// Forgets what is on the screen: the next frame draws all of it.
    ///
    /// # Errors
    /// If the terminal is gone.
    pub fn forget(&mut self) -> io::Result<()> {
        let (width, height) = self.size()?;
        self.terminal.resize(Rect::new(0, 0, width, height))
    }

    /// Gives the terminal back to the shell and stops, until we are in the
    /// foreground again. No file of the store is open meanwhile.
    ///
    /// # Errors
    /// If the terminal is gone.
    pub fn suspend(&mut self) -> io::Result<Suspended> {
        let told = Arc::new(AtomicUsize::new(0));
        let listening = [SIGTERM, SIGHUP, SIGINT, SIGQUIT]
            .map(|signal| signal_hook::flag::register_usize(signal, told.clone(), signal as usize));
        let stopped = crate::store::try_while_closed(PATIENCE, || {
            leave();
            while told.load(Ordering::SeqCst) == 0 {
                let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::STOP);
                // What was sent to a stopped process comes as it goes on.
                std::thread::sleep(Duration::from_millis(20));
                // After `bg` the terminal is not ours to draw on.
                if in_foreground() {
                    break;
                }
            }
        });
        for id in listening.into_iter().flatten() {
            signal_hook::low_level::unregister(id);
        }
        if let signal @ 1.. = told.load(Ordering::SeqCst) {
            return Ok(Suspended::Ended(signal as u8));
        }
        if stopped.is_none() {
            return Ok(Suspended::Refused);
        }
        enter()?;
        self.forget()?;
        Ok(Suspended::Continued)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        leave();
    }
}

fn in_foreground() -> bool {
    let ours = rustix::process::getpgrp();
    rustix::termios::tcgetpgrp(io::stdin()).map_or(true, |foreground| foreground == ours)
}

fn enter() -> io::Result<()> {
    enable_raw_mode()?;
    ENTERED.store(true, Ordering::SeqCst);
    let mut out = io::stdout();
    execute!(out, EnterAlternateScreen, EnableBracketedPaste, cursor::Hide)?;
    if MOUSE.load(Ordering::Relaxed) {
        execute!(out, EnableMouseCapture)?;
    }
    Ok(())
}

/// Takes the terminal again, after something else stopped and continued us; not in
/// the background, where it is somebody else's.
///
/// # Errors
/// If it is gone.
pub fn enter_again() -> io::Result<()> {
    if in_foreground() { enter() } else { Ok(()) }
}

/// Gives the terminal back; nothing happens the second time. Whoever calls it is
/// about to end or stop, so errors have no one to go to.
pub fn leave() {
    if !ENTERED.swap(false, Ordering::SeqCst) {
        return;
    }
    let mut out = io::stdout();
    if MOUSE.load(Ordering::Relaxed) {
        let _ = execute!(out, DisableMouseCapture);
    }
    let _ = execute!(out, EndSynchronizedUpdate, DisableBracketedPaste, cursor::Show, LeaveAlternateScreen);
    let _ = out.flush();
    let _ = disable_raw_mode();
}

/// Has the theme alone decide about colour.
pub fn decide_colour() {
    crossterm::style::force_color_output(true);
}
