"""Settings: one TOML file, overridden by environment variables (``BAYGATE_DATABASE__DSN`` for ``database.dsn``)."""

import ipaddress
import os
import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from baygate.gateway.documents import Trust
from baygate.gateway.limits import Limits


class SettingsError(Exception):
    """Settings that the hub cannot run with; says which and what is expected."""


class Profile(StrEnum):
    """``development`` shows all it knows to whoever is on this machine; ``production`` tells no more than it must."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DatabaseSettings(_Section):
    """Where PostgreSQL is, and how many connections one worker holds to it."""

    dsn: SecretStr = Field(description="postgresql://user:password@host:port/name")
    connections: int = Field(6, ge=1, le=100, description="connections of one worker")


class ServerSettings(_Section):
    """Where the hub listens."""

    host: str = Field("127.0.0.1", description="address to bind")
    port: int = Field(8080, ge=0, le=65535, description="port to bind")
    workers: int = Field(1, ge=1, le=256, description="worker processes")
    drain: int = Field(20, ge=0, description="seconds that requests in flight are given after SIGTERM")


class LimitSettings(_Section):
    """Maxima of a request; sizes in bytes, times in seconds. See docs/operations.md."""

    body: int = Field(Limits.body, ge=1)
    url: int = Field(Limits.url, ge=1, le=60_000)
    tokens: int = Field(Limits.tokens, ge=1)
    depth: int = Field(Limits.depth, ge=1)
    nesting: int = Field(Limits.nesting, ge=1, le=190)
    aliases: int = Field(Limits.aliases, ge=0)
    directives: int = Field(Limits.directives, ge=0)
    directives_per_place: int = Field(Limits.directives_per_place, ge=0)
    repeats: int = Field(Limits.repeats, ge=1)
    fields: int = Field(Limits.fields, ge=1)
    operations: int = Field(Limits.operations, ge=1)
    compiled_fields: int = Field(Limits.compiled_fields, ge=1)
    variables: int = Field(Limits.variables, ge=1)
    cost: int = Field(Limits.cost, ge=1)
    rows: int = Field(Limits.rows, ge=1)
    representations: int = Field(Limits.representations, ge=1)
    time: float = Field(Limits.time, gt=0)
    concurrency: int = Field(Limits.concurrency, ge=1)
    queue: int = Field(Limits.queue, ge=0)

    def limits(self) -> Limits:
        """Return them as the gateway takes them."""
        return Limits(**self.model_dump())


class DocumentSettings(_Section):
    """Persisted operations: the trusted ones, and what happens to others."""

    trusted: Path | None = Field(None, description="directory of .graphql files, or a JSON object from sha256 to text")
    trust: Trust = Field(Trust.ANY, description="any | log | only")

    @model_validator(mode="after")
    def _only_with_some(self) -> Self:
        if self.trust is not Trust.ANY and self.trusted is None:
            raise ValueError("documents.trust is set, but documents.trusted names no documents")
        return self


class Settings(BaseSettings):
    """Everything that an operator can set."""

    model_config = SettingsConfigDict(
        env_prefix="BAYGATE_",
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
        nested_model_default_partial_update=True,
    )

    profile: Profile = Profile.PRODUCTION
    introspection: bool | None = Field(None, description="answer introspection; unset: only in development")
    keys: Path = Field(Path(".baygate/keys"), description="directory of the hub's keys, one file a use")
    database: DatabaseSettings
    server: ServerSettings = ServerSettings()
    limits: LimitSettings = LimitSettings()
    documents: DocumentSettings = DocumentSettings()

    @model_validator(mode="after")
    def _loopback_only(self) -> Self:
        """Until callers prove who they are, every one of them is the development principal: nobody else may come in."""
        if not _is_loopback(self.server.host):
            raise ValueError(
                f"server.host {self.server.host} is not a loopback address: without tokens and policies every caller "
                "is the development principal, so the hub binds 127.0.0.1, ::1 or localhost only"
            )
        return self

    @property
    def development(self) -> bool:
        """Whether the hub may show all it knows."""
        return self.profile is Profile.DEVELOPMENT

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment win over the file."""
        del dotenv_settings, file_secret_settings
        file = os.environ.get("BAYGATE_CONFIG")
        sources = [init_settings, env_settings]
        return (*sources, TomlConfigSettingsSource(settings_cls, Path(file))) if file else tuple(sources)


def load(file: Path | None) -> Settings:
    """Read the settings; raise SettingsError naming each that is wrong."""
    if file is not None:
        if not file.is_file():
            raise SettingsError(f"There is no settings file {file}. docs/operations.md shows one.")
        os.environ["BAYGATE_CONFIG"] = str(file.resolve())
    try:
        return Settings()
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{file} is not TOML: {error}") from None
    except ValidationError as error:
        lines = [f"  {'.'.join(map(str, each['loc'])) or 'settings'}: {each['msg']}" for each in error.errors()]
        advice = "docs/operations.md shows a settings file; or set BAYGATE_DATABASE__DSN and the like."
        raise SettingsError("\n".join(["The hub cannot start with these settings:", *lines, advice])) from None


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
