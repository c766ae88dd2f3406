"""The codes that several views speak."""

from enum import StrEnum

from strawberry import federation


@federation.enum(description="One of the three sides of the boundary. 法域")
class Jurisdiction(StrEnum):
    """Whose law a party or a document stands under."""

    CN_GD = "CN_GD"
    HK = "HK"
    MO = "MO"

    @classmethod
    def of(cls, name: str) -> "Jurisdiction | None":
        """Return a jurisdiction by the name that documents and tokens give it (``CN-GD``); None if it is no such."""
        return cls.__members__.get(name.replace("-", "_"))


@federation.enum(description="Which way goods cross. 进出口标志")
class Direction(StrEnum):
    """Import or export, seen from the mainland."""

    IMPORT = "IMPORT"
    EXPORT = "EXPORT"


@federation.enum(description="Standing of a licence or certificate. 证照状态")
class LicenceStatus(StrEnum):
    """Whether a licence can be relied on."""

    VALID = "VALID"
    SUSPENDED = "SUSPENDED"
    REVOKED = "REVOKED"
    EXPIRED = "EXPIRED"
