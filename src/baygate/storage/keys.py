"""Keys: one for each use, in files, never in the database.

A key's ``kid`` is derived from the key itself, so that two hubs that name the same one hold the same one.

Hashes that leave the hub are not made with a key of a file but with one derived from ``recipient-hash`` for each
recipient and purpose: who holds two recipients' answers cannot join them by their hashes, nor one recipient those that
he got for two purposes.
"""

import contextlib
import hashlib
import hmac
import os
import secrets
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from baygate.storage.errors import KeyFileError

RECIPIENT_HASH = "recipient-hash"
AUDIT_PERSON, AUDIT_VARIABLES = "audit-person", "audit-variables"
"""For what the audit log says of persons and of a request's variables, which it never has in clear."""
USES = (
    "citizen-id",
    "citizen-name",
    "bank-account",
    RECIPIENT_HASH,
    "cursor",
    "dpop-nonce",
    "session",
    AUDIT_PERSON,
    AUDIT_VARIABLES,
)
"""What the hub needs keys for. A digest under one use says nothing about one under another."""

_LENGTH = 32
_OF_A_RECIPIENT = "recipient "
"""How a use begins whose key is derived: ``recipient <agency> <purpose>``, ``recipient party <id> <purpose>``."""


def keyed_hash(key: bytes, text: str) -> str:
    """Return HMAC-SHA-256 (RFC 2104) of a canonical text, as 64 lower-case hexadecimal digits.

    The text must be what the identifier's ``parse`` returned, or equal values would not be found equal.
    """
    return hmac.digest(key, text.encode(), "sha256").hex()


@dataclass(frozen=True)
class Key:
    """A secret for one use."""

    use: str
    secret: bytes = field(repr=False)

    @property
    def kid(self) -> str:
        """Its name: 16 hexadecimal digits that follow from use and secret, and do not lead back."""
        return hashlib.sha256(b"baygate kid\0" + self.use.encode() + b"\0" + self.secret).hexdigest()[:16]


class Keys(Mapping[str, Key]):
    """The hub's keys by use."""

    def __init__(self, secrets_by_use: Mapping[str, bytes]) -> None:
        missing = [use for use in USES if use not in secrets_by_use]
        if missing:
            raise KeyFileError(f"There is no key for {', '.join(missing)}.", "Give one key for each use.")
        for use, secret in secrets_by_use.items():
            if len(secret) < _LENGTH:
                raise KeyFileError(
                    f"The key for {use} has {len(secret)} bytes.", f"Give one of {_LENGTH} random bytes or more."
                )
        self._keys = {use: Key(use, secret) for use, secret in secrets_by_use.items()}

    def __getitem__(self, use: str) -> Key:
        return self._keys[use]

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)

    def derived(self, use: str) -> bytes:
        """Return the secret for ``use``: of a recipient and purpose the one derived for them (HMAC-SHA-256 of the use).

        Raise KeyError if there is no such use.
        """
        if use.startswith(_OF_A_RECIPIENT):
            return hmac.digest(self._keys[RECIPIENT_HASH].secret, use.encode(), "sha256")
        return self._keys[use].secret

    def hash(self, use: str, text: str) -> str:
        """Return the keyed hash of a canonical text under the key for ``use``."""
        return keyed_hash(self._keys[use].secret, text)


def read(directory: Path) -> Keys:
    """Read the key of every use from ``directory/<use>.key``: its bytes in hexadecimal digits.

    Raise KeyFileError if one is missing, malformed, or open to everybody.
    """
    return Keys({use: _read_one(directory / f"{use}.key") for use in USES})


def read_or_create(directory: Path) -> Keys:
    """Read the keys, after making those that are missing; each file is its owner's alone.

    Raise KeyFileError if one cannot be made, or as ``read`` does.
    """
    with place_for_keys(directory):
        for use in USES:
            file = directory / f"{use}.key"
            if not file.exists():
                descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(descriptor, "w", encoding="ascii") as opened:
                    opened.write(secrets.token_hex(_LENGTH) + "\n")
    return read(directory)


@contextlib.contextmanager
def place_for_keys(directory: Path) -> Iterator[None]:
    """Make a directory for keys, its owner's alone, unless there is one; raise KeyFileError if none can be written."""
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise KeyFileError(
            f"No key can be written to {directory}: {error.strerror}.",
            "Run this where the directory can be written, as the user that the hub runs as. A container of a hub has "
            "its keys read-only: mount them once more, as docs/operations.md shows for Docker Compose.",
        ) from None


def _read_one(file: Path) -> bytes:
    try:
        mode = file.stat().st_mode
        text = file.read_text(encoding="ascii")
    except FileNotFoundError:
        raise KeyFileError(
            f"The key file {file} is missing.",
            "Restore it from your backup: a new one makes what was hashed or sealed with it useless. If there never "
            "was one, run: baygate key create",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise KeyFileError(f"The key file {file} cannot be read: {error}.", "Check its owner and content.") from None
    if mode & (stat.S_IROTH | stat.S_IWOTH):
        raise KeyFileError(f"The key file {file} is open to everybody.", f"Run: chmod o= {file}")
    try:
        return bytes.fromhex(text.strip())
    except ValueError:
        raise KeyFileError(
            f"The key file {file} does not hold hexadecimal digits.", "Restore it from your backup."
        ) from None
