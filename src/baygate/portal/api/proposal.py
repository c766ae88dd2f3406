"""A proposed policy: what is wrong with it, and who would gain and lose what. Nothing of it is kept, or published.

Rules:

1. It is a policy of the caller's own agency, held against that agency's rules in force and nobody else's.
2. It is checked as ``baygate policy lint`` and ``test`` do. What only has to be finished before somebody signs it (the
   schema hash, dates, what is still to be written, tests that fail) is told, and it is compared all the same.
3. It takes bounded time, whatever somebody sends: the text, its rules and tests, and the classes of callers that it
   tells apart are bounded, and between two steps is looked whether the time is over.
"""

import datetime
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from time import monotonic
from typing import Any

from baygate.access.compile import compiled
from baygate.access.diff import Change, Recipient, TooManyCallers, by_recipient, proposed
from baygate.access.documents.cases import tested
from baygate.access.documents.draft import Mistake, Unreadable, check_draft, read_draft, unfinished
from baygate.access.documents.policy import PolicyDocument
from baygate.access.documents.refusal import Refused as PolicyRefused
from baygate.access.documents.rules import InForce
from baygate.access.explain import explain
from baygate.gateway.control import Control
from baygate.portal.api import told
from baygate.portal.api.matrix import Provided, provided_by
from baygate.portal.caller import Refused

LARGEST = 256 * 1024
"""Bytes of the longest source that is looked at."""
_MOST_RULES = _MOST_TESTS = 300
_MOST_CALLERS = 1_000
"""Classes of callers that are told apart."""
_MOST_CHANGES = 5_000
_PATIENCE = 5.0

_Explaining = Callable[[tuple[str, str]], dict[str, Any]]


class Steps:
    """The steps of one comparison, each of which takes a moment; there are so many as there is time for."""

    def __init__(self, seconds: float, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._ends = clock() + seconds

    def next(self) -> None:
        """Raise Refused if the time is over."""
        if self._clock() > self._ends:
            told = "To compare this policy takes too long here. `baygate policy diff` takes the time that it needs."
            raise Refused(503, "too_long", told)


@dataclass(frozen=True)
class Compared:
    """What came of a proposal."""

    purpose: str
    document: PolicyDocument | None
    changes: list[dict[str, Any]] | None
    mistakes: tuple[Mistake, ...]

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {
            "purpose": self.purpose,
            "policyId": self.document and self.document.policy_id,
            "version": self.document and self.document.version,
            "compared": self.changes is not None,
            "changes": self.changes or [],
            "problems": [asdict(each) for each in self.mistakes],
        }


def proposal(
    control: Control, purpose: str, text: str, now: datetime.datetime, steps: Steps | None = None
) -> dict[str, Any]:
    """Return what a policy, by its readable source, would change for a purpose; raise Refused."""
    steps = steps or Steps(_PATIENCE)
    if len(text.encode()) > LARGEST:
        raise Refused(413, "too_large", f"The policy has more than {LARGEST} bytes, which are the most.")
    if control.in_force.problems:
        raise Refused(503, "policies_unavailable", "No policies are in force now, so there is nothing to compare with.")
    provided = provided_by(control)
    if provided is None:
        raise _forbidden(f"{control.principal.agency} provides no records, so no policy is its to propose.")
    try:
        document = read_draft(text)
    except Unreadable as unreadable:
        return Compared(purpose, None, None, unreadable.mistakes).as_json()
    if document.owner != provided.owner.agency.id:
        raise _forbidden(
            f"The policy is one of {document.owner}; only {provided.owner.agency.id}'s is yours to propose."
        )
    return _compared(control, provided, purpose, document, now, steps).as_json()


def _compared(
    control: Control, provided: Provided, purpose: str, document: PolicyDocument, now: datetime.datetime, steps: Steps
) -> Compared:
    root = provided.in_force.root
    assert root is not None  # noqa: S101 - somebody owns something by it
    try:
        _check_bounds(document)
        check_draft(document, root, control.facts)
    except PolicyRefused as refused:
        return Compared(purpose, document, None, (_placed(document, refused.reason),))
    except Unreadable as unreadable:
        return Compared(purpose, document, None, unreadable.mistakes)
    mistakes = [Mistake(member, wrong.reason) for member, wrong in unfinished(document, control.facts, now)]
    for number, failure in enumerate(tested(document, provided.owner.agency, root, control.facts)):
        steps.next()
        if failure is not None:
            mistakes.append(Mistake(f"tests.{number}", failure.partition(": ")[2]))
    after = proposed(provided.in_force, [document])
    try:
        changes = list(_changes(control, provided.in_force, after, purpose, steps))
    except TooManyCallers as many:
        mistakes.append(Mistake("policy", _TOO_MANY.format(many.count)))
        return Compared(purpose, document, None, tuple(mistakes))
    if len(changes) > _MOST_CHANGES:
        mistakes.append(Mistake("policy", f"There are {len(changes)} changes; the first {_MOST_CHANGES} are shown."))
    return Compared(purpose, document, changes[:_MOST_CHANGES], tuple(mistakes))


_TOO_MANY = (
    "Its rules tell {} classes of callers apart, by roles, scopes, parties and assurance; "
    f"{_MOST_CALLERS} are compared here at most. `baygate policy diff` compares all."
)


def _check_bounds(document: PolicyDocument) -> None:
    rules, tests = len(document.grants) + len(document.denials), len(document.tests)
    if rules > _MOST_RULES:
        raise Unreadable(Mistake("grants", f"There are {rules} rules; {_MOST_RULES} are looked at here at most."))
    if tests > _MOST_TESTS:
        raise Unreadable(Mistake("tests", f"There are {tests} tests; {_MOST_TESTS} are looked at here at most."))


def _changes(control: Control, before: InForce, after: InForce, purpose: str, steps: Steps) -> Iterator[dict[str, Any]]:
    for recipient, changes in by_recipient(before, after, control.facts, (purpose,), _MOST_CALLERS):
        steps.next()
        if not changes:
            continue
        sides = [_explaining(control, state, recipient, purpose) for state in (before, after)]
        for change in changes:
            yield _change(recipient, change, *sides)
            steps.next()


def _explaining(control: Control, in_force: InForce, recipient: Recipient, purpose: str) -> _Explaining:
    """Return what tells what somebody is given of a field."""
    who = recipient.asking(in_force, purpose)
    access = compiled(in_force, who, control.facts)
    return lambda each: told.brief(explain(in_force, who, control.facts, control.demanded, each, access))


def _change(recipient: Recipient, change: Change, before: _Explaining, after: _Explaining) -> dict[str, Any]:
    type_name, _, name = change.coordinate.partition(".")
    if name:
        sides = [side((type_name, name)) for side in (before, after)]
    else:  # it is about how many rows there are at least in a count that is told
        sides = [{"outcome": None, "sentence": each or ""} for each in (change.before, change.after)]
    return {
        "coordinate": change.coordinate,
        "agency": recipient.agency,
        "recipient": recipient.label,
        "providers": list(change.providers),
        "change": change.kind,
        "before": sides[0],
        "after": sides[1],
    }


def _placed(document: PolicyDocument, reason: str) -> Mistake:
    """Return what is wrong at the rule that it names, if it names one."""
    name, _, wrong = reason.partition(": ")
    for member, rules in (("grants", document.grants), ("denials", document.denials)):
        if wrong and any(each.id == name for each in rules):
            return Mistake(f"{member}.{name}", wrong)
    return Mistake("policy", reason)


def _forbidden(message: str) -> Refused:
    return Refused(403, "forbidden", message)
