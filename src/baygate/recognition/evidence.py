"""Which of what is known of revocations counts for a certificate under an entry, and for how long.

1. Evidence counts until it says that there is other (``nextUpdate``); that on the certificate itself also has to be as
   fresh as the entry demands. A delta CRL makes the one that it builds on fresher, but does not make it last longer.
2. One proof is enough where an entry takes either, and none of them lasts longer for the other. What a CRL that counts
   lists is revoked all the same, whatever a responder says, and what a delta CRL lists is; from whenever on.
"""

import datetime
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from cryptography import x509

from baygate.access.documents.trust_list import Entry, ListedAuthority, Proof
from baygate.recognition.certificate import Certificate
from baygate.recognition.path import Evidence
from baygate.recognition.revocation import Crl, Known, Response

_OFF = x509.ReasonFlags.remove_from_crl.name.replace("_", " ")
_UNSAID = datetime.timedelta(minutes=30)
"""For how long an OCSP response counts that does not say when there will be news."""


@dataclass(frozen=True)
class Held:
    """The evidence on one certificate: what its entry lets count, and how things stand with the rest."""

    entry: Entry
    issuing: tuple[Crl, ...]
    """The CRLs of the issuing CA that count."""
    others: tuple[Crl, ...]
    """Those of the CAs above it."""
    responses: tuple[Response, ...]
    missing: str
    """In words, what is not there or does not count any more."""
    unanswered: bool
    """Whether that is nothing but a responder's answer."""

    @property
    def plain(self) -> bool:
        """Whether all that counts are CRLs of the issuing CA which tell of all that it issued.

        Then ``revoked`` looks the certificate up in an index; the path validator would read a list from end to end.
        """
        return self.entry.revocation.by is Proof.CRL and bool(self.issuing) and not any(c.scope for c in self.issuing)

    @property
    def given(self) -> Evidence:
        """What the path validator is given."""
        crls = self.others if self.plain else (*self.issuing, *self.others)
        return Evidence(tuple(each.der for each in crls), tuple(each.der for each in self.responses))

    @property
    def ends(self) -> datetime.datetime:
        """When the first piece of evidence ends that cannot be done without."""
        freshness = _freshness(self.entry)
        said = [_response_end(each, freshness) for each in self.responses]
        own = [_crl_end(group, freshness) for group in _scopes(self.issuing)]
        listed = own if self.entry.revocation.by is not Proof.OCSP else []
        return min([*said, *listed, *(_crl_end(group) for group in _scopes(self.others))])

    def revoked(self, chain: Sequence[bytes]) -> str:
        """Return in words that a certificate of a path was revoked, if a CRL lists it; "" if none does.

        The path validator looks at no CRL where a responder has answered, and at a delta CRL only where the complete
        one says that there are such (RFC 5280, section 5.2.6): here it is the trust list that says so.
        """
        crls = (*self.issuing, *self.others)
        for each, above in pairwise(chain):
            authority = hashlib.sha256(above).hexdigest()
            serial = x509.load_der_x509_certificate(each).serial_number
            for group in _scopes(crl for crl in crls if crl.authority == authority):
                listed = _listed(group, serial)
                if listed is not None:
                    who, since = "it" if each is chain[0] else "a CA of its path", listed.revocation_date_utc
                    return f"{who} was revoked at {_moment(since)} ({_reason(listed)})"
        return ""

    def __str__(self) -> str:
        told = [*(_crl_told(each) for each in self.issuing), *(_response_told(each) for each in self.responses)]
        return f"not revoked, by {', and '.join(told)}"


def held(
    entry: Entry, above: Sequence[ListedAuthority], certificate: Certificate, known: Known, at: datetime.datetime
) -> Held:
    """Return what counts ``at`` a moment; ``above`` are the authorities that stand above the issuing CA."""
    by, freshness = entry.revocation.by, _freshness(entry)
    own, response = known.crls.get(entry.issuing, ()), known.responses.get(certificate.fingerprint)
    fresh = [each for group in _scopes(own) if _counts(group, at, freshness) for each in group]
    said = [response] if response is not None else []
    answered = [each for each in said if each.this_update <= at <= _response_end(each, freshness)]
    higher = {each.fingerprint: _current(known.crls.get(each.fingerprint, ()), at) for each in above}
    lacking = [f"there is no CRL of {_name(each)} that is still good" for each in above if not higher[each.fingerprint]]
    unlisted = by is not Proof.OCSP and not fresh
    unanswered = by is not Proof.CRL and not answered
    missing = (
        *lacking,
        *([_missing("CRL of its issuer", own, freshness)] if unlisted else ()),
        *([_missing("answer of a responder", said, freshness)] if unanswered else ()),
    )
    return Held(
        entry,
        tuple(fresh),
        tuple(each for crls in higher.values() for each in crls),
        tuple(answered) if by is not Proof.CRL else (),
        "; ".join(missing),
        unanswered and not lacking,
    )


def responders(entry: Entry, authority: ListedAuthority, certificate: Certificate) -> tuple[str, ...]:
    """Return the responders to ask about a certificate: those that it names and its issuer's entry lists."""
    if entry.revocation.by is Proof.CRL:
        return ()
    return tuple(each for each in certificate.responders if each in authority.responders)


def _freshness(entry: Entry) -> datetime.timedelta:
    return datetime.timedelta(seconds=entry.revocation.freshness)


def _missing(what: str, there: Sequence[Crl] | Sequence[Response], freshness: datetime.timedelta) -> str:
    newest = max((each.this_update for each in there), default=None)
    if newest is None:
        return f"there is no {what} yet"
    limit = f"and the entry takes none older than {freshness.total_seconds():.0f} seconds"
    return f"the newest {what} is of {_moment(newest)}, {limit}"


def _current(crls: Iterable[Crl], at: datetime.datetime) -> tuple[Crl, ...]:
    return tuple(each for group in _scopes(crls) if _counts(group, at) for each in group)


def _counts(group: Sequence[Crl], at: datetime.datetime, freshness: datetime.timedelta | None = None) -> bool:
    """Return whether there is a complete CRL, which with its delta is of now: neither over, nor yet to come."""
    return group[0].complete and all(each.this_update <= at for each in group) and at <= _crl_end(group, freshness)


def _scopes(crls: Iterable[Crl]) -> Iterator[list[Crl]]:
    """Yield a complete CRL and, after it, its delta."""
    ordered = sorted(crls, key=lambda each: (each.authority, each.scope, not each.complete))
    for _, group in groupby(ordered, key=lambda each: (each.authority, each.scope)):
        yield list(group)


def _crl_end(group: Sequence[Crl], freshness: datetime.timedelta | None = None) -> datetime.datetime:
    """Return until when a complete CRL and its delta count."""
    ends = min(each.next_update for each in group)
    return ends if freshness is None else min(ends, max(each.this_update for each in group) + freshness)


def _response_end(response: Response, freshness: datetime.timedelta) -> datetime.datetime:
    return min(response.next_update or response.this_update + _UNSAID, response.this_update + freshness)


def _listed(group: Sequence[Crl], serial: int) -> x509.RevokedCertificate | None:
    """Return how a CRL lists a certificate, from whenever on: the delta CRL's word goes before the complete one's."""
    for each in reversed(group):
        listed = each.lists(serial)
        if listed is not None:
            return None if _reason(listed) == _OFF else listed
    return None


def _reason(listed: x509.RevokedCertificate) -> str:
    """Return why a certificate is on a list; a delta CRL may also say that it is off it (RFC 5280, section 5.3.1)."""
    try:
        reason = listed.extensions.get_extension_for_class(x509.CRLReason).value.reason
    except x509.ExtensionNotFound:
        return "for a reason that is not told"
    return reason.name.replace("_", " ")


def _name(authority: ListedAuthority) -> str:
    return x509.load_der_x509_certificate(authority.der).subject.rfc4514_string()


def _crl_told(crl: Crl) -> str:
    kind = "CRL" if crl.complete else "delta CRL"
    return f"the {kind} {crl.number} of {_moment(crl.this_update)}, next due {_moment(crl.next_update)}"


def _response_told(response: Response) -> str:
    return f"an OCSP response of {_moment(response.this_update)}"


def _moment(moment: datetime.datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
