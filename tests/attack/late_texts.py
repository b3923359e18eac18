"""Reads the numbers of texts: those that came together stand together.

Where a commit, an hour or a day brought one new page and one new agent or referrer, they are paired. Where numbers do not
follow the order of the texts, they follow the order of arrival: neighbours are paired."""

from collections import defaultdict

import closed
from guesses import RARE, Guesses
from store import page_numbers
from traffic import DAY

SYSTEMS = ("Windows", "Mac OS X", "Linux", "Android", "iOS", "Chrome OS", "Ubuntu", "Fedora", "FreeBSD")
DICTIONARIES = {"agents": "browser", "referrers": "referrer", "sources": "source", "campaigns": "campaign"}


def attack(store):
    return [Guesses("visits", list(together(store)) + list(first(store))), Guesses("pages", list(neighbours(store)))]


def dimension(dictionary, text):
    """What a text of a dictionary is about."""
    is_system = dictionary == "agents" and text.split("\x1f")[0] in SYSTEMS
    return "os" if is_system else DICTIONARIES[dictionary]


def together(store):
    """New texts by commit."""
    numbers = page_numbers(store.pages)
    for commit in store.commits:
        pages = [numbers[text] for _, text in commit.added.get("pages", []) if text in numbers]
        texts = [(dimension(dictionary, text), text) for dictionary in DICTIONARIES
                 for _, text in commit.added.get(dictionary, []) if RARE not in text]
        # What came with one page is one visitor's, if it is of one kind each.
        if len(pages) == 1 and texts and len({name for name, _ in texts}) == len(texts):
            yield commit.second // DAY * DAY, frozenset(texts), pages[0]


def first(store):
    """Texts by the first hour, or day, that has them. The first day has everything that is common."""
    old = "page_facts" in store.tables
    moments = closed.facts(store, store.tables, 3600) if old else closed.days(store)
    known, begin = set(), None
    for moment in moments:
        begin = moment.begin if begin is None else begin
        pages = {page for page in moment.pages if isinstance(page, int)}
        texts = {(name, text) for own, _ in moment.visits for name, text in own
                 if name in ("browser", "os", "referrer", "source", "campaign", "country") and RARE not in str(text)}
        fresh_pages, fresh = pages - known, texts - known
        known |= pages | texts
        if moment.begin < begin + DAY and moments[-1].begin >= begin + DAY:
            continue
        if 0 < len(fresh_pages) <= 2:
            for one in fresh:
                for page in fresh_pages:
                    yield moment.begin // DAY * DAY, frozenset([one]), page


def neighbours(store):
    """Pages with numbers in a row that do not follow the order of their texts."""
    numbers, day = page_numbers(store.pages), defaultdict(lambda: None)
    for moment in closed.days(store):
        for page in moment.pages:
            day[page] = moment.begin if day[page] is None else day[page]
    rows = sorted(store.texts("pages").items())
    for (a, text), (b, other) in zip(rows, rows[1:]):
        if b == a + 1 and text > other and text in numbers and other in numbers:
            one, two = sorted((numbers[text], numbers[other]))
            if day[one] is not None and day[one] == day[two]:
                yield day[one], one, two
