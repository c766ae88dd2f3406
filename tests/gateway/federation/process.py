"""The command as its users run it, in a process of its own."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

_PATIENCE = 30.0


@dataclass(frozen=True)
class Process:
    """A gateway that runs."""

    url: str
    client: httpx.Client
    log: Path
    pid: int

    def post(self, query: str) -> httpx.Response:
        """Ask by POST."""
        return self.client.post(f"{self.url}/graphql", json={"query": query})

    def ask(self, query: str) -> Any:
        """Return the answer to an operation."""
        reply = self.post(query)
        assert reply.status_code == 200, reply.text
        return reply.json()

    def memory(self, name: str = "VmRSS") -> int:
        """Return a figure of the process's memory, in bytes."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))


@contextlib.contextmanager
def running(supergraph: str, directory: Path, *options: str) -> Iterator[Process]:
    """Run ``baygate gateway`` on a free port; at the end it is ended, properly and without a trace of trouble."""
    file, log = directory / "supergraph.graphql", directory / "log"
    file.write_text(supergraph, encoding="utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "baygate", "gateway", "--supergraph", str(file), "--open"]
    command += ["--listen", f"127.0.0.1:{port}", *options]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BAYGATE_")}
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env=environment)
    try:
        with httpx.Client(timeout=30, trust_env=False) as client:
            made = Process(f"http://127.0.0.1:{port}", client, log, process.pid)
            deadline = time.monotonic() + _PATIENCE
            while not _healthy(made):
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.05)
            yield made
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            status = process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise
    assert status == 0, log.read_text()
    assert "Traceback" not in log.read_text(), log.read_text()


def _healthy(made: Process) -> bool:
    with contextlib.suppress(httpx.TransportError):
        return made.client.get(f"{made.url}/health").status_code == 200
    return False
