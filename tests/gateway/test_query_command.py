"""``baygate query`` and ``baygate token`` against a running hub."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.agency import DEVELOPER, TAX, Agency
from tests.command_line import baygate


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory of profiles, as the demo makes it."""
    directory = tmp_path_factory.mktemp("clients")
    for each in (DEVELOPER, TAX):
        profile(directory, each)
    return directory


def profile(directory: Path, agency: Agency) -> None:
    (directory / f"{agency.client_id}.pem").write_bytes(agency.key.as_pem(private=True))
    said = {
        "client_id": agency.client_id, "key": f"{agency.client_id}.pem", "binding": agency.binding,
        "purpose": agency.purpose,
    }  # fmt: skip
    (directory / f"{agency.client_id}.json").write_text(json.dumps(said))


@pytest.mark.parametrize("name", ["developer", "tax-gd"])
def test_query_prints_the_answer_and_fails_when_there_is_no_data(hub: Any, clients: Path, name: str) -> None:
    options = ("--url", hub.url, "--clients", str(clients), "--as", name)
    good = baygate("query", "-", *options, "--timing", given="{ __typename }")
    assert json.loads(good.stdout) == {"data": {"__typename": "Query"}}, good.stderr
    assert "total;dur=" in good.stderr
    bad = baygate("query", "-", *options, given="{ nothing }")
    assert bad.returncode == 1
    assert json.loads(bad.stdout)["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


def test_a_purpose_that_the_client_has_not_registered_is_refused_in_a_sentence(hub: Any, clients: Path) -> None:
    options = ("--url", hub.url, "--clients", str(clients), "--as", "tax-gd")
    done = baygate("query", "-", *options, "--purpose", "STATISTICS", given="{ __typename }")
    assert done.returncode == 1
    assert "has not registered the purpose STATISTICS" in done.stderr


def test_token_prints_a_token_that_other_tools_can_use(hub: Any, clients: Path) -> None:
    done = baygate("token", "--url", hub.url, "--clients", str(clients))
    answer = hub.post({"query": "{ __typename }"}, authorization=f"Bearer {done.stdout.strip()}")
    assert answer.json() == {"data": {"__typename": "Query"}}


def test_without_a_hub_the_user_is_told_how_to_start_one(clients: Path) -> None:
    done = baygate("query", "-", "--url", "http://127.0.0.1:1/graphql", "--clients", str(clients), given="{ a }")
    assert done.returncode == 1
    assert "Start one with: baygate demo" in done.stderr
