"""Where the commits of a DuckDB write-ahead log end.

A log is a header, then entries: length, checksum, bytes. An entry of type 100 ends a commit."""

import struct

FLUSH = b"\x64\x00\x64\xff\xff"


def ends(log):
    """The lengths at which the log can be cut so that whole commits remain."""
    begin = log.find(b"\xff\xff") + 2
    if begin < 2:
        return []
    found, at = [], begin
    while at + 16 <= len(log):
        (length,) = struct.unpack_from("<Q", log, at)
        entry = log[at + 16:at + 16 + length]
        if len(entry) < length:
            break
        at += 16 + length
        if entry == FLUSH:
            found.append(at)
    return found
