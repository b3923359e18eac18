"""Follows who comes again and again: on which days do rare traits and a rare page both occur?

Before: traits and pages stood by the hour. Now: traits and pages by the day, and not beside each other; where both are
there on nearly the same days, and missing on the same, they are paired."""

from collections import Counter, defaultdict
from math import log

import closed
from guesses import Guesses
from traffic import DAY

# A regular comes on this part of the days at least.
OFTEN = 0.4
KEYS = ("country", "browser", "os", "device")


def attack(store):
    old = "page_facts" in store.tables
    moments = closed.facts(store, store.tables, 3600) if old else closed.days(store)
    who, pages, days = presences(moments)
    if len(days) < 7:
        return []
    regular = [own for own, at in who.items() if OFTEN * len(days) <= len({m // DAY for m in at})]
    claims = []
    for own in regular:
        fit = {page: likeness(who[own], at, len(moments)) for page, at in pages.items()}
        best = max(fit, key=fit.get, default=None)
        if best is not None:
            claims.append((own, best))
    return [Guesses("regulars", claims)]


def presences(moments):
    """When traits were there, with one or two visitors, and when pages were."""
    who, pages, days = defaultdict(set), defaultdict(set), set()
    for moment in moments:
        days.add(moment.begin // DAY)
        count = Counter()
        for own, sums in moment.visits:
            count[frozenset((name, closed.value(own, name)) for name in KEYS)] += sums["visits"]
        for own, visits in count.items():
            if visits <= 2:
                who[own].add(moment.begin)
        for page, sums in moment.pages.items():
            if not isinstance(page, str) and page is not None and sums["page_views"] > 0:
                pages[page].add(moment.begin)
    return who, pages, days


def likeness(a, b, total):
    """How much two sets of moments have to do with each other: their mutual information, where they go together."""
    both, only_a, only_b = len(a & b), len(a - b), len(b - a)
    none = total - both - only_a - only_b
    if both * none <= only_a * only_b:
        return 0.0
    rest_a, rest_b = total - len(a), total - len(b)
    cells = ((both, len(a), len(b)), (only_a, len(a), rest_b), (only_b, rest_a, len(b)), (none, rest_a, rest_b))
    return sum(n / total * log(n * total / (x * y)) for n, x, y in cells if n)
