"""How much of the schema a caller may ask about. By itself, since settings name it and nothing else of the schemas."""

from enum import StrEnum


class Introspection(StrEnum):
    """What a caller may ask about the schema: nothing, what he may use, or all of it with the scopes of each field."""

    NONE = "none"
    GRANTED = "granted"
    ALL = "all"
