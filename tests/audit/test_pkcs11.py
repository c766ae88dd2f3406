"""Heads are signed in a token (SoftHSM's), and what a token cannot do is told without its PIN."""

import _ctypes
import asyncio
import contextlib
import ctypes
import json
import logging
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pkcs11
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from joserfc.jwk import ECKey
from joserfc.jws import deserialize_compact
from pkcs11.util.ec import decode_ec_public_key
from tests.access.signing import NOW, facts, root_document, signed
from tests.command_line import baygate

import baygate.audit.pkcs11 as under_test
from baygate.access.documents.trust import Trusted
from baygate.audit.keys import LogKeys, create_first, proven
from baygate.audit.pkcs11 import Pkcs11Signer
from baygate.audit.pkcs11_settings import PinRefused, Pkcs11Settings, TokenUnavailable

MODULES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
)
MODULE = next((Path(each) for each in MODULES if Path(each).exists()), None)
pytestmark = pytest.mark.skipif(
    MODULE is None or shutil.which("softhsm2-util") is None, reason="SoftHSM is not installed (Debian: softhsm2)"
)
PIN = "4711-the-pin"
TYPE = "baygate-tree-head+jwt"


@dataclass(frozen=True)
class Shelf:
    """Tokens, and the keys that were put into the one called "heads"."""

    directory: Path
    settings: Pkcs11Settings
    keys: dict[str, ec.EllipticCurvePrivateKey]

    def signer(self, **changes: object) -> Pkcs11Signer:
        return Pkcs11Signer(replace(self.settings, **changes))


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    """Three tokens, made by SoftHSM's own tool."""
    directory = tmp_path_factory.mktemp("softhsm")
    (directory / "tokens").mkdir()
    configuration = directory / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {directory}/tokens\nlog.level = ERROR\n", encoding="utf-8")
    pin = directory / "pin"
    pin.write_text(f"{PIN}\n", encoding="utf-8")
    pin.chmod(0o600)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(configuration))
        for label in ("heads", "fragile", "wary"):
            util("--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", "5678")
        keys = {name: import_key(directory, name) for name in ("first", "second", "mixed", "halved")}
        import_key(directory, "first", "fragile")
        import_key(directory, "wide", curve=ec.SECP384R1())
        for _ in range(2):
            import_key(directory, "twice")
        assert MODULE is not None
        settings = Pkcs11Settings(MODULE, "heads", "first", pin)
        _take_apart(keys["second"])
        yield Shelf(directory, settings, keys)
        pkcs11.unload(str(MODULE))


def util(*arguments: str) -> None:
    subprocess.run(["softhsm2-util", *arguments], check=True, capture_output=True, timeout=30)


def import_key(
    directory: Path, label: str, token: str = "heads", curve: ec.EllipticCurve | None = None
) -> ec.EllipticCurvePrivateKey:
    key = ec.generate_private_key(curve or ec.SECP256R1())
    file = directory / "key.pem"
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    identifier = os.urandom(4).hex()
    util("--import", str(file), "--token", token, "--label", label, "--id", identifier, "--pin", PIN)
    return key


def _take_apart(other: ec.EllipticCurvePrivateKey) -> None:
    """Leave one pair without its public half, and give one another key's."""
    with pkcs11.lib(str(MODULE)).get_token(token_label="heads").open(rw=True, user_pin=PIN) as session:
        for label in ("halved", "mixed"):
            session.get_key(pkcs11.ObjectClass.PUBLIC_KEY, pkcs11.KeyType.EC, label).destroy()
        der = other.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        session.create_object(
            {**decode_ec_public_key(der), pkcs11.Attribute.TOKEN: True, pkcs11.Attribute.LABEL: "mixed"}
        )


def sign(signer: Pkcs11Signer, payload: bytes = b'{"size":1}') -> str:
    return asyncio.run(signer.sign(TYPE, payload))


def end_sessions(token: str = "heads") -> None:
    """End every session with a token behind the signer's back, as a token does that was pulled out."""
    (slot,) = (each for each in pkcs11.lib(str(MODULE)).get_slots(token_present=True) if label_of(each) == token)
    assert ctypes.CDLL(str(MODULE)).C_CloseAllSessions(ctypes.c_ulong(slot.slot_id)) == 0


def label_of(slot: pkcs11.Slot) -> str:
    return slot.get_token().label


def holds(signed: str, key: ec.EllipticCurvePrivateKey) -> bool:
    public = ECKey.import_key(key.public_key())
    read = deserialize_compact(signed, public, algorithms=["ES256"])
    return read.headers() == {"alg": "ES256", "typ": TYPE, "kid": public.thumbprint()}


# What it signs


def test_what_it_signs_is_a_jws_by_the_key_that_was_put_into_it(shelf: Shelf) -> None:
    signer = shelf.signer()
    for number in range(40):  # about one in 128 has a half that begins with a zero byte
        payload = b'{"size":%d}' % number
        signed = sign(signer, payload)
        assert holds(signed, shelf.keys["first"])
        assert len(signed.rpartition(".")[2]) == 86


def test_the_public_half_is_known_once_the_token_was_opened(shelf: Shelf) -> None:
    signer = shelf.signer(key="second")
    assert signer.public is None
    opened = asyncio.run(signer.open())
    assert opened.thumbprint == ECKey.import_key(shelf.keys["second"].public_key()).thumbprint()
    assert signer.public == opened


def test_what_the_command_shows_of_a_token_certifies_what_the_token_signs(shelf: Shelf, tmp_path: Path) -> None:
    create_first(tmp_path)
    settings = shelf.settings
    shown = baygate(
        "key", "show", "--use", "heads",
        "--token", str(settings.module), settings.token, settings.key, str(settings.pin),
    )  # fmt: skip
    document = Trusted(signed(root_document(logKeys=[json.loads(shown.stdout)])), facts(), NOW).root.document
    log_keys = LogKeys.read(tmp_path, settings)
    head = asyncio.run(log_keys.sign_head(TYPE, b'{"at":"2026-11-27T16:40:01Z"}'))
    assert proven(head, TYPE, document.log_keys("heads")) == {"at": "2026-11-27T16:40:01Z"}
    assert not [line for line in log_keys.uncertified(document, NOW) if "heads" in line]


def test_two_keys_of_one_token_sign_side_by_side(shelf: Shelf) -> None:
    first, second = shelf.signer(), shelf.signer(key="second")
    for _ in range(2):
        assert holds(sign(first), shelf.keys["first"])
        assert holds(sign(second), shelf.keys["second"])


def test_it_is_asked_one_thing_at_a_time_and_the_loop_goes_on(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    signer = shelf.signer()
    sign(signer)
    asking, most, whole = [], [], under_test._Session.sign

    def slowly(session: under_test._Session, typ: str, payload: bytes) -> str:
        asking.append(threading.current_thread())
        most.append(len(asking))
        time.sleep(0.02)
        try:
            return whole(session, typ, payload)
        finally:
            asking.pop()

    monkeypatch.setattr(under_test._Session, "sign", slowly)

    async def some() -> int:
        signing = asyncio.gather(*(signer.sign(TYPE, b"{}") for _ in range(5)))
        turns = 0
        while not signing.done():
            await asyncio.sleep(0.001)
            turns += 1
        assert len(set(await signing)) == 5
        return turns

    assert asyncio.run(some()) > 20
    assert most == [1] * 5


# What goes wrong


def test_a_session_that_was_lost_is_opened_anew(shelf: Shelf, caplog: pytest.LogCaptureFixture) -> None:
    signer = shelf.signer()
    sign(signer)
    end_sessions()
    assert holds(sign(signer), shelf.keys["first"])
    assert "the session with the token heads was lost" in caplog.text


def test_a_token_that_is_gone_fails_and_signs_again_when_it_is_back(shelf: Shelf) -> None:
    signer = shelf.signer(token="fragile")
    before = sign(signer)
    tokens, away = shelf.directory / "tokens", shelf.directory / "away"
    end_sessions("fragile")
    tokens.rename(away)
    tokens.mkdir()
    for _ in range(2):
        with pytest.raises(TokenUnavailable, match="token fragile"):
            sign(signer)
    tokens.rmdir()
    away.rename(tokens)
    assert sign(signer).split(".")[0] == before.split(".")[0]


def test_a_pin_that_is_refused_is_not_tried_again(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = tmp_path / "pin"
    wrong.write_text("0000-no-pin")
    wrong.chmod(0o600)
    offered, whole = [], under_test._session

    def counted(settings: Pkcs11Settings, *, anew: bool) -> under_test._Session:
        offered.append(settings.token)
        return whole(settings, anew=anew)

    monkeypatch.setattr(under_test, "_session", counted)
    signer = shelf.signer(token="wary", pin=wrong)
    for _ in range(5):
        with pytest.raises(PinRefused, match="does not take the PIN") as refused:
            sign(signer)
        assert "0000-no-pin" not in str(refused.value)
    assert offered == ["wary"]


def test_a_token_that_does_not_answer_is_not_waited_for(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    signer = shelf.signer()
    sign(signer)
    answering = threading.Event()
    whole = under_test._Session.sign
    monkeypatch.setattr(under_test, "PATIENCE", 0.05)
    monkeypatch.setattr(under_test._Session, "sign", lambda *said: answering.wait(30) and whole(*said))

    async def ask() -> None:
        begun = time.monotonic()
        for _ in range(2):
            with pytest.raises(TokenUnavailable, match=r"did not sign within 0\.05 seconds"):
                await signer.sign(TYPE, b"{}")
        assert time.monotonic() - begun < 10
        answering.set()
        monkeypatch.setattr(under_test, "PATIENCE", 5.0)
        assert holds(await signer.sign(TYPE, b"{}"), shelf.keys["first"])

    asyncio.run(ask())


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"token": "nobody's"}, "There is no token nobody's"),
        ({"key": "nobody's"}, "no pair of P-256 keys, or more than one, that is labelled nobody's"),
        ({"key": "wide"}, "no pair of P-256 keys, or more than one, that is labelled wide"),
        ({"key": "twice"}, "no pair of P-256 keys, or more than one, that is labelled twice"),
        ({"key": "halved"}, "no pair of P-256 keys, or more than one, that is labelled halved"),
        ({"key": "mixed"}, "its public key is another key's"),
        ({"module": Path("/nowhere/module.so")}, "/nowhere/module.so cannot be used"),
        ({"module": Path(_ctypes.__file__)}, "The PKCS#11 module .* cannot be used"),
    ],
)
def test_what_is_not_as_it_is_set_is_named_each_time(
    shelf: Shelf, changes: dict[str, object], told: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    signer = shelf.signer(**changes)
    for _ in range(2):
        with pytest.raises(TokenUnavailable, match=told) as failure:
            sign(signer)
        assert failure.value.advice
    assert PIN not in caplog.text + str(failure.value)
    assert holds(sign(shelf.signer()), shelf.keys["first"]), "another's mistake disturbs nobody for good"


def test_the_pins_file_is_looked_at_when_a_hub_starts(shelf: Shelf, tmp_path: Path) -> None:
    pin = tmp_path / "pin"
    with pytest.raises(TokenUnavailable, match="cannot be read from"):
        shelf.signer(pin=pin)
    pin.write_text("\n")
    pin.chmod(0o600)
    with pytest.raises(TokenUnavailable, match="There is no PIN in"):
        shelf.signer(pin=pin)
    pin.write_text(PIN)
    pin.chmod(0o604)
    with pytest.raises(TokenUnavailable, match="is open to everybody") as refused:
        shelf.signer(pin=pin)
    assert refused.value.advice == f"Run: chmod o= {pin}"
    assert PIN not in str(refused.value)


def test_a_token_that_was_let_go_of_is_opened_by_nobody(shelf: Shelf) -> None:
    signer = shelf.signer()
    sign(signer)
    asyncio.run(signer.close())
    with contextlib.suppress(RuntimeError):
        sign(signer)
        pytest.fail("it signed")
    assert holds(sign(shelf.signer()), shelf.keys["first"])
