"""The real server, as a subprocess over the sample world, in the profiles and with the settings that tests need."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.agency import CUSTOMS, DEVELOPER, Agency
from tests.log_keys import give_log_keys
from tests.open_policies import ROOT
from tests.zygote import Process, Zygote

GRAPHQL_RESPONSE = "application/graphql-response+json"
_PATIENCE = 30.0


@dataclass(frozen=True)
class Hub:
    """A server that runs."""

    base: str
    port: int
    log: Path
    dsn: str
    client: httpx.Client
    pid: int
    auth: Agency
    keys: Path

    @property
    def url(self) -> str:
        return f"{self.base}/graphql"

    def post(self, body: Any, *, accept: str = GRAPHQL_RESPONSE, **headers: str) -> httpx.Response:
        """POST a JSON body, or bytes as they are."""
        content = {"content": body} if isinstance(body, bytes) else {"json": body}
        return self.client.post(
            self.url, headers={"content-type": "application/json", "accept": accept} | headers, **content
        )

    def authorization(self) -> bytes:
        """Return the header of a plain token, for whoever writes his requests by hand."""
        return b"authorization: Bearer %s\r\n" % DEVELOPER.token(self.client, self.base).encode()

    def ask(self, query: str, variables: Any = None) -> httpx.Response:
        """POST a query."""
        return self.post({"query": query, "variables": variables})

    def get(
        self, *, accept: str = GRAPHQL_RESPONSE, headers: dict[str, str] | None = None, **parameters: str
    ) -> httpx.Response:
        """GET with these parameters."""
        return self.client.get(self.url, params=parameters, headers={"accept": accept} | (headers or {}))


Serve = Callable[..., AbstractContextManager[Hub]]


def plain(**more: Any) -> httpx.Client:
    """Return connections without TLS, which spares reading everybody's authorities: it takes longer than most tests."""
    return httpx.Client(trust_env=False, timeout=30, verify=False, **more)


@pytest.fixture(scope="session")
def serve(world: Any, zygote: Zygote, tmp_path_factory: pytest.TempPathFactory) -> Serve:
    """Return the way to start a server: settings as ``BAYGATE_...`` variables without the prefix.

    It is there when it answers ``until``; one that cannot be ready is waited for at ``healthz``.
    """
    directory = tmp_path_factory.mktemp("hubs")
    keys = directory / "keys"
    root = directory / "root.jws"
    root.write_bytes(ROOT)
    give_log_keys(keys)

    @contextlib.contextmanager
    def serving(profile: str, *, until: str = "readyz", **settings: object) -> Iterator[Hub]:
        port = _free_port()
        log = directory / f"{port}.log"
        environment = {name: value for name, value in os.environ.items() if not name.startswith("BAYGATE_")}
        environment |= {
            "BAYGATE_PROFILE": profile,
            "BAYGATE_KEYS": str(keys),
            "BAYGATE_DATABASE__DSN": world.dsn if profile == "development" else world.production,
            "BAYGATE_SERVER__PORT": str(port),
            "BAYGATE_POLICIES__ROOT": str(root),
            "BAYGATE_POLICIES__HEADS": str(directory / f"{port}.heads.json"),
            "BAYGATE_AUDIT__HEAD": str(directory / f"{port}.audit-head.json"),
        }
        environment |= {f"BAYGATE_{name.upper()}": str(value) for name, value in settings.items()}
        with log.open("wb") as output:
            process = zygote.start("serve", environment=environment, output=output)
        base = f"http://127.0.0.1:{port}"
        try:
            auth = DEVELOPER if profile == "development" else CUSTOMS
            with plain(auth=auth) as client:
                _wait_until_it_answers(client, f"{base}/{until}", process, log)
                yield Hub(base, port, log, environment["BAYGATE_DATABASE__DSN"], client, process.pid, auth, keys)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                status = process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                raise
        assert status in {0, -signal.SIGTERM}, log.read_text()
        assert "Traceback" not in log.read_text(), log.read_text()

    return serving


@pytest.fixture(scope="session")
def hub(serve: Serve) -> Iterator[Hub]:
    """A server in the development profile."""
    with serve("development") as hub:
        yield hub


@pytest.fixture(scope="session")
def production(serve: Serve, hub: Hub) -> Iterator[Hub]:
    """A server in the production profile; the one in development has made the keys."""
    with serve("production") as production:
        yield production


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_it_answers(client: httpx.Client, url: str, process: Process, log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        with contextlib.suppress(httpx.TransportError):
            if client.get(url).status_code == 200:
                return
        time.sleep(0.05)
    raise AssertionError(f"the server does not answer:\n{log.read_text()}")
