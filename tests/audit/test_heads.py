"""A signed head says four things in one form, and counts for a key that its reader has."""

import asyncio
import datetime
import uuid
from typing import Any

import orjson
import pytest
from tests.audit.conftest import NOON, signing_key

from baygate.audit import heads
from baygate.audit.heads import TYP, BadHead, Head, read_head, sign_head

LOG = uuid.UUID("6b1f7c1e-5e0c-4f0e-9f0a-0c7f3a1d2e4b")
KEY = signing_key()
KEYS = {KEY.kid: KEY.public}
SAID = {"log": str(LOG), "size": 7, "root": "ab" * 32, "at": "2026-11-27T12:00:00.000000Z"}


def signed(key: Any = KEY, typ: str = TYP, **changes: Any) -> str:
    return key.sign(typ, orjson.dumps({**SAID, **changes}))


async def sign(typ: str, payload: bytes) -> str:
    return KEY.sign(typ, payload)


def test_what_is_signed_is_read_again():
    at = NOON + datetime.timedelta(microseconds=17)
    head = asyncio.run(sign_head(LOG, 7, b"r" * 32, at, sign))
    assert head == Head(LOG, 7, b"r" * 32, at, head.signed)
    assert read_head(head.signed, KEYS) == head


def test_a_head_is_a_token_of_its_own_type_with_exactly_this_payload():
    head = read_head(signed(), KEYS)
    assert (head.log, head.size, head.root, head.at) == (LOG, 7, b"\xab" * 32, NOON)
    with pytest.raises(BadHead, match="its typ is not baygate-tree-head"):
        read_head(signed(typ="baygate-receipt+jwt"), KEYS)


def test_the_key_is_the_readers_and_named_by_the_head():
    other = signing_key()
    with pytest.raises(BadHead, match="signed with a key that is not known"):
        read_head(signed(other), KEYS)
    with pytest.raises(BadHead, match="its signature does not hold"):
        read_head(signed(other), {other.kid: KEY.public})


@pytest.mark.parametrize(
    "changes",
    [
        {"log": None}, {"log": 7}, {"log": "x"}, {"log": str(LOG).upper()}, {"log": LOG.hex},
        {"size": 0}, {"size": -1}, {"size": "7"}, {"size": 7.0}, {"size": True}, {"size": None}, {"size": 2**63},
        {"root": None}, {"root": "ab"}, {"root": "AB" * 32}, {"root": "ab" * 33}, {"root": "ab" * 32 + "\n"},
        {"at": None}, {"at": 1}, {"at": "2026-11-27T12:00:00Z"}, {"at": "2026-11-27T12:00:00.0Z"},
        {"at": "2026-11-27T12:00:00.000000+00:00"}, {"at": "2026-13-27T12:00:00.000000Z"},
        {"more": 1},
    ],
    ids=str,
)  # fmt: skip
def test_a_payload_in_any_other_form_is_refused(changes):
    with pytest.raises(BadHead, match=r"^its|^it does not say"):
        read_head(signed(**changes), KEYS)


@pytest.mark.parametrize("member", SAID)
def test_a_payload_that_leaves_something_out_is_refused(member):
    said = {name: value for name, value in SAID.items() if name != member}
    with pytest.raises(BadHead, match="it does not say log, size, root and time"):
        read_head(KEY.sign(TYP, orjson.dumps(said)), KEYS)


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "\ud800", "ä.ä.ä", signed() + "A"])
def test_what_is_no_token_is_refused(text):
    with pytest.raises(BadHead):
        read_head(text, KEYS)


def test_no_character_of_a_head_can_change():
    text = signed()
    for at in range(0, len(text), 3):
        changed = text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]
        with pytest.raises(BadHead):
            read_head(changed, KEYS)


@pytest.mark.parametrize(
    "given", [signed(size=8), "no token", signed(typ="other")], ids=["another size", "no token", "another type"]
)
def test_a_signer_that_signs_something_else_is_found_out(given):
    async def sign(*_: object) -> str:
        return given

    with pytest.raises(BadHead):
        asyncio.run(sign_head(LOG, 7, b"\xab" * 32, NOON, sign))


def test_the_newest_head_is_the_largest_and_is_believed_for_its_signature_alone(log):
    async def run() -> None:
        async with log.connected() as connection:
            assert await heads.newest(connection, KEYS) is None
            for size in (9, 7, 8):
                text = signed(size=size)
                await connection.execute("INSERT INTO audit_head VALUES ($1, $2, $3, $4)", size, b"", NOON, text)
            assert (await heads.newest(connection, KEYS)).size == 9
            assert (await heads.of_size(connection, 8, KEYS)).size == 8
            assert await heads.of_size(connection, 6, KEYS) is None
            await connection.execute("UPDATE audit_head SET signed = signed || 'A'")
            with pytest.raises(BadHead):
                await heads.newest(connection, KEYS)

    asyncio.run(run())


def test_a_stored_head_that_says_another_size_is_not_the_head_of_that_size(log):
    async def run() -> None:
        async with log.connected() as connection:
            await connection.execute("INSERT INTO audit_head VALUES (9, '', $1, $2)", NOON, signed(size=8))
            with pytest.raises(BadHead, match="it is the head of 8 records, and stored as that of 9"):
                await heads.of_size(connection, 9, KEYS)
            with pytest.raises(BadHead, match="it is the head of 8 records, and stored as that of 9"):
                await heads.newest(connection, KEYS)

    asyncio.run(run())
