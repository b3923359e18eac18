"""How good guesses are, and how good a random pairer would be.

A random pairer knows what nobody hides: how many views and visits there are and when, and how often a page was seen.
He is simulated: worlds are drawn in which either the views are dealt anew to the visits that are open at their moment,
or the pages of a day are dealt anew to its views. The same guesses are judged in each of them."""

import functools
import random
from collections import defaultdict
from statistics import mean, pstdev
from typing import NamedTuple

from guesses import fits
from traffic import DAY

WORLDS = 400
# k: what fewer visitors share is to be hidden.
FEW = 3


class Score(NamedTuple):
    right: int
    tried: int
    expected: float
    limit: float

    @property
    def is_found(self):
        """Better than three sigma, and better than every random world."""
        return self.right > self.limit


class Truth:
    """Judges guesses about one traffic."""

    def __init__(self, traffic):
        self.traffic = traffic
        self.days = defaultdict(list)
        for number, view in enumerate(traffic.views):
            self.days[view.time // DAY * DAY].append(number)
        self.visits_by_day = defaultdict(list)
        for number, visit in enumerate(traffic.visits):
            self.visits_by_day[visit.day].append(number)

    def score(self, guesses):
        """Right ones, tried ones, what a random pairer gets."""
        claims = list(dict.fromkeys(guesses.claims))
        known = dict(zip(guesses.claims, guesses.known))
        if guesses.unit == "bytes":
            return Score(len(claims), len(claims), 0.0, 0.0)
        if guesses.unit == "regulars":
            return self.score_regulars(claims)
        judge = getattr(self, guesses.unit)
        claims = [claim for claim in claims if not self.is_open_secret(guesses.unit, claim)]
        true = judge(claims, None)
        worlds = [judge(claims, world) for world in range(1, WORLDS + 1)] if claims else [[]]
        if known:
            return score_known(claims, true, worlds, known)
        sums = [sum(world) for world in worlds]
        if guesses.proved:
            always = sum(all(world[i] for world in worlds) for i in range(len(claims)))
            return Score(sum(true), len(claims), mean(sums), always)
        return Score(sum(true), len(claims), mean(sums), limit(sums))

    def is_open_secret(self, unit, claim):
        """Whether so many visitors share it that it may be told."""
        if unit == "visits":
            day, traits, _ = claim
            return len({self.traffic.visits[v].visitor for v in self.fitting(day, traits)}) >= FEW
        if unit == "cells":
            day, dimension, value, page = claim
            seen = self.pages_of_visits(day, None)
            visits = self.fitting(day, frozenset([(dimension, value)]))
            return len({self.traffic.visits[v].visitor for v in visits if page in seen[v]}) >= FEW
        return False

    @functools.cache
    def fitting(self, day, traits):
        """The visits of a day with these traits."""
        return [number for number in self.visits_by_day[day] if fits(traits, self.traffic.visits[number].traits)]

    # Worlds. World None is the truth.

    @functools.cache
    def dealt_pages(self, day, world):
        """The page of each view of a day."""
        pages = [self.traffic.views[number].page for number in self.days[day]]
        if world is not None:
            random.Random(f"{day} {world}").shuffle(pages)
        return pages

    @functools.cache
    def pages_of_visits(self, day, world):
        """The pages of each visit of a day."""
        seen = defaultdict(set)
        for number, page in zip(self.days[day], self.dealt_pages(day, world)):
            seen[self.traffic.views[number].visit].add(page)
        return seen

    @functools.cache
    def dealt_visits(self, world):
        """The visit of each view: who is open, and has views to come, is as likely as any other."""
        views = self.traffic.views
        if world is None:
            return [view.visit for view in views]
        chance, size, first = random.Random(f"deal {world}"), defaultdict(int), {}
        for number, view in enumerate(views):
            size[view.visit] += 1
            first.setdefault(view.visit, number)
        left, last, dealt = {}, {}, []
        for number, view in enumerate(views):
            visit = view.visit
            if first[visit] != number:
                ready = [v for v in left if last[v] < view.time] or list(left)
                visit = chance.choice(ready)
            left[visit] = left.get(visit, size[visit]) - 1
            last[visit] = view.time
            if not left[visit]:
                del left[visit]
            dealt.append(visit)
        return dealt

    @functools.cache
    def pairs(self, world):
        """All pairs of a view and the one before of the same visitor."""
        last, pairs = {}, []
        for number, visit in enumerate(self.dealt_visits(world)):
            view = self.traffic.views[number]
            who = (self.traffic.visits[visit].visitor, view.time // DAY)
            if who in last:
                pairs.append((number, last[who]))
            last[who] = number
        return pairs

    # Units: for each claim whether it is true in a world.

    def views(self, claims, world):
        views = self.traffic.views
        true = {((views[a].time, views[a].page), (views[b].time, views[b].page)) for a, b in self.pairs(world)}
        return [claim in true for claim in claims]

    def seconds(self, claims, world):
        views = self.traffic.views
        true = {(views[a].time, views[b].time) for a, b in self.pairs(world)}
        return [claim in true for claim in claims]

    def pages(self, claims, world):
        together = {}
        for day in {claim[0] for claim in claims}:
            together[day] = self.pages_of_visits(day, world).values()
        return [any(a in seen and b in seen for seen in together[day]) for day, a, b in claims]

    def visits_of(self, day, traits, page, world):
        seen = self.pages_of_visits(day, world)
        return any(page in seen[visit] for visit in self.fitting(day, traits))

    def visits(self, claims, world):
        return [self.visits_of(day, traits, page, world) for day, traits, page in claims]

    def cells(self, claims, world):
        return [self.visits_of(day, frozenset([(name, value)]), page, world) for day, name, value, page in claims]

    def times(self, claims, world):
        found = []
        for begin, end, page in claims:
            day = begin // DAY * DAY
            pages = zip(self.days[day], self.dealt_pages(day, world))
            found.append(any(p == page and begin <= self.traffic.views[number].time < end for number, p in pages))
        return found

    def score_regulars(self, claims):
        """A random pairer knows the regulars' traits and the pages that they come for, and pairs them at random."""
        visits = {visit.visitor: visit.traits for visit in self.traffic.visits}
        own = {visitor: page for visitor, page in self.traffic.favourites.items() if visitor in visits}
        whose = {claim: [who for who in own if fits(claim[0], visits[who])] for claim in claims}
        claims = [claim for claim in claims if whose[claim]]

        def right(pages):
            return sum(any(page == own[who] for who in whose[claim]) for claim, page in zip(claims, pages))

        chance, sums = random.Random("regulars"), []
        dealt = list(own.values())
        for _ in range(WORLDS):
            chance.shuffle(dealt)
            sums.append(right(dealt))
        return Score(right([page for _, page in claims]), len(claims), mean(sums), limit(sums))


def score_known(claims, true, worlds, known):
    """The same where a random pairer knows of groups too: a claim is as likely as the better of both says."""
    likely = [max(known[claim], mean(world[i] for world in worlds)) for i, claim in enumerate(claims)]
    chance = random.Random("known")
    sums = [sum(chance.random() < p for p in likely) for _ in range(WORLDS)]
    return Score(sum(true), len(claims), sum(likely), limit(sums))


def limit(sums):
    """Three sigma above the mean; for small numbers, of which that says little, what no random world exceeds."""
    return max(mean(sums) + 3 * pstdev(sums), max(sums))
