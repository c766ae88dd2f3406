"""Who is told of events."""

import logging
from collections.abc import Iterable
from typing import Protocol

from baygate.observation.events import Event

log = logging.getLogger("baygate.observation")


class Observer(Protocol):
    """Somebody who is told of each event, by whom it happens to; he must not take long."""

    def observe(self, event: Event) -> None:
        """Take note."""
        ...


class Nobody:
    """An observer who takes no note."""

    def observe(self, event: Event) -> None:
        """Do nothing."""


class Readers:
    """Tells several observers. One that fails is left out from then on: what he would have done fails no request."""

    def __init__(self, readers: Iterable[Observer]) -> None:
        self._readers = tuple(readers)

    def observe(self, event: Event) -> None:
        """Tell each."""
        for each in self._readers:
            try:
                each.observe(event)
            except Exception:
                log.exception("%s failed at %s, and is told no more", type(each).__name__, type(event).__name__)
                self._readers = tuple(reader for reader in self._readers if reader is not each)
