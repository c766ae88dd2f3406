"""Trust lists as the hub tells of them: those in force, with whoever signed them, for everybody who has a token."""

import datetime
from collections.abc import Mapping

from cryptography import x509

from baygate.access.documents import trust_list
from baygate.access.documents.envelope import read
from baygate.access.documents.trust import TakenList
from baygate.contract import control
from baygate.contract.codes import Jurisdiction
from baygate.recognition.entry import within


def told(taken: TakenList, now: datetime.datetime) -> control.TrustList:
    """Return what is told of a list that is in force ``now``."""
    document = taken.document
    subjects = {
        fingerprint: x509.load_der_x509_certificate(each.der).subject.rfc4514_string()
        for fingerprint, each in document.by_fingerprint.items()
    }
    return control.TrustList(
        jurisdiction=Jurisdiction.of(document.jurisdiction),
        scheme=control.TrustListScheme(document.scheme),
        title=document.title,
        sequence=document.sequence,
        issued_at=document.issued_at,
        next_update=document.next_update,
        digest=taken.digest,
        signers=sorted(each.subject for each in read(taken.text).signers),
        entries=[_entry(each, subjects, now) for each in document.entries],
    )


def _entry(entry: trust_list.Entry, subjects: Mapping[str, str], now: datetime.datetime) -> control.TrustListEntry:
    admits = entry.admits
    return control.TrustListEntry(
        id=entry.id,
        name=entry.name,
        valid_from=entry.valid_from,
        valid_until=entry.valid_until,
        valid=within(entry, now),
        root_subject=subjects[entry.root],
        root_fingerprint=entry.root,
        issuing_subject=subjects[entry.issuing],
        issuing_fingerprint=entry.issuing,
        type_name=entry.type_name.value,
        policy_arc=entry.policy.arc,
        assurance=entry.assurance,
        revocation=control.RevocationProof(entry.revocation.by),
        freshness=entry.revocation.freshness,
        admits_scopes=list(admits.scopes) if admits else [],
        admits_purposes=list(admits.purposes) if admits else [],
    )
