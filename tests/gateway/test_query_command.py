"""``baygate query`` against a running hub."""

import json
import subprocess
import sys
from typing import Any


def baygate(*arguments: str, given: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "baygate", *arguments]
    return subprocess.run(command, input=given, capture_output=True, text=True, timeout=60, check=False)


def test_query_prints_errors_and_fails_when_there_is_no_data(hub: Any) -> None:
    good = baygate("query", "-", "--url", hub.url, "--timing", given="{ __typename }")
    assert json.loads(good.stdout) == {"data": {"__typename": "Query"}}
    assert "total;dur=" in good.stderr
    bad = baygate("query", "-", "--url", hub.url, given="{ nothing }")
    assert bad.returncode == 1
    assert json.loads(bad.stdout)["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
