"""Who is let in, by profile: plain bearer tokens in development alone, and pages of this machine."""

import asyncio
import os
import re
from pathlib import Path
from typing import Any

import pytest
from tests.agency import CUSTOMS, DEVELOPER, Agency, register
from tests.attacker import enrolled
from tests.zygote import Zygote

from baygate.gateway.admission import _authorities
from baygate.oauth.clients import Binding
from baygate.settings import SettingsError

QUERY = {"query": "{ __typename }"}


def test_production_does_not_start_with_a_client_whose_tokens_are_bound_to_nothing(
    hub: Any, zygote: Zygote, tmp_path: Path
) -> None:
    environment = {
        **os.environ, "BAYGATE_PROFILE": "production", "BAYGATE_DATABASE__DSN": hub.dsn, "BAYGATE_KEYS": str(hub.keys)
    }  # fmt: skip
    done = zygote.run("serve", environment=environment, log=tmp_path / "log")
    assert done.returncode == 1
    told = re.search("Tokens of (.+) are bound to no key, and this is production", done.stdout)
    assert told, done.stdout
    assert DEVELOPER.client_id in told[1].split(", ")
    assert "baygate client disable" in done.stdout


def test_one_registered_while_production_runs_gets_nothing(production: Any) -> None:
    late = Agency("late-bearer", binding=Binding.BEARER)
    asyncio.run(register(production.dsn, late))
    try:
        enrolled(production, Agency("later-dpop"))  # changes come in order: the hub has heard of both
        answer = late.ask_token(production.client, production.base)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    finally:
        asyncio.run(_forget(production.dsn, late))


@pytest.mark.parametrize("setting", ["OAUTH__ISSUERS", "OAUTH__PEOPLE"])
def test_settings_for_development_do_not_start_production(setting: str, zygote: Zygote, tmp_path: Path) -> None:
    said = {
        "OAUTH__ISSUERS": '[{"url": "https://a.example", "agency": "tax-gd", "scopes": [], "purposes": [], '
        '"bearer": true}]',
        "OAUTH__PEOPLE": '{"named": [{"subject": "a", "name": "A", "agency": "tax-gd"}]}',
    }
    environment = os.environ | {
        "BAYGATE_DATABASE__DSN": "postgresql:///x", "BAYGATE_KEYS": str(tmp_path / "keys"),
        f"BAYGATE_{setting}": said[setting],
    }  # fmt: skip
    done = zygote.run("serve", environment=environment, log=tmp_path / "log")
    assert done.returncode == 1
    assert "for development" in done.stdout


@pytest.mark.parametrize("origin", ["http://localhost:3000", "http://127.0.0.1:5173", "https://localhost"])
def test_in_development_a_page_of_this_machine_may_ask(hub: Any, origin: str) -> None:
    preflight = {
        "origin": origin, "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type",
    }  # fmt: skip
    asked = hub.client.options(hub.url, headers=preflight)
    assert asked.status_code == 200
    assert asked.headers["access-control-allow-origin"] == origin
    assert "access-control-allow-credentials" not in asked.headers
    assert hub.post(QUERY, origin=origin).headers["access-control-allow-origin"] == origin


@pytest.mark.parametrize("origin", ["https://evil.example", "http://localhost.evil.example", "http://127.0.0.1.nip.io"])
def test_a_page_from_elsewhere_may_not(hub: Any, origin: str) -> None:
    assert "access-control-allow-origin" not in hub.post(QUERY, origin=origin).headers


def test_in_production_no_page_may_ask(production: Any) -> None:
    assert "access-control-allow-origin" not in production.post(QUERY, origin="http://localhost:3000").headers


def test_nothing_answers_without_a_token(hub: Any, production: Any) -> None:
    for each in (hub, production):
        for request in ({"json": QUERY}, {"json": {"query": "{ __schema { types { name } } }"}}, {"content": b"{"}):
            answer = each.client.post(each.url, auth=None, **request)
            assert answer.status_code == 401
            assert answer.json()["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}
            schemes = [value.split()[0] for value in answer.headers.get_list("www-authenticate")]
            assert schemes == ["DPoP", "Bearer"]
        assert each.client.get(each.url, params=QUERY, auth=None).status_code == 401


def test_the_two_profiles_take_their_own_clients(hub: Any, production: Any) -> None:
    assert (hub.auth, production.auth) == (DEVELOPER, CUSTOMS)
    assert hub.post(QUERY).status_code == production.post(QUERY).status_code == 200


async def _forget(dsn: str, agency: Agency) -> None:
    from baygate.oauth import registry
    from baygate.storage.database import Database

    connection = await Database(dsn).connect()
    await registry.enable(connection, agency.client_id, enabled=False)
    await connection.close()


def test_an_authority_that_cannot_be_read_is_named_with_its_file(tmp_path: Path) -> None:
    file = tmp_path / "authorities.pem"
    for content in (None, b"nothing", b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"):
        if content is not None:
            file.write_bytes(content)
        with pytest.raises(SettingsError, match=r"client_authorities .*authorities\.pem"):
            _authorities(file)
