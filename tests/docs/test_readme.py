"""What is written is true: every command in README and the walks of docs runs, in its order, and answers as it says."""

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.command_line import Done, baygate
from tests.in_memory import quickest

ROOT = Path(__file__).resolve().parents[2]
README, WALK, POLICIES = ROOT / "README.md", ROOT / "docs" / "oauth.md", ROOT / "docs" / "policies.md"
RECOGNITION = ROOT / "docs" / "recognition.md"


def commands(file: Path) -> list[tuple[str, str]]:
    """Return the commands of a text, each with the answer that follows it, if one does."""
    blocks = re.findall(r"^```(\w+)\n(.*?)^```$", file.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    found = []
    for (kind, text), (following, answer) in zip(blocks, [*blocks[1:], ("", "")], strict=True):
        lines = [line.removeprefix("$ ") for line in text.splitlines()] if kind == "console" else []
        answers = [""] * (len(lines) - 1) + [answer if following in {"json", "text"} else ""]
        found += list(zip(lines, answers, strict=True)) if lines else []
    return found


def same(printed: str, answer: str) -> bool:
    """Whether a command answers as a text says: the same JSON, or the same words."""
    try:
        return bool(json.loads(printed) == json.loads(answer))
    except ValueError:
        return printed == answer


def python_blocks(file: Path) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```$", file.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


EVIDENCE = "accesses.graphql"
"""What is asked about questions that were asked before."""
ASKING = [(command, answer) for command, answer in commands(README) if answer]
OTHERS = [command for command, answer in commands(README) if not answer]


@pytest.fixture(scope="module")
def demo() -> Iterator["Demo"]:
    """The demo as a newcomer starts it, on a free port; ended as he ends it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    home = Path(tempfile.mkdtemp(prefix="bg-", dir=quickest()))
    command = [
        sys.executable, "-m", "baygate", "demo", "--data", str(home / "demo"), "--port", str(port),
        "--enterprises", "120",
    ]  # fmt: skip
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        for _ in range(600):
            assert process.poll() is None, process.stdout and process.stdout.read()
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1):
                    break
            except OSError:
                time.sleep(0.1)
        yield Demo(home, port)
    finally:
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=30)
    assert process.returncode == 0, output
    assert "Traceback" not in output, output
    assert not (home / "demo" / "postgres" / "postmaster.pid").exists(), "PostgreSQL was left running"
    with socket.socket() as probe:
        register = int((home / "demo" / "register.port").read_text(encoding="utf-8"))
        assert probe.connect_ex(("127.0.0.1", register)) != 0, "the company register was left running"
    shutil.rmtree(home)


class Demo:
    """A demo that runs: commands are run as printed, but for its directory and port."""

    def __init__(self, home: Path, port: int) -> None:
        self._home = home
        self._port = port

    def run(self, command: str) -> str:
        done = self._plainly(command) or subprocess.run(
            self.here(command),
            shell=True,
            cwd=ROOT,
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        return done.stdout

    def _plainly(self, command: str) -> Done | None:
        """Run a command that needs no shell without a process of its own; None if it needs one."""
        words, forgiving = shlex.split(self.here(command.removesuffix(" || true"))), command.endswith(" || true")
        if not command.startswith(".venv/bin/baygate ") or any(set(each) & set("|<>$`") for each in words):
            return None
        asking = {
            name: value for name, value in self.environment().items() if name in {"BAYGATE_URL", "BAYGATE_CLIENTS"}
        }
        done = baygate(*words[3:], directory=ROOT, **asking)
        return Done(done.args, 0 if forgiving else done.returncode, done.stdout, done.stderr)

    def here(self, text: str) -> str:
        meant = {
            ".venv/bin/baygate": f"{sys.executable} -m baygate",
            ".venv/bin/python": sys.executable,
            ".baygate/": f"{self._home}/",
            ":8080": f":{self._port}",
        }
        return re.sub("|".join(map(re.escape, meant)), lambda printed: meant[printed[0]], text)

    def environment(self) -> dict[str, str]:
        url = f"http://127.0.0.1:{self._port}/graphql"
        return os.environ | {"BAYGATE_URL": url, "BAYGATE_CLIENTS": str(self._home / "demo" / "clients")}


@pytest.mark.parametrize(("command", "answer"), [each for each in ASKING if EVIDENCE not in each[0]])
def test_a_question_in_the_readme_is_answered_as_it_says(demo: Demo, command: str, answer: str) -> None:
    assert same(demo.run(command), answer)


def test_who_saw_it_is_told_as_the_readme_says(demo: Demo) -> None:
    """The question before it was asked, and its record is found about a second later."""
    command, answer = next(each for each in ASKING if EVIDENCE in each[0])
    demo.run(next(asked for asked, _ in ASKING if "--as hk-customs" in asked))
    deadline = time.monotonic() + 20
    while not same(told := demo.run(command), answer):
        assert time.monotonic() < deadline, told
        time.sleep(0.2)


@pytest.mark.parametrize("command", OTHERS)
def test_a_command_in_the_readme_exists(command: str) -> None:
    if command.startswith("make "):
        subprocess.run(["make", "--dry-run", *command.split()[1:]], cwd=ROOT, check=True, capture_output=True)
    else:
        here = command.replace(".venv/bin/baygate", f"{sys.executable} -m baygate")
        subprocess.run(here, shell=True, cwd=ROOT, check=True, capture_output=True)


def test_the_walk_from_a_key_to_the_first_query_goes_as_printed(demo: Demo) -> None:
    for command, answer in commands(WALK):
        printed = demo.run(command)
        if answer:
            assert same(printed, answer), command


def test_the_way_of_a_policy_goes_as_printed(demo: Demo) -> None:
    printed = [demo.run(command) for command, _ in commands(POLICIES)]
    assert "is given" in printed[-2], "what was published is in force"


def test_the_way_of_a_trust_list_goes_as_printed(demo: Demo) -> None:
    printed = [demo.run(command) for command, _ in commands(RECOGNITION)]
    assert "ended id-cert-organisational" in printed[-1], "what was published is in the history"


@pytest.mark.parametrize("program", python_blocks(WALK))
def test_a_program_in_the_walk_gets_its_data(demo: Demo, program: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", demo.here(program)], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert json.loads(done.stdout or "null") == {"data": {"party": {"name": "濠江食品進口有限公司"}}}, done.stderr


def test_the_texts_have_commands() -> None:
    assert len(ASKING) >= 4
    assert "make demo" in OTHERS
    assert len(commands(WALK)) > 12
    assert len(python_blocks(WALK)) == 1


def test_every_link_in_the_documentation_leads_somewhere() -> None:
    for file in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]:
        for link in re.findall(r"\]\((?!http)([^)#]+)", file.read_text(encoding="utf-8")):
            assert (file.parent / link).exists(), f"{file.name}: {link}"
