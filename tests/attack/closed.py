"""Closed days as a store has them: what visits were like, what pages had, and which pairs are named.

Of the version before, whose rows have pages and traits alike, the same is added up by hour or by day."""

from collections import defaultdict
from dataclasses import dataclass, field

from guesses import RARE
from store import DIMENSIONS, page_numbers, traits
from traffic import DAY

# As they are numbered in `pairs`.
PAIRED = {3: "referrer", 4: "source", 5: "channel", 6: "utm_source", 7: "utm_medium", 8: "utm_campaign", 9: "country",
          10: "region", 11: "city", 12: "browser", 13: "os", 14: "device"}
COUNTERS = ("page_views", "visitors", "uniques", "visits", "bounces", "exits", "duration_s", "duration_n", "seconds", "timed")


def counters():
    """Counters by name, all nothing."""
    return defaultdict(int)


@dataclass
class Closed:
    """One day, or one hour of the version before."""
    begin: int
    # Traits and counters of visits that have them in common.
    visits: list = field(default_factory=list)
    # Counters by page; one that is not of the site has its text for a number.
    pages: dict = field(default_factory=lambda: defaultdict(counters))
    # By dimension and value, counters by page.
    pairs: dict = field(default_factory=lambda: defaultdict(dict))
    # By page and traits together, which only the version before has.
    both: dict = field(default_factory=lambda: defaultdict(counters))
    # Whether pages and visits are of the same views: nothing came along from another day, and nothing came late.
    is_whole: bool = True

    def visitors(self):
        return sum(sums["visitors"] for _, sums in self.visits)


def days(store, tables=None):
    """All closed days."""
    if store.days is not None:
        return store.days
    tables = tables or store.tables
    if "page_facts" in tables:
        return facts(store, tables, DAY)
    return sums(store, tables) if "visit_sums" in tables else []


def pick(found):
    """Of days with many visitors a few are enough; of days with few all."""
    many = found and max(day.visitors() for day in found) > 15
    return found[::max(1, len(found) // 7)] if many else found


def all_texts(store, tables):
    names = ("pages", "sources", "referrers", "campaigns", "agents", "places", "hosts", "values_of_pairs")
    return {name: store.texts(name, tables) for name in names}


def facts(store, tables, span):
    """The version before, by so many seconds."""
    texts, numbers = all_texts(store, tables), page_numbers(store.pages)
    found, rows = {}, defaultdict(counters)
    for row in tables["page_facts"].dicts():
        begin = row["bucket"] // span * span
        day = found.setdefault(begin, Closed(begin))
        own = frozenset(traits(row, texts).items())
        page = numbers.get(texts["pages"][row["page"]])
        for counter in COUNTERS:
            if counter in row:
                day.both[page, own][counter] += row[counter]
                day.pages[page][counter] += row[counter]
                rows[begin, own][counter] += row[counter]
    for (begin, own), some in rows.items():
        found[begin].visits.append((own, some))
    return [found[begin] for begin in sorted(found)]


def sums(store, tables):
    """Visit sums, page sums and pairs by day."""
    texts, numbers = all_texts(store, tables), page_numbers(store.pages)
    found = {}
    day_of = lambda row: found.setdefault(row["day"], Closed(row["day"] * DAY))
    page_of = lambda row: numbers.get(texts["pages"][row["page"]], texts["pages"][row["page"]])
    named = defaultdict(set)
    for row in tables["visit_sums"].dicts():
        own = traits(row, texts)
        day_of(row).visits.append((own, {name: row[name] for name in COUNTERS if name in row}))
        for name, text in own.items():
            if RARE not in str(text):
                named[row["day"], name].add(text)
    for number, day in found.items():
        day.visits = [(described(own, number, named), some) for own, some in day.visits]
    for row in tables["page_sums"].dicts():
        for name in COUNTERS:
            if name in row:
                day_of(row).pages[page_of(row)][name] += row[name]
    for row in tables["pairs"].dicts():
        text = texts["values_of_pairs"][row["value"]]
        cell = (row["page_views"], row["uniques"], row["visits"])
        day_of(row).pairs[PAIRED[row["dimension"]], text][page_of(row)] = cell
    for row in tables.get("carried").dicts() if "carried" in tables else ():
        for number in (row["day"], row["counted"]):
            if number in found:
                found[number].is_whole = False
    for day in found.values():
        views = [sum(sums["page_views"] for sums in rows) for rows in ((s for _, s in day.visits), day.pages.values())]
        day.is_whole = day.is_whole and views[0] == views[1] and "(late)" not in day.pages
    return [found[number] for number in sorted(found)]


def described(own, day, named):
    """Traits as a set; where a text is hidden it is none of those that are told."""
    hidden = {(f"-{name}", tuple(sorted(named[day, name]))) for name, text in own.items() if RARE in str(text)}
    return frozenset((set(own.items()) | hidden))


def value(own, name):
    """What described traits say of a dimension as pairs name it: a family without its version."""
    own = dict(own)
    if name.startswith("utm_"):
        fields = own.get("campaign", "").split("\x1f") + ["", ""]
        return fields[("utm_source", "utm_medium", "utm_campaign").index(name)]
    text = own.get(name, "")
    return text.split("\x1f")[0] if name in ("browser", "os") else text


def dimensions():
    """The dimensions of pairs, as far as the traffic has them."""
    return [name for name in PAIRED.values() if name in DIMENSIONS or name.startswith("utm_")]
