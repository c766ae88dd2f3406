"""Where what lasts as long as a test lies: in memory, if there is room.

To make or to copy a database takes a disk longer than most tests take, and each time differently long. A database that
is killed in a test of what then remains lies on a disk all the same.
"""

import shutil
from pathlib import Path

_MEMORY = Path("/dev/shm")
_ROOM = 2 << 30
"""Bytes that must be free: each process of a test run has a PostgreSQL of its own, whose log alone may take 1 GB."""


def quickest() -> Path | None:
    """Return in which directory to make temporary ones; None is where they are made anyway."""
    roomy = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free >= _ROOM
    return _MEMORY if roomy else None
