"""An explanation: what becomes of a field for one who asks, and why, as values, in a sentence and in JSON."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from baygate.access.compile import Who
from baygate.access.documents.policy import Outcome
from baygate.access.words import Ways


class Cause(StrEnum):
    """Why a field is withheld, in one word."""

    STOPPED = "STOPPED"
    """Nothing is in force, or nothing of its owner."""
    UNOWNED = "UNOWNED"
    """It is nobody's to decide."""
    UNGRANTED = "UNGRANTED"
    """No policy in force grants it."""
    DENIED = "DENIED"
    OTHERS = "OTHERS"
    """It is granted to others only."""
    CONDITION = "CONDITION"
    """A condition on callers does not hold of this one."""
    SCOPE = "SCOPE"
    PURPOSE = "PURPOSE"
    """It is granted for other purposes only."""


@dataclass(frozen=True)
class Answer:
    """What becomes of a field of the rows of some providers; of all rows if none is named.

    ``documents`` are the policies that decided, with their versions, and ``rules`` the rules in them; ``scopes`` and
    ``purposes`` are what would help, all of the scopes together with any of the purposes. ``given`` are the ways in
    which it leaves; ``cause`` is why it does not, and ``denied`` the reason and the legal basis that a denial names.
    """

    providers: tuple[str, ...]
    outcome: Outcome
    reason: str
    documents: tuple[tuple[str, int], ...] = ()
    rules: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    given: Ways = ()
    cause: Cause | None = None
    denied: tuple[str, str] | None = None

    @property
    def help(self) -> str:
        """What would help, in words; nothing if the field is given."""
        if self.outcome is not Outcome.WITHHOLD:
            return ""
        needed = [
            *([f"the scope {' and '.join(self.scopes)}"] if self.scopes else []),
            *([f"the purpose {' or '.join(self.purposes)}"] if self.purposes else []),
        ]
        return f"{' together with '.join(needed) or 'nothing that one could ask for'} would help"

    def text(self) -> str:
        """Return what becomes of it and why, in words that follow ``is``."""
        of = f" in rows of {listed(self.providers)}" if self.providers else ""
        if self.outcome is Outcome.WITHHOLD:
            return f"withheld{of}: {self.reason}; {self.help}"
        return f"given{of}, {self.reason}"

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {
            "providers": list(self.providers),
            "outcome": str(self.outcome),
            "reason": self.reason,
            "documents": [{"policyId": name, "version": version} for name, version in self.documents],
            "rules": list(self.rules),
            "wouldHelp": {"scopes": list(self.scopes), "purposes": list(self.purposes)},
        }


@dataclass(frozen=True)
class Explanation:
    """The answers about one field, for one who asks; together they cover every provider of such rows."""

    coordinate: str
    asking: Who
    answers: tuple[Answer, ...]

    @property
    def given(self) -> bool:
        """Whether a value of it can leave, of any provider's rows."""
        return any(each.outcome is not Outcome.WITHHOLD for each in self.answers)

    @property
    def outcome(self) -> Outcome:
        """What becomes of it, whoever provides the row, in one word: what is withheld of some is conditional."""
        found = {each.outcome for each in self.answers}
        if found == {Outcome.WITHHOLD}:
            return Outcome.WITHHOLD
        if found & {Outcome.WITHHOLD, Outcome.CONDITIONAL}:
            return Outcome.CONDITIONAL
        return Outcome.TRANSFORM if Outcome.TRANSFORM in found else Outcome.ALLOW

    def sentence(self) -> str:
        """Return all of it as one sentence."""
        told = "; it is ".join(each.text() for each in self.answers)
        return f"For {described(self.asking)} asking for {self.asking.purpose}, {self.coordinate} is {told}."

    def as_json(self) -> dict[str, Any]:
        """Return all of it as JSON has it."""
        return {
            "coordinate": self.coordinate,
            "agency": self.asking.agency,
            "jurisdiction": self.asking.jurisdiction,
            "roles": sorted(self.asking.roles),
            "scopes": sorted(self.asking.scopes),
            "purpose": self.asking.purpose,
            "given": self.given,
            "sentence": self.sentence(),
            "answers": [each.as_json() for each in self.answers],
        }


def described(asking: Who) -> str:
    """Return who asks, in words."""
    if asking.agency:
        return asking.agency
    roles = f" in the role {listed(tuple(sorted(asking.roles)))}" if asking.roles else ""
    return f"somebody of {asking.jurisdiction}{roles}"


def listed(names: tuple[str, ...]) -> str:
    """Return names as a sentence has them."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"
