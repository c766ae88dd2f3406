"""Accesses as the contract tells them (``contract.evidence``)."""

from collections.abc import Mapping

import strawberry
from graphql import GraphQLError

from baygate.audit.accesses import Access, Filters
from baygate.contract.codes import Jurisdiction
from baygate.contract.evidence import AccessedRows, AccessedSubject, AccessStatus, RecordedAccess
from baygate.contract.scalars import AgencyId, PartyId
from baygate.gateway.evidence import AuditReader

_LONGEST_INDEX = 18


async def recorded(reader: AuditReader, filters: Filters, first: int, after: str | None) -> list[RecordedAccess]:
    """Return a page of accesses; raise GraphQLError (BAD_USER_INPUT)."""
    if after is not None and not (after.isascii() and after.isdigit() and len(after) <= _LONGEST_INDEX):
        raise GraphQLError(
            "after is not the index of an access; give that of the last one of the page before.",
            extensions={"code": "BAD_USER_INPUT"},
        )
    found = await reader.accesses(filters, None if after is None else int(after), first)
    return [_told(each) for each in found]


def _told(access: Access) -> RecordedAccess:
    return RecordedAccess(
        id=strawberry.ID(access.record),
        index=strawberry.ID(str(access.leaf)),
        at=access.at,
        client=access.client or "",
        agency=AgencyId(access.agency or ""),
        party=PartyId(access.party) if access.party else None,
        jurisdiction=Jurisdiction.of(access.jurisdiction or ""),
        purpose=access.purpose or "",
        legal_basis=access.basis,
        case_no=access.case,
        operation=access.operation or "",
        operation_name=access.name,
        provider=AgencyId(access.provider),
        subjects=[_subject(party, rows) for party, rows in access.subjects.items()],
        released=list(access.released),
        masked=list(access.masked),
        conditional=list(access.conditional),
        withheld=list(access.withheld),
        policies=str(access.policies),
        status=AccessStatus((access.status or "failed").upper()),
    )


def _subject(party: str, rows: Mapping[str, int]) -> AccessedSubject:
    told = [AccessedRows(type=name, count=count) for name, count in rows.items()]
    return AccessedSubject(party=PartyId(party) if party else None, rows=told)
