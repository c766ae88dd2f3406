"""``baygate key``: the hub's own keys."""

import datetime
import json
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from joserfc.jwk import ECKey
from tests.access.signing import NOW, facts, root_document, signed
from tests.command_line import Done, baygate

from baygate.access.documents.root import LogUse
from baygate.access.documents.trust import Trusted
from baygate.audit.keys import keys_of
from baygate.gateway.admission import SIGNING_KEYS
from baygate.oauth import signing
from baygate.oauth.signing import SigningKeys
from baygate.storage.keys import USES

DIRECTORIES = {"token": SIGNING_KEYS, "heads": "audit-heads", "receipts": "audit-receipts"}


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    return tmp_path / "keys"


def key(command: str, keys: Path, *more: str) -> Done:
    return baygate("key", command, "--keys", str(keys), *more)


def listed(keys: Path, use: str = "token") -> dict[str, str]:
    """Return what the keys of a use do, by their names."""
    lines = [line.partition(f" {use} ")[0] for line in key("list", keys, "--use", use).stdout.splitlines()]
    return {name: state.strip() for name, _, state in (line.partition("  ") for line in lines)}


def test_what_is_missing_is_made_and_what_is_there_stays(keys: Path) -> None:
    assert f"The keys are in {keys}" in key("create", keys).stdout
    made = {each: each.read_bytes() for each in keys.rglob("*") if each.is_file()}
    assert {each.stem for each in made if each.suffix == ".key"} == set(USES)
    assert {each.parent.name for each in made if each.suffix == ".pem"} == set(DIRECTORIES.values())
    assert {each.stat().st_mode & 0o777 for each in made} == {0o600}
    assert {each.stat().st_mode & 0o777 for each in keys.rglob("*") if each.is_dir()} == {0o700}
    assert key("create", keys).returncode == 0
    assert {each: each.read_bytes() for each in keys.rglob("*") if each.is_file()} == made


@pytest.mark.parametrize(("use", "room"), [("token", 600), ("heads", 7 * 24 * 3600), ("receipts", 7 * 24 * 3600)])
def test_the_next_key_is_listed_and_signs_later(keys: Path, use: str, room: int) -> None:
    key("create", keys)
    (first,) = listed(keys, use)
    done = key("rotate", keys, "--use", use)
    assert "Copy the file to every hub" in done.stdout
    assert listed(keys, use) == {first: "signs", done.stdout.split()[0]: "will sign"}
    _, made = SigningKeys(keys / DIRECTORIES[use]).every()
    in_seconds = (made.begins - datetime.datetime.now(datetime.UTC)).total_seconds()
    assert in_seconds == pytest.approx(room, abs=30)


def test_all_keys_are_listed_each_with_its_use(keys: Path) -> None:
    key("create", keys)
    lines = [line.split() for line in key("list", keys).stdout.splitlines()]
    assert [(each[1], each[2]) for each in lines] == [("signs", "token"), ("signs", "heads"), ("signs", "receipts")]
    assert len({each[0] for each in lines}) == 3


def test_a_key_of_the_audit_log_is_to_be_certified_first(keys: Path) -> None:
    key("create", keys)
    assert "Let the root document certify it before that" not in key("rotate", keys).stdout
    told = key("rotate", keys, "--use", "receipts").stdout
    assert f"Let the root document certify it before that: baygate key show --use receipts --keys {keys}" in told


def test_a_key_may_sign_at_once_where_nobody_keeps_the_set(keys: Path) -> None:
    key("create", keys)
    (first,) = listed(keys)
    # another second than the first key's, which names its file
    assert key("rotate", keys, "--after", "2").returncode == 0
    time.sleep(2)
    states = listed(keys)
    assert states.pop(first) == "signed"
    assert list(states.values()) == ["signs"]


# What belongs in a root document


@pytest.mark.parametrize("use", ["heads", "receipts"])
def test_a_root_document_takes_what_is_shown_and_certifies_the_keys_with_it(keys: Path, use: LogUse) -> None:
    key("create", keys)
    next_ = key("rotate", keys, "--use", use).stdout.split()[0]
    shown = [json.loads(line) for line in key("show", keys, "--use", use).stdout.splitlines()]
    document = Trusted(signed(root_document(logKeys=shown)), facts(), NOW).root.document
    certified = document.log_keys(use)
    assert set(certified) == set(listed(keys, use))
    for each in keys_of(keys, use).every():
        assert certified[each.kid].public.jwk == each.public.jwk
        # what it signs first may be of a moment before, by another clock
        assert certified[each.kid].holds(each.begins - datetime.timedelta(minutes=59))
        assert not certified[each.kid].holds(each.begins - datetime.timedelta(minutes=61))
    assert next_ in certified


def test_nothing_private_is_shown(keys: Path) -> None:
    key("create", keys)
    (file,) = (keys / "audit-heads").iterdir()
    private = ECKey.import_key(file.read_bytes()).as_dict(private=True)["d"]
    assert private not in key("show", keys, "--use", "heads").stdout


def test_keys_that_sign_no_more_are_listed_and_not_shown(keys: Path) -> None:
    directory = keys / "audit-heads"
    begun = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    old, new = (signing.create(directory, begun + datetime.timedelta(days=days)) for days in (0, 31))
    assert listed(keys, "heads") == {old.kid: "signed", new.kid: "signs"}
    (line,) = key("show", keys, "--use", "heads").stdout.splitlines()
    assert json.loads(line)["notBefore"] == "2026-01-31T23:00:00Z"


def test_of_a_token_it_is_told_what_is_wrong_with_it(keys: Path, tmp_path: Path) -> None:
    pytest.importorskip("pkcs11")
    pin = tmp_path / "pin"
    done = key("show", keys, "--use", "heads", "--token", "/nowhere.so", "hub", "heads", str(pin))
    assert f"baygate: The token's PIN cannot be read from {pin}." in done.stderr
    pin.write_text("4711")
    pin.chmod(0o600)
    done = key("show", keys, "--use", "heads", "--token", "/nowhere.so", "hub", "heads", str(pin))
    assert "The PKCS#11 module /nowhere.so cannot be used" in done.stderr
    assert (done.returncode, "4711" in done.stderr) == (1, False)
    done = key("show", keys, "--use", "receipts", "--token", "/nowhere.so", "hub", "heads", str(pin))
    assert (done.returncode, "Only heads are signed in a token" in done.stderr) == (2, True)


# What goes wrong


@pytest.mark.parametrize("command", [["list"], ["show", "--use", "heads"]])
def test_without_keys_there_is_advice(keys: Path, command: list[str]) -> None:
    done = key(command[0], keys, *command[1:])
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
