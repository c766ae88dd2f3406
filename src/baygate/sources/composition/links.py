"""Links (Apollo's core schemas, ``@link``): under which names a subgraph uses federation's directives."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from graphql import (
    ConstDirectiveNode,
    DocumentNode,
    ListValueNode,
    ObjectValueNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    StringValueNode,
)

from baygate.sources.composition.vocabulary import DIRECTIVES, FEDERATION, FIRST_VERSION, LINK, LINKED_ALONE, SCALARS

_VERSIONED = re.compile(r"(?P<identity>.+)/v(?P<major>\d+)\.(?P<minor>\d+)/?")
SPECIFICATIONS = "https://specs.apollo.dev/"
_NEWEST = (2, 99)


class BadLink(ValueError):
    """A link that cannot be followed; ``code`` is Apollo's."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Link:
    """A specification that a schema uses, what it imports of it, and under which names."""

    identity: str
    version: tuple[int, int]
    namespace: str
    imports: Mapping[str, str]
    """From the specification's name to the schema's; directives with their ``@``."""

    def original(self, local: str) -> str:
        """Return what the specification calls a directive."""
        found = (name for name, imported in self.imports.items() if imported == f"@{local}")
        return next(found, local).removeprefix("@").removeprefix(f"{self.namespace}__")


@dataclass(frozen=True)
class Names:
    """What the names in a subgraph mean."""

    second: bool
    directives: Mapping[str, str]
    """From the subgraph's name for a directive to federation's."""

    scalars: Mapping[str, str]
    """From federation's name for a scalar to the subgraph's."""

    links: tuple[Link, ...]

    def origin(self, local: str) -> Link | None:
        """Return the specification that a directive comes from."""
        for link in self.links:
            if f"@{local}" in link.imports.values() or local.startswith(f"{link.namespace}__"):
                return link
        return None


def read_names(document: DocumentNode) -> Names:
    """Return what a subgraph's names mean, by its links; without one to federation, it is of version 1."""
    links = tuple(_links(document))
    federation = next((each for each in links if each.identity == FEDERATION), None)
    if federation is None:
        directives = {each: each for each in FIRST_VERSION}
        scalars = {each: f"federation__{each}" for each in SCALARS} | {"FieldSet": "_FieldSet"}
    elif federation.version[0] != 2 or federation.version > _NEWEST:
        version = ".".join(map(str, federation.version))
        raise BadLink("UNKNOWN_FEDERATION_LINK_VERSION", f"Federation v{version} is not known; link to a v2 of it.")
    else:
        directives, scalars = _of_federation(federation)
    for link in links:
        name = link.identity.removeprefix(SPECIFICATIONS)
        if link.identity.startswith(SPECIFICATIONS) and name in LINKED_ALONE:
            directives[link.imports.get(f"@{name}", f"@{link.namespace}").removeprefix("@")] = name
    return Names(federation is not None, directives, scalars, links)


def _of_federation(link: Link) -> tuple[dict[str, str], dict[str, str]]:
    directives = {f"{link.namespace}__{each}": each for each in DIRECTIVES}
    scalars = {each: f"{link.namespace}__{each}" for each in SCALARS}
    for name, local in link.imports.items():
        if name.removeprefix("@") in DIRECTIVES and name.startswith("@"):
            directives[local.removeprefix("@")] = name.removeprefix("@")
        elif name in SCALARS:
            scalars[name] = local
        else:
            raise BadLink(
                "INVALID_LINK_DIRECTIVE_USAGE",
                f"Federation has no {name} that this composer knows; remove it from the imports of @link.",
            )
    return directives, scalars


def _links(document: DocumentNode) -> Iterator[Link]:
    applied = [
        each
        for definition in document.definitions
        if isinstance(definition, SchemaDefinitionNode | SchemaExtensionNode)
        for each in definition.directives or ()
    ]
    name = next((_argument(each, "as") or "link" for each in applied if _is_of(each, LINK)), "link")
    for each in applied:
        if each.name.value == name:
            yield _link(each)


def _is_of(directive: ConstDirectiveNode, identity: str) -> bool:
    return (_argument(directive, "url") or "").startswith(f"{identity}/")


def _link(directive: ConstDirectiveNode) -> Link:
    url = _argument(directive, "url") or ""
    found = _VERSIONED.fullmatch(url)
    if not found:
        raise BadLink(
            "INVALID_LINK_IDENTIFIER", f'The link "{url}" names no version; write an address that ends in /v1.0.'
        )
    identity = found["identity"]
    namespace = _argument(directive, "as") or identity.rpartition("/")[2]
    return Link(identity, (int(found["major"]), int(found["minor"])), namespace, dict(_imports(directive)))


def _imports(directive: ConstDirectiveNode) -> Iterator[tuple[str, str]]:
    given = next((each.value for each in directive.arguments or () if each.name.value == "import"), None)
    for each in given.values if isinstance(given, ListValueNode) else ():
        if isinstance(each, StringValueNode):
            yield each.value, each.value
        elif isinstance(each, ObjectValueNode):
            said = {one.name.value: one.value.value for one in each.fields if isinstance(one.value, StringValueNode)}
            if "name" in said:
                yield said["name"], said.get("as", said["name"])
        else:
            raise BadLink(
                "INVALID_LINK_DIRECTIVE_USAGE", "An import of @link is a name, or an object with name and as."
            )


def _argument(directive: ConstDirectiveNode, name: str) -> str | None:
    for each in directive.arguments or ():
        if each.name.value == name and isinstance(each.value, StringValueNode):
            return each.value.value
    return None
