"""The socket that a hub listens on: who may open it, and what it replaces."""

import os
import socket
import stat
from pathlib import Path

import pytest

from baygate.gateway.unix_socket import listening
from baygate.settings import SettingsError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "hub.sock"


def connects(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_only_owner_and_group_may_open_it_whatever_the_umask(path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        with listening(path, 1):
            assert stat.S_IMODE(path.stat().st_mode) == 0o660
        assert os.umask(umask) == umask, "it was changed for everything that the hub writes"
    finally:
        os.umask(before)


def test_it_listens_at_once_and_is_gone_at_the_end(path: Path) -> None:
    with listening(path, 1):
        assert connects(path)
    assert not path.exists()


def test_what_a_hub_that_was_killed_has_left_is_replaced(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
        dead.listen()
    assert path.is_socket()
    with listening(path, 1):
        assert connects(path)


def test_another_hubs_socket_is_left_alone(path: Path) -> None:
    with listening(path, 5):
        with pytest.raises(SettingsError, match="another hub listens there") as refused, listening(path, 5):
            pass
        assert refused.value.advice == "Give each hub a socket of its own."
        assert connects(path)


@pytest.mark.parametrize("kind", ["file", "directory", "link"])
def test_what_is_no_socket_is_left_alone(path: Path, kind: str) -> None:
    match kind:
        case "file":
            path.write_text("precious")
        case "directory":
            path.mkdir()
        case _:
            path.symlink_to(path.parent / "elsewhere.sock")
    with pytest.raises(SettingsError, match="is a file of another kind"), listening(path, 1):
        pass
    assert path.is_symlink() or path.exists()


def test_one_that_is_another_hubs_by_now_is_not_taken_away(path: Path) -> None:
    with listening(path, 1):
        path.unlink()
        with socket.socket(socket.AF_UNIX) as other:
            other.bind(str(path))
    assert path.is_socket()


def test_a_path_that_cannot_be_is_named(tmp_path: Path) -> None:
    for wrong in (tmp_path / "missing" / "hub.sock", tmp_path / ("long" * 50)):
        with pytest.raises(SettingsError, match=f"server.socket {wrong}: "), listening(wrong, 1):
            pass
