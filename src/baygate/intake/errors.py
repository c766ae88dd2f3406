"""What is wrong with records that do not enter."""

from collections.abc import Sequence
from dataclasses import dataclass

_SHOWN = 20


@dataclass(frozen=True)
class Problem:
    """One error: the record by its number in the batch (from 0), the field, and what is expected.

    The value is not repeated: it may be a person's.
    """

    record: str
    number: int
    field: str
    message: str

    def __str__(self) -> str:
        return f"{self.record}[{self.number}].{self.field}: {self.message}"


class IntakeError(ValueError):
    """Records that were refused, with all that is wrong with them; nothing of their batch was stored."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(problems)
        self.problems = tuple(problems)

    def __str__(self) -> str:
        more = len(self.problems) - _SHOWN
        shown = [str(problem) for problem in self.problems[:_SHOWN]]
        return "\n".join([*shown, f"and {more} more"] if more > 0 else shown)
