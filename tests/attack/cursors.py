"""Reads how far the cursor of an input moved with each commit.

A line is as long as its path, its page's size in digits, its referrer and its agent say; where the position is plain,
the difference of two of them names the page. Payloads that are sealed are tried for a key stream that comes again:
then one payload taken from the other would be nearly nothing."""

from collections import defaultdict

import people
from guesses import Guesses
from traffic import HOST

# How likely a page has to be.
SURE = 0.2
# Everything of a line that is always the same: address and agent in between, brackets, quotes, protocol, status, time.
FIXED = len(' - - [10/Mar/2026:11:50:00 +0000] "GET  HTTP/1.1" 200  "" "" 0.123\n')


def attack(store):
    found = [Guesses("bytes", list(streams(store)), note="sizes, key streams")]
    if "position" in store.tables["inputs"].columns and store.rate == 1:
        found.append(Guesses("times", list(named(store))))
    return found


def moves(store):
    """How far the cursor moved, by commit."""
    at = store.tables["inputs"].columns.index("position")
    for commit in store.commits:
        new, old = commit.added.get("inputs"), commit.removed.get("inputs")
        if new and old:
            yield commit.second, new[0][at] - old[0][at]


def lengths(store):
    """How likely a page is by the length of its line."""
    agents, before = defaultdict(float), defaultdict(float)
    for weight, text, *_ in people.agents():
        agents[len(text)] += weight
    weights = [1 / (number + 1) for number in range(len(store.pages))]
    for weight, page in zip(weights, store.pages):
        before[len(f"https://{HOST}{page.path}"), 0] += 0.73 * weight / sum(weights)
    for weight, sent, *_, query in people.REFERRERS:
        before[len(sent), len(query)] += 0.27 * weight / sum(row[0] for row in people.REFERRERS)
    around = defaultdict(float)
    for agent, a in agents.items():
        for (referrer, query), b in before.items():
            for address, c in ((11, 1), (12, 4), (13, 9), (14, 4), (15, 1)):
                around[agent + referrer + query + address] += a * b * c
    return {(FIXED + len(page.path) + len(str(page.size)) + rest, number): likely * weights[number]
            for number, page in enumerate(store.pages) for rest, likely in around.items()}


def named(store):
    likely = defaultdict(list)
    for (length, page), weight in lengths(store).items():
        likely[length].append((weight, page))
    for second, length in moves(store):
        weight, page = max(likely[length], default=(0, None))
        if weight > SURE * sum(other for other, _ in likely[length]):
            yield second, second + 1, page


def streams(store):
    """Payloads of which one with the other makes mostly zeros, though they differ."""
    rows = [row for commit in store.commits for row in commit.added.get("inputs", [])]
    sizes = {len(value) for row in rows for value in row if isinstance(value, bytes)}
    if len(sizes) > 1:
        yield "inputs", f"{len(sizes)} sizes"
    for table in ("inputs", "sealed", "carried"):
        before = None
        for commit in store.commits:
            for row in commit.added.get(table, []):
                payload = next((value for value in row if isinstance(value, bytes)), None)
                if payload is None:
                    continue
                if before is not None and payload != before:
                    short = min(len(before), len(payload))
                    same = sum(a == b for a, b in zip(before, payload))
                    if short >= 64 and same > short / 16:
                        yield table, commit.second
                before = payload
