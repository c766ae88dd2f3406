"""One federation for all tests of a folder: the hub over the sample world, and three services."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.access.generated import as_json
from tests.gateway.sources.hub import Federation, Hub, running
from tests.gateway.sources.world import services
from tests.oracle.engine import Engine

_ALL_HERE = (
    "{ parties(where: {kind: HONG_KONG}, first: 50) { nodes { ... on HongKongCompany { crNumber provider } } } }"
)
HUB_TYPES = {"HongKongCompany": ["*"], "CreditRating": ["*"], "Region": ["*"], "MainlandEnterprise": ["*"]}
REMOTE_TYPES = ("Office", "Director", "PublicNotice", "SealedNotice", "Person", "Trust", "Fund", "Query")
REMOTE = {"HongKongCompany": ["*"], **{name: ["*"] for name in REMOTE_TYPES}}
OWNS = {"hk-cr": HUB_TYPES, "samr-gd": HUB_TYPES, "reg-hk": REMOTE, "bank-hk": REMOTE, "vault-hk": REMOTE}


@pytest.fixture(scope="session")
def numbers(world: Any) -> list[str]:
    """Companies of Hong Kong that the sample world has."""
    engine = Engine(world)
    found = engine.ask(_ALL_HERE)["data"]["parties"]["nodes"]
    engine.close()
    assert {each["provider"] for each in found} == {"hk-cr"}, as_json(found)
    return [each["crNumber"] for each in found]


@pytest.fixture(scope="session")
def federation(numbers: list[str]) -> Iterator[Federation]:
    with running(*services(numbers[:6])) as federation:
        yield federation


@pytest.fixture(scope="session")
def _hub(world: Any, federation: Federation) -> Iterator[Hub]:
    hub = Hub(world, federation, OWNS)
    yield hub
    hub.close()


@pytest.fixture
def hub(_hub: Hub) -> Hub:
    """A hub on which nothing is in force, and whose sources are honest and were asked nothing."""
    for each in _hub.federation.services.values():
        each.forget()
    _hub.govern()
    return _hub


@pytest.fixture
def register(hub: Hub) -> Any:
    return hub.federation.services["register"]


@pytest.fixture
def bank(hub: Hub) -> Any:
    return hub.federation.services["trade-bank"]


@pytest.fixture
def vault(hub: Hub) -> Any:
    return hub.federation.services["vault"]
