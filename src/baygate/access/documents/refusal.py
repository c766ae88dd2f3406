"""Why a document is not taken: the step that failed first, and what was wrong there."""

from enum import StrEnum


class Step(StrEnum):
    """The steps by which a document is taken, in their order; the first that fails refuses it whole."""

    SIZE = "size"
    ENVELOPE = "envelope"
    CHAIN = "chain"
    SIGNER = "signer"
    THRESHOLD = "threshold"
    SCHEMA = "schema"
    VERSION = "version"
    DATES = "dates"
    OWNERSHIP = "ownership"
    RULES = "rules"
    TESTS = "tests"


class Refused(Exception):
    """A document that is not taken; ``step`` is the one that failed. What was in force before stays so."""

    def __init__(self, step: Step, reason: str) -> None:
        super().__init__(f"{step}: {reason}")
        self.step = step
        self.reason = reason


class Alarm(Refused):
    """Two different documents claim one version (a fork): somebody must look, since one of the two is false."""
