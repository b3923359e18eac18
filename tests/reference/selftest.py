"""Hand-made cases for reference.py, worked out on paper from design.md."""

import json
import random
import zoneinfo

import reference as r

UA = b"Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
SOURCES = ["# comment", "search\tGoogle\tgoogle.* google.com app:com.google.android.googlequicksearchbox",
           "mail\tGmail\tmail.google.com mail.google.*", "search\tGoogle News\tnews.google.*",
           "social\tHacker News\tnews.ycombinator.com hckrnews.com", "ai_assistant\tChatGPT\tchatgpt.com chat.openai.com"]
SPAM = ["# spam", "semalt.com"]
BOTS = ["(?<! cu)bots?(?:\\b|_)", "^curl", "(?<! channel/|google/)google(?!(?:wv|app))", "^[\\w\\d-.]+$"]
NOW = r.moment("2026-11-20T12:00:00Z")


def line(clock="10:00:00", request=b"GET / HTTP/1.1", address=b"192.0.2.1", status=200, referrer=b"-", agent=UA, day="10/Jan/2026", zone="+0100"):
    stamp = f"{day}:{clock} {zone}".encode()
    return b'%s - - [%s] "%s" %d 10 "%s" "%s"\n' % (address, stamp, request, status, referrer, agent)


def run(*inputs, site="example.com", parse=r.parse_auto, zone="Europe/Berlin", now=NOW):
    analysis = r.Analysis(r.Sources(SOURCES, SPAM), r.Bots(BOTS), zoneinfo.ZoneInfo(zone), now, site, (), parse)
    return analysis.run(inputs).result()


def some(counters, *names):
    return tuple(counters[n] for n in names)


VBED = ("visits", "bounces", "exits", "duration_s", "duration_n")


def visits():
    total = run([line("10:00:00"), line("10:29:59", b"GET /b HTTP/1.1")])
    assert some(total["totals"], "visitors", "page_views", "uniques", *VBED) == (1, 2, 2, 1, 0, 1, 1799, 1), total["totals"]
    assert some(total["by_page"]["/"], *VBED) == (1, 0, 0, 1799, 1)
    assert some(total["by_page"]["/b"], *VBED) == (0, 0, 1, 0, 0)
    total = run([line("10:00:00"), line("10:30:00", b"GET /b HTTP/1.1")])  # 30 minutes exactly: another visit
    assert some(total["totals"], "visitors", *VBED) == (1, 2, 2, 2, 0, 0)
    total = run([line("10:00:00"), line("10:00:00")])  # a reload within the second is known to last 0 s
    assert some(total["totals"], "uniques", *VBED) == (1, 1, 0, 1, 0, 1)
    # Out of order: joins, changes no duration, takes the bounce back.
    total = run([line("10:00:00"), line("09:45:00", b"GET /early HTTP/1.1")])
    assert some(total["totals"], "page_views", *VBED) == (2, 1, 0, 1, 0, 0)
    assert some(total["by_page"]["/early"], "page_views", *VBED) == (1, 0, 0, 0, 0, 0)
    # `first` does not move: 09:20 is 40 minutes from it, so a visit of its own, and the open one stays.
    total = run([line("10:00:00"), line("09:45:00"), line("09:20:00"), line("10:10:00")])
    assert some(total["totals"], "page_views", *VBED) == (4, 2, 1, 2, 600, 1)
    # Dropped: another visitor's hit is more than an hour past; 11:00:00 is exactly an hour: still open.
    other = b"192.0.2.2"
    kept = run([line("10:00:00"), line("11:00:00", address=other), line("10:10:00")])
    assert some(kept["totals"], "visits", "duration_s") == (2, 600)
    gone = run([line("10:00:00"), line("11:00:01", address=other), line("10:10:00")])
    assert some(gone["totals"], "visits", "bounces", "duration_s") == (3, 3, 0)
    # Midnight ends a visit; another day's times drop nothing of this one.
    total = run([line("23:59:59"), line("00:00:00", day="11/Jan/2026"), line("01:30:00", day="11/Jan/2026", address=other),
                 line("23:59:59", b"GET /late HTTP/1.1")])
    assert some(total["by_day"]["2026-01-10"], "visitors", "page_views", *VBED) == (1, 2, 1, 0, 1, 0, 1)
    assert some(total["by_day"]["2026-01-11"], "visitors", "page_views", "visits") == (2, 2, 2)
    # The row of a duration is the earlier view's hour, a bounce the entry's.
    total = run([line("10:50:00"), line("11:05:00"), line("11:10:00")])
    hours = total["by_hour"]
    assert some(hours["2026-01-10T10:00:00+01:00"], "page_views", *VBED) == (1, 1, 0, 0, 900, 1)
    assert some(hours["2026-01-10T11:00:00+01:00"], "page_views", *VBED) == (2, 0, 0, 1, 300, 1)


def night():
    """25 October 2026: 02:30 comes twice, half an hour in the day of 25."""
    lines = [line("00:30:00", day="25/Oct/2026", zone="+0000"), line("01:30:00", day="25/Oct/2026", zone="+0000")]
    total = run(lines)
    assert sorted(total["by_hour"]) == ["2026-10-25T02:00:00+01:00", "2026-10-25T02:00:00+02:00"]
    assert some(total["by_day"]["2026-10-25"], "visitors", "visits") == (1, 2)
    total = run([line("00:59:59", day="29/Mar/2026", zone="+0000"), line("01:00:00", day="29/Mar/2026", zone="+0000")])
    assert sorted(total["by_hour"]) == ["2026-03-29T01:00:00+01:00", "2026-03-29T03:00:00+02:00"]
    assert list(run([line("20:00:00", zone="+0000")], zone="Asia/Kolkata")["by_hour"]) == ["2026-01-11T01:00:00+05:30"]


def identity():
    def visitors(*addresses):
        return run([line(address=a) for a in addresses])["totals"]["visitors"]

    assert visitors(b"192.0.2.1", b"::ffff:192.0.2.1", b"::FFFF:c000:201") == 1
    assert visitors(b"2001:db8::1", b"2001:DB8:0:0:ffff::2", b"2001:db8:0:1::1") == 2
    assert visitors(b"host", b"HOST", b"-", b"104.111.115.116") == 4
    total = run([line(), line(agent=UA + b"\\x22"), line(agent=UA + b'\\"')])
    assert total["totals"]["visitors"] == 2
    assert r.binary(b"1.2.3") is None and r.binary(b"fe80::1%eth0") is None


def paths():
    cases = {b"/": "/", b"//": "/", b"/a///": "/a", b"/%7euser%2f": "/~user%2F", b"/%zz%4": "/%zz%4", b"/caf\xe9": "/caf%E9", b"/caf\xc3\xa9": "/café",
             b"http://h/p/?q": "/p", b"https://h": "/", b"http://h?x=/y": "/", b"*": "*", b"/a#b?c": "/a", b"/a\x07": "/a\ufffd", b"/\xc2\x9b": "/\ufffd",
             b"/\xe2\x80\xae": "/\ufffd", b"/" + b"x-" * 1000: "/" + "x-" * 999 + "x", b"/" + b"\xc3\xa9" * 1000: "/" + "é" * 999, b"": "/", b"/%41": "/A",
             b"/reset/6f9619ff8b86d011b42d00c04fc964ff": "/reset/(id)", b"/o-6f9619ff-8b86-d011-b42d-00c04fc964ff.html": "/o-(id).html",
             b"/a-long-slug-of-words-with-dashes": "/a-long-slug-of-words-with-dashes", b"/u/ann%40e.org/x": "/u/(id)/x", b"/@ann": "/(id)",
             b"/0123456789abcdef": "/(id)", b"/0123456789abcde": "/0123456789abcde", b"/" + b"w" * 20: "/" + "w" * 20, b"/" + b"w" * 21: "/(id)",
             b"/%C3%BCabcdefghijklmnopqrs": "/%C3%BCabcdefghijklmnopqrs", b"/a/;JSESSIONID=1": "/a", b"/a;jsessionid=1/b": "/a/b",
             b"/a;v=1;jsessionid=1;w=2": "/a;v=1;w=2"}
    for target, path in cases.items():
        assert r.clean_path(r.split_target(target)[0]) == path, target
    assert r.split_target(b"http://h?x=/y")[1] == b"x=/y" and r.split_target(b"/a?b?c#d")[1] == b"b?c"


def classes():
    def one(request=b"GET / HTTP/1.1", **more):
        return [k for k, n in run([line(request=request, **more)])["ledger"].items() if n][0]

    assert one() == one(status=304) == one(b"GET /") == one(b"GET * HTTP/1.1") == "page"
    assert one(b"GET /A.CSS?x HTTP/1.1") == one(status=206) == one(b"GET /x.css/ HTTP/1.1") == one(b"GET /.a.css HTTP/1.1") == "asset"
    assert one(b"GET /.xml HTTP/1.1") == one(b"GET /css HTTP/1.1") == one(b"GET /x.css/y HTTP/1.1") == "page"
    assert one(b"GET /b/Feed.XML HTTP/1.1") == one(b"GET /x.rss HTTP/1.1") == "feed"
    assert one(status=301) == one(b"GET /a.css HTTP/1.1", status=302) == "redirect"
    assert one(status=404) == one(status=0) == one(status=499) == "client_error" and one(status=500) == "server_error"
    assert one(b"get / HTTP/1.1") == one(b"HEAD / HTTP/1.1") == one(status=101) == one(status=600) == one(b"POST / HTTP/1.1", status=404) == "other"
    assert one(agent=b"") == one(agent=b"-") == one(agent=b"Googlebot/2.1") == one(agent=b"curl/8", status=404) == one(agent=b"abc-d") == "bot"
    assert one(agent=b"x cubot y") == one(agent=b"x channel/google y") == "page"  # look-behinds
    for request in (b"", b"-", b"GET", b"GET  /", b"G(T /", b"GET x", b"GET HTTP/1.1", b"GET HTTP://x/", b" /"):
        assert one(request) == "malformed", request
    for day, clock in (("31/Feb/2026", "10:00:00"), ("10/Jan/1985", "10:00:00"), ("10/Jan/2150", "10:00:00"), ("10/Foo/2026", "10:00:00"),
                       ("10/Jan/2026", "24:00:00"), ("10/Jan/2026", "10:00:61")):
        assert one(day=day, clock=clock) == "malformed", (day, clock)
    assert one(day="20/Nov/2026", clock="12:10:00", zone="+0000") == "page"
    assert one(day="20/Nov/2026", clock="12:10:01", zone="+0000") == "out_of_window"
    assert run([line()[:-1]])["lines"] == 1 and run([line(), b"half a li"])["lines"] == 1
    common = b'192.0.2.1 - - [10/Jan/2026:10:00:00 +0100] "GET / HTTP/1.1" 200 -\r\n'
    assert run([common])["ledger"]["page"] == 1
    # Lines without a time go with the record before them; the first ones with the first record.
    total = run([b"banner\n", line("23:59:59"), b"x\n", line("00:00:00", day="11/Jan/2026"), b"\n", line(day="10/Jan/2027"), b"\n"])
    assert some(total["ledger_by_day"]["2026-01-10"], "page", "malformed") == (1, 2)
    assert some(total["ledger_by_day"]["2026-01-11"], "page", "malformed", "out_of_window") == (1, 2, 1)
    assert total["totals"]["requests"] == 2 and total["by_status"] == {"200": {"requests": 2, "bytes": 20}}


def origins():
    def one(referrer=b"-", query=b""):
        return r.dimensions(r.Sources(SOURCES, SPAM), query, referrer, r.own_hosts("www.Example.com"))

    direct = ("Direct / none", "Direct / none", "direct", None)
    for raw in (b"-", b"", b"x", b"ftp://a/", b"https://EXAMPLE.com:80/x", b"http://www.example.com./", b"http://a.semalt.com/", b"http://semalt.com", b"http://a b/", b"http://"):
        assert one(raw) == direct, raw
    assert one(b"HTTPS://u:p@WWW.Foo.example.:8/A/%7eb/?q#f") == ("foo.example", "foo.example/A/~b", "referral", None)
    assert one(b"http://foo.example/") == ("foo.example", "foo.example", "referral", None)
    assert one(b"https://www.google.co.uk/x") == ("Google", "google.co.uk/x", "search", None)
    assert one(b"https://google.com.evil/")[0] == "google.com.evil" and one(b"https://xgoogle.de/")[0] == "xgoogle.de"
    assert one(b"https://news.google.de/")[0] == "Google News" and one(b"https://mail.google.com/")[0] == "Gmail"
    assert one(b"https://news.google.com/")[0] == "Google"  # 2 labels each: the plain google.com wins
    assert one(b"android-app://com.google.android.googlequicksearchbox/x") == ("Google", "com.google.android.googlequicksearchbox", "search", None)
    assert one(b"android-app://org.x.y") == ("org.x.y", "org.x.y", "referral", None)
    assert one(b"http://[::1]:8/x") == ("[::1]", "[::1]/x", "referral", None)
    assert one(query=b"utm_source=hckrnews&utm_medium=Email") == ("Hacker News", "Direct / none", "mail", "hckrnews|Email|")
    assert one(query=b"utm_source=GOOGLE&utm_medium=paidsearch")[::2] == ("Google", "paid")
    assert one(query=b"utm_source=+&ref=www.Foo.org.")[0] == "foo.org" and one(query=b"source=a&ref=b")[0] == "b"
    assert one(query=b"utm_source=a&utm_source=b")[3] == "a||" and one(query=b"UTM_source=a") == direct
    assert one(query=b"utm_campaign=a+%C3%A9%ff")[0::3] == ("Direct / none", "||a é\ufffd")
    assert one(b"https://hckrnews.com/", b"utm_campaign=c") == ("Hacker News", "hckrnews.com", "campaign", "||c")
    assert one(query=b"gclid=1&utm_medium=email")[::2] == ("Google", "paid") and one(query=b"fbclid=1")[::2] == ("Facebook", "social")
    assert one(b"https://hckrnews.com/", b"fbclid=1")[::2] == ("Hacker News", "social")
    # A view carries its visit's entry, also the views that come too late.
    total = run([line("10:00:00", referrer=b"https://chatgpt.com/"), line("10:05:00", b"GET /?utm_source=x HTTP/1.1"), line("09:50:00", b"GET /b HTTP/1.1")])
    assert some(total["by_source"]["ChatGPT"], "visitors", "page_views", "visits", "bounces", "duration_s") == (1, 3, 1, 0, 300)
    assert list(total["by_channel"]) == ["ai_assistant"] and total["by_campaign"] == {}


def formats():
    entry = {"level": "info", "ts": 1768035600.9, "logger": "http.log.access.log0", "msg": "handled request", "status": 200, "size": 7, "duration": 0.1,
             "request": {"remote_ip": "10.0.0.1", "client_ip": "192.0.2.1", "method": "GET", "host": "www.Site.example:443", "uri": "/a?b",
                         "headers": {"User-Agent": [UA.decode()], "Referer": ["https://site.example/"]}}, "resp_headers": {"Content-Type": ["text/html"]}}

    def caddy(prefix="", headers=(), response=(), **request):
        changed = json.loads(json.dumps(entry))
        changed["request"].update(request)
        changed["request"]["headers"].update(headers)
        changed["resp_headers"].update(response)
        return (prefix + json.dumps(changed) + "\n").encode()

    total = run([caddy(), caddy("caddy  | ")], site=None)
    assert list(total["by_site"]) == ["site.example"] and total["totals"]["bytes"] == 14 and list(total["by_source"]) == [r.DIRECT]
    assert list(total["by_hour"]) == ["2026-01-10T10:00:00+01:00"]
    assert run([caddy(headers={"Sec-Purpose": ["prefetch;prerender"]})])["ledger"]["other"] == 1
    assert run([caddy(response={"Content-Type": ["application/json"]})])["ledger"]["asset"] == 1
    assert run([caddy(response={"Content-Type": ["application/rss+xml; charset=utf-8"]})])["ledger"]["feed"] == 1
    assert run([caddy(host="192.0.2.7:80")], site=None)["by_site"].keys() == {"default"}
    assert run([b'{"level":"info","ts":1.0,"logger":"http","msg":"x"}\n'])["ledger"]["malformed"] == 1
    gonx = r.compile_log_format('$remote_addr [$time_local] "$request" $status $request_length $body_bytes_sent $request_time "$t_size" $read_time $gen_time')
    text = b'192.0.2.1 [10/Sep/2015:17:57:59 +0000] "GET /t HTTP/1.1" 200 363 7013 0.138 "x100" 92 42\n'
    total = run([text], parse=gonx)
    assert total["totals"]["bytes"] == 7013 and total["ledger"]["page"] == 1
    assert run([b"www.site.example:80 " + line()], site=None)["by_site"].keys() == {"site.example"}
    assert r.unescape(b'a\\x22\\"\\\\x\\n\\q\\xZZ') == b'a""\\x\n\\q\\xZZ'


def several():
    """Side by side by time: two halves of a log equal the whole; a tie goes to the earlier argument."""
    rand = random.Random(7)
    times = sorted(rand.randrange(86400) for _ in range(400))
    whole = [line(f"{t // 3600:02}:{t // 60 % 60:02}:{t % 60:02}", b"GET /%d" % rand.randrange(5), b"192.0.2.%d" % rand.randrange(3)) for t in times]
    left = [rand.random() < 0.5 for _ in whole]
    a, b = [x for x, own in zip(whole, left) if own], [x for x, own in zip(whole, left) if not own]
    assert run(a, b) == run(whole) == run(b, a)
    shuffled = run(rand.sample(whole, len(whole)))
    for name in ("page_views", "visitors", "uniques"):
        assert shuffled["totals"][name] == run(whole)["totals"][name]
    x, y = [line(referrer=b"http://x.org/")], [line(referrer=b"http://y.org/")]
    assert list(run(x, y)["by_source"]) == ["x.org"] and list(run(y, x)["by_source"]) == ["y.org"]


def main():
    for case in (visits, night, identity, paths, classes, origins, formats, several):
        case()
    print("self-test: ok")
    return 0
