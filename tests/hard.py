#!/usr/bin/env python3
"""A nasty combined log for comparing fathom-tui with reference.py.

usage: hard.py N SEED [--now EPOCH] [--choices] > hard.log

Deterministic for N, SEED and --now (default 2026-11-20T12:00:00Z: give the same
to both programs, with --site example.com). `--choices` adds lines whose meaning
the design leaves open (see CHOICE in reference.py).
"""

import argparse
import calendar
import random
import sys
import time

NOW = calendar.timegm((2026, 11, 20, 12, 0, 0))
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
UTC = calendar.timegm
# Busy stretches: both DST nights, a year's and a month's end, and the day and a half before now.
STRETCHES = ((UTC((2026, 3, 28, 20, 0, 0)), 10), (UTC((2026, 10, 24, 19, 0, 0)), 11),
             (UTC((2025, 12, 31, 20, 0, 0)), 6), (UTC((2026, 2, 28, 21, 0, 0)), 6))
GAPS = [0, 0, 1, 5, 30, 59, 60, 61, 300, 900, 1200, 1799, 1799, 1800, 1800, 1801, 2400, 3599, 3600, 3601, 5400]
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%d.0.0.0 Safari/537.36"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:%d.0) Gecko/20100101 Firefox/%d.0"
IPHONE = ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_%d like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
          "Version/17.0 Mobile/15E148 Safari/604.1")
ODD_AGENTS = [  # as they stand in the log
    b"Mozilla/5.0 (X11; Linux x86_64; rv:1.0) Gecko/20100101 Firefox/130.0 \\x22quoted\\x22",
    b'Mozilla/5.0 (X11; Linux x86_64; rv:1.0) Gecko/20100101 Firefox/130.0 \\"quoted\\"',
    b"Mozilla/5.0 (X11; Linux x86_64; rv:1.0) Gecko/20100101 Firefox/130.0 back\\\\slash\\tand\\x09tab",
    b"Mozilla/5.0 (X11; Linux x86_64; rv:1.0) Gecko/20100101 Firefox/130.0 \xc3\xbcml\xe4ut \xff\xfe",
]
BOTS = [b"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", b"curl/8.5.0", b"python-requests/2.31.0",
        b"Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)", b"-", b"", b"facebookexternalhit/1.1",
        b"Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)"]
PAGES = [  # many spellings of few pages
    b"/", b"//", b"/index.html", b"/about", b"/about/", b"/about///", b"/blog/post-1", b"/blog/post%2d1", b"/blog/post%2D1",
    b"/%7euser", b"/~user", b"/%7Euser/", b"/caf%c3%a9", b"/caf%C3%A9", b"/caf\xc3\xa9", b"/caf\xe9", b"/caf\\xC3\\xA9",
    b"/caf\\xE9", b"/broken%zz", b"/broken%", b"/broken%4", b"/%41%42c", b"/a%2fb", b"/a%2Fb", b"/a b", b"/ctl\\x07bell",
    b"/ctl\\x1B[31mred", b"/nul\\x00", b"/del\\x7F", b"/c1\xc2\x9bx", b"/bidi\xe2\x80\xaex", b"/zw\xe2\x80\x8bx", b"/bom\xef\xbb\xbfx",
    b"/ls\xe2\x80\xa8x", b"/alm\xd8\x9cx", b"/fffd\xef\xbf\xbdx", b"/surrogate\xed\xa0\x80x", b"/overlong\xc0\xafx",
    b"/cut\xe2\x80", b"/cut\xf0\x9f\x98", b"/emoji\xf0\x9f\x98\x80", b"/quote\\x22x", b'/quote\\"x', b"/back\\\\slash", b"/back\\x5Cslash",
    b"/semi;v=1", b"/frag#part", b"/frag#part?not=query", b"/x?", b"/x?a#b", b"/x??utm_source=no", b"/.env", b"/.xml", b"/dir.d/file",
    b"/%2e%2e/up", b"/../up", b"/trail.", b"/v1.2", b"/page.html", b"/page.php", b"/page.HTM", b"http://example.com/abs",
    b"https://example.com/abs/", b"http://example.com", b"http://example.com?utm_source=absq", b"http://example.com:8080/abs#x",
    b"https://EXAMPLE.com/abs?ref=absref", b"*", b"/" + b"l-" * 999, b"/" + b"l-" * 999 + b"l", b"/" + b"l-" * 1000,
    b"/" + b"\xc3\xa9" * 999 + b"z", b"/" + b"\xc3\xa9" * 1000, b"/" + b"%e9" * 700, b"/" + b"\xe9" * 700, b"/%20space%20", b"/+plus+", b"/\xf4\x90\x80\x80",
    # Somebody's: identifiers, and what nearly is one.
    b"/reset/6f9619ff8b86d011b42d00c04fc964ff", b"/reset/7f9619ff8b86d011b42d00c04fc964ff/", b"/o/6F9619FF-8B86-D011-B42D-00C04FC964FF/edit",
    b"/o/6f9619ff-8b86-d011-b42d-00c04fc964f", b"/o/x6f9619ff-8b86-d011-b42d-00c04fc964ff", b"/o-6f9619ff-8b86-d011-b42d-00c04fc964ff.html",
    b"/o%2F6f9619ff%2d8b86-d011-b42d-00c04fc964ff%2F1", b"/u/ann@example.org", b"/u/ann%40example.org/x", b"/@ann/post", b"/%2540x",
    b"/1234567890123456", b"/123456789012345", b"/x0123456789abcdefz.html", b"/abcdefghijklmnopqrst", b"/abcdefghijklmnopqrstu", b"/AbcdefghijKlmnopqr12_b-c",
    b"/a-long-slug-of-words-with-dashes", b"/%e6%97%a5%e6%9c%ac%e8%aa%9e%e6%97%a5%e6%9c%ac%e8%aa%9e", b"/%c3%bcabcdefghijklmnopqrs", b"/%zzabcdefghijklmnopqrs",
    b"/\xe6\x97\xa5\xe6\x9c\xac" + b"\xe8\xaa\x9e" * 30, b"/" + b"a/" * 995 + b"0123456789abcdef", b"/" + b"@/" * 999, b"/" + b"b/" * 992 + b"0123456789abcdefghijkl",
    b"/s;jsessionid=0A1B.node1", b"/s/;JSESSIONID=0A1B", b"/s;jsessionid=0A1B/t?x=1", b"/s;v=1;jsessionid=0A;w=2", b"/s%3bjsessionid=0A", b"/s;jsessionid",
    b"/soft\xc2\xadx", b"/hangul\xe3\x85\xa4x", b"/tag\xf3\xa0\x81\x81x", b"/annot\xef\xbf\xb9x", b"/mvs\xe1\xa0\x8ex"]
ASSETS = [b"/style.css", b"/STYLE.CSS?v=3", b"/a.b/Logo.PNG", b"/x.tar.gz", b"/robots.txt", b"/sitemap.xml", b"/style.css/", b"/f%2ejs",
          b"/.hidden.css", b"/font.woff2#x", b"/logo@2x.png", b"/app-0123456789abcdef0123.js", b"/s.css;jsessionid=0A", b"/a.js?x=/page", b"/doc.PdF", b"http://example.com/i.svg"]
FEEDS = [b"/feed.xml", b"/blog/RSS.xml", b"/atom.xml/", b"/index.XML", b"/feed.json", b"/blog.rss", b"/news.Atom?x=1"]
QUERIES = [
    b"utm_source=google&utm_medium=cpc&utm_campaign=spring", b"utm_source=Google", b"utm_source=newsletter&utm_medium=email",
    b"utm_source=NewsLetter&utm_medium=E-Mail", b"utm_medium=social", b"utm_medium=SM&utm_campaign=only", b"utm_campaign=c+a%20m%2b",
    b"utm_source=&ref=producthunt", b"ref=news.ycombinator.com", b"source=www.Partner.example.", b"ref=&source=src2", b"ref=a&source=b",
    b"utm_source=first&utm_source=second", b"utm_source=+&ref=afterspace", b"utm_source=+trim+", b"utm_source=chatgpt.com",
    b"utm_source=%e9%ff", b"utm_source=caf%C3%A9", b"utm_source=caf\xc3\xa9", b"utm_source=bad%zzpct", b"utm_source=%00ctl%1b",
    b"utm_source=bidi%E2%80%AE", b"UTM_SOURCE=wrongcase", b"utm_source", b"utm_source=x=y", b"utm%5Fsource=encoded",
    b"utm_source=" + b"s" * 130, b"utm_source=" + b"%C3%A9" * 70, b"utm_source=v1.0", b"utm_source=two words.com", b"utm_source=facebook",
    b"utm_source=TWITTER&utm_medium=social-media", b"utm_source=bing&utm_medium=PPC", b"utm_medium=paid-social", b"utm_medium=PaidSearch",
    b"utm_medium=display", b"utm_medium=banner", b"gclid=abc", b"fbclid=abc", b"fbclid=abc&utm_campaign=c", b"msclkid=1", b"ttclid=1", b"twclid=1",
    b"li_fat_id=1", b"yclid=1", b"igshid=1", b"gbraid=1", b"wbraid=1", b"dclid=1", b"gclid=x&utm_medium=email", b"GCLID=x",
    b"page=2&id=7", b"a=1;utm_source=semi", b"&&&", b"q=%22quote%22", b"utm_source=pipe%7Cpipe", b"utm_source=%3Dcmd", b"ref=/local/path",
    b"fbclid=a&utm_source=ig", b"utm_source=google.com&gclid=1", b"utm_source=."]
REFERRERS = [
    b"https://www.google.com/", b"https://www.google.de/search?q=x", b"https://google.co.uk/", b"https://news.google.com/articles/1",
    b"https://mail.google.com/mail/u/0", b"http://www.bing.com/search", b"https://duckduckgo.com/", b"https://yandex.ru/", b"https://search.yahoo.com/",
    b"https://t.co/abc", b"https://www.facebook.com/", b"https://l.facebook.com/l.php?u=1", b"https://lm.facebook.com/", b"https://www.reddit.com/r/rust/",
    b"https://news.ycombinator.com/item?id=1", b"https://news.ycombinator.com", b"https://chatgpt.com/", b"https://www.perplexity.ai/search/x",
    b"https://claude.ai/", b"https://github.com/a/b", b"https://www.linkedin.com/feed/", b"https://outlook.live.com/", b"https://google.com.evil.example/",
    b"https://notgoogle.com/", b"https://google.example/", b"https://xgoogle.de/", b"https://blog.partner.example/a/b/", b"https://forum.partner.example/u/ann@example.org/0123456789abcdef0;jsessionid=1", b"https://Partner.EXAMPLE/Path/%7eX",
    b"HTTPS://WWW.Partner.example./", b"http://user:pw@partner.example:8080/p?q#f", b"https://partner.example:443", b"https://partner.example:/x",
    b"http://www.www.partner.example/", b"http://www.partner.example?x=/y", b"http://www.partner.example#x", b"http://partner.example//", b"http://127.0.0.1/",
    b"http://[2001:db8::1]:80/x", b"http://[::1]", b"http://localhost:3000/dev", b"http://m\xc3\xbcnchen.example/\xc3\xbc", b"http://under_score.example/",
    b"http://partner.example/\xff\xfe", b"http://partner.example/\\x07", b"http://partner.example/bidi\xe2\x80\xae", b"http://partner.example/" + b"r" * 2100,
    b"https://example.com/", b"https://www.example.com/about", b"http://EXAMPLE.com:8080/x", b"https://example.com./", b"https://sub.example.com/", b"https://notexample.com/",
    b"android-app://com.google.android.gm/", b"android-app://com.google.android.googlequicksearchbox", b"android-app://org.unknown.app/x", b"android-app://",
    b"http://semalt.com/", b"https://www.semalt.com/x", b"http://sub.buttons-for-website.com", b"http://notsemalt.com/", b"semalt.com", b"about:blank", b"javascript:alert(1)",
    b"ftp://partner.example/", b"//partner.example/", b"/relative", b"http://", b"https:///path", b"http://bad host/", b"http://ex%61mple.org/", b"http://a,b/", b"file:///etc",
    b"http:/one", b"garbage", b"\xff\xfe\xfd", b"http://www./", b"http://./", b"moz-extension://x/"]
CHOICE_REFERRERS = [b"http://partner.example:port/", b"http://m\xfcnchen.example/", b"http://ho\xe2\x80\xaest.example/", b"android-app://Com.Upper.App",
                    b"Android-App://com.google.android.gm/", b"http://WWW.", b"http://user@evil@partner.example/", b"http://partner.example\\\\x/"]
CHOICE_QUERIES = [b"gclid=", b"fbclid=1&msclkid=2", b"utm_source=mail.google.com", b"utm_source=example.com", b"utm_source=semalt.com", b"utm_source=mail",
                  b"utm_source=%E2%80x", b"utm_source=" + b"s" * 127 + b"+x", b"utm_source=m", b"utm_source=EXAMPLE.org:80"]
CHOICE_PAGES = [b"/rss", b"/feed", b"/atom", b"/feed/", b"httpfoo/bar", b"/a HTTP/1.1 b", b"http://example.com#x/y"]
STATUSES = [200] * 30 + [304] * 4 + [0, 101, 103, 201, 204, 206, 299, 300, 301, 302, 308, 399, 400, 404, 404, 410, 499, 500, 502, 503, 599, 600, 999]


def clf(t, offset):
    """A time of the log, as a server with that offset (minutes) writes it."""
    y, mo, d, h, mi, s = time.gmtime(t + offset * 60)[:6]
    sign = "-" if offset < 0 else "+"
    return f"{d:02}/{MONTHS[mo - 1]}/{y:04}:{h:02}:{mi:02}:{s:02} {sign}{abs(offset) // 60:02}{abs(offset) % 60:02}".encode()


class Generator:
    def __init__(self, seed, now, choices):
        self.r, self.now = random.Random(seed), now
        self.referrers = REFERRERS + (CHOICE_REFERRERS if choices else [])
        self.queries = QUERIES + (CHOICE_QUERIES if choices else [])
        self.pages = PAGES + (CHOICE_PAGES if choices else [])
        self.choices = choices

    def people(self, n):
        """Addresses (each a list of spellings of one or of neighbours) with agents."""
        r, people = self.r, []
        for _ in range(n):
            kind = r.random()
            if kind < 0.55:
                a = f"{r.choice((10, 84, 203))}.{r.randrange(3)}.{r.randrange(256)}.{r.randrange(256)}"
                octets = [int(x) for x in a.split(".")]
                mapped = "::ffff:%x:%x" % (octets[0] << 8 | octets[1], octets[2] << 8 | octets[3])
                spellings = [a, a, a, "::ffff:" + a, "::FFFF:" + a, mapped]
            elif kind < 0.9:
                net = f"2001:db8:{r.randrange(4):x}:{r.randrange(6):x}"
                spellings = [f"{net}::{r.randrange(1, 9):x}", f"{net}:{r.randrange(65536):x}::1", f"{net.upper()}:0:0:0:2",
                             "2001:0db8:" + ":".join(f"{int(x, 16):04x}" for x in net.split(":")[2:]) + "::7"]
            else:
                spellings = [r.choice(["host.example.net", "HOST.example.net", "unix:", "-", "localhost", "1.2.3", "1.2.3.400", "::g",
                                       "fe80::1%eth0", "::1", "::", "0.0.0.0", "255.255.255.255"])]
            v = r.randrange(110, 130)
            agent = r.choice([CHROME % v, FIREFOX % (v, v), IPHONE % r.randrange(7)]).encode()
            if r.random() < 0.08:
                agent = r.choice(ODD_AGENTS)
            if r.random() < 0.06:
                agent = r.choice(BOTS)
            people.append((spellings, agent))
        return people

    def target(self):
        r, kind = self.r, self.r.random()
        if kind < 0.08:
            return r.choice(ASSETS)
        if kind < 0.12:
            return r.choice(FEEDS)
        # Half of the views go to few pages, so that visits return to them.
        target = r.choice(self.pages if r.random() < 0.5 else [b"/", b"/about", b"/about/", b"/blog/post-1", b"/x"])
        if r.random() < 0.25 and b"?" not in target and b"#" not in target and len(target) < 200:
            target += b"?" + r.choice(self.queries)
        if r.random() < 0.02:
            target = b"/n/%d" % r.randrange(1000)
        return target

    def line(self, t, spellings, agent):
        r = self.r
        method = r.choice([b"GET"] * 40 + [b"HEAD", b"POST", b"get", b"OPTIONS", b"GETS", b"PROPFIND"])
        status = b"%03d" % r.choice(STATUSES) if r.random() < 0.98 else b"-"
        size = b"-" if r.random() < 0.03 else b"%d" % r.choice((0, 1, r.randrange(100000), 5_000_000_000))
        referrer = b"-" if r.random() < 0.5 else r.choice(self.referrers) if r.random() < 0.97 else b""
        protocol = r.choice([b" HTTP/1.1"] * 9 + [b" HTTP/2.0", b" HTTP/1.0", b""])
        offset = r.choice([0, 0, 0, 60, 120, 210, -480, 345, -570])
        user = r.choice([b"-"] * 20 + [b"frank", b"John Doe", b'""'])
        tail = r.choice([b""] * 12 + [b" ", b' "203.0.113.9"', b' "-" 0.123'])
        end = b"\r\n" if r.random() < 0.01 else b"\n"
        if r.random() < 0.01:  # cut by a proxy
            agent = agent[:r.randrange(len(agent) + 1)] if b"\\" not in agent else agent
            return (b'%s - %s [%s] "%s %s%s" %s %s "%s" "%s' % (r.choice(spellings).encode(), user, clf(t, offset), method, self.target(),
                                                               protocol, status, size, referrer, agent) + b"\n")
        return (b'%s - %s [%s] "%s %s%s" %s %s "%s" "%s"%s' % (r.choice(spellings).encode(), user, clf(t, offset), method, self.target(), protocol,
                                                              status, size, referrer, agent, tail) + end)

    def common(self, t):
        """A line without referrer and agent."""
        return b'198.51.100.%d - - [%s] "GET %s HTTP/1.1" 200 12\n' % (self.r.randrange(9), clf(t, 0), self.target())

    def malformed(self, t):
        r, stamp = self.r, clf(t, 0)
        agent = (CHROME % 120).encode()

        def with_request(request, when=stamp):
            return b'198.51.100.7 - - [%s] "%s" 200 5 "-" "%s"\n' % (when, request, agent)

        kinds = [b"\n", b"   \n", b"\r\n", b"2026-03-21T00:00:01.881Z host newsyslog[56965]: logfile turned over\n", b"# a comment\n",
                 b"#Fields: date time c-ip\n", bytes(r.randrange(256) for _ in range(60)).replace(b"\n", b"\0") + b"\n", b"\x16\x03\x01\x02\0\x01\n",
                 b"\0" * 40 + b"\n", b"[error] 7#7: *1 open() failed\n", b"198.51.100.7 - - [%s]\n" % stamp, b"198.51.100.7\n",
                 with_request(b"-"), with_request(b""), with_request(b"GET"), with_request(b"\\x16\\x03\\x01\\x00\\x85"), with_request(b"\\x03\\x00\\x00,'\\xE0 / HTTP/1.1"),
                 with_request(b"G(T / HTTP/1.1"), with_request(b"G\\x22T / HTTP/1.1"), with_request(b"\xc3\x89 / HTTP/1.1"), with_request(b" / HTTP/1.1"),
                 with_request(b"GET  / HTTP/1.1"), with_request(b"GET index.html HTTP/1.1"), with_request(b"CONNECT example.com:443 HTTP/1.1"),
                 with_request(b"GET HTTP/1.1"), with_request(b"GET ftp://x/ HTTP/1.1"), with_request(b"GET HTTP://x/ HTTP/1.1"), with_request(b"GET ?x HTTP/1.1"),
                 with_request(b"GET / HTTP/1.1", b"32/Jan/2026:10:00:00 +0000"), with_request(b"GET / HTTP/1.1", b"29/Feb/2026:10:00:00 +0000"),
                 with_request(b"GET / HTTP/1.1", b"10/Foo/2026:10:00:00 +0000"), with_request(b"GET / HTTP/1.1", b"10/Jan/2026:24:00:00 +0000"),
                 with_request(b"GET / HTTP/1.1", b"10/Jan/2026:10:60:00 +0000"), with_request(b"GET / HTTP/1.1", b"-"), with_request(b"GET / HTTP/1.1", b""),
                 with_request(b"GET / HTTP/1.1", b"yesterday"), with_request(b"GET / HTTP/1.1", b"10/Jan/1985:10:00:00 +0000"),
                 with_request(b"GET / HTTP/1.1", b"10/Jan/2150:10:00:00 +0000")]
        if self.choices:
            kinds += [with_request(b"GET / HTTP/1.1")[:-9] + b"\n", with_request(b"GET / HTTP/1.1").replace(b" 200 5 ", b" abc 5 "),
                      with_request(b'GET /raw"quote HTTP/1.1'), with_request(b"GET /half HTTP/1.1")[:50] + with_request(b"GET /glued HTTP/1.1"),
                      with_request(b"GET /one HTTP/1.1")[:-1] + with_request(b"GET /two HTTP/1.1"), b'198.51.100.7 [%s] "GET / HTTP/1.1" 200 5 "-" "x"\n' % stamp,
                      b"198.51.100.7 - - [%s] \"GET /long HTTP/1.1\" 200 5 \"-\" \"%s\"\n" % (stamp, b"u" * (1 << 20)) if r.random() < 0.05 else b"\n"]
        return r.choice(kinds)

    def lines(self, n):
        """(time of writing, line), n of them."""
        r, out = self.r, []
        people = self.people(max(5, n // 40))
        stretches = STRETCHES + ((self.now - 30 * 3600, 30),)
        while len(out) < n:
            spellings, agent = r.choice(people)
            start, hours = r.choice(stretches)
            t = start + r.randrange(hours * 3600)
            if r.random() < 0.1:  # an hour's or midnight's edge
                t -= t % 3600
                t += r.choice((-1, 0, 1))
            for _ in range(r.choice((1, 1, 1, 2, 3, 4, 6, 10))):
                if t > self.now:
                    break
                late = r.random()
                delay = 0 if late < 0.8 else r.randrange(2400) if late < 0.98 else r.randrange(6 * 3600)
                line = self.line(t, spellings, agent)
                out.append((t + delay, len(out), line))
                if r.random() < 0.05:  # the same again: a reload
                    out.append((t + delay, len(out), line))
                if r.random() < 0.02:
                    out.append((t + delay, len(out), self.malformed(t)))
                if r.random() < 0.01:
                    out.append((t + delay, len(out), self.common(t)))
                t += r.choice(GAPS) if r.random() < 0.6 else r.randrange(4000)
            if r.random() < 0.01:  # around the window's edge
                ahead = self.now + 600 + r.choice((-1, 0, 1, 2, 3600, 86400 * 400))
                out.append((min(ahead, self.now), len(out), self.line(ahead, spellings, agent)))
        out = sorted(out[:n])
        return [self.malformed(self.now)] + [line for _, _, line in out][:n - 1]


def main():
    parser = argparse.ArgumentParser(description="a nasty combined log")
    parser.add_argument("lines", type=int)
    parser.add_argument("seed", type=int)
    parser.add_argument("--now", type=int, default=NOW)
    parser.add_argument("--choices", action="store_true")
    options = parser.parse_args()
    for line in Generator(options.seed, options.now, options.choices).lines(options.lines):
        sys.stdout.buffer.write(line)


if __name__ == "__main__":
    main()
