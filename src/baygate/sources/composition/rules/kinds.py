"""A type is of one kind everywhere; only an interface may be an object marked ``@interfaceObject`` elsewhere."""

from collections.abc import Iterator

from baygate.sources.composition.federation import Federation
from baygate.sources.composition.model import Kind
from baygate.sources.composition.problems import Problem


def kind_problems(federation: Federation) -> Iterator[Problem]:
    """Yield TYPE_KIND_MISMATCH for each type that is of several kinds."""
    for name in federation.type_names:
        said = federation.having(name)
        kinds = {Kind.INTERFACE if type_.interface_object else type_.kind for _, type_ in said}
        if len(kinds) > 1:
            what = ", ".join(f"{type_.kind} in {schema.name}" for schema, type_ in said)
            yield Problem(
                "TYPE_KIND_MISMATCH",
                name,
                tuple(schema.name for schema, _ in said),
                f"It is not of the same kind everywhere ({what}); make it one, or rename one of them.",
            )
