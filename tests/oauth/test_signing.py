"""The keys that tokens are signed with: published before they sign, and as long as what they signed is good."""

import datetime
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from joserfc.jwk import ECKey
from joserfc.jws import deserialize_compact

from baygate.oauth import signing
from baygate.oauth.signing import LONGEST_LIFETIME, SigningKeys, create, create_first
from baygate.storage.errors import KeyFileError

NOON = datetime.datetime(2026, 11, 25, 12, tzinfo=datetime.UTC)
MINUTE = datetime.timedelta(minutes=1)
SECOND = datetime.timedelta(seconds=1)
NAME = "20261125T120000Z.pem"


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "keys"


def test_workers_that_begin_together_end_up_with_one_first_key(directory: Path) -> None:
    with ThreadPoolExecutor(8) as workers:
        assert [each.result() for each in [workers.submit(create_first, directory) for _ in range(8)]] == [None] * 8
    assert 1 <= len(list(directory.glob("*.pem"))) <= 2, "of one second, or of two that follow each other"
    assert SigningKeys(directory).current(datetime.datetime.now(datetime.UTC))


def test_the_first_key_signs_at_once_and_no_second_is_made(directory: Path) -> None:
    create_first(directory)
    create_first(directory)
    (file,) = directory.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    keys = SigningKeys(directory)
    now = datetime.datetime.now(datetime.UTC)
    assert keys.published(now) == (keys.current(now),)


def test_a_signature_names_its_key_and_holds(directory: Path) -> None:
    key = create(directory, NOON)
    token = deserialize_compact(key.sign("at+jwt", b"{}"), ECKey.import_key(dict(key.public.jwk)), algorithms=["ES256"])
    assert token.headers() == {"alg": "ES256", "typ": "at+jwt", "kid": key.kid}
    assert key.kid == key.public.key.thumbprint()


def test_both_halves_of_a_signature_have_their_whole_length(directory: Path) -> None:
    key = create(directory, NOON)
    # of one signature in 128, a half begins with a zero byte
    assert {len(key.sign("at+jwt", b"{}").rpartition(".")[2]) for _ in range(2_000)} == {86}


def test_a_key_is_published_before_it_signs_and_until_what_it_signed_is_over(directory: Path) -> None:
    old, new = create(directory, NOON), create(directory, NOON + 10 * MINUTE)
    keys = SigningKeys(directory)
    over = new.begins + datetime.timedelta(seconds=LONGEST_LIFETIME) + MINUTE

    def at(moment: datetime.datetime) -> tuple[str, list[str]]:
        return keys.current(moment).kid, [each["kid"] for each in keys.key_set(moment)["keys"]]

    assert at(NOON) == (old.kid, [old.kid, new.kid])
    assert at(new.begins - SECOND) == (old.kid, [old.kid, new.kid])
    assert at(new.begins) == (new.kid, [old.kid, new.kid])
    assert at(over - SECOND) == (new.kid, [old.kid, new.kid])
    assert at(over) == (new.kid, [new.kid])
    assert keys.public(old.kid, over) is None
    assert keys.public(new.kid, over) == new.public


def test_each_key_ends_by_the_one_after_it(directory: Path) -> None:
    made = [create(directory, NOON + number * MINUTE) for number in (0, 5, 30)]
    keys = SigningKeys(directory)
    assert keys.published(NOON + 20 * MINUTE) == tuple(made[1:])
    assert keys.published(NOON + 42 * MINUTE) == tuple(made[2:])


def test_before_the_first_begins_it_signs_nevertheless(directory: Path) -> None:
    first = create(directory, NOON)
    create(directory, NOON + MINUTE)
    assert SigningKeys(directory).current(NOON - MINUTE) == first


def test_the_set_has_public_members_only(directory: Path) -> None:
    create(directory, NOON)
    (key,) = SigningKeys(directory).key_set(NOON)["keys"]
    assert key.keys() == {"kty", "crv", "x", "y", "kid", "use", "alg"}


def test_two_keys_do_not_begin_at_once(directory: Path) -> None:
    create(directory, NOON)
    with pytest.raises(KeyFileError, match="already"):
        create(directory, NOON)
    assert len(list(directory.glob("*.pem"))) == 1


def test_a_private_key_is_not_shown_by_chance(directory: Path) -> None:
    assert "private" not in repr(create(directory, NOON))


# The directory changes


@pytest.fixture
def looking(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at the directory each time."""
    monkeypatch.setattr(signing, "_LOOK_AGAIN", -1.0)


@pytest.mark.usefixtures("looking")
def test_a_key_that_is_made_later_is_found(directory: Path) -> None:
    old = create(directory, NOON)
    keys = SigningKeys(directory)
    new = create(directory, NOON + MINUTE)
    assert keys.published(NOON) == (old, new)
    (directory / NAME).unlink()
    assert keys.published(NOON) == (new,)


@pytest.mark.usefixtures("looking")
def test_what_is_no_key_changes_nothing_and_is_read_when_it_is_mended(
    directory: Path, caplog: pytest.LogCaptureFixture
) -> None:
    old = create(directory, NOON)
    keys = SigningKeys(directory)
    whole = ECKey.generate_key("P-256", private=True).as_pem(private=True)
    later = directory / "20261125T130000Z.pem"
    later.write_bytes(whole[:50])
    assert keys.published(NOON) == (old,)
    assert later.name in caplog.text
    later.write_bytes(whole)
    later.chmod(0o600)
    assert len(keys.published(NOON)) == 2
    for each in directory.iterdir():
        each.unlink()
    assert len(keys.published(NOON)) == 2, "tokens in flight are not lost by an accident"


# Files that are none


def pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (NAME, b""),
        (NAME, b"no key"),
        (NAME, pem(ec.generate_private_key(ec.SECP384R1()))),
        (NAME, pem(ec.generate_private_key(ec.SECP224R1()))),
        (NAME, pem(rsa.generate_private_key(65537, 2048))),
        (NAME, pem(ed25519.Ed25519PrivateKey.generate())),
        (
            NAME,
            ec.generate_private_key(ec.SECP256R1())
            .public_key()
            .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        ),
        ("signing.pem", pem(ec.generate_private_key(ec.SECP256R1()))),
        ("20261332T120000Z.pem", pem(ec.generate_private_key(ec.SECP256R1()))),
    ],
)
@pytest.mark.filterwarnings("ignore:Diffie-Hellman")
def test_a_file_that_holds_no_such_key_is_named(directory: Path, name: str, content: bytes) -> None:
    directory.mkdir()
    (directory / name).write_bytes(content)
    with pytest.raises(KeyFileError, match="not a key to sign tokens with"):
        SigningKeys(directory)


def test_a_file_that_is_open_to_everybody_is_refused(directory: Path) -> None:
    create(directory, NOON)
    (directory / NAME).chmod(0o644)
    with pytest.raises(KeyFileError, match="open to everybody"):
        SigningKeys(directory)


@pytest.mark.parametrize("there", [True, False])
def test_without_keys_there_is_advice(directory: Path, there: bool) -> None:
    if there:
        directory.mkdir()
    with pytest.raises(KeyFileError, match="no key to sign tokens with") as caught:
        SigningKeys(directory)
    assert caught.value.advice == "Run: baygate key create"
