#!/usr/bin/env python3
"""Measures the dashboard in a pseudo terminal of 200 by 60.

    benches/dashboard.py BINARY [--facts N]

On a store of made-up facts: time to the first frame and the first numbers, key to
paint, bytes a move, what is left to do after a key was held, idle, memory. Then a
`watch` on a log that grows by 20,000 lines a second: key to paint, and how far
behind it is.
"""
import argparse
import fcntl
import os
import pty
import re
import select
import signal
import statistics
import struct
import sys
import tempfile
import termios
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from run import environment, fill, table  # noqa: E402

END = b"\x1b[?2026l"


class Terminal:
    """The program in a terminal, and everything that it writes with its time."""

    def __init__(self, command, env, size=(200, 60)):
        self.began = time.perf_counter()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execvpe(command[0], command, env | {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8"})
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        self.bytes = bytearray()

    def read(self, wait):
        """What comes within so many seconds; empty if nothing does."""
        ready, _, _ = select.select([self.fd], [], [], max(wait, 0))
        if not ready:
            return b""
        try:
            got = os.read(self.fd, 1 << 16)
        except OSError:
            return b""
        self.bytes += got
        return got

    def until(self, is_there, seconds=20):
        """Milliseconds until it is so, from now."""
        began = time.perf_counter()
        while time.perf_counter() - began < seconds:
            if is_there():
                return (time.perf_counter() - began) * 1000
            self.read(0.005)
        raise SystemExit("it did not come: " + bytes(self.bytes[-400:]).decode("utf-8", "replace"))

    def quiet(self, seconds):
        """Reads until nothing came for so long."""
        while self.read(seconds):
            pass

    def key(self, text):
        """Milliseconds from a key to the end of the frame."""
        at = len(self.bytes)
        began = time.perf_counter()
        os.write(self.fd, text)
        while END not in self.bytes[at:]:
            if time.perf_counter() - began > 5:
                raise SystemExit("a key did nothing")
            self.read(0.002)
        return (time.perf_counter() - began) * 1000

    def io(self):
        with open(f"/proc/{self.pid}/io") as file:
            return int(re.search(r"wchar: (\d+)", file.read()).group(1))

    def ticks(self):
        with open(f"/proc/{self.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12])

    def resident(self):
        with open(f"/proc/{self.pid}/status") as file:
            return int(re.search(r"VmHWM:\s+(\d+)", file.read()).group(1)) / 1024

    def end(self):
        os.kill(self.pid, signal.SIGTERM)
        self.quiet(0.3)
        os.waitpid(self.pid, 0)
        os.close(self.fd)


def p95(values):
    return sorted(values)[int((len(values) - 1) * 0.95)]


def bench_store(binary, db, folder):
    env = environment(folder)
    command = [binary, "--db", db, "--no-live", "--compare", "none"]
    frames, numbers = [], []
    for _ in range(7):
        terminal = Terminal(command, env)
        terminal.until(lambda: b"VISITORS" in terminal.bytes)
        frames.append((time.perf_counter() - terminal.began) * 1000)
        terminal.until(lambda: b"fresh" in terminal.bytes)
        numbers.append((time.perf_counter() - terminal.began) * 1000)
        terminal.end()
    compared = []
    for _ in range(5):
        terminal = Terminal([binary, "--db", db, "--no-live"], env)
        terminal.until(lambda: b"fresh" in terminal.bytes)
        compared.append((time.perf_counter() - terminal.began) * 1000)
        terminal.end()
    terminal = Terminal(command, env)
    terminal.until(lambda: b"fresh" in terminal.bytes)
    terminal.quiet(0.5)
    at = terminal.io()
    moves = [terminal.key(b"j") for _ in range(200) if not terminal.quiet(0.02)]
    each = (terminal.io() - at) / 200
    # Held for three seconds, thirty times a second; then nothing is left to do.
    for _ in range(90):
        os.write(terminal.fd, b"j")
        terminal.read(0.033)
    released = time.perf_counter()
    terminal.quiet(0.1)
    left = (time.perf_counter() - released - 0.1) * 1000
    others = [terminal.key(key) for key in (b"m", b"v", b"2", b"z", b"z", b"?", b"\x1b[B", b"q", b"0", b"\x1b[D") * 5 if not terminal.quiet(0.05)]
    terminal.quiet(2)
    time.sleep(4)
    before = terminal.io(), terminal.ticks()
    time.sleep(10)
    idle = terminal.io() - before[0], terminal.ticks() - before[1]
    memory = terminal.resident()
    text = bytes(terminal.bytes)
    begins, ends = text.count(b"\x1b[?2026h"), text.count(END)
    clears = text.count(b"\x1b[2J")
    terminal.end()
    live = Terminal([binary, "--db", db], env)
    live.until(lambda: b"fresh" in live.bytes)
    live.quiet(1.5)
    before = live.io(), live.ticks()
    time.sleep(10)
    with_live = live.io() - before[0], live.ticks() - before[1]
    live.end()
    print(f"\n{os.path.getsize(db) / 1e6:.0f} MB, 28 days, 200x60")
    table(["", "median", "p95 or worst"], [
        ["first frame, ms", f"{statistics.median(frames):.0f}", f"{max(frames):.0f}"],
        ["first numbers, ms", f"{statistics.median(numbers):.0f}", f"{max(numbers):.0f}"],
        ["first numbers, compared, ms", f"{statistics.median(compared):.0f}", f"{max(compared):.0f}"],
        ["a row further among 10,000, ms", f"{statistics.median(moves):.1f}", f"{p95(moves):.1f}"],
        ["other keys, ms", f"{statistics.median(others):.1f}", f"{p95(others):.1f}"],
    ])
    table(["", ""], [
        ["bytes written for a row further", f"{each:.0f}"],
        ["ms of work left after a key was held", f"{left:.0f}"],
        ["idle for 10 s: bytes, ticks", f"{idle[0]}, {idle[1]}"],
        ["idle for 10 s with --live: bytes, ticks", f"{with_live[0]}, {with_live[1]}"],
        ["peak MB", f"{memory:.0f}"],
        ["frames begun, ended; clears of the screen", f"{begins}, {ends}; {clears}"],
    ])


def bench_watch(binary, folder, seconds=20, rate=20_000):
    env = environment(os.path.join(folder, "watch"))
    log = os.path.join(folder, "grows.log")
    stop, written = threading.Event(), [0]
    open(log, "w").close()
    agents = [f"Mozilla/5.0 (X11; Linux x86_64; rv:{n}.0) Gecko/20100101 Firefox/{n}.0" for n in range(120, 140)]

    def grow():
        began = time.perf_counter()
        with open(log, "a") as out:
            while not stop.is_set():
                due = int((time.perf_counter() - began) * rate)
                now = time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime())
                out.writelines(
                    f'192.0.{n // 250 % 250}.{n % 250} - - [{now}] "GET /page/{n % 500} HTTP/1.1" 200 512 "-" "{agents[n % 20]}"\n'
                    for n in range(written[0], due))
                out.flush()
                written[0] = due
                stop.wait(0.05)

    writer = threading.Thread(target=grow)
    writer.start()
    db = os.path.join(folder, "watch.duckdb")
    terminal = Terminal([binary, "watch", "--db", db, "--site", "example.com", log], env, (120, 40))
    terminal.until(lambda: b"following" in terminal.bytes or b"now" in terminal.bytes)
    keys, lags = [], []
    until = time.perf_counter() + seconds
    time.sleep(2)
    import subprocess
    while time.perf_counter() < until:
        keys.append(terminal.key(b"j"))
        keys.append(terminal.key(b"k"))
        terminal.read(0.15)
    # A page that nobody asked for before: how long until it is on the screen?
    for n in range(5):
        name = f"/never-before-{n}"
        text = "".join(
            f'198.51.{a}.{b} - - [{time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime())}] "GET {name} HTTP/1.1" 200 5 "-" "{agents[0]}"\n'
            for a in range(40) for b in range(250))
        began = time.perf_counter()
        with open(log, "a") as out:
            out.write(text)
        seen = f"never-before-{n}".encode()
        terminal.until(lambda: seen in terminal.bytes)
        lags.append((time.perf_counter() - began) * 1000)
    stop.set()
    writer.join()
    total = subprocess.run(["wc", "-l", log], capture_output=True, text=True).stdout.split()[0]
    memory = terminal.resident()
    terminal.end()
    print(f"\n`watch` beside {rate:,} lines a second for {seconds} s ({int(total):,} lines)")
    table(["", "median", "p95 or worst"], [
        ["key to paint, ms", f"{statistics.median(keys):.1f}", f"{p95(keys):.1f}"],
        ["from the log to the screen, ms", f"{statistics.median(lags):.0f}", f"{max(lags):.0f}"],
        ["peak MB", f"{memory:.0f}", ""],
    ])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("--facts", type=int, default=10_000_000)
    args = parser.parse_args()
    binary = os.path.abspath(args.binary)
    with tempfile.TemporaryDirectory() as folder:
        bench_store(binary, fill(folder, args.facts), folder)
        bench_watch(binary, folder)


if __name__ == "__main__":
    main()
