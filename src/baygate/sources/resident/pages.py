"""Lists compiled: short ones with a bound, and pages by keyset cursors.

A page is one row comparison over an indexed tuple that ends in the primary key, so it stays put under inserts. A cursor
leaves PostgreSQL in clear behind a tab (``CURSOR_MARK``), which JSON text of data cannot contain unescaped, and is
sealed before the answer leaves the hub (``gateway.cursor``).

Where policies tell no small counts, a total below the selection's ``min_cell`` is null, 0 included, for absence is a
small cell too; and a page of no rows does not say whether any follow. Both are decided in SQL, so the statement is the
same whatever the data. A page that lists rows still says whether one more follows: who lists them counts them anyhow
(``gateway.planning.release``, rule 5).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by

from baygate.sources.binding import Filter, Ordering, Paged, Several
from baygate.sources.fetch import TYPENAME, Argument, Literal, Selected, Selection, Value
from baygate.sources.resident.canonical import NUMBER, Kind, kind_of
from baygate.sources.resident.facts import Counted, party_of
from baygate.sources.resident.inputs import Boundary, Given, Slot
from baygate.sources.resident.predicate import argument_kind, compared
from baygate.sources.resident.row import Row, joined_on, same_party
from baygate.sources.resident.text import NULL, Piece, Rope, joined, json_object

if TYPE_CHECKING:
    from baygate.sources.resident.objects import Objects

MOST = 100
"""The most rows that one list may be asked for."""

DEFAULT_PAGE = 20
CURSOR_MARK = "\t"


@dataclass(frozen=True)
class Page:
    """A connection of a plan: what its cursors are bound to, and the kinds of the keys in them."""

    coordinate: str
    order: str
    where: Mapping[str, Value]
    kinds: tuple[Kind, ...]


def several(
    objects: "Objects",
    bound: Several,
    selected: Selected,
    parent: Row | None,
    enclosing: tuple[sa.FromClause, ...],
) -> Rope:
    """Return the array of a short list."""
    assert selected.selection is not None  # noqa: S101 - a list of objects has a selection
    source = _Source(objects, bound, bound.order, selected, parent, enclosing, selected.selection)
    row = source.row()
    content = joined(objects.object(selected.selection, row, enclosing)).label("n0")
    listed = source.limited(row, [content], selected.arguments["first"], probe=False)
    gathered = sa.select(sa.func.string_agg(listed.c.n0, sa.literal_column("','"), type_=sa.Text))
    return ("[", gathered.select_from(listed).correlate(*enclosing).scalar_subquery(), "]")


def page(
    objects: "Objects",
    bound: Paged,
    selected: Selected,
    parent: Row | None,
    enclosing: tuple[sa.FromClause, ...],
    place: Rope,
) -> Rope:
    """Return the object of a connection; ``place`` is its coordinate."""
    return _Connection(objects, bound, selected, parent, enclosing, place).rope()


class _Source:
    """The rows that a list runs over: joined to the parent, filtered, visible to this caller, in order."""

    def __init__(
        self,
        objects: "Objects",
        bound: Several | Paged,
        order: Ordering,
        selected: Selected,
        parent: Row | None,
        enclosing: tuple[sa.FromClause, ...],
        selection: Selection,
    ) -> None:
        self.objects = objects
        self.bound = bound
        self.selected = selected
        self.parent = parent
        self.enclosing = enclosing
        self.selection = selection
        self.descending = order.descending
        owner = objects.binding.concrete(bound.target)[0]
        fixed = set(bound.on.values()) if parent else set()
        self.keys = [owner.column(name) for name in order.fields if owner.column(name).name not in fixed]

    def row(self) -> Row:
        table = self.objects.binding.table(self.bound.target)
        return Row(table, self.objects.aliases, of_same_party=same_party(self.bound.on, self.parent))

    def conditions(self, row: Row) -> list[sa.ColumnElement[bool]]:
        filtered = [
            _filtered(self.objects, self.bound.filters[name], value, self.bound.target, row)
            for name, value in given_filters(self.selected.arguments).items()
        ]
        return [
            *joined_on(self.bound.on, self.parent, row),
            *filtered,
            *self.objects.presence(self.selection, row),
        ]

    def tuple(self, row: Row) -> list[sa.ColumnElement[Any]]:
        return [row.column(key) for key in self.keys]

    def limited(
        self,
        row: Row,
        columns: list[sa.Label[Any]],
        count: Argument,
        *,
        probe: bool,
        backwards: bool = False,
        numbered: bool = False,
        after: list[sa.ColumnElement[bool]] | None = None,
    ) -> sa.Subquery:
        """Return at most ``count`` rows (one more to ``probe`` for what follows), numbered from the near end."""
        falling = self.descending != backwards
        order = [key.desc() if falling else key for key in self.tuple(row)]
        if numbered:
            columns = [*columns, sa.func.row_number().over(order_by=order).label("rn")]
        rows = sa.select(*columns).where(*self.conditions(row), *(after or ())).select_from(row.source).order_by(*order)
        rows = rows.correlate(*self.enclosing)
        if isinstance(count, Literal):
            return rows.limit(sa.literal_column(str(count.value + probe))).subquery(self.objects.aliases.next())
        # the constant inside tells the planner what the parameter cannot: that the page is small
        most = rows.limit(sa.literal_column(str(MOST + 1))).subquery(self.objects.aliases.next())
        asked = self.count(count) + sa.literal_column("1") if probe else self.count(count)
        cut = sa.select(*most.c).limit(asked).correlate(*self.enclosing)
        if numbered:
            cut = cut.order_by(most.c.rn)
        return cut.subquery(self.objects.aliases.next())

    def count(self, count: Argument) -> sa.ColumnElement[Any]:
        """Return the size asked for as SQL."""
        if isinstance(count, Literal):
            return sa.literal_column(str(count.value))
        return self.objects.inputs.take(Slot(Given(count), NUMBER))  # type: ignore[arg-type]


class _Connection:
    """One connection: its page, and what is asked about the page."""

    def __init__(
        self,
        objects: "Objects",
        bound: Paged,
        selected: Selected,
        parent: Row | None,
        enclosing: tuple[sa.FromClause, ...],
        place: Rope,
    ) -> None:
        assert selected.selection is not None  # noqa: S101 - a connection has a selection
        (fields,) = selected.selection.fields.values()
        self.objects = objects
        self.enclosing = enclosing
        self.name = selected.selection.type
        self.fields = fields
        arguments = selected.arguments
        self.backwards = "last" in arguments
        self.count = arguments.get("last" if self.backwards else "first", Literal(DEFAULT_PAGE))
        self.near = arguments.get("before" if self.backwards else "after")
        order = order_of(bound, arguments)
        nodes = next(iter(node_selections(fields)), None) or _nothing(bound, selected)
        self.source = _Source(objects, bound, bound.orders[order], selected, parent, enclosing, nodes)
        owners = [objects.binding.objects[name] for name in nodes.rows]
        self.counted = Counted(place, party_of(parent), owners, nodes.rows)
        self.index = len(objects.pages)
        objects.pages.append(
            Page(
                coordinate(bound, selected.field, nested=parent is not None),
                order,
                given_filters(arguments),
                tuple(kind_of(key.type) for key in self.source.keys),
            )
        )
        info = {each.field for outer in fields if outer.field == "pageInfo" for each in _only(outer)}
        self.probe = ("hasPreviousPage" if self.backwards else "hasNextPage") in info
        self.cursors = bool(info & {"startCursor", "endCursor"}) or any(
            each.field == "cursor" for outer in fields if outer.field == "edges" for each in _only(outer)
        )
        self.numbered = self.probe or self.backwards or self.cursors
        self.paging = {each.field for each in fields} & {"edges", "nodes", "pageInfo"}
        self.min_cell = selected.selection.min_cell

    def rope(self) -> Rope:
        if not self.paging and self.near is None:
            return json_object((each.key, self._member(each, {}, None)) for each in self.fields)
        row = self.source.row()
        columns: list[sa.Label[Any]] = []
        names: dict[int, str] = {}
        for selection in node_selections(self.fields):
            names[id(selection)] = f"n{len(names)}"
            columns.append(joined(self.objects.object(selection, row, self.enclosing)).label(names[id(selection)]))
        if not names and self.paging:
            fact = self.objects.pointed_at(self.source.bound.target, row, self.counted)
            columns.append(joined(fact).label("fact"))
        if self.cursors:
            columns.append(self._cursor(row).label("cursor"))
        listed = self.source.limited(
            row,
            columns or [sa.literal_column("1").label("n")],
            self.count,
            probe=self.probe,
            backwards=self.backwards,
            numbered=self.numbered,
            after=[self._beyond(row)] if self.near else None,
        )
        members = json_object((each.key, self._member(each, names, listed)) for each in self.fields)
        content = joined((*self._told(names, listed), *members))
        # HAVING makes one row of the page even where nothing selected is an aggregate
        page = sa.select(content).select_from(listed).having(sa.true())
        return (page.correlate(*self.enclosing).scalar_subquery(),)

    def _told(self, names: dict[int, str], listed: sa.Subquery) -> Rope:
        """Return the facts of what the page tells of rows without giving them."""
        unmet = joined(self.objects.facts.of_nothing(self.counted))
        if not names and self.paging:
            facts = self._within(sa.func.string_agg(listed.c.fact, sa.literal_column("''"), type_=sa.Text), listed)
            return (sa.func.coalesce(facts, unmet, type_=sa.Text),)
        perhaps_none = not isinstance(self.count, Literal) or self.count.value == 0
        if self.probe and perhaps_none and not self.min_cell:
            # a page of no rows by its size still says that some follow
            zero: sa.ColumnElement[int] = sa.literal_column("0")
            beyond = sa.and_(sa.func.count() > zero, self.source.count(self.count) == zero)
            return (sa.case((beyond, unmet), else_=sa.literal_column("''")),)
        return ()

    def _member(self, each: Selected, names: dict[int, str], listed: sa.Subquery | None) -> Rope:
        if each.field == TYPENAME:
            return (f'"{self.name}"',)
        if each.field == "totalCount":
            return self._total()
        assert listed is not None  # noqa: S101 - only totalCount and __typename do without a page
        if each.field == "nodes":
            assert each.selection is not None  # noqa: S101
            return self._array(listed.c[names[id(each.selection)]], listed)
        if each.field == "edges":
            edge = json_object((inner.key, self._edge(inner, names, listed)) for inner in _only(each))
            return self._array(joined(edge), listed)
        return json_object((inner.key, self._info(inner, listed)) for inner in _only(each))

    def _edge(self, each: Selected, names: dict[int, str], listed: sa.Subquery) -> Rope:
        if each.field == TYPENAME:
            return (f'"{self.name.removesuffix("Connection")}Edge"',)
        if each.field == "cursor":
            return (listed.c.cursor,)
        return (listed.c[names[id(each.selection)]],)

    def _array(self, content: sa.ColumnElement[Any], listed: sa.Subquery) -> Rope:
        comma: Any = sa.literal_column("','")
        if self.numbered:
            # the subquery's order does not hold once another aggregate beside this one asks for one of its own
            comma = aggregate_order_by(comma, listed.c.rn.desc() if self.backwards else listed.c.rn)
        return ("[", self._within(sa.func.string_agg(content, comma, type_=sa.Text), listed), "]")

    def _within(self, aggregate: Any, listed: sa.Subquery) -> Any:
        """Leave out the row that was fetched only to see whether something follows."""
        return aggregate.filter(listed.c.rn <= self.source.count(self.count)) if self.probe else aggregate

    def _info(self, each: Selected, listed: sa.Subquery) -> Rope:
        match each.field:
            case "hasNextPage" | "hasPreviousPage" as name:
                if (name == "hasPreviousPage") == self.backwards:
                    more = self._more()
                elif self.near:
                    more = self._exists_before_page()
                else:
                    return ("false",)
                return (sa.case((more, joined(("true",))), else_=joined(("false",))),)
            case "startCursor" | "endCursor" as name:
                first = (name == "startCursor") != self.backwards
                order = listed.c.rn if first else listed.c.rn.desc()
                gathered = self._within(
                    sa.func.array_agg(aggregate_order_by(listed.c.cursor, order), type_=ARRAY(sa.Text())),
                    listed,
                )
                end = sa.type_coerce(gathered, ARRAY(sa.Text()))[sa.literal_column("1", sa.Integer)]
                return (sa.func.coalesce(end, joined(NULL), type_=sa.Text),)
        return ('"PageInfo"',)

    def _more(self) -> sa.ColumnElement[bool]:
        size = self.source.count(self.count)
        more = sa.func.count() > size
        return sa.and_(more, size > sa.literal_column("0")) if self.min_cell else more

    def _total(self) -> Rope:
        """Return the number of rows behind their facts: counted once, by agency where they may be of several."""
        facts = self.objects.facts
        row = self.source.row()
        provider = self.counted.provider(row)
        conditions = self.source.conditions(row)
        source = row.source
        total: sa.ColumnElement[Any] = sa.func.count()
        if isinstance(provider, str):
            told = facts.of_count(self.counted, provider, total)
        else:
            each = sa.select(provider.label("p"), total.label("n")).where(*conditions).select_from(source)
            source = each.group_by(provider).correlate(*self.enclosing).subquery(self.objects.aliases.next())
            conditions = []
            total = sa.func.sum(source.c.n)
            fact = joined(facts.of_count(self.counted, source.c.p, source.c.n))
            told = (sa.func.string_agg(fact, sa.literal_column("''"), type_=sa.Text),)
        enough = total >= sa.literal_column(str(self.min_cell or 1))
        none = joined((*facts.of_nothing(self.counted), *(NULL if self.min_cell else ("0",))))
        content = sa.case((enough, joined((*told, total))), else_=none)
        return (sa.select(content).where(*conditions).select_from(source).correlate(*self.enclosing).scalar_subquery(),)

    def _cursor(self, row: Row) -> sa.ColumnElement[str]:
        keys = sa.func.json_build_array(*self.source.tuple(row), type_=sa.Text)
        pieces: tuple[Piece, ...] = (
            f"{CURSOR_MARK}{self.index}:",
            sa.func.to_json(sa.cast(keys, sa.Text), type_=sa.Text),
        )
        return joined(pieces)

    def _place(self) -> sa.Tuple:
        slots = [
            Slot(Boundary(self.index, self.near, position), kind_of(key.type))  # type: ignore[arg-type]
            for position, key in enumerate(self.source.keys)
        ]
        return sa.tuple_(*(self.objects.inputs.take(slot) for slot in slots))

    def _beyond(self, row: Row) -> sa.ColumnElement[bool]:
        own = sa.tuple_(*self.source.tuple(row))
        falling = self.source.descending != self.backwards
        return own < self._place() if falling else own > self._place()

    def _exists_before_page(self) -> sa.ColumnElement[bool]:
        row = self.source.row()
        own = sa.tuple_(*self.source.tuple(row))
        falling = self.source.descending != self.backwards
        behind = own >= self._place() if falling else own <= self._place()
        conditions = self.source.conditions(row)
        found: sa.Select[Any] = sa.select(sa.literal_column("1")).where(*conditions, behind).select_from(row.source)
        return found.correlate(*self.enclosing).exists()


def coordinate(bound: Paged, field: str, *, nested: bool) -> str:
    """Return what a cursor is of: a list, and the columns that its parent fixes and the cursor therefore lacks."""
    return f"{field}({','.join(sorted(bound.on.values())) if nested else ''}) of {bound.target}"


def node_selections(fields: tuple[Selected, ...]) -> list[Selection]:
    """Return the selections on the nodes of a connection, in order."""
    found = [each.selection for each in fields if each.field == "nodes"]
    found += [
        inner.selection for each in fields if each.field == "edges" for inner in _only(each) if inner.field == "node"
    ]
    return [selection for selection in found if selection is not None]


def given_filters(arguments: Mapping[str, Argument]) -> Mapping[str, Value]:
    """Return the conditions given in ``where``; what is left out or null is no condition."""
    where = arguments.get("where")
    return where if isinstance(where, Mapping) else {}


def order_of(bound: Paged, arguments: Mapping[str, Argument]) -> str:
    """Return the name of the order asked for: it chooses the statement, so planning has made it a literal."""
    asked = arguments.get("orderBy")
    return asked.value if isinstance(asked, Literal) else next(iter(bound.orders))


def _only(selected: Selected) -> tuple[Selected, ...]:
    assert selected.selection is not None  # noqa: S101 - edges and pageInfo are objects
    (fields,) = selected.selection.fields.values()
    return fields


def _nothing(bound: Paged, selected: Selected) -> Selection:
    """Return an empty selection that still says which rows are there, for a connection asked only to count."""
    assert selected.selection is not None  # noqa: S101
    return Selection(bound.target, {}, selected.selection.rows)


def _filtered(objects: "Objects", filter_: Filter, value: Argument, target: str, row: Row) -> sa.ColumnElement[bool]:
    owner = objects.binding.concrete(target)[0]
    column = row.field(owner, filter_.field)
    taken = objects.argument(value, argument_kind(column, filter_.comparison))
    return compared(column, filter_.comparison, taken)
