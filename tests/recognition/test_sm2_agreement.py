"""Second opinions on SM2 signatures: OpenSSL, gmssl and this hub say the same of true ones and of spoilt ones."""

import secrets
import shutil

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from tests.recognition.sm2_signers import GmSsl, OpenSsl, der, flipped, gmssl, raw
from tests.recognition.test_sm2 import KEY, MESSAGE, POINT, WRITTEN_OTHERWISE, R, S, spki

from baygate.recognition.sm2 import public_key
from baygate.recognition.sm2_curve import N

COMMANDS = {"genpkey": ("genpkey", "-algorithm", "SM2"), "ecparam": ("ecparam", "-genkey", "-name", "SM2")}


@pytest.fixture(scope="module", params=COMMANDS.values(), ids=COMMANDS)
def openssl(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> OpenSsl:
    if not shutil.which("openssl"):
        pytest.skip("there is no openssl command to compare with")
    return OpenSsl(tmp_path_factory.mktemp("openssl"), *request.param)


def drawn() -> GmSsl:
    return GmSsl(1 + secrets.randbelow(N - 2))


def test_what_openssl_signs_holds(openssl: OpenSsl) -> None:
    key = public_key(openssl.spki)
    for length in (0, 1, 31, 32, 55, 64, 1_000, 100_000):
        message = secrets.token_bytes(length)
        assert key.verify(message, openssl.sign(message))


@pytest.mark.parametrize(
    "identity", [b"ALICE123@YAHOO.COM", "粤港澳".encode(), bytes(range(256)), b"i" * 8_190], ids=len
)
def test_what_openssl_signs_for_an_identity_holds_for_it_alone(openssl: OpenSsl, identity: bytes) -> None:
    key, signature = public_key(openssl.spki), openssl.sign(MESSAGE, identity)
    assert key.verify(MESSAGE, signature, identity)
    assert not key.verify(MESSAGE, signature)
    assert not key.verify(MESSAGE, signature, identity[:-1])


def test_what_gmssl_signs_holds() -> None:
    for length in (1, 31, 32, 55, 64, 1_000):
        signer, message = drawn(), secrets.token_bytes(length)
        assert signer.key.verify_raw(message, signer.sign(message))


def test_openssl_agrees_on_what_is_spoilt(openssl: OpenSsl) -> None:
    key, message = public_key(openssl.spki), secrets.token_bytes(20)
    signature = openssl.sign(message)
    assert key.verify(message, signature) is openssl.verify(message, signature) is True
    for each in flipped(signature)[::3]:
        assert key.verify(message, each) is openssl.verify(message, each) is False
    for each in flipped(message)[::4]:
        assert key.verify(each, signature) is openssl.verify(each, signature) is False


def test_gmssl_agrees_on_what_is_spoilt() -> None:
    signer, message = drawn(), secrets.token_bytes(20)
    signature = signer.sign(message)
    assert signer.key.verify_raw(message, signature) is signer.verify(message, signature) is True
    for each in flipped(signature)[::8]:
        assert signer.key.verify_raw(message, each) is signer.verify(message, each) is False
    for each in flipped(message)[::5]:
        assert signer.key.verify_raw(each, signature) is signer.verify(each, signature) is False


def test_gmssl_takes_what_openssl_signs(openssl: OpenSsl) -> None:
    key, message = public_key(openssl.spki), secrets.token_bytes(40)
    signature = raw(*decode_dss_signature(openssl.sign(message)))
    assert key.verify_raw(message, signature)
    assert gmssl(key).verify_with_sm3(signature.hex(), message)


def test_openssl_takes_what_gmssl_signs(openssl: OpenSsl) -> None:
    signer, message = drawn(), secrets.token_bytes(40)
    signature = signer.sign(message)
    written = der(int.from_bytes(signature[:32]), int.from_bytes(signature[32:]))
    assert signer.key.verify(message, written)
    assert openssl.verify(message, written, spki=spki(raw_point(signer)))


def raw_point(signer: GmSsl) -> bytes:
    return b"\x04" + raw(signer.key.x, signer.key.y)


def test_openssl_agrees_on_the_standards_example_and_how_it_is_written(openssl: OpenSsl) -> None:
    assert openssl.verify(MESSAGE, der(R, S), spki=spki(POINT)) is KEY.verify(MESSAGE, der(R, S)) is True
    for signature in WRITTEN_OTHERWISE.values():
        assert not openssl.verify(MESSAGE, signature, spki=spki(POINT))
