#!/usr/bin/env python3
"""Draws a terminal as SVG: what `tmux capture-pane -e` prints of a real program.

    docs/picture.py BINARY OUTPUT [KEYS...]

Runs `BINARY demo` in a terminal of 120 by 40 with a clock that stands still, types
the keys, and writes the picture. Needs tmux.
"""
import html
import os
import re
import subprocess
import sys
import tempfile
import time

COLUMNS, ROWS = 120, 40
WIDE, HIGH = 8.4, 17
PLAIN, GROUND = "#d4d7dd", "#15181e"
COLOURS = ["#3b4048", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#d4d7dd",
           "#7d8590", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#ffffff"]


def captured(binary, keys):
    with tempfile.TemporaryDirectory() as home:
        tmux = ["tmux", "-L", f"picture-{os.getpid()}", "-f", "/dev/null"]
        names = ("HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME")
        env = [f"{name}={home}" for name in names] + ["TZ=Europe/Berlin", "LC_ALL=C.UTF-8", "TERM=xterm-256color"]
        command = ["env", *env, binary, "demo", "--now", "2026-08-23T12:00:00Z"]

        def run(*args):
            return subprocess.run([*tmux, *args], check=True, capture_output=True, text=True).stdout

        run("new-session", "-d", "-x", str(COLUMNS), "-y", str(ROWS), "-s", "t", *command)
        try:
            until = time.time() + 30
            while "CHANGE" not in run("capture-pane", "-p", "-t", "t"):
                if time.time() > until:
                    sys.exit("the dashboard did not come")
                time.sleep(0.1)
            for key in keys:
                run("send-keys", "-t", "t", key)
                time.sleep(0.5)
            time.sleep(0.5)
            return run("capture-pane", "-p", "-e", "-t", "t")
        finally:
            subprocess.run([*tmux, "kill-server"], capture_output=True)


class Style:
    def __init__(self):
        self.fore, self.bold, self.dim, self.line, self.reverse = None, False, False, False, False

    def take(self, codes):
        codes = [int(code or 0) for code in codes.split(";")]
        while codes:
            code = codes.pop(0)
            if code == 0:
                self.__init__()
            elif code in (1, 2, 4, 7):
                setattr(self, {1: "bold", 2: "dim", 4: "line", 7: "reverse"}[code], True)
            elif code == 38 and codes[:1] == [5]:
                self.fore = COLOURS[codes[1] % 16]
                del codes[:2]
            elif 30 <= code <= 37 or 90 <= code <= 97:
                self.fore = COLOURS[code - 30 if code < 40 else code - 82]
            elif code == 39:
                self.fore = None


def drawn(text):
    width, height = COLUMNS * WIDE + 20, ROWS * HIGH + 20
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height}" font-size="14" '
           'font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" xml:space="preserve">',
           f'<rect width="100%" height="100%" rx="6" fill="{GROUND}"/>']
    style = Style()
    for row, line in enumerate(text.split("\n")[:ROWS]):
        column, y = 0, 10 + row * HIGH
        for part in re.split(r"(\x1b\[[0-9;]*m)", line):
            if part.startswith("\x1b"):
                style.take(part[2:-1])
                continue
            if not part:
                continue
            fore, x, wide = style.fore or PLAIN, 10 + column * WIDE, len(part) * WIDE
            column += len(part)
            if style.reverse:
                out.append(f'<rect x="{x:.1f}" y="{y}" width="{wide:.1f}" height="{HIGH}" fill="{fore}"/>')
                fore = GROUND
            if not part.strip():
                continue
            extra = ' font-weight="bold"' if style.bold else ""
            extra += ' opacity="0.6"' if style.dim else ""
            extra += ' text-decoration="underline"' if style.line else ""
            out.append(f'<text x="{x:.1f}" y="{y + 13}" fill="{fore}" textLength="{wide:.1f}" '
                       f'lengthAdjust="spacingAndGlyphs"{extra}>{html.escape(part)}</text>')
    return "\n".join([*out, "</svg>", ""])


def main():
    binary, output, *keys = sys.argv[1:]
    with open(output, "w", encoding="utf-8") as file:
        file.write(drawn(captured(os.path.abspath(binary), keys)))


if __name__ == "__main__":
    main()
