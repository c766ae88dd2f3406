"""The hub's keys: one file a use, a JWK Set of symmetric keys (RFC 7517, RFC 7518 section 6.4), never in the database.

The first key of a file is in force; those after it are of before, and still open what was made with them.
"""

import base64
import os
import secrets
from pathlib import Path

import orjson

from baygate.storage.errors import KeyFileError

_BYTES = 32


class Keys:
    """The keys in ``directory``, read when first used; missing ones are made if ``create``."""

    def __init__(self, directory: Path, *, create: bool = False) -> None:
        self._directory = directory
        self._create = create
        self._known: dict[str, tuple[bytes, ...]] = {}

    def __call__(self, use: str) -> bytes:
        """Return the key in force for ``use``; raise KeyFileError if there is none."""
        return self.all(use)[0]

    def all(self, use: str) -> tuple[bytes, ...]:
        """Return the key in force and those before it."""
        if use not in self._known:
            self._known[use] = self._read(self._directory / f"{use}.json")
        return self._known[use]

    def _read(self, file: Path) -> tuple[bytes, ...]:
        if not file.exists():
            if not self._create:
                raise KeyFileError(f"There is no key file {file}.", "Restore it from its backup; the demo makes its own.")
            _write_new(file)
        if os.name == "posix" and file.stat().st_mode & 0o077:
            raise KeyFileError(f"The key file {file} is open to others.", f"Close it: chmod 600 {file}")
        try:
            keys = tuple(_decoded(each["k"]) for each in orjson.loads(file.read_bytes())["keys"])
        except (ValueError, KeyError, TypeError):
            keys = ()
        if not keys or any(len(key) < _BYTES for key in keys):
            raise KeyFileError(f"{file} is not a JWK Set of symmetric keys of {_BYTES} bytes.", "Restore it from its backup.")
        return keys


def _write_new(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    secret = base64.urlsafe_b64encode(secrets.token_bytes(_BYTES)).rstrip(b"=").decode()
    key_set = {"keys": [{"kty": "oct", "kid": secrets.token_hex(8), "k": secret}]}
    partial = file.with_suffix(f".{os.getpid()}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as handle:
        handle.write(orjson.dumps(key_set))
    try:
        os.link(partial, file)  # whoever is first makes the key; all others read it
    except FileExistsError:
        pass
    finally:
        partial.unlink()


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
