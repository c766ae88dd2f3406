"""What most tests of recognition begin with, made once: they issue more, and revoke only what they issued."""

import time
from collections.abc import Iterator

import pytest
from tests.recognition.world import Chain, World, crl

from baygate.access.documents.trust_list import Proof


@pytest.fixture(scope="session")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Chain:
    return Chain.made(tmp_path_factory.mktemp("chain"))


@pytest.fixture(scope="session")
def world(chain: Chain) -> World:
    return World.of(chain)


@pytest.fixture(scope="session")
def asking(world: World) -> World:
    """The world where the entry asks for a responder's word; the root's CRL is there."""
    return world.by(Proof.OCSP).knowing(crl(world.chain.root))


@pytest.fixture
def quick() -> Iterator[None]:
    """Whatever a stranger sends costs less than a second of a processor."""
    begun = time.process_time()
    yield
    assert time.process_time() - begun < 1
