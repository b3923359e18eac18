"""Solves closed days like a puzzle: which pages can the visits of a sort have seen, so that all counters fit?

What is told are totals by page, totals by sorts of visits, and named pairs. Where a counter of one page and of visits of
fewer than three visitors cannot be zero, the page was seen there."""

import time

import closed
from guesses import Guesses
from puzzle import Contradiction, Puzzle

FEW = 3
# So much work is put into one day; up to so many variables each is tried.
PATIENCE = 4.0
SMALL = 2500


def attack(store):
    claims = []
    for day in closed.pick([day for day in closed.days(store) if day.is_whole and day.pages]):
        try:
            claims += proved(day)
        except Contradiction:
            pass
    return [Guesses("visits", claims, proved=True)]


def proved(day):
    puzzle, visits = Puzzle(), list(enumerate(day.visits))
    pages = {page: sums for page, sums in day.pages.items() if page != "(few)"}
    for page, sums in pages.items():
        for number, (own, of) in visits:
            state(puzzle, page, number, sums, of)
    by_page(puzzle, day, pages, visits)
    by_visit(puzzle, pages, visits)
    by_pair(puzzle, day, pages, visits)
    for (page, own), sums in day.both.items():
        number = next(n for n, (other, _) in visits if other == own)
        for name, counter in (("views", "page_views"), ("entries", "visits"), ("uniques", "uniques")):
            puzzle.sum([puzzle.names[name, page, number]], sums[counter])
    puzzle.solve()
    until = time.monotonic() + PATIENCE
    for page in pages:
        if isinstance(page, str):
            continue
        for number, (own, of) in visits:
            variable = puzzle.names["views", page, number]
            if of["visitors"] >= FEW or not puzzle.high[variable]:
                continue
            tried = len(puzzle.low) <= SMALL and time.monotonic() < until
            if puzzle.low[variable] or tried and puzzle.cannot_be_zero(variable):
                yield day.begin, own, page


def state(puzzle, page, number, sums, of):
    """What one page can have of one sort of visits."""
    entries = puzzle.variable(("entries", page, number), min(sums["visits"], of["visits"]))
    views = puzzle.variable(("views", page, number), min(sums["page_views"], of["page_views"]))
    uniques = puzzle.variable(("uniques", page, number), min(sums["uniques"], of["visits"]))
    bounces = puzzle.variable(("bounces", page, number), min(sums["visits"], of["bounces"]))
    puzzle.at_most(entries, views)
    puzzle.at_most(uniques, views)
    puzzle.at_most(bounces, entries)
    if of["page_views"] == of["visits"]:
        puzzle.at_most(views, entries)
    if of["visits"] == of["visitors"] == 1:
        # One visit of one visitor saw the page or did not.
        puzzle.high[uniques] = min(1, puzzle.high[uniques])
        puzzle.at_most(entries, uniques)


def by_page(puzzle, day, pages, visits):
    few = []
    for page, sums in pages.items():
        of = lambda name, page=page: [puzzle.names[name, page, number] for number, _ in visits]
        puzzle.sum(of("views"), sums["page_views"])
        puzzle.sum(of("entries"), sums["visits"])
        puzzle.sum(of("uniques"), sums["uniques"])
        if "(few)" in day.pages and not sums["exits"] and not sums["bounces"] and not sums["duration_n"]:
            few += of("bounces")
        else:
            puzzle.sum(of("bounces"), sums["bounces"])
    if few:
        puzzle.sum(few, day.pages["(few)"]["bounces"])


def by_visit(puzzle, pages, visits):
    for number, (_, sums) in visits:
        of = lambda name, number=number: [puzzle.names[name, page, number] for page in pages]
        puzzle.sum(of("views"), sums["page_views"])
        puzzle.sum(of("entries"), sums["visits"])
        puzzle.sum(of("bounces"), sums["bounces"])


def by_pair(puzzle, day, pages, visits):
    for (name, text), cells in day.pairs.items():
        numbers = [number for number, (own, _) in visits if closed.value(own, name) == text]
        for page, (views, uniques, entries) in cells.items():
            if page in pages and numbers:
                for counter, total in (("views", views), ("uniques", uniques), ("entries", entries)):
                    puzzle.sum([puzzle.names[counter, page, number] for number in numbers], total)
