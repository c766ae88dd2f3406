"""What is told of a field: the explanation's answers as JSON, with the parts that a page makes sentences of."""

from collections.abc import Iterable
from typing import Any

from baygate.access import decision
from baygate.access.decision import Clause, Condition, Subject, Transform
from baygate.access.explanation import Answer, Explanation
from baygate.access.words import Ways, transform_text


def answer(told: Answer) -> dict[str, Any]:
    """Return the answer for the rows of some providers."""
    return {"providers": list(told.providers), "reason": told.reason, **_parts([told]), "outcome": told.outcome}


def cell(told: Explanation) -> dict[str, Any]:
    """Return what becomes of a field, whoever provides the row; in detail where that makes a difference."""
    parts = {"outcome": told.outcome, "sentence": told.sentence(), **_parts(told.answers)}
    if len(told.answers) > 1:
        parts["answers"] = [answer(each) for each in told.answers]
    return parts


def brief(told: Explanation) -> dict[str, Any]:
    """Return what becomes of a field in a word and a sentence."""
    return {"outcome": told.outcome, "sentence": told.sentence()}


def _parts(answers: Iterable[Answer]) -> dict[str, Any]:
    told = list(answers)
    denied = next((each.denied for each in told if each.denied), None)
    found = dict.fromkeys(way for each in told for way in each.given)
    documents = dict.fromkeys(document for each in told for document in each.documents)
    return {
        "policies": [{"policyId": name, "version": version} for name, version in documents],
        "rules": list(dict.fromkeys(rule for each in told for rule in each.rules)),
        "cause": next((each.cause for each in told if each.cause), None),
        "ground": denied and {"reason": denied[0], "legalBasis": denied[1]},
        "ways": _ways(tuple(found)),
        "transforms": list(dict.fromkeys(_transform(each)["kind"] for _, each in found if each is not None)),
        "wouldHelp": {
            "scopes": list(dict.fromkeys(scope for each in told for scope in each.scopes)),
            "purposes": list(dict.fromkeys(purpose for each in told for purpose in each.purposes)),
        },
    }


def _ways(given: Ways) -> list[dict[str, Any]]:
    return [
        {
            "transform": None if transform is None else _transform(transform),
            "where": [] if decision.ALWAYS in conditions else sorted(map(_condition, conditions), key=repr),
        }
        for conditions, transform in given
    ]


def _transform(transform: Transform) -> dict[str, Any]:
    match transform:
        case decision.Mask(keep_first=first, keep_last=last):
            said: dict[str, Any] = {"kind": "MASK", "keepFirst": first, "keepLast": last}
        case decision.TruncateDate(unit=unit):
            said = {"kind": "TRUNCATE", "to": unit.name}
        case decision.TruncateCode(length=length):
            said = {"kind": "TRUNCATE", "length": length}
        case decision.Generalise(step=step):
            said = {"kind": "GENERALISE", "step": step}
        case decision.Hash():
            said = {"kind": "HASH"}
        case decision.Nullify():
            said = {"kind": "NULL"}
    return {**said, "text": transform_text(transform)}


def _condition(condition: Condition) -> list[dict[str, Any]]:
    return [{"field": each.field, "operator": each.operator.value, "value": _value(each)} for each in condition]


def _value(clause: Clause) -> Any:
    return {"subject": clause.value.attribute} if isinstance(clause.value, Subject) else clause.value
