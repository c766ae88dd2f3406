"""The command line as its users meet it, without a process for each command: to start one costs seconds."""

import contextlib
import os
import traceback
from pathlib import Path
from subprocess import CompletedProcess

from click.testing import CliRunner

from baygate.cli import main

Done = CompletedProcess[str]


def baygate(*arguments: str, given: str = "", directory: Path | None = None, **environment: str) -> Done:
    """Run a command; what it says on either stream, and how it ends, is as of a process of its own."""
    # what a command sets is undone, too
    clean = dict.fromkeys([*(name for name in os.environ if name.startswith("BAYGATE_")), "BAYGATE_CONFIG"])
    with contextlib.chdir(directory or Path.cwd()):
        done = CliRunner().invoke(main, arguments, input=given, env=clean | environment, prog_name="baygate")
    wrong = done.exception if done.exception is not None and not isinstance(done.exception, SystemExit) else None
    stack = "".join(traceback.format_exception(wrong)) if wrong else ""
    return CompletedProcess(list(arguments), done.exit_code, done.stdout, done.stderr + stack)
