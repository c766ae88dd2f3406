"""Settings that the hub refuses, whatever else they say."""

from typing import Any

import pytest

from baygate.settings import Settings

OF_THIS_MACHINE = [None, "http://127.0.0.1:9000", "http://localhost", "https://localhost:8443", "http://[::1]:8080"]
OF_OTHERS = ["https://hub.example", "https://127.0.0.1.example", "https://localhost.example", "https://10.0.0.1"]


def settings(profile: str, origin: str | None) -> Settings:
    said: dict[str, Any] = {"database": {"dsn": "postgresql:///x"}, "oauth": {"origin": origin}}
    return Settings(profile=profile, **said)


@pytest.mark.parametrize("origin", OF_THIS_MACHINE)
def test_development_is_for_this_machine(origin: str | None) -> None:
    assert settings("development", origin).development


@pytest.mark.parametrize("origin", OF_OTHERS)
def test_and_for_no_other_whatever_proxy_stands_before_it(origin: str) -> None:
    with pytest.raises(ValueError, match="is not on a loopback address"):
        settings("development", origin)
    assert settings("production", origin).origin == origin


# Where the hub listens, and which proxies it believes

TLS = {"certificate": "hub.crt", "key": "hub.pem"}
SOCKET = {"socket": "/run/baygate/hub.sock"}
ORIGIN = {"origin": "https://hub.example"}


def listening(**said: Any) -> Settings:
    return Settings(**{"database": {"dsn": "postgresql:///x"}} | said)


@pytest.mark.parametrize(
    ("server", "port"), [({}, 8080), ({"port": 9000}, 9000), (SOCKET, None), (SOCKET | {"port": 9000}, 9000)]
)
def test_beside_a_socket_a_port_is_bound_only_if_it_is_named(server: dict[str, Any], port: int | None) -> None:
    assert listening(server=server, oauth=ORIGIN).server.tcp_port == port


def test_a_port_in_the_environment_is_named_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BAYGATE_DATABASE__DSN", "postgresql:///x")
    monkeypatch.setenv("BAYGATE_SERVER__SOCKET", SOCKET["socket"])
    monkeypatch.setenv("BAYGATE_OAUTH__ORIGIN", ORIGIN["origin"])
    assert Settings().server.tcp_port is None
    monkeypatch.setenv("BAYGATE_SERVER__PORT", "8080")
    assert Settings().server.tcp_port == 8080


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"server": SOCKET, "tls": TLS, "oauth": ORIGIN}, "set one of them"),
        ({"server": SOCKET}, "server.socket needs oauth.origin"),
        ({"proxy": {"certificates": "proxies.pem"}}, "proxy.certificates needs"),
        ({"proxy": {"certificates": "p.pem"}, "server": SOCKET, "oauth": ORIGIN}, "proxy.certificates needs"),
        ({"proxy": {"client_authorities": "ca.pem"}}, "proxy.client_authorities is for a hub on server.socket"),
        ({"proxy": {"client_authorities": "ca.pem"}, "tls": TLS}, "proxy.client_authorities is for a hub on"),
    ],
)
def test_a_proxy_that_cannot_prove_itself_is_refused(said: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        listening(**said)


def test_on_a_socket_too_development_is_for_this_machine() -> None:
    with pytest.raises(ValueError, match="is not on a loopback address"):
        listening(profile="development", server=SOCKET, oauth=ORIGIN)
    assert listening(profile="development", server=SOCKET, oauth={"origin": "https://127.0.0.1:8443"}).development


@pytest.mark.parametrize(
    "said",
    [
        {"tls": TLS | {"client_authorities": "ca.pem"}, "proxy": {"certificates": "proxies.pem"}},
        {"server": SOCKET, "oauth": ORIGIN, "proxy": {"client_authorities": "ca.pem"}},
    ],
)
def test_clients_authorities_are_those_of_whatever_ends_their_tls(said: dict[str, Any]) -> None:
    assert str(listening(**said).client_authorities) == "ca.pem"
