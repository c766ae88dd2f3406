"""Auditing: what one worker needs to write the audit log, to keep it, and to tell of it, put together from settings."""

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from baygate.access.documents.root import RootDocument
from baygate.access.documents.trust import TakenList
from baygate.access.jose import PublicKey
from baygate.audit import keys as log_keys
from baygate.audit.integrator import Integrator
from baygate.audit.keys import HEADS, LogKeys
from baygate.audit.recorder import Recorder
from baygate.audit.sealing import Stamp
from baygate.audit.timestamp import Authority, anchors_of
from baygate.gateway.evidence import AuditReader
from baygate.gateway.receipt import PERSON, AuditReceipts
from baygate.gateway.tally import Tally
from baygate.gateway.witness import Witness
from baygate.observation.observer import Observer
from baygate.settings import Settings, TimestampSettings
from baygate.storage.database import Database
from baygate.storage.keys import Keys

_PATIENCE = 10.0


class Auditing:
    """The audit log of one worker; ``root`` is the root document in force."""

    def __init__(
        self,
        settings: Settings,
        keys: Keys,
        tally: Tally,
        root: Callable[[], RootDocument | None],
        observer: Observer,
    ) -> None:
        audit = settings.audit
        if settings.development:
            log_keys.create_first(settings.keys)
        self._keys = LogKeys.read(settings.keys, audit.pkcs11.token_settings() if audit.pkcs11 else None)
        self._root = root
        database = Database(
            settings.database.dsn.get_secret_value(), statement_timeout=_PATIENCE, application_name="baygate audit"
        )
        every = audit.timestamp.interval if audit.timestamp else _PATIENCE
        stamp = _stamp(audit.timestamp) if audit.timestamp else None
        self.recorder = Recorder(database.connect, self._keys.sign_receipt, observer)
        self.witness = Witness(audit.head, self._head_keys)
        self.integrator = Integrator(
            database.connect,
            self._keys.sign_head,
            stamp,
            stamp_every=every,
            observer=observer,
            guard=self.witness.hold,
        )
        self.reader = AuditReader(database.connect, partial(keys.hash, PERSON))
        self.receipts = AuditReceipts(self.recorder, tally, keys, self.witness)

    def take_lists(self, lists: Sequence[TakenList]) -> None:
        """Name these trust lists in records from now on."""
        self.receipts.lists = {each.document.jurisdiction: each.document.sequence for each in lists}

    def start(self) -> None:
        """Begin to put records into the tree."""
        self.integrator.start()

    async def close(self) -> None:
        """Write what waits, put it into the tree, let go of the keys."""
        await self.recorder.close()
        await self.integrator.close()
        await self._keys.close()

    @property
    def problems(self) -> Iterator[str]:
        """What is amiss with the log, while the hub answers all the same."""
        if self.integrator.last_error:
            yield self.integrator.last_error
        yield from self._keys.uncertified(self._root(), datetime.datetime.now(datetime.UTC))

    def _head_keys(self) -> Mapping[str, PublicKey]:
        """Return what heads are signed with: the keys that the root document certifies, and this hub's own."""
        root = self._root()
        certified = {kid: each.public for kid, each in root.log_keys(HEADS).items()} if root else {}
        return {**certified, **self._keys.head_keys}


def _stamp(settings: TimestampSettings) -> Stamp:
    return Authority(settings.url, anchors_of(settings.anchors), settings.policy).stamp
