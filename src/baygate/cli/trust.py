"""``baygate trust``: trust lists, which say whose certificates are recognised, from signing to their history."""

import click

from baygate.cli.console import Commands

COMMANDS = {
    "new": "baygate.cli.trust_write",
    "list": "baygate.cli.trust_show",
    "show": "baygate.cli.trust_show",
    "sign": "baygate.cli.policy_sign",
    "publish": "baygate.cli.policy_publish",
    "verify": "baygate.cli.trust_verify",
    "history": "baygate.cli.trust_history",
}
"""``sign`` and ``publish`` are those of ``baygate policy``: they serve every document."""


@click.group(cls=Commands, modules=COMMANDS)
def trust() -> None:
    """Sign and publish trust lists, and see whose certificates they recognise.

    One list a jurisdiction, signed by those whom the root document names for it. The next one has the next sequence,
    names the digest of the one before, and keeps its entries: all that it can do to them is end them. It takes effect
    within a second, in every hub on the database.
    """
