"""Cuts the write-ahead log at growing lengths and reads its bytes.

Commits that share rare bytes at one place of one table's entries are paired; paths of the site in the bytes tell when
a page was seen."""

import alike
import wal
from guesses import Guesses

WIDTH = 4


def attack(store):
    commits = [(commit.second, set(marks(commit.grown))) for commit in store.commits if commit.grown]
    return [Guesses("seconds", alike.pair(commits)), Guesses("times", list(named(store)))]


def marks(grown):
    """Table, length of the entry and place in it, with the bytes there."""
    table = b""
    for _, entry in wal.entries(grown):
        if entry.startswith(wal.TABLE):
            table = entry
            continue
        for at in range(len(entry) - WIDTH + 1):
            yield (table, len(entry), at), entry[at:at + WIDTH]


def named(store):
    """Pages whose paths stand in what a commit wrote."""
    for commit in store.commits:
        for number, page in enumerate(store.pages):
            if len(page.path) > 4 and page.path.encode() in commit.grown:
                yield commit.second, commit.second + 1, number
