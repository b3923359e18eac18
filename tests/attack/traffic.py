"""Traffic of which the truth is known: who saw what, and what before.

Everything follows from a seed. A visitor sees pages at random moments and at random, so that what is left of a view
when its page or its visitor is hidden tells nothing: a random pairer is as good as anybody who knows only that."""

import json
import random
import time
from dataclasses import dataclass, field

import people

HOST = "example.com"
# The day of what is followed as it happens; a month of days that are imported ends with it.
FIRST_DAY = 1772323200  # 2026-03-01 UTC
DAY = 86400
LIVE = FIRST_DAY + 9 * DAY + 11 * 3600 + 50 * 60
COMMON, RARE = 28, 12
FORMAT = ('$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent '
          '"$http_referer" "$http_user_agent" $request_time')
WORDS = ("notes on quiet logs counting without names a short guide to harbour lights winter reading list open tables "
         "small tools paper maps slow rivers night trains how we moved what we kept why it broke letters from the coast").split()


@dataclass(frozen=True)
class Page:
    path: str
    size: int
    micros: int


@dataclass(frozen=True)
class Visit:
    """One visit: its visitor, its day (begin in epoch seconds), and its traits as the store has them."""
    visitor: int
    day: int
    traits: dict
    late: bool = False


@dataclass
class View:
    time: int
    page: int
    visit: int
    line: str = ""


@dataclass
class Traffic:
    pages: list
    visits: list = field(default_factory=list)
    views: list = field(default_factory=list)
    # The regulars' visitor numbers, and the page that each comes for.
    favourites: dict = field(default_factory=dict)
    addresses: dict = field(default_factory=dict)
    agents: dict = field(default_factory=dict)
    # How many visits go on at a time.
    open_visits: int = 12

    def before(self):
        """For each view the number of the visitor's view before it, or None."""
        last, found = {}, []
        for number, view in enumerate(self.views):
            visitor = (self.visits[view.visit].visitor, view.time // DAY)
            found.append(last.get(visitor))
            last[visitor] = number
        return found

    def save(self):
        """The truth as JSON, without addresses."""
        return json.dumps({
            "pages": [[p.path, p.size, p.micros] for p in self.pages],
            "favourites": sorted(self.favourites.items()),
            "open_visits": self.open_visits,
            "visits": [[v.visitor, v.day, int(v.late), *(v.traits[name] for name in TRAITS)] for v in self.visits],
            "views": [[v.time, v.page, v.visit] for v in self.views],
        }, ensure_ascii=True, separators=(",", ":"))

    @staticmethod
    def load(text):
        """What `save` wrote."""
        saved = json.loads(text)
        traffic = Traffic([Page(*page) for page in saved["pages"]], open_visits=saved["open_visits"])
        traffic.favourites = dict(map(tuple, saved["favourites"]))
        for visitor, day, late, *traits in saved["visits"]:
            traffic.visits.append(Visit(visitor, day, dict(zip(TRAITS, traits)), bool(late)))
        traffic.views = [View(*view) for view in saved["views"]]
        return traffic


TRAITS = ("country", "browser", "os", "device", "source", "referrer", "channel", "campaign")


def site(seed):
    """Pages whose paths, sizes and times to serve differ, the most seen first."""
    chance = random.Random(f"site {seed}")
    sizes = chance.sample(range(1500, 96000), COMMON + RARE)
    pages = []
    for number in range(COMMON + RARE):
        length = 1 if number == 0 else 4 + (number * 23) % 120
        path, word = "/", 0
        while len(path) < length:
            path += ("" if path == "/" else "-") + WORDS[(number * 7 + word) % len(WORDS)]
            word += 1
        path = path if number == 0 else path[:length].rstrip("-") + f"-{number}"
        pages.append(Page(path, sizes[number], chance.randrange(2, 400) * 1000))
    return pages


class Maker:
    """Draws visitors, visits and views."""

    def __init__(self, seed, open_visits):
        self.chance = random.Random(f"traffic {seed}")
        self.traffic = Traffic(site(seed), open_visits=open_visits)
        self.agents, self.numbers = people.agents(), 0

    def pick(self, rows):
        return self.chance.choices(rows, [row[0] for row in rows])[0]

    def address(self, block):
        a, b = self.chance.randrange(256), self.chance.randrange(1, 255)
        if ":" in block:
            return f"{block}:{a:x}:{b:x}::{self.chance.randrange(1, 65536):x}"
        return f"{block}.{a}.{b}"

    def visitor(self, country, block, agent, referrer):
        self.numbers += 1
        _, text, browser, system, device = agent
        _, _, source, kept, channel, campaign, _ = referrer
        values = (country, browser, system, people.DEVICES[device], source, kept, people.CHANNELS[channel], campaign)
        self.traffic.addresses[self.numbers] = self.address(block)
        self.traffic.agents[self.numbers] = text
        return self.numbers, dict(zip(TRAITS, values)), referrer

    def stranger(self):
        _, country, block = self.pick(people.COUNTRIES)
        return self.visitor(country, block, self.pick(self.agents), self.pick(people.REFERRERS))

    def regulars(self, count):
        for country, block, word, page in people.REGULARS[:count]:
            agent = next(row for row in self.agents if word in row[1])
            visitor = self.visitor(country, block, agent, people.REFERRERS[0])
            self.traffic.favourites[visitor[0]] = len(self.traffic.pages) - 1 - page
            yield visitor

    def page(self, last):
        """A page at random, but not the last one again: a few are rare."""
        pages = range(len(self.traffic.pages))
        weights = [1 / (number + 1) ** 0.8 if number < COMMON else 0.02 for number in pages]
        while (page := self.chance.choices(pages, weights)[0]) == last:
            pass
        return page

    def sizes(self, visits, views):
        """Visits of one to eight views, together as many as asked for, if that can be."""
        sizes = self.chance.choices(range(1, 9), (30, 14, 12, 11, 10, 9, 8, 6), k=visits)
        while sum(sizes) != views and visits <= views <= 8 * visits:
            number = self.chance.randrange(visits)
            sizes[number] = min(8, max(1, sizes[number] + (1 if sum(sizes) < views else -1)))
        return sizes

    def stretch(self, day, times, visitors, late=False):
        """Visits that go on side by side: at each moment one begins, or one of those that are open goes on."""
        sizes = self.sizes(len(visitors), len(times))
        waiting, is_open, seen = list(zip(visitors, sizes)), [], {}
        for moment in times:
            if waiting and len(is_open) < self.traffic.open_visits:
                (number, traits, referrer), size = waiting.pop(0)
                visit = len(self.traffic.visits)
                self.traffic.visits.append(Visit(number, day, traits, late))
                favourite = self.traffic.favourites.get(number)
                plan = [None] * size
                if favourite is not None:
                    plan[self.chance.randrange(size)] = favourite
                seen[visit] = (number, referrer, plan)
                page, sent = plan.pop(0), referrer[1]
                query = referrer[6]
                last = None
            else:
                ready = [v for v in is_open if v[1] < moment] or is_open
                visit, _, last = entry = self.chance.choice(ready)
                is_open.remove(entry)
                number, referrer, plan = seen[visit]
                page, sent, query = plan.pop(0), f"https://{HOST}{self.traffic.pages[last].path}", ""
            page = self.page(last) if page is None else page
            if plan:
                is_open.append((visit, moment, page))
            self.view(moment, page, visit, number, query, sent)

    def view(self, moment, page, visit, visitor, query, sent):
        it = self.traffic.pages[page]
        stamp = time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(moment))
        took = it.micros * self.chance.uniform(0.97, 1.03) / 1e6
        line = (f'{self.traffic.addresses[visitor]} - - [{stamp}] "GET {it.path}{query} HTTP/1.1" 200 {it.size} '
                f'"{sent}" "{self.traffic.agents[visitor]}" {took:.3f}\n')
        self.traffic.views.append(View(moment, page, visit, line))


def visitors_of(views):
    """300 views are those of about 80 visitors."""
    return max(1, round(views * 80 / 300))


def live(seed, rate, views=300):
    """What is followed as it happens: so many views a second."""
    maker = Maker(f"{seed} live {rate}", 12 if rate == 1 else 30)
    visitors = [*maker.regulars(min(6, views // 40))]
    visitors += [maker.stranger() for _ in range(visitors_of(views) - len(visitors))]
    maker.chance.shuffle(visitors)
    maker.stretch(LIVE // DAY * DAY, [LIVE + number // rate for number in range(views)], visitors)
    return maker.traffic


def hours_of_day(chance, views):
    """Views by hour: on a day in three one thin hour at night, on another one thin evenings."""
    kind = chance.randrange(3)
    thin = {0: [(3, chance.randrange(2, 5))], 1: [(hour, chance.randrange(2, 10)) for hour in (20, 21, 22)], 2: []}[kind]
    rest, hours = views - sum(count for _, count in thin), range(8, 20)
    each = max(1, rest // len(hours))
    return thin + [(hour, each + (rest % len(hours) if hour == 8 else 0)) for hour in hours]


def month(seed, days, views, regulars=10):
    """Days that are imported one after the other. Half of the regulars come each day, the others on two days of three.
    On some days a visitor is alone at night; some come twice."""
    maker = Maker(f"{seed} month {views}", 4)
    regular = [*maker.regulars(regulars)]
    for number in range(days):
        day = FIRST_DAY - 30 * DAY + number * DAY
        today = [v for i, v in enumerate(regular) if i % 2 == 0 or maker.chance.random() < 0.65]
        first, again = len(maker.traffic.views), []
        for hour, count in hours_of_day(maker.chance, views):
            visits = 1 if hour == 3 else max(1, min(count, round(count * 80 / 300)))
            if count < 1:
                continue
            some = [maker.stranger() for _ in range(visits)]
            if again and maker.chance.random() < 0.5:
                some[0] = maker.chance.choice(again)
            again = some
            for at in range(len(some)):
                if today and hour >= 8 and maker.chance.random() < 0.25:
                    some[at] = today.pop()
            begin, times = day + hour * 3600 + maker.chance.randrange(1200), []
            for _ in range(count):
                begin += maker.chance.randrange(4, 40)
                times.append(begin)
            maker.stretch(day, times, some)
        for visitor in today:
            begin = day + 19 * 3600 + maker.chance.randrange(2000, 3000)
            maker.stretch(day, [begin + 40 * n for n in range(maker.chance.randrange(2, 5))], [visitor])
        maker.traffic.views[first:] = sorted(maker.traffic.views[first:], key=lambda view: view.time)
    return maker


def small(seed, days=30):
    """A site of four to ten visitors a day: regulars who come every other day, and strangers."""
    maker = Maker(f"{seed} small", 3)
    regular = [*maker.regulars(7)]
    for number in range(days):
        day = FIRST_DAY - 30 * DAY + number * DAY
        visitors = [visitor for visitor in regular if maker.chance.random() < 0.5]
        visitors += [maker.stranger() for _ in range(maker.chance.randrange(2, 6))]
        maker.chance.shuffle(visitors)
        for hour, some in ((9, visitors[:len(visitors) // 2]), (14, visitors[len(visitors) // 2:])):
            count = sum(maker.chance.randrange(1, 6) for _ in some)
            begin = day + hour * 3600 + maker.chance.randrange(1200)
            maker.stretch(day, [begin + 15 * n for n in range(count)], some)
    return maker


def late(maker, day, visitors, views):
    """Lines of a day that come when it is closed: one at 5 o'clock in the afternoon."""
    first = len(maker.traffic.views)
    begin = day + 17 * 3600 + 1800
    maker.stretch(day, [begin + 20 * n for n in range(views)], [maker.stranger() for _ in range(visitors)], late=True)
    return maker.traffic.views[first:]
