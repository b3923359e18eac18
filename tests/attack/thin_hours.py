"""Reads bytes and times of hours in which little was asked for: a page's size names it.

The sum of few sizes is taken apart. Where an hour had one visitor, the pages are his; where lines came late and were one
visitor's, his traits stand beside."""

from collections import defaultdict
from itertools import combinations, combinations_with_replacement
from typing import NamedTuple

import closed
from guesses import RARE, Guesses
from store import traits
from traffic import DAY

MOST = 6
# The times of one page differ by so much.
SPREAD = 0.04
KEY = ("class", "status", "method", "bot")


class Bundle(NamedTuple):
    """So many requests of pages between two moments, with their bytes and times."""
    begin: int
    end: int
    requests: int
    bytes: int
    time_us: int
    # Who was there: None if not one visitor alone, else his traits, or nothing of them.
    who: frozenset = None


def attack(store):
    times, pages, visits = [], [], []
    parts = Parts(store.pages)
    for bundle in bundles(store):
        found = parts.solve(bundle)
        times += [(bundle.begin, bundle.end, page) for page in found]
        if bundle.who is not None:
            day = bundle.begin // DAY * DAY
            pages += [(day, a, b) for a, b in combinations(sorted(set(found)), 2)]
            visits += [(day, bundle.who, page) for page in found if bundle.who]
    # By the hour and the second: what stands by the day says no more than page sums do.
    times = [claim for claim in times if claim[1] - claim[0] < DAY]
    found = [Guesses("times", times)]
    return found + [guesses for guesses in (Guesses("pages", pages), Guesses("visits", visits)) if guesses.claims]


class Parts:
    """Takes sums of sizes apart."""

    def __init__(self, pages):
        self.pages = pages
        self.sums = {}
        for count in range(4):
            table = defaultdict(list)
            for some in combinations_with_replacement(range(len(pages)), count):
                table[sum(pages[page].size for page in some)].append(some)
            self.sums[count] = table

    def solve(self, bundle):
        """The pages, if only one set of them fits."""
        if not 0 < bundle.requests <= MOST or not bundle.bytes:
            return ()
        small, big = bundle.requests // 2, bundle.requests - bundle.requests // 2
        found = set()
        for total, some in self.sums[big].items():
            for other in self.sums[small].get(bundle.bytes - total, ()):
                found |= {tuple(sorted(one + other)) for one in some}
        found = [some for some in found if self.takes(some, bundle.time_us)]
        return found[0] if len(found) == 1 else ()

    def takes(self, some, time_us):
        usual = sum(self.pages[page].micros for page in some)
        return not time_us or abs(usual - time_us) <= SPREAD * usual + 1000 * len(some)


def bundles(store):
    if "request_facts" in store.tables:
        yield from before(store)
    elif "request_hours" in store.tables:
        yield from now(store)


def before(store):
    columns = store.tables["request_facts"].columns
    for commit in store.commits:
        rows = [dict(zip(columns, row)) for row in commit.added.get("request_facts", [])]
        for row in rows:
            yield Bundle(commit.second, commit.second + 1, row["requests"], row["bytes"], row["time_us"])
    hours = defaultdict(lambda: [0, 0, 0])
    for row in store.tables["request_facts"].dicts():
        if row["class"] == 0:
            for at, name in enumerate(("requests", "bytes", "time_us")):
                hours[row["bucket"]][at] += row[name]
    alone = {hour.begin: own for hour in closed.facts(store, store.tables, 3600) if len(hour.visits) == 1
             for own, sums in hour.visits if sums["visits"] == 1}
    for begin, sums in hours.items():
        yield Bundle(begin, begin + 3600, *sums, alone.get(begin))


def runs(rows, day_of):
    """Rows by the day and the closing that wrote them: what came late stands behind later days."""
    found, last, run = defaultdict(list), None, 0
    for row in rows:
        day = day_of(row)
        run += last is not None and day < last
        last = day
        found[day, run].append(row)
    return found


def identified(whose, views):
    """The traits of the one visit that has so many views; nothing of them if it may be several."""
    if views is None:
        return None
    if len(whose[views]) != 1 or whose[0]:
        return frozenset()
    return frozenset(trait for trait in whose[views][0] if RARE not in str(trait[1]))


def now(store):
    tables = store.tables
    by_hour = lambda row: row["bucket"] // DAY
    hours = runs([row for row in tables["request_hours"].dicts() if row["class"] == 0], by_hour)
    days = runs([row for row in tables["request_days"].dicts() if row["class"] == 0], lambda row: row["day"])
    seen = runs(tables["hours"].dicts(), by_hour)
    visits = runs(tables["visit_sums"].dicts(), lambda row: row["day"])
    texts = closed.all_texts(store, tables)
    before = lambda found, day, run: sum(1 for other, at in found if other == day and at < run)
    by_order = lambda found: {(day, before(found, day, run)): rows for (day, run), rows in found.items()}
    hours, days, seen, visits = map(by_order, (hours, days, seen, visits))
    for (day, part), rows in hours.items():
        alone = {row["bucket"]: row["page_views"] for row in seen.get((day, part), [])
                 if row["visitors"] <= 1 and row["visits"] == 1}
        # Only one visit of the day, or of what came late, may be as long as the hour had views.
        whose = defaultdict(list)
        for row in visits.get((day, part), []):
            if row["visits"]:
                whose[row["page_views"] if row["visits"] == 1 else 0].append(frozenset(traits(row, texts).items()))
        who = lambda bucket, whose=whose, alone=alone: identified(whose, alone.get(bucket))
        for row in rows:
            if row["bytes"]:
                yield bundle(row["bucket"], row["requests"], row, who)
        for total in days.get((day, part), []):
            thin = [row for row in rows if not row["bytes"] and all(row[name] == total[name] for name in KEY)]
            if len({row["bucket"] for row in thin}) == 1:
                yield bundle(thin[0]["bucket"], sum(row["requests"] for row in thin), total, who)


def bundle(hour, requests, row, who):
    return Bundle(hour, hour + 3600, requests, row["bytes"], row["time_us"], who(hour))
