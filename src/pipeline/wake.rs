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
}

impl Wake {
    /// With events, or if they are not to be had, or not wanted, without.
    pub fn new(no_events: bool) -> Wake {
        let (send, events) = channel();
        let watcher = match no_events {
            true => None,
            false => notify::recommended_watcher(move |_| {
                let _ = send.send(());
            })
            .ok(),
        };
        Wake { events, watcher, folders: HashSet::new() }
    }

    /// Listens to the folders of these paths. One that is not there is tried
    /// again at the next look.
    pub fn listen<'p>(&mut self, paths: impl Iterator<Item = &'p Path>) {
        let Some(watcher) = &mut self.watcher else { return };
        for path in paths {
            let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
            if !self.folders.contains(folder) && watcher.watch(folder, RecursiveMode::NonRecursive).is_ok() {
                self.folders.insert(folder.to_owned());
            }
        }
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
