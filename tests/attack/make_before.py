#!/usr/bin/env python3
"""Makes tests/fixtures/attack from the version before, in which every attack has to find the trail.

    tests/attack/make_before.py --program PATH

That version is the last commit before "open days are sealed". It is not needed to run the attacks."""

import argparse
import os
import tempfile

import fixture
import situations
import traffic as made
from program import Program
from store import Store
from traffic import LIVE

SEED = 7


def merged(path, folder, traffic, killed):
    """The same store hours later, when rows of past hours were added up: what was there lies in freed blocks."""
    program = Program(path, folder)
    for name in (killed.database, killed.log):
        if os.path.exists(name):
            os.link(name, program.database + name[len(killed.database):])
    program.state = killed.state
    stranger = made.month(SEED, 1, 40).traffic.views[0].line
    later = stranger[:stranger.index("[")] + "[10/Mar/2026:15:50:00 +0000]" + stranger[stranger.index("]") + 1:]
    program.import_lines("later.log", [later], LIVE + 4 * 3600 + 60)
    return Store("merged", program.keep("merged")[0], None, traffic.pages, begin=LIVE, rate=1)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--program", required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = lambda name: os.path.join(folder, name)
        traffic, (live, killed, *_) = situations.followed(options.program, place("live"), SEED, 1, 300)
        after = merged(options.program, place("merged"), traffic, killed)
        month, (_, days) = situations.imported(options.program, place("month"), made.month(SEED, 30, 100), late=situations.LATE)
        small, (_, few) = situations.imported(options.program, place("small"), made.small(SEED))
        fixture.pack([("before", traffic, live), ("before, merged", traffic, after), ("before, month", month, days),
                      ("before, small", small, few)])
    for name in fixture.NAMES:
        print(f"{name}: {os.path.getsize(name)} bytes")


if __name__ == "__main__":
    main()
