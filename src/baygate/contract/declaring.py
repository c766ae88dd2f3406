"""How a type and a field of the contract are declared.

A field states its meaning in English and Chinese, the scopes that open it, and whether it is personal.
Nothing else about it is written here: where its value comes from is the Binding's business, who may see it
the policies'. The types of records are never instantiated, and nothing of them resolves here.

What the hub says of itself (``asked``, ``told``) is no record: it is resolved, by whatever the operation runs with.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, TypeVar, dataclass_transform

import strawberry
from graphql import GraphQLField
from strawberry import federation
from strawberry.schema_directive import Location

Declared = TypeVar("Declared", bound=type)
_HERE = "answered by the hub"


@federation.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="personal",
    description="Personal information: its release needs a scope and a basis of its own. 个人信息",
    compose=True,
    import_url="https://baygate.example/spec/v1.0",
)
class Personal:
    """Marks personal information (PIPL art. 4)."""


def entity(*keys: str) -> Callable[[Declared], Declared]:
    """Declare an object type that other sources refer to by any of ``keys``; its docstring describes it."""
    return lambda cls: federation.type(cls, keys=keys, description=inspect.getdoc(cls))


def record(cls: Declared) -> Declared:
    """Declare an object type without a key, reached only through its head; its docstring describes it."""
    return federation.type(cls, description=inspect.getdoc(cls))


def interface(*keys: str) -> Callable[[Declared], Declared]:
    """Declare an interface; its docstring describes it."""
    return lambda cls: federation.interface(cls, keys=keys, description=inspect.getdoc(cls))


def union(name: str, description: str) -> Any:
    """Name a choice of object types, for use in ``Annotated``."""
    return federation.union(name, description=description)


def shared(description: str, *scopes: str, personal: bool = False) -> Any:
    """Declare a field that leaves under policy: to callers with all of ``scopes``, if its owner grants it."""
    return federation.field(
        description=description,
        requires_scopes=_all_of(scopes),
        directives=[Personal()] if personal else [],
    )


def taking(description: str, *scopes: str, **arguments: object) -> Any:
    """Declare a field that takes ``arguments``: the type of each, or a pair of type and default."""

    def declared(**_: object) -> None: ...

    _sign(declared, arguments)
    return federation.field(resolver=declared, description=description, requires_scopes=_all_of(scopes))


def asked(description: str, *scopes: str, **arguments: object) -> Any:
    """Declare an entry point that the hub answers itself: by the method of this name of the execution's context.

    Whether the caller has the ``scopes`` is for that method to see to.
    """

    def answered(info: strawberry.Info, **given: object) -> Any:
        return getattr(info.context, info.python_name)(**given)

    _sign(answered, arguments, inspect.signature(answered).parameters["info"])
    return federation.field(
        resolver=answered, description=description, requires_scopes=_all_of(scopes), metadata={_HERE: True}
    )


def told(description: str) -> Any:
    """Declare a field of what the hub answers itself."""
    return strawberry.field(description=description)


@dataclass_transform(kw_only_default=True, field_specifiers=(told,))
def answer(cls: Declared) -> Declared:
    """Declare an object type of what the hub answers itself, which is made by name; its docstring describes it."""
    return federation.type(cls, description=inspect.getdoc(cls))


def answered_here(field: GraphQLField) -> bool:
    """Return whether the hub answers an entry point itself, so that no source has a part in it."""
    declared = (field.extensions or {}).get("strawberry-definition")
    return _HERE in (getattr(declared, "metadata", None) or {})


def _sign(resolver: Callable[..., Any], arguments: Mapping[str, object], *first: inspect.Parameter) -> None:
    """Give a resolver the signature that Strawberry makes arguments of."""
    parameters = [*first, *(_parameter(name, argument) for name, argument in arguments.items())]
    resolver.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # read by Strawberry


def _parameter(name: str, argument: object) -> inspect.Parameter:
    annotation, default = argument if isinstance(argument, tuple) else (argument, inspect.Parameter.empty)
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)


def _all_of(scopes: Sequence[str]) -> Any:
    return [scopes] if scopes else None


def condition(description: str) -> Any:
    """Declare a condition of a filter; left out or null, it does not apply."""
    return strawberry.field(default=strawberry.UNSET, description=description)


def argument(kind: object, description: str) -> Any:
    """Give an argument its type and its meaning."""
    return Annotated[kind, strawberry.argument(description=description)]
