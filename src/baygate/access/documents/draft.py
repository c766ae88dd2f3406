"""Drafts: policies that nobody has signed yet, read so that whoever writes one is told what is wrong and where.

What is signed later is checked anew by those who take it; here nothing is stricter or laxer than there, only the schema
hash, which tools write, is told apart.
"""

import datetime
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson
from pydantic import ValidationError

from baygate.access.documents.check import check_policy
from baygate.access.documents.policy import Denial, Grant, PolicyDocument
from baygate.access.documents.refusal import Refused, Step
from baygate.access.documents.root import RootDocument
from baygate.access.facts import Facts

TO_DO = "TODO"
"""What stands in a new source where somebody has to write something."""
_MOST_TOLD = 50
_MOST_VALUES = 20_000
"""Values in a text, by its commas: more than any policy has, and few enough to be found wrong in a moment."""


@dataclass(frozen=True)
class Mistake:
    """What is wrong with a draft, and ``where``: a line and column, or a path of members such as ``grants.0.to``."""

    where: str
    what: str


class Unreadable(Exception):
    """A text that is no policy, and every mistake by which it is none."""

    def __init__(self, *mistakes: Mistake) -> None:
        super().__init__("; ".join(f"{each.where}: {each.what}" for each in mistakes))
        self.mistakes = mistakes


def read_draft(text: str) -> PolicyDocument:
    """Read the readable source of a policy; raise Unreadable."""
    _check_json(text)
    try:
        return PolicyDocument.model_validate_json(text)
    except ValidationError as error:
        wrong = (
            Mistake(".".join(map(str, each["loc"])) or "document", each["msg"].removeprefix("Value error, "))
            for each in error.errors(include_url=False, include_context=False, include_input=False)[:_MOST_TOLD]
        )
        raise Unreadable(*wrong) from error


def check_draft(document: PolicyDocument, root: RootDocument, facts: Facts) -> None:
    """Check all but the embedded tests, whatever the schema hash is; raise Refused."""
    owner = root.by_id.get(document.owner)
    if owner is None:
        raise Refused(Step.SIGNER, f"{document.owner} is no agency of the root document")
    expected = facts.schema_hash(document.coordinates())
    check_policy(document.model_copy(update={"schema_hash": expected}), owner, root, facts)


def unfinished(document: PolicyDocument, facts: Facts, now: datetime.datetime) -> Iterator[tuple[str, Refused]]:
    """Yield what is still to be done before somebody signs it, by the member that lacks it."""
    expected = facts.schema_hash(document.coordinates())
    if document.schema_hash != expected:
        yield "schemaHash", Refused(Step.RULES, f"schemaHash is not that of the contract, {expected}")
    if now >= document.expires:
        yield "expires", Refused(Step.DATES, f"it expired at {document.expires:%Y-%m-%d %H:%M:%S} UTC")
    rules: tuple[Grant | Denial, ...] = (*document.grants, *document.denials)
    bases = [document.legal_basis, *(each.legal_basis for each in rules)]
    if any(each is not None and each.startswith(TO_DO) for each in bases):
        yield "legalBasis", Refused(Step.RULES, f"a legal basis is still to be written ({TO_DO})")
    if document.catalogue_id == TO_DO:
        yield "catalogueId", Refused(Step.RULES, f"catalogueId is still to be written ({TO_DO})")


def _check_json(text: str) -> None:
    """Raise Unreadable if a text is no JSON object, says something twice, or is beyond what JSON allows."""
    if text.count(",") > _MOST_VALUES:
        raise Unreadable(Mistake("document", f"it has more than {_MOST_VALUES} values, more than a policy can have"))
    try:
        orjson.loads(text)  # it tells where, and takes nothing that is not JSON (NaN, a lone surrogate)
        said = json.loads(text, object_pairs_hook=_without_duplicates)
    except json.JSONDecodeError as error:
        raise Unreadable(Mistake(f"line {error.lineno}, column {error.colno}", f"no JSON: {error.msg}")) from error
    except (ValueError, RecursionError) as error:
        raise Unreadable(Mistake("document", "no JSON that can be read")) from error
    if not isinstance(said, dict):
        raise Unreadable(Mistake("document", "no JSON object"))


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, value in pairs:
        if name in made:
            raise Unreadable(Mistake(name[:64], "it stands twice in one object"))
        made[name] = value
    return made
