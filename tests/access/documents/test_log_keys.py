"""Keys of the audit log in a root document: public, for one use, within their validity; a root of old has none."""

import datetime
from typing import Any

import pytest
from joserfc.jwk import ECKey, RSAKey
from tests.access.signing import NOW, after, facts, root_document, signed, taken

from baygate.access.documents.envelope import document_digest, read
from baygate.access.documents.refusal import Refused, Step
from baygate.access.documents.root import LogKey, RootDocument
from baygate.access.documents.trust import Trusted

DAY = datetime.timedelta(days=1)
SECOND = datetime.timedelta(seconds=1)
HEADS, RECEIPTS = ECKey.generate_key("P-256"), ECKey.generate_key("P-256")


def jwk(key: ECKey = HEADS, **changes: Any) -> dict[str, Any]:
    return {**{name: key.as_dict(private=False)[name] for name in ("kty", "crv", "x", "y")}, **changes}


def log_key(use: str = "heads", key: ECKey = HEADS, **changes: Any) -> dict[str, Any]:
    return {"use": use, "jwk": jwk(key), **changes}


def root(*keys: dict[str, Any]) -> RootDocument:
    return Trusted(signed(root_document(logKeys=list(keys))), facts(), NOW).root.document


def validity(**changes: Any) -> LogKey:
    return root(log_key(**changes)).log_keys("heads")[HEADS.thumbprint()]


def test_keys_are_known_by_their_thumbprints_and_for_their_use() -> None:
    found = root(log_key(), log_key("receipts", RECEIPTS))
    assert found.log_keys("heads").keys() == {HEADS.thumbprint()}
    (receipts,) = found.log_keys("receipts").values()
    assert receipts.kid == receipts.public.thumbprint == RECEIPTS.thumbprint()
    assert receipts.public.algorithms == ("ES256",)


def test_a_root_of_before_there_was_an_audit_log_certifies_nothing_and_is_the_document_that_it_was() -> None:
    old = root_document()
    del old["logKeys"]
    text = signed(old)
    trusted = Trusted(text, facts(), NOW)
    assert trusted.root.document.log_keys("heads") == trusted.root.document.log_keys("receipts") == {}
    assert trusted.root.digest == document_digest(read(text).payload)
    following = signed(after(text, logKeys=[log_key()]))
    assert taken(following, root=text).root.document.log_keys("heads").keys() == {HEADS.thumbprint()}


def test_without_dates_a_key_counts_always() -> None:
    key = validity()
    assert all(key.holds(at) for at in (NOW, NOW - 3650 * DAY, NOW + 3650 * DAY))


def test_both_ends_of_a_validity_belong_to_it() -> None:
    key = validity(notBefore="2026-11-01T00:00:00Z", notAfter="2026-11-30T00:00:00Z")
    begins, ends = (datetime.datetime(2026, 11, day, tzinfo=datetime.UTC) for day in (1, 30))
    assert key.holds(begins)
    assert key.holds(ends)
    assert not key.holds(begins - SECOND)
    assert not key.holds(ends + SECOND)


def test_validities_of_one_use_may_overlap() -> None:
    found = root(
        log_key(notAfter="2026-12-31T00:00:00Z"), log_key(key=RECEIPTS, notBefore="2026-12-01T00:00:00Z")
    ).log_keys("heads")
    in_december = datetime.datetime(2026, 12, 15, tzinfo=datetime.UTC)
    assert [each.holds(in_december) for each in found.values()] == [True, True]


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ([{**log_key(), "jwk": {**HEADS.as_dict(private=True)}}], "jwk.d"),
        ([{**log_key(), "jwk": jwk(kid="a")}], "jwk.kid"),
        ([{**log_key(), "jwk": jwk(ECKey.generate_key("P-384"))}], "crv"),
        ([{**log_key(), "jwk": RSAKey.generate_key(2048, private=False).as_dict(private=False)}], "jwk.kty"),
        ([{**log_key(), "jwk": jwk(y="A" * 43)}], "it is no key: its numbers are not those of a public key"),
        ([{**log_key(), "jwk": jwk(x=jwk()["x"][:-1] + "B")}], "jwk.x"),
        ([{**log_key(), "jwk": {"kty": "EC", "crv": "P-256", "x": jwk()["x"]}}], "jwk.y"),
        ([log_key("tokens")], "use"),
        ([{"jwk": jwk()}], "use"),
        ([log_key(comment="ours")], "comment"),
        ([log_key(notBefore="2026-11-01")], "notBefore"),
        ([log_key(notBefore="2026-11-02T00:00:00Z", notAfter="2026-11-01T00:00:00Z")], "ends before it begins"),
        ([log_key(), log_key()], "stands twice"),
        ([log_key(notAfter="2026-11-01T00:00:00Z"), log_key(notBefore="2026-11-02T00:00:00Z")], "stands twice"),
        ([log_key(), log_key("receipts")], "stands twice: each has one use"),
        (None, "logKeys"),
    ],
    ids=[
        "private", "member", "P-384", "RSA", "no point", "spare bits", "half", "use", "no use", "comment", "day",
        "reversed", "twice", "two validities", "two uses", "null",
    ],
)  # fmt: skip
def test_what_is_no_such_key_refuses_the_root(keys: Any, told: str) -> None:
    with pytest.raises(Refused, match=told) as refused:
        Trusted(signed(root_document(logKeys=keys)), facts(), NOW)
    assert refused.value.step is Step.SCHEMA
    assert HEADS.as_dict(private=True)["d"] not in str(refused.value)
