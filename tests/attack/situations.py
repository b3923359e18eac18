"""Stores in every situation: filled by the program, and copied as an attacker might copy them."""

import os

import traffic as made
from program import Program, Watch
from store import Store
from traffic import DAY, LIVE

# Lines for closed days of a month: of which day, on which day they come, visitors, views.
LATE = ((12, 16, 1, 3), (18, 22, 4, 10))


def files(folder):
    """Every file below a folder but what the test itself keeps."""
    found = []
    for base, _, names in os.walk(folder):
        if os.path.basename(base) != "copies":
            found += [os.path.join(base, name) for name in names if name not in ("access.log", "config.toml")]
    return found


def followed(path, folder, seed, rate, views):
    """A log that is followed: while it is, killed, closed two days later, and forty days later."""
    traffic = made.live(seed, rate, views)
    program, now = Program(path, folder), LIVE + 600
    steps = len({view.time for view in traffic.views})
    watch = Watch(program, now)
    copies = watch.follow(traffic, {steps // 3, 2 * steps // 3})
    common = {"pages": traffic.pages, "begin": LIVE, "rate": rate, "state": program.state, "program": path}
    database, log = program.keep("killed")
    grown = os.path.getsize(log) if os.path.exists(log) else 0
    last = copies[-1].second + (grown > copies[-1].length)
    stores = [Store("open", copies[-1].database, copies[-1].log, copies=copies, last=copies[-1].second, **common),
              Store("killed", database, log, last=last, **common)]
    for store in stores:
        store.files = [store.database, store.log, *files(program.state)]
    program.run_import(watch.path, now)
    program.close(LIVE // DAY * DAY + 2 * DAY + 1800)
    stores.append(Store("closed", *program.keep("closed"), **common))
    program.close(LIVE // DAY * DAY + 40 * DAY)
    stores.append(Store("40 days", *program.keep("later"), **common))
    for store in stores[2:]:
        store.files = files(folder)
    return traffic, stores


def imported(path, folder, maker, config="", late=()):
    """Days that are imported one after the other, each closed in its turn: as it is then, and forty days later.
    `late` are lines for a day that is closed: (day number, number of the day when they come, visitors, views)."""
    program = Program(path, folder, config)
    views = maker.traffic.views
    days = sorted({view.time // DAY * DAY for view in views})
    by_day = {day: [view.line for view in views if view.time // DAY * DAY == day] for day in days}
    for number, day in enumerate(days):
        now = day + DAY - 30
        program.import_lines(f"{number}.log", by_day[day], now)
        for of, at, visitors, count in late:
            if at == number:
                lines = [view.line for view in made.late(maker, days[of], visitors, count)]
                program.import_lines(f"{number}-late.log", lines, now)
    common = {"pages": maker.traffic.pages, "state": program.state, "program": path}
    program.close(days[-1] + 4 * DAY)
    stores = [Store("closed", *program.keep("closed"), **common)]
    program.close(days[-1] + 40 * DAY)
    stores.append(Store("40 days", *program.keep("later"), **common))
    for store in stores:
        store.files = files(folder)
    return maker.traffic, stores
