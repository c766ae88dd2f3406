"""What a party's recognised certificates say, and in which order they stand."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.oracle.engine import Engine
from tests.recognitions import AT, HOUR, recognition


@pytest.fixture(scope="module")
def engine(world: Any) -> Iterator[Engine]:
    engine = Engine(world)
    yield engine
    engine.close()


def certificates(engine: Engine, selection: str) -> dict[str, list[dict[str, Any]]]:
    """Return the recognised certificates of each party that has some."""
    query = f"{{ parties(first: 100) {{ nodes {{ id recognisedCertificates {selection} }} }} }}"
    nodes = engine.ask(query)["data"]["parties"]["nodes"]
    return {each["id"]: each["recognisedCertificates"] for each in nodes if each["recognisedCertificates"]}


def test_those_recognised_last_stand_first_and_of_those_the_highest_fingerprint(engine: Engine) -> None:
    several = [each for each in certificates(engine, "{ recognisedAt fingerprint }").values() if len(each) > 1]
    assert several
    for each in several:
        keys = [(one["recognisedAt"], one["fingerprint"]) for one in each]
        assert keys == sorted(keys, reverse=True)
        assert [key[0] for key in keys] == [(AT + HOUR).isoformat(), AT.isoformat(), AT.isoformat()]


def test_no_more_of_them_come_than_are_asked_for(engine: Engine) -> None:
    first = certificates(engine, "(first: 1) { fingerprint }")
    whole = certificates(engine, "{ fingerprint }")
    assert first == {key: each[:1] for key, each in whole.items()}


def test_a_certificate_says_whom_it_names_by_which_list_it_was_recognised_and_when(engine: Engine) -> None:
    found = certificates(
        engine,
        """{ subject issuer serialNumber jurisdiction typeName entry listSequence assurance validFrom validTo
          firstRecognisedAt recognisedAt provider updatedAt }""",
    )
    known = recognition()
    (alone,) = next(each for each in found.values() if len(each) == 1)
    assert alone == {
        "subject": known.subject,
        "issuer": known.issuer,
        "serialNumber": "0001",
        "jurisdiction": alone["jurisdiction"],
        "typeName": known.type_name,
        "entry": known.entry,
        "listSequence": 3,
        "assurance": 2,
        "validFrom": "2026-01-01T00:00:00+00:00",
        "validTo": "2029-01-01T00:00:00+00:00",
        "firstRecognisedAt": AT.isoformat(),
        "recognisedAt": AT.isoformat(),
        "provider": "commerce-gd",
        "updatedAt": AT.isoformat(),
    }
    assert {each["jurisdiction"] for one in found.values() for each in one} == {"CN_GD", "HK", "MO"}


def test_a_party_that_the_identity_view_does_not_know_shows_none(engine: Engine) -> None:
    assert "HK-99999999" not in certificates(engine, "{ fingerprint }")
    assert engine.ask('{ party(id: "HK-99999999") { recognisedCertificates { fingerprint } } }')["data"] == {
        "party": None
    }
