"""Runs the program: follows a log that grows, imports days, closes them."""

import datetime
import os
import select
import shutil
import subprocess
import time

from store import Copy
from traffic import FORMAT, HOST

# `watch` looks for news once a second, or as often as it may have to stop: so 300 commits take 20 seconds instead of 270.
IDLE = "60ms"
PATIENCE = 30


def moment(second):
    """As the program's clock is set."""
    return datetime.datetime.fromtimestamp(second, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


class Failed(Exception):
    """The program did not do what it was asked for."""


class Program:
    """One store of one program in a folder of its own."""

    def __init__(self, path, folder, config=""):
        self.path, self.folder = os.path.abspath(path), os.path.abspath(folder)
        os.makedirs(self.folder)
        self.database = os.path.join(self.folder, "store.duckdb")
        self.log = self.database + ".wal"
        self.state = os.path.join(self.folder, "state")
        self.config = os.path.join(self.folder, "config.toml")
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(config)
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("FATHOM_TUI")}
        self.environment |= {"HOME": self.folder, "TZ": "UTC"}

    def command(self, name, now, *flags):
        store = ["--db", self.database, "--state-dir", self.state, "--config", self.config, "--now", moment(now)]
        return [self.path, name, *store, *flags]

    def run(self, name, now, *flags):
        self.succeed(self.command(name, now, *flags))

    def succeed(self, command):
        ran = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        if ran.returncode:
            raise Failed(f"{' '.join(command)}: exit {ran.returncode}: {ran.stderr.strip()[-400:]}")

    def read(self, command, now, *flags):
        """A command that reads logs."""
        return self.command(command, now, "--site", HOST, "--timezone", "UTC", "--log-format", FORMAT, *flags)

    def import_lines(self, name, lines, now):
        """Reads lines from a file of that name."""
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(lines)
        self.run_import(path, now)
        os.unlink(path)

    def run_import(self, path, now):
        """Reads what is new in a file."""
        self.succeed(self.read("import", now, "-q", path))

    def close(self, now):
        """Any command closes what is due."""
        self.run("report", now, "--period", "all")

    def keep(self, name):
        """A copy of the database and its log as they lie; returns their paths."""
        kept = os.path.join(self.folder, f"{name}.duckdb")
        shutil.copyfile(self.database, kept)
        if os.path.exists(self.log):
            shutil.copyfile(self.log, kept + ".wal")
        return kept, kept + ".wal"


class Watch:
    """Follows a log to which lines are appended, second by second, and copies the files after each commit."""

    def __init__(self, program, now):
        self.program, self.now = program, now
        self.path = os.path.join(program.folder, "access.log")
        self.lines = open(self.path, "ab", buffering=0)
        self.process, self.rest = None, b""
        self.copies, self.known, self.number = [], None, 0

    def start(self):
        command = self.program.read("watch", self.now, "--headless", "-v", "--until-idle", IDLE, self.path)
        self.process = subprocess.Popen(command, env=self.program.environment, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.rest = b""

    def append(self, lines):
        self.lines.write("".join(lines).encode())

    def committed(self):
        """Waits until a commit is told of. The program may have stopped because nothing came: then it starts again."""
        until, told = time.monotonic() + PATIENCE, []
        while time.monotonic() < until:
            while b"\n" in self.rest:
                line, _, self.rest = self.rest.partition(b"\n")
                told.append(line.decode(errors="replace"))
                if line.startswith(b"committed ") or b" committed " in line:
                    return
            if select.select([self.process.stderr], [], [], 1)[0]:
                read = os.read(self.process.stderr.fileno(), 65536)
                self.rest += read
                if not read:
                    if self.process.wait():
                        break
                    self.start()
        raise Failed(f"watch: no commit was told of; it said: {' | '.join(told)[-400:]}")

    def copy(self, second):
        """Copies what changed. A log that only grew is kept once, with its lengths."""
        found = os.stat(self.program.database)
        stamp = (found.st_size, found.st_mtime_ns)
        log = b""
        if os.path.exists(self.program.log):
            with open(self.program.log, "rb") as file:
                log = file.read()
        base = os.path.join(self.program.folder, "copies")
        os.makedirs(base, exist_ok=True)
        if stamp != self.known:
            self.known, self.number = stamp, self.number + 1
            shutil.copyfile(self.program.database, os.path.join(base, f"{self.number}.duckdb"))
        database = os.path.join(base, f"{self.number}.duckdb")
        if log:
            with open(database + ".log", "wb") as file:
                file.write(log)
        self.copies.append(Copy(second, database, database + ".log", len(log)))

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stderr.close()

    def follow(self, traffic, killed_at):
        """Everything, one second after the other; killed before some of them, and in the middle of the last commit."""
        seconds = {}
        for view in traffic.views:
            seconds.setdefault(view.time, []).append(view.line)
        self.start()
        for number, (second, lines) in enumerate(seconds.items()):
            if number in killed_at:
                self.kill()
                self.start()
            self.append(lines)
            if number + 1 == len(seconds):
                break
            self.committed()
            self.copy(second)
        time.sleep(0.01)
        self.kill()
        self.lines.close()
        return self.copies
