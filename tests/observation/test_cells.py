"""Cells: what a worker counts is read by another process, whatever becomes of the worker."""

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from baygate.observation import cells, series
from baygate.observation.cells import Cells, read

COUNTING = """
import sys
from pathlib import Path
from baygate.observation import series
from baygate.observation.cells import Cells

cells = Cells.shared(Path(sys.argv[1]))
cells.values[cells.place(series.REQUESTS, ("200", "OK"))] += 41
cells.values[cells.place(series.POOL_WAITING, ())] = 5
print("counted", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def written(tmp_path: Path) -> Iterator[Cells]:
    cells = Cells.shared(tmp_path)
    yield cells
    cells.close()


def only(directory: Path) -> cells.Counted:
    (found,) = read(directory)
    return found


def test_numbers_are_read_as_soon_as_they_are_counted(written: Cells, tmp_path: Path) -> None:
    place = written.place(series.REQUESTS, ("200", "OK"))
    for expected in (1.0, 2.0):
        written.values[place] += 1
        assert only(tmp_path).numbers["baygate_requests", ("200", "OK")] == [expected]
    assert only(tmp_path).living


def test_a_histogram_has_all_its_numbers_together(written: Cells, tmp_path: Path) -> None:
    first, second = (written.place(series.STAGE_SECONDS, (stage,)) for stage in ("plan", "result"))
    written.values[first + 1], written.values[second] = 3, 4
    found = only(tmp_path).numbers
    assert found["baygate_stage_seconds", ("plan",)][:2] == [0.0, 3.0]
    assert found["baygate_stage_seconds", ("result",)][:2] == [4.0, 0.0]


def test_what_a_killed_worker_counted_is_read_once_and_its_files_are_gone(tmp_path: Path) -> None:
    command = [sys.executable, "-c", COUNTING, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == b"counted\n"
        assert only(tmp_path).living
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
        found = only(tmp_path)
    assert not found.living
    assert found.numbers["baygate_requests", ("200", "OK")] == [41.0]
    assert list(tmp_path.iterdir()) == []


def test_where_there_is_no_room_a_worker_counts_for_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(cells.mmap, "mmap", full)
    written = Cells.shared(tmp_path)
    written.values[written.place(series.REQUESTS, ("200", "OK"))] += 1
    assert list(read(tmp_path)) == []


def test_too_many_sets_of_labels_are_counted_as_lost_and_harm_no_others(written: Cells, tmp_path: Path) -> None:
    places = [written.place(series.STAGE_SECONDS, (str(number),)) for number in range(600)]
    for place in places:
        written.values[place] += 1
    found = only(tmp_path).numbers
    kept = {name: numbers for name, numbers in found.items() if name[0] == "baygate_stage_seconds"}
    assert 400 < len(kept) < 600
    assert all(numbers[0] == 1.0 for numbers in kept.values())
    assert found["baygate_series_lost", ()] == [600.0 - len(kept)]


def test_a_line_that_is_not_whole_yet_is_not_read(written: Cells, tmp_path: Path) -> None:
    written.place(series.REQUESTS, ("200", "OK"))
    (listed,) = tmp_path.glob("*.series")
    with listed.open("ab") as file:
        file.write(b'["baygate_req')
    assert ("baygate_requests", ("200", "OK")) in only(tmp_path).numbers
