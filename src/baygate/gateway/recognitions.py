"""Recognitions as one worker makes them: judged off the event loop, recorded before anybody is believed by them.

1. A certificate whose judgement stands costs a look at a table. Another one, and each anew when a CRL or a list has
   changed, is judged by the one thread that does nothing else; who comes while too many wait, or waits for too long, is
   told to come again.
2. Whoever is recognised is recorded, with the evidence, before the token that rests on it leaves the hub.
3. A token that was given to the holder of a certificate is good for as long as the certificate is recognised: each
   request looks, and what is not known any more is read from the record and judged anew.
"""

import asyncio
import datetime
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

import asyncpg

from baygate.access.documents.trust import TakenList
from baygate.gateway.revocation import RevocationData, problems
from baygate.oauth.recognised import RecognitionUnavailable
from baygate.recognition.certificate import Certificate, from_der
from baygate.recognition.judgement import Judgement, Recognition
from baygate.recognition.recogniser import Recogniser
from baygate.storage import recognitions
from baygate.storage.errors import StorageError
from baygate.storage.recognitions import NewRecognition

log = logging.getLogger("baygate.recognitions")

_MOST_WAITING = 64
"""Certificates that wait to be judged."""
_PATIENCE = 5.0
_AT_ONCE = 2
"""Connections to the record, however many requests come with certificates that this worker has not seen."""
_KEPT = 10_000


class Recognitions:
    """Judges and records certificates for one worker."""

    def __init__(
        self,
        recogniser: Recogniser,
        revocation: RevocationData,
        connect: Callable[[], Awaitable[asyncpg.Connection]],
        operator: str,
    ) -> None:
        self._recogniser = recogniser
        self._revocation = revocation
        self._connect = connect
        self._operator = operator
        self._thread = ThreadPoolExecutor(1, "recognition")
        self._judging: dict[str, asyncio.Task[Judgement]] = {}
        self._recorded: dict[str, tuple[str, datetime.datetime]] = {}
        self._certificates: dict[str, Certificate] = {}
        self._reading = asyncio.Semaphore(_AT_ONCE)

    def start(self) -> None:
        """Begin to keep revocation data up to date."""
        self._revocation.start()

    async def close(self) -> None:
        """Stop."""
        await self._revocation.close()
        self._thread.shutdown(wait=False, cancel_futures=True)

    def take_lists(self, lists: tuple[TakenList, ...]) -> None:
        """Judge by these trust lists from now on."""
        self._recogniser.take_lists(lists)
        self._revocation.follow(lists)

    @property
    def problems(self) -> list[str]:
        """What stops recognition, in words for the operator."""
        return problems(self._recogniser.lists, self._recogniser.known, _now())

    @property
    def ready(self) -> bool:
        """Whether the worker knows of revocations what was known before it began."""
        return self._revocation.looked

    def remembered(self, fingerprint: str) -> Judgement | None:
        """Return how a certificate was judged, if that still stands: what costs nothing."""
        return self._recogniser.remembered(fingerprint, _now())

    async def judged(self, certificate: Certificate) -> Judgement:
        """Judge a certificate; raise RecognitionUnavailable."""
        known = self.remembered(certificate.fingerprint)
        if known is not None:
            return known
        task = self._judging.get(certificate.fingerprint)
        if task is None:
            if len(self._judging) >= _MOST_WAITING:
                raise RecognitionUnavailable
            task = self._judging[certificate.fingerprint] = asyncio.create_task(self._judge(certificate))
            task.add_done_callback(lambda _: self._judging.pop(certificate.fingerprint, None))
        try:
            async with asyncio.timeout(_PATIENCE):
                return await asyncio.shield(task)
        except TimeoutError:
            raise RecognitionUnavailable from None

    async def of(self, fingerprint: str) -> Judgement | None:
        """Judge a certificate that was recognised once, by its fingerprint, as ``judged``; None if none was."""
        known = self.remembered(fingerprint)
        if known is not None:
            return known
        certificate = self._certificates.get(fingerprint) or await self._read(fingerprint)
        return None if certificate is None else await self.judged(certificate)

    async def record(self, recognition: Recognition) -> None:
        """Record a recognition with its evidence; at once if it was recorded as it is."""
        fingerprint, known_by = recognition.certificate.fingerprint, (recognition.list_digest, recognition.at)
        if self._recorded.get(fingerprint) == known_by:
            return
        new = await asyncio.to_thread(_new, recognition)
        async with self._connection() as connection:
            await recognitions.record(connection, new, self._operator)
        if len(self._recorded) >= _KEPT:
            self._recorded.clear()
        self._recorded[fingerprint] = known_by

    async def _read(self, fingerprint: str) -> Certificate | None:
        """Read a certificate that was recognised once, by whichever worker; None if there is none."""
        async with self._reading:
            known = self._certificates.get(fingerprint)
            if known is not None:
                return known
            async with self._connection() as connection:
                der = await recognitions.certificate(connection, fingerprint)
        certificate = from_der(der) if der is not None else None
        if certificate is None or certificate.fingerprint != fingerprint:
            return None
        if len(self._certificates) >= _KEPT:
            self._certificates.clear()
        self._certificates[fingerprint] = certificate
        return certificate

    async def _judge(self, certificate: Certificate) -> Judgement:
        loop = asyncio.get_running_loop()
        try:
            judgement = await loop.run_in_executor(self._thread, self._recogniser.judge, certificate, _now())
        except Exception as error:  # whoever it is, nobody is recognised by it, and nobody else is kept waiting
            log.exception("the certificate %s cannot be judged", certificate.fingerprint)
            raise RecognitionUnavailable from error
        if judgement.responders:
            self._revocation.ask(certificate, judgement.issuing, judgement.responders)
        return judgement

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[asyncpg.Connection]:
        try:
            async with asyncio.timeout(_PATIENCE):
                connection = await self._connect()
                try:
                    yield connection
                finally:
                    await connection.close()
        except (OSError, TimeoutError, StorageError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise RecognitionUnavailable from error


def _new(recognition: Recognition) -> NewRecognition:
    certificate, entry = recognition.certificate, recognition.entry
    return NewRecognition(
        party_id=recognition.party,
        jurisdiction=recognition.jurisdiction,
        entry=entry.id,
        list_digest=recognition.list_digest,
        list_sequence=recognition.list_sequence,
        type_name=entry.type_name.value,
        assurance=recognition.assurance,
        subject=certificate.subject,
        issuer=certificate.issuer,
        serial_number=f"{certificate.parsed.serial_number:x}",
        not_before=certificate.begins,
        not_after=certificate.ends,
        recognised_at=recognition.at,
        good_until=recognition.good_until,
        der=certificate.der,
        evidence=recognition.evidence,
        revocations={
            **{each.digest: ("crl", each.der) for each in recognition.crls},
            **{each.digest: ("ocsp", each.der) for each in recognition.responses},
        },
    )


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
