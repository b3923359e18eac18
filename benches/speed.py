#!/usr/bin/env python3
"""How long imports take, beside other programs: Markdown tables.

    benches/speed.py BINARY [--lines N] [--runs N] [--memory]

Everything runs in turns, so that a slow minute of the machine is one for all;
figures are medians. GoAccess and rhit are measured where they are installed.
--memory imports ten times the lines of the same visitors as well (12 GB).
"""
import argparse
import os
import shutil
import statistics
import subprocess
import tempfile
import time

import logs


class Bench:
    def __init__(self, binary, folder):
        self.binary, self.folder = binary, folder
        self.measured = {}

    def path(self, name):
        return os.path.join(self.folder, name)

    def environment(self, fresh):
        home = self.path("home")
        if fresh:
            shutil.rmtree(home, ignore_errors=True)
        names = {"XDG_DATA_HOME": "data", "XDG_STATE_HOME": "state", "XDG_CONFIG_HOME": "config", "HOME": "home"}
        return os.environ | {name: os.path.join(home, below) for name, below in names.items()}

    def run(self, name, command, **options):
        """Notes seconds, seconds of CPU and peak MB."""
        begun = time.perf_counter()
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - begun
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            raise SystemExit(f"{command} ended with {child.returncode}")
        figures = (seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
        self.measured.setdefault(name, []).append(figures)

    def ours(self, name, log, fresh=True, before=()):
        command = [*before, self.binary, "import", "-q", "--site", "example.com", log]
        self.run(name, command, env=self.environment(fresh))

    def median(self, name, which=0):
        return statistics.median(figures[which] for figures in self.measured[name])

    def table(self, rows):
        print("\n| | seconds | CPU seconds | lines/s | peak MB |\n|---|---|---|---|---|")
        for name, lines in rows:
            if name in self.measured:
                seconds = self.median(name)
                rate = f"{lines / seconds:,.0f}" if lines else ""
                memory = max(figures[2] for figures in self.measured[name])
                print(f"| {name} | {seconds:.2f} | {self.median(name, 1):.2f} | {rate} | {memory:.0f} |")


NEW = b'192.0.2.7 - - [%s +0000] "GET /new HTTP/1.1" 200 5 "-" "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"\n'


def small(bench, log, what):
    """Milliseconds of commands that have next to nothing to do."""
    bench.ours("first", log)
    for _ in range(9):
        bench.ours("again", log, fresh=False)
    for _ in range(9):
        with open(log, "ab") as out:
            out.write(NEW % time.strftime("%d/%b/%Y:%H:%M:%S", time.gmtime()).encode())
        bench.ours("one more", log, fresh=False)
        bench.run("help", [bench.binary, "--help"])
    print("\n| | milliseconds |\n|---|---|")
    print(f"| {what} imported again, unchanged | {bench.median('again') * 1000:.0f} |")
    print(f"| the same with one new line | {bench.median('one more') * 1000:.0f} |")
    print(f"| `--help` | {bench.median('help') * 1000:.0f} |")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("--lines", type=int, default=5_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--memory", action="store_true")
    parser.add_argument("--folder", help="where logs are made and kept")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=args.folder) as folder:
        measure(Bench(os.path.abspath(args.binary), folder), args)


def measure(bench, args):
    nginx = logs.generated(bench.binary, bench.path("nginx.log"), args.lines)
    agents = logs.with_new_agents(nginx, bench.path("agents.log"))
    pages = logs.with_many_pages(nginx, bench.path("pages.log"), args.lines // 5)
    gz = logs.packed(nginx, bench.path("nginx.log.gz"))
    caddy_lines = args.lines * 2 // 5
    caddy = logs.generated(bench.binary, bench.path("caddy.log"), caddy_lines, "caddy")
    for _ in range(args.runs):
        bench.ours("nginx combined", nginx)
        bench.ours("the same on one core", nginx, before=["taskset", "-c", "0"])
        bench.ours("20 % of its agents new", agents)
        bench.ours("page views of many pages", pages)
        bench.ours("the gzip of it", gz)
        bench.run("`gzip -dc \\| wc -l`", f"gzip -dc {gz} | wc -l", shell=True)
        bench.ours("Caddy JSON", caddy)
        if shutil.which("rhit"):
            bench.run("rhit", ["rhit", "--silent-load", nginx])
        if shutil.which("goaccess"):
            bench.run("GoAccess", ["goaccess", nginx, "--log-format=COMBINED", "-o", bench.path("out.json")])
    lines = args.lines
    print(f"\n{lines:,} lines, {logs.size(nginx) / 1e9:.2f} GB; Caddy {caddy_lines:,} lines; median of {args.runs}")
    names = ["nginx combined", "rhit", "GoAccess", "the same on one core", "20 % of its agents new",
             "page views of many pages", "the gzip of it", "`gzip -dc \\| wc -l`"]
    bench.table([*((name, lines) for name in names), ("Caddy JSON", caddy_lines)])
    small(bench, nginx, f"{logs.size(nginx) / 1e9:.1f} GB")
    if args.memory:
        many = logs.repeated(nginx, bench.path("many.log"))
        bench.ours("ten times the lines", many)
        bench.table([("ten times the lines", lines * 10)])
        small(bench, many, f"{logs.size(many) / 1e9:.1f} GB")


main()
