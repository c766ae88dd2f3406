"""Settings: one TOML file, overridden by environment variables (``BAYGATE_DATABASE__DSN`` for ``database.dsn``)."""

import ipaddress
import os
import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from baygate.access.purposes import PURPOSES
from baygate.audit.pkcs11_settings import Pkcs11Settings
from baygate.errors import OperatorError
from baygate.gateway.documents import Trust
from baygate.gateway.introspection import Introspection
from baygate.gateway.limits import Limits
from baygate.oauth.clients import JURISDICTIONS, QUOTA, RATE
from baygate.oauth.issuers import Mandate
from baygate.oauth.signing import LONGEST_LIFETIME
from baygate.observation.logs import Format

DEFAULT_PORT = 8080


class SettingsError(OperatorError):
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
    """Where the hub listens: at an address, or on a Unix socket for a proxy; on both if ``port`` is set beside it."""

    host: str = Field("127.0.0.1", description="address to bind")
    port: int | None = Field(
        None, ge=0, le=65535, description="port to bind; unset: 8080, or none if there is a socket"
    )
    socket: Path | None = Field(
        None, description="Unix socket; who may open it is believed about clients' certificates"
    )
    workers: int = Field(1, ge=1, le=256, description="worker processes")
    drain: int = Field(20, ge=0, description="seconds that requests in flight are given after SIGTERM")

    @property
    def tcp_port(self) -> int | None:
        """The port to bind, or None where the socket is all."""
        return DEFAULT_PORT if self.port is None and self.socket is None else self.port


class TlsSettings(_Section):
    """TLS at the hub itself, where no proxy ends it: PEM files."""

    certificate: Path = Field(description="the hub's certificate, then its intermediates")
    key: Path = Field(description="its private key, without a passphrase")
    client_authorities: Path | None = Field(
        None, description="CAs that issue client certificates (RFC 8705 section 2.1)"
    )


class ProxySettings(_Section):
    """Proxies that end TLS in front of the hub, and forward their clients' certificates to it: PEM files."""

    certificates: Path | None = Field(
        None, description="the very certificates by which proxies prove themselves to a hub with [tls]"
    )
    client_authorities: Path | None = Field(
        None, description="CAs that issue client certificates, for a hub on a socket (RFC 8705 section 2.1)"
    )


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


class IssuerSettings(_Section):
    """Another authorization server whose tokens are good here, and what it may assert."""

    url: str = Field(description="its issuer identifier, as in iss")
    agency: str = Field(description="the one agency that it speaks for")
    jurisdiction: str = Field("CN-GD", description="CN-GD | HK | MO")
    scopes: frozenset[str] = Field(description="the most that its tokens give")
    purposes: frozenset[str] = Field(description="the purposes that its tokens may name")
    bearer: bool = Field(default=False, description="also tokens that are bound to nothing; in development only")
    rate: int = Field(RATE, ge=1, description="requests a minute, of all its clients together")
    quota: int = Field(QUOTA, ge=1, description="requests a day, of all its clients together")

    @model_validator(mode="after")
    def _known(self) -> Self:
        _require_secure("the issuer's url", self.url)
        unknown = sorted(self.purposes - PURPOSES.keys())
        if unknown or self.jurisdiction not in JURISDICTIONS:
            raise ValueError(f"unknown: {', '.join(unknown) or self.jurisdiction}")
        return self

    def mandate(self) -> Mandate:
        """Return what it may assert, as the resource server takes it."""
        return Mandate(**self.model_dump(exclude={"url"}))


class Person(_Section):
    """Somebody who can sign in to the demo without a password."""

    subject: str
    name: str
    agency: str
    jurisdiction: Literal["CN-GD", "HK", "MO"] = "CN-GD"
    roles: frozenset[str] = frozenset()


class PeopleSettings(_Section):
    """How people sign in to the explorer: through an OpenID Connect provider; in the demo, by their name."""

    provider: str | None = Field(None, description="issuer identifier of the OpenID Connect provider")
    client_id: str | None = Field(None, description="what the hub is called there")
    client_secret: SecretStr | None = Field(None, description="the hub's secret there")
    agency_claim: str = Field("agency", description="the claim of the ID token that names a person's agency")
    agencies: frozenset[str] = Field(frozenset(), description="the agencies whose people may sign in")
    jurisdiction: Literal["CN-GD", "HK", "MO"] = Field("CN-GD", description="theirs: CN-GD | HK | MO")
    named: tuple[Person, ...] = Field((), description="people of the demo; in development only")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.provider is None) is not bool(self.named):
            raise ValueError("people sign in through a provider or, in the demo, by name (named): set one of the two")
        if self.provider is not None:
            _require_secure("the provider", self.provider)
            if not (self.client_id and self.client_secret and self.agencies):
                raise ValueError("a provider needs client_id, client_secret and agencies")
        return self


class PolicySettings(_Section):
    """Whose word counts on what may leave."""

    root: Path | None = Field(None, description="the root document (.jws) that all trust begins with")
    heads: Path = Field(Path(".baygate/heads.json"), description="where the highest versions seen are kept")


class RecognitionSettings(_Section):
    """How the hub learns which of the certificates that trust lists recognise were revoked, and who answers for it."""

    directory: Path = Field(Path(".baygate/revocation"), description="where CRLs and OCSP responses are kept")
    interval: float = Field(300, ge=1, le=86_400, description="seconds between two fetches of them")
    operator: str = Field("commerce-gd", description="the agency in whose name recognised certificates are shown")


class TokenSettings(_Section):
    """A PKCS#11 token that signs the heads of the audit log, where no key of a file does."""

    module: Path = Field(description="the library that leads to it")
    token: str = Field(description="its label")
    key: str = Field(description="the label of the key: P-256")
    pin: Path = Field(description="the file with the user's PIN")

    def token_settings(self) -> Pkcs11Settings:
        """Return them as the audit log takes them."""
        return Pkcs11Settings(self.module, self.token, self.key, self.pin)


class TimestampSettings(_Section):
    """An authority that stamps heads of the audit log (RFC 3161)."""

    url: str = Field(description="where it is asked, by http or https")
    anchors: Path = Field(description="what its certificate leads to (PEM)")
    policy: str | None = Field(None, description="the policy (OID) that it has to name")
    interval: float = Field(60, ge=1, le=86_400, description="seconds between two time stamps")


class AuditSettings(_Section):
    """The audit log: where its newest head is kept outside the database, what signs and stamps heads."""

    head: Path = Field(Path(".baygate/audit-head.json"), description="where the newest head seen is kept")
    pkcs11: TokenSettings | None = Field(None, description="what signs heads; unset: a key of a file")
    timestamp: TimestampSettings | None = Field(None, description="who stamps heads; unset: nobody")


class OAuthSettings(_Section):
    """Who gives tokens, and what they are like."""

    origin: str | None = Field(None, description="scheme and authority under which clients know the hub")
    token_lifetime: int = Field(300, ge=30, le=LONGEST_LIFETIME, description="seconds")
    issuers: tuple[IssuerSettings, ...] = ()
    people: PeopleSettings | None = None

    @model_validator(mode="after")
    def _plain_origin(self) -> Self:
        if self.origin is not None:
            parts = urlsplit(_require_secure("the origin", self.origin))
            if self.origin != f"{parts.scheme}://{parts.netloc}":
                raise ValueError("the origin is a scheme and an authority, without path and slash at its end")
        return self


class PortalSettings(_Section):
    """The explorer at ``/``: the client by which people ask who sign in (docs/explorer.md)."""

    client_id: str = Field(description="what it is registered as, with the redirect URI <origin>/explore/signed-in")
    key: Path = Field(description="its private key (PEM, P-256), for the hub's user alone")


class MetricsSettings(_Section):
    """Where Prometheus reads what the hub counts: at an address of its own, for whoever can reach that."""

    host: str = Field("127.0.0.1", description="address to bind; any other than this machine's is for a network apart")
    port: int | None = Field(None, ge=0, le=65535, description="port to bind; unset: nothing is counted")


class LogSettings(_Section):
    """What is written to standard error."""

    format: Format = Field(Format.TEXT, description="text | json (an object a line)")
    requests: bool = Field(default=False, description="whether each request has a line")


class TracingSettings(_Section):
    """Where traces are sent, if anywhere: needs the extra ``otel``."""

    endpoint: str | None = Field(None, description="OTLP over HTTP, as in http://127.0.0.1:4318/v1/traces")
    share: float = Field(1.0, ge=0, le=1, description="of requests, those that are traced")

    @model_validator(mode="after")
    def _secure(self) -> Self:
        if self.endpoint is not None:
            _require_secure("tracing.endpoint", self.endpoint)
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
    introspection: Introspection | None = Field(
        None, description="none | granted (what the token may use) | all; unset: all in development, else none"
    )
    keys: Path = Field(Path(".baygate/keys"), description="directory of the hub's keys, one file a use")
    database: DatabaseSettings
    server: ServerSettings = ServerSettings()
    tls: TlsSettings | None = Field(None, description="serve https; unset: http")
    proxy: ProxySettings = ProxySettings()
    limits: LimitSettings = LimitSettings()
    documents: DocumentSettings = DocumentSettings()
    oauth: OAuthSettings = OAuthSettings()
    portal: PortalSettings | None = Field(None, description="the explorer; unset: none")
    policies: PolicySettings = PolicySettings()
    recognition: RecognitionSettings = RecognitionSettings()
    audit: AuditSettings = AuditSettings()
    metrics: MetricsSettings = MetricsSettings()
    logs: LogSettings = LogSettings()
    tracing: TracingSettings = TracingSettings()

    @model_validator(mode="after")
    def _loopback_only(self) -> Self:
        """In development plain tokens are admitted, and people taken at their word: nobody from elsewhere may come."""
        if self.development and not _is_loopback(self.server.host):
            raise ValueError(
                f"server.host {self.server.host} is not a loopback address: development admits plain tokens, "
                "so it binds 127.0.0.1, ::1 or localhost only"
            )
        origin = self.oauth.origin
        if self.development and origin is not None and not _is_loopback(urlsplit(origin).hostname or ""):
            raise ValueError(
                f"oauth.origin {origin} is not on a loopback address: development admits plain tokens, so it is not "
                'for a hub that a proxy leads others to; leave it out, or set profile = "production"'
            )
        return self

    @model_validator(mode="after")
    def _proxied(self) -> Self:
        """A proxy shows who it is, by the socket or by TLS; what clients call the hub, only an operator knows."""
        if self.tls and self.server.socket:
            raise ValueError(
                "server.socket is for a proxy that ends TLS, [tls] for a hub that ends it: set one of them"
            )
        if self.server.tcp_port is None and self.oauth.origin is None:
            raise ValueError("server.socket needs oauth.origin, by which clients know the hub through the proxy")
        if self.proxy.certificates and not self.tls:
            raise ValueError("proxy.certificates needs [tls]: a proxy proves itself in the handshake")
        if self.proxy.client_authorities and not self.server.socket:
            raise ValueError("proxy.client_authorities is for a hub on server.socket; with [tls] they stand there")
        return self

    @model_validator(mode="after")
    def _issuers_apart(self) -> Self:
        """Nobody else speaks in the hub's name, and nobody has two mandates."""
        urls = [each.url.rstrip("/") for each in self.oauth.issuers]
        if self.origin in urls:
            raise ValueError(f"oauth.issuers: {self.origin} is this hub itself")
        if len(set(urls)) < len(urls):
            raise ValueError("oauth.issuers: a url stands twice")
        return self

    @model_validator(mode="after")
    def _people_to_sign_in(self) -> Self:
        """The explorer is for people, whom somebody has to know."""
        if self.portal is not None and self.oauth.people is None:
            raise ValueError("portal needs oauth.people: people sign in to the explorer")
        return self

    @model_validator(mode="after")
    def _bound_tokens(self) -> Self:
        """In production a token is worth nothing without its key, and nobody is taken at his word."""
        if self.development:
            return self
        if any(each.bearer for each in self.oauth.issuers):
            raise ValueError("oauth.issuers: plain bearer tokens are for development; bind them (DPoP, mutual TLS)")
        if self.oauth.people is not None and self.oauth.people.named:
            raise ValueError("oauth.people.named: people who sign in by their name alone are for development")
        return self

    @property
    def origin(self) -> str:
        """Scheme and authority under which clients know the hub: what it is called in tokens."""
        host = f"[{self.server.host}]" if ":" in self.server.host else self.server.host
        return self.oauth.origin or f"{'https' if self.tls else 'http'}://{host}:{self.server.tcp_port}"

    @property
    def client_authorities(self) -> Path | None:
        """The file of the CAs by whose certificates clients may prove themselves."""
        return self.tls.client_authorities if self.tls else self.proxy.client_authorities

    @property
    def shown(self) -> Introspection:
        """Return how much of the schema introspection shows."""
        if self.introspection is None:
            return Introspection.ALL if self.development else Introspection.NONE
        return self.introspection

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


def _require_secure(what: str, url: str) -> str:
    parts = urlsplit(url)
    if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname))):
        raise ValueError(f"{what} {url} is not an https address")
    return url


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
