"""An issuing CA as tests set one up: what it issues, revokes and publishes, and how a trust list names it."""

import datetime
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

from tests.access.signing import entry
from tests.partner import Partner, b64
from tests.publisher import Publisher, gives

from baygate.sample.authority import Authority, Issued, Subject, Terms, Validity
from baygate.sample.openssl import Algorithm

HOUR, DAY = datetime.timedelta(hours=1), datetime.timedelta(days=1)
ARC = "2.16.344.8.2.2008.810.2.9.1"
POLICY = f"{ARC}.2026.1.1"
TYPE = "Test e-Cert (Organisational)"
SCOPES = ["identity:read", "credit:read"]
ADMITS = {"scopes": SCOPES, "purposes": ["TRADE_FACILITATION", "PARTY_VERIFICATION"], "roles": ["PLATFORM"]}
_numbers = count(1)


def now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC).replace(microsecond=0)


def named(number: str, *, type_name: str = TYPE, country: str = "HK", common_name: str = "A Company") -> Subject:
    """Return the subject of a company's certificate; its number may be anything, or nothing."""
    numbers = (("OU", number),) if number else ()
    return (("C", country), ("O", type_name), *numbers, ("CN", common_name))


@dataclass(frozen=True)
class Chain:
    """An issuing CA below its root, and where the two publish."""

    name: str
    root: Authority
    issuing: Authority
    publisher: Publisher
    deltas: bool = False
    """Whether the list says where its delta CRLs are."""

    @property
    def path(self) -> str:
        """Where its complete CRL is."""
        return f"/{self.name}/complete.crl"

    @property
    def delta_path(self) -> str:
        """Where its delta CRL is, if there is one."""
        return f"/{self.name}/delta.crl"

    @property
    def responder_path(self) -> str:
        """Where its OCSP responder is, which all its certificates name."""
        return f"/{self.name}/ocsp"

    def issue(
        self,
        number: str,
        *,
        validity: Validity | None = None,
        policy: str = POLICY,
        algorithm: Algorithm | None = None,
        **about: Any,
    ) -> Issued:
        """Issue a company's certificate."""
        validity = validity or Validity(now() - DAY, now() + 30 * DAY)
        terms = Terms(validity, (policy,), ocsp=self.publisher.url(self.responder_path))
        return self.issuing.issue(f"leaf-{next(_numbers)}", named(number, **about), algorithm, terms)

    def partner(self, number: str, client_id: str | None = None, **said: Any) -> Partner:
        """Issue a certificate to a company, such as ``BRN70812345`` of Hong Kong, which then comes with it."""
        name = client_id or f"hk-{number.removeprefix('BRN').lower()}"
        return Partner(name, certificate=self.issue(number, **said))

    def revoke(self, partner: Partner) -> None:
        """Put a certificate on the next CRL."""
        self.issuing.revoke(partner.issued, "keyCompromise", now())

    def crl(self, age: datetime.timedelta = HOUR, lasts: datetime.timedelta = DAY, *, delta: bool = False) -> bytes:
        """Return a new CRL, which was issued so long ago and is good from now on for so long."""
        return self.issuing.crl(now() - age, now() + lasts, delta=delta)

    def publish(self, crl: bytes | None = None) -> None:
        """Let the server give a CRL: this one, or one of now."""
        self.publisher.answers[self.path] = gives(crl or self.crl(datetime.timedelta(0)))

    def entry(self, name: str, /, **changes: Any) -> dict[str, Any]:
        """Return an entry for what this CA issues, which admits whoever comes."""
        own = {
            "root": fingerprint(self.root),
            "issuing": fingerprint(self.issuing),
            "typeName": {"attribute": "O", "value": TYPE},
            "policy": {"arc": ARC},
            "admits": ADMITS,
        }
        return entry(name, **own | changes)

    def authorities(self) -> Iterator[dict[str, Any]]:
        """Yield how a list names its CAs."""
        url = self.publisher.url
        yield {"certificate": b64(self.root.identity.der), "crls": [url(f"/{self.root.directory.name}.crl")]}
        yield {
            "certificate": b64(self.issuing.identity.der),
            "crls": [url(self.path), *([url(self.delta_path)] if self.deltas else ())],
            "responders": [url(self.responder_path)],
        }


def fingerprint(authority: Authority) -> str:
    return hashlib.sha256(authority.identity.der).hexdigest()
