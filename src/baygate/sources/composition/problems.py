"""What stops a composition: every problem that was found, under Apollo's published error codes."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing that subgraphs must mend: what is wrong, where, between whom, and what to do."""

    code: str
    """Apollo Federation's code for it, such as ``INVALID_FIELD_SHARING``."""

    coordinate: str
    """Where, as a schema coordinate: ``Type``, ``Type.field``, ``Type.field(argument:)``."""

    subgraphs: tuple[str, ...]
    """The subgraphs that are at odds, or the one that is wrong by itself."""

    message: str

    def __str__(self) -> str:
        where = f"{self.coordinate} " if self.coordinate else ""
        return f"{self.code}: {where}({', '.join(self.subgraphs)}): {self.message}"


class CompositionFailed(Exception):
    """The subgraphs make no supergraph; ``problems`` says all that is known to be wrong."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems
