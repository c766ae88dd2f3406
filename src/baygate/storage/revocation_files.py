"""Revocation data on disk: what authorities have published, kept over restarts and shared by the workers of a machine.

A directory with one file for each CRL (``.crl``) and each OCSP response (``.ocsp``). An operator whose hub cannot reach
an authority's server puts its CRLs there himself, under any name. Nothing here is believed because it is here: whoever
reads it looks for the authority's signature.
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

CRL, RESPONSE = ".crl", ".ocsp"
_LOCK = "refreshing.lock"


@dataclass
class RevocationFiles:
    """The files of a directory, and which of them were seen as they are."""

    directory: Path
    _seen: dict[str, tuple[int, int, int]] = field(default_factory=dict)

    def changed(self) -> dict[str, bytes]:
        """Return the files, by name, that are new or other than when this was asked before."""
        found = {}
        for file in sorted(self.directory.glob("*.*")) if self.directory.is_dir() else ():
            if file.suffix in {CRL, RESPONSE}:
                # one that vanishes meanwhile, or cannot be read, is as good as none
                with contextlib.suppress(OSError):
                    stat = file.stat()
                    known_by = stat.st_ino, stat.st_mtime_ns, stat.st_size
                    if self._seen.get(file.name) != known_by:
                        found[file.name] = file.read_bytes()
                        self._seen[file.name] = known_by
        return found

    def every(self, suffix: str) -> dict[str, bytes]:
        """Return all files of a kind, by name."""
        found = {}
        for file in sorted(self.directory.glob(f"*{suffix}")):
            with contextlib.suppress(OSError):
                found[file.name] = file.read_bytes()
        return found

    def forget(self, name: str | None = None) -> None:
        """Let a file, or all of them, be new again: what it is held against has changed."""
        self._seen = {} if name is None else {each: seen for each, seen in self._seen.items() if each != name}

    def kept(self, name: str) -> bytes | None:
        """Return a file as it is; None if there is none."""
        try:
            return (self.directory / name).read_bytes()
        except OSError:
            return None

    def keep(self, name: str, body: bytes) -> None:
        """Write a file, all of it or nothing."""
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self.directory / f"{name}.{os.getpid()}.new"
        draft.write_bytes(body)
        draft.replace(self.directory / name)

    @contextlib.contextmanager
    def alone(self) -> Iterator[bool]:
        """Say whether nobody else of this machine refreshes the files now; until the end nobody else does."""
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.directory / _LOCK).open("ab") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                yield False
            else:
                yield True
