"""One measurement: wrk against one process, and what the process spent on it."""

import json
import shutil
import subprocess
import urllib.request
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from bench.callers import Clients, Headers, lines

SCRIPT = Path(__file__).with_name("load.lua")
WARM_UP = 3


@dataclass(frozen=True)
class Measurement:
    name: str
    connections: int
    rps: float
    p50_ms: float
    p99_ms: float
    rss_mb: float
    cpu_us: float
    failed: int

    def as_json(self) -> dict[str, object]:
        return asdict(self)

    def __str__(self) -> str:
        return (
            f"{self.name:>24} x{self.connections:<3} {self.rps:8,.0f}/s  p50 {self.p50_ms:7.2f} ms  "
            f"p99 {self.p99_ms:7.2f} ms  {self.rss_mb:5.0f} MB  {self.cpu_us:5.0f} us"
            + (f"  {self.failed} FAILED" if self.failed else "")
        )


def agree(answers: dict[str, object], name: str, port: int, bodies: Path, headers: Headers) -> None:
    """Raise SystemExit unless a contestant answers the first questions as those before it did."""
    proven = list(headers(1))
    for number, body in enumerate(bodies.read_text().splitlines()[:5]):
        said = dict(each.split(": ", 1) for each in proven[number % len(proven)].split("\t"))
        sent = {"content-type": "application/json"} | said
        request = urllib.request.Request(f"http://127.0.0.1:{port}/graphql", body.encode(), sent)
        with urllib.request.urlopen(request, timeout=10) as response:
            answer = json.load(response)["data"]
        if answers.setdefault(body, answer) != answer:
            raise SystemExit(f"{name} does not give the answer that the others give to {body}")


def measure(
    name: str, pid: int, port: int, connections: int, seconds: int, bodies: Path, seed: int, headers: Headers
) -> Measurement:
    """Warm up, then load a server for ``seconds``; raise SystemExit if wrk is not installed."""
    if shutil.which("wrk") is None:
        raise SystemExit("The load generator wrk is missing: apt-get install wrk, or brew install wrk.")
    _wrk(port, connections, WARM_UP, bodies, seed, lines(headers(WARM_UP)))
    made = lines(headers(seconds))
    before = _cpu(pid)
    told = _wrk(port, connections, seconds, bodies, seed + 1, made)
    spent = _cpu(pid) - before
    rss = sum(each.memory_info().rss for each in _family(pid)) / 1e6
    return Measurement(
        name=name,
        connections=connections,
        rps=round(told["requests"] / told["seconds"], 1),
        p50_ms=told["p50_ms"],
        p99_ms=told["p99_ms"],
        rss_mb=round(rss, 1),
        cpu_us=round(spent / told["requests"] * 1e6, 1),
        failed=told["failed"],
    )


def tokens_a_second(port: int, connections: int, seconds: int, clients: Clients) -> float:
    """Return how many tokens one worker gives a second, each to an assertion and a proof of its own."""
    bodies, headers = clients.asking(seconds)
    path = "/oauth/token"
    told = _wrk(port, connections, seconds, lines(bodies), 0, lines(headers), path)
    if told["failed"]:
        raise SystemExit(f"{told['failed']} requests for tokens failed")
    return told["requests"] / told["seconds"]


def _wrk(
    port: int, connections: int, seconds: int, bodies: Path, seed: int, headers: Path, path: str = "/graphql"
) -> dict[str, float]:
    command = [
        "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s", str(SCRIPT),
        f"http://127.0.0.1:{port}{path}", "--", str(bodies), str(seed), str(headers),
    ]  # fmt: skip
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    told: dict[str, float] = json.loads(output.strip().splitlines()[-1])
    return told


def _family(pid: int) -> list[psutil.Process]:
    process = psutil.Process(pid)
    return [process, *process.children(recursive=True)]


def _cpu(pid: int) -> float:
    return sum(each.cpu_times().user + each.cpu_times().system for each in _family(pid))
