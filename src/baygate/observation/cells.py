"""Cells: the numbers of one worker, where whoever answers for the hub can read them.

A worker counts in memory that it shares with a file, so nothing has to be sent, and what a worker has counted that is
killed is not lost. Beside the numbers there is a list of whose they are, one line of JSON for each set of labels, which
is written before its numbers are. The worker holds a lock on the list, which ends with it however it ends.
"""

import fcntl
import logging
import mmap
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import orjson

from baygate.observation.series import ALL, LOST, Series

log = logging.getLogger("baygate.observation")

_CELLS = 8_192
"""Numbers of one worker, which is some hundred sets of labels: what is told apart is meant to be little."""
_SIZE = 8 * _CELLS
_OVERFLOW = max(each.width for each in ALL.values())
"""Numbers at the end that are nobody's: what comes when there is no room for more is counted there."""
_LIST, _NUMBERS = ".series", ".cells"

Labels = tuple[str, ...]


class Cells:
    """The writing side: ``values`` are the numbers, ``place`` says where in them something is counted."""

    def __init__(self, values: "memoryview[float]", listed: BinaryIO | None) -> None:
        self.values = values
        self._listed = listed
        self._used = 0
        self._lost = self.place(LOST, ())

    @classmethod
    def private(cls) -> "Cells":
        """Return cells that nobody else reads."""
        return cls(memoryview(bytearray(_SIZE)).cast("d"), None)

    @classmethod
    def shared(cls, directory: Path) -> "Cells":
        """Return cells in a directory; private ones if there is no room, since requests do not wait for metrics."""
        name = directory / f"{os.getpid()}-{secrets.token_hex(4)}"
        try:
            with name.with_suffix(_NUMBERS).open("xb+") as file:
                file.write(bytes(_SIZE))  # else a full disk would end the process, when it counts for the first time
                file.flush()
                values = memoryview(mmap.mmap(file.fileno(), _SIZE)).cast("d")
            listed = name.with_suffix(".new").open("xb", buffering=0)
            fcntl.flock(listed, fcntl.LOCK_EX)
            name.with_suffix(".new").rename(name.with_suffix(_LIST))
        except OSError as error:
            log.warning("the metrics of this worker are lost: %s", error)
            return cls.private()
        return cls(values, listed)

    def close(self) -> None:
        """Count no more; what was counted is from now on that of a worker that has ended."""
        if self._listed is not None:
            self._listed.close()

    def place(self, series: Series, labels: Labels) -> int:
        """Return where the numbers of a set of labels begin, which is new."""
        begin = self._used
        if begin + series.width > _CELLS - _OVERFLOW:
            self.values[self._lost] += 1
            return _CELLS - _OVERFLOW
        if self._listed is not None and not self._listed.closed:
            self._listed.write(orjson.dumps([series.name, series.width, labels], option=orjson.OPT_APPEND_NEWLINE))
        self._used += series.width
        return begin


@dataclass(frozen=True)
class Counted:
    """What one worker has counted, by series and labels."""

    numbers: dict[tuple[str, Labels], list[float]]
    living: bool


def read(directory: Path) -> Iterator[Counted]:
    """Read what all workers have counted. The files of one that has ended are read for the last time, and removed."""
    for path in sorted(directory.glob(f"*{_LIST}")):
        with path.open("rb") as listed:
            living = not _locks(listed)
            values = memoryview(path.with_suffix(_NUMBERS).read_bytes()).cast("d")
            yield Counted(_numbers(listed.read(), values), living)
        if not living:
            path.unlink()
            path.with_suffix(_NUMBERS).unlink()


def _locks(listed: BinaryIO) -> bool:
    """Whether nobody holds the list any more."""
    try:
        fcntl.flock(listed, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _numbers(listed: bytes, values: "memoryview[float]") -> dict[tuple[str, Labels], list[float]]:
    found: dict[tuple[str, Labels], list[float]] = {}
    begin = 0
    for line in listed.split(b"\n")[:-1]:
        name, width, labels = orjson.loads(line)
        if name in ALL and ALL[name].width == width:
            found[name, tuple(labels)] = list(values[begin : begin + width])
        begin += width
    return found
