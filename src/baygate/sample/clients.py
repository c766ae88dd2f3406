"""The clients of the sample world: a system of every agency with a key of its own, and one for developers' tools."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from joserfc.jwk import ECKey

from baygate.access.purposes import PURPOSES
from baygate.oauth import registry
from baygate.oauth.clients import Authentication, Binding, Client, ClientKey
from baygate.sample import agencies, cases
from baygate.storage.database import Database

READING = ("identity:read", "credit:read", "filings:read", "clearance:read")
AUDIT = "audit:read"
"""With it an agency sees who was given its records; parties provide none."""
EVERYTHING = (
    *READING, "identity:personal", "identity:verify", "credit:investigation", "clearance:personal",
    "clearance:investigation",
)  # fmt: skip

HONG_KONG_PLATFORM = "hk-platform"
MACAU_IMPORTER = "mo-importer"
"""Partners: no agencies, but parties of the identity view with systems of their own."""
DEVELOPER = "developer"
EXPLORER = "explorer"


@dataclass(frozen=True)
class System:
    """What a sample client may ask; the first of its purposes is its usual one."""

    agency: str
    purposes: tuple[str, ...]
    scopes: tuple[str, ...] = READING
    jurisdiction: str = "CN-GD"
    binding: Binding = Binding.DPOP
    redirect_uris: tuple[str, ...] = ()
    roles: frozenset[str] = frozenset()
    party: str | None = None


SYSTEMS: Mapping[str, System] = {
    agencies.SAMR: System(agencies.SAMR, ("MARKET_SUPERVISION", "RISK_ASSESSMENT", "CREDIT_SUPERVISION")),
    agencies.PUBLIC_SECURITY: System(agencies.PUBLIC_SECURITY, ("INVESTIGATION", "PARTY_VERIFICATION"), EVERYTHING),
    agencies.FOREIGN_EXCHANGE: System(agencies.FOREIGN_EXCHANGE, ("FOREIGN_EXCHANGE", "RISK_ASSESSMENT")),
    agencies.TAX: System(agencies.TAX, ("EXPORT_REFUND", "RISK_ASSESSMENT"), (*READING, "identity:verify")),
    agencies.FOOD_AND_DRUG: System(agencies.FOOD_AND_DRUG, ("PRODUCT_SAFETY", "MARKET_SUPERVISION")),
    agencies.INSPECTION: System(agencies.INSPECTION, ("PRODUCT_SAFETY", "CUSTOMS_CLEARANCE")),
    agencies.COMMERCE: System(agencies.COMMERCE, ("STATISTICS", "RISK_ASSESSMENT")),
    agencies.SINGLE_WINDOW: System(
        agencies.SINGLE_WINDOW, ("CUSTOMS_CLEARANCE", "PARTY_VERIFICATION"), (*READING, "identity:verify")
    ),
    agencies.CUSTOMS_GUANGZHOU: System(
        agencies.CUSTOMS_GUANGZHOU, ("CUSTOMS_CLEARANCE", "RISK_ASSESSMENT", "INVESTIGATION"), EVERYTHING
    ),
    agencies.CUSTOMS_SHENZHEN: System(
        agencies.CUSTOMS_SHENZHEN, ("CUSTOMS_CLEARANCE", "RISK_ASSESSMENT", "INVESTIGATION"), EVERYTHING
    ),
    agencies.HONG_KONG_CUSTOMS: System(
        agencies.HONG_KONG_CUSTOMS, ("TRADE_FACILITATION", "RISK_ASSESSMENT"), jurisdiction="HK"
    ),
    agencies.HONG_KONG_REGISTRY: System(
        agencies.HONG_KONG_REGISTRY, ("PARTY_VERIFICATION",), ("identity:read",), jurisdiction="HK"
    ),
    agencies.MACAU: System(agencies.MACAU, ("TRADE_FACILITATION", "PARTY_VERIFICATION"), jurisdiction="MO"),
    HONG_KONG_PLATFORM: System(
        HONG_KONG_PLATFORM,
        ("TRADE_FACILITATION",),
        jurisdiction="HK",
        roles=frozenset({"PLATFORM"}),
        party=cases.HONG_KONG_PLATFORM,
    ),
    MACAU_IMPORTER: System(
        MACAU_IMPORTER,
        ("TRADE_FACILITATION",),
        jurisdiction="MO",
        roles=frozenset({"MERCHANT"}),
        party=cases.MACAU_IMPORTER,
    ),
    DEVELOPER: System(
        agencies.COMMERCE, ("SYSTEM_TESTING", *(set(PURPOSES) - {"SYSTEM_TESTING"})), EVERYTHING, binding=Binding.BEARER
    ),
}


async def register(dsn: str, directory: Path, origin: str) -> None:
    """Register the clients that are not registered yet, with profiles and private keys in ``directory``.

    The explorer's address is the one of this ``origin``, whatever it was the last time.
    """
    connection = await Database(dsn).connect()
    try:
        known = {each.client_id: each for each in await registry.every(connection)}
        for name, system in _systems(origin).items():
            if name not in known:
                await registry.add(connection, _registered(name, system, _settle(directory, name, system)))
            elif known[name].redirect_uris != system.redirect_uris:
                await registry.redirect(connection, name, system.redirect_uris)
    finally:
        await connection.close()


def _systems(origin: str) -> Mapping[str, System]:
    callback = f"{origin}/explore/signed-in"
    explorer = System(agencies.COMMERCE, tuple(PURPOSES), EVERYTHING, binding=Binding.BEARER, redirect_uris=(callback,))
    return {**SYSTEMS, EXPLORER: explorer}


def _settle(directory: Path, name: str, system: System) -> ECKey:
    """Return the client's key, from its file if it has one; its profile goes beside it."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = directory / f"{name}.pem"
    if file.exists():
        return ECKey.import_key(file.read_bytes())
    key = ECKey.generate_key("P-256", private=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
        opened.write(key.as_pem(private=True))
    profile = {
        "client_id": name, "key": file.name, "binding": system.binding.value, "purpose": system.purposes[0]
    }  # fmt: skip
    (directory / f"{name}.json").write_text(json.dumps(profile, indent=2) + "\n", encoding="utf-8")
    return key


def _registered(name: str, system: System, key: ECKey) -> Client:
    return Client(
        client_id=name,
        name=name,
        agency=system.agency,
        jurisdiction=system.jurisdiction,
        authentication=Authentication.PRIVATE_KEY_JWT,
        binding=system.binding,
        keys=(ClientKey(key.as_dict(private=False)),),
        scopes=frozenset(system.scopes if system.party else (*system.scopes, AUDIT)),
        purposes=frozenset(system.purposes),
        redirect_uris=system.redirect_uris,
        roles=system.roles,
        party=system.party,
    )
