"""Recognised certificates, and the evidence they were recognised on."""

import asyncio
import dataclasses
import datetime
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import pytest
from tests.recognitions import AT, HOUR, OPERATOR, recognition, revocations

from baygate.storage import recognitions
from baygate.storage.database import Database
from baygate.storage.recognitions import NewRecognition, StoredRecognition

FIRST = recognition()
EVENING = revocations(b"the CRL of the evening")


def within(dsn: str, work: Callable[[asyncpg.Connection], Awaitable[Any]]) -> Any:
    async def connected() -> Any:
        connection = await Database(dsn).connect()
        try:
            return await work(connection)
        finally:
            await connection.close()

    return asyncio.run(connected())


def keep(dsn: str, *new: NewRecognition, provider: str = OPERATOR) -> None:
    async def keeping(connection: asyncpg.Connection) -> None:
        for each in new:
            await recognitions.record(connection, each, provider)

    within(dsn, keeping)


def rows(dsn: str, table: str) -> list[dict[str, Any]]:
    found = within(dsn, lambda connection: connection.fetch(f"SELECT * FROM {table} ORDER BY 1, 2"))
    return [dict(each) for each in found]


def shown(dsn: str) -> dict[str, Any]:
    (row,) = rows(dsn, "recognised_certificate")
    return row


def recognised(dsn: str, at: datetime.datetime, fingerprint: str = FIRST.fingerprint) -> StoredRecognition | None:
    found: StoredRecognition | None = within(
        dsn, lambda connection: recognitions.recognised(connection, fingerprint, at)
    )
    return found


# What agencies may read


def test_a_recognised_certificate_is_shown_in_the_operators_name(database: str) -> None:
    keep(database, FIRST)
    assert shown(database) == {
        "party_id": "HK-12345678",
        "fingerprint": FIRST.fingerprint,
        "subject": FIRST.subject,
        "issuer": FIRST.issuer,
        "serial_number": "5b2f",
        "jurisdiction": "HK",
        "type_name": "Example e-Cert (Organisational)",
        "entry": "e-cert-organisational",
        "list_sequence": 3,
        "assurance": 3,
        "not_before": FIRST.not_before,
        "not_after": FIRST.not_after,
        "first_recognised_at": AT,
        "recognised_at": AT,
        "provider": "commerce-gd",
        "updated_at": AT,
    }


def test_a_jurisdiction_is_spelt_as_the_contract_spells_it_but_in_evidence_as_it_was_said(database: str) -> None:
    keep(database, recognition(jurisdiction="CN-GD"))
    assert shown(database)["jurisdiction"] == "CN_GD"
    found = recognised(database, AT)
    assert found is not None
    assert found.jurisdiction == "CN-GD"


def test_it_stands_as_it_was_recognised_last(database: str) -> None:
    later = recognition(
        entry="e-cert-organisational-2", type_name="Example e-Cert 2", list_sequence=4, assurance=2,
        recognised_at=AT + HOUR,
    )  # fmt: skip
    keep(database, FIRST, provider="somebody")
    keep(database, later)
    found = shown(database)
    said = ("entry", "type_name", "list_sequence", "assurance", "provider")
    assert [found[each] for each in said] == [
        "e-cert-organisational-2", "Example e-Cert 2", 4, 2, "commerce-gd",
    ]  # fmt: skip
    assert (found["first_recognised_at"], found["recognised_at"]) == (AT, AT + HOUR)
    assert found["updated_at"] == AT + HOUR


def test_what_comes_late_takes_nothing_back_but_tells_since_when(database: str) -> None:
    keep(database, FIRST, recognition(recognised_at=AT - HOUR, assurance=1, list_sequence=2))
    found = shown(database)
    assert (found["first_recognised_at"], found["recognised_at"]) == (AT - HOUR, AT)
    assert (found["assurance"], found["list_sequence"], found["updated_at"]) == (3, 3, AT)


def test_moments_that_are_shown_are_whole_seconds_that_have_passed(database: str) -> None:
    keep(database, recognition(recognised_at=AT + datetime.timedelta(milliseconds=900)))
    assert shown(database)["recognised_at"] == AT


def test_certificates_of_one_party_are_shown_apart(database: str) -> None:
    keep(database, FIRST, recognition(der=b"another"))
    assert len(rows(database, "recognised_certificate")) == 2


# Evidence


def test_what_it_was_believed_on_comes_back_whole(database: str) -> None:
    keep(database, FIRST)
    assert recognised(database, AT) == StoredRecognition(
        FIRST.fingerprint, FIRST.party_id, FIRST.jurisdiction, FIRST.entry, FIRST.list_digest, FIRST.list_sequence,
        FIRST.assurance, FIRST.recognised_at, FIRST.good_until, FIRST.der, FIRST.evidence, FIRST.revocations,
    )  # fmt: skip


def test_the_certificate_can_be_had_again(database: str) -> None:
    keep(database, FIRST)
    assert within(database, lambda connection: recognitions.certificate(connection, FIRST.fingerprint)) == FIRST.der
    assert within(database, lambda connection: recognitions.certificate(connection, "0" * 64)) is None


def test_of_a_moment_counts_the_last_recognition_that_began_before_it(database: str) -> None:
    evening = recognition(revocations=EVENING, recognised_at=AT + 10 * HOUR, good_until=AT + 34 * HOUR)
    keep(database, evening, FIRST)
    for at, expected in (
        (AT - HOUR, None),
        (AT, FIRST.revocations),
        (AT + 9 * HOUR, FIRST.revocations),
        (AT + 10 * HOUR, EVENING),
        (AT + 9_000 * HOUR, EVENING),
    ):
        found = recognised(database, at)
        assert (found and found.revocations) == expected, at


def test_nobody_elses_recognition_counts(database: str) -> None:
    keep(database, FIRST)
    assert recognised(database, AT, "0" * 64) is None


def test_the_same_evidence_is_kept_once_however_often_it_serves(database: str) -> None:
    backwards = dict(reversed([("a", 1), ("b", 2)]))
    keep(
        database,
        recognition(evidence={"a": 1, "b": 2}),
        recognition(evidence=backwards, recognised_at=AT + HOUR),
    )
    tables = ("certificate", "recognition", "revocation_evidence", "recognised_certificate")
    assert {each: len(rows(database, each)) for each in tables} == dict.fromkeys(tables, 1)
    assert shown(database)["recognised_at"] == AT + HOUR
    found = recognised(database, AT + HOUR)
    assert found is not None
    assert found.recognised_at == AT


@pytest.mark.parametrize(
    "change",
    [
        {"list_digest": f"sha256:{'2' * 64}"},
        {"evidence": {"path": ["leaf", "other", "root"]}},
        {"revocations": EVENING},
        {"revocations": {**FIRST.revocations, **EVENING}},
        {"revocations": {}},
        {"der": b"another"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_another_list_or_other_evidence_is_another_recognition(database: str, change: dict[str, Any]) -> None:
    keep(database, FIRST, dataclasses.replace(FIRST, **change))
    assert len(rows(database, "recognition")) == 2


def test_revocation_data_that_many_rely_on_is_kept_once(database: str) -> None:
    keep(database, FIRST, recognition(der=b"another", revocations={**FIRST.revocations, **EVENING}))
    assert len(rows(database, "revocation_evidence")) == 2


def test_of_a_recognition_that_cannot_be_kept_nothing_is(database: str) -> None:
    within(
        database,
        lambda connection: connection.execute(
            "ALTER TABLE recognised_certificate ADD CONSTRAINT none_at_all CHECK (false)"
        ),
    )
    with pytest.raises(asyncpg.CheckViolationError):
        keep(database, FIRST)
    assert not rows(database, "certificate")
    assert not rows(database, "recognition")
    assert not rows(database, "revocation_evidence")


def test_those_who_rely_on_the_same_at_once_do_not_wait_for_each_other_in_a_circle(database: str) -> None:
    many = revocations(*(f"CRL {number}".encode() for number in range(1_000)))

    async def keeping() -> None:
        connections = [await Database(database).connect() for _ in range(4)]
        await asyncio.gather(
            *(
                recognitions.record(
                    each,
                    recognition(
                        der=f"certificate {number}".encode(),
                        revocations=dict(many.items() if number % 2 else reversed(many.items())),
                    ),
                    OPERATOR,
                )
                for number, each in enumerate(connections)
            )
        )
        for each in connections:
            await each.close()

    asyncio.run(keeping())
    assert len(rows(database, "recognition")) == 4
    assert len(rows(database, "revocation_evidence")) == 1_000


def test_one_certificate_that_is_recognised_by_several_at_once_is_shown_as_the_last_of_them_says(database: str) -> None:
    async def keeping() -> None:
        connections = [await Database(database).connect() for _ in range(4)]
        await asyncio.gather(
            *(
                recognitions.record(each, recognition(recognised_at=AT + number * HOUR), OPERATOR)
                for number, each in enumerate(reversed(connections))
            )
        )
        for each in connections:
            await each.close()

    asyncio.run(keeping())
    found = shown(database)
    assert (found["first_recognised_at"], found["recognised_at"]) == (AT, AT + 3 * HOUR)
