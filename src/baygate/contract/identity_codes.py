"""The codes of the identity view."""

from enum import StrEnum

from strawberry import federation


@federation.enum(description="What a party is, by the register that keeps it. 主体类别")
class PartyKind(StrEnum):
    """The concrete type of a party."""

    MAINLAND = "MAINLAND"
    HONG_KONG = "HONG_KONG"
    MACAU = "MACAU"


@federation.enum(description="Standing of a party in its register. 登记状态")
class PartyStatus(StrEnum):
    """Whether a party may do business."""

    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    REVOKED = "REVOKED"
    DEREGISTERED = "DEREGISTERED"


@federation.enum(description="Part that a party plays in cross-border trade. 跨境贸易角色")
class TradeRole(StrEnum):
    """The roles that the three documents and the declaration name."""

    MERCHANT = "MERCHANT"
    PLATFORM = "PLATFORM"
    PAYMENT = "PAYMENT"
    LOGISTICS = "LOGISTICS"
    AGENT = "AGENT"
    WAREHOUSE = "WAREHOUSE"
    MANUFACTURER = "MANUFACTURER"


@federation.enum(description="Register of a Macau company. 澳门登记机关")
class MacauRegistry(StrEnum):
    """Who keeps the number of a Macau company."""

    COMMERCIAL = "COMMERCIAL"
    TAX = "TAX"


@federation.enum(description="Answer of a check, and nothing else. 核验结果")
class Verdict(StrEnum):
    """Yes, no, or unknown."""

    MATCH = "MATCH"
    MISMATCH = "MISMATCH"
    NOT_FOUND = "NOT_FOUND"


@federation.enum(description="Place of a person in an enterprise. 职务")
class PersonRole(StrEnum):
    """Who answers for an enterprise."""

    LEGAL_REPRESENTATIVE = "LEGAL_REPRESENTATIVE"
    DIRECTOR = "DIRECTOR"
    MANAGER = "MANAGER"
    CUSTOMS_CONTACT = "CUSTOMS_CONTACT"


@federation.enum(description="Kind of an identity document. 证件类型")
class IdentityDocument(StrEnum):
    """What a person shows."""

    RESIDENT_ID = "RESIDENT_ID"
    HKID = "HKID"
    MACAU_ID = "MACAU_ID"
    PASSPORT = "PASSPORT"


@federation.enum(description="Standing of a registration with an authority. 备案状态")
class RegistrationStatus(StrEnum):
    """Whether a registration can be relied on."""

    REGISTERED = "REGISTERED"
    SUSPENDED = "SUSPENDED"
    CANCELLED = "CANCELLED"


@federation.enum(description="Zone in a customs code, fifth place. 经济区划")
class ZoneKind(StrEnum):
    """The kind of economic zone that an enterprise is registered in."""

    SPECIAL_ECONOMIC_ZONE = "SPECIAL_ECONOMIC_ZONE"
    DEVELOPMENT_ZONE = "DEVELOPMENT_ZONE"
    HIGH_TECH_ZONE = "HIGH_TECH_ZONE"
    BONDED_ZONE = "BONDED_ZONE"
    EXPORT_PROCESSING_ZONE = "EXPORT_PROCESSING_ZONE"
    OTHER = "OTHER"


@federation.enum(description="Ownership in a customs code, sixth place. 经济类型")
class Ownership(StrEnum):
    """Who owns an enterprise, in the terms of customs."""

    STATE = "STATE"
    COOPERATIVE_VENTURE = "COOPERATIVE_VENTURE"
    JOINT_VENTURE = "JOINT_VENTURE"
    WHOLLY_FOREIGN = "WHOLLY_FOREIGN"
    COLLECTIVE = "COLLECTIVE"
    PRIVATE = "PRIVATE"
    INDIVIDUAL = "INDIVIDUAL"
    DECLARATION_ONLY = "DECLARATION_ONLY"
    OTHER = "OTHER"


@federation.enum(description="Kind of a taxpayer for value added tax. 纳税人类型")
class TaxpayerKind(StrEnum):
    """How an enterprise pays value added tax."""

    GENERAL = "GENERAL"
    SMALL_SCALE = "SMALL_SCALE"


@federation.enum(description="Orders of parties. 主体排序")
class PartyOrder(StrEnum):
    """Each an indexed tuple that ends in the primary key."""

    ID_ASC = "ID_ASC"
    ESTABLISHED_ON_DESC = "ESTABLISHED_ON_DESC"
    ESTABLISHED_ON_ASC = "ESTABLISHED_ON_ASC"
    NAME_ASC = "NAME_ASC"
