"""What a zygote starts is a process like another: its own arguments, environment, output, signals and end."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.zygote import Process, Zygote

NOBODY = {"BAYGATE_PROFILE": "development", "BAYGATE_DATABASE__DSN": "postgresql://127.0.0.1:1/none"}


@pytest.fixture
def hub(zygote: Zygote, tmp_path: Path) -> Iterator[Process]:
    """A hub without a database, on some port."""
    environment = os.environ | NOBODY | {"BAYGATE_KEYS": str(tmp_path / "keys"), "BAYGATE_SERVER__PORT": "0"}
    with (tmp_path / "log").open("wb") as output:
        started = zygote.start("serve", environment=environment, output=output)
    while "out of touch" not in (tmp_path / "log").read_text():
        assert started.poll() is None, (tmp_path / "log").read_text()
        time.sleep(0.02)
    yield started
    started.kill()


def test_it_runs_what_it_is_told_and_says_what_that_says(zygote: Zygote, tmp_path: Path) -> None:
    done = zygote.run("--version", environment=os.environ, log=tmp_path / "log")
    assert (done.returncode, done.stdout.partition(",")[0]) == (0, "python -m baygate")
    wrong = zygote.run("serve", "--nonsense", environment=os.environ, log=tmp_path / "log")
    assert wrong.returncode == 2
    assert "No such option" in wrong.stdout


def test_its_environment_is_the_one_it_is_given(zygote: Zygote, tmp_path: Path) -> None:
    done = zygote.run("serve", environment={"BAYGATE_PROFILE": "nonsense"}, log=tmp_path / "log")
    assert "Input should be 'development' or 'production'" in done.stdout, done.stdout


def test_it_runs_until_it_is_ended(hub: Process) -> None:
    assert os.getpgid(hub.pid) == os.getpgid(0), "Ctrl-C reaches it, too"
    with pytest.raises(subprocess.TimeoutExpired):
        hub.wait(0.1)
    hub.kill()
    assert hub.wait(10) == -signal.SIGKILL


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, -signal.SIGTERM), (signal.SIGINT, 0)])
def test_it_hears_signals(hub: Process, number: int, status: int) -> None:
    hub.send_signal(number)
    assert hub.wait(20) == status
    assert hub.poll() == status
    hub.send_signal(number)  # to nobody


def test_one_that_ends_leaves_the_others_alone(hub: Process, zygote: Zygote, tmp_path: Path) -> None:
    assert zygote.run("--version", environment=os.environ, log=tmp_path / "other").returncode == 0
    assert hub.poll() is None
