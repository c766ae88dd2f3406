"""The gateway and the plans written by hand in turn, over the same two sources; equal answers first.

The numbers that count are the ratios within one run, as everywhere in the bench.
"""

import contextlib
import json
import os
import platform
import sys
import tempfile
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

from bench.callers import nobody
from bench.contestants import ROOT, Contestant, running, uvicorn
from bench.federation import planning
from bench.federation.questions import QUESTIONS, Question
from bench.measure import Measurement, measure
from bench.report import median, paired

RESULTS = ROOT / "bench" / "results"
CONNECTIONS = 16
BY_HAND, GATEWAY = "by hand", "gateway"
TARGET, TARGET_RSS = 0.6, 100
SAMPLE = 50
"""Requests of each question to which the answers must be the same, byte for byte, before anything is measured."""

Runs = Mapping[tuple[str, str], list[Measurement]]
"""Measurements by question and contestant, one a round."""


def run(seconds: int, rounds: int, port: int) -> str:
    """Measure, write down and return the results. ``port`` and the three after it must be free."""
    with tempfile.TemporaryDirectory() as home, sources(port) as urls:
        runs = _contest(contestants(urls, Path(home), port), Path(home), seconds, rounds)
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / "federation.json"
    told = [{"question": key[0], **each.as_json()} for key, all_runs in runs.items() for each in all_runs]
    file.write_text(json.dumps(told, indent=2) + "\n")
    return f"{_table(runs, seconds, rounds)}\n\n{planning.report()}"


@contextlib.contextmanager
def sources(port: int) -> Iterator[dict[str, str]]:
    """Start the two sources; yield their URLs."""
    with contextlib.ExitStack() as stack:
        urls = {}
        for number, name in enumerate(("registry", "customs"), port + 1):
            source = Contestant(name, uvicorn(f"bench.federation.subgraphs:{name}", number), {})
            stack.enter_context(running(source, number))
            urls[name] = f"http://127.0.0.1:{number}/graphql"
        yield urls


def contestants(urls: Mapping[str, str], home: Path, port: int) -> dict[int, Contestant]:
    """Return the contestants by their ports."""
    text = (ROOT / "bench" / "federation" / "supergraph.graphql").read_text()
    for name, url in urls.items():
        text = text.replace(f'url: "{name}"', f'url: "{url}"')
    supergraph = home / "supergraph.graphql"
    supergraph.write_text(text)
    listen = ("--listen", f"127.0.0.1:{port + 3}", "--open")
    gateway = (sys.executable, "-m", "baygate", "gateway", "--supergraph", str(supergraph), *listen)
    told = {f"BENCH_{name.upper()}": url for name, url in urls.items()}
    return {
        port: Contestant(BY_HAND, uvicorn("bench.federation.handwritten:app", port), told),
        port + 3: Contestant(GATEWAY, gateway, {}),
    }


def _contest(chosen: Mapping[int, Contestant], home: Path, seconds: int, rounds: int) -> Runs:
    """Both at every question right after each other, so that what else the machine does falls on both."""
    runs: dict[tuple[str, str], list[Measurement]] = {}
    answers: dict[str, bytes] = {}
    with contextlib.ExitStack() as stack:
        pids = {port: stack.enter_context(running(each, port)) for port, each in chosen.items()}
        for question in QUESTIONS:
            bodies = home / "bodies.ndjson"
            bodies.write_text("\n".join(question.bodies()) + "\n")
            for port, each in chosen.items():
                _agree(answers, each.name, question, port)
            for round_ in range(rounds):
                for port, each in sorted(chosen.items(), reverse=bool(round_ % 2)):
                    measured = measure(each.name, pids[port], port, CONNECTIONS, seconds, bodies, round_, nobody)
                    print(f"  round {round_ + 1}: {question.name:>22} {measured}", flush=True)
                    runs.setdefault((question.name, each.name), []).append(measured)
    return runs


def _agree(answers: dict[str, bytes], name: str, question: Question, port: int) -> None:
    """Raise SystemExit unless a contestant's answers are, to the byte, those of the one before."""
    sent = {"content-type": "application/json"}
    for _, body in zip(range(SAMPLE), question.bodies(), strict=False):
        request = urllib.request.Request(f"http://127.0.0.1:{port}/graphql", body.encode(), sent)
        with urllib.request.urlopen(request, timeout=10) as response:
            answer = response.read()
        if answers.setdefault(body, answer) != answer:
            raise SystemExit(f"{name} does not give the answer that the other gives to {body}: {answer!r}")


def _table(runs: Runs, seconds: int, rounds: int) -> str:
    lines = [
        f"Two sources, {CONNECTIONS} connections, {seconds} s a run, median of {rounds}; "
        f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        "",
        "| question | contestant | answers/s | p50 ms | p99 ms | RSS MB | CPU us/answer | x by hand | paired rounds |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for question in QUESTIONS:
        hand = runs[question.name, BY_HAND]
        for name in (BY_HAND, GATEWAY):
            own = runs[question.name, name]
            each = median(own)
            lines.append(
                f"| {question.name} | {name} | {each.rps:,.0f} | {each.p50_ms:.2f} | {each.p99_ms:.2f} "
                f"| {each.rss_mb:.0f} | {each.cpu_us:.0f} | {each.rps / median(hand).rps:.2f} "
                f"| {paired(own, hand)} |"
            )
    return "\n".join([*lines, "", f"The gateway is held to {TARGET} x by hand and {TARGET_RSS} MB."])
