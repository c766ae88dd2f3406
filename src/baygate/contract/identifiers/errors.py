"""The one exception of the identifiers, and how much of the input it may repeat."""

QUOTED_CHARACTERS = 40
"""No message carries more of the input than this."""


class IdentifierError(ValueError):
    """A text is not the identifier it should be.

    The message says what is wrong, where, and what is expected. It ends up in logs and in answers to
    other agencies, so it repeats at most 40 characters of the input, and none of the input of an
    identifier of a person.
    """


def quoted(text: str) -> str:
    """Return the start of ``text`` fit for a message: escaped, printable, at most 40 characters of it."""
    shown = repr(text[:QUOTED_CHARACTERS])
    whole = len(text) <= QUOTED_CHARACTERS and len(shown) <= QUOTED_CHARACTERS
    return shown if whole else shown[: QUOTED_CHARACTERS - 1] + "…"
