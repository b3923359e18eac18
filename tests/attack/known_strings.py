"""Looks for the addresses and agents of the traffic in every byte of every file."""

import ipaddress
import os
import re

from guesses import Guesses

# What a text of an address looks like.
LOOKS = re.compile(rb"(?<![0-9.])[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?![0-9])|[0-9a-f]{1,4}(?::[0-9a-f]{0,4}){3,7}")
# By chance four bytes of an address are found once in so many bytes; of so many addresses they are looked for.
CHANCE, SAMPLE = 2 ** 32, 60


def attack(store):
    secrets, found = Secrets(store.secrets), []
    for path in store.files:
        if os.path.exists(path):
            with open(path, "rb") as file:
                found += secrets.search(file.read(), os.path.basename(path))
    return [Guesses("bytes", found)]


class Secrets:
    def __init__(self, secrets):
        self.texts, self.agents, self.short, self.long = set(), {b"Mozilla/5.0"}, [], set()
        for secret in secrets:
            try:
                address = ipaddress.ip_address(secret)
            except ValueError:
                self.agents.add(secret.encode())
                continue
            self.texts |= {secret.encode(), address.exploded.encode()}
            if address.version == 4:
                self.short.append(address.packed)
                self.long.add(ipaddress.IPv6Address(f"::ffff:{secret}").packed)
            else:
                # Of a network of /64 the first half is the visitor's.
                self.long.add(address.packed[:8])
        self.begins = {form[:6] for form in self.long}

    def search(self, data, name):
        """What is there of them, each as (what, file)."""
        yield from ((text.decode(), name) for text in sorted(self.texts & set(LOOKS.findall(data))))
        yield from ((agent.decode(), name) for agent in sorted(self.agents) if agent in data)
        if name.endswith((".salt", ".key")):
            return
        for begin in sorted(self.begins):
            at = -1
            while (at := data.find(begin, at + 1)) >= 0:
                if {data[at:at + 8], data[at:at + 16]} & self.long:
                    yield data[at:at + 16].hex(), name
                if begin == bytes(6):
                    # Of a stretch of zeros only the end can be that of an address.
                    at = re.compile(rb"[^\0]|\Z").search(data, at).start() - 12 if data[at:at + 12] == bytes(12) else at
        yield from self.by_four(data, name)

    def by_four(self, data, name):
        """Four bytes are found by chance in what is noise: there must be more of them than of others like them."""
        own, other, sample = 0, 0, self.short[:SAMPLE]
        for packed in sample:
            for form in (packed, packed[::-1]):
                own += form in data
                other += bytes(b ^ 0x2C for b in form) in data
        if own > 3 + 2 * other + 4 * (2 * len(sample) * len(data) / CHANCE) ** 0.5:
            yield f"{own} addresses in four bytes", name


def planted(store, folder):
    """The same file with each secret in each of its forms: so many have to be found."""
    secrets = Secrets(store.secrets)
    path = os.path.join(folder, "planted.duckdb")
    with open(store.database, "rb") as file:
        data = file.read()
    parts = sorted(secrets.texts | secrets.agents) + sorted(secrets.long)
    with open(path, "wb") as file:
        file.write(data + b" ".join(parts) + b" " + b" ".join(secrets.short))
    store.files = [path]
    # The four bytes are found together.
    return len(parts) + 1
