"""The keys that access tokens are signed with: one directory of private keys, each named for when it begins to sign.

Rotation breaks no token in flight, without anybody watching a clock: a new key is published before it signs, so that
whoever keeps the key set knows it in time; the one before it stays published until the last token that it signed has
ended. Every hub reads the directory anew when it changes. What signs the audit log is kept in the same way; which of
those keys count, the root document says.
"""

import contextlib
import datetime
import logging
import os
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from baygate.access.jose import BadKey, PublicKey, encoded, public_key
from baygate.storage.errors import KeyFileError
from baygate.storage.keys import place_for_keys

log = logging.getLogger("baygate.signing")

PUBLISHED_FOR = 600
"""Seconds for which others may keep the key set; a key is published that long before it signs."""
LONGEST_LIFETIME = 600
"""Seconds that the longest-lived token lives."""
_SKEW = 60
_NEVER = datetime.datetime.max.replace(tzinfo=datetime.UTC)
_NAME = "%Y%m%dT%H%M%SZ"
_LOOK_AGAIN = 1.0
_ALGORITHM = "ES256"
_HASH = ECDSA(SHA256())
_HALF = 32
TOKENS = "tokens"


def protected_header(typ: str, kid: str) -> str:
    """Return the protected header of what is signed with ES256, as a JWS carries it (RFC 7515, section 4)."""
    return encoded(orjson.dumps({"alg": _ALGORITHM, "typ": typ, "kid": kid}))


@dataclass(frozen=True)
class SigningKey:
    """A private key, and the moment from which it signs."""

    begins: datetime.datetime
    private: ECKey = field(repr=False)
    public: PublicKey
    _headers: dict[str, str] = field(default_factory=dict, repr=False, compare=False)

    @property
    def kid(self) -> str:
        """Its name, the thumbprint of its public half."""
        return self.public.thumbprint

    def sign(self, typ: str, payload: bytes) -> str:
        """Return a token (JWS compact, RFC 7515, section 7.1) of a type.

        By hand, since an answer waits for it: with joserfc it takes twice as long.
        """
        header = self._headers.get(typ) or self._headers.setdefault(typ, protected_header(typ, self.kid))
        signed = f"{header}.{encoded(payload)}"
        r, s = decode_dss_signature(self._key.sign(signed.encode(), _HASH))
        return f"{signed}.{encoded(r.to_bytes(_HALF) + s.to_bytes(_HALF))}"

    @cached_property
    def _key(self) -> EllipticCurvePrivateKey:
        key = self.private.private_key
        assert key is not None  # noqa: S101 - nothing else is made a signing key
        return key


class SigningKeys:
    """The keys of one directory; ``signs`` is what an operator knows them by."""

    def __init__(self, directory: Path, signs: str = TOKENS) -> None:
        self._directory = directory
        self._signs = signs
        self._looked = monotonic()
        self._files = _files(directory)
        self._keys = _read(directory, signs)
        self._ends = _ends(self._keys)

    def current(self, now: datetime.datetime) -> SigningKey:
        """Return the key that signs now: the newest that has begun, the first if none has."""
        keys = self._fresh()
        return next((each for each in reversed(keys) if each.begins <= now), keys[0])

    def every(self) -> tuple[SigningKey, ...]:
        """Return all keys there are, in the order in which they begin."""
        return self._fresh()

    def published(self, now: datetime.datetime) -> tuple[SigningKey, ...]:
        """Return the keys that a token may be signed with now, and those that will sign."""
        return tuple(each for each in self._fresh() if now < self._ends[each.kid])

    def public(self, kid: str, now: datetime.datetime) -> PublicKey | None:
        """Return a published key by its name."""
        keys = self._fresh()
        if now >= self._ends.get(kid, now):
            return None
        return next(each.public for each in keys if each.kid == kid)

    def key_set(self, now: datetime.datetime) -> Mapping[str, Any]:
        """Return the published keys as a JWK set (RFC 7517, section 5)."""
        marks = {"use": "sig", "alg": _ALGORITHM}
        return {"keys": [{**each.public.jwk, **marks, "kid": each.kid} for each in self.published(now)]}

    def _fresh(self) -> tuple[SigningKey, ...]:
        """Return the keys as they are now; as they were, if one is being written or is none, until that is mended."""
        if monotonic() - self._looked > _LOOK_AGAIN:
            self._looked = monotonic()
            files = _files(self._directory)
            if files != self._files:
                try:
                    self._keys, self._files = _read(self._directory, self._signs), files
                    self._ends = _ends(self._keys)
                except KeyFileError as error:
                    log.warning("the keys that sign %s stay as they were: %s", self._signs, error)
        return self._keys


def _ends(keys: Sequence[SigningKey]) -> Mapping[str, datetime.datetime]:
    """Return until when each key is published: as long as what it signed before the next one began can live."""
    over = datetime.timedelta(seconds=LONGEST_LIFETIME + _SKEW)
    ends = [*(each.begins + over for each in keys[1:]), _NEVER]
    return {each.kid: end for each, end in zip(keys, ends, strict=True)}


class KeyThereError(KeyFileError):
    """Another key begins to sign in the same second."""


def create(directory: Path, begins: datetime.datetime) -> SigningKey:
    """Write a new key that signs from ``begins``; its file is its owner's alone.

    Raise KeyThereError if there is one already, KeyFileError if it cannot be written.
    """
    begins = begins.astimezone(datetime.UTC).replace(microsecond=0)
    private = ECKey.generate_key("P-256", private=True)
    file = directory / f"{begins.strftime(_NAME)}.pem"
    with place_for_keys(directory):
        try:
            # complete before it has its name: another hub may be reading the directory
            draft = file.with_suffix(".new")
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as opened:
                opened.write(private.as_pem(private=True))
            os.link(draft, file)
            draft.unlink()
        except FileExistsError:
            raise KeyThereError(f"There is a key {file} already.", "Wait a second, or name another time.") from None
    return _made(begins, private)


_PATIENCE = 5.0


def create_first(directory: Path) -> None:
    """Create a key that signs at once, unless there is one; workers that begin together end up with the same.

    Raise KeyFileError if none can be written.
    """
    if _files(directory):
        return
    with contextlib.suppress(KeyThereError):  # another worker is making it just now
        create(directory, datetime.datetime.now(datetime.UTC))
    until = monotonic() + _PATIENCE
    while not _files(directory) and monotonic() < until:
        sleep(0.01)


def _files(directory: Path) -> list[Path]:
    return sorted(directory.glob("*.pem"))


def _read(directory: Path, signs: str) -> tuple[SigningKey, ...]:
    """Read the keys in the order in which they begin; raise KeyFileError for what is none, or open to others."""
    files = _files(directory)
    if not files:
        raise KeyFileError(f"There is no key to sign {signs} with in {directory}.", "Run: baygate key create")
    return tuple(_read_one(file, signs) for file in files)


def _read_one(file: Path, signs: str) -> SigningKey:
    try:
        begins = datetime.datetime.strptime(file.stem, _NAME).replace(tzinfo=datetime.UTC)
        mode = file.stat().st_mode
        private = ECKey.import_key(file.read_bytes())
        made = _made(begins, private)
    except (OSError, ValueError, KeyError, JoseError, BadKey) as error:
        raise KeyFileError(
            f"{file} is not a key to sign {signs} with: {error}.",
            "A file holds one P-256 private key and is named for when it begins: 20261125T080000Z.pem",
        ) from None
    if mode & (stat.S_IROTH | stat.S_IWOTH):
        raise KeyFileError(f"The key file {file} is open to everybody.", f"Run: chmod o= {file}")
    return made


def _made(begins: datetime.datetime, private: ECKey) -> SigningKey:
    if not private.is_private:
        raise ValueError("it has no private half")
    return SigningKey(begins, private, public_key(private.as_dict(private=False)))
