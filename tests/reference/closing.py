"""What is left of a day when it is closed, and what a report can say of it then.

The rules of closing, in plain words
====================================

A day is closed by itself for each site and kind. What is then written are counts, in tables of which
none says what one visitor did. k is how many visitors must share a thing before it is said (`[privacy] k`, 3 unless
set). (What can still be told by putting the tables together: closing_selftest.py --attack.) With k = 1 nothing is hidden: nothing is rare, few or carried, and every pair
is named; caps and the rounding of seconds stay.

0 Caps. Of each kind of text (pages, referrers, sources, campaigns, hosts) a day keeps the 50,000 with most
  page views, ties by text; the others become `(other)`. A campaign is one text here: its source, medium and
  name together; beyond the cap it is the one text `(other)`: that is its source, its medium and name are empty.
  Paths of errors are capped by requests. All that follows sees the texts after the caps.

a Visit sums say what visits were like, and name no page: host, source, referrer, channel, campaign, country,
  region, city, browser, system and device together, with visitors, visits, bounces, page views, seconds and
  the page views whose duration is known. Source, campaign, agent and place are those of the visit's entry.
  Visits, bounces and durations count for the host of the entry, a page view for its own host, a visitor for
  the host of the first view. The seconds of a visit are rounded to 30 before they are added up.
  What is finest becomes `(rare)` if fewer than k visitors had it: a region, a city, the version of a browser or
  system, the path of a referrer, each field of a campaign. The visitors of a value are added up once, after the
  caps; a text that becomes `(rare)` makes no other one rare. What is unknown stays empty; an agent without a
  version and a referrer without a path stay.
  With `rare = "hide"` sources, whole referrers, channels, countries, browsers, systems, devices and hosts of
  fewer than k visitors become `(rare)` too; hosts also in the page sums.
  A day with more than 250,000 such rows loses, in this order and until it has no more than that: cities,
  regions, versions, paths of referrers.

b Page sums say what was looked at, and nothing of who looked: page and host, with page views, uniques, visits
  (entries), bounces, exits, and the sum and number of known durations.
  A row of fewer than k uniques keeps page views, uniques and entries. What else it has goes to one row `(few)`
  of the day, which has no host. Were all of that one row's, it would hide nothing: so while exactly one of the
  rows that give to `(few)` has anything to give, the smallest other row (by uniques, page views, page, host)
  gives too. If none has anything to give there is no `(few)`.

c Pairs say what was looked at by whom: a page beside one trait of visits (source, referrer, channel, each field
  of a campaign, country, region, city, browser, system, device), with page views, uniques and entries, all
  hosts together. There is no table with a page and two traits.
  A pair may be named if at least k visitors with that value saw the page, and not all visitors with that value
  did; unless the value has at least 10 visitors, or at least half of the day's visitors saw the page.
  What is not named must not follow from what is. For page views, and likewise for entries, a page's rest is what
  its named pairs leave of it, a value's rest what its named pairs leave. Views that an earlier day carried
  into this one (f) are in the page's count but belong to no value of this day. They are one more value, "carried":
  its pair with a page is what came along of that page, views and entries, with no uniques, so it is never named;
  its count is the sum of these. Like any other hidden pair it must not be proved: a carried trail stays hidden too.
  A hidden pair that is there is proved by its page if the page's rest is more than all other values that are
  not named beside this page still have to give ("carried" is always one of them); by its value if the value's rest is
  more than all other pages that are not named beside this value still have to give. What would be proved so with no
  pair named at all is known from the totals: no pair betrays it, and for that counter it is left out of both tests.
  All that is proved is looked for at once. Each page that proves something loses its smallest named pair, and so
  does each value that proves something (by page views, uniques, value, page); one that has no named pair makes the whole
  trait lose its smallest. Then everything is looked at again, until nothing is proved.

d Requests are counted by hour, class, status, method and bot. If such a row has fewer than 10 requests its bytes,
  times and histogram go to the day's row of that class, status, method and bot. Paths of errors are counted by day.
  The hours of a site have page views, visitors (first seen in that hour) and visits (begun in it). All of this, the
  visit sums and the ledger are written for every day, also for one that is carried.

f Small days. A day stands if it has at least k visitors, and either none or at least k of them saw several
  pages. The pages of a day that does not stand are carried: they are not written yet, and it has no pairs.
  They join the pages of a later day of the same site and kind when that one is closed, if that later day stands
  by itself, and if it has at least k visitors who saw several pages or nobody on the carried day did. So k is
  never reached by one regular on k days. Each carried day is asked by itself; those that do not join wait on. What
  joins is added to the later day's rows before (b), and is written with that day's date; pairs are made of the later
  day's own views only.
  A carried day that has waited for seven days since it was closed is written as one row `(few)` of its own
  date, with all its counters. This comes before anything else is closed at that moment.

g Late lines. A day that was closed and gets lines again is closed again, the new part by itself, and what it
  has is added to what is there. Nothing that is carried joins it, and it is not carried: if it does not stand by (f),
  its pages become one row `(late)` with all counters. It has pairs only if it stands and has at least 2k visitors
  (with k = 1: always).

Written from design.md (sections 3.5, 3.6, 5, 6) and the rules of closing, never
from the Rust sources. Where those texts leave a choice, the line says CHOICE.
Country, region, city, browser, os and device are absent: neither a geo database
nor agent rules are here, and the folding of one text is independent of the others.
"""

import collections

import reference as r

CAP, ROWS, WEEK = 50_000, 250_000, 604_800
FEW, LATE, RARE, OTHER = "(few)", "(late)", "(rare)", "(other)"
CARRIED = None  # among the values of pairs: what an earlier day carried into this one
ORIGIN = ("source", "referrer", "channel", "utm_source", "utm_medium", "utm_campaign")
ERRORS = ("client_error", "server_error", "redirect")  # CHOICE: redirects too, and no bots (docs/design.md)
VISIT = ("visitors", "visits", "bounces", "page_views", "seconds", "timed")
PAGE = ("page_views", "uniques", "visits", "bounces", "exits", "duration_s", "duration_n")
CELL = ("page_views", "uniques", "visits")
V_VISITORS, V_VISITS, V_BOUNCES, V_VIEWS, V_SECONDS, V_TIMED = range(6)
P_VIEWS, P_UNIQUES, P_VISITS, P_BOUNCES, P_EXITS, P_SECONDS, P_TIMED = range(7)


# --- what a day is closed from ----------------------------------------------

class Part:
    """One site's day as one reading saw it, under one salt."""

    def __init__(self, site, day):
        self.site, self.day, self.newest = site, day, None
        self.visitors = self.several = 0  # N and M
        self.hours = {}     # hour: page_views, visitors, visits
        self.visits = {}    # (host, *origin): VISIT
        self.pages = {}     # (page, host): PAGE
        self.cells = {}     # (page, *origin): CELL
        self.requests = {}  # (hour, class, status, method): requests, bytes
        self.errors = {}    # (class, status, method, path): requests, bytes
        self.ledger = {}    # (hour, class): lines


class Person:
    __slots__ = ("pages", "visit")

    def __init__(self):
        self.pages, self.visit = set(), None


class Visit:
    """A visit, as a unit: its sums are added when it ends."""

    __slots__ = ("first", "last", "origin", "sums", "entry", "exit", "bounce", "seconds", "timed")

    def __init__(self, t, origin, sums, row):
        self.first = self.last = t
        self.origin, self.sums, self.entry, self.exit = origin, sums, row, row
        self.bounce, self.seconds, self.timed = True, 0, 0

    def end(self):
        self.exit[P_EXITS] += 1
        if self.bounce:
            self.entry[P_BOUNCES] += 1
            self.sums[V_BOUNCES] += 1
        self.sums[V_SECONDS] += (self.seconds + 15) // 30 * 30
        self.sums[V_TIMED] += self.timed


def shown_host(raw):
    """Lower case, without a port; '' if there is none."""
    # CHOICE: `www.` and a last dot stay; what is not `host` or `host:port` stays whole; `-` is none.
    raw = raw.lower()
    m = r.PORT.fullmatch(raw)
    host = r.clean(m[1] if m else raw)
    return "" if host == "-" else host


def place(table, key, width):
    row = table.get(key)
    if row is None:
        row = table[key] = [0] * width
    return row


class Reading(r.Analysis):
    """The count of reference.py, and beside it, counted anew, what closing needs."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.parts, self.persons, self.origins, self.hosts_shown, self.methods = {}, {}, {}, {}, {}
        self.host = ""

    def part(self, site, day):
        part = self.parts.get((site, day))
        if part is None:
            part = self.parts[site, day] = Part(site, day)
        return part

    def take(self, record):
        raw, method, status, size, site = record[8], record[2], record[4], record[5], record[-1]
        host = self.hosts_shown.get(raw)
        self.host = self.memo(self.hosts_shown, raw, shown_host, raw) if host is None else host
        day, hour, name, path = super().take(record)
        part = self.part(site, day)
        total = place(part.requests, (hour, name, status, method), 2)
        total[0] += 1
        total[1] += size
        if name in ERRORS:
            total = place(part.errors, (name, status, method, path), 2)
            total[0] += 1
            total[1] += size

    def origin_of(self, site, query, referrer):
        campaign = r.campaign_of(query)[0] if query else ("", "", "")
        source, referrer, channel, _ = r.dimensions(self.sources, query, referrer, r.own_hosts(site, self.hosts))
        return source, referrer, channel, *campaign

    def hit(self, t, site, day, hour, path, query, referrer, address, agent):
        super().hit(t, site, day, hour, path, query, referrer, address, agent)
        part = self.part(site, day)
        who = site, day, self.addresses[address], agent
        person = self.persons.get(who)
        new = person is None
        if new:
            person = self.persons[who] = Person()
            part.visitors += 1
        newest = t if part.newest is None else part.newest
        part.newest = max(newest, t)
        visit, row = person.visit, place(part.pages, (path, self.host), 7)
        if visit and newest - visit.last > 3600:
            visit.end()
            visit = person.visit = None
        hours = place(part.hours, hour, 3)
        if visit and visit.first - 1800 < t < visit.last + 1800:
            origin = visit.origin
            if t >= visit.last:
                visit.exit[P_SECONDS] += t - visit.last
                visit.exit[P_TIMED] += 1
                visit.seconds += t - visit.last
                visit.timed += 1
                visit.last, visit.exit = t, row
            visit.bounce, began = False, 0
        else:
            key = site, query, referrer
            origin = self.origins.get(key) or self.memo(self.origins, key, self.origin_of, *key)
            fresh, began = Visit(t, origin, place(part.visits, (self.host, *origin), 6), row), 1
            if visit and t < visit.last:
                fresh.end()  # out of order: one view, and the open visit goes on
            else:
                if visit:
                    visit.end()
                person.visit = fresh
        sums = place(part.visits, (self.host, *origin), 6)
        cell = place(part.cells, (path, *origin), 3)
        sums[V_VIEWS] += 1
        sums[V_VISITS] += began
        sums[V_VISITORS] += new
        row[P_VIEWS] += 1
        row[P_VISITS] += began
        cell[0] += 1
        cell[2] += began
        hours[0] += 1
        hours[1] += new
        hours[2] += began
        if path not in person.pages:
            person.pages.add(path)
            row[P_UNIQUES] += 1
            cell[1] += 1
            part.several += len(person.pages) == 2

    def close_parts(self):
        """The parts, sites and days ascending, with all visits ended."""
        for person in self.persons.values():
            if person.visit:
                person.visit.end()
        self.persons.clear()
        for (site, day, hour, name), n in self.ledger.items():
            self.part(site, day).ledger[hour, name] = n
        parts = [self.parts[key] for key in sorted(self.parts)]
        self.check(parts)
        return parts

    def check(self, parts):
        """Visits as units and the deltas of reference.py must say the same."""
        both = [[0] * 8, [0] * 8]
        for part in parts:
            for row in part.pages.values():
                for name, n in zip(PAGE, row):
                    both[0][r.METRICS.index(name)] += n
            both[0][r.VISITORS] += part.visitors
        for row in self.rows.values():
            for i, n in enumerate(row):
                both[1][i] += n
        assert both[0] == both[1], both


# --- (0) caps and (a) visit sums --------------------------------------------

def kept_of(counts, cap):
    """The texts that stay: most first, ties by text; None: all."""
    if len(counts) <= cap:
        return None
    return set(sorted(counts, key=lambda text: (-counts[text], text))[:cap])


def mapped(table, functions):
    """The rows under keys whose texts are mapped, added up."""
    if not any(functions):
        return {key: row[:] for key, row in table.items()}
    return regrouped(table, lambda key: tuple(f(text) if f else text for f, text in zip(functions, key)))


def regrouped(table, function):
    """The rows under function(key), added up."""
    out = {}
    for key, row in table.items():
        key = function(key)
        total = out.get(key)
        if total is None:
            out[key] = row[:]
        else:
            for i, n in enumerate(row):
                total[i] += n
    return out


def capper(pairs, cap, none="", other=OTHER):
    """The function that makes texts beyond the cap `other`, or None. CHOICE: the empty text is unknown, not a text."""
    counts = collections.Counter()
    for text, n in pairs:
        counts[text] += n
    counts.pop(none, None)
    kept = kept_of(counts, cap)
    return kept and (lambda text: text if text in kept or text == none else other)


def capped(part, cap):
    """(visits, pages, cells, errors) with at most `cap` texts of each kind."""
    # CHOICE: channels are few and not capped.
    host, source, referrer = (capper(((key[i], row[V_VIEWS]) for key, row in part.visits.items()), cap) for i in range(3))
    page = capper(((key[0], row[P_VIEWS]) for key, row in part.pages.items()), cap)
    error = capper(((key[3], row[0]) for key, row in part.errors.items()), cap)
    campaign = capper(((key[4:], row[V_VIEWS]) for key, row in part.visits.items()), cap, ("",) * 3, (OTHER, "", ""))

    def of_origin(table, first):
        table = mapped(table, (first, source, referrer, None, None, None, None))
        return regrouped(table, lambda key: key[:4] + campaign(key[4:])) if campaign else table

    # A host is capped by the page views of the visit sums, which are those of the page sums.
    return (of_origin(part.visits, host), mapped(part.pages, (page, host)), of_origin(part.cells, page),
            mapped(part.errors, (None, None, None, error)))


def with_rare_path(referrer):
    host, slash, _ = referrer.partition("/")
    return host + "/" + RARE if slash and referrer != r.DIRECT else referrer


def reducers(visits, k, rare, most):
    """For each text of a visit's key the function that makes it (rare), or None."""
    counts = [collections.Counter() for _ in range(7)]
    for key, row in visits.items():
        for count, text in zip(counts, key):
            count[text] += row[V_VISITORS]

    def whole(i):
        few = {text for text, n in counts[i].items() if n < k and text}
        return few and (lambda text: RARE if text in few else text)

    def path(always=False):
        few = {text for text, n in counts[2].items() if n < k}
        return lambda text: with_rare_path(text) if always or text in few else text

    hide = k > 1 and rare == "hide"
    out = [None] * 7
    if k > 1:
        # CHOICE: under hide a referrer of few becomes (rare) as a whole, `Direct / none` too, and not host/(rare).
        out = [whole(i) if i >= 4 or hide else None for i in range(7)]
        if not hide:
            out[2] = path()
    # The other three foldings are of texts that are absent here, so this may come later than it should.
    if len(mapped(visits, out)) > most:
        first, then = out[2], path(always=True)
        out[2] = (lambda text: then(first(text))) if first else then
    return out


# --- (b) page sums ----------------------------------------------------------

def with_few(rows, k):
    """The rows of (page, host) as they are written."""
    small = {key for key, row in rows.items() if row[P_UNIQUES] < k} if k > 1 else set()
    giving = sum(any(rows[key][P_BOUNCES:]) for key in small)
    for *_, page, host in sorted((row[P_UNIQUES], row[P_VIEWS], *key) for key, row in rows.items() if key not in small):
        if giving != 1:
            break
        small.add((page, host))
        giving += any(rows[page, host][P_BOUNCES:])
    out, few = {}, [0] * 7
    for key, row in rows.items():
        if key in small:
            for i in range(P_BOUNCES, 7):
                few[i] += row[i]
            row = row[:P_BOUNCES] + [0] * 4
        out[key] = row
    if any(few):
        out[FEW, ""] = few
    return out


# --- (c) pairs --------------------------------------------------------------

def eligible(cells, values, uniques, n, k):
    """The cells that are named before anything is dropped."""
    return {(page, value) for (page, value), (_, u, _) in cells.items()
            if u >= k and (u < values[value][0] or values[value][0] >= 10 or 2 * uniques[page] >= n)}


class Side:
    """One counter of one dimension, seen from its pages or from its values ("lines"; the other side is "across")."""

    def __init__(self, lines, across, cells, known, named):
        self.rest, self.across = dict(lines), across
        self.suspects = {}
        for (line, other), n in cells.items():
            if n > 0 and (line, other) not in known:
                self.suspects.setdefault(line, []).append(other)
        self.with_named = {line for line, _ in named if line in self.suspects}
        rest = [line for line in self.suspects if line not in self.with_named]
        self.without = sorted(rest, key=lambda line: -lines[line])

    def proved(self, named_of):
        """The lines with a cell that is proved by its line."""
        across = self.across.rest
        total, most = sum(across.values()), max(across.values(), default=0)
        out = set()
        for line in self.without:  # its rest never changes
            if self.rest[line] + most <= total:
                break
            if any(self.rest[line] > total - across[other] for other in self.suspects[line]):
                out.add(line)
        for line in self.with_named:
            named = named_of.get(line, ())
            limit = total - sum(across[other] for other in named)
            if self.rest[line] + most > limit and any(
                    self.rest[line] > limit - across[other] for other in self.suspects[line] if other not in named):
                out.add(line)
        return out


def with_carried(cells, pages, values):
    """(cells, values), each with those of CARRIED: of every page what is not of the day itself."""
    came = {page: list(row) for page, row in pages.items()}
    for (page, _), (views, _, visits) in cells.items():
        came[page][0] -= views
        came[page][1] -= visits
    assert all(n >= 0 for row in came.values() for n in row)
    carried = {(page, CARRIED): (views, 0, visits) for page, (views, visits) in came.items() if views or visits}
    return cells | carried, values | {CARRIED: tuple(sum(row[i] for row in carried.values()) for i in (1, 0, 2))}


def named_pairs(cells, pages, values, uniques, n, k):
    """The cells of one dimension that may be named.

    cells: (page, value) -> (page_views, uniques, visits); pages: page -> (page_views, visits) as written;
    values: value -> (visitors, page_views, visits); uniques: page -> the day's own; n: visitors of the day.
    """
    if k == 1:
        return set(cells)
    cells, values = with_carried(cells, pages, values)
    named = eligible(cells, values, uniques, n, k)
    order = sorted(named, key=lambda pair: (cells[pair][0], cells[pair][1], pair[1], pair[0]))
    flipped = {(value, page) for page, value in named}
    sides = []
    for i, of_value in ((0, 1), (2, 2)):
        by_page = {page: row[i // 2] for page, row in pages.items()}
        by_value = {value: row[of_value] for value, row in values.items()}
        total = sum(by_page.values())  # of all values too
        counts = {cell: row[i] for cell, row in cells.items()}
        known = {(page, value) for page, value in counts
                 if by_page[page] + by_value[value] > total}
        page_side = Side(by_page, None, counts, known, named)
        value_side = Side(by_value, page_side, {(v, p): c for (p, v), c in counts.items()}, {(v, p) for p, v in known}, flipped)
        page_side.across = value_side
        for page, value in named:
            page_side.rest[page] -= counts[page, value]
            value_side.rest[value] -= counts[page, value]
        sides.append((page_side, value_side, counts))
    while named:
        of_page, of_value = {}, {}
        for page, value in named:
            of_page.setdefault(page, set()).add(value)
            of_value.setdefault(value, set()).add(page)
        by_page, by_value = set(), set()
        for page_side, value_side, _ in sides:
            by_page |= page_side.proved(of_page)
            by_value |= value_side.proved(of_value)
        if not by_page and not by_value:
            break
        drop = smallest(order, by_page, by_value, of_page, of_value)
        for page_side, value_side, counts in sides:
            for page, value in drop:
                page_side.rest[page] += counts[page, value]
                value_side.rest[value] += counts[page, value]
        named -= drop
        order = [pair for pair in order if pair in named]
    return named


def smallest(order, by_page, by_value, of_page, of_value):
    """The pairs to drop: `order` is that of the named ones, smallest first."""
    drop, pages, values = set(), set(by_page), set(by_value)
    if any(page not in of_page for page in pages) or any(value not in of_value for value in values):
        drop.add(order[0])
    for pair in order:
        if pair[0] in pages or pair[1] in values:
            drop.add(pair)
            pages.discard(pair[0])
            values.discard(pair[1])
    return drop


# --- closing ----------------------------------------------------------------

class Carried:
    def __init__(self, part, rows, moment):
        self.site, self.day, self.closed = part.site, part.day, moment
        self.visitors, self.several, self.rows = part.visitors, part.several, rows
        self.counted = None  # the day it was counted with, or (few)

    def total(self):
        return [sum(column) for column in zip(*self.rows.values())]


TABLES = {  # table: names of its key, names of its counters
    "hours": (("site", "hour"), ("page_views", "visitors", "visits")),
    "visit_sums": (("site", "day", "host", *ORIGIN), VISIT),
    "page_sums": (("site", "day", "page", "host"), PAGE),
    "pairs": (("site", "day", "page", "dimension", "value"), CELL),
    "request_hours": (("site", "hour", "class", "status", "method"), ("requests", "bytes")),
    "request_days": (("site", "day", "class", "status", "method"), ("bytes",)),
    "error_days": (("site", "day", "class", "status", "method", "path"), ("requests", "bytes")),
    "ledger": (("site", "hour", "class"), ("lines",)),
}


class Closed:
    """The closed tables. CHOICE: rows that are all zero are not there."""

    def __init__(self, k=3, rare="keep", cap=CAP, most=ROWS):
        self.k, self.rare, self.cap, self.most = k, rare, cap, most
        self.tables = {name: {} for name in TABLES}
        self.carried, self.days, self.pairings = [], set(), []

    def add(self, table, key, row):
        total = place(self.tables[table], key, len(row))
        for i, n in enumerate(row):
            total[i] += n

    def stands(self, visitors, several):
        return visitors >= self.k and (several == 0 or several >= self.k)

    def waiting(self):
        return [c for c in self.carried if c.counted is None]

    def joining(self, part):
        """(f) The carried days that join one that stands, each tested by itself."""
        return [c for c in self.waiting() if c.site == part.site and c.day < part.day and (part.several >= self.k or c.several == 0)]

    def expire(self, moment):
        """(f) What has been carried for a week is (few)."""
        for c in self.waiting():
            if moment - c.closed >= WEEK:
                c.counted = FEW
                self.add("page_sums", (c.site, c.day, FEW, ""), c.total())

    def close(self, part, moment):
        self.expire(moment)
        site, day = place_of = part.site, part.day
        late = place_of in self.days
        self.days.add(place_of)
        visits, pages, cells, errors = capped(part, self.cap)
        reduce = reducers(visits, self.k, self.rare, self.most)
        visits, pages, cells = mapped(visits, reduce), mapped(pages, (None, reduce[0])), mapped(cells, (None, *reduce[1:]))
        for hour, row in part.hours.items():
            self.add("hours", (site, hour), row)
        for key, row in visits.items():
            self.add("visit_sums", (*place_of, *key), row)
        for key, row in errors.items():
            self.add("error_days", (*place_of, *self.method(key)), row)
        for (hour, name), n in part.ledger.items():
            self.add("ledger", (site, hour, name), [n])
        self.requests(part)
        if part.visitors:  # CHOICE: a day without page views has nothing to carry, and nothing is counted with it
            self.close_pages(part, moment, late, visits, pages, cells)

    @staticmethod
    def method(key):
        return *key[:2], key[2].decode("ascii"), *key[3:]

    def requests(self, part):
        """(d). CHOICE: with k = 1 the hours keep their bytes, since that rule hides something too."""
        for (hour, *key), (n, size) in part.requests.items():
            key = self.method(key)
            # Families of bots are unknown here, and they split the hours' rows: all bytes of bots are the day's.
            if self.k > 1 and (n < 10 or key[0] == "bot"):
                if size:
                    self.add("request_days", (part.site, part.day, *key), [size])
                size = 0
            self.add("request_hours", (part.site, hour, *key), [n, size])

    def close_pages(self, part, moment, late, visits, pages, cells):
        if not self.stands(part.visitors, part.several):
            if late:
                total = [sum(column) for column in zip(*pages.values())]
                self.add("page_sums", (part.site, part.day, LATE, ""), total)
            else:
                self.carried.append(Carried(part, pages, moment))
            return
        rows = {key: row[:] for key, row in pages.items()}
        for c in [] if late else self.joining(part):
            c.counted = part.day
            for key, row in c.rows.items():
                total = place(rows, key, 7)
                for i, n in enumerate(row):
                    total[i] += n
        written = with_few(rows, self.k)
        for key, row in written.items():
            self.add("page_sums", (part.site, part.day, *key), row)
        if not late or self.k == 1 or part.visitors >= 2 * self.k:
            self.pairs(part, written, visits, pages, cells)

    def pairs(self, part, written, visits, pages, cells):
        """(c). CHOICE: a late part's pairs are chosen from its own rows alone."""
        totals, uniques = {}, collections.Counter()
        for (page, _), row in written.items():
            if page != FEW:
                total = place(totals, page, 2)
                total[0] += row[P_VIEWS]
                total[1] += row[P_VISITS]
        for (page, _), row in pages.items():
            uniques[page] += row[P_UNIQUES]
        for i, dimension in enumerate(ORIGIN):
            values, table = {}, {}
            for key, row in visits.items():
                total = place(values, key[1 + i], 3)
                for j, c in enumerate((V_VISITORS, V_VIEWS, V_VISITS)):
                    total[j] += row[c]
            for key, row in cells.items():
                total = place(table, (key[0], key[1 + i]), 3)
                for j, n in enumerate(row):
                    total[j] += n
            arguments = table, totals, values, uniques, part.visitors, self.k
            named = named_pairs(*arguments)
            self.pairings.append((dimension, arguments, named))
            for page, value in named:
                self.add("pairs", (part.site, part.day, page, dimension, value), table[page, value])

    def result(self):
        out = {}
        for name, (keys, counters) in TABLES.items():
            rows = sorted(self.tables[name].items())
            out[name] = [dict(zip(keys + counters, (*key, *row))) for key, row in rows if any(row)]
        if self.k > 1:
            for row in out["request_hours"]:
                if row["class"] == "bot":
                    row["bytes"] = None
        out["carried"] = [{"site": c.site, "day": c.day, "visitors": c.visitors, "several": c.several, "closed": c.closed,
                           "page_views": c.total()[P_VIEWS], "counted": c.counted}
                          for c in sorted(self.carried, key=lambda c: (c.site, c.day))]
        return out


def close(parts, k=3, rare="keep", schedule=None, **limits):
    """The closed tables. `schedule`: (epoch seconds, part, or None: only what a week has made due), in this order."""
    closed = Closed(k, rare, **limits)
    for moment, part in schedule if schedule is not None else [(0, part) for part in parts]:
        if part is None:
            closed.expire(moment)
        else:
            closed.close(part if isinstance(part, Part) else parts[part], moment)
    return closed


# --- reading ----------------------------------------------------------------

def listed(rows, few):
    """Rows by page views, ties by text, and the row (few) if anything is missing."""
    order = sorted(rows, key=lambda value: (-rows[value][0], value))
    out = [{"value": value, **dict(zip(CELL, rows[value]))} for value in order]
    if any(few):
        out.append({"value": FEW, **dict(zip(CELL, few))})
    return out


def minus(total, rows):
    """CHOICE: never negative (a day may hold page rows of days before the range)."""
    return [None if n is None else max(n - sum(row[i] for row in rows.values()), 0) for i, n in enumerate(total)]


class Answers:
    """What a report says of whole days, first to last, of one site."""

    def __init__(self, closed, site, first="0", last="9"):
        self.pages, self.sources, self.pairs, few, total = {}, {}, {}, 0, [0, None, 0]
        for (of, hour), row in closed.tables["hours"].items():
            if of == site and first <= hour[:10] <= last:
                total[0] += row[0]
                total[2] += row[2]
        for (of, day, page, _), row in closed.tables["page_sums"].items():
            if of == site and first <= day <= last:
                if page == FEW:
                    few += row[P_UNIQUES]
                elif any(row[:3]):
                    to = place(self.pages, page, 3)
                    for i in range(3):
                        to[i] += row[i]
        for (of, day, _, source, *_), row in closed.tables["visit_sums"].items():
            if of == site and first <= day <= last:
                to = self.sources.setdefault(source, [0, None, 0])
                to[0] += row[V_VIEWS]
                to[2] += row[V_VISITS]
        for (of, day, page, dimension, value), row in closed.tables["pairs"].items():
            if of == site and dimension == "source" and first <= day <= last:
                to = place(self.pairs, (page, value), 3)
                for i in range(3):
                    to[i] += row[i]
        # CHOICE: (late) is a row of its own. No table holds the uniques of all pages: (few) has those of its own rows.
        self.few = minus(total, self.pages)
        self.few[1] = few

    def page_list(self):
        return listed(self.pages, self.few)

    def pages_of(self, source):
        rows = {page: row for (page, value), row in self.pairs.items() if value == source}
        return listed(rows, minus(self.sources[source], rows))

    def sources_of(self, page):
        rows = {value: row for (of, value), row in self.pairs.items() if of == page}
        return listed(rows, minus(self.pages[page], rows))

    def result(self):
        top = [row["value"] for row in self.page_list() if row["value"] not in (FEW, LATE)][:10]
        return {"pages": self.page_list(), "by_source": {source: self.pages_of(source) for source in sorted(self.sources)},
                "by_page": {page: self.sources_of(page) for page in top}}


# --- command line -----------------------------------------------------------

def options(parser):
    group = parser.add_argument_group("closing", "adds `closed` (the closed tables) and `answers` (what a report reads of them)")
    group.add_argument("--close", action="store_true", help="close all days, ascending, at one moment")
    group.add_argument("--k", type=int, default=3)
    group.add_argument("--rare", choices=("keep", "hide"), default="keep")
    group.add_argument("--late", action="append", default=[], metavar="LOG", help="read by itself, its days closed afterwards")
    group.add_argument("--carry-after", action="store_true", help="a week later: what is still carried becomes (few)")
    group.add_argument("--days", default="0:9", metavar="FIRST:LAST", help="the days that the answers are about")


def report(options, reading, read_late):
    """`closed` and `answers`; `read_late` reads one log by itself."""
    schedule = [(options.now, part) for part in reading.close_parts()]
    for log in options.late:
        schedule += [(options.now, part) for part in read_late(log).close_parts()]
    if options.carry_after:
        schedule.append((options.now + WEEK, None))
    closed = close((), options.k, options.rare, schedule)
    first, last = options.days.split(":")
    sites = sorted({site for site, _ in closed.tables["hours"]})
    return {"closed": closed.result(), "answers": {site: Answers(closed, site, first, last).result() for site in sites}}
