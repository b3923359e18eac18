"""Looks for the addresses and agents of the traffic in every byte of every file."""

import ipaddress
import os
import re

from guesses import Guesses

# By chance four bytes of an address are found once in so many bytes.
CHANCE = 2 ** 32


def attack(store):
    texts, binary = forms(store.secrets)
    found = []
    for path in store.files:
        if not os.path.exists(path):
            continue
        with open(path, "rb") as file:
            data = file.read()
        name = os.path.basename(path)
        found += [(text.decode(), name) for text in texts if is_there(text, data)]
        if not name.endswith((".salt", ".key")):
            found += [(form.hex(), name) for form in binary if form in data]
            found += short(store.secrets, data, name)
    return [Guesses("bytes", found)]


def forms(secrets):
    """As text, and in binary where that is long enough to be no chance."""
    texts, binary = {b"Mozilla/5.0"}, set()
    for secret in secrets:
        texts.add(secret.encode())
        try:
            address = ipaddress.ip_address(secret)
        except ValueError:
            continue
        if address.version == 4:
            binary.add(ipaddress.IPv6Address(f"::ffff:{secret}").packed)
        else:
            binary |= {address.packed, address.packed[:8]}
            texts.add(address.exploded.encode())
    return texts, binary


def is_there(text, data):
    """A text, but not as the beginning or end of a longer number."""
    if text not in data:
        return False
    return re.search(rb"(?<![0-9.])" + re.escape(text) + rb"(?![0-9])", data) is not None


def short(secrets, data, name):
    """Four bytes are found by chance in what is noise: there must be more of them than of others like them."""
    own, other = 0, 0
    for secret in secrets:
        if re.fullmatch(r"[\d.]+", secret):
            packed = ipaddress.IPv4Address(secret).packed
            for form in (packed, packed[::-1]):
                own += form in data
                other += any(bytes(b ^ flip for b in form) in data for flip in (0x11, 0x2c))
    limit = 3 + 2 * other + 4 * (len(secrets) * 2 * len(data) / CHANCE) ** 0.5
    return [(f"{own} addresses in four bytes", name)] if own > limit else []


def planted(store, folder):
    """The same files with each secret in one of its forms: all of them have to be found."""
    texts, binary = forms(store.secrets)
    path = os.path.join(folder, "planted.duckdb")
    with open(store.database, "rb") as file:
        data = file.read()
    with open(path, "wb") as file:
        file.write(data + b" ".join(sorted(texts)) + b" ".join(sorted(binary)))
    store.files = [path]
    return len(texts) + len(binary)
