"""What docs/federation.md says is true: its commands run, in their order, and its numbers are those of the code."""

import contextlib
import datetime
import http.server
import json
import re
import runpy
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from joserfc.errors import InvalidClaimError, InvalidHeaderValueError, InvalidKeyIdError, JoseError
from tests.docs.test_readme import ROOT, Demo, commands, python_blocks, same
from tests.in_memory import quickest

from baygate.access.principal import Principal
from baygate.gateway.limits import Limits
from baygate.oauth import signing
from baygate.oauth.tokens import TYPE as ACCESS_TOKEN
from baygate.sources.remote.assertion import HEADER, LONGEST_LIFETIME, Assertions
from baygate.sources.remote.breaker import Terms
from baygate.sources.remote.failure import Kind
from baygate.sources.remote.remote import Remote

TEXT = ROOT / "docs" / "federation.md"
EXAMPLES = ROOT / "docs" / "examples" / "federation"
WALK = commands(TEXT)
REGISTERING = next(place for place, (command, _) in enumerate(WALK) if "source add" in command)
SHARING = next(place for place, (command, _) in enumerate(WALK) if "policy new" in command)
SAID = " ".join(TEXT.read_text(encoding="utf-8").split())
FAILED = next(
    json.loads(block)
    for block in re.findall(r"^```json\n(.*?)^```$", TEXT.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    if "SOURCE_FAILED" in block
)


class Reader:
    """Someone who follows the text in one shell: what he sends to the background ends with him."""

    def __init__(self, home: Path) -> None:
        self.ports = {said: free_port() for said in ("8080", "8081", "4000")}
        self.home = home
        self.demo = Demo(home, self.ports["8080"])
        self.background: list[subprocess.Popen[str]] = []

    def follow(self, steps: list[tuple[str, str]]) -> list[str]:
        """Run commands, hold what they print against what is said, and return it."""
        printed = []
        for command, answer in steps:
            here = self.here(command)
            if here.endswith(" &"):
                self._serve(here.removesuffix(" &"))
            else:
                printed.append(self._run(here, answer))
                assert not answer or same(printed[-1].strip(), answer.strip()), f"{command}\n{printed[-1]}"
        return printed

    def _run(self, command: str, answer: str) -> str:
        """Run a command; ask a hub again for a while, which takes up what is new within seconds."""
        patience = 40 if "baygate query" in command else 0
        while not same((printed := self.demo.run(command)).strip(), answer.strip()) and patience:
            patience -= 1
            time.sleep(0.25)
        return printed

    def here(self, command: str) -> str:
        """Return a command with free ports; those of the hub are the demo's business."""
        for said in ("8081", "4000"):
            command = re.sub(rf"\b{said}\b", str(self.ports[said]), command)
        return command

    def _serve(self, command: str) -> None:
        process = subprocess.Popen(shlex.split(self.demo.here(command)), cwd=ROOT, text=True)
        self.background.append(process)
        port = next(each for each in self.ports.values() if re.search(rf"\b{each}\b", command))
        until(lambda: answers_at(port), process)

    def leave(self) -> None:
        """End what runs in the background."""
        for each in self.background:
            each.send_signal(signal.SIGINT)
        ended = [each.wait(20) for each in self.background]
        self.background.clear()
        assert set(ended) <= {0, -signal.SIGINT}, ended

    @contextlib.contextmanager
    def demo_running(self) -> Iterator[None]:
        command = [
            sys.executable, "-m", "baygate", "demo", "--data", str(self.home / "demo"),
            "--port", str(self.ports["8080"]), "--enterprises", "12",
        ]  # fmt: skip
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            until(lambda: answers_at(self.ports["8080"]), process)
            yield
        finally:
            process.send_signal(signal.SIGINT)
            output, _ = process.communicate(timeout=30)
        assert process.returncode == 0, output
        assert "Traceback" not in output, output


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answers_at(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def until(there: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    for _ in range(600):
        assert process.poll() is None, process.stdout and process.stdout.read()
        if there():
            return
        time.sleep(0.05)
    raise AssertionError(f"{process.args} does not come up")


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with tempfile.TemporaryDirectory(prefix="bg-", dir=quickest()) as home:
        reader = Reader(Path(home))
        try:
            yield reader
        finally:
            reader.leave()


@pytest.fixture(scope="module")
def written(reader: Reader) -> list[str]:
    """What was printed up to where a hub is needed."""
    return reader.follow(WALK[:REGISTERING])


@pytest.fixture(scope="module")
def joined(reader: Reader, written: list[str]) -> Iterator[list[str]]:
    """What was printed when the service was registered; the demo goes on running."""
    del written
    with reader.demo_running():
        yield reader.follow(WALK[REGISTERING:SHARING])


def test_a_service_is_written_composed_and_tried_as_printed(written: list[str]) -> None:
    schema = next(each for each in written if "_service" in each)
    assert 'type HongKongCompany @key(fields: "crNumber")' in schema
    assert len(written) == 9


def test_a_field_that_the_hub_has_already_is_refused_as_the_text_says(reader: Reader, written: list[str]) -> None:
    del written
    (colliding,) = (command for command, _ in WALK if "compose" in command and "colliding.graphql" in command)
    done = subprocess.run(
        reader.demo.here(colliding.removesuffix(" || true")),
        shell=True, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert "HongKongCompany.updatedAt" in done.stderr


def test_a_service_joins_a_hub_as_printed(joined: list[str]) -> None:
    added, status, listed = joined
    assert "hk-petitions is registered, a source of hk-cr." in added
    assert "HongKongCompany.petitions" in added
    assert "schema as composed" in status
    assert "hk-cr" in listed


def test_what_the_agency_grants_leaves_and_what_fails_is_null(reader: Reader, joined: list[str]) -> None:
    del joined
    reader.follow(WALK[SHARING:])
    reader.leave()
    query = """{ party(id: "HK-C0031999") { name ... on HongKongCompany { petitions } } }"""
    assert json.loads(reader.demo.run(f"echo '{query}' | .venv/bin/baygate query || true")) == FAILED


def test_every_step_has_commands() -> None:
    assert 8 < REGISTERING < SHARING < len(WALK) - 5
    assert sum(1 for _, answer in WALK if answer) >= 4


def test_the_kinds_of_failure_are_those_that_the_text_explains() -> None:
    table = TEXT.read_text(encoding="utf-8").partition("| `kind` | |\n")[2].partition("\n\n")[0]
    named = {name for row in table.splitlines() for name in re.findall(r"`([A-Z_]+)`", row.split("|")[1])}
    assert named == set(Kind)


@pytest.mark.parametrize(
    "said",
    [
        f"An attempt has {Remote.timeout:g} seconds (`--timeout`)",
        f"of which connecting may take {Remote.connect_timeout:g};",
        f"one deadline of {Limits.time:g} seconds",
        f"| an answer, decompressed | {Remote.max_bytes // 1024**2} MiB",
        f"| connections to a source, in each worker | {Remote.connections} |",
        f"| {Limits.compiled_fields:,} |",
        f"After {Terms.in_a_row} failures in a row",
        f"of {Terms.least} answers or more within {Terms.window} seconds",
        f"left alone for {Terms.cool_down:g} seconds",
        f"It lives for {LONGEST_LIFETIME} seconds at most",
    ],
)  # fmt: skip
def test_a_number_in_the_text_is_the_code_s(said: str) -> None:
    assert said in SAID


CALLER = Principal(
    "singlewindow-gz", None, "singlewindow-gz", None, "CN_GD", frozenset(), frozenset({"identity:read"}),
    "CUSTOMS_CLEARANCE", None, None, 0,
)  # fmt: skip


class Hub:
    """What of a hub a service sees: its keys, at its address, and what it signs with them."""

    def __init__(self, directory: Path, address: str) -> None:
        self.address = address
        self.key = signing.create(directory, datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC))
        self.asked = 0

    def assertion(self, source: str = "hk-petitions", **options: Any) -> dict[str, str]:
        made = Assertions(self.address, options.pop("sign", self.key.sign), **options)
        return {HEADER: made.of(CALLER, source)}


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            assert self.path == "/oauth/jwks"
            hub.asked += 1
            body = json.dumps({"keys": [{**hub.key.public.jwk, "kid": hub.key.kid}]}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        hub = Hub(tmp_path, f"http://127.0.0.1:{server.server_port}")
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        yield hub
        server.shutdown()


def callers(hub: Hub) -> Any:
    return runpy.run_path(str(EXAMPLES / "who_asks.py"))["Callers"](hub.address, "hk-petitions")


def test_a_service_reads_who_asks_and_keeps_the_hub_s_keys(hub: Hub) -> None:
    known = callers(hub)
    for _ in range(3):
        claims = known.of(hub.assertion())
        assert (claims["agency"], claims["purpose"]) == ("singlewindow-gz", "CUSTOMS_CLEARANCE")
    assert hub.asked == 1


def test_a_service_believes_no_assertion_that_is_not_for_it_and_of_now(hub: Hub, tmp_path: Path) -> None:
    known = callers(hub)
    long_ago = time.time() - 300
    refused: list[tuple[dict[str, str], type[JoseError]]] = [
        ({}, JoseError),
        ({HEADER: "x.y.z"}, JoseError),
        (hub.assertion("tax"), InvalidClaimError),
        (hub.assertion(now=lambda: long_ago), JoseError),
        (hub.assertion(sign=lambda _, payload: hub.key.sign(ACCESS_TOKEN, payload)), InvalidHeaderValueError),
        (Hub(tmp_path / "stranger", hub.address).assertion(), InvalidKeyIdError),
    ]
    for headers, reason in refused:
        with pytest.raises(reason):
            known.of(headers)
    assert hub.asked == 1, "nobody makes it ask for keys again and again"


def test_the_program_in_the_text_uses_the_example() -> None:
    (block,) = python_blocks(TEXT)
    compile(block, str(TEXT), "exec")
    assert "Callers(hub=" in block
