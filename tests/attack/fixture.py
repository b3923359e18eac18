"""The stores of the version before, packed: tests/fixtures/attack/before*.

before.json says what belongs to which moment, and who saw what (visitors are numbers, there is no address in it).
before.xz is everything else, one file after the other: databases, and each write-ahead log at its full length."""

import json
import lzma
import os

from store import Copy, Store
from traffic import Traffic

FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "fixtures", "attack")
NAMES = os.path.join(FOLDER, "before.json"), os.path.join(FOLDER, "before.duckdb.xz")


def pack(named):
    """Writes (name, traffic, store) of each."""
    data, parts, known, about = bytearray(), [], {}, []

    def part(path):
        if not path or not os.path.exists(path):
            return None
        if path not in known:
            with open(path, "rb") as file:
                bytes_ = file.read()
            known[path] = len(parts)
            parts.append([len(data), len(bytes_)])
            data.extend(bytes_)
        return known[path]

    for name, traffic, store in named:
        log = lambda copy: part(copy.log) if copy.length else None
        copies = [[copy.second, part(copy.database), log(copy), copy.length] for copy in store.copies]
        about.append({"name": name, "database": part(store.database), "log": part(store.log), "copies": copies,
                      "begin": store.begin, "last": store.last, "rate": store.rate, "truth": json.loads(traffic.save())})
    os.makedirs(FOLDER, exist_ok=True)
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "dict_size": 1 << 26}]
    with open(NAMES[1], "wb") as file:
        file.write(lzma.compress(bytes(data), format=lzma.FORMAT_XZ, filters=filters))
    with open(NAMES[0], "w", encoding="utf-8") as file:
        file.write('{"parts":' + json.dumps(parts, separators=(",", ":")) + ',"stores":[\n')
        file.write(",\n".join(json.dumps(one, separators=(",", ":")) for one in about) + "\n]}\n")


def unpack(folder):
    """The stores again, as files in a folder: (traffic, store) of each."""
    with open(NAMES[0], encoding="utf-8") as file:
        saved = json.load(file)
    with lzma.open(NAMES[1]) as file:
        data = file.read()
    paths = []
    for number, (at, length) in enumerate(saved["parts"]):
        paths.append(os.path.join(folder, f"part{number}"))
        with open(paths[-1], "wb") as file:
            file.write(data[at:at + length])
    path = lambda number: None if number is None else paths[number]
    for one in saved["stores"]:
        traffic = Traffic.load(json.dumps(one["truth"]))
        copies = [Copy(second, path(database), path(log), length) for second, database, log, length in one["copies"]]
        database, log = path(one["database"]), path(one["log"])
        times = {name: one[name] for name in ("begin", "last", "rate")}
        yield traffic, Store(one["name"], database, log, traffic.pages, copies, files=[database], **times)
