"""The explorer as people see it: the built page, a demo that serves it, and Debian's Chromium."""

import fcntl
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright
from tests.in_memory import quickest
from tests.portal.browser.reader import Reader

ROOT = Path(__file__).resolve().parents[3]
CHROMIUM = shutil.which("chromium")
ENTERPRISES = "60"
PATIENCE = 20_000
"""Milliseconds."""


@pytest.fixture(scope="session")
def built() -> None:
    """The page, built once however many workers run the tests."""
    if shutil.which("node") is None:
        pytest.skip("without Node the page cannot be built")
    with (Path(tempfile.gettempdir()) / "baygate-explorer.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        subprocess.run(["make", "portal"], cwd=ROOT, check=True, stdin=subprocess.DEVNULL, capture_output=True)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium; for a module only, since an event loop runs in this thread as long as Playwright does."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        # the sandbox is of no use to root, and needs what a container does not give
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def demo(built: None) -> Iterator[str]:
    """The origin of a demo, as `make demo` runs it."""
    with tempfile.TemporaryDirectory(prefix="bg-", dir=quickest(), ignore_cleanup_errors=True) as home:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [
            sys.executable, "-m", "baygate", "demo",
            "--data", f"{home}/demo", "--port", str(port), "--enterprises", ENTERPRISES,
        ]  # fmt: skip
        process = subprocess.Popen(command, cwd=ROOT, env=os.environ | {"PYTHONUNBUFFERED": "1"})
        try:
            yield _ready(f"http://127.0.0.1:{port}", process)
        finally:
            process.terminate()
            process.wait(60)


def _ready(origin: str, process: "subprocess.Popen[bytes]") -> str:
    deadline = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{origin}/readyz", timeout=2):
                return origin
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"the demo does not answer (exit code {process.poll()})")


@pytest.fixture
def reads(browser: Browser, demo: str) -> Iterator[Callable[..., Reader]]:
    """Open the explorer as somebody with a language, a window and a colour scheme of his own."""
    contexts = []

    def opened(language: str = "en", *, width: int = 1280, dark: bool = False, **more: Any) -> Reader:
        context = browser.new_context(
            locale={"zh": "zh-CN", "en": "en-GB"}[language],
            viewport={"width": width, "height": 860},
            color_scheme="dark" if dark else "light",
            **more,
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        return Reader(context.new_page(), demo, language)

    yield opened
    for each in contexts:
        each.close()
