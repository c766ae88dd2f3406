"""``baygate audit``: the audit log, whether it is whole, what it tells, and how long it is kept."""

import click

from baygate.cli.console import Commands

COMMANDS = {
    "verify": "baygate.cli.audit_verify",
    "verify-receipt": "baygate.cli.audit_receipt",
    "export": "baygate.cli.audit_export",
    "heads": "baygate.cli.audit_heads",
    "prune": "baygate.cli.audit_operate",
    "accept": "baygate.cli.audit_operate",
}


@click.group(cls=Commands, modules=COMMANDS)
def audit() -> None:
    """Verify, export and prune the audit log, and prove single records.

    The log proves itself to whoever has the root document, which certifies the keys that its heads are signed with.
    Keep a head elsewhere now and then (heads --write): a log that was cut is whole in itself.
    """
