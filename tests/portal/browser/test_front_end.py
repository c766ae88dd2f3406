"""The page's own tests and types."""

import subprocess

import pytest
from tests.portal.browser.conftest import ROOT


@pytest.mark.parametrize("script", ["check", "test"])
def test_the_pages_code_passes(built: None, script: str) -> None:
    done = subprocess.run(
        ["npm", "run", "--silent", script], cwd=ROOT / "portal", capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
