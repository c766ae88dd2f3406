"""Starting and stopping what is measured: each contestant is one process with one worker and one event loop."""

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Contestant:
    name: str
    command: tuple[str, ...]
    environment: dict[str, str]


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


def contestants(dsn: str, port: int, keys: Path) -> dict[str, Contestant]:
    hub = {
        "BAYGATE_PROFILE": "development",
        "BAYGATE_KEYS": str(keys),
        "BAYGATE_DATABASE__DSN": dsn,
        "BAYGATE_SERVER__PORT": str(port),
    }
    bench = {"BENCH_DSN": dsn}
    serve = (sys.executable, "-m", "baygate", "serve")
    return {
        "hub": Contestant("hub", serve, hub),
        "hand-written": Contestant("hand-written", uvicorn("bench.handwritten:app", port), bench),
        "resolvers": Contestant("resolvers", uvicorn("bench.resolvers:app", port), bench),
        "hub on granian": Contestant("hub on granian", granian("baygate.gateway.app:worker", port, factory=True), hub),
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
    body = b'{"query": "{ __typename }", "variables": {"uscc": "none"}}'
    headers = {"content-type": "application/json"}
    request = urllib.request.Request(f"http://127.0.0.1:{port}/graphql", body, headers)
    for _ in range(300):
        if process.poll() is not None:
            raise RuntimeError(f"{process.args} ended with {process.returncode}")
        with contextlib.suppress(OSError), urllib.request.urlopen(request, timeout=1):
            return
        time.sleep(0.1)
    raise RuntimeError(f"{process.args} does not answer")
