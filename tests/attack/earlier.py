"""Earlier states of a DuckDB file, from blocks that were freed and not overwritten.

A file has two headers, of which the newer names the block where its catalog begins. The older header is still there; and
what looks like the beginning of a catalog in any other block is tried too. Each becomes a file of its own, which the engine
opens if enough of it is left."""

import os
import pickle
import struct
import subprocess
import sys
import tempfile

import duckdb

import store

MASK = (1 << 64) - 1
HEADER, BLOCKS = 4096, 3 * 4096
# Blocks of metadata are cut into so many parts.
PARTS = 64
NOWHERE = MASK
# A catalog begins with a list of entries, then their number, then the first of them: a schema.
CATALOG = b"\x64\x00"
SCHEMA = b"\x63\x00\x02\x64\x00\x01\x64\x00"


def checksum(words):
    result = 5381
    for (word,) in struct.iter_unpack("<Q", words):
        result ^= word * 0xBF58476D1CE4E5B9 & MASK
    return result


def header(data, number):
    """Iteration, where the catalog begins, free list, blocks, size of a block."""
    return struct.unpack_from("<5Q", data, HEADER * number + 8)


def roots(data):
    """Where catalogs begin or began, but for the one that counts."""
    headers = sorted((header(data, number) for number in (1, 2)), reverse=True)
    size = headers[0][4]
    part = (size - 8) // PARTS // 8 * 8
    found = []
    for block in range((len(data) - BLOCKS) // size):
        for index in range(PARTS):
            at = BLOCKS + block * size + 8 + index * part + 8
            if data[at:at + 2] == CATALOG and data[at + 3:at + 3 + len(SCHEMA)] == SCHEMA:
                found.append(block | index << 56)
    known = [root for _, root, *_ in headers[1:]]
    return [root for root in dict.fromkeys(known + found) if root != headers[0][1]]


def with_root(data, root):
    """The file with its catalog at another place, and one more block: it says that none is free, and any may be metadata."""
    newest = max((1, 2), key=lambda number: header(data, number)[0])
    iteration, _, _, _, size = header(data, newest)
    blocks = (len(data) - BLOCKS) // size
    free = struct.pack("<4Q", NOWHERE, 0, 0, blocks + 1) + b"".join(struct.pack("<QQ", block, 0) for block in range(blocks + 1))
    free = chained(free, blocks, size).ljust(size - 8, b"\0")
    block = bytearray(data[HEADER * newest:HEADER * (newest + 1)])
    struct.pack_into("<4Q", block, 8, iteration + 1, root, blocks, blocks + 1)
    struct.pack_into("<Q", block, 0, checksum(bytes(block[8:])))
    more = struct.pack("<Q", checksum(free)) + free
    return data[:HEADER] + bytes(block) * 2 + data[BLOCKS:BLOCKS + blocks * size] + more


def chained(words, block, size):
    """What is longer than one part of a block goes on in the next: each begins with where that is."""
    part = (size - 8) // PARTS // 8 * 8
    body, parts = words[8:], []
    some = [body[at:at + part - 8] for at in range(0, len(body), part - 8)]
    for index, bytes_ in enumerate(some):
        following = NOWHERE if index + 1 == len(some) else block | index + 1 << 56
        parts.append((struct.pack("<Q", following) + bytes_).ljust(part, b"\0"))
    return b"".join(parts)


def states(database):
    """The tables of earlier states. Each is opened by a process of its own: what is half overwritten may end it."""
    with open(database, "rb") as file:
        data = file.read()
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for number, root in enumerate(roots(data)):
            path = os.path.join(folder, f"earlier{number}.duckdb")
            with open(path, "wb") as file:
                file.write(with_root(data, root))
            ran = subprocess.run([sys.executable, __file__, path], capture_output=True, check=False)
            if ran.returncode == 0:
                found.append(pickle.loads(ran.stdout))
    return found


def main():
    """Reads one file for `states`."""
    engine = duckdb.connect()
    engine.execute(f"ATTACH '{sys.argv[1]}' AS earlier (READ_ONLY)")
    tables = store.read_tables(engine, "earlier")
    pickle.dump({name: store.Table(*table) for name, table in tables.items()}, sys.stdout.buffer)


if __name__ == "__main__":
    main()
