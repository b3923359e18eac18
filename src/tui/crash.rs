//! Bugs: of the drawing, which ends the program with the terminal as it was, and of
//! a thread beside it, which is told of on the screen.

use super::terminal::leave;
use std::backtrace::Backtrace;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Puts back what was said of panics before, when dropped.
pub struct Caught;

impl Drop for Caught {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let _ = std::panic::take_hook();
        }
    }
}

/// From now on a panic of this thread gives the terminal back and writes a report
/// into `folder`; one of another thread is handed to `tell`. What a panic says may
/// quote what was read, so only its place is told.
pub fn catch(folder: PathBuf, tell: impl Fn(String) + Send + Sync + 'static) -> Caught {
    let drawing = std::thread::current().id();
    std::panic::set_hook(Box::new(move |panic| {
        let place = panic.location().map_or("an unknown place".into(), |at| format!("{}:{}", at.file(), at.line()));
        if std::thread::current().id() != drawing {
            let _ = report(&folder, &place);
            return tell(place);
        }
        leave();
        let kept = match report(&folder, &place) {
            Ok(path) => format!("a report for its makers: {}", path.display()),
            Err(error) => format!("no report could be written: {error}"),
        };
        // Standard error may be gone with the terminal.
        let _ = writeln!(
            std::io::stderr(),
            "error: fathom-tui has a bug and stopped at {place}\nhelp: what was committed is safe; {kept}"
        );
    }));
    Caught
}

fn report(folder: &Path, place: &str) -> std::io::Result<PathBuf> {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let path = folder.join(format!("crash-{now}.txt"));
    std::fs::create_dir_all(folder)?;
    let mut file = std::fs::File::options().create(true).append(true).mode(0o600).open(&path)?;
    let thread = std::thread::current().name().unwrap_or("unnamed").to_owned();
    writeln!(file, "fathom-tui {} at {place}, thread {thread}", env!("CARGO_PKG_VERSION"))?;
    writeln!(file, "{}", Backtrace::force_capture())?;
    Ok(path)
}
