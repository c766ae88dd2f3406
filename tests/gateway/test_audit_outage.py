"""While the audit log cannot be written nothing is released; when it can be again, all goes on by itself."""

import asyncio
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.agency import DEVELOPER, register
from tests.open_policies import publish_open
from tests.serving import Hub, Serve

from baygate.sample.load import load
from baygate.storage.database import Database

_CANCEL = """
SELECT pg_cancel_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'baygate audit' AND wait_event_type = 'Lock'
"""
QUERY = "{ parties(first: 2) { nodes { id name } } }"


@pytest.fixture
def own_hub(serve: Serve, database: str, keys: Any) -> Iterator[Hub]:
    """A hub on a database of this test's own."""

    async def fill() -> None:
        await load(database, keys, 5)
        await register(database, DEVELOPER)
        await publish_open(database)

    asyncio.run(fill())
    with serve("development", DATABASE__DSN=database) as hub:
        yield hub


def execute(dsn: str, *statements: str) -> None:
    async def run() -> None:
        connection = await Database(dsn).connect()
        try:
            for each in statements:
                await connection.execute(each)
        finally:
            await connection.close()

    asyncio.run(run())


def released(answer: httpx.Response) -> bool:
    """Whether an answer holds anything; one that does not says why, and when to come again."""
    if answer.status_code == 200:
        assert answer.json()["data"]["parties"]["nodes"]
        assert answer.headers["baygate-receipt"]
        return True
    assert answer.status_code == 503
    assert answer.json()["errors"][0]["extensions"]["code"] == "AUDIT_UNAVAILABLE"
    assert "data" not in answer.json()
    assert answer.headers["retry-after"] == "1"
    assert "baygate-receipt" not in answer.headers
    return False


def eventually(hub: Hub, *, is_released: bool) -> None:
    deadline = time.monotonic() + 30
    while released(hub.ask(QUERY)) is not is_released:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_nothing_is_released_while_the_log_cannot_be_written(own_hub: Hub) -> None:
    assert released(own_hub.ask(QUERY))
    execute(own_hub.dsn, "ALTER TABLE audit_record RENAME TO elsewhere")
    assert not released(own_hub.ask(QUERY))
    assert not released(own_hub.ask(QUERY))
    execute(own_hub.dsn, "ALTER TABLE elsewhere RENAME TO audit_record")
    assert released(own_hub.ask(QUERY))


def test_nor_are_accesses_given_out(own_hub: Hub) -> None:
    url = f"{own_hub.base}/audit/accesses"
    assert own_hub.client.get(url).headers["baygate-receipt"]
    execute(own_hub.dsn, "ALTER TABLE audit_record ADD CONSTRAINT nothing CHECK (false) NOT VALID")
    refused = own_hub.client.get(url)
    assert (refused.status_code, refused.json()["error"]) == (503, "temporarily_unavailable")
    assert "nothing is released" in refused.json()["error_description"]
    assert "baygate-receipt" not in refused.headers
    execute(own_hub.dsn, "ALTER TABLE audit_record DROP CONSTRAINT nothing")
    assert own_hub.client.get(url).status_code == 200


def test_accesses_that_cannot_be_read_are_refused_and_not_half_an_answer(own_hub: Hub) -> None:
    assert released(own_hub.ask(QUERY))
    execute(own_hub.dsn, "ALTER TABLE audit_access RENAME TO elsewhere")
    refused = own_hub.client.get(f"{own_hub.base}/audit/accesses")
    assert (refused.status_code, refused.json()["error"]) == (503, "temporarily_unavailable")
    execute(own_hub.dsn, "ALTER TABLE elsewhere RENAME TO audit_access")
    assert own_hub.client.get(f"{own_hub.base}/audit/accesses").status_code == 200


def test_accesses_that_take_too_long_to_find_are_told_what_to_ask_instead(own_hub: Hub) -> None:
    async def ask() -> httpx.Response:
        locking, other = await Database(own_hub.dsn).connect(), await Database(own_hub.dsn).connect()
        try:
            async with locking.transaction():
                await locking.execute("LOCK TABLE audit_access")
                url = f"{own_hub.base}/audit/accesses"
                asked = asyncio.create_task(asyncio.to_thread(own_hub.client.get, url, timeout=30))
                # as PostgreSQL itself does when the time for a statement is over
                while not asked.done():
                    await other.execute(_CANCEL)
                    await asyncio.sleep(0.02)
                return asked.result()
        finally:
            await locking.close()
            await other.close()

    answer = asyncio.run(ask())
    assert (answer.status_code, answer.json()["error"]) == (503, "temporarily_unavailable")
    assert "Narrow it" in answer.json()["error_description"]


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A file system of four megabytes."""
    directory = Path(tempfile.mkdtemp(prefix="bg-"))
    mounting = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(directory)]
    if shutil.which("mount") is None or subprocess.run(mounting, capture_output=True, check=False).returncode:
        directory.rmdir()
        pytest.skip("no file system can be mounted here")
    yield directory
    subprocess.run(["umount", "--lazy", str(directory)], check=True)
    directory.rmdir()


def test_a_full_disk_stops_answers_until_there_is_room(own_hub: Hub, small_disk: Path, postgres: Any) -> None:
    place = small_disk / "space"
    place.mkdir()
    owner = Path(postgres.data).stat()
    os.chown(place, owner.st_uid, owner.st_gid)
    small_disk.chmod(0o755)
    execute(own_hub.dsn, f"CREATE TABLESPACE small LOCATION '{place}'")
    try:
        part = time.strftime("audit_record_%Y%m", time.gmtime())
        assert released(own_hub.ask(QUERY))
        execute(own_hub.dsn, f"ALTER TABLE {part} SET TABLESPACE small")
        ballast = small_disk / "ballast"
        with ballast.open("wb", buffering=0) as file:
            while file.tell() < 16 * 1024 * 1024:
                try:
                    file.write(bytes(4_096))
                except OSError:
                    break
        eventually(own_hub, is_released=False)
        assert not released(own_hub.ask(QUERY))
        ballast.unlink()
        eventually(own_hub, is_released=True)
        execute(own_hub.dsn, f"ALTER TABLE {part} SET TABLESPACE pg_default")
    finally:
        execute(own_hub.dsn, "DROP TABLESPACE small")
