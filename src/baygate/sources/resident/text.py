"""JSON text built in SQL: a rope of constant pieces and expressions, joined by ``concat``.

``concat`` copies each piece once and makes compact JSON; ``json_build_object`` looks up the type of every argument in
every call and ends at 50 pairs (measured: 25 to 30 % more time for the same answer). Expressions in a rope are valid
JSON text and never NULL, except aggregates over no rows, which ``concat`` reads as nothing.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles

Piece = str | sa.ColumnElement[Any]
Rope = tuple[Piece, ...]

NULL: Rope = ("null",)
_CONTROL = re.compile(r"[\x00-\x1f]")
_MOST_ARGUMENTS = 100  # of a function in PostgreSQL (FUNC_MAX_ARGS)


class Concat(sa.ColumnElement[str]):
    """``concat(...)`` over a rope.

    An element of our own and not ``func.concat``: a plan holds hundreds, and SQLAlchemy's general function costs ten
    times as much to build and render. It hides the FROMs of what is in it, so every select names its own.
    """

    inherit_cache = False
    type = sa.Text()

    def __init__(self, pieces: tuple[Piece, ...]) -> None:
        self.pieces = pieces


@compiles(Concat)
def _render(element: Concat, compiler: Any, **_: Any) -> str:
    pieces = [_quoted(piece) if isinstance(piece, str) else compiler.process(piece) for piece in element.pieces]
    if len(pieces) == 1 and isinstance(element.pieces[0], str):
        return pieces[0]
    while len(pieces) > _MOST_ARGUMENTS:
        chunks = [pieces[start : start + _MOST_ARGUMENTS] for start in range(0, len(pieces), _MOST_ARGUMENTS)]
        pieces = [f"concat({', '.join(chunk)})" for chunk in chunks]
    return f"concat({', '.join(pieces)})"


def _quoted(constant: str) -> str:
    """Return a constant piece as a literal: response keys, names and punctuation, never a value of the request."""
    quoted = "'" + constant.replace("'", "''") + "'"
    if not _CONTROL.search(constant):
        return quoted
    return "E" + _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", quoted.replace("\\", r"\\"))


def joined(rope: Rope) -> sa.ColumnElement[str]:
    """Return one expression for a rope."""
    return Concat(tuple(_merged(rope)))


def _merged(rope: Rope) -> Iterator[Piece]:
    constant = ""
    for piece in rope:
        if isinstance(piece, str):
            constant += piece
            continue
        if constant:
            yield constant
            constant = ""
        yield piece
    if constant:
        yield constant


def json_object(members: Iterable[tuple[str, Rope]]) -> Rope:
    """Return an object's rope from its response keys (GraphQL names: nothing in them needs escaping) and values."""
    rope: list[Piece] = []
    for key, value in members:
        rope += [f'{"," if rope else "{"}"{key}":', *value]
    return (*rope, "}") if rope else ("{}",)
