"""Who visits: agents, countries and referrers, with what a store calls them.

The separator of fields in a text of the store is U+001F."""

DIRECT = "Direct / none"
CHANNELS = ("direct", "search", "social", "ai_assistant", "mail", "campaign", "paid", "referral")
DEVICES = (None, "desktop", "phone", "tablet")

CHROME = "Mozilla/5.0 (%s) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%s.0.0.0 %sSafari/537.36%s"
SAFARI = "Mozilla/5.0 (%s) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/%s %sSafari/%s"
FIREFOX = "Mozilla/5.0 (%s; rv:%s.0) Gecko/20100101 Firefox/%s.0"
WINDOWS, MAC, LINUX = "Windows NT 10.0; Win64; x64", "Macintosh; Intel Mac OS X 10_15_7", "X11; Linux x86_64"
PHONE = "Linux; Android 10; K"


def agents():
    """Weight, agent string, browser, system and device as the store has them."""
    rows = []

    def add(weight, text, browser, system, device):
        rows.append((weight, text, browser.replace("/", "\x1f"), system.replace("/", "\x1f"), device))

    for version, weight in ((148, 16), (147, 8), (139, 1)):
        add(weight, CHROME % (WINDOWS, version, "", ""), f"Chrome/{version}", "Windows/10", 1)
    for version, weight in ((148, 8), (146, 2)):
        add(weight, CHROME % (MAC, version, "", ""), f"Chrome/{version}", "Mac OS X/10", 1)
    add(4, CHROME % (LINUX, 148, "", ""), "Chrome/148", "Linux", 1)
    add(1, CHROME % ("X11; CrOS x86_64 14541.0.0", 144, "", ""), "Chrome/144", "Chrome OS/14541", 1)
    add(1, CHROME % ("Windows NT 6.1; Win64; x64", 109, "", ""), "Chrome/109", "Windows/7", 1)
    for version, weight in ((148, 10), (147, 4)):
        add(weight, CHROME % (PHONE, version, "Mobile ", ""), f"Chrome Mobile/{version}", "Android/10", 2)
    for system, version, weight in (("18_7", "26.4", 10), ("17_5_1", "17.6", 2)):
        text = SAFARI % (f"iPhone; CPU iPhone OS {system} like Mac OS X", version, "Mobile/15E148 ", "604.1")
        add(weight, text, f"Mobile Safari/{version[:2]}", f"iOS/{system[:2]}", 2)
    add(1, SAFARI % ("iPad; CPU OS 17_7 like Mac OS X", "18.5", "Mobile/15E148 ", "604.1"), "Mobile Safari/18", "iOS/17", 3)
    for version, weight in (("26.4", 7), ("18.3", 2)):
        add(weight, SAFARI % (MAC, version, "", "605.1.15"), f"Safari/{version[:2]}", "Mac OS X/10", 1)
    for version, weight in ((151, 5), (149, 1)):
        add(weight, FIREFOX % (WINDOWS, version, version), f"Firefox/{version}", "Windows/10", 1)
    add(3, FIREFOX % (LINUX, 151, 151), "Firefox/151", "Linux", 1)
    add(2, FIREFOX % ("X11; Ubuntu; Linux x86_64", 140, 140), "Firefox/140", "Ubuntu", 1)
    add(1, FIREFOX % ("X11; Fedora; Linux x86_64", 150, 150), "Firefox/150", "Fedora", 1)
    add(2, FIREFOX % ("Macintosh; Intel Mac OS X 10.15", 150, 150), "Firefox/150", "Mac OS X/10", 1)
    add(1, FIREFOX % ("Windows NT 6.1; Win64; x64", 115, 115), "Firefox/115", "Windows/7", 1)
    add(2, "Mozilla/5.0 (Android 15; Mobile; rv:151.0) Gecko/151.0 Firefox/151.0", "Firefox Mobile/151", "Android/15", 2)
    add(5, CHROME % (WINDOWS, 148, "", " Edg/148.0.0.0"), "Edge/148", "Windows/10", 1)
    add(1, CHROME % (MAC, 147, "", " Edg/147.0.0.0"), "Edge/147", "Mac OS X/10", 1)
    samsung = "Mozilla/5.0 (%s) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/%s.0 Chrome/136.0.0.0 %sSafari/537.36"
    add(2, samsung % (PHONE, 29, "Mobile "), "Samsung Internet/29", "Android/10", 2)
    add(1, samsung % ("Linux; Android 14; SAMSUNG SM-X710", 28, ""), "Samsung Internet/28", "Android/14", 3)
    add(1, CHROME % (WINDOWS, 147, "", " OPR/131.0.0.0"), "Opera/131", "Windows/10", 1)
    add(1, CHROME % (LINUX, 146, "", " Vivaldi/7.9.3970.41"), "Vivaldi/7", "Linux", 1)
    add(1, FIREFOX % ("X11; FreeBSD amd64", 150, 150), "Firefox/150", "FreeBSD", 1)
    return rows


# Weight, country, first two octets of a block of a provider there (by DB-IP's table of June 2026).
COUNTRIES = (
    (24, "US", "73.4"), (14, "DE", "87.129"), (9, "GB", "86.129"), (6, "FR", "90.1"), (5, "IN", "49.33"), (4, "NL", "77.161"),
    (4, "CA", "99.225"), (3, "BR", "177.33"), (3, "JP", "126.1"), (2, "AU", "1.121"), (2, "ES", "88.1"), (2, "IT", "151.17"),
    (2, "PL", "83.9"), (2, "SE", "90.225"), (1, "CH", "85.1"), (1, "AT", "91.113"), (1, "BE", "81.241"), (1, "FI", "91.153"),
    (1, "NO", "84.209"), (1, "DK", "87.49"), (1, "CZ", "85.70"), (1, "IE", "86.41"), (1, "PT", "85.241"), (1, "KR", "121.129"),
    (1, "TW", "1.161"), (1, "SG", "116.14"), (1, "UA", "93.72"), (1, "MX", "189.129"), (1, "AR", "181.1"), (1, "NZ", "118.92"),
    (1, "RO", "86.121"), (1, "VN", "113.161"),
    (4, "DE", "2003:e5"), (2, "FR", "2a01:cb00"), (4, "US", "2601:200"),
)

# Weight, referrer as it is sent, source, referrer as it is kept, channel, campaign, query of the entry.
REFERRERS = (
    (30, "-", DIRECT, DIRECT, 0, "", ""),
    (20, "https://www.google.com/", "Google", "google.com", 1, "", ""),
    (3, "https://www.google.de/", "Google", "google.de", 1, "", ""),
    (3, "https://www.bing.com/", "Bing", "bing.com", 1, "", ""),
    (4, "https://duckduckgo.com/", "DuckDuckGo", "duckduckgo.com", 1, "", ""),
    (1, "https://kagi.com/", "Kagi", "kagi.com", 1, "", ""),
    (5, "https://news.ycombinator.com/", "Hacker News", "news.ycombinator.com", 2, "", ""),
    (2, "https://news.ycombinator.com/item?id=46213377", "Hacker News", "news.ycombinator.com/item", 2, "", ""),
    (4, "https://github.com/", "GitHub", "github.com", 2, "", ""),
    (1, "https://github.com/example/awesome-logs", "GitHub", "github.com/example/awesome-logs", 2, "", ""),
    (3, "https://www.reddit.com/", "Reddit", "reddit.com", 2, "", ""),
    (1, "https://old.reddit.com/r/selfhosted/", "Reddit", "old.reddit.com/r/selfhosted", 2, "", ""),
    (1, "https://lobste.rs/", "Lobsters", "lobste.rs", 2, "", ""),
    (3, "https://chatgpt.com/", "ChatGPT", "chatgpt.com", 3, "", ""),
    (1, "https://mastodon.social/", "Mastodon", "mastodon.social", 2, "", ""),
    (1, "https://www.linkedin.com/", "LinkedIn", "linkedin.com", 2, "", ""),
    (1, "https://stackoverflow.com/", "Stack Overflow", "stackoverflow.com", 2, "", ""),
    (1, "https://kettle.example/2026/reading-list", "kettle.example", "kettle.example/2026/reading-list", 7, "", ""),
    (1, "https://tidepool.example/links/", "tidepool.example", "tidepool.example/links", 7, "", ""),
    (1, "https://www.brennan.example/posts/tools-i-use", "brennan.example", "brennan.example/posts/tools-i-use", 7, "", ""),
    (5, "-", "newsletter", DIRECT, 4, "newsletter\x1femail\x1fspring-release",
     "?utm_source=newsletter&utm_medium=email&utm_campaign=spring-release"),
    (2, "-", "Google", DIRECT, 6, "google\x1fcpc\x1fbrand", "?utm_source=google&utm_medium=cpc&utm_campaign=brand"),
    (1, "-", "partner", DIRECT, 5, "partner\x1fbanner\x1fautumn", "?utm_source=partner&utm_medium=banner&utm_campaign=autumn"),
)

# Who comes every day, or nearly: country, block, a word of the agent string, the page they come for, from the last one.
REGULARS = (
    ("PT", "85.241", "Vivaldi", 0), ("NZ", "118.92", "Fedora", 1), ("FI", "91.153", "CrOS", 2), ("KR", "121.129", "SM-X710", 3),
    ("IE", "86.41", "OPR", 4), ("CZ", "85.70", "FreeBSD", 5), ("AT", "91.113", "Chrome/109", 6), ("DK", "87.49", "Edg/147", 7),
    ("RO", "86.121", "Firefox/115", 8), ("TW", "1.161", "iPad", 9),
)
