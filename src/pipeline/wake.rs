//! When to look again: once a second, and earlier when the system says that
//! something changed. Events only wake; what happened is looked up.

use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// A look so often, whatever events come or do not.
const POLL: Duration = Duration::from_secs(1);
/// Events are gathered for so long.
const GATHER: Duration = Duration::from_millis(900);

/// Wakes the loop.
pub struct Wake {
    events: Receiver<()>,
    watcher: Option<RecommendedWatcher>,
    folders: HashSet<PathBuf>,
    /// Why there are no events, to be said once.
    trouble: Option<notify::Error>,
}

impl Wake {
    /// With events, or if they are not to be had, or not wanted, without.
    pub fn new(no_events: bool) -> Wake {
        let (send, events) = channel();
        let notified = move |_| {
            let _ = send.send(());
        };
        let (watcher, trouble) = match (no_events, notify::recommended_watcher(notified)) {
            (true, _) => (None, None),
            (false, Ok(watcher)) => (Some(watcher), None),
            (false, Err(error)) => (None, Some(error)),
        };
        Wake { events, watcher, folders: HashSet::new(), trouble }
    }

    /// Listens to the folders of these paths. One that is not there is tried
    /// again at the next look. Returns what a person should know: that the system
    /// has no events to give, once.
    pub fn listen<'p>(&mut self, paths: impl Iterator<Item = &'p Path>) -> Option<String> {
        if let Some(watcher) = &mut self.watcher {
            for path in paths {
                let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
                if self.folders.contains(folder) {
                    continue;
                }
                match watcher.watch(folder, RecursiveMode::NonRecursive) {
                    Ok(()) => _ = self.folders.insert(folder.to_owned()),
                    Err(error) if is_exhausted(&error) => {
                        self.trouble = Some(error);
                        self.watcher = None;
                        break;
                    }
                    Err(_) => {}
                }
            }
        }
        let error = self.trouble.take()?;
        Some(format!("no file events to be had ({error}): looking every second instead"))
    }

    /// Waits for news, so that a round comes at most once a second: a busy log
    /// wakes us with every line. `round` is when the last one began, since its
    /// commit may have waited for readers; `idle` is all that may be waited, `pause`
    /// what has to be.
    pub fn wait(&mut self, round: Instant, idle: Option<Duration>, pause: Duration) {
        let rest = |limit: Duration| limit.saturating_sub(round.elapsed());
        let limit = idle.map_or(POLL, |idle| POLL.min(idle.max(Duration::from_millis(10))));
        if !pause.is_zero() {
            std::thread::sleep(rest(pause));
            return;
        }
        match self.events.recv_timeout(rest(limit)) {
            Ok(()) => {
                std::thread::sleep(rest(limit.min(GATHER)));
                while self.events.try_recv().is_ok() {}
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => std::thread::sleep(rest(limit)),
        }
    }
}

/// Whether the system has no more events to give, so that trying again is of no use.
fn is_exhausted(error: &notify::Error) -> bool {
    match &error.kind {
        notify::ErrorKind::MaxFilesWatch => true,
        notify::ErrorKind::Io(error) => error.kind() == std::io::ErrorKind::StorageFull,
        _ => false,
    }
}
