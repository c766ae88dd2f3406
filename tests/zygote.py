"""Starts hubs without importing all that a hub is made of again and again, which is most of what a start costs.

A zygote has imported it once, holds no thread, no event loop and no connection, and forks a process for each hub,
which then runs ``python -m baygate`` with arguments and an environment of its own.

It is this file, run as a program. On its standard input it is sent two descriptors a hub: where the hub's output goes,
and a channel, on which it reads what to run, and answers with the process's id and later with how it ended.
"""

import contextlib
import gc
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import IO, NoReturn

_IMPORTED = ("baygate.cli.serve", "baygate.gateway.app")


class Process:
    """A hub's process, of which one may ask what ``subprocess.Popen`` tells of its own."""

    def __init__(self, channel: socket.socket, command: Sequence[str]) -> None:
        self.args = command
        self.returncode: int | None = None
        self._told = channel.makefile("rb")
        channel.close()
        self.pid = self._next()

    def _next(self) -> int:
        line = self._told.readline()
        if not line:
            raise ChildProcessError("the zygote has ended")
        return int(line)

    def poll(self) -> int | None:
        """Return how it ended, or None while it runs."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it ends, and return how: a status, or a signal's number below zero."""
        if self.returncode is None:
            if not select.select([self._told], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(self.args, timeout or 0)
            self.returncode = self._next()
            self._told.close()
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)


@dataclass(frozen=True)
class Zygote:
    """The process that starts others."""

    _control: socket.socket

    def start(self, *arguments: str, environment: Mapping[str, str], output: IO[bytes]) -> Process:
        """Run ``python -m baygate`` with these arguments, in a process of its own."""
        ours, theirs = socket.socketpair()
        with theirs:
            socket.send_fds(self._control, [b"\n"], [output.fileno(), theirs.fileno()])
        ours.sendall(json.dumps([arguments, dict(environment)]).encode())
        ours.shutdown(socket.SHUT_WR)
        return Process(ours, ["baygate", *arguments])

    def run(
        self, *arguments: str, environment: Mapping[str, str], log: Path, timeout: float = 30
    ) -> subprocess.CompletedProcess[str]:
        """Run what ends by itself; ``stdout`` is all that it says on either stream."""
        with log.open("wb") as output:
            process = self.start(*arguments, environment=environment, output=output)
        try:
            status = process.wait(timeout)
        finally:
            process.kill()
        return subprocess.CompletedProcess(process.args, status, log.read_text())


@contextlib.contextmanager
def zygote() -> Iterator[Zygote]:
    """Run a zygote; the processes that it has started outlive it."""
    ours, theirs = socket.socketpair()
    with theirs:
        # -P: what lies beside this file is nothing that a hub may import
        program = subprocess.Popen([sys.executable, "-P", __file__], stdin=theirs, stdout=subprocess.DEVNULL)
    try:
        with ours:
            yield Zygote(ours)
    finally:
        assert program.wait(30) == 0


def _serve(control: socket.socket) -> None:
    """Fork as often as one asks, until nobody does any more."""
    for each in _IMPORTED:
        import_module(each)
    gc.collect()
    gc.freeze()  # and memory stays shared
    assert threading.active_count() == 1, "what is forked would lack the other threads"
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the hubs
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 1, 2)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        if not message:
            return
        if os.fork() == 0:
            control.close()
            _follow(*descriptors)
        for each in descriptors:
            os.close(each)


def _follow(output: int, channel_: int) -> NoReturn:
    """Fork the hub, and tell how it ends."""
    with socket.socket(fileno=channel_) as channel, channel.makefile("rwb", buffering=0) as told:
        arguments, environment = json.loads(told.read())
        pid = os.fork()
        if pid:
            os.close(output)
            with contextlib.suppress(BrokenPipeError):  # if whoever asked is there no more
                told.write(b"%d\n" % pid)
                told.write(b"%d\n" % os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
            os._exit(0)
    _become(output, arguments, environment)


def _become(output: int, arguments: list[str], environment: dict[str, str]) -> NoReturn:
    """Be a process as if it had just been started by a shell."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    for descriptor, standard in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(descriptor, standard)
    os.close(nothing)
    os.close(output)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["baygate", *arguments]
    runpy.run_module("baygate", run_name="__main__", alter_sys=True)
    sys.exit()


if __name__ == "__main__":
    _serve(socket.socket(fileno=os.dup(0)))
