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
