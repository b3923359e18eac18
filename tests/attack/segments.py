"""Reads sizes and order of what is sealed.

Before: the number of the shard of open visits that a commit wrote was the visitor's.
Now: commits are paired that look alike from outside: the size of the newest segment, how much it grew, its tier, and how
many hashes came with it. Where the newest segment grew most, a long path is guessed."""

import alike
from guesses import Guesses


def attack(store):
    if "open_visits" in store.tables:
        return [Guesses("seconds", alike.pair([(c.second, set(shards(c))) for c in store.commits]))]
    looks = [(commit.second, set(look(store, commit))) for commit in store.commits]
    return [Guesses("seconds", alike.pair(looks)), Guesses("times", list(long(store)))]


def shards(commit):
    for rows in (commit.added, commit.removed):
        for _, shard, _ in rows.get("open_visits", []):
            yield ("shard",), shard


def segments(store, rows):
    """Tier, first, last, and length of what is sealed in rows."""
    for table in ("sealed", "sealed_full"):
        if table in store.tables:
            columns = store.tables[table].columns
            for row in rows.get(table, []):
                row = dict(zip(columns, row))
                yield table, row.get("tier"), row["last"] - row["first"], len(row["payload"])


def look(store, commit):
    """What a commit looks like from outside, piece by piece and together."""
    new, old = sorted(segments(store, commit.added)), sorted(segments(store, commit.removed))
    hashes = len(commit.added.get("seen", []))
    grown = sum(s[-1] for s in new) - sum(s[-1] for s in old)
    yield ("sizes",), tuple(s[-1] for s in new)
    yield ("grown",), (grown, hashes)
    yield ("tiers",), tuple(s[:3] for s in new)
    yield ("bytes",), len(commit.grown)
    yield ("all",), (tuple(new), grown, hashes, len(commit.grown))


def long(store):
    """The longest paths, at the commits where the newest segment grew."""
    longest = sorted(range(len(store.pages)), key=lambda number: -len(store.pages[number].path))
    grown = []
    for commit in store.commits:
        new, old = list(segments(store, commit.added)), list(segments(store, commit.removed))
        more = sum(s[-1] for s in new) - sum(s[-1] for s in old)
        if more > 0:
            grown.append((more, commit.second))
    for (_, second), page in zip(sorted(grown), longest):
        yield second, second + 1, page
