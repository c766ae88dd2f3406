"""``baygate gateway``: what it refuses to start with, and how it runs and ends."""

from pathlib import Path

import pytest
from tests.command_line import Done, baygate
from tests.gateway.federation.process import running
from tests.gateway.federation.running import supergraph


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "supergraph.graphql"
    made.write_text(supergraph())
    return made


def refused(*options: str) -> str:
    done: Done = baygate("gateway", *options)
    assert done.returncode in {1, 2}
    assert "Traceback" not in done.stderr
    return done.stderr


def test_that_all_is_open_has_to_be_said(file: Path) -> None:
    said = refused("--supergraph", str(file))
    assert "whoever can connect sees everything" in said
    assert "--open" in said
    assert "baygate serve" in said


@pytest.mark.parametrize("listen", ["0.0.0.0:4000", "[::]:4000", "10.0.0.1:4000", "192.168.1.1:80"])
def test_it_listens_to_nobody_beyond_this_machine(file: Path, listen: str) -> None:
    said = refused("--supergraph", str(file), "--open", "--listen", listen)
    assert f"--listen {listen} is not of this machine alone" in said
    assert "127.0.0.1:4000" in said


@pytest.mark.parametrize(
    "listen", ["", "4000", "localhost", "localhost:4000", "127.0.0.1", "127.0.0.1:", "127.0.0.1:http"]
)
def test_an_address_that_is_none_is_named(file: Path, listen: str) -> None:
    said = refused("--supergraph", str(file), "--open", "--listen", listen)
    assert f"--listen {listen} is no address with a port" in said


@pytest.mark.parametrize("port", ["-1", "65536", "99999"])
def test_a_port_that_is_none_is_named(file: Path, port: str) -> None:
    assert f"127.0.0.1:{port} is no address with a port" in refused(
        "--supergraph", str(file), "--open", "--listen", f"127.0.0.1:{port}"
    )


def test_a_supergraph_that_is_not_there_is_named(tmp_path: Path) -> None:
    missing = str(tmp_path / "missing.graphql")
    assert missing in refused("--supergraph", missing, "--open")


BAD = {
    "empty": b"",
    "no GraphQL": b"{",
    "no supergraph": b"type Query { a: Int }",
    "not UTF-8": b"type Query { a: Int } # \xff",
    "an image": b"\x89PNG\r\n\x1a\n\0\0",
    "a source without a name": b"enum join__Graph { A } type Query @join__type(graph: A) { a: Int }",
    "a type of no source": supergraph().replace("type Seat", "type Seat @join__type(graph: NOWHERE)").encode(),
    "a field of no type": supergraph().replace("town: String", "town: Nowhere").encode(),
}


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_what_is_no_supergraph_is_refused_with_a_reason(tmp_path: Path, text: bytes) -> None:
    file = tmp_path / "bad.graphql"
    file.write_bytes(text)
    said = refused("--supergraph", str(file), "--open")
    assert str(file) in said
    assert "baygate schema compose" in said


@pytest.mark.parametrize("url", ["", "localhost:4001", "ftp://127.0.0.1/", "http://agency.example/graphql"])
def test_a_source_that_cannot_be_asked_is_named(file: Path, url: str) -> None:
    file.write_text(supergraph(url))
    assert "The source companies cannot be as it is set" in refused("--supergraph", str(file), "--open")


def test_a_label_that_no_override_has_is_named(file: Path) -> None:
    said = refused("--supergraph", str(file), "--open", "--label", "beta")
    assert "--label beta" in said


def test_it_is_healthy_answers_and_ends_with_success(tmp_path: Path) -> None:
    with running(supergraph(), tmp_path) as gateway:
        assert gateway.client.get(f"{gateway.url}/health").text == "ok\n"
        assert gateway.ask("{ __typename }") == {"data": {"__typename": "Query"}}
        told = gateway.ask("{ kind }")
        assert told["data"] == {"kind": None}
        assert told["errors"][0]["extensions"]["kind"] == "UNREACHABLE"
        assert gateway.client.get(f"{gateway.url}/metrics").status_code == 404
        other = gateway.client.get(f"{gateway.url}/graphql", headers={"origin": "https://elsewhere.example"})
        assert "access-control-allow-origin" not in other.headers


def test_a_port_that_is_taken_is_no_success(tmp_path: Path) -> None:
    with running(supergraph(), tmp_path) as gateway:
        listen = gateway.url.removeprefix("http://")
        done = baygate("gateway", "--supergraph", str(tmp_path / "supergraph.graphql"), "--open", "--listen", listen)
        assert done.returncode == 3
        assert "Traceback" not in done.stderr
