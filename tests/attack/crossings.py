"""Crosses two dimensions of one page: pairs name each, visit sums say how many visitors have both.

If five from one country saw a page, and at most four of them can be of one browser's visitors, then one of the others did;
where these are fewer than three visitors, the page is theirs."""

from collections import defaultdict

import closed
from guesses import RARE, Guesses

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
        for page, cell in cells.items() if key[0] in closed.dimensions() else ():
            pages[page][key] = cell
    rows = [({name: closed.value(own, name) for name in closed.dimensions()}, sums) for own, sums in day.visits]
    parts = split(rows)
    told = {name: {values[name] for values, _ in rows} - {RARE} for name in closed.dimensions()}
    for page, named in pages.items():
        for (name, text), cell in named.items():
            # That all of a group saw a page may be told, where it is said of ten or of half of all.
            if cell[1] >= sum(sums["visitors"] for values, sums in rows if values[name] == text):
                continue
            for other in closed.dimensions():
                if other != name and not isinstance(page, str):
                    for part in within(day, page, named, cell, other, parts[name, text, other]):
                        yield day.begin, frozenset(described((name, text), told) | described((other, part), told)), page


def split(rows):
    """By dimension, value and another dimension: the counters by its values."""
    parts = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
    for values, sums in rows:
        for name, text in values.items():
            for other, part in values.items():
                for counter in ("visitors", "visits", "page_views"):
                    parts[name, text, other][part][counter] += sums[counter]
    return parts


def described(trait, told):
    """A trait so that it can be judged: what is rare is none of what is told."""
    name, text = trait
    if isinstance(text, tuple):
        return {(f"|{name}", text)}
    return {(f"-{name}", tuple(sorted(told[name])))} if text == RARE else {trait}


def within(day, page, named, cell, other, parts):
    """The parts of a group that cannot have seen nothing of what the whole group saw, and are of few visitors."""
    mine = {part: named[other, part] for part in parts if (other, part) in named}
    elsewhere = [c for (name, _), c in named.items() if name == other]
    found = set()
    for at, total, bound in COUNTERS:
        left = day.pages[page][total] - sum(c[at] for c in elsewhere)
        most = {part: min(sums[bound], mine[part][at] if part in mine else left) for part, sums in parts.items()}
        sure = sum(most[part] for part in mine)
        for part in parts:
            unsure = min(left, sum(most[p] for p in parts if p not in mine and p != part))
            if cell[at] > sure - (most[part] if part in mine else 0) + unsure:
                found.add((part,))
        if cell[at] > sure:
            found.add(tuple(sorted(part for part in parts if part not in mine)))
    for group in found:
        if 0 < sum(parts[part]["visitors"] for part in group) < FEW and (len(group) == 1 or RARE not in group):
            yield group[0] if len(group) == 1 else group
