"""The logs that are measured: what `generate-log` makes, and variants of it."""
import os
import subprocess


def generated(binary, path, lines, form=None):
    """A simulated log in nginx's combined format, or another one."""
    flags = ["--format", form] if form else []
    with open(path, "wb") as out:
        subprocess.run([binary, "generate-log", "--lines", str(lines), *flags], stdout=out, check=True)
    return path


def with_new_agents(log, path, each=5):
    """One line of five has an agent that no other line has."""
    with open(log, "rb") as lines, open(path, "wb") as out:
        for number, line in enumerate(lines):
            out.write(line[:-2] + b' x%d"\n' % number if number % each == 0 else line)
    return path


def with_many_pages(log, path, pages=1_000_000):
    """Page views are of so many pages."""
    number = 0
    with open(log, "rb") as lines, open(path, "wb") as out:
        for line in lines:
            begin = line.find(b'"GET /')
            end = line.find(b" HTTP/", begin)
            if begin > 0 and b"." not in line[begin:end] and line[end:end + 14].endswith(b'" 200'):
                number += 1
                line = line[:end] + b"/%d" % (number % pages) + line[end:]
            out.write(line)
    return path


def packed(log, path):
    """The log as gzip makes it."""
    with open(path, "wb") as out:
        subprocess.run(["gzip", "-c", log], stdout=out, check=True)
    return path


def size(path):
    """Bytes of a file."""
    return os.path.getsize(path)


def repeated(log, path, times=10):
    """Every line so many times."""
    with open(log, "rb") as lines, open(path, "wb") as out:
        for line in lines:
            out.write(line * times)
    return path


def page_heavy(path, lines=1_000_000, visitors=80_000):
    """Nine lines of twenty are page views of so many visitors, who come and see two pages, and go on coming."""
    agents = ["Mozilla/5.0 (X11; Linux x86_64; rv:%d.0) Gecko/20100101 Firefox/%d.0" % (n, n) for n in range(100, 140)]
    views = 0
    with open(path, "w", encoding="ascii") as out:
        for number in range(lines):
            second = number * 86_000 // lines
            time = "19/Nov/2026:%02d:%02d:%02d +0000" % (second // 3600, second // 60 % 60, second % 60)
            visitor = views // 2 % visitors
            if number % 20 < 9:
                what = "GET /page-%d HTTP/1.1" % (views * 7919 % 500)
                views += 1
            else:
                what = "GET /style-%d.css HTTP/1.1" % (number % 30)
            address = "10.%d.%d.%d" % (visitor >> 16, visitor >> 8 & 255, visitor & 255)
            out.write('%s - - [%s] "%s" 200 5120 "-" "%s"\n' % (address, time, what, agents[visitor % 40]))
    return path
