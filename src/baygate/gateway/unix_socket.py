"""The Unix socket that a hub listens on: whoever can open it is a proxy that the hub believes."""

import contextlib
import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

from baygate.settings import SettingsError

_OTHERS = 0o117
"""What the file's mode, 0660, leaves out: its owner and group are the hub and the proxy, and nobody else."""


@contextlib.contextmanager
def listening(path: Path, backlog: int) -> Iterator[socket.socket]:
    """Listen at a path, and take the file away at the end.

    It listens at once, before a worker answers: another hub must find this one living. A file that a hub left when it
    was killed is replaced; raise SettingsError if a hub listens at it, or if it is something else.
    """
    _require_free(path)
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        before = os.umask(_OTHERS)  # not chmod afterwards: it must never have been open to others
        try:
            bound.bind(str(path))
        finally:
            os.umask(before)
        bound.listen(backlog)
        bound.set_inheritable(True)
        own = path.stat()
    except OSError as error:
        bound.close()
        raise SettingsError(f"server.socket {path}: {error.strerror or error}") from None
    try:
        yield bound
    finally:
        bound.close()
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(own, path.stat()):
                path.unlink()


def _require_free(path: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        if not stat.S_ISSOCK(path.lstat().st_mode):
            raise SettingsError(f"server.socket {path} is a file of another kind.", "Name a path where no file is.")
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            probe.settimeout(1)
            try:
                probe.connect(str(path))
            except ConnectionRefusedError:
                path.unlink()
            except OSError as error:
                raise SettingsError(f"server.socket {path}: {error.strerror or error}") from None
            else:
                raise SettingsError(
                    f"server.socket {path}: another hub listens there.", "Give each hub a socket of its own."
                )
