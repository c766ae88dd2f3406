"""Starting and stopping what is measured: each contestant is one process with one worker and one event loop."""

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.callers import Headers, nobody

if TYPE_CHECKING:
    from bench.world import World

WITH_MASKS = "hand-written with masks"
WITH_LOG = "hand-written with a log"
ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Contestant:
    name: str
    command: tuple[str, ...]
    environment: dict[str, str]
    headers: Headers = nobody
    baseline: str = "hand-written"
    """Whom it is compared with, and whose answer it gives."""


def uvicorn(module: str, port: int) -> tuple[str, ...]:
    return (
        sys.executable, "-m", "uvicorn", module, "--host", "127.0.0.1", "--port", str(port),
        "--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning",
    )  # fmt: skip


def granian(module: str, port: int, *, factory: bool = False) -> tuple[str, ...]:
    return (
        sys.executable, "-m", "granian", "--interface", "asgi", "--host", "127.0.0.1", "--port", str(port),
        "--workers", "1", "--loop", "uvloop", "--no-access-log", "--log-level", "warning",
        *(("--factory",) if factory else ()), module,
    )  # fmt: skip


def contestants(world: "World", port: int) -> dict[str, Contestant]:
    hub = {
        "BAYGATE_PROFILE": "development",
        "BAYGATE_KEYS": str(world.keys),
        "BAYGATE_DATABASE__DSN": world.dsn,
        "BAYGATE_POLICIES__ROOT": str(world.root),
        "BAYGATE_POLICIES__HEADS": str(world.keys.parent / "heads.json"),
        "BAYGATE_AUDIT__HEAD": str(world.head),
        "BAYGATE_SERVER__PORT": str(port),
    }
    clients = world.clients
    bench = {"BENCH_DSN": world.dsn}
    serve = (sys.executable, "-m", "baygate", "serve")
    unauthenticated = (sys.executable, "-m", "bench.unauthenticated")
    return {
        "hub": Contestant("hub", serve, hub, clients.bearer),
        "hub without authentication": Contestant("hub without authentication", unauthenticated, hub),
        "hub with DPoP": Contestant("hub with DPoP", serve, hub, clients.proven),
        "hub with masks": Contestant("hub with masks", serve, hub, clients.masked, WITH_MASKS),
        "hand-written": Contestant("hand-written", uvicorn("bench.handwritten:app", port), bench),
        WITH_MASKS: Contestant(WITH_MASKS, uvicorn("bench.handwritten:masking", port), bench, baseline=WITH_MASKS),
        WITH_LOG: Contestant(WITH_LOG, uvicorn("bench.handwritten:auditing", port), bench),
        "resolvers": Contestant("resolvers", uvicorn("bench.resolvers:app", port), bench),
        "hub on granian": Contestant(
            "hub on granian", granian("baygate.gateway.app:worker", port, factory=True), hub, clients.bearer
        ),
        "hand-written on granian": Contestant("hand-written on granian", granian("bench.handwritten:app", port), bench),
    }


@contextlib.contextmanager
def running(contestant: Contestant, port: int) -> Iterator[int]:
    """Start a contestant and wait until it answers; yield its process number."""
    environment = {**os.environ, **contestant.environment, "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}"}
    process = subprocess.Popen(contestant.command, env=environment, cwd=ROOT)
    try:
        _await(port, process)
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(300):
        if process.poll() is not None:
            raise RuntimeError(f"{process.args} ended with {process.returncode}")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1):
                return
        except urllib.error.HTTPError as error:
            if error.code == 404:  # it has no such page, but it answers
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise RuntimeError(f"{process.args} does not answer")
