"""The parts of a DuckDB write-ahead log.

A log is a header, then entries: length, checksum, bytes. Some say of which table the next ones are; one ends a commit."""

import struct

HEADER = b"\x64\x00\x62"
TABLE = b"\x64\x00\x19"
FLUSH = b"\x64\x00\x64\xff\xff"


def entries(log):
    """Entries with the length of the log at their end; `log` may begin with the header or with an entry."""
    at = log.find(b"\xff\xff") + 2 if log.startswith(HEADER) else 0
    while at + 16 <= len(log):
        (length,) = struct.unpack_from("<Q", log, at)
        at += 16 + length
        if at > len(log):
            break
        yield at, log[at - length:at]


def ends(log):
    """The lengths at which the log can be cut so that whole commits remain."""
    return [at for at, entry in entries(log) if entry == FLUSH]
