"""The demo's company register of Hong Kong: a process of its own, which ends with the demo, and a source of the hub."""

import asyncio
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.in_memory import quickest
from tests.subgraph_service import LINK, Service, serving, telling

from baygate.cli.console import Failure
from baygate.cli.demo_register import SOURCE, Register, join, running
from baygate.sample.hong_kong_register import schema
from baygate.sources.registered import composed
from baygate.storage import sources
from baygate.storage.database import Database
from baygate.storage.sources import NewSource, StoredSource, StoredSupergraph

ROOT = Path(__file__).resolve().parents[2]
RIVAL = NewSource(
    "rival",
    "hk-cr",
    "http://127.0.0.1:1/graphql",
    LINK + 'scalar CrNumber type HongKongCompany @key(fields: "crNumber") { crNumber: CrNumber! directors: Int }',
    {},
)
"""A service that gives a field of the register's as another."""


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    """What answers as the register does when it is asked for its schema."""
    with serving(telling(schema.as_str())) as running_service:
        yield running_service


def stored(dsn: str) -> tuple[StoredSupergraph, list[StoredSource]]:
    async def read() -> tuple[StoredSupergraph | None, list[StoredSource]]:
        connection = await Database(dsn).connect()
        try:
            return await sources.in_force(connection)
        finally:
            await connection.close()

    supergraph, registered = asyncio.run(read())
    assert supergraph is not None
    return supergraph, registered


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_it_answers_while_it_runs_and_comes_back_where_it_was(tmp_path: Path) -> None:
    with running(tmp_path) as register:
        assert register.address() == f"http://127.0.0.1:{register.port}/graphql"
        assert answers(register.port)
    assert register.process.returncode is not None
    assert not answers(register.port)
    with running(tmp_path) as again:
        assert again.port == register.port


def test_where_somebody_else_listens_by_now_it_runs_elsewhere(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        (tmp_path / "register.port").write_text(str(taken.getsockname()[1]), encoding="utf-8")
        with running(tmp_path) as register:
            assert register.port != taken.getsockname()[1]
    assert (tmp_path / "register.port").read_text(encoding="utf-8") == f"{register.port}\n"


@pytest.mark.parametrize("kept", ["", "eighty", "-1", "99999999"])
def test_what_is_no_port_is_as_good_as_none(tmp_path: Path, kept: str) -> None:
    (tmp_path / "register.port").write_text(kept, encoding="utf-8")
    with running(tmp_path) as register:
        assert 0 < register.port < 65_536


def test_a_process_that_has_ended_is_not_waited_for() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    with pytest.raises(Failure, match="does not start"):
        Register(ended, 1).address()


def test_it_is_registered_once_as_a_source_of_its_agency(database: str, service: Service) -> None:
    join(database, service.url)
    supergraph, (known,) = stored(database)
    assert (known.name, known.agency, known.url, known.added_by) == (SOURCE, "hk-cr", service.url, "baygate demo")
    assert supergraph.made_of == composed([known]).made_of
    join(database, service.url)
    assert stored(database) == (supergraph, [known]), "nothing has changed"


def test_another_address_is_taken_up(database: str, service: Service) -> None:
    join(database, service.url)
    with serving(telling(schema.as_str())) as elsewhere:
        join(database, elsewhere.url)
        supergraph, (known,) = stored(database)
        assert known.url == elsewhere.url
        assert elsewhere.url in supergraph.sdl


def test_what_it_does_not_compose_with_is_told_and_stays_in_force(
    database: str, service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    async def register() -> None:
        connection = await Database(database).connect()
        try:
            await sources.add(connection, RIVAL, "ann")
            await sources.put_in_force(connection, composed([RIVAL]).sdl, composed([RIVAL]).made_of, "ann")
        finally:
            await connection.close()

    asyncio.run(register())
    before = stored(database)
    join(database, service.url)
    assert stored(database) == before
    told = capsys.readouterr().err
    assert "HongKongCompany.directors" in told
    assert "Mind: Hong Kong's company register is not joined. The sources make no supergraph" in told


def test_a_supervisor_ends_it_with_the_demo() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="bg-", dir=quickest()) as home:
        command = [
            sys.executable, "-m", "baygate", "demo", "--data", home, "--port", str(port), "--enterprises", "12",
        ]  # fmt: skip
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            until_ready(port, process)
            register = int(Path(home, "register.port").read_text(encoding="utf-8"))
            assert answers(register)
        finally:
            process.send_signal(signal.SIGTERM)
            output, _ = process.communicate(timeout=30)
        assert process.returncode == 0, output
        assert not answers(register)
        assert not Path(home, "postgres", "postmaster.pid").exists()


def until_ready(port: int, process: subprocess.Popen[str]) -> None:
    for _ in range(600):
        assert process.poll() is None, process.stdout and process.stdout.read()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the demo does not come up")
