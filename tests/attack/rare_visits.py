"""Looks for visits that nobody shares.

Before: rows had pages and traits, by the hour; the rows of a combination that one visitor had are his trail.
Now: traits of single visitors stand without pages, pages beside one trait of three visitors or more. To each single visitor
those pages are given that most of his traits speak for."""

from collections import defaultdict
from itertools import combinations
from math import log

import closed
from guesses import Guesses
from traffic import DAY


def attack(store):
    if "page_facts" in store.tables:
        return trails(store)
    return [likely(store), alike(store)]


def trails(store):
    visits, pages = [], []
    hours = closed.facts(store, store.tables, 3600)
    # A few dozen are enough.
    for hour in hours[::max(1, len(hours) // 40)]:
        day = hour.begin // DAY * DAY
        for own, sums in hour.visits:
            if sums["visits"] != 1:
                continue
            seen = sorted(page for (page, other), cell in hour.both.items() if other == own and cell["page_views"] > 0)
            visits += [(day, own, page) for page in seen]
            pages += [(day, a, b) for a, b in combinations(seen, 2)]
    return [Guesses("visits", visits), Guesses("pages", pages)]


def shares(day):
    """By dimension and value: how many visitors, and which part of them saw each page."""
    visitors, found = defaultdict(int), {}
    for name in closed.dimensions():
        for own, sums in day.visits:
            visitors[name, closed.value(own, name)] += sums["visitors"]
    for key, cells in day.pairs.items():
        found[key] = {page: min(0.99, cell[1] / max(1, visitors[key])) for page, cell in cells.items()}
    return found


def likely(store):
    """For each visit of one visitor the pages that are more likely than not."""
    claims, known = [], []
    for day in closed.pick(closed.days(store)):
        found, everybody = shares(day), max(1, day.visitors())
        all_views = max(1, sum(sums["page_views"] for sums in day.pages.values()))
        for own, sums in day.visits:
            if sums["visitors"] != 1 or sums["visits"] != 1:
                continue
            for page, counters in day.pages.items():
                if isinstance(page, str):
                    continue
                # By itself a page is seen as often as its part of all views and the visit's length say.
                part = 1 - (1 - counters["page_views"] / all_views) ** sums["page_views"]
                groups = [found[key][page] for name in closed.dimensions()
                          if page in found.get(key := (name, closed.value(own, name)), {})]
                odds = log(part / (1 - part)) if 0 < part < 1 else 0
                base = min(0.99, counters["uniques"] / everybody)
                for share in groups:
                    odds += log(share / (1 - share)) - log(base / (1 - base)) if 0 < base < 1 else 0
                if odds > 0 and len(groups) > 1:
                    claims.append((day.begin, own, page))
                    known.append(max([part, *groups]))
    return Guesses("visits", claims, known)


def alike(store):
    """Pages that are named for the same values, more than by chance."""
    claims = []
    for day in closed.pick(closed.days(store)):
        found = shares(day)
        pages = [page for page in day.pages if not isinstance(page, str)]
        weights = {page: {key: cells[page] for key, cells in found.items() if page in cells} for page in pages}
        ranked = []
        for a, b in combinations(sorted(pages), 2):
            both = weights[a].keys() & weights[b].keys()
            if len(both) > 1:
                ranked.append((sum(min(weights[a][key], weights[b][key]) for key in both) / len(both), a, b))
        claims += [(day.begin, a, b) for _, a, b in sorted(ranked, reverse=True)[:5]]
    return Guesses("pages", claims)
