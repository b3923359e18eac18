"""Crosses two dimensions of one page: pairs name each, visit sums say how many visitors have both.

If five from one country saw a page, and at most four of them can be of one browser's visitors, then one of the others did;
where these are fewer than three visitors, the page is theirs."""

from collections import defaultdict

import closed
from guesses import Guesses

FEW = 3
# Counter of a pair, and the counter of visits that bounds it.
COUNTERS = ((0, "page_views", "page_views"), (1, "uniques", "visits"), (2, "visits", "visits"))


def attack(store):
    claims = []
    for day in closed.pick([day for day in closed.days(store) if day.is_whole and day.pairs]):
        claims += crossed(day)
    return [Guesses("visits", claims, proved=True)]


def crossed(day):
    pages = defaultdict(dict)
    for key, cells in day.pairs.items():
        for page, cell in cells.items():
            pages[page][key] = cell
    rows = [({name: closed.value(own, name) for name in closed.dimensions()}, sums) for own, sums in day.visits]
    parts = split(rows)
    for page, named in pages.items():
        for (name, text), cell in named.items():
            for other in closed.dimensions():
                if other != name and not isinstance(page, str):
                    yield from within(day, page, named, (name, text), cell, other, parts[name, text, other])


def split(rows):
    """By dimension, value and another dimension: the counters by its values."""
    parts = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
    for values, sums in rows:
        for name, text in values.items():
            for other, part in values.items():
                for counter in ("visitors", "visits", "page_views"):
                    parts[name, text, other][part][counter] += sums[counter]
    return parts


def within(day, page, named, key, cell, other, parts):
    """The parts of a group that cannot have seen nothing of what the whole group saw."""
    mine = {part: named[other, part] for part in parts if (other, part) in named}
    elsewhere = [c for (name, _), c in named.items() if name == other]
    found = set()
    for at, total, bound in COUNTERS:
        left = day.pages[page][total] - sum(c[at] for c in elsewhere)
        most = {part: min(sums[bound], mine[part][at] if part in mine else left) for part, sums in parts.items()}
        sure = sum(most[part] for part in mine)
        unsure = min(left, sum(most[part] for part in parts if part not in mine))
        for part in parts:
            if part in mine:
                rest = sure - most[part] + unsure
            else:
                rest = sure + min(left, sum(most[p] for p in parts if p not in mine and p != part))
            if cell[at] > rest:
                found.add((other, part))
        if cell[at] > sure and len(mine) < len(parts):
            found.add((f"-{other}", tuple(sorted(mine))))
    for name, part in found:
        group = parts.values() if name.startswith("-") else [parts[part]]
        if name.startswith("-"):
            group = [sums for text, sums in parts.items() if text not in part]
        if 0 < sum(sums["visitors"] for sums in group) < FEW:
            yield day.begin, frozenset([key, (name, part)]), page
