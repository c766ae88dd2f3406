"""Name of a person, in one spelling, so that the same name from two agencies compares equal.

Unicode NFKC (full-width letters and compatibility forms become the ordinary ones), single spaces, upper
case. Personal: no message repeats any of the input.
"""

import unicodedata
from typing import NoReturn

from baygate.contract.identifiers.errors import IdentifierError
from baygate.contract.identifiers.shape import WHITESPACE

LONGEST = 100
"""Characters of a canonical name."""

_LONGEST_INPUT = 4 * LONGEST
"""Bound before normalising, which bounds its work; leaves room for decomposed marks and extra spaces."""

_REFUSED = {
    "Cc": "a control character",
    "Cs": "a lone surrogate",
    "Cf": "an invisible formatting character",
}


def parse(text: str) -> str:
    """Return a name of 1 to 100 characters, NFKC, with single spaces and in upper case.

    Raises ``IdentifierError`` for an empty or longer name, and for control characters, lone surrogates and
    invisible formatting characters (two names that look alike must not differ by them).
    Source: the hub's contract; Unicode Standard Annex 15.
    """
    candidate = text.strip(WHITESPACE)
    if len(candidate) > _LONGEST_INPUT:
        _refuse(f"expected 1 to {LONGEST} characters, got {len(candidate)}")
    if candidate.isascii() and candidate.isprintable():
        name = " ".join(candidate.upper().split())
    else:
        _refuse_invisible(candidate)
        # Upper case can undo a composition, so the text is normalised again after it.
        upper = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", candidate).upper())
        name = " ".join(upper.split())
    if not 1 <= len(name) <= LONGEST:
        _refuse(f"expected 1 to {LONGEST} characters, got {len(name) or 'nothing'}")
    return name


def _refuse_invisible(candidate: str) -> None:
    for position, character in enumerate(candidate, 1):
        refused = _REFUSED.get(unicodedata.category(character))
        if refused is not None:
            _refuse(f"character {position} is {refused}; expected letters, marks and spaces")


def _refuse(why: str) -> NoReturn:
    raise IdentifierError(f"person name: {why}")
