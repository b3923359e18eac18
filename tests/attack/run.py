#!/usr/bin/env python3
"""Attacks stores of the program: is there anything by which the views of one visitor can be told?

    tests/attack/run.py --program PATH [--only ATTACK]... [--rate 1|8] [--views 300] [--seed 1] [--short]

Makes traffic of which the truth is known, lets the program fill stores with it, and runs every attack in every situation.
A line is what an attack claimed: how much of it was right, how much a random pairer gets right, and the limit (mean and
three sigma of 400 random worlds, and never less than the best of them; of what is claimed to be proved: what follows from
totals alone). Every attack has to find the trail in stores of the version before (tests/fixtures/attack), or where
something was planted for it; one that does not proves nothing.

Exit 1 if an attack found something, or did not find what was there for it; 77 if it cannot run."""

import argparse
import functools
import os
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from importlib import import_module
from multiprocessing import get_context
from typing import NamedTuple

try:
    import duckdb  # noqa: F401
except ImportError:
    print("skipped: the Python module duckdb is missing (pip install duckdb==1.5.5)", file=sys.stderr)
    sys.exit(77)

import fixture
import known_strings
import naive
import opened
import situations
import traffic as made
from program import Failed
from score import Truth
from store import Store

ATTACKS = ("commit_rows", "wal_rows", "wal_bytes", "segments", "cursors", "rare_visits", "puzzles", "subtraction", "crossings",
           "regulars", "thin_hours", "late_texts", "row_order", "freed_blocks", "known_strings", "opened")
# Where an attack has to find something. What the version before did not have was made for it.
PROOFS = {"before": ("commit_rows", "wal_rows", "wal_bytes", "segments", "cursors", "late_texts", "rare_visits"),
          "before, merged": ("freed_blocks", "rare_visits"),
          "before, month": ("regulars", "thin_hours", "rare_visits"),
          "before, small": ("subtraction", "puzzles", "row_order"),
          "naive pairs": ("subtraction", "puzzles", "crossings", "row_order"),
          "planted": ("known_strings", "opened")}
# What docs/privacy.md says is not kept from whoever looks at many days of a small site. With `rare = "hide"` it is.
KNOWN = {("regulars", "month, 40 days"), ("regulars", "small, 40 days")}
HIDE = '[privacy]\nrare = "hide"\n'


class Line(NamedTuple):
    """What one attack got in one situation."""
    attack: str
    situation: str
    unit: str
    note: str
    right: int
    tried: int
    expected: float
    limit: float

    def is_found(self):
        return self.right > self.limit


def attacks(traffic, store, names):
    """Runs attacks against one store."""
    truth, lines = Truth(traffic), []
    for name in names:
        for guesses in import_module(name).attack(store):
            lines.append(Line(name, store.name, guesses.unit, guesses.note, *truth.score(guesses)))
    return lines


def planted(traffic, folder, names):
    """Strings that are there, and an open day in which each commit stands alone."""
    lines, truth = [], Truth(traffic)
    if "known_strings" in names:
        path = os.path.join(folder, "nothing.duckdb")
        with open(path, "wb") as file:
            file.write(os.urandom(1 << 20))
        store = Store("planted", path, None, traffic.pages, secrets=secrets(traffic))
        expected = known_strings.planted(store, folder)
        for guesses in known_strings.attack(store):
            found = len(set(guesses.claims))
            lines.append(Line("known_strings", "planted", "bytes", "", found, expected, 0.0, expected - 1))
    if "opened" in names:
        day = traffic.views[0].time // made.DAY * made.DAY
        for guesses in opened.trails(opened.example(traffic), traffic.pages, day):
            lines.append(Line("opened", "planted", guesses.unit, guesses.note, *truth.score(guesses)))
    return lines


def secrets(traffic):
    return tuple({*traffic.addresses.values(), *traffic.agents.values()})


def jobs(options, folder):
    """What is filled: functions that give (traffic, stores)."""
    place, short = functools.partial(os.path.join, folder), options.short
    fill = []
    for rate in [options.rate] if options.rate else [1, 8]:
        views = min(options.views, 80) if short and rate == 1 else options.views
        where = options.program, place(f"rate{rate}")
        fill.append((f"{rate}/s", functools.partial(situations.followed, *where, options.seed, rate, views)))
    days, views = (10, min(options.views, 120)) if short else (30, options.views)
    late = situations.LATE if not short else ((2, 5, 1, 3),)
    month = lambda: made.month(options.seed, days, views)
    few = lambda: made.small(options.seed, days)
    fill.append(("month", lambda: situations.imported(options.program, place("month"), month(), late=late)))
    fill.append(("small", lambda: situations.imported(options.program, place("small"), few())))
    fill.append(("small hidden", lambda: situations.imported(options.program, place("small-hidden"), few(), HIDE)))
    if not short:
        fill.append(("hidden", lambda: situations.imported(options.program, place("hidden"), month(), HIDE, late)))
    return fill


def filled(name, job):
    """The stores of one job, named by it."""
    try:
        traffic, stores = job()
    except Failed as error:
        if "unknown field `privacy`" in str(error):
            print(f"left out: {name}: {error}", file=sys.stderr)
            return None, []
        raise
    for store in stores:
        store.name, store.secrets = f"{name}, {store.name}", secrets(traffic)
    # Forty days later a day looks as when it was closed, and months are attacked as they are then.
    stores = [store for store in stores if store.name.endswith("40 days") == ("/s" not in name)]
    return traffic, stores


def run(options, folder):
    names = [name for name in ATTACKS if not options.only or name in options.only]
    lines, work = [], []
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool, ThreadPoolExecutor(8) as threads:
        filling = [threads.submit(filled, name, job) for name, job in jobs(options, folder)]
        packed = os.path.join(folder, "before")
        os.makedirs(packed)
        before = list(fixture.unpack(packed))
        small = made.small(options.seed).traffic
        before.append((small, naive.store(small)))
        for traffic, store in before:
            some = [name for name in names if name in PROOFS[store.name] or not options.short and store.name != "naive pairs"]
            work.append(pool.submit(attacks, traffic, store, [name for name in some if name not in PROOFS["planted"]]))
        work.append(pool.submit(planted, made.live(options.seed, 1), folder, names))
        for done in as_completed(filling):
            traffic, stores = done.result()
            work += [pool.submit(attacks, traffic, store, names) for store in stores]
        for done in as_completed(work):
            lines += done.result()
    return names, lines


def show(names, lines):
    """The table, and what is wrong with it."""
    wrong = []
    print(f"{'attack':14} {'situation':21} {'unit':9}{'right':>6}{'tried':>7}{'expected':>10}{'limit':>9}")
    for line in sorted(lines, key=lambda line: (ATTACKS.index(line.attack), line.situation not in PROOFS, line.situation)):
        is_proof = line.situation in PROOFS
        if is_proof and not line.tried:
            continue
        is_known = (line.attack, line.situation) in KNOWN
        word = "" if not line.is_found() else "found" if is_proof else "known" if is_known else "FOUND"
        numbers = f"{line.right:6}{line.tried:7}{line.expected:10.1f}{line.limit:9.1f}"
        print(f"{line.attack:14} {line.situation:21} {line.unit:9}{numbers}  {word:6}{line.note}".rstrip())
        if word == "FOUND":
            wrong.append(f"{line.attack} finds {line.unit} in {line.situation}")
    for situation, some in PROOFS.items():
        for name in set(some) & set(names):
            if not any(line.is_found() for line in lines if (line.attack, line.situation) == (name, situation)):
                wrong.append(f"{name} does not find what is there for it in {situation}: it proves nothing")
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--program", required=True, help="the binary")
    parser.add_argument("--only", choices=ATTACKS, action="append", help="one attack; may be repeated")
    parser.add_argument("--rate", type=int, choices=(1, 8), help="views a second where a log is followed [default: both]")
    parser.add_argument("--views", type=int, default=300, help="views of a day")
    parser.add_argument("--seed", type=int, default=1, help="of the traffic")
    parser.add_argument("--short", action="store_true", help="fewer views and days, for CI")
    parser.add_argument("--keep", metavar="FOLDER", help="where the stores stay, to be looked at")
    options = parser.parse_args()
    if not os.access(options.program, os.X_OK):
        parser.error(f"{options.program} is no program")
    begin = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        if options.keep:
            folder = options.keep
            os.makedirs(folder)
        try:
            names, lines = run(options, folder)
        except Failed as error:
            print(f"error: {error}", file=sys.stderr)
            return 1
    wrong = show(names, lines)
    if "opened" in names and not any(line.attack == "opened" and line.situation not in PROOFS for line in lines):
        print("opened: left out in all situations: opened.open_day is not filled in")
    print(f"{len(lines)} lines in {time.monotonic() - begin:.0f} s")
    for text in wrong:
        print(f"wrong: {text}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
