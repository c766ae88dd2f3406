"""How a text of known parts is read: one compiled pattern when it fits, an explanation when it does not.

``str.isdigit``, the digit class of ``re`` and its case-insensitive patterns all accept characters outside
ASCII ('１', '٣', 'ſ', U+212A), and ``str.upper`` turns some of them into ASCII ('ﬀ' becomes 'FF'). So the
pattern spells out its ASCII characters in both cases, and only what it has matched is put in upper case.
"""

import re
import string
import unicodedata
from dataclasses import dataclass
from typing import NoReturn

from baygate.contract.identifiers.errors import IdentifierError, quoted

WHITESPACE = " \t\r\n\u00a0\u3000"
"""What is stripped around an identifier. Narrower than ``str.strip``, which takes control characters too."""

DIGITS = string.digits
LETTERS = string.ascii_uppercase
ALPHANUMERICS = DIGITS + LETTERS


@dataclass(frozen=True, slots=True)
class Part:
    """A run of characters of one kind: its name, the canonical characters it allows, and how many."""

    name: str
    characters: str
    least: int
    most: int
    expected: str

    @property
    def pattern(self) -> str:
        """The part as a regular expression, in either case of its letters."""
        either_case = "".join(dict.fromkeys(self.characters + self.characters.lower()))
        return f"[{re.escape(either_case)}]{{{self.least},{self.most}}}"


def part(name: str, length: int | tuple[int, int], characters: str, expected: str) -> Part:
    """Make a part of a fixed length, or of a length between two."""
    least, most = (length, length) if isinstance(length, int) else length
    return Part(name, characters, least, most, expected)


class Shape:
    """The shape of one identifier, as its parts in order. Only a lone part may vary in length."""

    __slots__ = ("_fullmatch", "_identifier", "_parts", "_personal")

    def __init__(self, identifier: str, *parts: Part, personal: bool = False) -> None:
        self._identifier = identifier
        self._parts = parts
        self._personal = personal
        self._fullmatch = re.compile("".join(each.pattern for each in parts)).fullmatch

    def read(self, text: str) -> str:
        """Return ``text`` stripped and in upper case, or raise ``IdentifierError`` with the first misfit."""
        candidate = text.strip(WHITESPACE)
        if self._fullmatch(candidate) is None:
            self._explain(candidate)
        return candidate.upper()

    def refuse(self, why: str) -> NoReturn:
        """Raise ``IdentifierError`` for a text of the right shape and the wrong content."""
        raise IdentifierError(f"{self._identifier}: {why}")

    def _explain(self, candidate: str) -> NoReturn:
        least = sum(each.least for each in self._parts)
        most = sum(each.most for each in self._parts)
        if not least <= len(candidate) <= most:
            wanted = str(least) if least == most else f"{least} to {most}"
            got = "nothing" if not candidate else f"{len(candidate)}"
            shown = "" if self._personal or not candidate else f" in {quoted(candidate)}"
            self.refuse(f"expected {wanted} characters, got {got}{shown}")
        start = 0
        for each in self._parts:
            size = each.least if each.least == each.most else len(candidate)
            for position, character in enumerate(candidate[start : start + size], start + 1):
                if not (character.isascii() and character.upper() in each.characters):
                    found = described(character, personal=self._personal)
                    self.refuse(f"character {position} ({each.name}) is {found}; expected {each.expected}")
            start += size
        raise AssertionError("a text whose every character fits must match the pattern")


def described(character: str, *, personal: bool = False) -> str:
    """Say what an unacceptable character is, without showing it where it is part of a person's data."""
    category = unicodedata.category(character)
    if category in {"Cc", "Cs"}:
        kind = "a control character" if category == "Cc" else "a lone surrogate"
    elif not character.isascii():
        kind = "not an ASCII character (full-width and other digits are not accepted)"
    elif personal:
        return "not acceptable"
    else:
        return repr(character)
    return kind if personal else f"{kind}, U+{ord(character):04X}"
