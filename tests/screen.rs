//! The dashboard in a real terminal: tmux, which one can type into and read from.

use crate::support::{Bench, has};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// A terminal with a shell line in it.
pub struct Screen {
    socket: String,
}

/// How a dashboard is started.
pub struct Start<'a> {
    pub size: (u16, u16),
    pub env: &'a str,
    pub line: &'a str,
}

impl Default for Start<'_> {
    fn default() -> Self {
        Start { size: (80, 24), env: "", line: "--no-live" }
    }
}

/// Whether there is a tmux; says so if not.
pub fn has_tmux(test: &str) -> bool {
    let has = has("tmux");
    if !has {
        eprintln!("skipped: {test} needs tmux");
    }
    has
}

static NEXT: AtomicU32 = AtomicU32::new(0);

impl Screen {
    /// Runs the program in a terminal; what comes after it tells how it ended.
    pub fn start(bench: &Bench, start: &Start<'_>) -> Screen {
        let program = env!("CARGO_BIN_EXE_fathom-tui");
        let line = format!("env {} {} {program} {}", environment(bench), start.env, start.line);
        Screen::shell(bench, start.size, &format!("{line}; echo RC=$?; stty -a; exec sleep 999"))
    }

    /// Runs a shell line in a terminal.
    pub fn shell(bench: &Bench, (width, height): (u16, u16), line: &str) -> Screen {
        let socket = format!("fathom-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let screen = Screen { socket };
        let (width, height) = (width.to_string(), height.to_string());
        let mut command = screen.tmux();
        command.current_dir(bench.root());
        command.args(["new-session", "-d", "-x", &width, "-y", &height, "-s", "t", line]);
        assert!(command.status().expect("tmux runs").success());
        screen
    }

    fn tmux(&self) -> Command {
        let mut command = Command::new("tmux");
        command.args(["-L", &self.socket, "-f", "/dev/null"]).env("LC_ALL", "C.UTF-8");
        command
    }

    fn output(&self, args: &[&str]) -> String {
        let output = self.tmux().args(args).output().expect("tmux runs");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Types keys, by tmux's names.
    pub fn keys(&self, keys: &[&str]) -> &Screen {
        let mut args = vec!["send-keys", "-t", "t"];
        args.extend(keys);
        self.output(&args);
        self
    }

    /// Types a text.
    pub fn text(&self, text: &str) -> &Screen {
        self.output(&["send-keys", "-t", "t", "-l", text]);
        self
    }

    /// What is on the screen.
    pub fn picture(&self) -> String {
        self.output(&["capture-pane", "-p", "-t", "t"])
    }

    /// The same with escapes for styles.
    pub fn styled(&self) -> String {
        self.output(&["capture-pane", "-p", "-e", "-t", "t"])
    }

    /// Alternate screen, cursor, mouse: each 1 or 0.
    pub fn flags(&self) -> String {
        self.output(&["display", "-p", "-t", "t", "#{alternate_on}#{cursor_flag}#{mouse_any_flag}"]).trim().to_owned()
    }

    pub fn resize(&self, width: u16, height: u16) {
        let (width, height) = (width.to_string(), height.to_string());
        self.output(&["resize-window", "-t", "t", "-x", &width, "-y", &height]);
    }

    /// Whether a text comes within some seconds.
    pub fn shows(&self, text: &str) -> bool {
        self.until(|picture| picture.contains(text))
    }

    /// Waits until a text is there.
    #[track_caller]
    pub fn see(&self, text: &str) -> &Screen {
        assert!(self.shows(text), "{text:?} did not come:\n{}", self.picture());
        self
    }

    /// Waits until a text is gone.
    #[track_caller]
    pub fn gone(&self, text: &str) -> &Screen {
        assert!(self.until(|picture| !picture.contains(text)), "{text:?} did not go:\n{}", self.picture());
        self
    }

    /// Whether the screen becomes so within some seconds.
    pub fn until(&self, is_so: impl Fn(&str) -> bool) -> bool {
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(15) {
            if is_so(&self.picture()) {
                return true;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        false
    }

    /// Waits until nothing on the screen moves.
    pub fn settled(&self) -> String {
        let mut last = self.picture();
        let mut same = 0;
        while same < 4 {
            std::thread::sleep(Duration::from_millis(50));
            let next = self.picture();
            same = if next == last { same + 1 } else { 0 };
            last = next;
        }
        last
    }

    /// The process of the program.
    pub fn pid(&self) -> String {
        let shell = self.output(&["display", "-p", "-t", "t", "#{pane_pid}"]);
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(10) {
            let found =
                Command::new("pgrep").args(["-P", shell.trim(), "-x", "fathom-tui"]).output().expect("pgrep runs");
            let found = String::from_utf8_lossy(&found.stdout).trim().to_owned();
            if !found.is_empty() {
                return found;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("no process below {shell}:\n{}", self.picture());
    }

    pub fn signal(&self, name: &str) {
        assert!(Command::new("kill").args([&format!("-{name}"), &self.pid()]).status().expect("kill runs").success());
    }

    /// Everything that the program writes from now on, into a file.
    pub fn record(&self, path: &std::path::Path) {
        self.output(&["pipe-pane", "-O", "-t", "t", &format!("cat >> {}", path.display())]);
    }

    /// Waits for the end: its code, and a terminal as it was before.
    #[track_caller]
    pub fn ended(&self, code: i32) {
        self.see(&format!("RC={code}\n"));
        self.see("icanon");
        assert_eq!(self.flags(), "010", "{}", self.picture());
        let picture = self.picture();
        let set: Vec<&str> = picture.split_whitespace().collect();
        for flag in ["icanon", "echo", "isig"] {
            assert!(set.contains(&flag), "{flag}: {picture}");
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.output(&["kill-server"]);
    }
}

/// The environment of a bench as words for `env`.
pub fn environment(bench: &Bench) -> String {
    let command = bench.command(["x"]);
    let set = command
        .get_envs()
        .filter_map(|(name, value)| Some(format!("{}='{}'", name.to_string_lossy(), value?.to_string_lossy())));
    let words: Vec<String> = set.collect();
    format!("-i {} LC_ALL=C.UTF-8 TERM=xterm-256color", words.join(" "))
}

/// A store with eight weeks of traffic until a clock that stands still.
pub fn filled() -> Bench {
    let bench = Bench::at(NOW);
    bench.log("access.log", "--lines 40000 --days 56 --seed 7");
    bench.imported("access.log");
    bench
}

/// The clock of [`filled`].
pub const NOW: &str = "2026-08-23T12:00:00Z";
