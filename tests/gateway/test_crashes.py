"""kill -9 of a worker, of a hub and of PostgreSQL under load, two hubs writing at once: no answer without its record.

``BAYGATE_CRASHES`` is how many times something is killed; a long run is for a machine that does nothing else.
"""

import asyncio
import contextlib
import hashlib
import os
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from tests.agency import DEVELOPER, register
from tests.open_policies import ROOT, publish_open

from baygate.audit.merkle import leaf_hash
from baygate.sample.load import load
from baygate.storage import schema_version
from baygate.storage.database import Database
from baygate.storage.embedded import EmbeddedPostgres
from baygate.storage.errors import StorageError

CRASHES = int(os.environ.get("BAYGATE_CRASHES", "3"))
CLIENTS = 8
QUERY = (
    "query Q($uscc: Uscc!) { parties(first: 3) { nodes { id name } } enterprise(uscc: $uscc) { id } "
    "declarations(first: 3) { nodes { declarationNo } } }"
)
RECEIPT = re.compile(
    r'id="(\d+)-(\d+)", leaf="([0-9a-f]{64})", log="[0-9a-f-]{36}", salt="([0-9a-f]{32})"'
    r'(, path="([0-9a-f]{64})*", jws="[\w.-]+")?'
)
_READY = 30.0


@dataclass
class Server:
    """A hub with two workers, as an operator runs it."""

    home: Path
    environment: dict[str, str]
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        with (self.home / "log").open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "baygate", "serve"],
                env=os.environ | self.environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def workers(self) -> list[int]:
        assert self.process is not None
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        # multiprocessing's own helper, too, is a child
        return [int(each) for each in children if b"spawn_main" in Path(f"/proc/{each}/cmdline").read_bytes()]

    def kill(self) -> None:
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        assert self.process is not None
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()

    def wait(self) -> None:
        deadline = time.monotonic() + _READY
        while time.monotonic() < deadline:
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"{self.base}/readyz", trust_env=False, timeout=5).status_code == 200:
                    return
            time.sleep(0.05)
        raise AssertionError((self.home / "log").read_text()[-4_000:])


@dataclass
class Load:
    """What clients sent, and what they received in full: the receipt and the digest of the body."""

    received: list[tuple[int, int, bytes, str]] = field(default_factory=list)
    refused: int = 0
    broken: int = 0
    over: bool = False

    async def client(self, server: Server, auth: Any, number: int) -> None:
        sent = 0
        async with httpx.AsyncClient(trust_env=False, timeout=15, auth=auth) as session:
            while not self.over:
                sent += 1
                asked = {"query": QUERY, "variables": {"uscc": made_up(number * 1_000_000 + sent)}}
                try:
                    answer = await session.post(f"{server.base}/graphql", json=asked)
                except (httpx.TransportError, httpx.DecodingError):
                    self.broken += 1
                    await asyncio.sleep(0.02)
                    continue
                if answer.status_code != 200:
                    assert answer.status_code == 503, answer.text
                    self.refused += 1
                    await asyncio.sleep(0.02)
                    continue
                told = RECEIPT.fullmatch(answer.headers["baygate-receipt"])
                assert told is not None, answer.headers["baygate-receipt"]
                digest = hashlib.sha256(bytes.fromhex(told[4]) + answer.content).hexdigest()
                self.received.append((int(told[1]), int(told[2]), bytes.fromhex(told[3]), digest))


def made_up(number: int) -> str:
    """Return a USCC that no two requests share, with its check character (GB 32100-2015)."""
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    body = f"91440300{number:09d}"
    weights = [pow(3, place, 31) for place in range(17)]
    total = sum(alphabet.index(each) * weight for each, weight in zip(body, weights, strict=True))
    return body + alphabet[(31 - total % 31) % 31]


@pytest.fixture
def home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="bg-") as directory:
        yield Path(directory)


@pytest.fixture
def postgres_to_kill(home: Path, keys: Any) -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL with an ordinary fsync, which only this test uses."""
    server = EmbeddedPostgres(home / "pg")
    server.start()

    async def fill() -> None:
        await schema_version.upgrade(server.dsn())
        await load(server.dsn(), keys, 15)
        await register(server.dsn(), DEVELOPER)
        await publish_open(server.dsn())

    asyncio.run(fill())
    yield server
    server.stop()


@pytest.fixture
def servers(home: Path, postgres_to_kill: EmbeddedPostgres) -> Iterator[tuple[Server, Server]]:
    root = home / "root.jws"
    root.write_bytes(ROOT)
    made = []
    for number in range(2):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        place = home / str(number)
        place.mkdir()
        environment = {
            "BAYGATE_PROFILE": "development",
            "BAYGATE_KEYS": str(home / "keys"),
            "BAYGATE_DATABASE__DSN": postgres_to_kill.dsn(),
            "BAYGATE_SERVER__PORT": str(port),
            "BAYGATE_SERVER__WORKERS": "2",
            "BAYGATE_POLICIES__ROOT": str(root),
            "BAYGATE_POLICIES__HEADS": str(place / "heads.json"),
            "BAYGATE_AUDIT__HEAD": str(place / "audit-head.json"),
            "BAYGATE_OAUTH__ORIGIN": made[0].base if made else f"http://127.0.0.1:{port}",
        }
        made.append(Server(place, environment, port))
        made[-1].start()
        made[-1].wait()  # the first one makes the keys
    yield made[0], made[1]
    for each in made:
        each.stop()


class Bearer(httpx.Auth):
    """A plain token for both hubs, which are one to their clients, made anew before it ends."""

    def __init__(self, client: httpx.Client, base: str) -> None:
        self._client, self._base = client, base
        self._token, self._until = "", 0.0

    def auth_flow(self, request: httpx.Request) -> Iterator[httpx.Request]:  # type: ignore[override]
        if time.monotonic() > self._until:
            self._token, self._until = DEVELOPER.token(self._client, self._base), time.monotonic() + 200
        request.headers["authorization"] = f"Bearer {self._token}"
        yield request


def strike(kind: str, servers: tuple[Server, Server], postgres: EmbeddedPostgres, chance: random.Random) -> None:
    """Kill one thing without a word, and see to it that it is there again, as whatever runs it does."""
    server = chance.choice(servers)
    match kind:
        case "worker":
            os.kill(chance.choice(server.workers()), signal.SIGKILL)
        case "hub":
            server.kill()
            server.start()
        case "postgres":
            os.kill(postgres.pid, signal.SIGKILL)
            time.sleep(0.3)
            postgres.stop()
            postgres.start()
    for each in servers:
        each.wait()


async def crash(servers: tuple[Server, Server], postgres: EmbeddedPostgres, chance: random.Random) -> Load:
    load_ = Load()
    with httpx.Client(trust_env=False, timeout=15) as client:
        auth = Bearer(client, servers[0].base)
        async with asyncio.TaskGroup() as group:
            for number in range(CLIENTS):
                group.create_task(load_.client(servers[number % 2], auth, number))
            for number in range(CRASHES):
                await asyncio.sleep(chance.uniform(0.3, 1.0))
                kind = ("worker", "hub", "postgres")[number % 3]
                await asyncio.to_thread(strike, kind, servers, postgres, chance)
            await asyncio.sleep(0.5)
            load_.over = True
    return load_


async def written(dsn: str) -> dict[tuple[int, int], dict[str, Any]]:
    """Return all records by shard and number, after seeing that each shard is whole and chained."""
    connection = await Database(dsn).connect()
    try:
        rows = await connection.fetch("SELECT shard, seq, entry, leaf FROM audit_record ORDER BY shard, seq")
    finally:
        await connection.close()
    records: dict[tuple[int, int], dict[str, Any]] = {}
    for shard, seq, content, leaf in rows:
        record = orjson.loads(content)
        assert leaf == leaf_hash(content)
        assert (record["shard"], record["seq"]) == (shard, seq)
        if seq:
            assert record["prev"] == records[shard, seq - 1]["leaf"].hex(), f"shard {shard} is broken before {seq}"
        records[shard, seq] = record | {"leaf": leaf}
    return records


def test_every_answer_that_was_received_has_its_record(
    servers: tuple[Server, Server], postgres_to_kill: EmbeddedPostgres, record_property: Any
) -> None:
    seed = random.randrange(2**32)
    record_property("seed", seed)
    load_ = asyncio.run(crash(servers, postgres_to_kill, random.Random(seed)))
    deadline = time.monotonic() + 10
    while True:
        with contextlib.suppress(StorageError):
            records = asyncio.run(written(postgres_to_kill.dsn()))
            break
        assert time.monotonic() < deadline
    for name in ("refused", "broken"):
        record_property(name, getattr(load_, name))
    record_property("answers", len(load_.received))
    record_property("records", len(records))
    assert load_.refused + load_.broken, "no crash was felt: the test shows nothing"
    assert len(load_.received) > 20 * CRASHES
    for shard, seq, leaf, digest in load_.received:
        record = records[shard, seq]
        assert record["leaf"] == leaf
        assert record["body"] == digest
    asked = [record["variables"] for record in records.values()]
    assert len(set(asked)) == len(asked), "a request is recorded twice"
    assert len(records) - len(load_.received) <= load_.refused + load_.broken + CLIENTS
