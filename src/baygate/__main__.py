"""``python -m baygate``."""

from baygate.cli import main

main()
