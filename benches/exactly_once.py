#!/usr/bin/env python3
"""What programs count when a log is rotated, packed or read by a program that
is killed: lines written against lines counted.

    benches/exactly_once.py BINARY

GoAccess keeps its data with --persist and --restore, as its manual says; it is
left out where it is not installed.
"""
import gzip
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def lines(begin, end):
    day = time.strftime("%d/%b/%Y", time.gmtime(time.time() - 86400))
    return "".join(f'198.51.100.{n % 250} - - [{day}:10:{n // 60 % 60:02}:{n % 60:02} +0000] "GET /p/{n} HTTP/1.1" 200 5 "-" "{AGENT}"\n'
                   for n in range(begin, end))


class Ours:
    def __init__(self, folder, binary):
        self.flags = ["--db", f"{folder}/store.duckdb", "--state-dir", f"{folder}/state", "--site", "example.com", "-q"]
        self.binary = binary

    def read(self, *files):
        subprocess.run([self.binary, "import", *self.flags, *files], check=True)

    def follow(self, log):
        return subprocess.Popen([self.binary, "watch", "--headless", *self.flags, log])

    def counted(self):
        out = subprocess.run([self.binary, "report", "--db", self.flags[1], "--period", "all", "--format", "json"], capture_output=True, check=True)
        return json.loads(out.stdout)["ledger"]["lines"]


class GoAccess:
    def __init__(self, folder, _):
        self.folder = f"{folder}/goaccess"
        os.mkdir(self.folder)
        self.flags = ["--log-format=COMBINED", "--no-global-config", f"--db-path={self.folder}", "--persist"]

    def restore(self):
        return ["--restore"] if os.listdir(self.folder) else []

    def read(self, *files):
        plain = [name for name in files if not name.endswith(".gz")]
        packed = [name for name in files if name.endswith(".gz")]
        if plain:
            subprocess.run(["goaccess", *plain, *self.flags, *self.restore(), "--process-and-exit"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for name in packed:
            text = gzip.open(name).read()
            subprocess.run(["goaccess", "-", *self.flags, *self.restore(), "--process-and-exit"], input=text, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def follow(self, log):
        return subprocess.Popen(["goaccess", log, *self.flags, *self.restore(), "--real-time-html", "--port=17890", "-o", f"{self.folder}.html"],
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def counted(self):
        out = f"{self.folder}.json"
        empty = f"{self.folder}.empty"
        open(empty, "w").close()
        shutil.copytree(self.folder, f"{self.folder}.copy", dirs_exist_ok=True)
        if not os.listdir(self.folder):
            return 0
        flags = ["--log-format=COMBINED", "--no-global-config", f"--db-path={self.folder}.copy", "--restore"]
        subprocess.run(["goaccess", empty, *flags, "-o", out], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return json.load(open(out))["general"]["total_requests"]


def append(path, text):
    with open(path, "a") as out:
        out.write(text)


def pack(path):
    with open(path, "rb") as plain, gzip.open(path + ".gz", "wb") as packed:
        shutil.copyfileobj(plain, packed)
    os.remove(path)


def twice(tool, log):
    append(log, lines(0, 1000))
    tool.read(log)
    tool.read(log)
    return 1000


def packed_after_reading(tool, log):
    append(log, lines(0, 1000))
    tool.read(log)
    append(log, lines(1000, 1100))
    os.rename(log, log + ".1")
    pack(log + ".1")
    append(log, lines(1100, 1300))
    tool.read(log + ".1.gz", log)
    return 1300


def killed(tool, log):
    append(log, lines(0, 1000))
    tool.read(log)
    child = tool.follow(log)
    time.sleep(2)
    append(log, lines(1000, 1500))
    time.sleep(3)
    child.send_signal(signal.SIGKILL)
    child.wait()
    append(log, lines(1500, 1600))
    os.rename(log, log + ".1")
    append(log, lines(1600, 1700))
    tool.read(log + ".1", log)
    return 1700


CASES = [("read twice", twice), ("packed by logrotate after half of it was read", packed_after_reading),
         ("killed while following, then rotated", killed)]


def main():
    binary = os.path.abspath(sys.argv[1])
    tools = [("fathom-tui", Ours)] + ([("GoAccess", GoAccess)] if shutil.which("goaccess") else [])
    print("| | lines written | " + " | ".join(name for name, _ in tools) + " |\n|---|---|" + "---|" * len(tools))
    for what, case in CASES:
        counts = []
        for _, make in tools:
            with tempfile.TemporaryDirectory() as folder:
                tool = make(folder, binary)
                written = case(tool, os.path.join(folder, "access.log"))
                counts.append(tool.counted())
        print(f"| {what} | {written} | " + " | ".join(map(str, counts)) + " |")


main()
