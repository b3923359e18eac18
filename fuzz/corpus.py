#!/usr/bin/env python3
"""A fuzzer's corpus in one file: each input with its length before it (32 bits,
little endian), all of it packed with gzip.

    corpus.py unpack FILE FOLDER    one file an input
    corpus.py pack FOLDER FILE      the smallest first
"""
import gzip
import hashlib
import pathlib
import struct
import sys


def unpack(file, folder):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    data, at = gzip.decompress(pathlib.Path(file).read_bytes()), 0
    while at < len(data):
        (length,) = struct.unpack_from("<I", data, at)
        piece = data[at + 4 : at + 4 + length]
        (folder / hashlib.sha1(piece).hexdigest()).write_bytes(piece)
        at += 4 + length


def pack(folder, file):
    pieces = {path.read_bytes() for path in pathlib.Path(folder).iterdir() if path.is_file()}
    framed = (struct.pack("<I", len(piece)) + piece for piece in sorted(pieces, key=lambda p: (len(p), p)))
    pathlib.Path(file).write_bytes(gzip.compress(b"".join(framed), mtime=0))


if len(sys.argv) == 4 and sys.argv[1] in ("pack", "unpack"):
    (pack if sys.argv[1] == "pack" else unpack)(sys.argv[2], sys.argv[3])
else:
    sys.exit(__doc__)
