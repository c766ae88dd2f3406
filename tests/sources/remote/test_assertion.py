"""The assertion of who asks: what it says, for how long, and that nobody can change it."""

import dataclasses
import datetime
from collections.abc import Callable
from typing import Any

import pytest
from joserfc import jwt
from joserfc.errors import BadSignatureError
from joserfc.jwk import ECKey

from baygate.access.jose import BadToken, read
from baygate.access.principal import Principal
from baygate.oauth import signing
from baygate.oauth.signing import SigningKey
from baygate.oauth.tokens import TYPE as ACCESS_TOKEN
from baygate.sources.remote.assertion import TYPE, Assertions

CUSTOMS = Principal(
    client="gz-customs",
    person="u-17",
    agency="CUSTOMS",
    party="BRN70812345",
    jurisdiction="GD",
    roles=frozenset({"OFFICER"}),
    scopes=frozenset({"identity:read", "credit:read"}),
    purpose="CUSTOMS_CLEARANCE",
    legal_basis="customs-law-24",
    case_no="C-1",
    assurance=3,
    attributes={"region": "4401"},
)
HUB = "https://hub.example"


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> SigningKey:
    directory = tmp_path_factory.mktemp("keys")
    return signing.create(directory, datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC))


class Clock:
    def __init__(self) -> None:
        self.now = 1_790_000_000.7

    def __call__(self) -> float:
        return self.now


@dataclasses.dataclass
class Counting:
    sign: Callable[[str, bytes], str]
    times: int = 0

    def __call__(self, typ: str, payload: bytes) -> str:
        self.times += 1
        return self.sign(typ, payload)


def decoded(text: str, key: SigningKey) -> tuple[dict[str, Any], dict[str, Any]]:
    token = jwt.decode(text, ECKey.import_key(dict(key.public.jwk)), algorithms=["ES256"])
    return token.header, token.claims


def test_it_says_who_asks_for_what_purpose_of_which_source_and_no_more(key: SigningKey) -> None:
    header, claims = decoded(Assertions(HUB, key.sign, now=Clock()).of(CUSTOMS, "tax"), key)
    assert header == {"alg": "ES256", "typ": TYPE, "kid": key.kid}
    assert len(claims.pop("jti")) >= 20
    assert claims == {
        "iss": HUB,
        "aud": "tax",
        "iat": 1_790_000_000,
        "exp": 1_790_000_060,
        "sub": "gz-customs",
        "agency": "CUSTOMS",
        "purpose": "CUSTOMS_CLEARANCE",
        "basis": "customs-law-24",
        "party": "BRN70812345",
        "jurisdiction": "GD",
        "scope": "credit:read identity:read",
    }


def test_what_is_not_known_of_a_caller_is_not_said(key: SigningKey) -> None:
    caller = dataclasses.replace(CUSTOMS, party=None, legal_basis=None)
    _, claims = decoded(Assertions(HUB, key.sign).of(caller, "tax"), key)
    assert not {"party", "basis"} & claims.keys()


def test_nobody_can_change_a_character_of_it(key: SigningKey) -> None:
    text = Assertions(HUB, key.sign).of(CUSTOMS, "tax")
    head, payload, signature = text.split(".")
    other = Assertions(HUB, key.sign).of(dataclasses.replace(CUSTOMS, agency="TAX"), "tax").split(".")
    for forged in (f"{head}.{other[1]}.{signature}", f"{head}.{payload}.{other[2]}"):
        with pytest.raises(BadSignatureError):
            decoded(forged, key)


def test_nobody_takes_it_for_an_access_token(key: SigningKey) -> None:
    text = Assertions(HUB, key.sign).of(CUSTOMS, "tax").encode()
    assert read(text, TYPE).verify(key.public)["sub"] == "gz-customs"
    with pytest.raises(BadToken, match="typ"):
        read(text, ACCESS_TOKEN)


def test_one_serves_a_caller_at_a_source_for_half_its_life(key: SigningKey) -> None:
    clock, sign = Clock(), Counting(key.sign)
    assertions = Assertions(HUB, sign, now=clock)
    first = assertions.of(CUSTOMS, "tax")
    clock.now += 29
    # what it does not say makes no other of it
    assert assertions.of(dataclasses.replace(CUSTOMS, attributes={"region": "4403"}), "tax") == first
    assert sign.times == 1
    clock.now += 1
    second = assertions.of(CUSTOMS, "tax")
    assert second != first
    assert decoded(second, key)[1]["exp"] == int(clock.now) + 60


def test_one_from_before_the_clock_was_set_back_is_not_used(key: SigningKey) -> None:
    clock = Clock()
    assertions = Assertions(HUB, key.sign, now=clock)
    first = assertions.of(CUSTOMS, "tax")
    clock.now -= 3_600
    assert assertions.of(CUSTOMS, "tax") != first


@pytest.mark.parametrize(
    "change",
    [
        {"client": "other"},
        {"agency": "TAX"},
        {"purpose": "TRADE_FACILITATION"},
        {"legal_basis": None},
        {"party": None},
        {"jurisdiction": "HK"},
        {"scopes": frozenset({"identity:read"})},
    ],
)
def test_callers_who_differ_in_what_it_says_never_share_one(key: SigningKey, change: dict[str, Any]) -> None:
    assertions = Assertions(HUB, key.sign)
    assert assertions.of(CUSTOMS, "tax") != assertions.of(dataclasses.replace(CUSTOMS, **change), "tax")
    assert decoded(assertions.of(CUSTOMS, "filing"), key)[1]["aud"] == "filing"


def test_what_is_kept_is_bounded_and_what_is_over_is_forgotten() -> None:
    clock = Clock()
    assertions = Assertions(HUB, lambda _, payload: payload.decode(), now=clock)
    for number in range(10_050):
        assertions.of(dataclasses.replace(CUSTOMS, client=f"c{number}"), "tax")
    assert len(assertions._made) == 10_000
    clock.now += 31
    assertions.of(CUSTOMS, "tax")
    assert len(assertions._made) == 1


@pytest.mark.parametrize("lifetime", [0, 1, 61, 3_600])
def test_it_is_short(lifetime: int, key: SigningKey) -> None:
    with pytest.raises(ValueError, match="60"):
        Assertions(HUB, key.sign, lifetime)
