"""Hand-made cases for closing.py, worked out on paper from the rules, and their promises on random days.

usage: reference.py --self-test
       closing_selftest.py --mutants: the same for closing.py with one mistake at a time, each of which must be found
       closing_selftest.py --attack [DAYS]: what a stronger attacker than that of the rules proves
"""

import collections
import os
import random
import sys
import types
import zoneinfo

if __name__ == "__main__":
    sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

import closing as c
import reference as r
import selftest

SITE = "example.com"


def view(who, clock="10:00:00", page="/", referrer="-", host="h1", day=10):
    return f"{host} ".encode() + selftest.line(clock, f"GET {page} HTTP/1.1".encode(), b"192.0.2.%d" % who,
                                               referrer=referrer.encode(), day=f"{day:02}/Jan/2026")


def read(lines, site=SITE):
    reading = c.Reading(r.Sources([], []), r.Bots(["bot"]), zoneinfo.ZoneInfo("Europe/Berlin"), selftest.NOW, site)
    return reading.run([lines]).close_parts()


def tables(*readings, k=3, after=False, **more):
    schedule = [(0, part) for lines in readings for part in read(lines)]
    return c.close((), k, schedule=schedule + [(c.WEEK, None)] * after, **more)


def rows(closed, table, *names):
    return [tuple(row[n] for n in names) for row in closed.result()[table]]


def pages(closed):
    return rows(closed, "page_sums", "day", "page", *c.PAGE)


def hosts(closed):
    return rows(closed, "page_sums", "page", "host", *c.PAGE)


def visit_sums():
    """(a)"""
    lines = [view(1, referrer="http://x.org/a"), view(1, "10:00:14", "/b"),  # 14 s: 0
             view(2, referrer="http://x.org/a"), view(2, "10:00:15", "/b"),  # 15 s: 30
             view(3, referrer="http://x.org/a", host="h2:80"), view(3, "10:00:44", "/b"),  # 44 s: 30, of the entry's host
             view(4, referrer="http://y.org/b"), view(5, page="/?utm_source=n&utm_campaign=c"),
             view(6, page="/?utm_source=n"), view(7, page="/?utm_source=n")]
    at_x = [("h1", "x.org", "x.org/a", "referral", "", "", "", 2, 2, 0, 5, 30, 2),
            ("h2", "x.org", "x.org/a", "referral", "", "", "", 1, 1, 0, 1, 30, 1)]
    from_n = [("h1", "n", r.DIRECT, "campaign", "n", "", "", 2, 2, 2, 2, 0, 0),
              ("h1", "n", r.DIRECT, "campaign", "n", "", "(rare)", 1, 1, 1, 1, 0, 0)]  # c has 1 visitor, n has 3
    names = "host", *c.ORIGIN, *c.VISIT

    def of(**more):
        return rows(tables(lines, **more), "visit_sums", *names)

    assert of() == from_n + [at_x[0], ("h1", "y.org", "y.org/(rare)", "referral", "", "", "", 1, 1, 1, 1, 0, 0), at_x[1]]
    # hide: source and whole referrer of visitor 4, and the host that one visitor came to first; referral has 4, campaign 3.
    hidden = ("h1", "(rare)", "(rare)", "referral", "", "", "", 1, 1, 1, 1, 0, 0)
    assert of(rare="hide") == [("(rare)", *at_x[1][1:]), hidden, *from_n, at_x[0]]
    # The pages too. (/, h2) has 1 unique and gives 44 s; it is the only one that gives, so /b joins it (3 uniques, / has 6).
    # /b gives the exits of 1, 2 and 3; / keeps the bounces and exits of 4 to 7 and the 14 + 15 s of 1 and 2.
    for rare, h2 in (("hide", "(rare)"), ("keep", "h2")):
        few, at_h2 = ("(few)", "", 0, 0, 0, 0, 3, 44, 1), ("/", h2, 1, 1, 1, 0, 0, 0, 0)
        others = [("/", "h1", 6, 6, 6, 4, 4, 29, 2), ("/b", "h1", 3, 3, 0, 0, 0, 0, 0)]
        assert hosts(tables(lines, rare=rare)) == sorted([few, at_h2, *others])
    # Two hosts of one visitor each are one row of two uniques afterwards; / of h1 joins it.
    two = [view(w) for w in range(4)] + [view(4, host="h2"), view(5, host="h3")]
    assert hosts(tables(two, rare="hide")) == [("(few)", "", 0, 0, 0, 6, 6, 0, 0), ("/", "(rare)", 2, 2, 2, 0, 0, 0, 0), ("/", "h1", 4, 4, 4, 0, 0, 0, 0)]
    # Nobody came to h2 first: 0 < 3.
    two = [view(w) for w in range(4)] + [view(w, "10:01:00", "/b", host="h2") for w in range(3)]
    assert [row[:4] for row in hosts(tables(two, rare="hide"))] == [("/", "h1", 4, 4), ("/b", "(rare)", 3, 3)]
    plain = of(k=1)
    assert plain == of(k=1, rare="hide") and [row[2] for row in plain] == [r.DIRECT] * 2 + ["x.org/a", "y.org/b", "x.org/a"]
    assert plain[1][6] == "c" and plain[2] == at_x[0]  # seconds stay rounded
    # More than 4 rows: every path goes, also with k = 1 (that is a cap, as (0) is).
    assert of(k=1, most=5) == plain
    assert {row[2] for row in of(k=1, most=4)} == {r.DIRECT, "x.org/(rare)", "y.org/(rare)"}
    # Two visits of one visitor: the second one's value has no visitor of its own, so it is rare (0 < k).
    lines = [view(w, referrer="http://x.org/a") for w in (1, 2, 3)] + [view(w, "11:00:00", referrer="http://z.org/q") for w in (1, 2, 3)]
    assert [row[2] for row in rows(tables(lines), "visit_sums", *names)] == ["x.org/a", "z.org/(rare)"]
    # A hit that comes late and is another, earlier visit: one view, a bounce, and the open visit goes on.
    lines = [view(1, "12:00:00"), view(1, "11:00:00", "/old"), view(1, "12:10:00", "/b")]
    assert rows(tables(lines, k=1), "visit_sums", *c.VISIT) == [(1, 2, 1, 3, 600, 1)]
    assert pages(tables(lines, k=1)) == [("2026-01-10", "/", 1, 1, 1, 0, 0, 600, 1), ("2026-01-10", "/b", 1, 1, 0, 0, 1, 0, 0),
                                         ("2026-01-10", "/old", 1, 1, 1, 1, 1, 0, 0)]


def caps():
    """(0): /b and /c have two views each: ties by text."""
    lines = [view(w, page=page) for w, page in enumerate(["/d"] + ["/c"] * 2 + ["/b"] * 2 + ["/a"] * 3)]
    assert [row[1:4] for row in pages(tables(lines, k=1, cap=2))] == [("(other)", 3, 3), ("/a", 3, 3), ("/b", 2, 2)]
    lines = [view(w, referrer=f"http://{x}.org/") for w, x in enumerate("aaabbc")]
    found = rows(tables(lines, k=1, cap=2), "visit_sums", "source", "referrer", "channel", "visitors")
    assert found == [("(other)", "(other)", "referral", 1), ("a.org", "a.org", "referral", 3), ("b.org", "b.org", "referral", 2)]
    # Campaigns are one text: n//c2 has 3 views (of one visitor), m//c1 and n//c1 have 2 each: ties by text. No campaign is none.
    # n//c1 becomes the one text (other): no medium and no name, so its 2 views are with the 3 that have none.
    lines = [view(w) for w in range(3)] + [view(w, page="/?utm_source=n&utm_campaign=c1") for w in (3, 4)]
    lines += [view(w, page="/?utm_source=m&utm_campaign=c1") for w in (5, 6)]
    lines += [view(7, page="/?utm_source=n&utm_campaign=c2"), view(7, "10:01:00"), view(7, "10:02:00")]
    found = rows(tables(lines, k=1, cap=2), "visit_sums", "source", *c.ORIGIN[3:], "page_views")
    assert found == [("(other)", "m", "", "c1", 2), (r.DIRECT, "", "", "", 3), ("n", "(other)", "", "", 2), ("n", "n", "", "c2", 3)]
    found = rows(tables(lines, k=1, cap=2), "pairs", "page", "dimension", "value", *c.CELL)
    assert [row[2:] for row in found if row[1] == "utm_campaign"] == [("", 5, 5, 5), ("c1", 2, 2, 2), ("c2", 3, 1, 1)]
    assert [row[2:] for row in found if row[1] == "utm_source"] == [("", 3, 3, 3), ("(other)", 2, 2, 2), ("m", 2, 2, 2), ("n", 3, 1, 1)]
    assert [row[2:] for row in found if row[1] == "utm_medium"] == [("", 10, 8, 8)]
    # Hosts, in the pages too.
    lines = [view(w) for w in range(4)] + [view(4, host="h2"), view(5, host="h3")]
    assert hosts(tables(lines, k=1, cap=1)) == [("/", "(other)", 2, 2, 2, 2, 2, 0, 0), ("/", "h1", 4, 4, 4, 4, 4, 0, 0)]
    assert c.shown_host(b"WWW.A.org:80") == "www.a.org" and c.shown_host(b"[::1]:8") == "[::1]" and c.shown_host(b"-") == ""


def page_sums():
    """(b)"""
    table = {("/a", ""): [5, 4, 3, 2, 1, 60, 2], ("/b", ""): [1, 1, 0, 0, 1, 7, 1], ("/c", ""): [9, 3, 1, 1, 1, 5, 1]}
    # /b is alone under 3 and gives; of the others /c has the fewest uniques.
    assert c.with_few(table, 3) == {("/a", ""): [5, 4, 3, 2, 1, 60, 2], ("/b", ""): [1, 1, 0, 0, 0, 0, 0],
                                    ("/c", ""): [9, 3, 1, 0, 0, 0, 0], ("(few)", ""): [0, 0, 0, 1, 2, 12, 2]}
    assert c.with_few(table, 1) == table and c.with_few({("/a", ""): table["/a", ""]}, 3) == {("/a", ""): table["/a", ""]}
    assert c.with_few({("/b", ""): [1, 1, 1, 1, 1, 0, 0]}, 3) == {("/b", ""): [1, 1, 1, 0, 0, 0, 0], ("(few)", ""): [0, 0, 0, 1, 1, 0, 0]}
    # Alone under 3, and nothing to give: nobody joins, and there is no (few).
    quiet = {("/a", ""): [5, 4, 3, 2, 1, 60, 2], ("/b", ""): [1, 1, 0, 0, 0, 0, 0]}
    assert c.with_few(quiet, 3) == quiet
    # Two under 3 of which /b alone gives: /c joins and gives nothing, so /a joins too; /d stays.
    table = {("/a", ""): [5, 4, 3, 2, 1, 60, 2], ("/b", ""): [1, 1, 0, 0, 1, 7, 1], ("/c", ""): [9, 3, 0, 0, 0, 0, 0],
             ("/d", ""): [6, 6, 6, 6, 6, 0, 0], ("/e", ""): [2, 2, 0, 0, 0, 0, 0]}
    assert c.with_few(table, 3) == {("/a", ""): [5, 4, 3, 0, 0, 0, 0], ("/b", ""): [1, 1, 0, 0, 0, 0, 0], ("/c", ""): table["/c", ""],
                                    ("/d", ""): table["/d", ""], ("/e", ""): table["/e", ""], ("(few)", ""): [0, 0, 0, 2, 2, 67, 3]}
    # Of the same uniques the one of fewer views joins, then by page, then by host. Any one of the four is something to give.
    for last, joins in (([7, 3, 3, 3, 3, 0, 0], ("/d", "h")), ([8, 3, 3, 3, 3, 0, 0], ("/c", "i"))):
        for i in range(3, 7):
            alone = [1, 1, 1] + [int(i == j) for j in range(3, 7)]
            table = {("/b", ""): alone, ("/c", "j"): [8, 3, 3, 3, 3, 0, 0], ("/c", "i"): [8, 3, 3, 3, 3, 0, 0], ("/d", "h"): last}
            assert {key for key, row in c.with_few(table, 3).items() if row[3:] == [0] * 4} == {("/b", ""), joins}
    # Two under 3 that give: nobody joins. One page on two hosts is two rows.
    table = {("/a", "h"): [3, 3, 0, 1, 0, 0, 0], ("/a", "i"): [1, 0, 0, 0, 1, 0, 0], ("/c", "h"): [2, 2, 2, 2, 2, 0, 0]}
    assert c.with_few(table, 3)["/a", "h"] == [3, 3, 0, 1, 0, 0, 0] and c.with_few(table, 3)["(few)", ""] == [0, 0, 0, 2, 3, 0, 0]


def named(cells, values, uniques=None, n=100, k=3, carried=()):
    """cells: {"pA": (page_views, uniques, visits)}; values: {"A": visitors}; carried: {"p": (page_views, visits)}, added to the page."""
    cells = {tuple(name): row for name, row in cells.items()}
    by_page, by_value = collections.defaultdict(lambda: [0, 0]), {value: [m, 0, 0] for value, m in values.items()}
    for (page, value), (pv, _, visits) in cells.items():
        by_page[page][0] += pv
        by_page[page][1] += visits
        by_value[value][1] += pv
        by_value[value][2] += visits
    for page in carried:
        for i in (0, 1):
            by_page[page][i] += carried[page][i]
    seen = collections.Counter(uniques or {})
    return {page + value for page, value in c.named_pairs(cells, by_page, by_value, seen, n, k)}


def pairs():
    """(c)"""
    # Who may be named at all: 3 uniques, and not all visitors of the value, unless these are 10 or half of the day saw the page.
    # The rest proves nothing: 180 of p (B or C: 270 each), 270 of q, 180 of r; A has 90 more, for q or r.
    fill = {cell: (90, 2, 0) for cell in ("pB", "pC", "qA", "qB", "qC", "rB", "rC")}
    assert named({"pA": (3, 3, 0), **fill}, {"A": 4, "B": 90, "C": 90}) == {"pA"}
    assert named({"pA": (3, 2, 0), **fill}, {"A": 4, "B": 90, "C": 90}) == set()
    assert named({"pA": (3, 3, 0), **fill}, {"A": 3, "B": 90, "C": 90}) == set()
    assert named({"pA": (10, 10, 0), **fill}, {"A": 10, "B": 90, "C": 90}) == {"pA"}
    assert named({"pA": (3, 3, 0), **fill}, {"A": 3, "B": 90, "C": 90}, {"p": 50}) == {"pA"}
    assert named({"pA": (3, 3, 0), **fill}, {"A": 3, "B": 90, "C": 90}, {"p": 49}) == set()
    assert named({"pA": (1, 1, 1)}, {"A": 1}, k=1) == {"pA"}
    # A 10, B 4; p 9, q 5; T = 14. With pA and qB named: rest of p 1, q 2, A 2, B 1, T 3. pB is proved by its page
    # (1 > 3 - 2 - 1) and by its value (1 > 3 - 2 - 1), not without pairs (9 > 14 - 4, 4 > 14 - 9 are false).
    # So p drops pA, B drops qB, at once. (qA is known anyway: 5 > 14 - 10.)
    assert named({"pA": (8, 4, 0), "pB": (1, 1, 0), "qA": (2, 2, 0), "qB": (3, 3, 0)}, {"A": 5, "B": 4}) == set()
    # A 21, B 4, C 4; p 18, r 5, q 6; T = 29. With pA and rA named: rest of p 1, r 1, q 6, A 0, B 4, C 4, T 8.
    # qB, qC are proved by page q (6 > 8 - 4), B and C prove them too (4 > 8 - 6), and none of these has a named pair:
    # the smallest of all goes, rA. Then rest of p 1, r 5, q 6, A 4, B 4, C 4, T 12: nothing is proved (6 < 8, 5 < 8, 4 < 6).
    table = {"pA": (17, 5, 0), "pB": (1, 1, 0), "rA": (4, 3, 0), "rC": (1, 1, 0), "qB": (3, 2, 0), "qC": (3, 2, 0)}
    assert named(table, {"A": 9, "B": 4, "C": 4}) == {"pA"}
    # Ties by value before page. A 1, B 3, C 6; p 4, q 3, r 3; S = 10. With pC, qC, rB named: rest of p 1, A 1, S = 1: pA is proved
    # both ways. p drops pC; A has none, so the smallest of all goes: 3 views and 3 uniques each, B before C: rB (not pC).
    # Then rest of p 4, r 3, A 1, B 3, C 3, S = 7: pA 4 > 7 - 1 no, pC 4 > 7 - 3 no, by C 3 > 7 - 0 - 4 no, rB 3 > 7 - 3 no.
    assert named({"pA": (1, 1, 0), "pC": (3, 3, 0), "qC": (3, 3, 0), "rB": (3, 3, 0)}, {"A": 9, "B": 9, "C": 9}) == {"qC"}
    # The same as entries, beside page views that prove nothing: 20 each, and 90 more of page s and of value D.
    spread = {cell: (20, u, pv) for cell, (pv, u, _) in table.items()} | {cell: (90, 2, 0) for cell in ("sA", "sB", "sC", "sD", "pD", "qD", "rD")}
    assert named(spread, {"A": 9, "B": 4, "C": 4, "D": 9}) == {"pA"}
    # One value alone: everything is known without pairs, so nothing helps and nothing is dropped.
    assert named({"pA": (5, 5, 5), "qA": (3, 3, 1), "rA": (1, 1, 0)}, {"A": 12}) == {"pA", "qA"}
    # qB and qC known as page views (q 2000 + B 1020 > 2080 of all) are not known as entries: rA goes as before.
    # As page views p, r, A have 40, and nothing is proved: pB 20 > 2040 - 1020 no.
    spread = {cell: (1000 if cell[0] == "q" else 20, u, pv) for cell, (pv, u, _) in table.items()}
    assert named(spread, {"A": 9, "B": 4, "C": 4}) == {"pA"}
    # Carried views may be of any value, and are hidden pairs of their own. With 4 of q: p 5, q 7, r 1, S = 13, A 9, carried 4.
    # Without pairs pA (5 + 9 > 13) and qA are known, rA and carried q (7 + 4) are not. With pA and qA named: rest of p 0, q 4, r 1,
    # A 1, carried 4. rA is proved by its value, 1 > 5 - 0 - 4 - 1 = 0, carried q by its page, 4 > 5 - 1 - 4 = 0, and by its value,
    # 4 > 5 - 4. A and q drop qA; carried has no pair: the smallest of all, qA. Then rest of q 7, A 4, S = 8: rA 4 > 8 - 0 - 7 - 1 = 0
    # no; carried q 7 > 8 - 4, q has no pair left: the last one goes.
    assert named({"pA": (5, 5, 5), "qA": (3, 3, 1), "rA": (1, 1, 0)}, {"A": 12}, carried={"q": (4, 0)}) == set()
    assert named({"pA": (5, 5, 5), "qA": (3, 3, 1), "rA": (1, 1, 1)}, {"A": 12}) == {"pA", "qA"}
    # The same as entries, 4 of q carried, beside 90 carried page views of s: these are known (90 + 90 > 99), and as page views with
    # pA and qA named rest of r 1, s 90, A 1, carried 90, S = 91, which proves nothing (1 > 91 - 1 no, both ways).
    cells = {"pA": (5, 5, 5), "qA": (3, 3, 3), "rA": (1, 1, 1)}
    assert named(cells, {"A": 12}, carried={"s": (90, 0)}) == {"pA", "qA"}
    assert named(cells, {"A": 12}, carried={"s": (90, 0), "q": (0, 4)}) == set()
    # 4 entries of s instead: S = 13, carried s 4 + 4 > 13 no. With both named: rest of r 1, s 4, A 1, carried 4, S = 5: rA 1 > 5 - 1 no,
    # both ways; carried s 4 > 5 - 4 = 1. Neither s nor carried has a pair: the smallest of all, qA. Then q 3, A 4, S = 8:
    # carried s 4 > 8 - 4 no, qA 4 > 8 - 0 - 3 no, rA 4 > 8 - 0 - 1 no.
    assert named(cells, {"A": 12}, carried={"s": (90, 4)}) == {"pA"}
    # And they hide: the case of A 10, B 4 above with 2 carried views of r. With pA and qB named: rest of p 1, q 2, r 2, A 2, B 1,
    # carried 2, S = 5. pB: by its page 1 > 5 - 2 - 1 no, by its value the same. qA: 2 > 5 - 1 - 2 no, both ways.
    # Carried r: 2 > 5 - 2 no, both ways. Nothing is dropped.
    table = {"pA": (8, 4, 0), "pB": (1, 1, 0), "qA": (2, 2, 0), "qB": (3, 3, 0)}
    assert named(table, {"A": 5, "B": 4}, carried={"r": (2, 0)}) == {"pA", "qB"}
    # With 1: S = 4, pB 1 > 4 - 2 - 1 no; rest of q 2 and A 2: qA 2 > 4 - 1 - 2 = 1, proved (S is 15 without pairs: 5 > 15 - 10 no).
    # By its page: q drops qB; by its value: A drops pA.
    assert named(table, {"A": 5, "B": 4}, carried={"r": (1, 0)}) == set()
    # The whole way: 12 visitors from x.org to /, 4 of them to /b, which nobody else saw; 4 direct ones to / alone.
    # N = 16, x.org has 12. (/, x.org) 12 of 12: 10 or more. (/, direct) 4 of 4, half of 16 saw /. (/b, x.org) 4 < 12.
    lines = [view(w, referrer="http://x.org/a") for w in range(12)] + [view(w, "10:01:00", "/b") for w in range(4)]
    lines += [view(w) for w in range(20, 24)]
    found = rows(tables(lines), "pairs", "page", "dimension", "value", *c.CELL)
    assert [row for row in found if row[1] in ("source", "utm_medium")] == [
        ("/", "source", r.DIRECT, 4, 4, 4), ("/", "source", "x.org", 12, 12, 12), ("/", "utm_medium", "", 16, 16, 16),
        ("/b", "source", "x.org", 4, 4, 0), ("/b", "utm_medium", "", 4, 4, 0)]
    answers = c.Answers(tables(lines), SITE).result()
    assert answers["pages"] == [{"value": "/", "page_views": 16, "uniques": 16, "visits": 16}, {"value": "/b", "page_views": 4, "uniques": 4, "visits": 0}]
    assert answers["by_page"]["/b"] == [{"value": "x.org", "page_views": 4, "uniques": 4, "visits": 0}]
    # Another one from z.org to / and /b is not named: (few).
    lines += [view(30, referrer="http://z.org/"), view(30, "10:01:00", "/b"), view(31, page="/c"), view(32, page="/c")]
    lines += [view(33, page="/d", referrer="http://z.org/"), view(34, page="/d", referrer="http://z.org/")]
    answers = c.Answers(tables(lines), SITE).result()
    assert answers["by_source"]["z.org"] == [{"value": "(few)", "page_views": 4, "uniques": None, "visits": 3}]
    # / has 17 views: T = 26, x.org 16, direct 6, z.org 4. With the three pairs named: rest of / 1, /b 1, /c 2, /d 2,
    # x.org 0, direct 2, z.org 4, T 6. (/, z.org): 1 > 6 - 0 - 2 - 4 = 0: proved by its page; (/b, z.org): 1 > 6 - 0 - 4 no;
    # (/c, direct): 2 > 6 - 2 no, by its value 2 > 6 - 1 - 2 no; (/d, z.org): 2 > 6 - 4 no; value z.org: 4 > 6 - 2 no.
    # As entries: / 17, /c 2, /d 2; x.org 12, direct 6, z.org 3; rest of / 1, /c 2, /d 2, x.org 0 (with /b: 0), direct 2, z.org 3.
    # So / drops its smallest, direct (4 views): rest of / 5, T 10, direct 6. (/, direct): 5 > 10 - 0 - 6 = 4: proved; by
    # value too: 6 > 10 - 5. / drops x.org. Rest of / 17, /b 1, x.org 12, T 22. (/, x.org): known without pairs (17 > 26 - 16),
    # (/, direct): 17 > 26 - 6 no and now 17 > 22 - 6 = 16: proved. / has none left, so the last one goes, (/b, x.org).
    assert answers["by_source"]["x.org"] == [{"value": "(few)", "page_views": 16, "uniques": None, "visits": 12}]
    assert answers["by_page"]["/"] == [{"value": "(few)", "page_views": 17, "uniques": 17, "visits": 17}]

    # Half of the day: N = 6, (/, x.org) is 3 of 3, and 2 * 3 >= 6. Direct ones: (/b) and (/c) 3 of 3 likewise. Nothing is hidden.
    def half(more=()):
        both = [view(w, clock, page) for w in (3, 4, 5) for clock, page in (("10:00:00", "/b"), ("10:01:00", "/c"))]
        lines = [view(w, referrer="http://x.org/") for w in range(3)] + both + list(more)
        return {row[:2] for row in rows(tables(lines), "pairs", "page", "value", "dimension") if row[2] == "source"}

    everything = {("/", "x.org"), ("/b", r.DIRECT), ("/c", r.DIRECT)}
    assert half() == everything
    # N = 7: 6 < 7. / has 3 to 5 uniques with what is carried, but 3 of its own; 4 views by a reload, but 3 uniques. Not named, / is
    # proved: rest of / 4, x.org 4, S = 4, 4 > 4 - 4. The smallest of all goes, (/c, direct); S = 7, 4 > 7 - 4; the last one goes.
    assert half([view(6, page="/b"), view(0, "10:01:00")]) == set()
    # With 2 carried: as entries / has 5, rest of x.org 3, carried 2, S = 5: 5 > 5 - 3. /c goes; it has no entry: the last one goes.
    assert half([view(6, page="/b"), view(0, day=9), view(1, day=9)]) == set()
    # Another direct one sees /: 2 * 4 >= 7. That pair is hidden and known from the totals: / 4, direct 7, 4 + 7 > 10.
    assert half([view(6, page="/")]) == everything
    # With 1 carried: / 5, direct 7, still known (12 > 11); carried / is not (5 + 1). All named: rest of / 2, direct 1, carried 1, S = 2:
    # carried / 2 > 2 - 0 - 1 = 1. / drops x.org; carried has no pair: the smallest of all, (/b, direct). Rest of / 5, /b 3, /c 0,
    # x.org 3, direct 4, carried 1, S = 8: carried / 5 > 8 - 1 no, 1 > 8 - 5 no; x.org 5 > 8 - 3 no, 3 > 8 - 5 no;
    # (/b, direct) 3 > 8 - 4 no, 4 > 8 - 0 - 3 no. Entries are the same (/c has none).
    assert half([view(6, page="/"), view(0, day=9)]) == {("/c", r.DIRECT)}


def by_hour():
    """(d), and hours"""
    lines = [view(1, f"10:00:{s:02}") for s in range(10)] + [view(1, f"11:00:{s:02}") for s in range(9)]
    lines += [selftest.line("11:00:30", b"GET /x/?q HTTP/1.1", status=404)] * 2 + [selftest.line("11:00:30", agent=b"bot")] * 12
    closed = tables(lines)
    names = "hour", "class", "status", "method", "requests", "bytes"
    ten, eleven = "2026-01-10T10:00:00+01:00", "2026-01-10T11:00:00+01:00"
    assert rows(closed, "request_hours", *names) == [
        (ten, "page", 200, "GET", 10, 100), (eleven, "bot", 200, "GET", 12, None), (eleven, "client_error", 404, "GET", 2, 0),
        (eleven, "page", 200, "GET", 9, 0)]
    assert rows(closed, "request_days", "class", "status", "method", "bytes") == [
        ("bot", 200, "GET", 120), ("client_error", 404, "GET", 20), ("page", 200, "GET", 90)]
    assert rows(closed, "error_days", "class", "status", "method", "path", "requests", "bytes") == [("client_error", 404, "GET", "/x", 2, 20)]
    assert rows(tables(lines, k=1), "request_hours", *names)[1:] == [
        (eleven, "bot", 200, "GET", 12, 120), (eleven, "client_error", 404, "GET", 2, 20), (eleven, "page", 200, "GET", 9, 90)]
    # 10:00:09 to 11:00:00 is more than half an hour: another visit of the same visitor.
    assert rows(closed, "hours", "hour", "page_views", "visitors", "visits") == [(ten, 10, 1, 1), (eleven, 9, 0, 1)]
    lines = [view(1, "10:50:00"), view(1, "11:05:00"), view(2, "11:00:00")]
    assert rows(tables(lines), "hours", "hour", "page_views", "visitors", "visits") == [(ten, 1, 1, 1), (eleven, 2, 1, 1)]
    assert rows(tables(lines + [b"x\n"]), "ledger", "hour", "class", "lines")[1:] == [(eleven, "malformed", 1), (eleven, "page", 2)]


def carried():
    """(f)"""
    tenth, eleventh = [view(1), view(2)], [view(1, day=11), view(2, page="/b", day=11)]
    names = "day", "visitors", "several", "page_views", "counted"
    closed = tables(tenth)
    assert rows(closed, "carried", *names) == [("2026-01-10", 2, 0, 2, None)] and pages(closed) == [] == closed.result()["pairs"]
    assert rows(closed, "hours", "page_views", "visitors", "visits") == [(2, 2, 2)]
    assert c.Answers(closed, SITE).page_list() == [{"value": "(few)", "page_views": 2, "uniques": 0, "visits": 2}]
    # 4 visitors together, 2 on each day: neither day stands by itself.
    closed = tables(tenth + eleventh)
    assert rows(closed, "carried", *names) == [("2026-01-10", 2, 0, 2, None), ("2026-01-11", 2, 0, 2, None)] and pages(closed) == []
    # Three more stand, and both join them. / has 2 + 1 + 3 uniques, /b 1, alone under 3: / joins it.
    twelfth = [view(w, day=12) for w in range(3)]
    closed = tables(tenth + eleventh + twelfth)
    assert rows(closed, "carried", *names) == [("2026-01-10", 2, 0, 2, "2026-01-12"), ("2026-01-11", 2, 0, 2, "2026-01-12")]
    assert pages(closed) == [("2026-01-12", "(few)", 0, 0, 0, 7, 7, 0, 0), ("2026-01-12", "/", 6, 6, 6, 0, 0, 0, 0), ("2026-01-12", "/b", 1, 1, 1, 0, 0, 0, 0)]
    # Three visitors, one of them with two pages: (few) a week later, with all counters.
    several = [view(1), view(1, "10:00:07", "/b"), view(2), view(3)]
    assert rows(tables(several), "carried", *names) == [("2026-01-10", 3, 1, 4, None)]
    closed = tables(several, after=True)
    assert rows(closed, "carried", "counted") == [("(few)",)] and pages(closed) == [("2026-01-10", "(few)", 4, 4, 3, 2, 3, 7, 1)]

    def each(n, pages, day):  # n visitors, each with both pages
        return [view(w, f"10:00:0{i * 7}", page, day=day) for w in range(n) for i, page in enumerate(pages)]

    # It joins no day on which nobody saw several pages; one on which 3 did it joins: / 3 + 3, /b 3 + 1.
    closed = tables(several + [view(w, day=11) for w in range(3)] + each(3, ("/", "/b"), 12))
    assert rows(closed, "carried", "counted") == [("2026-01-12",)]
    assert pages(closed) == [("2026-01-11", "/", 3, 3, 3, 3, 3, 0, 0), ("2026-01-12", "/", 6, 6, 6, 2, 2, 28, 4), ("2026-01-12", "/b", 4, 4, 0, 0, 4, 0, 0)]
    # Each is tested by itself: the eleventh joins the twelfth, the tenth waits for the thirteenth.
    closed = tables(each(1, ("/", "/b"), 10) + eleventh + twelfth + each(3, ("/", "/b"), 13))
    assert rows(closed, "carried", *names[:-1]) == [("2026-01-10", 1, 1, 2), ("2026-01-11", 2, 0, 2)]
    assert rows(closed, "carried", "counted") == [("2026-01-13",), ("2026-01-12",)]
    assert [row[:4] for row in pages(closed) if row[1] == "/"] == [("2026-01-12", "/", 4, 4), ("2026-01-13", "/", 4, 4)]
    # One regular on three days and more makes no k: not his visits, not his pages, not beside another one.
    for n, seen in ((1, ("/",)), (1, ("/", "/b")), (2, ("/", "/b"))):
        closed = tables([line for day in range(10, 15) for line in each(n, seen, day)], after=True)
        assert [row[1] for row in pages(closed)] == ["(few)"] * 5 and rows(closed, "carried", "counted") == [("(few)",)] * 5
    # A later day of 3 visitors, 2 of them with several pages, does not stand, and 1 + 2 are not added up.
    closed = tables(each(1, ("/", "/b"), 10) + each(2, ("/", "/b"), 11) + [view(9, day=11)])
    assert rows(closed, "carried", "several", "counted") == [(1, None), (2, None)]
    # A week is over at 604,800 s; a closing at that moment finds (few).
    parts = read(tenth + twelfth)
    for wait, counted in ((c.WEEK - 1, "2026-01-12"), (c.WEEK, "(few)")):
        assert rows(c.close(parts, schedule=[(5, 0), (5 + wait, 1)]), "carried", "counted")[0] == (counted,)
    # An earlier day that is closed later does not take a later day's, nor one site another's.
    parts = read([view(w) for w in range(3)] + eleventh)
    assert rows(c.close(parts, schedule=[(0, 1), (0, 0)]), "carried", "counted") == [(None,)]
    assert rows(c.close(read(tenth) + read(twelfth, "example.net")), "carried", "counted") == [(None,)]
    assert tables(several, k=1).carried == []
    # The later day's own visitors name its pairs, its page has the 2 carried views too. / 5, /b 3; x.org 6, carried 2; S = 8. Named,
    # rest of / 2, x.org 0, carried 2: 2 > 2 - 2: all that is left of / is carried. / goes (both have 3, / before /b), then
    # rest of / 5, x.org 3, carried 2, S = 5: 5 > 5 - 2, and /b goes.
    def by_source(lines):
        return [row for row in rows(tables(lines), "pairs", "page", "value", *c.CELL, "dimension") if row[5] == "source"]

    lines = tenth + [view(w, referrer="http://x.org/", day=11) for w in range(3)] + [view(w, page="/b", day=11, referrer="http://x.org/") for w in (3, 4, 5)]
    assert by_source(lines) == [] and by_source(lines[2:]) != []
    assert [row[1:4] for row in pages(tables(lines))] == [("/", 5, 5), ("/b", 3, 3)]
    # Two of y.org and two of z.org to / and to /c each, hidden too: / 9, /b 3, /c 4; x.org 6, y.org 4, z.org 4, carried 2; S = 16.
    # Rest of / 6, /c 4, y.org 4, z.org 4, carried 2, S = 10: carried / 6 > 10 - 0 - 2 no, 2 > 10 - 6 no; (/, y.org)
    # 6 > 10 - 0 - 4 no, 4 > 10 - 6 no; (/c, y.org) 4 > 10 - 4 no. Nothing is proved.
    lines += [view(w, page=page, day=11, referrer=f"http://{x}.org/") for w, x, page in zip(range(6, 14), "yyzz" * 2, ["/"] * 4 + ["/c"] * 4)]
    assert by_source(lines) == [("/", "x.org", 3, 3, 3, "source"), ("/b", "x.org", 3, 3, 3, "source")]
    assert [row[1:4] for row in pages(tables(lines))] == [("/", 9, 9), ("/b", 3, 3), ("/c", 4, 4)]
    # Half of the day is half of the day's own: v.org 3 of 3 at /, beside the eight as before, 4 of x.org at /b: N = 15, 7 of them
    # (and 2 carried) saw /: 14 < 15. With 3 of x.org it is 14 of 14, and nothing is proved: / 9, rest 6; S = 13, carried 2, y.org 4.
    for n, found in ((4, []), (3, [("/", "v.org", 3, 3, 3, "source")])):
        more = [view(w, day=11, referrer="http://v.org/") for w in range(20, 23)] + [view(w, page="/b", day=11, referrer="http://x.org/") for w in range(30, 30 + n)]
        assert by_source(tenth + lines[-8:] + more) == found
    # One visitor's trail. The ninth: google.com to /, /a, /b. The tenth: 10 direct ones to /, 5 of them also to /a.
    # / 11, /a 6, /b 1; direct 15, carried 3; S = 18. Were the two pairs named, the rest of each page were 1, of direct 0, of carried 3:
    # of all three pages 1 > 3 - 3: all of the trail. / and /a lose their pairs, and nothing is left; 11 + 3, 6 + 3, 1 + 3 <= 18.
    # As entries (/ 11, direct 10, carried 1) it is known from the totals alone that he entered at /: no other page has an entry.
    trail = [view(1, f"10:0{i}:00", page, "http://google.com/" if i == 0 else "-", day=9) for i, page in enumerate(("/", "/a", "/b"))]
    tenth = [view(w) for w in range(10)] + [view(w, "10:01:00", "/a") for w in range(5)]
    closed = tables(trail + tenth)
    assert rows(closed, "carried", *names) == [("2026-01-09", 1, 1, 3, "2026-01-10")] and closed.tables["pairs"] == {}
    assert [row[:4] for row in pages(closed) if row[1] != c.FEW] == [("2026-01-10", "/", 11, 11), ("2026-01-10", "/a", 6, 6), ("2026-01-10", "/b", 1, 1)]
    assert [dimension for dimension, *_ in closed.pairings] == list(c.ORIGIN)
    for _, arguments, chosen in closed.pairings:
        assert reachable(arguments, chosen) == reachable(arguments, set())
        assert {x for x in reachable(arguments, chosen) if x[3] is c.CARRIED} == {(2, "page", "/", c.CARRIED), (2, "value", "/", c.CARRIED)}
        views, values = {"/": 11, "/a": 6, "/b": 1}, {r.DIRECT: 15, c.CARRIED: 3}
        assert not any(least(views, values, chosen, (page, c.CARRIED)) for page in views)
    # With the tenth alone both pairs are named.
    assert [row[:3] for row in by_source(tenth)] == [("/", r.DIRECT, 10), ("/a", r.DIRECT, 5)]


def late():
    """(g)"""
    day = [view(w) for w in range(4)]
    closed = tables(day, [view(1)])
    assert pages(closed) == [("2026-01-10", "(late)", 1, 1, 1, 1, 1, 0, 0), ("2026-01-10", "/", 4, 4, 4, 4, 4, 0, 0)]
    assert rows(closed, "hours", "page_views", "visitors", "visits") == [(5, 5, 5)]
    assert rows(closed, "visit_sums", *c.VISIT) == [(5, 5, 5, 5, 0, 0)] and rows(closed, "carried", "day") == []
    one = rows(tables(day), "pairs", "page", "dimension", "page_views")
    assert ("/", "source", 4) in one and rows(closed, "pairs", "page", "dimension", "page_views") == one
    # Three late ones stand, but are fewer than 6: rows are added, pairs are not. Six add pairs.
    closed = tables(day, [view(w) for w in range(3)])
    assert pages(closed) == [("2026-01-10", "/", 7, 7, 7, 7, 7, 0, 0)] and rows(closed, "pairs", "page", "dimension", "page_views") == one
    closed = tables(day, [view(w) for w in range(6)])
    assert ("/", "source", 10, 10, 10) in rows(closed, "pairs", "page", "dimension", *c.CELL)
    # With k = 1 one late visitor has pairs.
    assert ("/", "source", 5, 5, 5) in rows(tables(day, [view(1)], k=1), "pairs", "page", "dimension", *c.CELL)
    # What is carried does not join a late part, and a late part is not carried.
    assert [row[:3] for row in pages(tables([view(1, day=9), view(1)], [view(1), view(2)]))] == [("2026-01-10", "(late)", 2)]
    closed = tables([view(1)], [view(w) for w in range(2)], [view(w, day=11) for w in range(3)])
    assert pages(closed) == [("2026-01-10", "(late)", 2, 2, 2, 2, 2, 0, 0), ("2026-01-11", "/", 4, 4, 4, 4, 4, 0, 0)]
    # A late part that stands is written at once, what was carried of its own day and of one before waits on.
    closed = tables([view(1, day=9), view(1)], [view(w) for w in range(3)])
    assert pages(closed) == [("2026-01-10", "/", 3, 3, 3, 3, 3, 0, 0)] and rows(closed, "carried", "counted") == [(None,), (None,)]


# --- the promises, on random days -------------------------------------------

def random_lines(rand, visitors, pages, sources, days=1, quiet=()):
    """Days from the tenth on; on those that are `quiet` few come."""
    lines = []
    for day in range(10, 10 + days):
        for _ in range(rand.randrange(1, 2 * visitors) if day not in quiet else rand.choice([1, 1, 2, 4])):
            who, t = rand.randrange(visitors), rand.randrange(36_000)
            place = rand.choice("aab"), rand.choice(["-", "-", *(f"http://s{i}.org/p{rand.randrange(3)}" for i in range(sources))])
            query = rand.choice(["", "", "", "?utm_source=n", f"?utm_source=n&utm_campaign={rand.randrange(4)}"])
            for step in range(min(int(rand.paretovariate(1)), 6)):
                page = f"/{min(int(rand.paretovariate(0.6)), pages)}"
                lines.append((day, t, view(who, f"{t // 3600:02}:{t // 60 % 60:02}:{t % 60:02}", page + ("" if step else query),
                                           "-" if step else place[1], f"h{place[0]}", day)))
                t += rand.choice([3, 20, 100, 900, 1900])
    rand.shuffle(lines)
    lines.sort(key=lambda x: (x[0], x[1] // rand.choice([1, 1, 4000])))  # mostly in order
    return [line for _, _, line in lines]


def extended(arguments):
    """Cells, pages and values with what was carried: what the pages have more than the values of the day account for."""
    cells, pages, values = arguments[:3]
    assert c.CARRIED not in values
    cells, values = dict(cells), {**values, c.CARRIED: [0, 0, 0]}
    for p, (views, visits) in pages.items():
        own = [row for (q, _), row in cells.items() if q == p]
        cells[p, c.CARRIED] = views - sum(row[0] for row in own), 0, visits - sum(row[2] for row in own)
        values[c.CARRIED] = [values[c.CARRIED][0], values[c.CARRIED][1] + cells[p, c.CARRIED][0], values[c.CARRIED][2] + cells[p, c.CARRIED][2]]
    assert all(row[i] == sum(cells[p, v][j] for p in pages if (p, v) in cells) for v, row in values.items() for i, j in ((1, 0), (2, 2)))
    return cells, pages, values


def reachable(arguments, named_cells):
    """The cells that are there, not named, and proved by the tests of the rules, written without any short cut."""
    (cells, pages, values), out = extended(arguments), set()
    for i, of_page, of_value in ((0, 0, 1), (2, 1, 2)):
        rest_p = {p: row[of_page] - sum(cells[p, v][i] for v in values if (p, v) in named_cells) for p, row in pages.items()}
        rest_v = {v: row[of_value] - sum(cells[p, v][i] for p in pages if (p, v) in named_cells) for v, row in values.items()}
        assert sum(rest_p.values()) == sum(rest_v.values())
        for (p, v), row in cells.items():
            if row[i] > 0 and (p, v) not in named_cells:
                others_v = sum(n for w, n in rest_v.items() if w != v and (p, w) not in named_cells)
                others_p = sum(n for q, n in rest_p.items() if q != p and (q, v) not in named_cells)
                if rest_p[p] > others_v:
                    out.add((i, "page", p, v))
                if rest_v[v] > others_p:
                    out.add((i, "value", p, v))
    return out


def slow_pairs(arguments):
    """(c) word for word."""
    cells, _, values, uniques, n, k = arguments
    chosen = {(p, v) for (p, v), (_, u, _) in cells.items() if u >= k and (u < values[v][0] or values[v][0] >= 10 or 2 * uniques[p] >= n)}
    known = {(i, p, v) for i, _, p, v in reachable(arguments, set())}
    while True:
        proved = [x for x in reachable(arguments, chosen) if (x[0], x[2], x[3]) not in known]
        if not proved:
            return chosen
        drop = set()
        for _, how, p, v in proved:
            own = [pair for pair in chosen if pair[0] == p] if how == "page" else [pair for pair in chosen if pair[1] == v]
            drop.add(min(own or chosen, key=lambda pair: (*cells[pair][:2], pair[1], pair[0])))
        chosen -= drop


def slow_few(table, k):
    """(b) word for word."""
    few = {key for key in table if table[key][1] < k}
    while len([key for key in few if any(table[key][3:])]) == 1 and len(few) < len(table):
        few.add(min(table.keys() - few, key=lambda key: (table[key][1], table[key][0], *key)))
    return few


def slow_day(carried, schedule, k):
    """(f) asked of one carried day: what it is counted with."""
    seen = set()
    for part in schedule:
        again = (part.site, part.day) in seen
        seen.add((part.site, part.day))
        own = part.visitors >= k and part.several not in range(1, k)
        if part.day > carried.day and not again and own and (part.several >= k or not carried.several):
            return part.day
    return c.FEW


def add_up(closed, parts):
    """Whatever is hidden, nothing is lost; once nothing is carried, pages and (few) and (late) are all page views."""
    def total(table, width):
        return [sum(row[i] for row in table.values()) for i in range(width)]

    def raw(of, width):
        return [sum(row[i] for part in parts for row in of(part).values()) for i in range(width)]

    assert total(closed.tables["visit_sums"], 6) == raw(lambda part: part.visits, 6)
    assert total(closed.tables["hours"], 3) == raw(lambda part: part.hours, 3)
    assert total(closed.tables["page_sums"], 7) == raw(lambda part: part.pages, 7)
    hours, days = total(closed.tables["request_hours"], 2), total(closed.tables["request_days"], 1)
    assert [hours[0], hours[1] + sum(days)] == raw(lambda part: part.requests, 2)
    visits = total(closed.tables["visit_sums"], 6)
    assert visits[c.V_VISITORS] == sum(part.visitors for part in parts)
    assert [visits[c.V_VIEWS], visits[c.V_VISITS], visits[c.V_BOUNCES]] == [raw(lambda part: part.pages, 7)[i] for i in (0, 2, 3)]


def promises(seed):
    rand = random.Random(seed)
    quiet = rand.choice([(), (10,), (10, 11), (11,)])
    lines = random_lines(rand, rand.choice([3, 8, 30, 60]), rand.choice([2, 5, 12]), rand.choice([1, 3, 6]), rand.choice([1, 3, 4]), quiet)
    more = [random_lines(rand, rand.choice([2, 9]), 4, 2)] if rand.random() < 0.5 else []
    k, rare = rand.choice([2, 3, 3, 5]), rand.choice(["keep", "hide"])
    parts = [part for lines in (lines, *more) for part in read(lines)]
    closed = c.close(parts, k, rare, [(0, part) for part in parts] + [(c.WEEK, None)])
    add_up(closed, parts)
    for carried in closed.carried:
        assert carried.visitors < k or 0 < carried.several < k
        assert carried.counted == slow_day(carried, parts, k)
    for part in parts:
        given = {key for key, row in c.with_few(part.pages, k).items() if row != part.pages.get(key)} - {(c.FEW, "")}
        assert given == {key for key in slow_few(part.pages, k) if any(part.pages[key][3:])}
        assert len(given) != 1 or len(slow_few(part.pages, k)) == len(part.pages)
    # A host of the pages is one of the visits too.
    assert {key[3] for key in closed.tables["page_sums"]} <= {key[2] for key in closed.tables["visit_sums"]} | {""}
    assert all(row[1] >= k for row in closed.tables["pairs"].values())
    for _, arguments, chosen in closed.pairings:
        assert chosen == slow_pairs(arguments)
        known = {(i, p, v) for i, _, p, v in reachable(arguments, set())}
        assert all((i, p, v) in known for i, _, p, v in reachable(arguments, chosen))
    # What is written is what was judged: totals from the tables alone, of a day that was closed once.
    if not more and not closed.carried and len(parts) == 1:
        for dimension, (cells, by_page, by_value, *_), chosen in closed.pairings:
            column = 3 + c.ORIGIN.index(dimension)
            found_p, found_v = collections.Counter(), collections.Counter()
            for key, row in closed.tables["page_sums"].items():
                found_p[key[2]] += row[0]
            for key, row in closed.tables["visit_sums"].items():
                found_v[key[column]] += row[c.V_VIEWS]
            assert {p: n for p, n in found_p.items() if n} == {p: row[0] for p, row in by_page.items()}
            assert dict(found_v) == {v: row[1] for v, row in by_value.items()}
            assert chosen == {(key[2], key[4]) for key in closed.tables["pairs"] if key[3] == dimension}
    for key, row in closed.tables["page_sums"].items():
        if row[c.P_UNIQUES] < k and key[2] not in (c.FEW, c.LATE) and not more:
            assert row[3:] == [0] * 4
    # k = 1 names every cell, and answers add up.
    plain = c.close(parts, 1)
    assert all(row["value"] != c.FEW for row in c.Answers(plain, SITE).page_list())
    assert sum(row[0] for key, row in plain.tables["pairs"].items() if key[3] == "source") == sum(row[0] for row in plain.tables["hours"].values())
    answers = c.Answers(closed, SITE)
    assert sum(row["page_views"] for row in answers.page_list()) == sum(row[0] for row in closed.tables["hours"].values())
    for source, total in answers.sources.items():
        assert sum(row["page_views"] for row in answers.pages_of(source)) == total[0]


# --- mistakes that must be found ---------------------------------------------

MUTANTS = [  # text of closing.py, what it becomes
    # 0
    ('(-counts[text], text)', '(counts[text], text)'), ('(-counts[text], text)', '-counts[text]'),
    ('("",) * 3, (OTHER, "", ""))', '("",) * 3, (OTHER,) * 3)'), ('("",) * 3, (OTHER, "", ""))', 'None, (OTHER, "", ""))'),
    ('((key[4:], row[V_VIEWS])', '((key[4:], row[V_VISITS])'), ('((key[4:], row[V_VIEWS])', '((key[4:], row[V_VISITORS])'),
    ('of_origin(part.cells, page)', 'mapped(part.cells, (page, source, referrer, None, None, None, None))'),
    ('mapped(part.pages, (page, host))', 'mapped(part.pages, (page, None))'),
    # a
    ('+ 15) // 30 * 30', '+ 14) // 30 * 30'), ('sums[V_VISITORS] += new', 'sums[V_VISITORS] += began'),
    ('n < k and text}', 'n <= k and text}'),
    ('n < k and text}', 'n < k}'), ('mapped(pages, (None, reduce[0]))', 'pages'), ('if i >= 4 or hide', 'if i >= 3 or hide'),
    ('if len(mapped(visits, out)) > most', 'if len(mapped(visits, out)) >= most'), ('hide = k > 1 and rare == "hide"', 'hide = False'),
    # b
    ('if row[P_UNIQUES] < k} if k > 1', 'if row[P_UNIQUES] <= k} if k > 1'),
    ('if row[P_UNIQUES] < k} if k > 1', 'if row[P_VIEWS] < k} if k > 1'),
    ('if giving != 1:', 'if len(small) != 1:'), ('if giving != 1:', 'if giving > 1:'), ('if giving != 1:', 'if True:'),
    ('        giving += any(rows[page, host]', '        giving += 1 or any(rows[page, host]'),
    ('giving = sum(any(', 'giving = sum(1 or any('),
    ('sorted((row[P_UNIQUES], row[P_VIEWS], *key)', 'sorted((row[P_VIEWS], row[P_UNIQUES], *key)'),
    ('sorted((row[P_UNIQUES], row[P_VIEWS], *key)', 'sorted((row[P_UNIQUES], 0, *key)'),
    ('sorted((row[P_UNIQUES], row[P_VIEWS], *key)', 'sorted((-row[P_UNIQUES], row[P_VIEWS], *key)'),
    ('sorted((row[P_UNIQUES], row[P_VIEWS], *key)', 'sorted((row[P_UNIQUES], row[P_VIEWS], "", *key[::-1], *key)'),
    ('any(rows[key][P_BOUNCES:])', 'any(rows[key][P_BOUNCES:P_SECONDS])'), ('any(rows[key][P_BOUNCES:])', 'any(rows[key][P_EXITS:])'),
    # c
    ('if u >= k and (u <', 'if u > k and (u <'), ('values[value][0] >= 10', 'values[value][0] > 10'),
    ('2 * uniques[page] >= n', '2 * uniques[page] > n'),
    ('    cells, values = with_carried(cells, pages, values)\n', ''), ('return cells | carried,', 'return cells,'),
    ('{CARRIED: tuple(sum(row[i]', '{CARRIED: tuple(0 * sum(row[i]'), ('{CARRIED: tuple(sum(row[i]', '{CARRIED: tuple((i < 2) * sum(row[i]'),
    ('(page, CARRIED): (views, 0, visits)', '(page, CARRIED): (views, views, visits)'),
    ('(page, CARRIED): (views, 0, visits)', '(page, CARRIED): (views, 0, 0)'),
    ('(page, CARRIED): (views, 0, visits)', '(page, CARRIED): (0, 0, visits)'),
    ('        came[page][0] -= views\n', ''), ('        came[page][1] -= visits\n', ''),
    ('> total}', '>= total}'), ('> total}', '> total and value is not CARRIED}'), ('> total}', '> total or value is CARRIED}'),
    ('known = {(page, value) for page, value in counts', 'known = {(page, value) for page, value in ()'),
    ('known = {(page, value) for page, value in counts', 'known = (known if i else set()) | {(page, value) for page, value in counts'),
    ('for (page, value), (_, u, _) in cells.items()', 'for (page, value), (u, _, _) in cells.items()'),
    ('(cells[pair][0], cells[pair][1], pair[1], pair[0])', '(cells[pair][1], cells[pair][0], pair[1], pair[0])'),
    ('(cells[pair][0], cells[pair][1], pair[1], pair[0])', '(cells[pair][0], cells[pair][1], pair[0], pair[1])'),
    ('self.rest[line] > limit - across[other]', 'self.rest[line] >= limit - across[other]'),
    ('any(self.rest[line] > total - across[other] for', 'any(self.rest[line] >= total - across[other] for'),
    ('limit = total - sum(across[other] for other in named)', 'limit = total'),
    ('            by_value |= value_side.proved(of_value)', '            pass'),
    ('            by_page |= page_side.proved(of_page)', '            pass'),
    ('        drop.add(order[0])', '        drop.add(order[-1])'),
    ('((0, 1), (2, 2))', '((0, 1),)'), ('((0, 1), (2, 2))', '((2, 2),)'),
    ('totals, values, uniques, part.visitors, self.k', 'totals, values, uniques, sum(uniques.values()), self.k'),
    # f
    ('visitors >= self.k and (several', 'visitors > self.k and (several'), ('several == 0 or several >= self.k)', 'several >= self.k)'),
    ('several == 0 or several >= self.k)', 'several == 0 or several > self.k)'), ('visitors >= self.k and (several', '(several'),
    ('(part.several >= self.k or c.several == 0)', 'True'), ('(part.several >= self.k or c.several == 0)', 'part.several >= self.k'),
    ('(part.several >= self.k or c.several == 0)', 'c.several == 0'),
    ('(part.several >= self.k or c.several == 0)', '(part.several > self.k or c.several == 0)'),
    ('c.site == part.site and c.day < part.day', 'c.site == part.site'), ('c.site == part.site and c.day < part.day', 'c.day < part.day'),
    ('moment - c.closed >= WEEK', 'moment - c.closed > WEEK'), ('        self.expire(moment)\n', ''),
    ('            c.counted = part.day\n', '            pass\n'),
    ('            uniques[page] += row[P_UNIQUES]', '            uniques[page] += row[P_VIEWS]'),
    ('for (page, _), row in pages.items():\n            uniques', 'for (page, _), row in written.items():\n            uniques'),
    ('        written = with_few(rows, self.k)', '        written = with_few(pages, self.k)'),
    # g
    ('[] if late else self.joining(part)', 'self.joining(part)'), ('if not late or self.k == 1 or', 'if not late or'),
    ('part.visitors >= 2 * self.k', 'part.visitors >= self.k'), ('part.visitors >= 2 * self.k', 'part.visitors > 2 * self.k'),
    ('if not late or self.k == 1 or', 'if self.k == 1 or'), ('            if late:\n', '            if False:\n'),
    # d
    ('n < 10 or', 'n <= 10 or'), ('n < 10 or', 'n < 9 or'),
]


def mutants():
    """Every mistake must be found by the cases or the promises."""
    global c
    right = open(c.__file__, encoding="utf-8").read()
    missed = []
    for old, new in MUTANTS:
        assert right.count(old) == 1, (right.count(old), old)
        c = types.ModuleType("closing")
        exec(compile(right.replace(old, new), "mutant", "exec"), vars(c))
        try:
            check()
            missed.append((old, new))
        except AssertionError:
            pass
    for old, new in missed:
        print(f"not found: {old!r} -> {new!r}")
    print(f"{len(MUTANTS) - len(missed)} of {len(MUTANTS)} mutants found")
    return bool(missed)


# --- a stronger attacker ----------------------------------------------------

def least(rest_p, rest_v, barred, cell):
    """The least value of a cell, if only sums are known: all that does not fit elsewhere (maximal flow)."""
    flow = collections.Counter()
    left_p, left_v = dict(rest_p), dict(rest_v)

    def push(p, want, seen):
        for v in left_v:
            if (p, v) in barred or (p, v) == cell or v in seen:
                continue
            seen.add(v)
            got = min(want, left_v[v])
            if got:
                left_v[v] -= got
                flow[p, v] += got
                return got
            for q in rest_p:
                if flow[q, v] and q != p:
                    got = push(q, min(want, flow[q, v]), seen)
                    if got:
                        flow[q, v] -= got
                        flow[p, v] += got
                        return got
        return 0

    for p in left_p:
        while left_p[p]:
            got = push(p, left_p[p], set())
            if not got:
                break
            left_p[p] -= got
    return sum(left_p.values())


def attack_pairs(closed, found):
    """What totals and named pairs prove of hidden cells, by sets of pages and values, and of which pages carried views are."""
    joined = {0: collections.Counter(), 2: collections.Counter()}  # pages that carried views, entries are of
    for day in closed.carried:
        for (page, _), row in day.rows.items() if day.counted not in (None, c.FEW) else ():
            for i, pages_with in joined.items():
                if row[i]:
                    pages_with[page] += row[i]
    betrayed = {0: set(), 2: set()}
    for dimension, arguments, chosen in closed.pairings:
        cells, by_page, by_value = arguments[:3]
        for i, of_page, of_value in ((0, 0, 1), (2, 1, 2)):
            all_p, all_v = {p: x[of_page] for p, x in by_page.items()}, {v: x[of_value] for v, x in by_value.items()}
            all_v[c.CARRIED] = sum(all_p.values()) - sum(all_v.values())
            rest_p, rest_v = dict(all_p), dict(all_v)
            for p, v in chosen:
                rest_p[p] -= cells[p, v][i]
                rest_v[v] -= cells[p, v][i]
            there = [cell for cell, row in cells.items() if row[i] and cell not in chosen]
            single = {(p, v) for j, _, p, v in reachable(arguments, chosen) if i == j}
            for cell in there:
                if not least(all_p, all_v, set(), cell):
                    found["hidden cells"] += 1
                    found["hidden cells proved by one page or value"] += cell in single
                    found["hidden cells proved by sets of them"] += least(rest_p, rest_v, chosen, cell) > 0
            for page in joined[i]:
                if least(all_p, all_v, set(), (page, c.CARRIED)):
                    betrayed[i].add((page, "total"))
                elif least(rest_p, rest_v, chosen, (page, c.CARRIED)):
                    betrayed[i].add((page, dimension))
    for i, what in ((0, "views"), (2, "entries")) if joined[0] else ():
        by_totals = {page for page, how in betrayed[i] if how == "total"}
        by_pairs = {page for page, _ in betrayed[i]} - by_totals
        found[f"pages with carried {what}"] += len(joined[i])
        found[f"pages with carried {what}, known from totals"] += len(by_totals)
        found[f"pages with carried {what}, proved by pairs"] += len(by_pairs)
        if i == 0:
            alone = sum(day.visitors for day in closed.carried if day.counted not in (None, c.FEW)) == 1 and len(joined[0]) > 1
            found["carried visitors alone, of several pages"] += alone
            found["carried visitors alone, of several pages, all proved"] += alone and len(by_totals | by_pairs) == len(joined[0])


def attack_few(part, found):
    """What (few) proves of one page: what its other rows cannot have given."""
    table = c.with_few(part.pages, 3)
    few = slow_few(part.pages, 3)
    for i, most, name in ((3, 2, "bounces"), (4, 0, "exits"), (6, 0, "durations")):
        for key in few:
            if part.pages[key][i]:
                found[f"rows with {name} in (few)"] += 1
                others = sum(part.pages[other][most] for other in few if other != key)
                found[f"rows with {name} in (few), proved"] += table[c.FEW, ""][i] > others


def attack(days):
    """How much of what the rules hide is soundly proved by an attacker who knows what is written."""
    for title, carried in (("days of their own", False), ("days with carried views", True)):
        found, seed = collections.Counter(), 0
        while found["days"] < days:
            rand, seed = random.Random(seed), seed + 1
            size = rand.choice([20, 60]), rand.choice([5, 12]), rand.choice([3, 6])
            parts = read(random_lines(rand, *size, 1 + carried, (10,) * carried))
            closed = c.close(parts)
            if not carried or any(day.counted is not None for day in closed.carried):
                found["days"] += 1
                attack_pairs(closed, found)
                if not carried and closed.stands(parts[-1].visitors, parts[-1].several):
                    attack_few(parts[-1], found)
        print(title)
        for name, n in found.items():
            print(f"  {n:7} {name}")
    return 0


def check():
    for case in (visit_sums, caps, page_sums, pairs, by_hour, carried, late):
        case()
    for seed in range(40):
        promises(seed)


def main():
    check()
    print("self-test of closing: ok")
    return 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--mutants"]:
        sys.exit(mutants())
    if sys.argv[1:2] == ["--attack"]:
        sys.exit(attack(int(sys.argv[2]) if len(sys.argv) > 2 else 100))
    sys.exit(main())
