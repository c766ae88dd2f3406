"""What can be said of a remote source, and what is refused at once."""

import base64
from pathlib import Path
from typing import Any

import pytest

from baygate.errors import OperatorError
from baygate.sources.remote.remote import Remote

PIN = base64.b64encode(bytes(32)).decode()


def remote(url: str = "https://tax.example/graphql", **settings: Any) -> Remote:
    return Remote("tax", "gd-tax", url, **settings)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:4001/graphql", "http://127.9.9.9/", "http://[::1]:4001/", "http://localhost:4001/"]
)
def test_plain_http_is_taken_on_this_machine(url: str) -> None:
    assert not remote(url).secure


@pytest.mark.parametrize(
    "url",
    [
        "http://tax.example/graphql",
        "http://10.0.0.1/",
        "http://localhost.tax.example/",
        "http://127.0.0.1.tax.example/",
        "http://[::]/",
        "http://0.0.0.0/",
    ],
)
def test_plain_http_is_refused_beyond_this_machine_unless_it_is_said(url: str) -> None:
    with pytest.raises(OperatorError, match="plain HTTP"):
        remote(url)
    assert remote(url, plain=True).url == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "tax.example",
        "ftp://tax.example/",
        "https://",
        "https:///graphql",
        "https://hub:secret@tax.example/",
        "https://tax.example/#part",
        "https://tax.example:port/",
        "https://tax.example:99999/",
        "https://[::1/",
    ],
)
def test_what_is_no_address_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(OperatorError, match="its address is none") as refused:
        remote(url)
    assert not url or url not in refused.value.what


@pytest.mark.parametrize("pin", ["", "x", PIN[:-4], f"sha256/{PIN}", base64.b64encode(bytes(31)).decode(), f"{PIN}\n"])
def test_what_is_no_pin_is_refused(pin: str) -> None:
    with pytest.raises(OperatorError, match="is no pin") as refused:
        remote(pins=frozenset({PIN, pin}))
    assert "openssl" in refused.value.advice


def test_a_certificate_comes_with_its_key() -> None:
    for half in ({"certificate": Path("a.pem")}, {"key": Path("a.key")}):
        with pytest.raises(OperatorError, match="only one of certificate and key"):
            remote(**half)


@pytest.mark.parametrize("setting", [{"trust": Path("ca.pem")}, {"pins": frozenset({PIN})}])
def test_what_only_tls_can_keep_is_refused_without_it(setting: dict[str, Any]) -> None:
    with pytest.raises(OperatorError, match="no TLS"):
        remote("http://127.0.0.1/", **setting)


@pytest.mark.parametrize(
    "setting",
    [{"timeout": 0}, {"timeout": float("nan")}, {"connect_timeout": -1}, {"max_bytes": 0}, {"connections": 0}],
)
def test_limits_that_let_nothing_through_are_refused(setting: dict[str, Any]) -> None:
    with pytest.raises(OperatorError, match=next(iter(setting))):
        remote(**setting)
    with pytest.raises(OperatorError, match="retries"):
        remote(retries=-1)
