"""Makes the rules for browsers and systems from uap-core's, in the form that
the PyPI package ua-parser-builtins has them (uap-core's own npm package is
years behind). The device rules stay out: they are slow, and the program needs
only desktop, phone or tablet.

    PYTHONPATH=unpacked-package python3 agents.py > agents.json
"""

import json
import sys
import types

VERSIONS = ("v1_replacement", "v2_replacement", "v3_replacement", "v4_replacement")
SYSTEMS = ("os_v1_replacement", "os_v2_replacement", "os_v3_replacement", "os_v4_replacement")


def rule(family, versions):
    def make(regex, *values):
        names = ("regex", family, *versions)
        return {name: value for name, value in zip(names, (regex, *values)) if value is not None}

    return make


# The package builds classes of the parser that it belongs to: stand in for it.
matchers = types.ModuleType("ua_parser.matchers")
matchers.UserAgentMatcher = rule("family_replacement", VERSIONS)
matchers.OSMatcher = rule("os_replacement", SYSTEMS)
matchers.DeviceMatcher = lambda *_: None
sys.modules["ua_parser"] = types.ModuleType("ua_parser")
sys.modules["ua_parser.matchers"] = matchers

from ua_parser_builtins.matchers import MATCHERS  # noqa: E402

browsers, systems, _ = MATCHERS
json.dump({"user_agent_parsers": browsers, "os_parsers": systems}, sys.stdout, separators=(",", ":"))
