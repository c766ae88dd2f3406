"""What a road ends in."""

from collections.abc import Sequence
from typing import NamedTuple


class Answer(NamedTuple):
    """The body of an answer, its receipt if there is one, and how long each stage took.

    ``plan_made`` says whether its plan was made for it; ``operation`` is the digest of its document if it is trusted.
    """

    body: bytes
    receipt: str | None
    timing: bytes
    stages: Sequence[tuple[str, float]] = ()
    plan_made: bool | None = None
    operation: str | None = None
