"""A response leaves in one write, whatever is written between one turn of the event loop and the next."""

import asyncio
from collections.abc import Callable
from typing import Any

from baygate.gateway.joined_head import JoinedHead

HEAD, BODY = b"HTTP/1.1 200 OK\r\n\r\n", b'{"data":null}'


class Written:
    """What a transport was told to do, in its order."""

    def __init__(self) -> None:
        self.done: list[bytes | str] = []
        self.lost = False

    def is_closing(self) -> bool:
        return self.lost

    def write(self, data: bytes) -> None:
        self.done.append(data)

    def close(self) -> None:
        self.done.append("closed")

    def get_extra_info(self, name: str) -> str:
        return f"the {name}"


def done(play: Callable[[JoinedHead], Any], *, lost: bool = False) -> list[bytes | str]:
    """Return what came of it at once, "turn", and what came of it after a turn of the event loop."""

    async def run() -> list[bytes | str]:
        written = Written()
        play(JoinedHead(written))  # type: ignore[arg-type]
        written.done.append("turn")
        written.lost = lost
        await asyncio.sleep(0)
        return written.done

    return asyncio.run(run())


def test_a_body_leaves_together_with_its_head() -> None:
    def play(transport: JoinedHead) -> None:
        transport.write(HEAD)
        transport.write(BODY)
        transport.write(b"more")

    assert done(play) == [HEAD + BODY, b"more", "turn"]


def test_a_head_without_a_body_leaves_in_the_next_turn() -> None:
    assert done(lambda transport: transport.write(HEAD)) == ["turn", HEAD]


def test_two_heads_leave_in_their_order() -> None:
    def play(transport: JoinedHead) -> None:
        transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        transport.write(HEAD)

    assert done(play) == [b"HTTP/1.1 100 Continue\r\n\r\n" + HEAD, "turn"]


def test_what_waits_leaves_before_the_connection_closes() -> None:
    def play(transport: JoinedHead) -> None:
        transport.write(HEAD)
        transport.close()

    assert done(play) == [HEAD, "closed", "turn"]


def test_nothing_is_written_once_the_client_is_gone() -> None:
    assert done(lambda transport: transport.write(HEAD), lost=True) == ["turn"]


def test_it_is_the_transport_in_all_else() -> None:
    assert JoinedHead(Written()).get_extra_info("socket") == "the socket"  # type: ignore[arg-type]
