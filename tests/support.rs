//! A folder with a store in it, and the program run against it.

use serde_json::Value;
use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

/// A temporary folder with data, state and runtime folders of its own.
pub struct Bench {
    folder: tempfile::TempDir,
    now: Option<String>,
    k: u32,
}

/// What a run gave back.
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Bench {
    pub fn new() -> Bench {
        Bench { folder: tempfile::tempdir().expect("a folder"), now: None, k: 1 }
    }

    /// With a clock that stands still.
    pub fn at(now: &str) -> Bench {
        Bench { now: Some(now.into()), ..Bench::new() }
    }

    /// By which rules its days are closed.
    pub fn with_k(self, k: u32) -> Bench {
        Bench { k, ..self }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    pub fn db(&self) -> PathBuf {
        self.path("data/fathom-tui/fathom.duckdb")
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(&path, bytes).expect("written");
        path
    }

    pub fn command<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fathom-tui"));
        command.args(args).current_dir(self.root()).env_clear().stdin(Stdio::null());
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        for (variable, name) in [
            ("HOME", "home"),
            ("XDG_DATA_HOME", "data"),
            ("XDG_STATE_HOME", "state"),
            ("XDG_CONFIG_HOME", "config"),
            ("XDG_RUNTIME_DIR", "run"),
            ("TMPDIR", "tmp"),
        ] {
            std::fs::create_dir_all(self.path(name)).expect("made");
            command.env(variable, self.path(name));
        }
        command.env("TZ", "Europe/Berlin");
        // Most tests count, and want to see everything that was counted.
        command.env("FATHOM_TUI_PRIVACY_K", self.k.to_string());
        if let Some(now) = &self.now {
            command.env("FATHOM_TUI_NOW", now);
        }
        command
    }

    pub fn run<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Ran {
        Ran::of(self.command(args).output().expect("runs"))
    }

    /// Runs with a command line split at spaces, which has to end well.
    pub fn ok(&self, line: &str) -> Ran {
        let ran = self.run(line.split_whitespace());
        assert_eq!(ran.code, 0, "{line}: {}", ran.stderr);
        ran
    }

    pub fn start(&self, line: &str) -> Child {
        let mut command = self.command(line.split_whitespace());
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts")
    }

    pub fn json(&self, line: &str) -> Value {
        serde_json::from_str(&self.ok(line).stdout).expect("JSON")
    }

    /// Totals and ledger of everything.
    pub fn totals(&self) -> (Value, Value) {
        let report = self.json("report --period all --format json");
        (report["totals"].clone(), report["ledger"].clone())
    }

    /// New lines of an import, which has to end well.
    pub fn imported(&self, names: &str) -> u64 {
        let summary = self.json(&format!("import -q --json --site example.com {names}"));
        summary["new_lines"].as_u64().expect("a number")
    }

    /// A simulated log.
    pub fn log(&self, name: &str, flags: &str) -> PathBuf {
        let out = self.command(format!("generate-log {flags}").split_whitespace()).output().expect("runs");
        self.write(name, out.stdout)
    }
}

impl Ran {
    pub fn of(output: Output) -> Ran {
        Ran {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// Appends to a file, made if there is none.
pub fn append(bench: &Bench, name: &str, text: &[u8]) {
    let path = bench.path(name);
    let mut file = std::fs::File::options().append(true).create(true).open(path).expect("opened");
    file.write_all(text).expect("written");
}

/// Page views of pages of their own, in order of time.
pub fn lines(from: u32, to: u32) -> Vec<u8> {
    let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    let line = |n| {
        let (minute, second) = (n / 60 % 60, n % 60);
        format!(
            "192.0.2.{} - - [20/Nov/2026:10:{minute:02}:{second:02} +0000] \"GET /p/{n} HTTP/1.1\" 200 5 \"-\" \"{agent}\"\n",
            n % 250
        )
    };
    (from..to).map(line).collect::<String>().into_bytes()
}

/// Every page once: nothing lost, nothing counted twice.
pub fn assert_each_once(bench: &Bench, count: u32) {
    let report = bench.json("report --period all --format json --by page --limit 0");
    let rows = report["by"]["page"]["rows"].as_array().expect("rows");
    let twice: Vec<_> = rows.iter().filter(|row| row["page_views"] != 1).collect();
    assert!(twice.is_empty(), "{twice:?}");
    assert_eq!((rows.len(), &report["ledger"]["lines"]), (count as usize, &count.into()));
}

/// The folder of other people's logs; says so if it is absent.
pub fn data(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(name);
    if !path.exists() {
        println!("skipped: no {name} among the logs to test against");
        return None;
    }
    Some(path)
}

/// A tool of the machine; says so if it is absent.
pub fn has(tool: &str) -> bool {
    let found = Command::new(tool).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    if !found {
        println!("skipped: {tool} is not installed");
    }
    found
}

/// The program as another user, by a copy that this one may read: its own folder
/// may be closed. Nothing if there is no way to become another.
pub fn as_another_user(bench: &Bench, line: &str) -> Option<Ran> {
    let mut other = Command::new("setpriv");
    other.args(["--reuid=65534", "--clear-groups"]);
    let probe =
        Command::new("setpriv").args(["--reuid=65534", "--clear-groups", "true"]).stderr(Stdio::null()).status();
    if !probe.is_ok_and(|status| status.success()) {
        println!("skipped: setpriv cannot make another user of this one");
        return None;
    }
    shell(bench, "chmod 755 . && mkdir -p bin");
    std::fs::copy(env!("CARGO_BIN_EXE_fathom-tui"), bench.path("bin/fathom-tui")).expect("copied");
    let library = Path::new(env!("CARGO_MANIFEST_DIR")).join("vendor/libduckdb.so");
    // There is none if the database is linked in.
    let _ = std::fs::copy(library, bench.path("bin/libduckdb.so"));
    shell(bench, "chmod -R a+rX bin");
    other.arg("./bin/fathom-tui").args(line.split(' ')).current_dir(bench.root()).env_clear();
    other.env("LD_LIBRARY_PATH", bench.path("bin")).env("TZ", "Europe/Berlin");
    Some(Ran::of(other.output().expect("runs")))
}

/// A command line of the program under strace, with its environment.
pub fn traced(bench: &Bench, line: &str, flags: &[&OsStr]) -> Command {
    let program = bench.command(line.split(' '));
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-o", "/dev/null"]).args(flags);
    command.arg(program.get_program()).args(program.get_args()).current_dir(bench.root()).env_clear();
    command.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Sends a signal by its name.
pub fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status();
    assert!(sent.expect("runs").success());
}

/// What a shell line prints, run in the folder.
pub fn shell(bench: &Bench, line: &str) -> Vec<u8> {
    let output = Command::new("sh").args(["-c", line]).current_dir(bench.root()).output().expect("runs");
    assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// Every file below a folder.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => found.extend(files(&path)),
            _ => found.push(path),
        }
    }
    found
}

/// Somebody else holds the store until this is dropped.
pub struct Held(Child);

impl Held {
    pub fn new(bench: &Bench) -> Held {
        let mut lock = bench.db().into_os_string();
        lock.push(".lock");
        // Without a child of its own, which would hold the lock when it is killed.
        let child = Command::new("flock").arg("--no-fork").arg(lock).args(["sleep", "600"]).spawn();
        let held = Held(child.expect("flock runs"));
        std::thread::sleep(std::time::Duration::from_millis(300));
        held
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
