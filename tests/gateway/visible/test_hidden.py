"""What is hidden from a caller is hidden wherever the hub speaks of its schema."""

import re
from typing import Any

from graphql import (
    DocumentNode,
    FieldsOnCorrectTypeRule,
    GraphQLSchema,
    KnownArgumentNamesRule,
    KnownTypeNamesRule,
    ValuesOfCorrectTypeRule,
    get_named_type,
    introspection_from_schema,
    is_abstract_type,
    parse,
    validate,
)
from tests.gateway.visible.showing import both, concrete, distinct, hub, members, own


@both
def test_introspection_shows_nothing_that_is_withheld(name: str) -> None:
    for scopes, schema in list(distinct(name).values())[::5]:
        told = introspection_from_schema(schema)["__schema"]
        fields = {(each["name"], field["name"]) for each in told["types"] for field in each["fields"] or ()}
        assert not fields & hub(name).withheld(scopes), scopes
        assert "_Service" not in {each["name"] for each in told["types"]}


def misspelt(full: GraphQLSchema) -> str:
    """Ask for every name of the full schema where it stands, rightly and wrongly spelt."""
    composite: list[Any] = [each for each in own(full) if hasattr(each, "fields") or hasattr(each, "types")]
    parts = []
    for type_ in composite:
        below = full.get_possible_types(type_) if is_abstract_type(type_) else [type_]
        asked = sorted({name for each in below for name in each.fields})
        parts.append(f"fragment F{type_.name} on {type_.name} {{ {' '.join(f'{name} {name}z' for name in asked)} }}")
        parts.append(f"fragment T{type_.name} on {type_.name}z {{ __typename }}")
        for field, definition in getattr(type_, "fields", {}).items():
            for argument, each in getattr(definition, "args", {}).items():
                kind: Any = get_named_type(each.type)
                values = [f"{{ {name}z: 1 }}" for name in getattr(kind, "fields", ())]
                values += [f"{name}Z" for name in getattr(kind, "values", ())]
                parts += [f"{{ ... on {type_.name} {{ {field}({argument}: {value}) }} }}" for value in values]
                parts.append(f"{{ ... on {type_.name} {{ {field}({argument}z: 1) }} }}")
    return " ".join(parts)


SUGGESTING = [FieldsOnCorrectTypeRule, KnownArgumentNamesRule, KnownTypeNamesRule, ValuesOfCorrectTypeRule]
FIELD = re.compile(r"Cannot query field '(\w+)' on type '(\w+)'\. Did you mean (to use an inline fragment on )?(.*)")


def suggested(schema: GraphQLSchema, document: DocumentNode) -> set[str]:
    """Return the names that validation suggests, fields with their types."""
    found: set[str] = set()
    for error in validate(schema, document, SUGGESTING, max_errors=10**6):
        names = re.findall(r"'(\w+)'", error.message.partition("Did you mean")[2])
        field = FIELD.fullmatch(error.message)
        if field:
            asked, owner, elsewhere, _ = field.groups()
            found |= {f"{each}.{asked}" if elsewhere else f"{owner}.{each}" for each in names}
        else:
            found |= set(names)
    return found


def names(schema: GraphQLSchema) -> set[str]:
    """Return all names that a schema knows, fields with their types."""
    found = {"skip", "include"}
    for type_ in own(schema):
        found |= {type_.name, *re.findall(r"\w+", " ".join(members(type_)))}
        found |= {f"{type_.name}.{each}" for each in getattr(type_, "fields", ())}
    return found


@both
def test_suggestions_name_only_what_is_shown(name: str) -> None:
    full = hub(name).schema
    document = parse(misspelt(full), no_location=True)  # where names stand in it is not asked
    for scopes, schema in list(distinct(name).values())[:: 5 if name == "hostile" else 45]:
        assert suggested(schema, document) <= names(schema), scopes
    told = suggested(full, document)
    assert {f"{owner}.{field}" for owner, field in concrete(full) if len(field) > 2} <= told, "it asks for everything"
