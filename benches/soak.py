#!/usr/bin/env python3
"""Follows a busy log for a while: rotations with compression, restarts, and
whether anything grows.

    benches/soak.py BINARY [--seconds 1440] [--rotations 24] [--restarts 20] [--rate 2000]
"""
import argparse
import gzip
import json
import os
import shutil
import statistics
import subprocess
import tempfile
import threading
import time

AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


class Writer(threading.Thread):
    """A server: writes at an even rate, and rotates like logrotate."""

    def __init__(self, folder, args):
        super().__init__()
        self.folder, self.args = folder, args
        self.log = os.path.join(folder, "access.log")
        self.written = 0
        self.history = []  # (time, lines written by then)
        self.stop = threading.Event()

    def run(self):
        out = open(self.log, "ab")
        begun = time.monotonic()
        rotated = 0
        while not self.stop.is_set():
            due = int((time.monotonic() - begun) * self.args.rate)
            stamp = time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime())
            lines = (f'198.{18 + n % 2}.{n // 250 % 80}.{n % 250} - - [{stamp}] "GET /page/{n * 7 % 5000} HTTP/1.1" 200 512 "-" "{AGENT}"\n'
                     for n in range(self.written, due))
            out.write("".join(lines).encode())
            out.flush()
            self.written = max(self.written, due)
            self.history.append((time.monotonic(), self.written))
            if (time.monotonic() - begun) / self.args.seconds * (self.args.rotations + 1) > rotated + 1 and rotated < self.args.rotations:
                rotated += 1
                os.rename(self.log, f"{self.log}.{rotated}")
                out = open(self.log, "ab")
                threading.Thread(target=self.pack, args=(f"{self.log}.{rotated}",)).start()
            time.sleep(0.05)
        out.close()

    def pack(self, path):
        time.sleep(2)
        with open(path, "rb") as plain, gzip.open(path + ".gz", "wb", 1) as packed:
            shutil.copyfileobj(plain, packed)
        os.remove(path)

    def lag(self, lines, now):
        """Seconds since the first line that is not among so many was written."""
        for when, written in reversed(self.history):
            if written <= lines:
                return now - when
        return now - self.history[0][0] if self.history else 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    for name, usual in [("seconds", 1440), ("rotations", 24), ("restarts", 20), ("rate", 2000)]:
        parser.add_argument(f"--{name}", type=int, default=usual)
    args = parser.parse_args()
    binary = os.path.abspath(args.binary)
    with tempfile.TemporaryDirectory() as folder:
        db = os.path.join(folder, "soak.duckdb")
        flags = ["--db", db, "--state-dir", os.path.join(folder, "state"), "--site", "example.com"]
        writer = Writer(folder, args)
        open(writer.log, "w").close()
        watch = lambda: subprocess.Popen([binary, "watch", "--headless", "-q", *flags, writer.log])
        ledger = lambda: json.loads(subprocess.run([binary, "report", "--db", db, "--period", "all", "--format", "json"],
                                                   capture_output=True, check=True).stdout)["ledger"]["lines"]
        child = watch()
        time.sleep(1.5)
        writer.start()
        begun = time.monotonic()
        restarts, rows = 0, []
        while time.monotonic() - begun < args.seconds:
            time.sleep(5)
            now = time.monotonic()
            # Just started, or just about to be: its commit is still to come.
            lag = writer.lag(ledger(), now) if os.path.exists(db) else 0
            status = open(f"/proc/{child.pid}/status").read()
            memory = int(status.split("VmRSS:")[1].split()[0]) / 1024
            descriptors = len(os.listdir(f"/proc/{child.pid}/fd"))
            wal = os.path.getsize(db + ".wal") if os.path.exists(db + ".wal") else 0
            rows.append((now - begun, lag, memory, descriptors, wal))
            if (now - begun) / args.seconds * (args.restarts + 1) > restarts + 1 and restarts < args.restarts:
                restarts += 1
                child.terminate()
                child.wait(10)
                child = watch()
        writer.stop.set()
        writer.join()
        time.sleep(4)
        counted = ledger()
        child.terminate()
        child.wait(10)
        end = rows[-1][0]
        share = min(180, end / 8)
        first = [row for row in rows if row[0] <= share + 5]
        last = [row for row in rows if row[0] >= end - share]
        mean = lambda some, column: statistics.mean(row[column] for row in some)
        print(f"{args.rotations} rotations, {restarts} restarts, {args.seconds} s, {args.rate} lines/s")
        print("| lines written | counted | lag median s | lag worst s | MB first | MB last | descriptors | WAL worst KB | store MB |\n|" + "---|" * 9)
        print(f"| {writer.written} | {counted} | {statistics.median(r[1] for r in rows):.2f} | {max(r[1] for r in rows):.2f} | {mean(first, 2):.0f} | {mean(last, 2):.0f} "
              f"| {min(r[3] for r in rows)} to {max(r[3] for r in rows)} | {max(r[4] for r in rows) / 1024:.0f} | {os.path.getsize(db) / 1e6:.1f} |")


main()
