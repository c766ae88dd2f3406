"""What is sealed, nobody reads and nobody changes; what was sealed otherwise is nothing."""

import base64
import json
import time

import pytest
from joserfc import jwe
from joserfc.jwk import OctKey

from baygate.portal import sealing
from baygate.portal.sealing import LONGEST, Seal, TooLong

SECRET = b"s" * 32
CONTENT = {"token": "a.b.c", "name": "陈静"}


@pytest.fixture
def seal() -> Seal:
    return Seal(SECRET, "session")


def test_what_was_sealed_is_opened(seal: Seal) -> None:
    assert seal.open(seal.seal(CONTENT, time.time() + 60)) == CONTENT


def test_nothing_of_it_can_be_read(seal: Seal) -> None:
    sealed = seal.seal(CONTENT, time.time() + 60)
    for part in sealed.split("."):
        opened = base64.urlsafe_b64decode(part + "==")
        assert b"a.b.c" not in opened
        assert b"token" not in opened


def test_the_same_is_never_sealed_alike(seal: Seal) -> None:
    assert len({seal.seal(CONTENT, 2_000_000_000) for _ in range(20)}) == 20


def test_what_is_over_is_nothing(seal: Seal, monkeypatch: pytest.MonkeyPatch) -> None:
    until = time.time() + 60
    sealed = seal.seal(CONTENT, until)
    for now, good in ((until - 1, True), (until, False), (until + 1, False)):
        monkeypatch.setattr(sealing, "time", lambda now=now: now)
        assert (seal.open(sealed) is not None) is good


def test_of_what_was_sealed_no_character_can_be_changed(seal: Seal) -> None:
    sealed = seal.seal(CONTENT, time.time() + 60)
    for place, character in enumerate(sealed):
        for other in ("A", "B", "Q", "g", "w", "."):
            if other != character:
                assert seal.open(sealed[:place] + other + sealed[place + 1 :]) is None


def test_the_same_bytes_have_no_other_spelling(seal: Seal) -> None:
    sealed = seal.seal(CONTENT, time.time() + 60)
    alike = {"A": "B", "Q": "R", "g": "h", "w": "x"}[sealed[-1]]
    assert base64.urlsafe_b64decode(f"{sealed[-22:-1]}{alike}==") == base64.urlsafe_b64decode(f"{sealed[-22:]}==")
    assert seal.open(sealed[:-1] + alike) is None


def test_nothing_can_be_left_out_or_added(seal: Seal) -> None:
    sealed = seal.seal(CONTENT, time.time() + 60)
    header, _, vector, text, tag = sealed.split(".")
    for cut in range(len(sealed)):
        assert seal.open(sealed[:cut]) is None
    for more in (f"{sealed}A", f"{sealed}=", f" {sealed}", f"{sealed}.", f"{header}.AAAA.{vector}.{text}.{tag}"):
        assert seal.open(more) is None


@pytest.mark.parametrize("other", [Seal(SECRET, "sign-in"), Seal(b"t" * 32, "session")])
def test_what_was_sealed_for_another_use_or_with_another_key_is_nothing(seal: Seal, other: Seal) -> None:
    assert seal.open(other.seal(CONTENT, time.time() + 60)) is None


@pytest.mark.parametrize(
    "forged", ["", ".", "....", "a.b.c.d.e", "é.é.é.é.é", "null", "{}", '"', "eyJhbGciOiJkaXIifQ....", "\0"]
)
def test_what_is_not_sealed_is_nothing(seal: Seal, forged: str) -> None:
    assert seal.open(forged) is None


def test_whoever_has_no_key_cannot_choose_the_algorithm(seal: Seal) -> None:
    plain = json.dumps({**CONTENT, "exp": time.time() + 60}).encode()
    empty = OctKey.import_key(b"\0" * 16)
    for algorithm, encryption in (("dir", "A128GCM"), ("A128KW", "A256GCM")):
        registry = [algorithm, encryption]
        forged = jwe.encrypt_compact({"alg": algorithm, "enc": encryption}, plain, empty, algorithms=registry)
        assert seal.open(forged) is None


def test_no_more_is_sealed_than_a_cookie_takes(seal: Seal) -> None:
    with pytest.raises(TooLong):
        seal.seal({"token": "x" * LONGEST}, time.time() + 60)
    assert seal.open("A" * 1_000_000) is None
