"""``baygate policy``: write, check, sign and publish what agencies grant, and see what it gives to whom."""

import click

from baygate.cli.console import Commands

COMMANDS = {
    "new": "baygate.cli.policy_write",
    "manifest": "baygate.cli.policy_write",
    "lint": "baygate.cli.policy_check",
    "test": "baygate.cli.policy_check",
    "diff": "baygate.cli.policy_compare",
    "replay": "baygate.cli.policy_compare",
    "explain": "baygate.cli.policy_explain",
    "sign": "baygate.cli.policy_sign",
    "verify": "baygate.cli.policy_sign",
    "publish": "baygate.cli.policy_publish",
    "log": "baygate.cli.policy_publish",
    "accept-rollback": "baygate.cli.policy_publish",
}


@click.group(cls=Commands, modules=COMMANDS)
def policy() -> None:
    """Write, check, sign and publish policies, and see what they give to whom.

    A policy's way: new, lint and test, diff and replay; sign it, and a manifest that lists it; publish both. It takes
    effect within a second, in every hub on the database. Without a database, new, lint, test, sign and verify work
    on files alone; of remote sources they know then what --supergraph says.
    """
