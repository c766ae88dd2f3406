"""The static cost of a plan: how many rows and values its answer can hold at most, by the bounds of its lists.

Bounds can be variables, so a cost is a sum of products, evaluated for each request in a few multiplications.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLObjectType, GraphQLSchema, get_named_type, get_nullable_type, is_list_type

from baygate.gateway.limits import Limits
from baygate.gateway.refusal import LimitExceeded, Refusal
from baygate.sources.binding import Binding, Paged, Several
from baygate.sources.fetch import Literal, Selected, Selection, Variable
from baygate.sources.resident.pages import DEFAULT_PAGE, MOST
from baygate.sources.supergraph.contributions import Contributions

Factors = tuple[str, ...]


@dataclass(frozen=True)
class Cost:
    """Sums of products: for each set of variables the coefficient of their product."""

    rows: Mapping[Factors, int]
    values: Mapping[Factors, int]
    bounds: tuple[Any, ...]
    """Every bound of a list, literal or variable, checked against what one list may be asked for."""

    @property
    def constant(self) -> bool:
        """Whether no variable bounds any list, so that it need not be checked again for each request."""
        return not any(isinstance(bound, Variable) for bound in self.bounds)

    def most_rows(self) -> int | None:
        """Return the most rows the answer can hold, None if a variable decides."""
        return self.rows.get((), 0) if self.constant else None

    def check(self, variables: Mapping[str, Any], limits: Limits) -> None:
        """Refuse a request that asks for more than the limits allow."""
        self.check_bounds(variables)
        check_totals(*self.totals(variables), limits)

    def totals(self, variables: Mapping[str, Any]) -> tuple[int, int]:
        """Return how many rows and values the answer can hold at most."""
        return _evaluated(self.rows, variables), _evaluated(self.values, variables)

    def check_bounds(self, variables: Mapping[str, Any]) -> None:
        """Refuse a list that is asked for more, or less, than one can be."""
        for bound in self.bounds:
            size = bound.value if isinstance(bound, Literal) else variables[bound.path[0]]
            if size < 0:
                raise Refusal("BAD_USER_INPUT", "A list cannot be asked for a negative number of items.")
            if size > MOST:
                raise LimitExceeded("size of a list", size, MOST, advice="Read it page by page.")


def check_totals(rows: int, values: int, limits: Limits) -> None:
    """Refuse an answer that can hold more than the limits allow."""
    for name, total, maximum in (("rows", rows, limits.rows), ("cost", values, limits.cost)):
        if total > maximum:
            advice = "Ask for fewer items (first, last) or fewer nested lists."
            raise LimitExceeded(name, total, maximum, advice=advice)


def _evaluated(terms: Mapping[Factors, int], variables: Mapping[str, Any]) -> int:
    total = 0
    for factors, coefficient in terms.items():
        product = coefficient
        for name in factors:
            product *= variables[name]
        total += product
    return total


def cost_of(
    selection: Selection,
    binding: Binding,
    local: Sequence[Selected] = (),
    schema: GraphQLSchema | None = None,
    contributed: Contributions | None = None,
) -> Cost:
    """Return the cost of a decided selection, and of entry points of ``schema`` that the hub answers itself.

    A list of a remote source, which sets its own bounds, is taken for one of the usual size.
    """
    counter = _Counter(binding, contributed)
    counter.count(selection, 1, ())
    if schema is not None and schema.query_type is not None:
        counter.count_here(schema.query_type, local, 1, ())
    return Cost(counter.rows, counter.values, tuple(counter.bounds))


class _Counter:
    def __init__(self, binding: Binding, contributed: Contributions | None) -> None:
        self.binding = binding
        self.contributed = contributed
        self.rows: dict[Factors, int] = {}
        self.values: dict[Factors, int] = {}
        self.bounds: list[Any] = []

    def count(self, selection: Selection, times: int, factors: Factors) -> None:
        """Count a selection that stands ``times`` x ``factors`` times; of several concrete types all, at most."""
        for owner, fields in selection.fields.items():
            for each in fields:
                _add(self.values, factors, times)
                if each.selection is not None and not each.withheld:
                    self._below(owner, each, each.selection, times, factors)

    def _below(self, owner: str, each: Selected, selection: Selection, times: int, factors: Factors) -> None:
        fields = self.binding.roots if owner == "Query" else getattr(self.binding.objects.get(owner), "fields", {})
        bound = fields.get(each.field)
        if isinstance(bound, Several | Paged):
            times, factors = self._listed(each, times, factors)
        elif self.contributed is not None and self.contributed.listed(owner, each.field):
            times *= DEFAULT_PAGE
        if bound is not None:
            _add(self.rows, factors, times)
        self.count(selection, times, factors)

    def count_here(self, owner: GraphQLObjectType, fields: Iterable[Selected], times: int, factors: Factors) -> None:
        """Count what the hub answers itself: no rows; a list without a bound is taken for one of the usual size."""
        for each in fields:
            _add(self.values, factors, times)
            definition = owner.fields.get(each.field)  # none stands for introspection, which other limits bound
            if definition is None or each.selection is None:
                continue
            below: Any = get_named_type(definition.type)
            inside = (times, factors)
            if is_list_type(get_nullable_type(definition.type)):
                inside = self._listed(each, times, factors)
            for selected in each.selection.fields.values():
                self.count_here(below, selected, *inside)

    def _listed(self, each: Selected, times: int, factors: Factors) -> tuple[int, Factors]:
        """Return how often stands what is in a list."""
        size = each.arguments.get("first") or each.arguments.get("last") or Literal(DEFAULT_PAGE)
        self.bounds.append(size)
        if isinstance(size, Literal):
            return times * max(size.value, 0), factors
        assert isinstance(size, Variable)  # noqa: S101 - a bound is a number
        return times, tuple(sorted((*factors, size.path[0])))


def _add(terms: dict[Factors, int], factors: Factors, times: int) -> None:
    terms[factors] = terms.get(factors, 0) + times
