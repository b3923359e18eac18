"""Attacks an open day with its key in hand: is there a trail among what is sealed?

`open_day` is to give what the key opens:
{"segments": [{"first": commit, "last": commit,
  "pages": [[page, host, page_views, uniques, visits, bounces, exits, duration_s, duration_n], ...],
  "visits": [[host, source, referrer, channel, campaign, country, region, city, browser, os, device,
              visitors, visits, bounces, page_views, seconds, timed], ...],
  "minutes": [[minute, page_views, visitors, visits], ...],
  "open": [{"entry_page": text, "last_page": text, "first": second, "last": second, "traits": [...]}]}]}
and, if segments have pages beside traits, "crossed": [[page, source, ..., device, page_views, uniques, visits], ...].

Entry and last page of an open visit are known to whoever has the key, and are no find."""

import datetime
import glob
import json
import os
import shutil
import subprocess
import tempfile
from itertools import combinations

from guesses import Guesses
from store import page_numbers
from traffic import DAY

VISIT = ("source", "referrer", "channel", "campaign", "country", "region", "city", "browser", "os", "device")


def open_day(store, state, day):
    """What the key of a day (epoch seconds) opens; see above. The format is the program's: examples/opened.rs reads it."""
    opener = os.environ.get("FATHOM_TUI_OPENER")
    keys = glob.glob(os.path.join(state or "", "**", "days"), recursive=True)
    if not opener or not keys:
        raise NotImplementedError
    date = datetime.datetime.fromtimestamp(day, datetime.UTC).date().isoformat()
    with tempfile.TemporaryDirectory() as folder:
        copy = os.path.join(folder, "store.duckdb")
        shutil.copy(store.database, copy)
        if store.log and os.path.exists(store.log):
            shutil.copy(store.log, copy + ".wal")
        return json.loads(subprocess.run([opener, copy, keys[0], date], check=True, capture_output=True).stdout)


def attack(store):
    if store.begin is None:
        return []
    day = store.begin // DAY * DAY
    try:
        opened = open_day(store, store.state, day)
    except NotImplementedError:
        return []
    return list(trails(opened, store.pages, day))


def trails(opened, pages, day):
    """Segments that stand alone, and pages beside the traits of single visitors."""
    numbers, together, beside, alone = page_numbers(pages), [], [], []
    for segment in opened["segments"]:
        rows = [row for row in segment["pages"] if row[0] in numbers]
        viewed = [numbers[row[0]] for row in rows if row[2]]
        left = [numbers[row[0]] for row in rows if row[8] and not row[2]]
        # One page was opened and another one left: that was one visitor.
        if len(viewed) == 1 and len(left) == 1:
            together.append((day, *sorted(viewed + left)))
        visits = [row for row in segment["visits"] if row[12]]
        if len(visits) == 1 and visits[0][11] <= 1:
            beside += [(day, described(visits[0][1:11]), page) for page in viewed]
            together += [(day, a, b) for a, b in combinations(sorted(viewed), 2)]
        for page, *own, views, uniques, _ in segment.get("crossed", []):
            if page in numbers and 0 < views and uniques <= 2:
                alone.append((day, described(own), numbers[page]))
    yield Guesses("pages", together)
    yield Guesses("visits", beside, note="segments of one visit")
    yield Guesses("visits", alone, note="pages beside traits")


def described(values):
    """Traits as a set, without what is not known."""
    return frozenset((name, value) for name, value in zip(VISIT, values) if value)


def example(traffic):
    """What would be opened if each commit stood alone: the attack has to find that."""
    segments, before = [], traffic.before()
    for number, view in enumerate(traffic.views):
        own = traffic.visits[view.visit].traits
        path, earlier = traffic.pages[view.page].path, before[number]
        pages = [[path, "", 1, 1, int(earlier is None), 0, 0, 0, 0]]
        if earlier is not None:
            last = traffic.views[earlier]
            pages.append([traffic.pages[last.page].path, "", 0, 0, 0, 0, 0, view.time - last.time, 1])
        visit = ["", *(own.get(name, "") for name in VISIT), int(earlier is None), 1, 0, 1, 0, 0]
        segments.append({"first": number, "last": number, "pages": pages, "visits": [visit], "minutes": [], "open": []})
    return {"segments": segments}
