"""What hubs under test sign their audit log with: the sample world's keys, which root documents made here certify."""

from pathlib import Path

from baygate.sample.log_keys import install, log_keys

EXAMPLES = Path(__file__).resolve().parent.parent / "certs.example"
LOG_KEYS = log_keys(EXAMPLES)


def give_log_keys(keys: Path) -> None:
    """Put them among a hub's keys."""
    install(EXAMPLES, keys)
