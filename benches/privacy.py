#!/usr/bin/env python3
"""What the rules of closing cost: Markdown tables.

    benches/privacy.py PROGRAM [LOG ...]

Simulated sites of 5 to 10,000 visits a day are counted day by day, each day closed at
noon of the next one, for several k; a LOG is taken as a whole. k = 1 turns the rules
off, so it is the truth. Days after those that are measured give carried days a week to
find a busier one.

Named: of all page views under a filter on one trait of visits, the share that a list of
pages names, over all values of the trait. Top ten: of the true top ten pages under one
value, how many are named / are among the first ten of those that are.
"""
import argparse
import datetime
import json
import os
import subprocess
import tempfile

COMPANY = (2, 3, 5)
TRAITS = ("source", "country", "browser", "device")
# A trait, and which of its values: the commonest, or the next.
TOPS = (("source", 0), ("source", 1), ("country", 0), ("device", 0))
FEW = "(few)"
# Visits a day, and days that are measured.
SITES = ((5, 28), (20, 28), (100, 28), (1_000, 28), (10_000, 7))
LINES_A_VISIT = 10.8
AFTER = 7
FIRST = datetime.date(2026, 9, 28)


class Store:
    """A store of its own for one k."""

    def __init__(self, program, folder, k):
        self.program, self.k = program, k
        self.place = ["--db", os.path.join(folder, f"{k}.duckdb"), "--state-dir", os.path.join(folder, f"{k}")]

    def run(self, command, now):
        clock = {"FATHOM_TUI_NOW": now.isoformat() + "T12:00:00Z"} if now else {}
        own = {"FATHOM_TUI_PRIVACY_K": str(self.k), "XDG_CONFIG_HOME": self.place[-1]} | clock
        ran = subprocess.run([self.program, *command, *self.place], capture_output=True, text=True, env=os.environ | own)
        if ran.returncode:
            raise SystemExit(f"{command} ended with {ran.returncode}: {ran.stderr}")
        return ran.stdout

    def read(self, log, now=None):
        self.run(["import", "-q", "--close", "--timezone", "UTC", "--site", "example.com", log], now)

    def report(self, now, *flags):
        return json.loads(self.run(["report", "--format", "json", "--interval", "day", "--limit", "0", *flags], now))


class Site:
    """A log, counted under every k; days of it are measured, the others come after."""

    def __init__(self, name, span, stores, days, now):
        self.name, self.span, self.stores, self.days, self.now = name, span, stores, days, now

    def report(self, k, by, *filters):
        flags = [word for text in filters for word in ("--filter", text)]
        return self.stores[k].report(self.now, *self.span, "--by", by, *flags)

    def pages(self, k, text):
        """The rows of pages that a filter leaves named, and all its page views."""
        report = self.report(k, "page", text)
        return [row for row in report["by"]["page"]["rows"] if row["value"] != FEW], report["totals"]["page_views"]

    def named(self, k, trait):
        rows, all_views = self.pages(k, f"{trait}==*")
        return f"{sum(row['page_views'] for row in rows) / all_views:.0%}" if all_views else ""

    def commonest(self, trait, rank):
        values = [row["value"] for row in self.report(1, trait)["by"][trait]["rows"]]
        values = [value for value in values if value and not value.startswith("(")]
        return values[rank] if rank < len(values) else None

    def top(self, k, trait, value):
        if value is None:
            return ""
        true, named = ([row["value"] for row in self.pages(of, f"{trait}=={value}")[0]] for of in (1, k))
        return f"{value}: {len({*true[:10]} & {*named})} / {len({*true[:10]} & {*named[:10]})} of {len(true[:10])}"

    def carried(self, k):
        """Days whose pages were carried, and those of them that no later day took along."""
        joined = self.report(k, "device")["days"].get("shifted", [])
        series = self.report(k, "device", f"page=={FEW}")["series"]
        ended = sum((point["page_views"] or 0) > 0 for point in series)
        return f"{len(joined) + ended} of {self.days}", str(ended)


def simulated(program, folder, visits, days):
    """A site whose log grows by a day, and is read and closed at noon of the next."""
    count = days + AFTER
    end = FIRST + datetime.timedelta(count)
    flags = {"--lines": int(visits * count * LINES_A_VISIT), "--days": count, "--now": f"{end}T00:00:00Z"}
    command = [program, "generate-log", *(str(word) for flag in flags.items() for word in flag)]
    lines = subprocess.run(command, capture_output=True, check=True).stdout
    span = ["--since", str(FIRST), "--until", str(FIRST + datetime.timedelta(days - 1))]
    stores = {k: Store(program, folder, k) for k in (1, *COMPANY)}
    site = Site(f"{visits:,} visits a day, {days} days", span, stores, days, end + datetime.timedelta(AFTER + 2))
    with open(os.path.join(folder, "access.log"), "ab", buffering=0) as log:
        begin = 0
        for number in range(count):
            tomorrow = FIRST + datetime.timedelta(number + 1)
            next_day = lines.find(tomorrow.strftime("[%d/%b/%Y:").encode(), begin)
            upto = lines.rfind(b"\n", 0, next_day) + 1 if next_day >= 0 else len(lines)
            log.write(lines[begin:upto])
            begin = upto
            # The truth does not depend on when days are closed.
            for k in COMPANY if number < count - 1 else stores:
                stores[k].read(log.name, tomorrow)
    return site


def real(program, folder, log):
    stores = {k: Store(program, folder, k) for k in (1, *COMPANY)}
    for store in stores.values():
        store.read(log)
    truth = stores[1].report(None, "--period", "all", "--by", "device")
    days = sum(point["page_views"] > 0 for point in truth["series"])
    name = "/".join(os.path.abspath(log).split("/")[-2:])
    name = f"{name}, {truth['totals']['visits']:,} visits, {days} day{'s'[:days > 1]}"
    # A week later nothing waits any more.
    later = datetime.date.today() + datetime.timedelta(AFTER + 2)
    return Site(name, ["--period", "all"], stores, days, later)


def print_row(*cells):
    print("| " + " | ".join(cells) + " |", flush=True)


def print_head(*cells):
    print()
    print_row(*cells)
    print("|---" * len(cells) + "|")


def print_named(sites):
    print_head("site", "k", *(f"named by {trait}" for trait in TRAITS), "days carried", "of these in `(few)`")
    for site in sites:
        for k in COMPANY:
            print_row(site.name, str(k), *(site.named(k, trait) for trait in TRAITS), *site.carried(k))


def print_tops(sites):
    print_head("site", "k", *(f"top ten under the {('commonest', 'next')[rank]} {trait}" for trait, rank in TOPS))
    for site in sites:
        values = [(trait, site.commonest(trait, rank)) for trait, rank in TOPS]
        for k in COMPANY:
            print_row(site.name, str(k), *(site.top(k, trait, value) for trait, value in values))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("logs", nargs="*", metavar="LOG")
    args = parser.parse_args()
    program = os.path.abspath(args.program)
    with tempfile.TemporaryDirectory() as folder:
        def below():
            return tempfile.mkdtemp(dir=folder)

        sites = [simulated(program, below(), visits, days) for visits, days in SITES]
        sites += [real(program, below(), log) for log in args.logs]
        print_named(sites)
        print_tops(sites)


main()
