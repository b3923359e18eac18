#!/usr/bin/env python3
"""Measures the program from outside and prints Markdown tables.

    benches/run.py BINARY [report] [commits] [leases] [--facts N] [--seconds N]

report: `report --since 7d` on a store of made-up facts.
commits: `report --since 7d` between thousands of commits of one line.
leases: four `report` loops beside a `watch` that commits every second.
"""
import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def run(command, **options):
    """(seconds, peak MB) of a command that has to end well."""
    started = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"{command} ended with {child.returncode}")
    return time.perf_counter() - started, usage.ru_maxrss / 1024


def table(head, rows):
    print("\n| " + " | ".join(head) + " |\n|" + "---|" * len(head))
    for row in rows:
        print("| " + " | ".join(str(cell) for cell in row) + " |")


def environment(folder):
    names = {"XDG_DATA_HOME": "data", "XDG_STATE_HOME": "state", "XDG_CONFIG_HOME": "config", "HOME": "home"}
    return os.environ | {name: os.path.join(folder, below) for name, below in names.items()}


def fill(folder, facts):
    db = os.path.join(folder, "facts.duckdb")
    features = [] if os.path.exists(os.path.join(ROOT, "vendor", "bundled")) else ["--no-default-features"]
    subprocess.run(["cargo", "run", "-q", "--release", *features, "--example", "fill", "--", db, str(facts), str(int(time.time()))],
                   cwd=ROOT, env=os.environ | {"DUCKDB_LIB_DIR": os.path.join(ROOT, "vendor")}, check=True)
    return db


def bench_report(binary, db, facts):
    rows = []
    for args in (["--since", "7d"], ["--since", "28d"], ["--period", "12mo"], ["--since", "7d", "--filter", "country==AB"]):
        measured = [run([binary, "report", "--db", db, *args, "--format", "json"]) for _ in range(11)][2:]
        times = [s * 1000 for s, _ in measured]
        rows.append([" ".join(["report", *args]), f"{statistics.median(times):.0f}", f"{max(times):.0f}", f"{max(m for _, m in measured):.0f}"])
    print(f"\n{facts:,} facts, {os.path.getsize(db) / 1e6:.0f} MB, median of 9")
    table(["", "median ms", "worst ms", "peak MB"], rows)


def bench_leases(binary, db, folder, seconds):
    log = os.path.join(folder, "live.log")
    open(log, "w").close()
    env = environment(folder)
    times, stop = [], threading.Event()

    def reports():
        while not stop.is_set():
            started = time.perf_counter()
            done = subprocess.run([binary, "report", "--db", db, "--since", "7d", "--format", "json"], capture_output=True)
            times.append((time.perf_counter() - started, done.returncode, done.stderr))

    def lines():
        with open(log, "a") as out:
            while not stop.is_set():
                now = time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime())
                for n in range(20):
                    out.write(f'192.0.2.{n} - - [{now}] "GET /live/{n} HTTP/1.1" 200 5 "-" "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"\n')
                out.flush()
                stop.wait(0.2)

    writer = threading.Thread(target=lines)
    writer.start()
    time.sleep(0.5)
    said = open(os.path.join(folder, "said"), "w+")
    watch = subprocess.Popen([binary, "watch", "--headless", "-v", "--db", db, "--site", "example.com", log], env=env, stderr=said)
    readers = [threading.Thread(target=reports) for _ in range(4)]
    for reader in readers:
        reader.start()
    time.sleep(seconds)
    stop.set()
    for thread in [*readers, writer]:
        thread.join()
    watch.terminate()
    watch.wait(30)
    said.seek(0)
    commits = sum(line.startswith("committed ") for line in said)
    failed = [(code, text) for _, code, text in times if code]
    ordered = sorted(t for t, _, _ in times)
    print(f"\nfour report loops beside a watch for {seconds} s")
    table(["reports", "failed", "commits", "median ms", "p99 ms", "worst ms"],
          [[len(times), len(failed), commits, *(f"{ordered[int((len(ordered) - 1) * share)] * 1000:.0f}" for share in (0.5, 0.99, 1))]])
    if failed:
        print(failed[0])


def bench_commits(binary, db, folder, commits, every=50):
    env, log = environment(folder), os.path.join(folder, "slow.log")
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    reports, watches, longest = [], [], 0
    for number in range(commits):
        now = time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime())
        with open(log, "a") as out:
            out.write(f'192.0.2.{number % 250} - - [{now}] "GET /slow/{number} HTTP/1.1" 200 5 "-" "{agent}"\n')
        # Unlike import it leaves its commits in the log.
        watch = [binary, "watch", "--headless", "-q", "--until-idle", "10ms", "--no-inotify"]
        watches.append(run([*watch, "--db", db, "--site", "example.com", log], env=env)[0] * 1000)
        longest = max(longest, os.path.getsize(db + ".wal") if os.path.exists(db + ".wal") else 0)
        if number % every == every - 1:
            command = [binary, "report", "--db", db, "--since", "7d", "--format", "json"]
            reports.append(statistics.median(run(command)[0] for _ in range(3)) * 1000)
    third = len(reports) // 3
    print(f"\n{commits:,} commits of one line, report --since 7d after each {every} (median of 3)")
    table(["first third, ms", "last third, ms", "worst ms", "commit ms", "longest WAL, kB", "file, MB"],
          [[f"{statistics.median(reports[:third]):.0f}", f"{statistics.median(reports[-third:]):.0f}", f"{max(reports):.0f}",
            f"{statistics.median(watches):.0f}", f"{longest / 1000:.0f}", f"{os.path.getsize(db) / 1e6:.0f}"]])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("what", nargs="*", default=[])
    parser.add_argument("--facts", type=int, default=10_000_000)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--commits", type=int, default=300)
    args = parser.parse_args()
    what = args.what or ["report", "commits", "leases"]
    binary = os.path.abspath(args.binary)
    if "commits" in what:
        with tempfile.TemporaryDirectory() as folder:
            bench_commits(binary, fill(folder, 2_000_000), folder, args.commits)
    if {"report", "leases"} & set(what):
        with tempfile.TemporaryDirectory() as folder:
            db = fill(folder, args.facts)
            if "report" in what:
                bench_report(binary, db, args.facts)
            if "leases" in what:
                bench_leases(binary, db, folder, args.seconds)


if __name__ == "__main__":
    main()
