"""What federation adds to a random world: computed, provided, overridden and hidden fields, interface objects."""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from tests.federation.draft import COLOUR, Draft, DraftField, DraftType, Entity

Draw = Callable[[st.SearchStrategy[Any]], Any]

ARGUMENTS = {
    "(n: Int)": "(n: 3)",
    '(text: String! = "so", n: Int)': r"(text: \"it\")",
    "(where: Where)": "(where: {n: 1})",
    "(colour: Colour, many: [Int!])": "(many: [1, 2], colour: RED)",
}
"""What is said of arguments where a field is required."""
BELOW = {"Place": " { code zone { n } }", "Media": " { __typename ... on Place { code } }", "Thing": " { __typename }"}


def compute(draw: Draw, draft: Draft) -> None:
    """Add fields that are computed from fields of other sources, computed ones among them."""
    for entity in draft.entities.values():
        for index in range(draw(st.integers(1, 3))):
            source = draw(st.sampled_from(entity.sources))
            known = [each for each in draft.owned(entity.name) if _requirable(draft, entity, source, each)]
            if known:
                names = draw(st.lists(st.sampled_from(known), min_size=1, max_size=2, unique=True))
                fields = " ".join(_borrowed(draft, entity.name, source, each) for each in names)
                type_ = draw(st.sampled_from(("String", "Int", "String!", *draft.entities)))
                arguments = draw(st.sampled_from(("", "(n: Int)")))
                computed = DraftField(type_, arguments, [f'@requires(fields: "{fields}")'])
                draft.put(source, entity.name, f"computed{index}", computed)


def _requirable(draft: Draft, entity: Entity, source: str, name: str) -> bool:
    """Whether a source can name a field of others as what it needs."""
    declared = dict(draft.declared(entity.name, name))
    if name in entity.key_fields or (source in declared and not declared[source].external):
        return False
    named = next(iter(declared.values())).named
    if named in {"Media", "Thing"}:
        return named in draft.sources[source]
    return named == "Place" or (named not in draft.entities and named not in draft.split)


def _borrowed(draft: Draft, on: str, source: str, name: str) -> str:
    """Declare a field of others in a source, as external; what the source says to have it."""
    owners = [declared for _, declared in draft.declared(on, name) if not declared.external]
    one = min(owners, key=lambda each: each.type.endswith("!"))
    if name not in draft.sources[source][on].fields:
        draft.put(source, on, name, DraftField(one.type, one.arguments, ["@external"]))
    below = BELOW.get(one.named, "")
    if one.named == "Media" and "Place" not in draft.sources[source]["Media"].members:
        below = " { __typename }"
    return f"{name}{ARGUMENTS.get(one.arguments, '')}{below}"


def provide(draw: Draw, draft: Draft) -> None:
    """Let fields that lead to an entity bring fields which their source does not own."""
    for source, types in draft.sources.items():
        for on, declared in list(types.items()):
            for field in list(declared.fields.values()) if on in draft.entities else ():
                entity = draft.entities.get(field.named)
                if entity is None or field.external or draw(st.booleans()):
                    continue
                names = [each for each in draft.owned(entity.name) if _providable(draft, entity, source, each)]
                if names:
                    name = draw(st.sampled_from(names))
                    _borrowed(draft, entity.name, source, name)
                    field.directives.append(f'@provides(fields: "{name}")')


def _providable(draft: Draft, entity: Entity, source: str, name: str) -> bool:
    declared = dict(draft.declared(entity.name, name))
    first = next(iter(declared.values()))
    plain = first.named not in {"Place", "Size", "Media", "Thing", *draft.entities} and not first.arguments
    if not plain or not _requirable(draft, entity, source, name):
        return False
    owners = [each for each in declared.values() if not each.external]
    if any(each.startswith(("@requires", "@override")) for owner in owners for each in owner.directives):
        return False
    for owner in owners:
        if "@shareable" not in owner.directives:
            owner.directives.append("@shareable")
    return True


def override(draw: Draw, draft: Draft) -> None:
    """Let a source take over a field."""
    for entity in draft.entities.values():
        for name, owners in draft.owned(entity.name).items():
            field = draft.sources[owners[0]][entity.name].fields[name]
            others = [each for each in entity.sources if each not in dict(draft.declared(entity.name, name))]
            simple = field.named in {"String", "Int", "Float", "Boolean", "ID", COLOUR} and not field.directives
            if simple and name.startswith("f") and others and draw(st.integers(0, 2)) == 2:
                label = draw(st.sampled_from(("", "", ', label: "percent(0)"', ', label: "percent(100)"')))
                taken = DraftField(field.type, field.arguments, [f'@override(from: "{owners[0]}"{label})'])
                draft.put(draw(st.sampled_from(others)), entity.name, name, taken)


def hide(draw: Draw, draft: Draft) -> None:
    """Make a field inaccessible."""
    for entity in draft.entities.values():
        for name, owners in draft.owned(entity.name).items():
            if name.startswith("f") and draw(st.integers(0, 9)) == 9:
                draft.sources[owners[0]][entity.name].fields[name].directives.append("@inaccessible")


def interface_object(draw: Draw, draft: Draft) -> None:
    """Add a source that knows the interface as one type, if another one knows all of it by ``id``."""
    members = {
        each for each in draft.entities for types in draft.sources.values() if "Thing" in _interfaces(types, each)
    }
    whole = [
        source
        for source, types in draft.sources.items()
        if members
        and all(
            "Thing" in _interfaces(types, each) and '@key(fields: "id")' in types[each].directives for each in members
        )
    ]
    if not whole or draw(st.integers(0, 3)) == 0:
        return
    known = draft.sources[whole[0]]["Thing"]
    known.directives.append('@key(fields: "id")')
    known.fields.setdefault("id", DraftField("ID!"))
    fields = {"id": DraftField("ID!"), "extra": DraftField("String"), "more": DraftField("[Thing!]", "(n: Int)")}
    if "label" in known.fields:
        fields["label"] = DraftField("String", "", ["@external"])
        fields["digest"] = DraftField("String", "", ['@requires(fields: "label")'])
    thing = DraftType(directives=['@key(fields: "id")', "@interfaceObject"], fields=fields)
    draft.sources["x"] = {"Query": DraftType(fields={"things": DraftField("[Thing!]!")}), "Thing": thing}


def _interfaces(types: dict[str, DraftType], name: str) -> list[str]:
    return types[name].interfaces if name in types else []
