"""The sample world's policies and trust lists: signed with the example keys, and published for the demo.

``python -m baygate.sample.policies`` (``make policies``) brings ``policies/`` up to date with its readable sources:

1. A source's ``schemaHash`` is made right for the contract. If its bytes are not those that were signed, it becomes the
   next version, and names the digest of the one before.
2. What was signed is written only if the source changed or it does not verify any more: each ECDSA signature is
   another one, and nothing would be gained by new ones.
3. An owner's manifest follows if it does not list exactly his policies as they are.
4. Trust lists (``trust-lists/``) are signed by coordinating bodies, in the same way.
5. Policies may speak of what Hong Kong's company register contributes, which the demo registers as a source.
6. Nothing is written that the hub would not take: its rules are checked, and its tests run, first.
"""

import argparse
import base64
import contextlib
import datetime
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from joserfc.jwk import ECKey

from baygate.access.documents.envelope import Envelope, SigningIdentity, document_digest, read, sign
from baygate.access.documents.library import published, publishing
from baygate.access.documents.policy import EVERY
from baygate.access.documents.refusal import Refused
from baygate.access.documents.trust import Trusted
from baygate.access.facts import Facts
from baygate.contract.schema import graphql_schema
from baygate.sample.agencies import HONG_KONG_REGISTRY
from baygate.sample.log_keys import log_keys
from baygate.sources.bindings import resident_binding
from baygate.sources.composition import Subgraph, compose
from baygate.sources.facts import facts_of
from baygate.sources.registered import SupergraphUnusable, contributed, hub
from baygate.sources.supergraph.contributions import contributions
from baygate.sources.supergraph.join import read as read_supergraph
from baygate.storage import documents, sources
from baygate.storage.database import Database
from baygate.storage.sources import StoredSource, StoredSupergraph

ROOT_FILE = "root.jws"
MANIFEST_FILE = "manifest.jws"
TRUST_LISTS = "trust-lists"
COORDINATORS = ("root-government-service", "root-gba-office")
"""The two of the three coordinating bodies that sign the example root and trust lists; it takes two."""
_DATES = {"notBefore": "2026-11-01T00:00:00Z", "expires": "2035-11-01T00:00:00Z"}


async def publish(dsn: str, directory: Path) -> list[str]:
    """Publish what is signed in a directory, under the root there; return the names of those documents that are new.

    What was published before is left alone, also if there are newer versions of it by now. What they say of registered
    sources is checked. Raise Refused.
    """
    root, texts = _signed_in(directory)
    now = datetime.datetime.now(datetime.UTC)
    connection = await Database(dsn).connect()
    try:
        joined = await sources.in_force(connection)
        async with connection.transaction():
            await documents.lock(connection)
            stored = await documents.every(connection)
            known = {each.digest for each in stored}
            unknown = [each for each in texts if read(each).digest not in known]
            if not unknown:
                return []
            trusted = publishing(root, stored, _facts(*joined), now)
            new = published(trusted, unknown, now)
            await documents.add(connection, new, "baygate demo")
    finally:
        await connection.close()
    return [each.name for each in new]


def bring_up_to_date(directory: Path, certificates: Path) -> Iterator[Path]:
    """Sign what has to be signed in ``directory``, with the keys in ``certificates``; yield each file that is written.

    Raise Refused, with a note that names the source.
    """
    workshop = _Workshop(directory, certificates, with_register(), datetime.datetime.now(datetime.UTC))
    yield from workshop.root()
    root, _ = _signed_in(directory)
    trusted = Trusted(root, workshop.facts, workshop.now)
    for owner in sorted(each for each in directory.iterdir() if each.is_dir() and each.name != TRUST_LISTS):
        yield from workshop.policies(owner, trusted)
        yield from workshop.manifest(owner, trusted)
    yield from workshop.trust_lists(trusted)


def _facts(supergraph: StoredSupergraph | None, registered: list[StoredSource]) -> Facts:
    """Return what policies can speak of in hubs on a database, which go by the contract alone where they must."""
    try:
        found = contributed(supergraph, registered)
    except SupergraphUnusable:
        found = None
    return facts_of(found.schema if found else graphql_schema(), resident_binding(), found)


@cache
def with_register() -> Facts:
    """Return what policies can speak of where Hong Kong's company register is a source of the hub."""
    from baygate.sample.hong_kong_register import schema  # noqa: PLC0415 - a server of its own: only where it is needed

    text = compose([hub(), Subgraph(HONG_KONG_REGISTRY, "", schema.as_str())])
    found = contributions(graphql_schema(), read_supergraph(text), {HONG_KONG_REGISTRY: HONG_KONG_REGISTRY})
    return facts_of(found.schema, resident_binding(), found)


@dataclass(frozen=True)
class _Workshop:
    """Where sources are signed, with what, and when."""

    directory: Path
    certificates: Path
    facts: Facts
    now: datetime.datetime

    def root(self) -> Iterator[Path]:
        """Sign the root document, which names the authority and certifies the keys of the audit log that there are."""
        source = self.directory / "root.json"
        authority = _certificate(self.certificates / "ca.pem").public_bytes(Encoding.DER)
        text = _with(source.read_text(encoding="utf-8"), "anchors", [base64.b64encode(authority).decode()])
        text = _with(text, "logKeys", log_keys(self.certificates))
        before = _before(source)
        if before is not None and before.content()["anchors"] != json.loads(text)["anchors"]:
            # nobody can sign for the authority before: trust begins anew
            text, before = _with(_with(text, "version", 1), "prev", None), None
        by = [self._identity(each) for each in COORDINATORS]
        yield from self._write(source, _following(text, before), by, self._take_root)

    def policies(self, owner: Path, trusted: Trusted) -> Iterator[Path]:
        """Sign an owner's policies."""
        by = [self._identity(owner.name)]
        for source in _sources(owner):
            text = source.read_text(encoding="utf-8")
            text = _with(text, "schemaHash", self.facts.schema_hash(_coordinates(json.loads(text))))
            yield from self._write(
                source,
                _following(text, _before(source)),
                by,
                lambda envelope: trusted.update_policy(envelope, self.now),
            )

    def manifest(self, owner: Path, trusted: Trusted) -> Iterator[Path]:
        """Sign the manifest that lists an owner's policies."""
        source = owner / MANIFEST_FILE.replace(".jws", ".json")
        listed = [_listed(each.with_suffix(".jws").read_bytes()) for each in _sources(owner)]
        before = _before(source)
        said: Mapping[str, Any] = before.content() if before else {}
        sequence = said.get("sequence", 0) + (said.get("policies") != listed)
        document = {
            "spec": 1,
            "kind": "manifest",
            "owner": owner.name,
            "sequence": sequence,
            **{name: said.get(name, default) for name, default in _DATES.items()},
            "policies": listed,
        }
        text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
        by = [self._identity(owner.name)]
        yield from self._write(source, text, by, lambda envelope: trusted.update_manifest(envelope, self.now))

    def trust_lists(self, trusted: Trusted) -> Iterator[Path]:
        """Sign the trust lists."""
        by = [self._identity(each) for each in COORDINATORS]
        for source in sorted((self.directory / TRUST_LISTS).glob("*.json")):
            before = _before(source)
            if before is not None:
                with contextlib.suppress(Refused):  # it may only end what the one before says
                    trusted.update_list(before.text, self.now, remembered=True)
            text = _following(source.read_text(encoding="utf-8"), before, "sequence")
            yield from self._write(source, text, by, lambda envelope: trusted.update_list(envelope, self.now))

    def _take_root(self, envelope: bytes) -> object:
        return Trusted(envelope, self.facts, self.now)

    def _write(
        self, source: Path, text: str, by: Iterable[SigningIdentity], take: Callable[[bytes], object]
    ) -> Iterator[Path]:
        """Write a source and what is signed of it, where they are not what they should be; yield what was written."""
        signed, before = source.with_suffix(".jws"), _before(source)
        if before is None or before.payload != text.encode() or not _holds(before.text, take):
            envelope = sign(text.encode(), by)
            try:
                take(envelope)
            except Refused as refused:
                refused.add_note(str(source))
                raise
            signed.write_bytes(envelope)
            yield signed
        if not source.exists() or source.read_text(encoding="utf-8") != text:
            source.write_text(text, encoding="utf-8")
            yield source

    def _identity(self, name: str) -> SigningIdentity:
        key = ECKey.import_key((self.certificates / f"{name}.key.pem").read_bytes())
        return SigningIdentity(_certificate(self.certificates / f"{name}.pem"), (), key)


def _signed_in(directory: Path) -> tuple[bytes, list[bytes]]:
    return (directory / ROOT_FILE).read_bytes(), [each.read_bytes() for each in sorted(directory.glob("*/*.jws"))]


def _sources(owner: Path) -> list[Path]:
    return sorted(each for each in owner.glob("*.json") if each.stem != "manifest")


def _before(source: Path) -> Envelope | None:
    """Return what was signed of a source; None if that is nothing, or cannot be read."""
    signed = source.with_suffix(".jws")
    try:
        return read(signed.read_bytes()) if signed.exists() else None
    except Refused:
        return None


def _following(text: str, before: Envelope | None, counted: str = "version") -> str:
    """Return a source as the next version, if it is not the one that was signed."""
    if before is None or before.payload == text.encode():
        return text
    return _with(_with(text, counted, before.content()[counted] + 1), "prev", before.digest)


def _with(text: str, member: str, value: Any) -> str:
    """Return a source with another value of one of its own members, which stands in a line; the rest as it was."""
    line = re.compile(rf'^(  "{member}": ).*?(,?)$', re.MULTILINE)
    replaced, times = line.subn(lambda found: f"{found[1]}{json.dumps(value)}{found[2]}", text)
    if times != 1:
        raise ValueError(f"{member} stands {times} times on a line of its own; two spaces, once, is what is expected")
    return replaced


def _coordinates(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for rule in (*document.get("grants", ()), *document.get("denials", ())):
        yield from ((rule["type"], name) for name in rule["fields"] if name != EVERY)


def _listed(envelope: bytes) -> dict[str, Any]:
    payload = read(envelope).payload
    document = json.loads(payload)
    return {"policyId": document["policyId"], "version": document["version"], "hash": document_digest(payload)}


def _holds(envelope: bytes, take: Callable[[bytes], object]) -> bool:
    try:
        take(envelope)
    except Refused:
        return False
    return True


def _certificate(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def main() -> None:
    """Bring the policies of the repository up to date, and say what was written."""
    parser = argparse.ArgumentParser(description="Sign the example policies with the example keys.")
    parser.add_argument("--policies", type=Path, default=Path("policies"))
    parser.add_argument("--certificates", type=Path, default=Path("certs.example"))
    said = parser.parse_args()
    try:
        written = [str(each) for each in bring_up_to_date(said.policies, said.certificates)]
    except Refused as refused:
        sys.exit(f"{' '.join(refused.__notes__)} is refused at the step {refused}. What stands before it is signed.")
    sys.stdout.write("".join(f"{each}\n" for each in written) or "All is signed as it is.\n")


if __name__ == "__main__":
    main()
