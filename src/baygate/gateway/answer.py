"""What a road ends in."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """The body of an answer, its receipt if there is one, and how long each stage took."""

    body: bytes
    receipt: str | None
    timing: bytes
