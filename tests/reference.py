#!/usr/bin/env python3
"""An independent reference for fathom-tui: the exact numbers of an access log.

Written from design.md (sections 1, 3.3, 4, 5) and its details, never from the
Rust sources. Where those texts leave a choice, the line says CHOICE.

usage: reference.py [--format auto|combined|caddy] [--log-format STR] [--timezone ZONE]
                    [--site NAME] [--host HOST]... [--now EPOCH|RFC3339]
                    [--interval hour|day] LOG [LOG...]
       reference.py --close [--k K] [--rare hide] [--late LOG]... [--carry-after] [--days FIRST:LAST] [...] LOG...
                    (see reference/closing.py)
       reference.py --self-test
       reference.py --make-hard N SEED [...]     (see hard.py)
"""

import argparse
import bz2
import codecs
import datetime
import gc
import gzip
import heapq
import json
import lzma
import operator
import os
import re
import socket
import sys
import time
import zoneinfo

ASSETS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "assets")
CLASSES = ("page asset feed redirect client_error server_error other bot excluded"
           " out_of_window malformed").split()
METRICS = ("page_views", "visitors", "uniques", "visits", "bounces", "exits", "duration_s", "duration_n")
PV, VISITORS, UNIQUES, VISITS, BOUNCES, EXITS, DUR_S, DUR_N = range(8)
DIRECT = "Direct / none"
MAX_LINE = 1 << 20
MEMO = 400_000  # entries after which a memo is emptied


class Bad(Exception):
    """A malformed line, with its reason."""


# --- time -------------------------------------------------------------------

MONTHS = {m: i for i, m in enumerate(b"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)}
CLF = re.compile(rb"(\d\d)/([A-Z][a-z][a-z])/(\d{4}):(\d\d):(\d\d):(\d\d)(?:\.\d+)? ([+-])(\d\d)(\d\d)")
ISO = re.compile(rb"(\d{4})[-/](\d\d)[-/](\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,]\d+)?\s?(Z|z|[+-]\d\d:?\d\d)?")
EPOCH_1990, EPOCH_2100 = 631152000, 4102444800


def seconds(year, month, day, hour, minute, second, offset):
    """Seconds since 1970, or Bad: no such day, 24:00, :60."""
    try:
        moment = datetime.datetime(year, month, day, hour, minute, second, tzinfo=datetime.timezone.utc)
    except ValueError:
        raise Bad("time") from None
    return int(moment.timestamp()) - offset


def offset_of(sign, hours, minutes):
    if int(hours) > 23 or int(minutes) > 59:
        raise Bad("time")
    return (-1 if sign == b"-" else 1) * (int(hours) * 3600 + int(minutes) * 60)


def in_range(t):
    if not EPOCH_1990 <= t < EPOCH_2100:
        raise Bad("time_range")
    return t


minutes_known = {}


def clf_time(text):
    """`10/Oct/2000:13:55:36 -0700`; memoised by minute and offset."""
    if len(text) == 26 and text[17:18] == b":" and text[18:20].isdigit() and text[18:20] < b"60":
        base = minutes_known.get((text[:17], text[20:]))
        if base is not None:
            return in_range(base + int(text[18:20]))
    m = CLF.fullmatch(text)
    if not m:
        raise Bad("time")
    day, month, year, hour, minute, second, sign, oh, om = m.groups()
    if month not in MONTHS:
        raise Bad("time")
    t = seconds(int(year), MONTHS[month], int(day), int(hour), int(minute), int(second), offset_of(sign, oh, om))
    if len(minutes_known) > MEMO:
        minutes_known.clear()
    if len(text) == 26:
        minutes_known[text[:17], text[20:]] = t - int(second)
    return in_range(t)


def iso_time(text, zone):
    """RFC 3339, ISO 8601 or Caddy's wall clock (no offset: the store's zone)."""
    m = ISO.fullmatch(text)
    if not m:
        raise Bad("time")
    parts = [int(x) for x in m.groups()[:6]]
    tail = m.group(7)
    if tail is None:
        seconds(*parts, 0)
        return in_range(int(datetime.datetime(*parts, tzinfo=zone).timestamp()))
    if tail in (b"Z", b"z"):
        return in_range(seconds(*parts, 0))
    return in_range(seconds(*parts, offset_of(tail[:1], tail[1:3], tail[-2:])))


class Clock:
    """Local day and local hour of a time; memoised by the quarter hour."""

    def __init__(self, zone):
        self.zone, self.known = zone, {}

    def __call__(self, t):
        hit = self.known.get(t // 900)
        if hit is None:
            local = datetime.datetime.fromtimestamp(t, self.zone)
            start = local.replace(minute=0, second=0)
            hit = self.known[t // 900] = (local.date().isoformat(), start.isoformat())
        return hit


# --- lines to requests ------------------------------------------------------
# A request: (time, address, method, target, status, bytes, referrer, agent|None, host, content type, prefetch)

QUOTED = rb'"([^"\\]*+(?:\\.[^"\\]*+)*+)"'
# CHOICE: a field ends at its first unescaped quote; after the agent there is the end or a space; between
# bytes and the end there is nothing (common) or both quoted fields; an agent may miss its closing quote (a proxy
# cut the line), then it lasts to the end; anything else is malformed.
COMBINED = re.compile(rb'([^ ]+) ([^ ]+) ([^\[]* )\[([^\]]*)\] ' + QUOTED + rb' (\d{1,3}|-) (\d+|-)'
                      rb'(?: *$|(?: ' + QUOTED + rb' (?:' + QUOTED + rb'(?:$| )|"((?:[^"\\]|\\.)*+\\?)$)))', re.DOTALL)
ESCAPE = re.compile(rb'\\(?:x([0-9A-Fa-f]{2})|(["\\ntrbfv]))', re.DOTALL)
C_ESCAPES = {b'"': b'"', b"\\": b"\\", b"n": b"\n", b"t": b"\t", b"r": b"\r", b"b": b"\b", b"f": b"\f", b"v": b"\v"}
TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


def unescape(field):
    if b"\\" not in field:
        return field
    return ESCAPE.sub(lambda m: bytes([int(m[1], 16)]) if m[1] else C_ESCAPES[m[2]], field)


def split_request(request):
    """Method and target of `GET /x HTTP/1.1`."""
    if request in (b"", b"-"):
        raise Bad("no_request")
    method, space, target = request.partition(b" ")
    if not space:
        raise Bad("no_request")
    end = (b" " + target).rfind(b" HTTP/")  # CHOICE: cut at the last ` HTTP/`, whatever follows it
    if end >= 0:
        target = target[:max(end - 1, 0)]
    return method, target


def checked(method, target):
    if not TOKEN.fullmatch(method):
        raise Bad("method")
    if not target.startswith((b"/", b"http", b"*")):
        raise Bad("target")


def number(text):
    return 0 if text in (b"-", b"") else int(text)


def parse_combined(line, _zone):
    m = COMBINED.match(line)
    if not m:
        raise Bad("blank" if not line.strip() else "structure")
    first, second, _, when, request, status, size, referrer, agent, cut_agent = m.groups()
    if cut_agent is not None:  # CHOICE: a quote at the very end closes, even behind a backslash
        agent = cut_agent[:-1] if cut_agent.endswith(b'"') else cut_agent
    address, host = first, b""
    if second != b"-" and binary(second) and not binary(first):
        address, host = second, first  # vhost_combined
    t = clf_time(when)
    method, target = split_request(unescape(request))
    checked(method, target)
    return (t, address, method, target, number(status), number(size), unescape(referrer or b""),
            None if agent is None else unescape(agent), host, b"", False)


def json_bytes(value):
    return value.encode("utf-8", "surrogateescape") if isinstance(value, str) else b""


def header(headers, name):
    """First value of a header, whatever its case; None if there is none."""
    for key, value in headers.items():
        if key.lower() == name:
            if isinstance(value, list):
                value = value[0] if value else ""
            return json_bytes(value)
    return None


PREFETCH = (b"prefetch", b"prerender", b"preview")


def parse_caddy(line, zone):
    start = line.find(b"{")
    if start < 0:
        raise Bad("blank" if not line.strip() else "structure")
    try:
        entry = json.loads(line[start:].decode("utf-8", "surrogateescape"))
        request = entry["request"]
        uri, method, status = request["uri"], request["method"], entry["status"]
    except (ValueError, KeyError, TypeError):
        raise Bad("structure") from None
    # CHOICE: http.log.error and handlers' own lines repeat a request that is logged anyway.
    if not str(entry.get("logger", "http.log.access")).startswith("http.log.access"):
        raise Bad("not_access")
    ts = entry.get("ts")
    if isinstance(ts, (int, float)) and not isinstance(ts, bool):
        while ts > 1e11:  # milli-, nanoseconds
            ts /= 1000
        t = in_range(int(ts))
    elif isinstance(ts, str):
        text = json_bytes(ts)
        t = clf_time(text) if b":" in text and CLF.fullmatch(text) else iso_time(text, zone)
    else:
        raise Bad("time")
    method, target = json_bytes(method), json_bytes(uri)
    checked(method, target)
    address = request.get("client_ip") or request.get("remote_ip")
    if not address:
        address = request.get("remote_addr") or "-"
        if re.fullmatch(r"\[.*\]:\d+|[^:]*:\d+", address):
            address = address.rpartition(":")[0].strip("[]")
    headers = request.get("headers")
    # CHOICE: without any `headers` the agent is absent from the format; with them, a missing agent is an empty one.
    agent = None if headers is None else header(headers, "user-agent") or b""
    headers = headers or {}
    prefetch = any(word in (header(headers, name) or b"").lower() for word in PREFETCH
                   for name in ("sec-purpose", "purpose", "x-moz", "x-purpose"))
    return (t, json_bytes(address), method, target, int(status), int(entry.get("size") or 0),
            header(headers, "referer") or b"", agent, json_bytes(request.get("host", "")),
            header(entry.get("resp_headers") or {}, "content-type") or b"", prefetch)


def compile_log_format(text):
    """An nginx log_format as a parser."""
    pieces = re.split(r"\$(?:\{(\w+)\}|(\w+))", text)
    names, pattern = [], re.escape(pieces[0].encode())
    for i in range(1, len(pieces), 3):
        literal = pieces[i + 2].encode()
        names.append(pieces[i] or pieces[i + 1])
        if literal[:1] == b'"' and (pieces[i - 1] if i > 1 else pieces[0])[-1:] == '"':
            pattern += rb'([^"\\]*+(?:\\.[^"\\]*+)*+)'
        elif literal:
            pattern += rb"([^" + re.escape(literal[:1]) + rb"]*)"
        else:
            pattern += rb"(.*)"
        pattern += re.escape(literal)
    expression = re.compile(pattern, re.DOTALL)

    def parse(line, zone):
        m = expression.fullmatch(line)
        if not m:
            raise Bad("blank" if not line.strip() else "structure")
        field = dict(zip(names, m.groups()))

        def get(*keys):
            for key in keys:
                if field.get(key, b"-") != b"-":
                    return unescape(field[key])
            return b""

        if "time_local" in field:
            t = clf_time(field["time_local"])
        elif "time_iso8601" in field:
            t = iso_time(field["time_iso8601"], zone)
        else:
            try:
                t = in_range(int(float(field.get("msec", b""))))
            except ValueError:
                raise Bad("time") from None
        if "request" in field:
            method, target = split_request(unescape(field["request"]))
        else:
            method, target = get("request_method"), get("request_uri", "uri", "document_uri")
            if get("args", "query_string") and "request_uri" not in field:
                target += b"?" + get("args", "query_string")
        checked(method, target)
        try:
            status, size = number(get("status")), number(get("body_bytes_sent", "bytes_sent"))
        except ValueError:
            raise Bad("structure") from None
        agent = unescape(field["http_user_agent"]) if "http_user_agent" in field else None
        prefetch = any(word in get(name).lower() for word in PREFETCH
                       for name in ("http_sec_purpose", "http_purpose", "http_x_moz", "http_x_purpose"))
        return (t, get("remote_addr") or b"-", method, target, status, size, get("http_referer"), agent,
                get("host", "http_host", "server_name"), get("sent_http_content_type"), prefetch)

    return parse


def parse_auto(line, zone):
    return (parse_caddy if line[:1] == b"{" or b"| {" in line[:200] else parse_combined)(line, zone)


# --- addresses --------------------------------------------------------------

def binary(text):
    """4 or 16 bytes of an address, else None."""
    try:
        text = text.decode("ascii")
        return socket.inet_pton(socket.AF_INET6 if ":" in text else socket.AF_INET, text)
    except (OSError, ValueError):
        return None


def address_key(text):
    """What is hashed of an address; the kind goes with it, so that texts and octets never meet."""
    octets = binary(text)
    if octets is None:
        return "text", text
    if len(octets) == 16:
        if octets[:12] == bytes(10) + b"\xff\xff":
            return 4, octets[12:]
        return 6, octets[:8]
    return 4, octets


# --- cleaning of texts ------------------------------------------------------

HEX = re.compile(rb"%([0-9A-Fa-f]{2})")
PERCENT = {}
for value in range(256):
    char = bytes([value])
    keep = char.isalnum() and value < 128 or char in b"-._~"
    PERCENT[value] = char if keep else b"%%%02X" % value
UNSAFE = re.compile("[\x00-\x1f\x7f\x80-\x9f\xad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\u3164\ufeff\uffa0"
                    "\ufff9-\ufffb\U000e0000-\U000e007f]")


def escape_invalid(error):
    return "".join("%%%02X" % b for b in error.object[error.start:error.end]), error.end



codecs.register_error("percent", escape_invalid)


def cut(text, limit):
    data = text.encode()
    return text if len(data) <= limit else data[:limit].decode("utf-8", "ignore")


def clean(raw):
    """Escapes normalised, controls replaced, valid UTF-8."""
    if b"%" in raw:
        raw = HEX.sub(lambda m: PERCENT[int(m[1], 16)], raw)
    return UNSAFE.sub("\ufffd", raw.decode("utf-8", "percent"))


SESSION = re.compile("(?:;|%3B)jsessionid=[^/;]*", re.IGNORECASE)
# A piece of a segment: an escape, a UUID, a run of letters and digits; what lies between is kept as it is.
PIECE = re.compile(r"(?P<escape>%[0-9A-Fa-f]{2})|(?P<uuid>[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}(?![0-9A-Za-z]))"
                   r"|(?P<run>[0-9A-Za-z]+)")
SIXTEEN_HEX = re.compile("[0-9A-Fa-f]{16}")


def usual_path(raw):
    """A path in its usual form, of any length."""
    return SESSION.sub("", clean(raw)).rstrip("/") or "/"


def anonymous(segment):
    """A segment of a path in which what may name somebody is (id)."""
    if "@" in segment or "%40" in segment:
        return "(id)"

    def piece(m):
        if m["escape"] or m["run"] and len(m["run"]) <= 20 and not SIXTEEN_HEX.search(m["run"]):
            return m[0]
        return "(id)"

    return PIECE.sub(piece, segment)


def clean_path(raw):
    """A path as it is kept."""
    return cut("/".join(anonymous(segment) for segment in usual_path(raw).split("/")), 2000)


ABSOLUTE = re.compile(rb"https?://[^/?#]*")


def split_target(target):
    """Raw path and raw query."""
    m = ABSOLUTE.match(target)
    if m:
        target = target[m.end():]
        if target[:1] != b"/":  # `http://host?x` has the path `/`
            target = b"/" + target
    path, _, query = target.partition(b"#")[0].partition(b"?")
    return path, query


def ascii_lower(text):
    return text.encode().lower().decode()


# --- class ------------------------------------------------------------------

ASSET = set("css js mjs map json wasm png jpg jpeg gif svg webp avif ico bmp tif tiff woff woff2 ttf otf eot mp3 mp4"
            " m4a m4v webm ogg ogv wav flac mov avi mkv pdf zip gz tgz tar bz2 xz zst 7z rar dmg exe msi deb rpm apk iso"
            " bin doc docx xls xlsx ppt pptx csv txt xml".split())
FEED_EXT = {"rss", "atom"}  # CHOICE: extensions; a last segment `rss` without a dot is a page
FEED_NAME = {"feed.xml", "rss.xml", "atom.xml", "index.xml", "feed.json"}
FEED_TYPE = {b"application/rss+xml", b"application/atom+xml", b"application/feed+json"}
HTML_TYPE = {b"text/html", b"application/xhtml+xml"}


def name_class(path):
    """feed, asset or page by the last segment of a normalised path."""
    segment = ascii_lower(path.rpartition("/")[2])
    stem, dot, extension = segment.rpartition(".")
    if not dot or not stem:
        extension = ""
    if extension in FEED_EXT or segment in FEED_NAME:
        return "feed"
    return "asset" if extension in ASSET else "page"


def classify(method, status, named, content_type, prefetch):
    """The class of a request that is no bot's; `named` is what its path's name says."""
    if method != b"GET" or prefetch or 1 <= status <= 199 or status >= 600:  # CHOICE: 1..99 are `other`, like 1xx
        return "other"
    if 400 <= status <= 499 or status == 0:
        return "client_error"
    if status >= 500:
        return "server_error"
    if 300 <= status <= 399 and status != 304:
        return "redirect"
    kind = content_type.partition(b";")[0].strip().lower() if content_type not in (b"", b"-") else b""
    if named == "feed" or kind in FEED_TYPE:
        return "feed"
    if status == 206 or kind and kind not in HTML_TYPE or named == "asset":
        return "asset"
    return "page"


class Bots:
    """The isbot patterns, with the meaning that JavaScript gives them."""

    def __init__(self, patterns):
        joined = "|".join(self.translate(p) for p in patterns)
        self.search = re.compile(joined.encode(), re.IGNORECASE).search if patterns else lambda agent: None
        self.known = {}

    @staticmethod
    def translate(pattern):
        """Python differs: `$` also before a last newline, `.` also \\r, `[\\d-.]` an error (JavaScript: a plain `-`)."""
        out, inside = [], False
        for piece in re.findall(r"\\.|.", pattern, re.DOTALL):
            if inside:
                if piece == "-" and out[-1] in (r"\d", r"\w", r"\s") or piece == "[":
                    piece = "\\" + piece
                inside = piece != "]"
            elif piece == "[":
                inside = True
            else:
                piece = {"$": r"\Z", ".": r"[^\n\r]"}.get(piece, piece)
            out.append(piece)
        # Python wants look-behinds of one width: one for each alternative.
        return re.sub(r"\(\?<!([^()]*)\)", lambda m: "".join(f"(?<!{x})" for x in m[1].split("|")), "".join(out))

    def __call__(self, agent):
        if agent is None:
            return False
        bot = self.known.get(agent)
        if bot is None:
            bot = agent in (b"", b"-") or self.search(agent) is not None
            if len(self.known) > MEMO:
                self.known.clear()
            self.known[agent] = bot
        return bot


# --- where a visit came from ------------------------------------------------

HOST_CHARS = re.compile(rb"[A-Za-z0-9._\x80-\xff-]+|\[[0-9A-Fa-f:.]+\]")
REFERRER = re.compile(rb"(?i:(https?)://)([^/?#]*)([^?#]*)", re.DOTALL)
APP = re.compile(rb"android-app://([^/?#]*)", re.DOTALL)
PORT = re.compile(rb"(\[[^\]]*\]|[^:]*)(?::\d*)?", re.DOTALL)
SHORT = re.compile("[A-Za-z]{2,3}")


def clean_host(raw):
    """Lower case, no trailing dot, no www.; '' where it is no host."""
    raw = raw.lower()
    if raw.endswith(b"."):
        raw = raw[:-1]
    if raw.startswith(b"www."):
        raw = raw[4:]
    # CHOICE: non-ASCII parts are cleaned as in paths (%HH for invalid bytes, U+FFFD for controls).
    return clean(raw) if HOST_CHARS.fullmatch(raw) else ""


class Sources:
    """assets/sources.tsv and assets/spam.txt."""

    def __init__(self, lines, spam):
        self.plain, self.wild, self.apps = {}, {}, {}
        names, literals, labels = {}, {}, {}
        for line in lines:
            if line.startswith("#") or not line.strip():
                continue
            channel, name, patterns = line.rstrip("\n").split("\t")[:3]
            source = (name, channel)
            names.setdefault(ascii_lower(name), source)
            for pattern in patterns.split():
                if pattern.startswith("app:"):
                    self.apps.setdefault(pattern[4:], source)
                elif pattern.endswith(".*"):
                    self.wild.setdefault(pattern[:-2], source)
                    literals.setdefault(pattern[:-2], source)
                else:
                    self.plain.setdefault(pattern, source)
                    if pattern.count(".") == 1:
                        labels.setdefault(pattern.split(".")[0], set()).add(source)
        # Names go before wildcard literals, these before the first labels of domains that one source alone has.
        labels = {label: min(owners) for label, owners in labels.items() if len({name for name, _ in owners}) == 1}
        self.utm = {**labels, **literals, **names}
        self.spam = {s.strip().lower() for s in spam if s.strip() and not s.startswith("#")}
        self.known = {}

    def lookup(self, host):
        """(name, channel) of a host, or None."""
        if host not in self.known:
            if len(self.known) > MEMO:
                self.known.clear()
            self.known[host] = self.find(host)
        return self.known[host]

    def find(self, host):
        labels = host.split(".")
        plain = next(((len(labels) - i, self.plain[".".join(labels[i:])]) for i in range(len(labels))
                      if ".".join(labels[i:]) in self.plain), (0, None))
        wild = (0, None)
        for tail in (1, 2):
            rest = labels[:-tail]
            if rest and all(SHORT.fullmatch(x) for x in labels[-tail:]):
                for i in range(len(rest)):
                    literal = ".".join(rest[i:])
                    if literal in self.wild and len(rest) - i > wild[0]:
                        wild = (len(rest) - i, self.wild[literal])
        return wild[1] if wild[0] > plain[0] else plain[1]

    def is_spam(self, host):
        labels = host.split(".")
        return any(".".join(labels[i:]) in self.spam for i in range(len(labels)))

    def referrer(self, raw, own):
        """(value, name, channel) of an outside referrer, or None."""
        m = APP.match(raw)
        if m:
            # A package name is neither spam nor our own.
            package = m[1].decode("latin-1").lower()
            if not re.fullmatch(r"[A-Za-z0-9._-]+", package):
                return None
            return (package, *self.apps.get(package, (package, "referral")))
        m = REFERRER.match(raw)
        if not m:
            return None
        authority = PORT.fullmatch(m[2].rpartition(b"@")[2])  # CHOICE: a port that is no number: no host
        host = clean_host(authority[1]) if authority else ""
        if not host or host in own or self.is_spam(host):
            return None
        path = clean_path(m[3])
        return (host + (path if path != "/" else ""), *(self.lookup(host) or (host, "referral")))


CLICK_SOURCE = (("gclid", "Google"), ("gbraid", "Google"), ("wbraid", "Google"), ("dclid", "Google"), ("msclkid", "Bing"),
                ("fbclid", "Facebook"), ("igshid", "Facebook"), ("ttclid", "TikTok"), ("twclid", "X"),
                ("li_fat_id", "LinkedIn"), ("yclid", "Yandex"))
CLICK_PAID = {"gclid", "gbraid", "wbraid", "dclid", "msclkid", "yclid", "ttclid", "twclid", "li_fat_id"}
PAID = {"cpc", "ppc", "cpm", "cpv", "cpa", "display", "retargeting"}
MAIL = {"email", "e-mail", "mail", "newsletter"}
SOCIAL = {"social", "social-network", "social-media", "sm"}
WANTED = {b"utm_source", b"utm_medium", b"utm_campaign", b"ref", b"source"} | {n.encode() for n, _ in CLICK_SOURCE}


def campaign_value(raw):
    raw = HEX.sub(lambda m: bytes([int(m[1], 16)]), raw.replace(b"+", b" "))
    return cut(UNSAFE.sub("\ufffd", raw.decode("utf-8", "replace")).strip(" "), 128)


def campaign_of(query):
    """(source, medium, campaign), and the click ids."""
    found = {}
    for pair in query.split(b"&"):
        name, _, value = pair.partition(b"=")
        if name in WANTED:
            found.setdefault(name.decode(), campaign_value(value))
    source = found.get("utm_source") or found.get("ref") or found.get("source") or ""
    triple = (source, found.get("utm_medium", ""), found.get("utm_campaign", ""))
    return triple, {n for n, _ in CLICK_SOURCE if found.get(n)}  # CHOICE: an empty click id is none


def dimensions(sources, query, raw_referrer, own):
    """(source, referrer, channel, campaign or None) of a view that begins a visit."""
    campaign, clicks = campaign_of(query) if query else (("", "", ""), ())
    outside = sources.referrer(raw_referrer, own) if raw_referrer not in (b"", b"-") else None
    utm, medium = campaign[0], ascii_lower(campaign[1])
    if utm:
        named = sources.utm.get(ascii_lower(utm))
        host = clean_host(utm.encode()) if "." in utm else ""
        if named:
            source = named[0]
        elif host:
            source = (sources.lookup(host) or (host,))[0]  # CHOICE: a host may have a name
        else:
            source = utm
    elif outside:
        source = outside[1]
    else:  # CHOICE: of several click ids the first of the list
        source = next((name for click, name in CLICK_SOURCE if click in clicks), DIRECT)
    if CLICK_PAID & set(clicks) or medium in PAID or medium.startswith("paid"):
        channel = "paid"
    elif medium in MAIL:
        channel = "mail"
    elif medium in SOCIAL:
        channel = "social"
    elif any(campaign):
        channel = "campaign"
    elif clicks:  # what is left: fbclid, igshid
        channel = "social"
    else:
        channel = outside[2] if outside else "direct"
    return source, outside[0] if outside else DIRECT, channel, "|".join(campaign) if any(campaign) else None


SITE_NAME = re.compile(rb"[a-z0-9.-]{1,64}")


def site_of(host):
    host = host.lower()
    if not host.startswith(b"["):
        host = host.partition(b":")[0]
    if host.endswith(b"."):
        host = host[:-1]
    if host.startswith(b"www."):
        host = host[4:]
    if SITE_NAME.fullmatch(host) and b"." in host and not binary(host):
        return host.decode()
    return "default"


def own_hosts(site, configured=()):
    """The hosts of a site, without www."""
    hosts = {clean_host(h.encode()) for h in configured}
    if re.fullmatch(r"[A-Za-z0-9.-]{1,64}", site) and "." in site:  # CHOICE: a host name has a dot
        hosts.add(clean_host(site.encode()))
    return hosts - {""}


# --- the count --------------------------------------------------------------

class Visitor:
    """One visitor on one local day: pages seen, and the open visit."""

    __slots__ = ("pages", "first", "last", "entry", "exit", "bounce", "dims")

    def __init__(self):
        self.pages, self.first = set(), None


class Analysis:
    def __init__(self, sources, bots, zone, now, site=None, hosts=(), parse=parse_auto):
        self.sources, self.bots, self.zone, self.clock = sources, bots, zone, Clock(zone)
        self.limit, self.site, self.hosts, self.parse = now + 600, site, hosts, parse
        self.lines, self.reasons = 0, {}
        self.ledger = {}    # (site, day, hour, class): lines
        self.requests = {}  # (site, day, hour, status): [requests, bytes]
        self.rows = {}      # (site, day, hour, page, dims): counters
        self.visitors, self.newest = {}, {}
        self.paths, self.entries, self.sites, self.addresses = {}, {}, {}, {}

    def memo(self, table, key, function, *arguments):
        if len(table) > MEMO:
            table.clear()
        table[key] = value = function(*arguments)
        return value

    def path_of(self, target):
        raw, query = split_target(target)
        path = clean_path(raw)
        return path, name_class(cut(usual_path(raw), 2000)), query

    def count(self, site, day, hour, name):
        key = site, day, hour, name
        self.ledger[key] = self.ledger.get(key, 0) + 1

    def records(self, lines):
        """The timed records of one input; what has no time is counted here, beside the record before it."""
        place, waiting = None, []
        for number_, line in enumerate(lines):
            complete = line.endswith(b"\n")
            if complete:
                line = line[:-1]
            if line.endswith(b"\r"):
                line = line[:-1]
            if number_ == 0 and line.startswith(b"\xef\xbb\xbf"):
                line = line[3:]
            try:
                if len(line) > MAX_LINE:
                    raise Bad("too_long")
                request = self.parse(line, self.zone)
                outcome = "out_of_window" if request[0] > self.limit else None
            except Bad as bad:
                if not complete:
                    continue  # a last line without its newline is read only if it parses
                outcome, reason = "malformed", bad.args[0]
                self.reasons[reason] = self.reasons.get(reason, 0) + 1
            self.lines += 1
            if outcome is None:
                host = request[8]
                site = self.site or self.sites.get(host) or self.memo(self.sites, host, site_of, host)
                if place is None:
                    for name in waiting:
                        self.count(site, *self.clock(request[0]), name)
                place = site, request[0]
                yield (*request, site)
            elif place is None:
                waiting.append(outcome)
            else:
                self.count(place[0], *self.clock(place[1]), outcome)
        for name in waiting if place is None else ():
            self.count(self.site or "default", "unknown", "unknown", name)

    def run(self, inputs):
        streams = [self.records(lines) for lines in inputs]
        merged = streams[0] if len(streams) == 1 else heapq.merge(*streams, key=operator.itemgetter(0))
        for record in merged:
            self.take(record)
        return self

    def take(self, record):
        t, address, method, target, status, size, referrer, agent, _, content_type, prefetch, site = record
        day, hour = self.clock(t)
        known = self.paths.get(target) or self.memo(self.paths, target, self.path_of, target)
        path, named, query = known
        name = "bot" if self.bots(agent) else classify(method, status, named, content_type, prefetch)
        self.count(site, day, hour, name)
        key = site, day, hour, status
        total = self.requests.get(key)
        if total is None:
            total = self.requests[key] = [0, 0]
        total[0] += 1
        total[1] += size
        if name == "page":
            self.hit(t, site, day, hour, path, query, referrer, address, agent or b"")
        return day, hour, name, path

    def row(self, *key):
        row = self.rows.get(key)
        if row is None:
            row = self.rows[key] = [0] * 8
        return row

    def hit(self, t, site, day, hour, path, query, referrer, address, agent):
        place = self.addresses.get(address) or self.memo(self.addresses, address, address_key, address)
        who = (site, day, place, agent)
        visitor = self.visitors.get(who)
        new = visitor is None
        if new:
            visitor = self.visitors[who] = Visitor()
        newest = self.newest.get((site, day), t)
        self.newest[site, day] = max(newest, t)
        is_open = visitor.first is not None and newest - visitor.last <= 3600
        if is_open and visitor.first - 1800 < t < visitor.last + 1800:
            row = self.row(site, day, hour, path, visitor.dims)
            if t >= visitor.last:
                visitor.exit[DUR_S] += t - visitor.last
                visitor.exit[DUR_N] += 1
                visitor.exit[EXITS] -= 1
                row[EXITS] += 1
                visitor.last, visitor.exit = t, row
            if visitor.bounce:
                visitor.entry[BOUNCES] -= 1
                visitor.bounce = False
        else:
            key = site, query, referrer
            dims = self.entries.get(key)
            if dims is None:
                own = own_hosts(site, self.hosts)
                dims = self.memo(self.entries, key, dimensions, self.sources, query, referrer, own)
            row = self.row(site, day, hour, path, dims)
            row[VISITS] += 1
            row[BOUNCES] += 1
            row[EXITS] += 1
            if not is_open or t > visitor.last:
                visitor.first = visitor.last = t
                visitor.entry = visitor.exit = row
                visitor.bounce, visitor.dims = True, dims
        row[PV] += 1
        if new:
            row[VISITORS] += 1
        if path not in visitor.pages:
            visitor.pages.add(path)
            row[UNIQUES] += 1

    # --- results

    def group(self, pick, leave=()):
        """Sums of the rows by what `pick` returns (None: leave the row out)."""
        sums = {}
        for key, row in self.rows.items():
            value = pick(*key)
            if value is not None:
                total = sums.setdefault(value, [0] * 8)
                for i, n in enumerate(row):
                    total[i] += n
        return {value: {m: n for m, n in zip(METRICS, total) if m not in leave} for value, total in sums.items()}

    def classes(self, pick):
        out = {}
        for (site, day, hour, name), n in self.ledger.items():
            counts = out.setdefault(pick(site, day, hour), dict.fromkeys(CLASSES, 0))
            counts[name] += n
        return out

    def result(self, interval="hour"):
        def served(pick):
            out = {}
            for (site, day, hour, status), (n, size) in self.requests.items():
                total = out.setdefault(pick(site, day, hour, status), {"requests": 0, "bytes": 0})
                total["requests"] += n
                total["bytes"] += size
            return out

        zero, nothing = dict.fromkeys(METRICS, 0), {"requests": 0, "bytes": 0}
        rows_by_site, served_by_site = self.group(lambda site, *_: site), served(lambda site, *_: site)
        ledger_by_site = self.classes(lambda site, *_: site)
        ledger = self.classes(lambda *_: "").get("", dict.fromkeys(CLASSES, 0))
        assert sum(ledger.values()) == self.lines
        result = {
            "lines": self.lines,
            "ledger": ledger,
            "ledger_by_day": self.classes(lambda site, day, hour: day),
            "totals": {**self.group(lambda *_: "").get("", zero), **served(lambda *_: "").get("", nothing)},
            "by_day": self.group(lambda site, day, *_: day),
            "by_page": self.group(lambda site, day, hour, page, dims: page, leave=("visitors",)),
            "by_source": self.group(lambda *key: key[4][0]),
            "by_referrer": self.group(lambda *key: key[4][1]),
            "by_channel": self.group(lambda *key: key[4][2]),
            "by_campaign": self.group(lambda *key: key[4][3]),
            "by_status": served(lambda *key: str(key[3])),
            "by_site": {site: {**rows_by_site.get(site, zero), **served_by_site.get(site, nothing),
                               "ledger": ledger_by_site[site]} for site in ledger_by_site},
            "malformed_reasons": self.reasons,
        }
        if interval == "hour":
            result["by_hour"] = self.group(lambda site, day, hour, *_: hour)
            result["ledger_by_hour"] = self.classes(lambda site, day, hour: hour)
        return result


# --- command line -----------------------------------------------------------

def load_assets(folder):
    def lines(name):
        try:
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                return file.read().split("\n")
        except FileNotFoundError:
            print(f"reference.py: no {name} in {folder}, going on without", file=sys.stderr)
            return []

    patterns = None
    for path in (os.path.join(folder, "bots.json"), os.path.join(folder, "bots.txt")):
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                text = file.read()
            if path.endswith(".json"):
                patterns = json.loads(text)
                if isinstance(patterns, dict):
                    patterns = patterns["patterns"]
            else:
                patterns = [p for p in text.split("\n") if p and not p.startswith("#")]
            break
    if patterns is None:
        print("reference.py: no bot list, going on without", file=sys.stderr)
    return Sources(lines("sources.tsv"), lines("spam.txt")), Bots(patterns or [])


def open_log(path):
    with open(path, "rb") as file:
        magic = file.read(6)
    for start, module in ((b"\x1f\x8b", gzip), (b"BZh", bz2), (b"\xfd7zXZ\0", lzma)):
        if magic.startswith(start):
            return module.open(path, "rb")
    return open(path, "rb")


def moment(text):
    try:
        return int(float(text))
    except ValueError:
        return iso_time(text.encode(), datetime.timezone.utc)


def main():
    sys.dont_write_bytecode = True
    here = os.path.dirname(os.path.abspath(__file__))
    if sys.argv[1:2] == ["--make-hard"]:
        os.execv(sys.executable, [sys.executable, os.path.join(here, "hard.py"), *sys.argv[2:]])
    sys.path.insert(0, os.path.join(here, "reference"))
    import closing
    if sys.argv[1:2] == ["--self-test"]:
        import closing_selftest
        import selftest
        return selftest.main() or closing_selftest.main()
    parser = argparse.ArgumentParser(description="the exact numbers of an access log, as JSON")
    parser.add_argument("--format", choices=("auto", "combined", "common", "caddy"), default="auto")
    parser.add_argument("--log-format", help="an nginx log_format string")
    parser.add_argument("--timezone", default="Europe/Berlin")
    parser.add_argument("--site")
    parser.add_argument("--host", action="append", default=[], help="a further own host of the site")
    parser.add_argument("--now", type=moment, default=int(time.time()))
    parser.add_argument("--interval", choices=("hour", "day"), default="hour")
    parser.add_argument("--assets", default=ASSETS)
    closing.options(parser)
    parser.add_argument("logs", nargs="+", metavar="LOG")
    options = parser.parse_args()
    parse = {"auto": parse_auto, "combined": parse_combined, "common": parse_combined, "caddy": parse_caddy}[options.format]
    if options.log_format:
        parse = compile_log_format(options.log_format)
    assets, zone = load_assets(options.assets), zoneinfo.ZoneInfo(options.timezone)

    def read(*logs):
        kind = closing.Reading if options.close else Analysis
        analysis = kind(*assets, zone, options.now, options.site, options.host, parse)
        return analysis.run([open_log(path) for path in logs])

    gc.disable()  # nothing here forms cycles, and millions of live objects make collections slow
    analysis = read(*options.logs)
    result = analysis.result(options.interval)
    if options.close:
        result |= closing.report(options, analysis, read)
    json.dump(result, sys.stdout, indent=1, sort_keys=True)
    print()
    return 0


if __name__ == "__main__":
    sys.modules.setdefault("reference", sys.modules["__main__"])
    sys.exit(main())
