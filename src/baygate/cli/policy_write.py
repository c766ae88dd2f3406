"""``baygate policy new`` and ``manifest``: sources to begin with, which somebody reads, completes and signs."""

import datetime
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from baygate.access.documents.draft import TO_DO
from baygate.access.documents.envelope import document_digest, read
from baygate.access.documents.manifest import Manifest
from baygate.access.documents.model import interpreted, moment_text
from baygate.access.documents.policy import PolicyDocument, ShareClass
from baygate.access.documents.refusal import Refused
from baygate.access.facts import OBJECT, Facts
from baygate.cli.console import Failure
from baygate.cli.db import config_option, dsn_option
from baygate.cli.policy_files import SIGNED, DocumentFile, document_of
from baygate.cli.policy_governed import SupergraphFile, supergraph_options
from baygate.cli.policy_store import governed_by, named, now, run
from baygate.oauth.clients import JURISDICTIONS
from baygate.storage import documents
from baygate.storage.documents import MANIFEST, POLICY, StoredDocument
from baygate.storage.errors import StorageError

directory_option = click.option(
    "--directory", type=click.Path(path_type=Path, file_okay=False), default=Path("policies"), show_default=True,
    help="Where sources are, in a directory for each owner.",
)  # fmt: skip
force_option = click.option("--force", is_flag=True, help="Write over a source that is there.")


@click.command()
@click.argument("name", metavar="OWNER/NAME")
@click.option("--type", "types", multiple=True, metavar="TYPE", help="A concrete type to grant fields of; repeat.")
@click.option("--field", "fields", multiple=True, help="A field; repeat. Unless given: all but personal ones.")
@click.option("--agency", "agencies", multiple=True, help="An agency to grant them to; repeat.")
@click.option(
    "--jurisdiction", "jurisdictions", multiple=True, type=click.Choice(JURISDICTIONS), help="To whom; repeat."
)
@click.option("--role", "roles", multiple=True, help="A role of those to grant them to; repeat.")
@click.option("--purpose", "purposes", multiple=True, metavar="CODE", help="What they may be asked for; repeat.")
@click.option("--scope", "scopes", multiple=True, help="A scope that it takes; repeat.")
@click.option("--share-class", type=click.Choice(list(ShareClass)), default=ShareClass.CONDITIONAL, show_default=True)
@click.option("--catalogue", default=TO_DO, help="Number in the catalogue of government data.")
@click.option("--basis", default=f"{TO_DO}: the law or agreement that it rests on", help="The legal basis.")
@click.option("--days", type=click.IntRange(1), default=90, show_default=True, help="How long it lasts.")
@directory_option
@force_option
@supergraph_options
@config_option
@dsn_option
def new(
    name: str, days: int, directory: Path, supergraph: SupergraphFile | None, config: Path | None, dsn: str | None,
    *, force: bool, **said: Any,
) -> None:  # fmt: skip
    """Write the source of OWNER/NAME, to be completed, checked and signed.

    If there is a version already, published in the database or signed in the .jws beside, it is the next one: all that
    it said, and the grants of --type besides.
    """
    owner, _, rest = name.partition("/")
    if not owner or not rest:
        raise Failure(f"{name!r} is no name of a policy.", "Write the owner, a slash, and what it is called.")
    path = directory / owner / f"{rest}.json"
    before = _before(POLICY, name, path, config, dsn)
    document: dict[str, Any] = _first(owner, name, said) if before is None else json.loads(before.payload)
    document |= _dates(days)
    if before is not None:
        document |= {"version": before.version + 1, "prev": before.digest}
    elif not said["types"]:
        raise Failure("Nothing is granted.", "Give --type and --agency, as often as there are types and recipients.")
    facts = governed_by(supergraph, config, dsn).facts
    _check_fields(said["types"], said["fields"], facts)
    taken = {each["id"] for each in (*document["grants"], *document.get("denials", ()))}
    ids = (f"g{number}" for number in range(1, 1_000) if f"g{number}" not in taken)
    document["grants"] = [*document["grants"], *(_grant(type_, next(ids), said, facts) for type_ in said["types"])]
    document["schemaHash"] = facts.schema_hash(
        (each["type"], field)
        for each in (*document["grants"], *document.get("denials", ()))
        for field in each["fields"]
        if field != "*"
    )
    # nothing is lost of a source that is the very one of the version before
    known = before is not None and path.exists() and document_digest(path.read_bytes()) == before.digest
    _write(path, document, PolicyDocument, force=force or known)
    click.echo(f"{path}: version {document['version']}. Complete it, and then: baygate policy lint {path}")


@click.command()
@click.argument("owner")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="[FILE]...")
@click.option("--sequence", type=click.IntRange(1), help="Unless given: the one after the manifest before.")
@click.option("--days", type=click.IntRange(1), default=7, show_default=True, help="How long it lasts.")
@directory_option
@force_option
@config_option
@dsn_option
def manifest(
    owner: str, files: tuple[Path, ...], sequence: int | None, days: int, directory: Path, config: Path | None,
    dsn: str | None, *, force: bool,
) -> None:  # fmt: skip
    """Write OWNER's manifest: the signed policies (.jws) given, and all that the manifest before lists besides.

    What it lists is in force together, once it is signed and published. Without any FILE it prolongs the one before.
    """
    path = directory / owner / "manifest.json"
    before = _before(MANIFEST, owner, path, config, dsn)
    listed = {} if before is None else {each["policyId"]: each for each in json.loads(before.payload)["policies"]}
    listed |= {each["policyId"]: each for each in map(_listed, files)}
    if before is not None and sequence is not None and sequence <= before.version:
        raise Failure(
            f"The manifest before has sequence {before.version}: the next is higher.", "Leave out --sequence."
        )
    if sequence is None:
        sequence = 1 if before is None else before.version + 1
    policies = [listed[name] for name in sorted(listed)]
    document = {
        "spec": 1,
        "kind": "manifest",
        "owner": owner,
        "sequence": sequence,
        **_dates(days),
        "policies": policies,
    }
    # a manifest's source is written anew each time: nobody completes it
    _write(path, document, Manifest, force=force or before is not None)
    for each in policies:
        click.echo(f"{each['policyId']} version {each['version']}")
    click.echo(f"{path}: sequence {sequence}. Sign it: baygate policy sign {path} --certificate ... --key ...")


def _first(owner: str, name: str, said: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "spec": 1,
        "owner": owner,
        "policyId": name,
        "version": 1,
        "prev": None,
        "notBefore": "",
        "expires": "",
        "schemaHash": "",
        "catalogueId": said["catalogue"],
        "shareClass": str(said["share_class"]),
        "grants": [],
        "denials": [],
        "tests": [],
    }


def _check_fields(types: Iterable[str], fields: Iterable[str], facts: Facts) -> None:
    """Raise Failure if a type is not governed, or a field belongs to none of the types."""
    governed = facts.types
    for each in types:
        if each not in governed:
            raise Failure(f"{each} is no type that policies speak of.", f"Known: {', '.join(sorted(governed))}")
    known = {name for each in types for name in governed[each].fields}
    if set(fields) - known:
        unknown = ", ".join(sorted(set(fields) - known))
        raise Failure(f"{', '.join(types) or 'No type'} has no field {unknown}.", f"Known: {', '.join(sorted(known))}")


def _grant(type_name: str, rule: str, said: Mapping[str, Any], facts: Facts) -> dict[str, Any]:
    """Return a grant of a type, as the options say; raise Failure."""
    known = facts.types[type_name]
    default = [name for name, each in known.fields.items() if not each.personal and each.kind != OBJECT]
    to = {"agencies": said["agencies"], "jurisdictions": said["jurisdictions"], "roles": said["roles"]}
    if not any(to.values()):
        raise Failure("Nobody is named to grant it to.", "Give --agency, --jurisdiction or --role.")
    return {
        "id": rule,
        "type": type_name,
        "fields": [name for name in said["fields"] if name in known.fields] or default,
        "to": {criterion: list(names) for criterion, names in to.items() if names},
        "purposes": list(said["purposes"]),
        "scopes": list(said["scopes"]),
        "legalBasis": said["basis"],
    }


def _dates(days: int) -> dict[str, str]:
    begins = now().replace(microsecond=0)
    return {
        "notBefore": moment_text(begins),
        "expires": moment_text(begins + datetime.timedelta(days=days)),
    }


def _listed(path: Path) -> dict[str, Any]:
    found = document_of(path)
    if found.kind != POLICY or found.envelope is None:
        raise Failure(f"{path} is not a signed policy.", f"A manifest lists signed policies ({SIGNED}).")
    return {"policyId": found.name, "version": found.version, "hash": found.digest}


def _before(kind: str, name: str, path: Path, config: Path | None, dsn: str | None) -> DocumentFile | None:
    """Return the newest version there is, of those published and the signed one beside the source."""
    signed = path.with_suffix(SIGNED)
    beside = document_of(signed) if signed.exists() else None
    published = max((each for each in _stored(config, dsn) if (each.kind, each.name) == (kind, name)),
                    key=lambda each: each.version, default=None)  # fmt: skip
    if published is None or (beside is not None and beside.version > published.version):
        return beside
    envelope = read(published.body)
    model: type[Manifest | PolicyDocument] = Manifest if kind == MANIFEST else PolicyDocument
    return DocumentFile(Path(f"{kind} {name}"), envelope.payload, kind, interpreted(envelope.payload, model), envelope)


def _stored(config: Path | None, dsn: str | None) -> Iterable[StoredDocument]:
    """Return what was published; nothing if no database is named, or none can be reached."""
    if not named(config, dsn):
        return ()
    try:
        return run(config, dsn, documents.every)
    except StorageError as error:
        click.echo(f"Mind: what was published is not known: {error.what}", err=True)
        return ()


def _write(path: Path, document: Mapping[str, Any], model: Any, *, force: bool) -> None:
    """Write a source, unless it would be a malformed one or in the place of another; raise Failure."""
    text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    try:
        interpreted(text.encode(), model)
    except Refused as refused:
        raise Failure(f"That is not how such a document can be: {refused.reason}.") from None
    if path.exists() and not force:
        raise Failure(f"{path} is there already.", "Edit it, or write over it with --force.")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
