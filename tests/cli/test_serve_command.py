"""``baygate serve``: what it refuses to start with, and where it listens."""

import contextlib
import http.client
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from tests.gateway.test_tls import issue

from baygate.gateway.unix_socket import listening

NOWHERE = "postgresql://127.0.0.1:1/none"


def environment(directory: Path, dsn: str = NOWHERE, **settings: Any) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BAYGATE_")}
    said = {"profile": "development", "keys": directory / "keys", "database__dsn": dsn} | settings
    return kept | {f"BAYGATE_{name.upper()}": str(value) for name, value in said.items()}


def refused(directory: Path, *options: str, **settings: Any) -> str:
    """Return what the command says that does not start."""
    command = [sys.executable, "-m", "baygate", "serve", *options]
    done = subprocess.run(
        command, env=environment(directory, **settings), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


def test_with_tls_demanded_it_never_serves_plain_http(tmp_path: Path) -> None:
    said = refused(tmp_path, "--tls")
    assert "--tls: the settings have no [tls], and the hub would serve plain http." in said
    assert "--tls-certificate and --tls-key" in said


def test_a_certificate_without_its_key_is_not_enough(tmp_path: Path) -> None:
    assert "tls.key: Field required" in refused(tmp_path, "--tls-certificate", "hub.crt")


def test_a_certificate_of_the_command_line_that_is_not_there_is_named(tmp_path: Path) -> None:
    missing = tmp_path / "hub.crt"
    assert f"tls.certificate {missing}" in refused(
        tmp_path, "--tls", "--tls-certificate", str(missing), "--tls-key", str(missing)
    )


def test_it_leaves_another_hub_its_socket(tmp_path: Path) -> None:
    path = tmp_path / "hub.sock"
    with listening(path, 5):
        said = refused(tmp_path, server__socket=path, oauth__origin="https://127.0.0.1:8443")
        assert f"server.socket {path}: another hub listens there." in said
        assert path.is_socket()


@pytest.mark.parametrize("workers", [1, 2])
def test_the_certificate_of_the_command_line_is_that_of_every_worker(world: Any, tmp_path: Path, workers: int) -> None:
    own = issue("hub")
    certificate, key = own.save(tmp_path)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "baygate", "serve", "--tls"]
    command += ["--tls-certificate", str(certificate), "--tls-key", str(key)]
    settings = environment(tmp_path, world.dsn, server__port=port, server__workers=workers)
    log = tmp_path / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=settings, stdout=output, stderr=output)
    try:
        context = ssl.create_default_context(cadata=own.pem)
        deadline = time.monotonic() + 30
        answer = None
        while answer is None and time.monotonic() < deadline and process.poll() is None:
            connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=10, context=context)
            with contextlib.closing(connection), contextlib.suppress(ConnectionRefusedError):
                connection.request("GET", "/healthz")
                answer = connection.getresponse().read()
            time.sleep(0.05)
        assert answer == b"ok\n", log.read_text()
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) in {0, -signal.SIGTERM}
    assert "Traceback" not in log.read_text()
