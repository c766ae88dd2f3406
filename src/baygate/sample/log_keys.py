"""The sample world's keys of the audit log: like its signers' keys they are everybody's, and certified by its root."""

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from joserfc.jwk import ECKey

from baygate.audit.keys import DIRECTORIES
from baygate.storage.keys import place_for_keys

_BEGINS = "20261101T000000Z"
"""When they begin, as the name of a key's file says it."""
_NOT_BEFORE = "2026-11-01T00:00:00Z"


def log_keys(certificates: Path) -> list[Mapping[str, Any]]:
    """Return the public halves, as a root document certifies them."""
    found = ((use, ECKey.import_key(file.read_bytes()).as_dict(private=False)) for use, file in _files(certificates))
    return [
        {"use": use, "jwk": {name: jwk[name] for name in ("kty", "crv", "x", "y")}, "notBefore": _NOT_BEFORE}
        for use, jwk in found
    ]


def install(certificates: Path, keys: Path) -> None:
    """Put them among a hub's keys, where it has none of a use; raise KeyFileError if they cannot be written."""
    for use, file in _files(certificates):
        directory = keys / DIRECTORIES[use]
        with place_for_keys(directory):
            if file.exists() and not any(directory.glob("*.pem")):
                made = directory / f"{_BEGINS}.pem"
                shutil.copyfile(file, made)
                made.chmod(0o600)


def _files(certificates: Path) -> Iterator[tuple[str, Path]]:
    return ((use, certificates / f"log-{use}.key.pem") for use in DIRECTORIES)
