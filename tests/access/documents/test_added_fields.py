"""Fields that a remote source adds to rows of others: what can be granted of them, and what could never be given."""

import dataclasses
from typing import Any

import pytest
from tests.access.signing import facts, grant, policy, schema_hash, signed, taken

from baygate.access.documents.refusal import Refused, Step
from baygate.access.facts import Facts, FieldFacts, TypeFacts

CURRENT = {"attr": "record.current", "op": "eq", "value": True}
OF_THE_CALLER = {"attr": "subject.jurisdiction", "op": "eq", "value": "CN-GD"}


def added(name: str, kind: str) -> FieldFacts:
    return FieldFacts(kind, nullable=True, personal=False, key=False, said=name, publisher="customs-gz")


def known() -> Facts:
    """What there is if a source of customs-gz adds fields to ratings, and brings declarations of its own."""
    rating = facts().types["CreditRating"]
    more = {name: added(name, kind) for name, kind in (("seal", "text"), ("risk", "float"))}
    own = TypeFacts({"declarationNo": added("declarationNo", "text")}, {"declarationNo": "text"}, "customs-gz")
    types = {
        **facts().types,
        "CreditRating": dataclasses.replace(rating, fields={**rating.fields, **more}),
        "Declaration": own,
    }
    return Facts(types, facts().interfaces)


KNOWN = known()


def granting(**changes: Any) -> bytes:
    document = policy(grants=[grant(**changes)])
    return signed({**document, "schemaHash": schema_hash(document, KNOWN)})


def refused(**changes: Any) -> Refused:
    with pytest.raises(Refused) as told:
        taken(granting(**changes), known=KNOWN)
    assert told.value.step is Step.RULES
    return told.value


@pytest.mark.parametrize("fields", [["seal"], ["grade", "seal"]])
def test_no_condition_on_the_record_is_held_against_a_field_that_was_added_to_it(fields: list[str]) -> None:
    told = refused(fields=fields, where=[OF_THE_CALLER, CURRENT]).reason
    assert told.startswith("g1: seal is added by a source of customs-gz to rows of CreditRating")
    assert told.endswith("grant it without one, in a rule of its own")


@pytest.mark.parametrize("where", [[], [OF_THE_CALLER]])
def test_without_one_it_can_be_granted(where: list[Any]) -> None:
    assert taken(granting(fields=["seal"], where=where), known=KNOWN).policies


def test_a_condition_on_the_record_stays_possible_for_what_its_publisher_has() -> None:
    assert taken(granting(where=[CURRENT]), known=KNOWN).policies


def test_a_condition_is_held_against_records_that_the_source_brings_itself() -> None:
    where = [{"attr": "record.declarationNo", "op": "eq", "value": "1"}]
    assert taken(granting(type="Declaration", fields=["declarationNo"], where=where), known=KNOWN).policies


@pytest.mark.parametrize(
    "transform",
    [
        {"kind": "mask"}, {"kind": "hash"}, {"kind": "truncate", "length": 2}, {"kind": "truncate", "to": "MONTH"},
        {"kind": "generalise", "step": 10},
    ],
)  # fmt: skip
def test_a_floating_number_is_not_transformed(transform: Any) -> None:
    assert "risk is float" in refused(fields=["risk"], transform={"risk": transform}).reason


def test_a_floating_number_is_withheld_by_null() -> None:
    assert taken(granting(fields=["risk"], transform={"risk": {"kind": "null"}}), known=KNOWN).policies
