"""Pairs the rows of a commit.

Before: a commit's "-1 exit, +12 seconds" on one page stood beside the "+1 page view" of the next one.
Now: what is plain of a commit are hashes of the day and sealed rows. Commits are paired whose hashes have the closest bits;
and, where a commit is one view, those that brought as many: a visitor's first two pages bring two, later ones one."""

from guesses import Guesses
from store import DIMENSIONS, page_numbers

TRAITS = DIMENSIONS + ("region", "city", "bucket")


def attack(store):
    if store.begin is None:
        return []
    if "page_facts" in store.tables:
        return [deltas(store, groups(store))]
    return [closest(store), counted(store)]


def groups(store):
    """The rows of page_facts by commit: what copies gained, or, as they lie, so many views as the ledger says."""
    columns = store.tables["page_facts"].columns
    as_dicts = lambda rows: [dict(zip(columns, row)) for row in rows]
    if store.copies:
        return [(c.second, as_dicts(c.added.get("page_facts", []))) for c in store.commits]
    return split(store, store.tables)


def split(store, tables):
    """Rows lie in the order in which they came; the ledger has a row a commit, with its lines."""
    found, rows = [], iter(tables["page_facts"].dicts())
    for number, entry in enumerate(tables["ledger"].dicts()):
        some, views = [], 0
        while views < entry["lines"] or (some and is_after(some)):
            row = next(rows, None)
            if row is None:
                break
            some.append(row)
            views += row["page_views"]
        found.append(((store.begin or 0) + number, some))
    return found


def is_after(rows):
    """Whether the row of the page before is still to come: it stands behind that of the page."""
    views = sum(row["page_views"] - row["visits"] for row in rows)
    return views > sum(row["duration_n"] for row in rows)


def deltas(store, commits):
    """The page before is where an exit is taken back; how long it was seen tells when it was opened."""
    paths, numbers = store.texts("pages"), page_numbers(store.pages)
    claims = []
    for second, rows in commits:
        taken = [row for row in rows if row["duration_n"] > 0]
        for row in rows:
            if row["page_views"] <= row["visits"]:
                continue
            alike = [t for t in taken if all(t[name] == row[name] for name in TRAITS if name != "bucket")]
            for before in alike if len(alike) == 1 else [t for t in alike if t["page"] != row["page"]]:
                gone = before["duration_s"] // before["duration_n"]
                pair = [(at, numbers.get(paths[r["page"]])) for at, r in ((second, row), (second - gone, before))]
                claims.append(tuple(pair))
    return Guesses("views", claims)


def closest(store):
    """Hashes of one visitor would be near each other if anything of them was shared."""
    claims, seen = [], []
    for commit in store.commits:
        hashes = [int(row[1]) for row in commit.added.get("seen", [])]
        if hashes and seen:
            distance = lambda other: min((h ^ other[1]).bit_count() for h in hashes)
            claims.append((commit.second, min(seen, key=distance)[0]))
        seen += [(commit.second, h) for h in hashes]
    return Guesses("seconds", claims)


def counted(store):
    """How many hashes a view brought tells how much of its visit was before."""
    claims, last = [], {}
    for commit in store.commits if store.rate == 1 else ():
        hashes = len(commit.added.get("seen", []))
        if hashes in last:
            claims.append((commit.second, last[hashes]))
        last[hashes] = commit.second
    return Guesses("seconds", claims, note="by the number of hashes")
