"""Pairs commits by what they have in common: whatever few commits share, one visitor may have brought."""

from collections import defaultdict
from math import log

# What more commits share than this part of them tells nothing.
COMMON = 0.2


def pair(commits):
    """For (second, marks) of commits, in order: each second with the earlier one that shares most.

    A mark that always stands in neighbours only (a counter, a row that each commit replaces) is left out: its kind is
    the first field of the mark."""
    holders = defaultdict(list)
    for number, (_, marks) in enumerate(commits):
        for mark in marks:
            holders[mark].append(number)
    telling = {mark for mark, held in holders.items() if 2 <= len(held) <= max(3, COMMON * len(commits))}
    gaps = defaultdict(list)
    for mark in telling:
        gaps[mark[0]] += [b - a for a, b in zip(holders[mark], holders[mark][1:])]
    chains = {kind for kind, found in gaps.items() if found.count(1) > 0.8 * len(found)}
    pairs = []
    for number, (second, marks) in enumerate(commits):
        shared = defaultdict(float)
        for mark in marks & telling:
            if mark[0] not in chains:
                for other in holders[mark]:
                    if other < number:
                        shared[other] += log(len(commits) / len(holders[mark]))
        if shared:
            best = max(shared, key=lambda other: (shared[other], other))
            pairs.append((second, commits[best][0]))
    return pairs
