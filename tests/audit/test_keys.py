"""The audit log's keys: each signs its own, counts while the root document says so, and is known by its thumbprint."""

import asyncio
import datetime
import logging
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest
from joserfc.jwk import ECKey
from joserfc.jws import deserialize_compact, serialize_compact
from tests.access.signing import NOW, facts, root_document, signed
from tests.log_keys import LOG_KEYS, give_log_keys

from baygate.access.documents.root import LogKey, LogUse, RootDocument
from baygate.access.documents.trust import Trusted
from baygate.access.jose import read
from baygate.audit.keys import HEADS, RECEIPT_TYPE, RECEIPTS, LogKeys, Unproven, create_first, keys_of, proven
from baygate.audit.pkcs11_settings import Pkcs11Settings, TokenUnavailable
from baygate.oauth import signing
from baygate.oauth.signing import SigningKey
from baygate.storage.errors import KeyFileError

HEAD_TYPE = "baygate-tree-head+jwt"
AT = datetime.datetime(2026, 11, 27, 16, 40, 1, 123456, tzinfo=datetime.UTC)
SAID = {"log": "0b36ed44-1be7-4bd9-a2f4-cb0a1f8b2b9e", "size": 7, "at": "2026-11-27T16:40:01.123456Z"}
PAYLOAD = orjson.dumps(SAID)


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    create_first(tmp_path / "keys")
    return tmp_path / "keys"


def root(*log_keys: Mapping[str, Any]) -> RootDocument:
    return Trusted(signed(root_document(logKeys=list(log_keys))), facts(), NOW).root.document


def certifying(key: SigningKey, use: str, **validity: str) -> dict[str, Any]:
    jwk = {name: key.public.jwk[name] for name in ("kty", "crv", "x", "y")}
    return {"use": use, "jwk": jwk, **validity}


def of_files(keys: Path, **validity: str) -> RootDocument:
    """Return a root document that certifies the first key of each use."""
    return root(*(certifying(keys_of(keys, use).every()[0], use, **validity) for use in (HEADS, RECEIPTS)))


def head(keys: Path, payload: bytes = PAYLOAD) -> str:
    return asyncio.run(LogKeys.read(keys).sign_head(HEAD_TYPE, payload))


# Signing


def test_there_is_a_key_for_each_use_and_it_stays(keys: Path) -> None:
    before = {each: each.read_bytes() for each in keys.rglob("*.pem")}
    assert {each.parent.name for each in before} == {"audit-heads", "audit-receipts"}
    assert len(set(before.values())) == 2
    create_first(keys)
    assert {each: each.read_bytes() for each in keys.rglob("*.pem")} == before


def test_a_head_and_a_receipt_are_jws_of_their_own_types_by_their_own_keys(keys: Path) -> None:
    receipt = LogKeys.read(keys).sign_receipt(PAYLOAD, NOW)
    for text, typ, use in ((head(keys), HEAD_TYPE, HEADS), (receipt, RECEIPT_TYPE, RECEIPTS)):
        key = keys_of(keys, use).every()[0]
        token = deserialize_compact(text, ECKey.import_key(dict(key.public.jwk)), algorithms=["ES256"])
        assert token.headers() == {"alg": "ES256", "typ": typ, "kid": key.public.key.thumbprint()}
        assert token.payload == PAYLOAD


def test_the_next_key_signs_when_it_begins(keys: Path) -> None:
    first = keys_of(keys, RECEIPTS).every()[0]
    second = signing.create(keys / "audit-receipts", first.begins + datetime.timedelta(hours=1))
    log_keys = LogKeys.read(keys)

    def signs(at: datetime.datetime) -> str:
        return str(read(log_keys.sign_receipt(b"{}", at).encode()).header["kid"])

    assert signs(second.begins - datetime.timedelta(seconds=1)) == first.kid
    assert signs(second.begins) == second.kid


@pytest.mark.parametrize(("use", "named"), [(HEADS, "heads of the audit log"), (RECEIPTS, "receipts")])
def test_without_a_key_it_is_said_for_what(keys: Path, use: LogUse, named: str) -> None:
    for each in (keys / f"audit-{use}").iterdir():
        each.unlink()
    with pytest.raises(KeyFileError, match=f"There is no key to sign {named} with in"):
        LogKeys.read(keys)


def test_what_is_no_key_is_named_by_its_use(keys: Path, caplog: pytest.LogCaptureFixture) -> None:
    (keys / "audit-receipts" / "20990101T000000Z.pem").write_text("nothing")
    with pytest.raises(KeyFileError, match=r"20990101T000000Z\.pem is not a key to sign receipts with"):
        LogKeys.read(keys)


def test_a_key_that_cannot_be_read_later_leaves_the_others_signing(
    keys: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    monkeypatch.setattr(signing, "_LOOK_AGAIN", -1.0)
    log_keys = LogKeys.read(keys)
    (keys / "audit-receipts" / "20990101T000000Z.pem").write_text("nothing")
    assert log_keys.sign_receipt(b"{}", NOW)
    assert "the keys that sign receipts stay as they were" in caplog.text


# A token


SETTINGS = ("heads", "key")


def test_with_a_token_no_file_for_heads_is_needed(keys: Path, tmp_path: Path) -> None:
    pytest.importorskip("pkcs11")
    (tmp_path / "pin").write_text("1234")
    (tmp_path / "pin").chmod(0o600)
    for each in (keys / "audit-heads").iterdir():
        each.unlink()
    token = Pkcs11Settings(Path("/nowhere.so"), *SETTINGS, tmp_path / "pin")
    log_keys = LogKeys.read(keys, token)
    assert log_keys.sign_receipt(b"{}", NOW)
    with pytest.raises(TokenUnavailable, match=r"The PKCS#11 module /nowhere\.so cannot be used"):
        asyncio.run(log_keys.sign_head(HEAD_TYPE, PAYLOAD))
    assert [line.split()[8] for line in log_keys.uncertified(None, NOW)] == [keys_of(keys, RECEIPTS).every()[0].kid]
    asyncio.run(log_keys.close())


def test_without_the_package_for_tokens_there_is_advice(
    keys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pkcs11", None)
    monkeypatch.delitem(sys.modules, "baygate.audit.pkcs11", raising=False)
    with pytest.raises(TokenUnavailable, match="is not installed") as told:
        LogKeys.read(keys, Pkcs11Settings(Path("/nowhere.so"), *SETTINGS, tmp_path / "pin"))
    assert "baygate[pkcs11]" in told.value.advice
    assert LogKeys.read(keys).sign_receipt(b"{}", NOW), "nobody else needs it"


# Which keys count


def test_what_a_certified_key_signed_is_proven(keys: Path) -> None:
    found = of_files(keys)
    assert proven(head(keys), HEAD_TYPE, found.log_keys(HEADS)) == SAID
    assert proven(LogKeys.read(keys).sign_receipt(PAYLOAD, NOW), RECEIPT_TYPE, found.log_keys(RECEIPTS)) == SAID


def unproven(text: str, certified: Mapping[str, LogKey], typ: str = HEAD_TYPE) -> str:
    with pytest.raises(Unproven) as told:
        proven(text, typ, certified)
    return str(told.value)


def test_a_key_of_another_use_proves_nothing(keys: Path) -> None:
    found = of_files(keys)
    assert "does not certify" in unproven(head(keys), found.log_keys(RECEIPTS))
    receipts = keys_of(keys, RECEIPTS).every()[0]
    assert "does not certify" in unproven(receipts.sign(HEAD_TYPE, PAYLOAD), found.log_keys(HEADS))


def test_a_key_that_is_not_certified_proves_nothing_nor_under_anothers_name(keys: Path) -> None:
    certified = of_files(keys).log_keys(HEADS)
    stranger = ECKey.generate_key("P-256")
    assert "does not certify" in unproven(_signed(stranger, stranger.thumbprint()), certified)
    (kid,) = certified
    assert "signature does not hold" in unproven(_signed(stranger, kid), certified)
    assert "does not certify" in unproven(_signed(stranger, None), certified)


def _signed(key: ECKey, kid: str | None) -> str:
    header = {"alg": "ES256", "typ": HEAD_TYPE} | ({"kid": kid} if kid else {})
    return serialize_compact(header, PAYLOAD, key, algorithms=["ES256"])


def test_nothing_of_another_type_is_proven(keys: Path) -> None:
    certified = of_files(keys).log_keys(HEADS)
    token = keys_of(keys, HEADS).every()[0].sign("at+jwt", PAYLOAD)
    assert "its typ is not baygate-tree-head+jwt" in unproven(token, certified)


def test_a_key_counts_for_moments_within_its_validity(keys: Path) -> None:
    within = {"notBefore": "2026-11-27T16:40:01Z", "notAfter": "2026-11-27T16:40:02Z"}
    assert proven(head(keys), HEAD_TYPE, of_files(keys, **within).log_keys(HEADS))
    for outside in ({"notAfter": "2026-11-27T16:40:01Z"}, {"notBefore": "2026-11-27T16:40:02Z"}):
        told = unproven(head(keys), of_files(keys, **outside).log_keys(HEADS))
        assert "it is of 2026-11-27T16:40:01.123456Z, when its key" in told
        assert "did not count" in told


@pytest.mark.parametrize("at", [None, 1, "", "yesterday", "2026-11-27T16:40:01", ["2026-11-27T16:40:01Z"]])
def test_what_does_not_say_of_when_it_is_is_not_proven(keys: Path, at: Any) -> None:
    told = unproven(head(keys, orjson.dumps({**SAID, "at": at})), of_files(keys).log_keys(HEADS))
    assert told == "it does not say of when it is (at)"


@pytest.mark.parametrize("text", ["", "a.b", "a.b.c", "é.é.é", "\udcff"])
def test_garbage_is_not_proven(keys: Path, text: str) -> None:
    assert unproven(text, of_files(keys).log_keys(HEADS))


# Whether the root document knows the keys that sign


def test_certified_keys_leave_nothing_to_say(keys: Path) -> None:
    assert list(LogKeys.read(keys).uncertified(of_files(keys), NOW)) == []


@pytest.mark.parametrize("certified", [None, root()], ids=["no root", "no keys"])
def test_each_key_that_signs_without_being_certified_is_named(keys: Path, certified: RootDocument | None) -> None:
    told = list(LogKeys.read(keys).uncertified(certified, NOW))
    kids = [keys_of(keys, use).every()[0].kid for use in (HEADS, RECEIPTS)]
    assert [kid in line for kid, line in zip(kids, told, strict=True)] == [True, True]
    assert [f"key show --use {use}" in line for use, line in zip((HEADS, RECEIPTS), told, strict=True)] == [True, True]


def test_a_key_that_does_not_count_now_is_named(keys: Path) -> None:
    over = of_files(keys, notAfter="2026-01-01T00:00:00Z")
    assert len(list(LogKeys.read(keys).uncertified(over, NOW))) == 2


def test_a_certificate_for_the_other_use_is_none(keys: Path) -> None:
    heads, receipts = (keys_of(keys, use).every()[0] for use in (HEADS, RECEIPTS))
    swapped = root(certifying(heads, RECEIPTS), certifying(receipts, HEADS))
    assert len(list(LogKeys.read(keys).uncertified(swapped, NOW))) == 2


def test_the_sample_worlds_keys_are_certified_where_its_hubs_have_them(tmp_path: Path) -> None:
    give_log_keys(tmp_path)
    assert list(LogKeys.read(tmp_path).uncertified(root(*LOG_KEYS), NOW)) == []
    assert {each.stat().st_mode & 0o777 for each in tmp_path.rglob("*.pem")} == {0o600}


def test_a_hub_that_has_keys_of_its_own_keeps_them(keys: Path) -> None:
    before = {each: each.read_bytes() for each in keys.rglob("*.pem")}
    give_log_keys(keys)
    assert {each: each.read_bytes() for each in keys.rglob("*.pem")} == before
