"""What most tests of recognition begin with, made once: they issue more, and revoke only what they issued."""

import pytest
from tests.recognition.world import Chain, World


@pytest.fixture(scope="session")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Chain:
    return Chain.made(tmp_path_factory.mktemp("chain"))


@pytest.fixture(scope="session")
def world(chain: Chain) -> World:
    return World.of(chain)
