"""Fields that a subgraph knows and does not resolve (``@external``): named by something, and declared as they are."""

from collections.abc import Iterator

from graphql import print_ast

from baygate.sources.composition.federation import Declaration, Federation, Standing
from baygate.sources.composition.model import Field, Input, Kind, SubgraphSchema
from baygate.sources.composition.problems import Problem
from baygate.sources.composition.references import is_covariant, merged_input, merged_output
from baygate.sources.composition.usage import in_key, used_fields

_MERGED = ("tag", "inaccessible", "authenticated", "requiresScopes", "policy")


def external_problems(schema: SubgraphSchema) -> Iterator[Problem]:
    """Yield what is wrong with a subgraph's external fields by themselves."""
    if not schema.second:
        return
    used = used_fields(schema)
    for type_ in schema.types.values():
        for field in type_.fields.values():
            if field.external:
                named = (type_.name, field.name) in used or type_.has("external")
                for code, message in _wrong(type_.kind, field, named=named):
                    yield Problem(code, f"{type_.name}.{field.name}", (schema.name,), message)


def _wrong(kind: Kind, field: Field, *, named: bool) -> Iterator[tuple[str, str]]:
    if kind is Kind.INTERFACE:
        yield "EXTERNAL_ON_INTERFACE", "A field of an interface cannot be @external; mark it on the objects."
    elif not named:
        message = "It is @external, but no @key, @requires or @provides names it, nor an interface; remove it."
        yield "EXTERNAL_UNUSED", message
    for name in ("requires", "provides"):
        if field.has(name):
            message = f"It is @external, so @{name} has nothing to say; remove one of the two."
            yield "EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE", message
    for name in _MERGED:
        if field.has(name):
            message = f"@{name} stands on an @external field; mark it where the field is resolved."
            yield "MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL", message


def mismatched_externals(federation: Federation) -> Iterator[Problem]:
    """Yield external fields that are declared otherwise than where they are resolved."""
    for name in federation.type_names:
        for field in dict.fromkeys(one for _, type_ in federation.having(name) for one in type_.fields):
            declared = federation.declarations(name, field)
            resolving = [each for each in declared if each.standing is not Standing.EXTERNAL]
            resolving = resolving or list(federation.added(name, field))
            for each in declared:
                if each.standing is Standing.EXTERNAL and resolving:
                    yield from _mismatches(federation, each, resolving)


def _mismatches(federation: Federation, external: Declaration, resolving: list[Declaration]) -> Iterator[Problem]:
    coordinate = f"{external.type.name}.{external.field.name}"
    subgraphs = (external.schema.name, *(each.schema.name for each in resolving))
    merged = merged_output([each.field.type for each in resolving], federation.is_subtype)
    known, declared = (merged, external.field.type)
    if merged is not None and in_key(external.type, external.field.name):
        known, declared = merged.nullable(), declared.nullable()  # a representation may have less than it says
    if known is not None and known != declared:
        message = (
            f"It is {merged}, but {external.schema.name} declares it @external as {external.field.type}; "
            "declare it as it is."
        )
        yield Problem("EXTERNAL_TYPE_MISMATCH", coordinate, subgraphs, message)
    arguments = dict.fromkeys(name for each in resolving for name in each.field.arguments)
    for name in arguments:
        given = [each.field.arguments[name] for each in resolving if name in each.field.arguments]
        for code, message in _argument_wrong(external, external.field.arguments.get(name), given):
            yield Problem(code, f"{coordinate}({name}:)", subgraphs, message)


def _argument_wrong(external: Declaration, declared: Input | None, given: list[Input]) -> Iterator[tuple[str, str]]:
    subgraph = external.schema.name
    if declared is None:
        message = f"{subgraph} declares the field @external without this argument; declare it there too."
        yield "EXTERNAL_ARGUMENT_MISSING", message
        return
    merged = merged_input([each.type for each in given])
    if merged is not None and not is_covariant(declared.type, merged, lambda _one, _other: False):
        message = f"The argument is {merged}, but {subgraph} declares it as {declared.type}; declare it as it is."
        yield "EXTERNAL_ARGUMENT_TYPE_MISMATCH", message
    defaults = {print_ast(each.default) if each.default else None for each in (declared, *given)}
    if len(defaults) > 1:
        message = f"The argument has another default value in {subgraph}; give it the one that it has."
        yield "EXTERNAL_ARGUMENT_DEFAULT_MISMATCH", message
