"""Lists: pages by cursor (Relay connections), and short lists with a bound.

``first`` with ``after`` pages forwards, ``last`` with ``before`` backwards. A short list takes ``first``
alone. Both have a default and a maximum, so that the size of any answer is known before it is fetched.
"""

from enum import StrEnum
from typing import Any, Generic, TypeVar

import strawberry
from strawberry import federation

from baygate.contract.declaring import argument, taking

Node = TypeVar("Node")

FIRST = argument(int | None, "How many from the start; at most 100. 前若干条")
LAST = argument(int | None, "How many from the end, instead of first; at most 100. 后若干条")
AFTER = argument(str | None, "Only what follows this cursor; with first. 在此游标之后")
BEFORE = argument(str | None, "Only what precedes this cursor; with last. 在此游标之前")
BOUND = argument(int, "At most so many, in the list's own order; at most 100. 最多条数")


@federation.type(shareable=True, description="Where a page stands in its list. 分页信息")
class PageInfo:
    """Where a page stands in its list (Relay Cursor Connections, 2.1.1)."""

    has_next_page: bool = strawberry.field(description="Something follows this page. 是否有下一页")
    has_previous_page: bool = strawberry.field(description="Something precedes this page. 是否有上一页")
    start_cursor: str | None = strawberry.field(description="Cursor of the first edge. 首条游标")
    end_cursor: str | None = strawberry.field(description="Cursor of the last edge. 末条游标")


@federation.type(description="A node and its place in the list. 列表项")
class Edge(Generic[Node]):
    """A node and its place in the list."""

    cursor: str = strawberry.field(description="Place of the node; opaque, bound to list, arguments and caller. 游标")
    node: Node = strawberry.field(description="The node. 节点")


@federation.type(description="A page of a list. 分页列表")
class Connection(Generic[Node]):
    """A page of a list (Relay Cursor Connections)."""

    edges: list[Edge[Node]] = strawberry.field(description="Nodes with their cursors. 列表项")
    nodes: list[Node] = strawberry.field(description="The nodes alone. 节点")
    page_info: PageInfo = strawberry.field(description="Where this page stands. 分页信息")
    total_count: int | None = strawberry.field(
        description="Size of the whole list as the caller may see it; counted only when asked for, null where policies "
        "tell no count so small. 总数，低于政策规定的最小计数时为空"
    )


def short(description: str, *scopes: str) -> Any:
    """Declare a field that gives a short list in an order of its own."""
    return taking(description, *scopes, first=(BOUND, 20))


def paged(description: str, *scopes: str, where: type, order_by: type[StrEnum]) -> Any:
    """Declare a field that gives a connection; its order is the first of ``order_by`` unless asked."""
    return taking(
        description,
        *scopes,
        where=(argument(where | None, "Which ones; all unless asked. 筛选"), strawberry.UNSET),
        order_by=(argument(order_by, "In which order. 排序"), next(iter(order_by))),
        first=(FIRST, strawberry.UNSET),
        after=(AFTER, strawberry.UNSET),
        last=(LAST, strawberry.UNSET),
        before=(BEFORE, strawberry.UNSET),
    )
