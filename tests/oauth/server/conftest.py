"""Desks at a hub in production."""

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from tests.agency import CUSTOMS, Agency
from tests.oauth.server.desk import Desk, altered, opened

from baygate.oauth import registry

Enrol = Callable[..., Desk]
_numbers = count(1)


@pytest.fixture
def desk(production: Any) -> Desk:
    """The desk of customs, its nonce known."""
    return opened(production, CUSTOMS)


@pytest.fixture
def enrol(production: Any) -> Enrol:
    """Register another client while the hub runs, and return its desk; ``other`` is said in its registration."""

    def enrolled(agency: Agency | None = None, hub: Any = production, **other: Any) -> Desk:
        agency = agency or Agency(f"system-{next(_numbers)}", purposes=("RISK_ASSESSMENT",))
        altered(hub.dsn, registry.add, agency.registration(**other))
        return opened(hub, agency)

    return enrolled
