"""What an attack may say it found, one unit a class of claims. The truth is asked in score.py.

views    ((second, page), (second, page)): a view, and the view before it of the same visitor
seconds  (second, second): somebody was seen in both, and not in between
pages    (day, page, page): both were seen in one visit
visits   (day, traits, page): a visit with these traits saw the page (fewer than three visitors had them)
cells    (day, dimension, value, page): one or two visitors with this value saw the page
times    (begin, end, page): the page was seen between these seconds
regulars (traits, page): who has these traits comes for this page
bytes    (what, where): found where it must not be

Traits are sets of (dimension, text); ("-dimension", texts) says that it is none of these,
("|dimension", texts) that it is one of them. Days and seconds are epoch seconds, pages numbers of the site."""

from typing import NamedTuple


class Guesses(NamedTuple):
    unit: str
    claims: list
    # For each claim how likely it is to whoever knows only what is said of groups of three and more.
    known: list = ()
    # Whether the claims are proved, not guessed: then each that does not follow from totals alone is one too many.
    proved: bool = False
    note: str = ""


RARE = "(rare)"


def fits(described, own):
    """Whether traits as the store says them may be those of a visit."""
    for name, text in described:
        if name.startswith("-"):
            if any(fits_one(one, value(own, name[1:])) for one in text):
                return False
        elif name.startswith("|"):
            if not any(fits_one(one, value(own, name[1:])) for one in text):
                return False
        elif not fits_one(text, value(own, name)):
            return False
    return True


def value(own, name):
    """What a visit has of a dimension."""
    if name.startswith("utm_"):
        fields = own["campaign"].split("\x1f") + ["", ""]
        return fields[("utm_source", "utm_medium", "utm_campaign").index(name)]
    return own.get(name, "")


def fits_one(text, own):
    """The same for one text, of which a part may be hidden, or only the first part told."""
    if text in (own, RARE):
        return True
    if not isinstance(text, str) or not isinstance(own, str):
        return False
    if "\x1f" not in text and "\x1f" in own:
        return text == own.split("\x1f")[0]
    if RARE not in text:
        return False
    if "\x1f" in text:
        parts, owned = text.split("\x1f"), own.split("\x1f")
        return len(parts) == len(owned) and all(a in (RARE, b) for a, b in zip(parts, owned))
    return own.startswith(text.removesuffix(RARE))
