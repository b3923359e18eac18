"""Closed days as they would be if every pair of three visitors was named and nothing was asked further.

Attacks that work on pairs had nothing to work on in the version before: here they have to find what naming too much tells."""

from collections import defaultdict

import closed
from closed import Closed
from store import Store

FEW = 3


def store(traffic):
    """What an attacker of such a store would have: days, and no file."""
    made = Store("naive pairs", None, None, traffic.pages)
    made.days = [day for day in days(traffic) if day.visits]
    made.__dict__["tables"] = {}
    return made


def days(traffic):
    found, left = {}, defaultdict(int)
    for view in traffic.views:
        left[view.visit] += 1
    seen, visitors, begun = set(), set(), set()
    sums = defaultdict(closed.counters)
    pairs = defaultdict(lambda: [0, 0, 0])
    for view in traffic.views:
        visit = traffic.visits[view.visit]
        day = found.setdefault(visit.day, Closed(visit.day))
        own = frozenset(visit.traits.items())
        entry, new = view.visit not in begun, (visit.day, visit.visitor, view.page) not in seen
        first_seen = (visit.day, visit.visitor) not in visitors
        begun.add(view.visit)
        seen.add((visit.day, visit.visitor, view.page))
        visitors.add((visit.day, visit.visitor))
        left[view.visit] -= 1
        bounce = entry and not left[view.visit]
        add(sums[visit.day, own], page_views=1, visits=entry, visitors=first_seen, bounces=bounce)
        add(day.pages[view.page], page_views=1, visits=entry, uniques=new, bounces=bounce, exits=not left[view.visit],
            duration_n=bool(left[view.visit]))
        for name in closed.dimensions():
            cell = pairs[visit.day, name, closed.value(own, name), view.page]
            for at, more in enumerate((1, new, entry)):
                cell[at] += more
    for (day, own), some in sums.items():
        found[day].visits.append((own, some))
    for (day, name, text, page), cell in pairs.items():
        if cell[1] >= FEW:
            found[day].pairs[name, text][page] = tuple(cell)
    return [found[day] for day in sorted(found)]


def add(some, **more):
    for name in closed.COUNTERS:
        some[name] += int(more.get(name, 0))
