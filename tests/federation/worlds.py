"""Random worlds: entities, values, interfaces and unions, cut over two to four sources.

Each can be answered wholly, by construction: the keys of an entity connect all sources that have fields of it, a field
whose type is split is given by all who have parts of the type, and what a field requires was there before it.
"""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from tests.federation.distribution import Distribution
from tests.federation.draft import COLOUR, WHERE, Draft, DraftField, DraftType, Entity, KeyDraft
from tests.federation.monolith import World
from tests.federation.worlds_federated import compute, hide, interface_object, override, provide

Draw = Callable[[st.SearchStrategy[Any]], Any]

ID = KeyDraft("id", (("id", "ID!"),))
KEYS = (
    ID,
    KeyDraft("upc", (("upc", "String!"),)),
    KeyDraft("shop number", (("shop", "String!"), ("number", "ID!"))),
    KeyDraft("place { code zone { n } }", (("place", "Place!"),)),
)
SCALARS = ("String", "Int", "Float", "Boolean", "ID", COLOUR)
WRAPPERS = ("{}", "{}!", "[{}!]!", "[{}]", "[[{}!]]")
ARGUMENTS = (
    "",
    "",
    "",
    "(n: Int)",
    '(text: String! = "so", n: Int)',
    f"(colour: {COLOUR}, many: [Int!])",
    f"(where: {WHERE})",
)
MEDIA, THING = "Media", "Thing"
"""The union and the interface."""


@st.composite
def worlds(draw: Draw) -> World:
    """A distribution with rows."""
    names = "abcd"[: draw(st.integers(2, 4))]
    draft = Draft({each: {"Query": DraftType()} for each in names})
    _values(draw, draft)
    for name in ("Alpha", "Beta", "Gamma")[: draw(st.integers(1, 3))]:
        _entity(draw, draft, name)
    _interface(draw, draft)
    _union(draw, draft)
    for entity in draft.entities.values():
        for index in range(draw(st.integers(2, 5))):
            _field(draw, draft, entity.name, f"f{index}", entity.sources)
    for step in (compute, provide, override, hide, interface_object):
        step(draw, draft)
    _roots(draw, draft)
    for types in draft.sources.values():
        if not types["Query"].fields:
            del types["Query"]
    rows = {name: _rows(draw, name) for name in draft.entities}
    return World(Distribution(draft.subgraphs()), rows, nulls=7)


def _rows(draw: Draw, name: str) -> dict[str, dict[str, Any]]:
    return {f"{name.lower()}{index}": {"shop": "north"} for index in range(draw(st.integers(1, 3)))}


def _values(draw: Draw, draft: Draft) -> None:
    draft.values["Zone"] = {"n": DraftField("Int!"), "colour": DraftField(COLOUR)}
    draft.values["Place"] = {"code": DraftField("String!"), "zone": DraftField("Zone!"), "name": DraftField("String")}
    parts = draw(st.lists(st.sampled_from(sorted(draft.sources)), min_size=2, max_size=3, unique=True))
    draft.split["Size"] = {each: [f"in{each.upper()}", "unit"] for each in parts}
    for source, fields in draft.split["Size"].items():
        known = {each: DraftField("String" if each == "unit" else "Int") for each in fields}
        draft.sources[source]["Size"] = DraftType(directives=["@shareable"], fields=known)


def _entity(draw: Draw, draft: Draft, name: str) -> None:
    least = draw(st.sampled_from((1, 2, 2, 2)))
    sources = draw(st.lists(st.sampled_from(sorted(draft.sources)), min_size=least, unique=True))
    kinds = draw(st.permutations(KEYS))
    if draw(st.booleans()):
        kinds = [ID, *(each for each in kinds if each is not ID)]
    match draw(st.sampled_from(("one", "chain", "hub"))):
        case "one":
            keys = {each: [kinds[0]] for each in sources}
        case "chain":
            keys = {each: list(kinds[max(index - 1, 0) : index + 1]) for index, each in enumerate(sources)}
            keys[sources[-1]] = keys[sources[-1]][:1]
        case _:
            keys = {each: [kinds[index % 3]] for index, each in enumerate(sources)}
            keys[sources[0]] = list(kinds[:3])
    draft.entities[name] = Entity(name, keys)
    for source, known in keys.items():
        for key in known:
            draft.add_key(source, name, key)


def _interface(draw: Draw, draft: Draft) -> None:
    """An interface of some entities, in each source with the fields that all of them own there."""
    members = draw(st.lists(st.sampled_from(sorted(draft.entities)), min_size=1, unique=True))
    whole = draw(st.sampled_from(sorted(draft.sources)))
    if by_id := [each for each in members if ID in draft.entities[each].keys.get(whole, ())]:
        members = by_id
    for name in members:
        entity = draft.entities[name]
        for common in ("label", "rank"):
            owners = draw(st.lists(st.sampled_from(entity.sources), min_size=1, max_size=2, unique=True))
            for owner in owners:
                type_ = "Int" if common == "rank" else draw(st.sampled_from(("String", "String!")))
                draft.put(owner, name, common, DraftField(type_, "", ["@shareable"] if len(owners) > 1 else []))
    common = {"label", "rank"} | ({"id"} if all("id" in draft.entities[each].key_fields for each in members) else set())
    for source, types in draft.sources.items():
        here = [each for each in members if source in draft.entities[each].keys]
        shared = sorted(common.intersection(*(types[each].fields for each in here)))
        if here and shared and (draw(st.booleans()) or (by_id and source == whole)):
            fields = {each: DraftField({"id": "ID!", "rank": "Int", "label": "String"}[each]) for each in shared}
            types[THING] = DraftType("interface", fields=fields)
            for each in here:
                types[each].interfaces.append(THING)


def _union(draw: Draw, draft: Draft) -> None:
    """A union, of other members in each source that knows it."""
    pool = sorted({*draft.entities, "Place"})
    for source in draw(st.lists(st.sampled_from(sorted(draft.sources)), max_size=3, unique=True)):
        members = draw(st.lists(st.sampled_from(pool), min_size=1, unique=True))
        for each in members:
            draft.know(source, each)
        draft.sources[source][MEDIA] = DraftType("union", members=members)


def _field(draw: Draw, draft: Draft, on: str, name: str, sources: list[str]) -> None:
    """A field in one or more of the sources, of a type that all of them may know."""
    owners = draw(st.lists(st.sampled_from(sources), min_size=1, max_size=2, unique=True))
    kinds = [*(SCALARS[:2] if on == "Query" else SCALARS), "Place", *draft.entities, *draft.entities]
    kinds += [each for each in (THING, MEDIA) if all(each in draft.sources[owner] for owner in owners)]
    kinds += [each for each, parts in draft.split.items() if set(parts) <= set(sources)]
    named = draw(st.sampled_from(kinds))
    if named in draft.split:
        owners = sorted(draft.split[named])
    if named in {THING, MEDIA} and not _agreed(draft, owners, named):
        owners = owners[:1]
    type_ = draw(st.sampled_from(WRAPPERS)).format(named)
    arguments = draw(st.sampled_from(ARGUMENTS))
    for owner in owners:
        relaxed = len(owners) > 1 and type_.endswith("!") and draw(st.integers(0, 3)) == 3
        directives = ["@shareable"] if len(owners) > 1 else []
        draft.put(owner, on, name, DraftField(type_[:-1] if relaxed else type_, arguments, directives))


def _agreed(draft: Draft, owners: list[str], named: str) -> bool:
    """Whether there is a type that the named type may be in all of the sources."""
    known = [
        {
            each
            for each, declared in draft.sources[owner].items()
            if named in declared.interfaces or each in draft.sources[owner][named].members
        }
        for owner in owners
    ]
    return bool(set.intersection(*known))


def _roots(draw: Draw, draft: Draft) -> None:
    sources = [each for each in draft.sources if each != "x"]
    for index in range(draw(st.integers(2, 5))):
        _field(draw, draft, "Query", f"root{index}", sources)
    for name, entity in draft.entities.items():
        known = [each for each, keys in entity.keys.items() if ID in keys]
        if known:
            draft.put(draw(st.sampled_from(known)), "Query", f"by{name}", DraftField(name, "(id: ID!)"))
    if draw(st.integers(0, 3)) == 3:
        for source in sources:
            named = draw(st.sampled_from(["String", *draft.entities]))
            draft.put(source, "Mutation", f"do{source.upper()}", DraftField(f"{named}!", "(n: Int)"))
