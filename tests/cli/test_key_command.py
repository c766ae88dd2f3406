"""``baygate key``: the hub's own keys."""

import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.command_line import Done, baygate

from baygate.gateway.admission import SIGNING_KEYS
from baygate.storage.keys import USES


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    return tmp_path / "keys"


def key(command: str, keys: Path, *more: str) -> Done:
    return baygate("key", command, "--keys", str(keys), *more)


def test_what_is_missing_is_made_and_what_is_there_stays(keys: Path) -> None:
    assert f"The keys are in {keys}" in key("create", keys).stdout
    made = {each: each.read_bytes() for each in keys.rglob("*") if each.is_file()}
    assert {each.stem for each in made if each.suffix == ".key"} == set(USES)
    assert [each.parent.name for each in made if each.suffix == ".pem"] == [SIGNING_KEYS]
    assert {each.stat().st_mode & 0o777 for each in made} == {0o600}
    assert {each.stat().st_mode & 0o777 for each in keys.rglob("*") if each.is_dir()} == {0o700}
    assert key("create", keys).returncode == 0
    assert {each: each.read_bytes() for each in keys.rglob("*") if each.is_file()} == made


def test_the_next_key_is_listed_and_signs_later(keys: Path) -> None:
    key("create", keys)
    (first,) = key("list", keys).stdout.splitlines()
    assert " signs " in first
    done = key("rotate", keys)
    assert "signs from" in done.stdout
    assert "Copy the file to every hub" in done.stdout
    before, after = key("list", keys).stdout.splitlines()
    assert before == first
    assert after.startswith(done.stdout.split()[0])
    assert "will sign" in after


def test_a_key_may_sign_at_once_where_nobody_keeps_the_set(keys: Path) -> None:
    key("create", keys)
    first = key("list", keys).stdout.split()[0]
    # another second than the first key's, which names its file
    assert key("rotate", keys, "--after", "2").returncode == 0
    time.sleep(2)
    states = {line.split()[0]: line.split()[1] for line in key("list", keys).stdout.splitlines()}
    assert states.pop(first) == "signed"
    assert list(states.values()) == ["signs"]


@pytest.mark.parametrize("command", ["list"])
def test_without_keys_there_is_advice(keys: Path, command: str) -> None:
    done = key(command, keys)
    assert done.returncode == 1
    assert "Run: baygate key create" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_key_that_is_open_to_everybody_is_refused(keys: Path) -> None:
    key("create", keys)
    (file,) = (keys / SIGNING_KEYS).glob("*.pem")
    file.chmod(0o604)
    done = key("list", keys)
    assert f"Run: chmod o= {file}" in done.stderr


@pytest.mark.parametrize("after", ["-1", "soon"])
def test_a_key_does_not_begin_in_the_past(keys: Path, after: str) -> None:
    assert key("rotate", keys, "--after", after).returncode == 2
    assert not keys.exists()


# Where no key can be written


@pytest.fixture
def read_only(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A directory of keys whose user may not write to it; root, who might, is somebody else meanwhile."""
    # not tmp_path, which nobody but its owner can enter
    with tempfile.TemporaryDirectory() as home:
        directory = Path(home)
        key("create", directory)
        (directory / "cursor.key").unlink()
        for each in (directory, directory / SIGNING_KEYS):
            each.chmod(0o555)
        monkeypatch.chdir(directory)
        before = os.geteuid()
        if before == 0:
            os.seteuid(65534)
        try:
            yield directory
        finally:
            os.seteuid(before)
            for each in (directory, directory / SIGNING_KEYS):
                each.chmod(0o755)


@pytest.mark.parametrize(("command", "place"), [("create", ""), ("rotate", SIGNING_KEYS)])
def test_on_a_read_only_directory_there_is_advice(read_only: Path, command: str, place: str) -> None:
    before = sorted(read_only.rglob("*"))
    done = key(command, read_only)
    assert done.returncode == 1
    assert done.stderr.startswith(f"baygate: No key can be written to {read_only / place}: Permission denied.\n")
    assert "as the user that the hub runs as" in done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(read_only.rglob("*")) == before


@pytest.mark.parametrize("command", ["create", "rotate"])
def test_a_file_in_a_directorys_place_is_named(keys: Path, command: str) -> None:
    keys.write_text("")
    done = key(command, keys)
    assert done.returncode == 1
    assert f"baygate: No key can be written to {keys}" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_first_key_that_cannot_be_made_is_not_waited_for(keys: Path) -> None:
    keys.mkdir()
    (keys / SIGNING_KEYS).write_text("")
    done = key("create", keys)
    assert f"baygate: No key can be written to {keys / SIGNING_KEYS}: File exists." in done.stderr
    assert "The keys are in" not in done.stdout
