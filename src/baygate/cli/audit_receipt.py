"""``baygate audit verify-receipt``: what a record proves, from a file and the root document alone."""

from pathlib import Path

import click

from baygate.audit.receipt import Evidence, Refuted, Step, prove, read_evidence, read_header
from baygate.cli.audit_trust import trusted_root
from baygate.cli.console import Failure
from baygate.cli.db import config_option
from baygate.cli.policy_files import bytes_of, required_root, root_option

_ADVICE = {
    Step.FORM: "Get it anew, from /audit/receipts/ and the id of the record.",
    Step.RECORD: "Get it anew, from /audit/receipts/ and the id of the record.",
    Step.RECEIPT: "Give the Baygate-Receipt of this very answer, and the root document that is in force.",
    Step.HEAD: "Give the root document that is in force (--root): it names the keys of all times.",
    Step.INCLUSION: "Whoever gave it to you cannot prove it. Ask the hub's operator.",
    Step.BODY: "The body is hashed as it was before any content coding, to the byte.",
}


@click.command(name="verify-receipt")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--receipt", metavar="HEADER-OR-FILE", help="Baygate-Receipt, as it came with the answer.")
@click.option("--body", type=click.Path(path_type=Path), help="The answer, as it came.")
@click.option("--stamped-by", type=click.Path(path_type=Path), help="Authorities (PEM) whose time stamp is believed.")
@root_option
@config_option
def verify_receipt(
    file: Path, receipt: str | None, body: Path | None, stamped_by: Path | None, root: Path | None, config: Path | None
) -> None:
    """Verify FILE, which GET /audit/receipts/{id} gave: that the log holds the record, and what the record says.

    No hub and no database is asked. The root document is all that is believed.
    """
    certified = trusted_root(required_root(root, config))
    try:
        header = read_header(_header(receipt)) if receipt is not None else None
        answer = bytes_of(body) if body is not None else None
        given = read_evidence(bytes_of(file))
        proven = prove(given, certified, header, answer)
    except Refuted as refuted:
        raise Failure(f"{file} proves nothing: it fails at the step {refuted}.", _ADVICE[refuted.step]) from None
    for line in proven.told():
        click.echo(line)
    if stamped_by is not None:
        click.echo(_stamped(given, stamped_by))


def _stamped(given: Evidence, authorities: Path) -> str:
    """Tell when the head was there by somebody else's word; raise Failure."""
    from baygate.audit.timestamp import BadTimestamp, anchors_of, verified  # noqa: PLC0415 - it takes a moment

    if given.timestamp is None:
        raise Failure("There is no time stamp among it.", "Ask for the evidence again: not every head has one.")
    try:
        at = verified(given.timestamp, given.head, anchors_of(authorities))
    except BadTimestamp as error:
        raise Failure(f"The time stamp proves nothing: {error}.", "The rest holds without it.") from None
    return f"A time-stamping authority has seen this head at {at:%Y-%m-%d %H:%M:%S} UTC."


def _header(given: str) -> str:
    """Return what was given, or what is in the file of that name."""
    if "=" not in given:
        return bytes_of(Path(given)).decode(errors="replace")
    return given
