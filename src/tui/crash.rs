//! Bugs: of the drawing, which ends the program with the terminal as it was, and of
//! a thread beside it, which is told of on the screen.

use super::terminal::leave;
use std::backtrace::Backtrace;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::panic::PanicHookInfo;
use std::path::{Path, PathBuf};

/// Puts back what was said of panics before, when dropped.
pub struct Caught(Option<Hook>);

type Hook = Box<dyn Fn(&PanicHookInfo<'_>) + Send + Sync + 'static>;

impl Drop for Caught {
    fn drop(&mut self) {
        if let Some(before) = self.0.take().filter(|_| !std::thread::panicking()) {
            std::panic::set_hook(before);
        }
    }
}

/// From now on a panic of this thread gives the terminal back and writes a report
/// into `folder`; one of another thread is handed to `tell`. What a panic says may
/// quote what was read, so only its place is told.
pub fn catch(folder: PathBuf, tell: impl Fn(String) + Send + Sync + 'static) -> Caught {
    let before = std::panic::take_hook();
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
    Caught(Some(before))
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Panics that the hook from before heard of.
    static HEARD: AtomicUsize = AtomicUsize::new(0);

    fn heard() -> usize {
        let _ = std::thread::Builder::new().name("bug".into()).spawn(|| panic!("a bug")).map(|thread| thread.join());
        HEARD.load(Ordering::Relaxed)
    }

    #[test]
    fn the_hook_from_before_comes_back() {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| match std::thread::current().name() {
            Some("bug") => drop(HEARD.fetch_add(1, Ordering::Relaxed)),
            _ => usual(panic),
        }));
        assert_eq!(heard(), 1);
        let folder = tempfile::tempdir().expect("a folder");
        let caught = super::catch(folder.path().to_owned(), |_| {});
        assert_eq!(heard(), 1);
        drop(caught);
        assert_eq!(heard(), 2);
    }
}
