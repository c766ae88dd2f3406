"""The README is true: every command in it runs, and answers what it says."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
COMMANDS = [
    (line.removeprefix("$ "), following)
    for (kind, text), following in zip(BLOCKS, [*BLOCKS[1:], ("", "")], strict=True)
    if kind == "console"
    for line in text.splitlines()
]
ASKING = [(command, answer) for command, (kind, answer) in COMMANDS if kind == "json"]
OTHERS = [command for command, (kind, _) in COMMANDS if kind != "json"]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The demo as a newcomer starts it, on a free port; ended as he ends it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data = tmp_path_factory.mktemp("demo")
    command = [
        sys.executable,
        "-m",
        "baygate",
        "demo",
        "--data",
        str(data),
        "--port",
        str(port),
        "--enterprises",
        "120",
    ]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        for _ in range(600):
            assert process.poll() is None, process.stdout and process.stdout.read()
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1):
                    break
            except OSError:
                time.sleep(0.1)
        yield port
    finally:
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=30)
    assert process.returncode == 0, output
    assert "Traceback" not in output, output
    assert not (data / "postgres" / "postmaster.pid").exists(), "PostgreSQL was left running"


@pytest.mark.parametrize(("command", "answer"), ASKING)
def test_a_question_in_the_readme_is_answered_as_it_says(demo: int, command: str, answer: str) -> None:
    here = command.replace(".venv/bin/baygate", f"{sys.executable} -m baygate").replace(":8080", f":{demo}")
    environment = os.environ | {"BAYGATE_URL": f"http://127.0.0.1:{demo}/graphql"}
    done = subprocess.run(here, shell=True, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == json.loads(answer)


@pytest.mark.parametrize("command", OTHERS)
def test_a_command_in_the_readme_exists(command: str) -> None:
    if command.startswith("make "):
        subprocess.run(["make", "--dry-run", *command.split()[1:]], cwd=ROOT, check=True, capture_output=True)
    else:
        here = command.replace(".venv/bin/baygate", f"{sys.executable} -m baygate")
        subprocess.run(here, shell=True, cwd=ROOT, check=True, capture_output=True)


def test_the_readme_has_commands() -> None:
    assert len(ASKING) >= 4
    assert "make demo" in OTHERS


def test_every_link_in_the_documentation_leads_somewhere() -> None:
    for file in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]:
        for link in re.findall(r"\]\((?!http)([^)#]+)", file.read_text(encoding="utf-8")):
            assert (file.parent / link).exists(), f"{file.name}: {link}"
