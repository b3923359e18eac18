"""Makes the country table from DB-IP's country database (a .mmdb file).

    python3 countries.py dbip-country.mmdb > countries.bin

8 MB of search tree become 0.7 MB of sorted range starts:

    "FTC1", date of the database (10 bytes, YYYY-MM-DD)
    number of countries (varint), two letters of each; index 0 means unknown
    for IPv4, then for IPv6:
        number of ranges (varint)
        country of each range, one byte each
        trailing zero bits of each step between starts, one byte each
        the steps themselves without these bits, as varints (LEB128)

A range ends where the next one begins. Steps are mostly multiples of large
powers of two, so the two streams compress far better than the plain steps.
"""

import struct
import sys
import time


class Mmdb:
    """As much of the MaxMind DB format as this table needs."""

    MARKER = b"\xab\xcd\xefMaxMind.com"

    def __init__(self, data):
        self.data = data
        start = data.rindex(self.MARKER) + len(self.MARKER)
        self.base = start
        self.meta, _ = self.value(start)
        self.nodes = self.meta["node_count"]
        self.bits = self.meta["record_size"]
        self.base = self.nodes * self.bits // 4 + 16

    def value(self, at):
        control = self.data[at]
        at += 1
        kind = control >> 5
        if kind == 1:
            size = (control >> 3) & 3
            raw = bytes([control & 7]) if size < 3 else b""
            raw += self.data[at : at + size + 1]
            offset = int.from_bytes(raw, "big") + (0, 2048, 526336, 0)[size]
            return self.value(self.base + offset)[0], at + size + 1
        if kind == 0:
            kind = 7 + self.data[at]
            at += 1
        size = control & 31
        if size >= 29:
            extra = size - 28
            size = (29, 285, 65821)[extra - 1] + int.from_bytes(self.data[at : at + extra], "big")
            at += extra
        if kind == 7:
            out = {}
            for _ in range(size):
                key, at = self.value(at)
                out[key], at = self.value(at)
            return out, at
        if kind == 11:
            out = []
            for _ in range(size):
                item, at = self.value(at)
                out.append(item)
            return out, at
        if kind == 14:
            return bool(size), at
        raw = self.data[at : at + size]
        if kind == 2:
            return raw.decode(), at + size
        if kind in (5, 6, 9, 10):
            return int.from_bytes(raw, "big"), at + size
        if kind == 3:
            return struct.unpack(">d", raw)[0], at + size
        raise ValueError(f"type {kind} is not expected here")

    def child(self, node, side):
        data, width = self.data, self.bits // 4
        at = node * width
        if self.bits == 28:
            low = int.from_bytes(data[at + 4 * side : at + 4 * side + 3], "big")
            if side == 0:
                return (data[at + 3] >> 4) << 24 | int.from_bytes(data[at : at + 3], "big")
            return (data[at + 3] & 15) << 24 | low
        size = width // 2
        return int.from_bytes(data[at + size * side : at + size * (side + 1)], "big")

    def leaves(self, node, depth, prefix, width):
        """(first address, country) in the order of addresses."""
        stack = [(node, depth, prefix)]
        known = {}
        while stack:
            node, depth, prefix = stack.pop()
            if node < self.nodes:
                half = 1 << (width - depth - 1)
                stack.append((self.child(node, 1), depth + 1, prefix | half))
                stack.append((self.child(node, 0), depth + 1, prefix))
                continue
            if node not in known:
                code = ""
                if node > self.nodes:
                    record = self.value(self.base + node - self.nodes - 16)[0]
                    code = record.get("country_code") or record.get("country", {}).get("iso_code") or ""
                known[node] = code
            yield prefix, known[node]


def merged(leaves):
    """Ranges that differ from the one before, as (start, country)."""
    out = []
    for start, country in leaves:
        if not out or out[-1][1] != country:
            out.append((start, country))
    return out


def varint(n):
    out = bytearray()
    while n >= 128:
        out.append(n & 127 | 128)
        n >>= 7
    out.append(n)
    return bytes(out)


def section(ranges, index):
    zeros, steps = bytearray(), bytearray()
    before = 0
    for start, _ in ranges:
        step = start - before
        before = start
        low = (step & -step).bit_length() - 1 if step else 0
        zeros.append(low)
        steps += varint(step >> low)
    return varint(len(ranges)) + bytes(index[c] for _, c in ranges) + bytes(zeros) + bytes(steps)


def main():
    with open(sys.argv[1], "rb") as file:
        db = Mmdb(file.read())
    date = time.strftime("%Y-%m-%d", time.gmtime(db.meta["build_epoch"]))
    node = 0
    for _ in range(96):
        node = db.child(node, 0)
    v4 = merged(db.leaves(node, 0, 0, 32))
    # 0::/96 holds the IPv4 part of the tree, which is looked up as IPv4.
    v6 = merged((s, "" if s >> 32 == 0 else c) for s, c in db.leaves(0, 0, 0, 128))
    codes = sorted({c for _, c in v4 + v6} - {""})
    assert all(len(c) == 2 and c.isalpha() for c in codes) and len(codes) < 256
    index = {c: i + 1 for i, c in enumerate(codes)}
    index[""] = 0
    out = b"FTC1" + date.encode() + varint(len(codes)) + "".join(codes).encode()
    out += section(v4, index) + section(v6, index)
    sys.stdout.buffer.write(out)
    print(f"{len(v4)} IPv4 and {len(v6)} IPv6 ranges, {len(codes)} countries, {date}", file=sys.stderr)


if __name__ == "__main__":
    main()
