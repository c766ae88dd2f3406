"""How the contract may change: what a new version breaks for callers of the committed one."""

from dataclasses import dataclass
from pathlib import Path

from graphql import BreakingChangeType, GraphQLSchema, SafeChangeType, build_schema, print_schema
from graphql.utilities import find_schema_changes

from baygate.contract.schema import graphql_schema, sdl

SUBGRAPH = "subgraph.graphql"
API = "api.graphql"


@dataclass(frozen=True)
class Evolution:
    """What differs between two versions, in sentences; breaking changes need a new name, not a new meaning."""

    breaking: tuple[str, ...]
    dangerous: tuple[str, ...]
    safe: tuple[str, ...]


def texts() -> dict[str, str]:
    """Return the contract as it is committed, by file name: for routers with, for clients without federation."""
    return {SUBGRAPH: sdl().rstrip() + "\n", API: print_schema(graphql_schema()).rstrip() + "\n"}


def export(directory: Path) -> list[Path]:
    """Write the contract's files; return those that changed."""
    directory.mkdir(parents=True, exist_ok=True)
    changed = []
    for name, text in texts().items():
        file = directory / name
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8")
            changed.append(file)
    return changed


def drifted(directory: Path) -> list[str]:
    """Return the names of the committed files that are missing, or are not what the code says."""
    return [
        name
        for name, text in texts().items()
        if not (directory / name).exists() or (directory / name).read_text(encoding="utf-8") != text
    ]


def evolution(committed: str) -> Evolution:
    """Compare the committed API (the text of ``api.graphql``) with the code's."""
    return compare(build_schema(committed), build_schema(print_schema(graphql_schema())))


def compare(old: GraphQLSchema, new: GraphQLSchema) -> Evolution:
    """Return what a new version changes for those who use the old one."""
    breaking, dangerous, safe = [], [], []
    for change in find_schema_changes(old, new):
        if isinstance(change.type, BreakingChangeType):
            breaking.append(change.description)
        elif isinstance(change.type, SafeChangeType):
            safe.append(change.description)
        else:
            dangerous.append(change.description)
    return Evolution(tuple(breaking), tuple(dangerous), tuple(safe))
