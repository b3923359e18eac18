"""Cuts the write-ahead log at growing lengths and lets the engine read it: what did each commit change?

Commits whose rows, old or new, share a rare value are paired."""

import alike
from guesses import Guesses


def attack(store):
    commits = [(commit.second, set(marks(store, commit))) for commit in store.commits]
    return [Guesses("seconds", alike.pair(commits))]


def marks(store, commit):
    """Table, column and value, of rows that came and rows that went alike."""
    for rows in (commit.added, commit.removed):
        for table, some in rows.items():
            columns = store.tables[table].columns
            for row in some:
                for column, value in zip(columns, row):
                    yield (table, column), value
