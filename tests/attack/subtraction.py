"""Takes what is named from totals: is what is left of a page and of a value more than all others can hold?

A cell is a page beside one value of one dimension. Of each dimension it is asked whether the counts can be dealt to the
cells that are not named so that a cell gets nothing; then the same for all dimensions together, where one nests in another
(sources in channels, referrers in sources), and where two groups share more than the rest can hold."""

from collections import defaultdict

import closed
from guesses import Guesses
from puzzle import Contradiction, Puzzle

FEW = 3


def attack(store):
    claims = []
    for day in closed.pick([day for day in closed.days(store) if day.pages]):
        if day.both:
            claims += told(day)
        elif day.is_whole:
            claims += rerouted(day)
            try:
                claims += nested(day)
            except Contradiction:
                pass
    return [Guesses("cells", claims, proved=True)]


def told(day):
    """Before, rows named them."""
    for name in ("country", "browser", "source", "referrer", "channel", "device"):
        cells = defaultdict(int)
        for (page, own), sums in day.both.items():
            cells[page, closed.value(own, name)] += sums["uniques"]
        for (page, text), uniques in cells.items():
            if 0 < uniques < FEW and page is not None:
                yield day.begin, name, text, page


def totals(day, name):
    """Counters of the values of a dimension."""
    found = defaultdict(lambda: defaultdict(int))
    for own, sums in day.visits:
        for counter, number in sums.items():
            found[closed.value(own, name)][counter] += number
    return found


def rerouted(day):
    """Cells that get something however counts are dealt, by one dimension alone."""
    for name in closed.dimensions():
        values = totals(day, name)
        for counter, at in (("page_views", 0), ("visits", 2)):
            flow = Flow({page: sums[counter] for page, sums in day.pages.items()},
                        {text: sums[counter] for text, sums in values.items()},
                        {(page, text): cell[at] for (of, text), cells in day.pairs.items() if of == name
                         for page, cell in cells.items()})
            for page, text in flow.proved():
                if not isinstance(page, str):
                    yield day.begin, name, text, page


class Flow:
    """Counts of pages dealt to values, but for what is named."""

    def __init__(self, pages, values, named):
        self.named = named
        self.pages, self.values = dict(pages), dict(values)
        for (page, text), count in named.items():
            self.pages[page] -= count
            self.values[text] -= count
        self.held = defaultdict(int)
        left = dict(self.values)
        for page, count in self.pages.items():
            for text in left:
                if (page, text) not in named and count and left[text]:
                    some = min(count, left[text])
                    self.held[page, text] += some
                    count, left[text] = count - some, left[text] - some
            while count and (way := self.way(page, lambda text: left[text] > 0)):
                some = self.push(way, min(count, left[way[-1]]))
                count, left[way[-1]] = count - some, left[way[-1]] - some
            # What does not fit is not of the same visits.
            self.fits = not count

    def way(self, page, is_end, without=None):
        """A way from a page to a value, by cells that may hold more and pages that may give up something."""
        seen, ways = {page}, [(page,)]
        for way in ways:
            for text in self.values:
                if text in way[1::2] or (way[-1], text) in self.named or (way[-1], text) == without:
                    continue
                if is_end(text):
                    return (*way, text)
                for other in self.pages:
                    if other not in seen and self.held[other, text] > 0:
                        seen.add(other)
                        ways.append((*way, text, other))
        return None

    def push(self, way, count):
        """Moves counts along a way: what a page takes from a value another one gives."""
        back = [(way[at + 1], way[at]) for at in range(1, len(way) - 1, 2)]
        count = min([count, *(self.held[cell] for cell in back)])
        for at in range(0, len(way) - 1, 2):
            self.held[way[at], way[at + 1]] += count
        for cell in back:
            self.held[cell] -= count
        return count

    def proved(self):
        """Cells that cannot be nothing."""
        if not self.fits:
            return
        for page, text in [cell for cell, count in self.held.items() if count]:
            while self.held[page, text]:
                way = self.way(page, lambda other, text=text: other == text, without=(page, text))
                if not way:
                    yield page, text
                    break
                count = self.push(way, self.held[page, text])
                self.held[page, text] -= count


def nested(day):
    """Cells that cannot be nothing, by all dimensions together."""
    puzzle, names = Puzzle(), closed.dimensions()
    pages = [page for page in day.pages if not isinstance(page, str)]
    values = {name: totals(day, name) for name in names}
    for counter in ("page_views", "visits"):
        for name in names:
            for text, sums in values[name].items():
                for page in pages:
                    puzzle.variable((counter, page, name, text), min(sums[counter], day.pages[page][counter]))
                if not any(isinstance(page, str) and day.pages[page][counter] for page in day.pages):
                    puzzle.sum([puzzle.names[counter, page, name, text] for page in pages], sums[counter])
            for page in pages:
                puzzle.sum([puzzle.names[counter, page, name, text] for text in values[name]], day.pages[page][counter])
    for (name, text), cells in day.pairs.items():
        for page, (views, _, entries) in cells.items():
            for counter, total in (("page_views", views), ("visits", entries)):
                if (counter, page, name, text) in puzzle.names:
                    puzzle.sum([puzzle.names[counter, page, name, text]], total)
    for coarse, text, fine, parts in nests(day, names):
        for counter in ("page_views", "visits"):
            for page in pages:
                puzzle.balance([puzzle.names[counter, page, fine, part] for part in parts],
                               [puzzle.names[counter, page, coarse, text]])
    puzzle.solve()
    named = {(name, text, page) for (name, text), cells in day.pairs.items() for page in cells}
    for (_, page, name, text), variable in puzzle.names.items():
        if puzzle.low[variable] and (name, text, page) not in named:
            yield day.begin, name, text, page


def nests(day, names):
    """Values of one dimension that are made of whole values of another."""
    for coarse in names:
        for fine in names:
            if coarse == fine:
                continue
            parts, owners = defaultdict(set), defaultdict(set)
            for own, _ in day.visits:
                a, b = closed.value(own, coarse), closed.value(own, fine)
                parts[a].add(b)
                owners[b].add(a)
            for text, some in parts.items():
                if all(owners[part] == {text} for part in some):
                    yield coarse, text, fine, sorted(some)
