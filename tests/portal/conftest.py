"""Hubs with an explorer, and somebody who visits one."""

from collections.abc import Iterator

import pytest
from tests.agency import Agency
from tests.portal.visitor import Visitor, explored
from tests.serving import Hub, Serve

from baygate.oauth.clients import Binding

PLAIN = Agency(
    "explorer-of-tests",
    "commerce-gd",
    binding=Binding.BEARER,
    purposes=("RISK_ASSESSMENT", "INVESTIGATION", "EXPORT_REFUND"),
)
BOUND = Agency("explorer-with-a-key", "commerce-gd")


@pytest.fixture(scope="session")
def explorer(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A hub whose explorer gets plain tokens, as in the demo."""
    with explored(serve, PLAIN, tmp_path_factory.mktemp("explorer")) as hub:
        yield hub


@pytest.fixture(scope="session")
def bound(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A hub whose explorer gets tokens that are bound to its key, as in production."""
    with explored(serve, BOUND, tmp_path_factory.mktemp("explorer")) as hub:
        yield hub


@pytest.fixture
def someone(explorer: Hub) -> Iterator[Visitor]:
    """Somebody who comes for the first time."""
    with Visitor(explorer) as visitor:
        yield visitor


@pytest.fixture
def other(explorer: Hub) -> Iterator[Visitor]:
    """Somebody else."""
    with Visitor(explorer) as visitor:
        yield visitor


@pytest.fixture
def chen(someone: Visitor) -> Visitor:
    """陈静 of the tax authority, who is signed in."""
    assert someone.sign_in().status_code == 200
    return someone
