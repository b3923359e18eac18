"""What an attacker has: the files of a store, as they lie or as they were copied.

An attack gets a `Store` and nothing else. It may know the site, for everybody can read that: paths, sizes, times to serve."""

import functools
import itertools
import os
import shutil
import struct
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

import duckdb

import earlier
import wal

KINDS = {"agents": ("browser", "os"), "places": ("region", "city"), "pages": ("page",), "hosts": ("host",),
         "sources": ("source",), "referrers": ("referrer",), "campaigns": ("campaign",)}
DEVICES = ("unknown", "desktop", "phone", "tablet", "(rare)")
CHANNELS = ("direct", "search", "social", "ai_assistant", "mail", "campaign", "paid", "referral", "(rare)")
DIMENSIONS = ("country", "browser", "os", "device", "source", "referrer", "channel", "campaign")


class Table(NamedTuple):
    columns: tuple
    rows: list

    def dicts(self):
        return [dict(zip(self.columns, row)) for row in self.rows]


@dataclass(frozen=True)
class Copy:
    """The files at one moment: a database, and so many bytes of a log."""
    second: int
    database: str
    log: str
    length: int


class Commit(NamedTuple):
    """What one commit changed: rows by table, and the bytes that the log grew by (none where it was written back)."""
    second: int
    added: dict
    removed: dict
    grown: bytes


@dataclass
class Store:
    name: str
    database: str
    log: str
    pages: list
    # Moments of it, if somebody copied them.
    copies: list = field(default_factory=list)
    # Seconds of the first commit and of the last; commits come once a second. None where it was imported.
    begin: int = None
    last: int = None
    rate: int = 0
    # Everything that lies about.
    files: list = field(default_factory=list)
    state: str = None
    # The program that made it, for who holds the keys.
    program: str = None
    # Closed days, if there is no file.
    days: list = None
    # Addresses and agents that must be in no file.
    secrets: tuple = ()

    @functools.cached_property
    def tables(self):
        """All tables as they lie."""
        length = os.path.getsize(self.log) if self.log and os.path.exists(self.log) else 0
        return read(self.database, self.log, length)

    @functools.cached_property
    def commits(self):
        """What each commit changed, from copies, or from the log cut at growing lengths."""
        return list(changes(self.copies or self.cuts()))

    def cuts(self):
        """The log as it lies, cut after each commit in it."""
        if not self.log or not os.path.exists(self.log):
            return []
        with open(self.log, "rb") as file:
            ends = wal.ends(file.read())
        last = self.last if self.last is not None else len(ends)
        return [Copy(last - len(ends) + i, self.database, self.log, end) for i, end in enumerate([0, *ends])]

    @functools.cached_property
    def earlier(self):
        """Tables of earlier states that are left in the file."""
        return earlier.states(self.database)

    def texts(self, dictionary, tables=None):
        """The texts of a dictionary by number."""
        return dict((tables or self.tables).get(dictionary, Table((), [])).rows) | {0: ""}


def changes(copies):
    """Differences between successive copies."""
    before, last = None, None
    for copy in copies:
        tables = read(copy.database, copy.log, copy.length)
        now = {name: Counter(table.rows) for name, table in tables.items()}
        if before is not None:
            grown = b""
            if last.log == copy.log and copy.length > last.length:
                with open(copy.log, "rb") as file:
                    grown = file.read(copy.length)[last.length:]
            added, removed = {}, {}
            for name in now.keys() | before.keys():
                new, old = now.get(name, Counter()), before.get(name, Counter())
                if new != old:
                    added[name] = list((new - old).elements())
                    removed[name] = list((old - new).elements())
            yield Commit(copy.second, added, removed, grown)
        before, last = now, copy


def link(database, place):
    """The same file in another place, where no log lies beside it."""
    try:
        os.link(database, place)
    except OSError:
        shutil.copyfile(database, place)


_numbers = itertools.count()


@functools.cache
def _engine(_process):
    engine = duckdb.connect()
    engine.execute("SET threads = 1")
    return engine


def read(database, log=None, length=0):
    """All tables of a database and so many bytes of a log, read from a new place."""
    engine = _engine(os.getpid())
    with tempfile.TemporaryDirectory() as folder:
        place = os.path.join(folder, "copy.duckdb")
        link(database, place)
        if log and length:
            with open(log, "rb") as whole, open(place + ".wal", "wb") as cut:
                cut.write(whole.read(length))
        name = f"copy{next(_numbers)}"
        engine.execute(f"ATTACH '{place}' AS {name} (READ_ONLY)")
        try:
            return read_tables(engine, name)
        finally:
            engine.execute(f"DETACH {name}")


def read_tables(engine, name):
    """The tables of an attached database that can be read."""
    tables = {}
    sql = "SELECT table_name FROM duckdb_tables() WHERE database_name = ? ORDER BY 1"
    for (table,) in engine.execute(sql, [name]).fetchall():
        try:
            found = engine.execute(f"SELECT * FROM {name}.main.{table}")
            tables[table] = Table(tuple(column[0] for column in found.description), found.fetchall())
        except duckdb.Error:
            pass
    return tables


def traits(row, texts):
    """The traits in a row, as texts, without those that it does not have."""
    found = {}
    for dictionary, columns in KINDS.items():
        for column in columns:
            if column in row and column in DIMENSIONS:
                found[column] = texts[dictionary].get(row[column], row[column])
    if "country" in row:
        found["country"] = country(row["country"])
    if "device" in row:
        found["device"] = row["device"] if isinstance(row["device"], str) else DEVICES[row["device"]]
    if "channel" in row:
        found["channel"] = row["channel"] if isinstance(row["channel"], str) else CHANNELS[row["channel"]]
    return found


def country(number):
    """A country's code from its stored number."""
    if isinstance(number, str):
        return number
    if number and number < 256 * ord("A"):
        return "(rare)"
    return struct.pack(">H", number).decode("latin-1") if number else ""


def page_numbers(pages):
    """The number of a page by its path."""
    return {page.path: number for number, page in enumerate(pages)}
