"""Documents as files: readable sources (``.json``), and beside each what was signed of it (``.jws``)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import click

from baygate.access.documents.envelope import LARGEST, Envelope, document_digest, read
from baygate.access.documents.manifest import Manifest
from baygate.access.documents.model import content, interpreted
from baygate.access.documents.policy import PolicyDocument
from baygate.access.documents.refusal import Refused, Step
from baygate.access.documents.root import RootDocument
from baygate.access.documents.trust_list import TrustList
from baygate.access.jose import BadToken, parsed
from baygate.cli.console import Failure
from baygate.settings import SettingsError, load
from baygate.storage.documents import MANIFEST, POLICY, ROOT, TRUST_LIST

SIGNED = ".jws"
Document = PolicyDocument | Manifest | RootDocument | TrustList
_MODELS: Mapping[str, type[Document]] = {
    POLICY: PolicyDocument,
    MANIFEST: Manifest,
    ROOT: RootDocument,
    TRUST_LIST: TrustList,
}
Result = TypeVar("Result")

root_option = click.option(
    "--root",
    type=click.Path(path_type=Path),
    envvar="BAYGATE_POLICIES__ROOT",
    help="The root document (.jws) that all trust begins with; the settings' one unless given.",
)
files_argument = click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
json_option = click.option("--json", "as_json", is_flag=True, help="As JSON.")


@dataclass(frozen=True)
class DocumentFile:
    """A document in a file: its exact bytes, what they say, and the envelope if it is a signed one."""

    path: Path
    payload: bytes = field(repr=False)
    kind: str
    document: Document
    envelope: Envelope | None = None

    @property
    def digest(self) -> str:
        """What the document is known by."""
        return document_digest(self.payload)

    @property
    def name(self) -> str:
        """What the document is called: the policy's name, or whose manifest or trust list it is."""
        match self.document:
            case PolicyDocument(policy_id=name):
                return name
            case Manifest(owner=owner):
                return f"the manifest of {owner}"
            case TrustList(jurisdiction=jurisdiction):
                return f"the trust list of {jurisdiction}"
            case _:
                return "the root document"

    @property
    def version(self) -> int:
        """Its version; of a manifest or a trust list, its sequence."""
        return self.document.sequence if isinstance(self.document, Manifest) else self.document.version

    @property
    def signed(self) -> Path:
        """Where what was signed of it is, or will be."""
        return self.path.with_suffix(SIGNED)


def opened(path: Path) -> DocumentFile:
    """Read a source or a signed file; raise Refused, or Failure if there is no such file."""
    text = bytes_of(path)
    if path.suffix == SIGNED:
        envelope = read(text)
        kind = _kind(envelope.content())
        return DocumentFile(path, envelope.payload, kind, content(envelope, _MODELS[kind]), envelope)
    if len(text) > LARGEST:
        raise Refused(Step.SIZE, f"the document has {len(text)} bytes; {LARGEST} is the most")
    try:
        kind = _kind(parsed(text))
    except BadToken as error:
        raise Refused(Step.SCHEMA, str(error)) from error
    return DocumentFile(path, text, kind, interpreted(text, _MODELS[kind]))


def document_of(path: Path) -> DocumentFile:
    """Read a source or a signed file; raise Failure."""
    return explained(path, lambda: opened(path))


def policy_of(path: Path) -> PolicyDocument:
    """Read a policy, from its source or from the signed file; raise Failure."""
    found = document_of(path)
    if not isinstance(found.document, PolicyDocument):
        raise Failure(f"{path} is {found.name}, and no policy.", "Name the policies' files, sources or signed.")
    return found.document


def explained(what: object, work: Callable[[], Result]) -> Result:
    """Let a refusal end a command in a line that names the step which failed."""
    try:
        return work()
    except Refused as refused:
        raise refusal(what, refused) from None


def refusal(what: object, refused: Refused) -> Failure:
    """Return a refusal as the command line tells of it."""
    return Failure(f"{what} is refused at the step {refused}.", _ADVICE.get(refused.step, ""))


def bytes_of(path: Path) -> bytes:
    """Read a file; raise Failure."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise Failure(f"{path} cannot be read: {error.strerror}.") from None


def root_path(root: Path | None, config: Path | None) -> Path | None:
    """Return where the root document is: the option's, or the settings' if there are settings."""
    if root is not None:
        return root
    try:
        return load(config).policies.root
    except SettingsError:
        if config is not None:
            raise
        return None  # without a settings file most commands need none


def required_root(root: Path | None, config: Path | None) -> bytes:
    """Return the root document that all trust begins with; raise Failure."""
    path = root_path(root, config)
    if path is None:
        raise Failure("No root document is named.", "Give --root FILE.jws, or set policies.root in the settings.")
    return bytes_of(path)


_ADVICE = {
    Step.ENVELOPE: "It was changed after it was signed, or damaged: get it anew from whoever signed it.",
    Step.CHAIN: "Sign it with a certificate by an authority of the root document that is neither over nor revoked.",
    Step.SIGNER: "Only those whom the root document names for its owner or its jurisdiction may sign it.",
    Step.THRESHOLD: "Let the others sign it too: baygate policy sign",
    Step.SCHEMA: "Correct its source; `baygate policy lint` names what is wrong.",
    Step.VERSION: "See what there is (baygate policy log), and make the version that follows.",
    Step.DATES: "Give it dates that include the time at which it is published.",
    Step.OWNERSHIP: "An agency speaks of its own fields only, which the root document names.",
    Step.RULES: "Correct its source, and sign it again.",
    Step.TESTS: "Correct the rule or the test; `baygate policy test` runs all of them.",
}


def _kind(said: Any) -> str:
    kind = said.get("kind", POLICY) if isinstance(said, Mapping) else None
    if str(kind) not in _MODELS:
        raise Refused(Step.SCHEMA, "it is neither a root, nor a policy, nor a manifest, nor a trust list")
    return str(kind)
