"""Carves what is left in a file: earlier states of it in blocks that were freed, and texts that lie near each other.

An earlier catalog is made the file's again; what it shows is attacked as if it lay there still. Paths of pages that are
neighbours in the bytes, and not in the order of their texts, are paired; so are pages and what agents are called."""

import closed
import commit_rows
from guesses import Guesses
from traffic import DAY

# Texts are neighbours within so many bytes.
NEAR = 200


def attack(store):
    found = [neighbours(store)]
    for tables in store.earlier:
        found += states(store, tables)
    return found


def states(store, tables):
    """What an earlier state tells that the last one does not."""
    if "page_facts" in tables and store.begin is not None:
        commits = commit_rows.split(store, tables)
        yield commit_rows.deltas(store, commits)
    elif "page_facts" not in tables and any(name in tables and tables[name].rows and name not in KNOWN for name in tables):
        yield Guesses("bytes", [(name, "earlier state") for name in tables if tables[name].rows and name not in KNOWN])
    if "page_sums" in tables and "page_sums" in store.tables:
        gone = [row for row in tables["page_sums"].rows if row not in set(store.tables["page_sums"].rows)]
        yield Guesses("bytes", [("page sums that are gone", row) for row in gone], note="earlier state")


# Tables of a store that may be in any state of it: open days as noise, closed days as sums.
KNOWN = set("""meta sites site_hosts inputs days seen sealed sealed_full carried ledger hours visit_sums page_sums pairs
request_hours request_days error_days latency_hours latency_days pages paths referrers sources campaigns agents places hosts
bots methods values_of_pairs""".split())


def neighbours(store):
    """Pages whose paths stand near each other in the bytes of the file."""
    with open(store.database, "rb") as file:
        data = file.read()
    places = []
    for number, page in enumerate(store.pages):
        path, at = page.path.encode(), 0
        while len(path) > 4 and (at := data.find(path, at)) >= 0:
            places.append((at, at + len(path), page.path, number))
            at += 1
    places.sort()
    day = store.begin // DAY * DAY if store.begin else next((d.begin for d in closed.days(store)), 0)
    claims = [(day, *sorted((one[3], other[3]))) for one, other in zip(places, places[1:])
              if other[0] - one[1] < NEAR and one[2] > other[2]]
    return Guesses("pages", claims)
