"""What an attack may say it found, one unit a class of claims. The truth is asked in score.py.

views    ((second, page), (second, page)): a view, and the view before it of the same visitor
seconds  (second, second): somebody was seen in both, and not in between
pages    (day, page, page): both were seen in one visit
visits   (day, traits, page): a visit with these traits saw the page (fewer than three visitors had them)
cells    (day, dimension, value, page): one or two visitors with this value saw the page
times    (begin, end, page): the page was seen between these seconds
regulars (traits, page): who has these traits comes for this page
bytes    (what, where): found where it must not be

Traits are sets of (dimension, text). Days and seconds are epoch seconds, pages numbers of the site."""

from typing import NamedTuple


class Guesses(NamedTuple):
    unit: str
    claims: list
    # For each claim how likely it is to whoever knows only what is said of groups of three and more.
    known: list = ()
    note: str = ""


RARE = "(rare)"


def fits(described, own):
    """Whether traits as the store says them may be those of a visit."""
    return all(own.get(name, "") == text or fits_rare(text, own.get(name, "")) for name, text in described)


def fits_rare(text, own):
    """The same for a text of which a part is hidden."""
    if text == RARE:
        return True
    if not isinstance(text, str) or RARE not in text:
        return False
    if "\x1f" in text:
        parts, owned = text.split("\x1f"), str(own).split("\x1f")
        return len(parts) == len(owned) and all(a in (RARE, b) for a, b in zip(parts, owned))
    return str(own).startswith(text.removesuffix(RARE))
