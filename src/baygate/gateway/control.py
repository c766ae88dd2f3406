"""The control plane: what the hub answers of itself, for one caller, out of what is in force.

Rules:

1. What is told of access is the explanation of the caller's own, for a purpose that he names or his token's.
2. Of the contract no more is told than the caller's schema shows him, and what the catalogue tells everybody.
3. Trust lists are told to everybody who may ask, as they are in force; whom they let in is told to nobody but himself.
4. Accesses are told to the agency whose records were given, if it has the scope, and to nobody else.
5. Why nothing at all is in force is for the operator to know (``readyz``, the log): a caller is told that it is so.
"""

import datetime
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from typing import Any

from graphql import GraphQLError, GraphQLObjectType, GraphQLSchema, is_abstract_type

from baygate.access import decision
from baygate.access.access import Access
from baygate.access.catalogue import Entry, catalogue
from baygate.access.compile import Who, compiled, who
from baygate.access.decision import Transform
from baygate.access.documents import root
from baygate.access.documents.in_force import nothing
from baygate.access.documents.policy import Outcome
from baygate.access.documents.rules import InForce
from baygate.access.documents.trust import TakenList
from baygate.access.explain import explain
from baygate.access.explanation import Answer
from baygate.access.facts import Facts
from baygate.access.principal import Principal, Recognised
from baygate.access.purposes import PURPOSES
from baygate.access.scopes import Requirement
from baygate.audit.accesses import Filters
from baygate.contract import control, evidence
from baygate.contract.codes import Jurisdiction
from baygate.contract.scalars import AgencyId, PartyId
from baygate.gateway import trust_lists
from baygate.gateway.evidence import AuditReader, providers_of
from baygate.gateway.recorded import recorded

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}", re.ASCII)
_NOTHING = "No policies are in force now: everything is withheld."
_KINDS: Mapping[type[Transform], control.TransformKind] = {
    decision.Mask: control.TransformKind.MASK,
    decision.TruncateDate: control.TransformKind.TRUNCATE,
    decision.TruncateCode: control.TransformKind.TRUNCATE,
    decision.Hash: control.TransformKind.HASH,
    decision.Generalise: control.TransformKind.GENERALISE,
    decision.Nullify: control.TransformKind.NULL,
}


@dataclass(frozen=True)
class Control:
    """Answers the entry points of ``contract.control`` by methods of their names.

    ``who`` is the principal as policies see him, ``demanded`` the scopes that the contract demands
    (``scopes.requirements``), ``schema`` the one that the caller may see, ``lists`` the trust lists in force.
    """

    principal: Principal
    in_force: InForce
    who: Who
    facts: Facts
    demanded: Mapping[str, Mapping[str, Requirement]]
    schema: GraphQLSchema
    lists: tuple[TakenList, ...] = ()
    clock: Callable[[], datetime.datetime] = lambda: datetime.datetime.now(datetime.UTC)
    audit: AuditReader | None = None

    def me(self) -> control.Caller:
        """Return who the hub takes the caller for."""
        caller = self.principal
        known = self.in_force.root.by_id.get(caller.agency) if self.in_force.root else None
        agency = _agency(known) if known else _unknown_agency(caller.agency, self.who.jurisdiction)
        return control.Caller(
            client=caller.client,
            person=caller.person,
            agency=agency,
            party=PartyId(caller.party) if caller.party is not None else None,
            roles=sorted(caller.roles),
            scopes=sorted(caller.scopes),
            purpose=caller.purpose,
            legal_basis=caller.legal_basis,
            case_no=caller.case_no,
            assurance=caller.assurance,
            recognition=_recognition(caller.recognition) if caller.recognition else None,
        )

    def access(self, *, type_name: str, field_name: str, purpose: str | None = None) -> control.FieldAccess:
        """Return whether the caller would get a field, and why; raise GraphQLError (BAD_USER_INPUT)."""
        self._check_coordinate(type_name, field_name)
        asking = self.who if purpose is None else replace(self.who, purpose=self.registered(purpose))
        known, facts = _about(type_name, field_name, self.known, self.facts)
        explanation = explain(known, asking, facts, self.demanded, (type_name, field_name))
        access = compiled(known, asking, facts)
        return control.FieldAccess(
            coordinate=explanation.coordinate,
            purpose=asking.purpose,
            given=explanation.given,
            sentence=explanation.sentence(),
            answers=[_answer(each, access, type_name, field_name) for each in explanation.answers],
        )

    def catalogue(
        self, *, owner: str | None = None, first: int, after: str | None = None
    ) -> list[control.CatalogueEntry]:
        """Return what is shared; raise GraphQLError (POLICIES_UNAVAILABLE) if nothing at all is in force."""
        if self.in_force.problems:
            raise _error("POLICIES_UNAVAILABLE", _NOTHING)
        wanted = (
            each
            for each in catalogue(self.in_force)
            if (owner is None or each.owner.id == owner) and (after is None or each.policy_id > after)
        )
        return [_entry(each) for each in islice(wanted, first)]

    def trust_lists(self) -> list[control.TrustList]:
        """Return the trust lists in force; raise GraphQLError (POLICIES_UNAVAILABLE) if nothing at all is."""
        if self.in_force.problems:
            raise _error("POLICIES_UNAVAILABLE", _NOTHING)
        return self._told_lists

    async def accesses(
        self,
        *,
        first: int,
        after: str | None = None,
        party: str | None = None,
        purpose: str | None = None,
        **conditions: Any,
    ) -> list[evidence.RecordedAccess]:
        """Return who was given records of the caller's agency; raise GraphQLError (FORBIDDEN, BAD_USER_INPUT)."""
        if evidence.READ not in self.principal.scopes:
            raise _error("FORBIDDEN", f"The token lacks the scope {evidence.READ}.")
        if self.audit is None:
            return []
        purpose = None if purpose is None else self.registered(purpose)
        providers = providers_of(self.principal, self.in_force.root)
        filters = Filters(providers, subject=party, purpose=purpose, **conditions)
        return await recorded(self.audit, filters, first, after)

    @property
    def known(self) -> InForce:
        """What is in force, as a caller may know of it (rule 5)."""
        return nothing(_NOTHING) if self.in_force.problems else self.in_force

    def coordinates(self) -> Iterator[tuple[str, str]]:
        """Yield each field that policies decide about and that the caller may know of (rule 2)."""
        every = ((name, field) for name, known in self.facts.types.items() for field in known.fields)
        yield from (each for each in every if self._told(*each))

    def registered(self, purpose: str) -> str:
        """Return a purpose of the registry; raise GraphQLError (BAD_USER_INPUT) if it is none."""
        registry: Iterable[str] = self.in_force.root.purposes if self.in_force.root else PURPOSES
        if purpose not in registry:
            raise _error("BAD_USER_INPUT", f"The purpose is not in the registry: {', '.join(registry)}.")
        return purpose

    @cached_property
    def _told_lists(self) -> list[control.TrustList]:
        # once a request, however many names it asks for them by
        now = self.clock()
        return [trust_lists.told(each, now) for each in self.lists]

    def _check_coordinate(self, type_name: str, field_name: str) -> None:
        if not (_NAME.fullmatch(type_name) and _NAME.fullmatch(field_name)):
            raise _error("BAD_USER_INPUT", "type and field are names of the contract, such as CreditRating and grade.")
        shown = self.schema.get_type(type_name)
        if shown is not None and is_abstract_type(shown):
            concrete = ", ".join(sorted(each.name for each in self.schema.get_possible_types(shown)))
            raise _error(
                "BAD_USER_INPUT",
                f"{type_name} has no rows of its own, and decisions are taken on concrete types: ask for {concrete}.",
            )
        if self.facts.field(type_name, field_name) is None or not self._told(type_name, field_name):
            raise _error(
                "BAD_USER_INPUT",
                f"{type_name}.{field_name} is no field that policies decide about: name a type of records and a field "
                "of it as the contract does.",
            )

    def _told(self, type_name: str, field_name: str) -> bool:
        """Whether the caller's schema shows him a field, or the catalogue tells everybody of it."""
        shown = self.schema.get_type(type_name)
        visible = isinstance(shown, GraphQLObjectType) and field_name in shown.fields
        return visible or (type_name, field_name) in self._listed

    @cached_property
    def _listed(self) -> frozenset[tuple[str, str]]:
        return frozenset(each for policy in self.in_force.policies.values() for each in policy.coordinates())


def without_policies(principal: Principal, schema: GraphQLSchema) -> Control:
    """Return the control plane of a hub where nothing is in force."""
    known = nothing(_NOTHING)
    return Control(principal, known, who(principal, known), Facts({}, frozenset()), {}, schema)


def _about(type_name: str, field_name: str, in_force: InForce, facts: Facts) -> tuple[InForce, Facts]:
    """Return what is in force and known of one type and its one field: all that decides it, and little to compile.

    A request can ask about many fields.
    """
    known = facts.types[type_name]
    owners = (
        replace(
            each,
            grants=tuple(rule for rule in each.grants if rule.rule.type == type_name),
            denials=tuple(rule for rule in each.denials if rule.rule.type == type_name),
        )
        for each in in_force.owners
    )
    only = replace(known, fields={field_name: known.fields[field_name]})
    return replace(in_force, owners=tuple(owners)), Facts({type_name: only}, facts.interfaces)


def _error(code: str, message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": code})


def _agency(known: root.Agency) -> control.Agency:
    return control.Agency(
        id=AgencyId(known.id),
        name=known.name,
        name_en=known.name_en,
        jurisdiction=Jurisdiction.of(known.jurisdiction),
        region=known.region,
    )


def _recognition(known: Recognised) -> control.CallerRecognition:
    return control.CallerRecognition(
        party=PartyId(known.party),
        jurisdiction=Jurisdiction.of(known.jurisdiction),
        entry=known.entry,
        list_sequence=known.list_sequence,
        assurance=known.assurance,
        certificate=known.certificate,
        good_until=known.good_until,
    )


def _unknown_agency(name: str, jurisdiction: str) -> control.Agency:
    return control.Agency(
        id=AgencyId(name), name=None, name_en=None, jurisdiction=Jurisdiction.of(jurisdiction), region=None
    )


def _answer(answer: Answer, access: Access, type_name: str, field_name: str) -> control.ProviderAccess:
    transforms: list[control.TransformKind] = []
    if answer.outcome is not Outcome.WITHHOLD:
        decided = access.decide(type_name, field_name)
        # providers are named together only if the very same rules decide for them
        first = decided.of(answer.providers[0]) if answer.providers else decided.otherwise
        transforms = [_KINDS[type(each.transform)] for each in first.releases if each.transform is not None]
    return control.ProviderAccess(
        providers=[AgencyId(each) for each in answer.providers],
        outcome=control.AccessOutcome(answer.outcome),
        reason=answer.reason,
        policies=[control.PolicyVersion(policy_id=name, version=version) for name, version in answer.documents],
        rules=list(answer.rules),
        transforms=list(dict.fromkeys(transforms)),
        would_help=control.AccessHelp(scopes=list(answer.scopes), purposes=list(answer.purposes)),
    )


def _entry(entry: Entry) -> control.CatalogueEntry:
    terms = [
        control.SharingTerms(
            type=each.type,
            fields=list(each.fields),
            purposes=list(each.purposes),
            scopes=list(each.scopes),
            obligations=list(each.obligations),
            legal_basis=each.legal_basis,
        )
        for each in entry.terms
    ]
    return control.CatalogueEntry(
        catalogue_id=entry.catalogue_id,
        title=entry.title,
        view=entry.view,
        owner=_agency(entry.owner),
        share_class=control.ShareClass(entry.share_class),
        update_frequency=control.UpdateFrequency(entry.update_frequency),
        legal_basis=entry.legal_basis,
        terms=terms,
        not_shared=[
            control.NotShared(
                type=each.type, fields=list(each.fields), reason=each.reason, legal_basis=each.legal_basis
            )
            for each in entry.not_shared
        ],
        policy_id=entry.policy_id,
        version=entry.version,
        digest=entry.digest,
        valid_from=entry.valid_from,
        valid_until=entry.valid_until,
    )
