"""Revocation data, brought up to date in the background: no request ever waits for an authority's server.

1. The addresses are those of the trust lists in force: CRLs of their authorities, and of responders those that both a
   certificate and its authority's entry name. Nothing that a client sends is an address that the hub goes to.
2. One worker of a machine fetches CRLs, each ``interval``; all of them look twice a second at the files that it keeps,
   and judge by what is new there. A server that takes long holds up no other.
3. What is fetched is bounded in size and time, is followed nowhere else, and is kept only if it is the authority's, and
   newer than what is kept: also over restarts, nothing old takes the place of news.
4. A responder is asked about a certificate from the moment on that it was presented, until nobody has presented it for
   an hour.
"""

import asyncio
import contextlib
import datetime
import hashlib
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import monotonic

import httpx2
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from baygate.access.documents.trust import TakenList
from baygate.access.documents.trust_list import ListedAuthority, Proof
from baygate.gateway.errands import Errands
from baygate.recognition import revocation
from baygate.recognition.certificate import Certificate
from baygate.recognition.recogniser import Recogniser
from baygate.recognition.revocation import BadRevocationData, Crl, Known, Response
from baygate.storage.revocation_files import CRL, RESPONSE, RevocationFiles

log = logging.getLogger("baygate.revocation")

_LOOK = 0.5
"""Seconds between two looks at the files."""
_PATIENCE = 10.0
_AT_ONCE = 16
_FORGOTTEN = 3_600.0
"""Seconds after which nobody asks any more about a certificate that nobody has presented."""
_MOST_ASKED = 10_000
_SKEW = datetime.timedelta(minutes=1)
"""By how much an authority's clock may be ahead: what is of a later time counts for nothing, and would hide others."""
_FAILURES = (httpx2.HTTPError, httpx2.InvalidURL, OSError, TimeoutError, ValueError, BadRevocationData)


_Age = tuple[datetime.datetime, int]


@dataclass
class _Question:
    """A certificate that responders are asked about."""

    certificate: Certificate
    issuing: bytes
    responders: tuple[str, ...]
    presented: float
    asked: float = float("-inf")

    @property
    def file(self) -> str:
        return self.certificate.fingerprint + RESPONSE

    def request(self) -> bytes:
        """Return what a responder is asked (RFC 6960, section 4.1); raise ValueError, UnsupportedAlgorithm."""
        issuer = x509.load_der_x509_certificate(self.issuing)
        builder = ocsp.OCSPRequestBuilder().add_certificate(self.certificate.parsed, issuer, hashes.SHA1())  # noqa: S303
        return builder.build().public_bytes(Encoding.DER)

    def read(self, body: bytes) -> Response:
        """Read an answer; raise BadRevocationData."""
        issuer = x509.load_der_x509_certificate(self.issuing)
        return revocation.read_response(body, self.certificate.parsed, issuer)


class RevocationData:
    """Keeps what one worker's recogniser knows of revocations up to date."""

    def __init__(
        self,
        directory: Path,
        interval: float,
        recogniser: Recogniser,
        client: Callable[[], httpx2.AsyncClient] | None = None,
    ) -> None:
        self._files = RevocationFiles(directory)
        self._interval = interval
        self._recogniser = recogniser
        self._client = client or _client
        self._authorities: tuple[ListedAuthority, ...] = ()
        self._questions: dict[str, _Question] = {}
        self._other_lists, self._other_questions = asyncio.Event(), asyncio.Event()
        self._followed = False
        self.looked = False
        """Whether what was kept from before has been taken in."""
        self._errands = Errands(_AT_ONCE)
        self._leading = contextlib.ExitStack()
        self._leads = False
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin."""
        self._tasks = [
            asyncio.create_task(self._watch()),
            asyncio.create_task(self._refresh(self._other_lists, self._fetch_all)),
            asyncio.create_task(self._refresh(self._other_questions, self._ask_all)),
        ]

    async def close(self) -> None:
        """Stop."""
        for each in self._tasks:
            each.cancel()
        await self._errands.close()  # none of them may be left when the client is closed
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._leading.close()

    def follow(self, lists: Sequence[TakenList]) -> None:
        """Fetch, from now on, for the authorities of these lists."""
        self._authorities = tuple(each for taken in lists for each in taken.document.authorities)
        self._files.forget()
        self._followed = True
        self._other_lists.set()

    def ask(self, certificate: Certificate, issuing: bytes, responders: tuple[str, ...]) -> None:
        """Ask responders about a certificate that was presented: soon, and then each interval."""
        known = self._questions.get(certificate.fingerprint)
        if known is not None:
            known.presented = monotonic()
            return
        if len(self._questions) >= _MOST_ASKED:
            self._questions.pop(next(iter(self._questions)))
        question = _Question(certificate, issuing, responders, monotonic())
        self._questions[certificate.fingerprint] = question
        self._files.forget(question.file)
        self._other_questions.set()

    async def look(self) -> None:
        """Take in the files that have changed."""
        changed, followed = self._files.changed(), self._followed
        if changed:
            if any(name.endswith(CRL) for name in changed):
                changed |= self._files.every(CRL)  # a delta CRL may have waited for the one that it builds on
            known = await asyncio.to_thread(self._read, changed, self._recogniser.known)
            self._recogniser.take_known(known)
        self.looked = self.looked or followed

    async def _watch(self) -> None:
        while True:
            try:
                await self.look()
            except Exception:  # whatever it is, to look no more would be to miss what is revoked
                log.exception("the revocation data in %s could not be read", self._files.directory)
            await asyncio.sleep(_LOOK)

    async def _refresh(self, due: asyncio.Event, begin: Callable[[httpx2.AsyncClient], None]) -> None:
        """Begin to fetch each interval, and when it is due before."""
        async with self._client() as client:
            while True:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._interval):
                        await due.wait()
                due.clear()
                try:
                    begin(client)
                except Exception:
                    log.exception("revocation data could not be refreshed")

    def _fetch_all(self, client: httpx2.AsyncClient) -> None:
        """Fetch all CRLs, if this worker is the one of its machine that does: the first that could, until it ends."""
        if not self._leads:
            with contextlib.ExitStack() as trying:
                self._leads = trying.enter_context(self._files.alone())
                self._leading = trying.pop_all() if self._leads else self._leading
        for authority in self._authorities if self._leads else ():
            for address in authority.crls:
                fetch = partial(self._fetch_crl, client, authority, address)
                self._errands.begin(_name(authority, address), fetch)

    async def _fetch_crl(self, client: httpx2.AsyncClient, authority: ListedAuthority, address: str) -> None:
        name = _name(authority, address)
        try:
            body = revocation.crl_der(await _body(client.stream("GET", address), revocation.LARGEST))
            await asyncio.to_thread(self._keep_newer, name, body, lambda each: _age_of_crl(each, authority.der))
        except _FAILURES as error:
            log.warning("no CRL from %s: %s", address, error or type(error).__name__)

    def _ask_all(self, client: httpx2.AsyncClient) -> None:
        now = monotonic()
        self._questions = {name: each for name, each in self._questions.items() if now - each.presented < _FORGOTTEN}
        for each in self._questions.values():
            if now - each.asked >= self._interval:
                self._errands.begin(each.file, partial(self._ask, client, each))

    async def _ask(self, client: httpx2.AsyncClient, question: _Question) -> None:
        question.asked = monotonic()
        try:
            asked = question.request()
        except (ValueError, UnsupportedAlgorithm) as error:
            log.warning("no responder can be asked about %s: %s", question.certificate.fingerprint, error)
            return
        headers = {"content-type": "application/ocsp-request"}
        for address in question.responders:
            try:
                request = client.stream("POST", address, content=asked, headers=headers)
                body = await _body(request, revocation.LARGEST_RESPONSE)
                await asyncio.to_thread(
                    self._keep_newer, question.file, body, lambda each: (question.read(each).this_update, 0)
                )
            except _FAILURES as error:
                log.warning("no OCSP response from %s: %s", address, error or type(error).__name__)
            else:
                return

    def _keep_newer(self, name: str, body: bytes, age: Callable[[bytes], _Age]) -> None:
        """Keep what was fetched, unless what is kept is as new; raise BadRevocationData if it is no authority's."""
        found, kept = age(body), self._files.kept(name)
        if found[0] > datetime.datetime.now(datetime.UTC) + _SKEW:
            raise BadRevocationData(f"it is of {found[0]:%Y-%m-%d %H:%M:%S} UTC, which is to come")
        with contextlib.suppress(*_FAILURES):
            if kept is not None and age(kept) >= found:
                return
        self._files.keep(name, body)

    def _read(self, files: dict[str, bytes], known: Known) -> Known:
        crls: list[Crl] = []
        for name, body in files.items():
            try:
                if name.endswith(CRL):
                    crls += self._crls(revocation.crl_der(body))
                elif question := self._questions.get(name.removesuffix(RESPONSE)):
                    known = known.with_response(question.read(body))
            except _FAILURES as error:
                log.warning("%s is not taken: %s", name, error)
        return known.with_crls(crls)

    def _crls(self, body: bytes) -> Iterable[Crl]:
        """Return a CRL for each listed authority that has signed it: one, as a rule."""
        refused: BadRevocationData | None = None
        found = []
        for authority in {each.fingerprint: each for each in self._authorities}.values():
            try:
                found.append(revocation.read_crl(body, authority.der))
            except BadRevocationData as error:
                refused = error
        if not found and refused is not None:
            raise refused
        return found


def problems(lists: Sequence[TakenList], known: Known, now: datetime.datetime) -> list[str]:
    """Return in words of which authorities there is no CRL that still counts, though entries cannot do without."""
    told = []
    for document in (taken.document for taken in lists):
        needed = {each.root for each in document.entries if each.root != each.issuing}
        needed |= {each.issuing for each in document.entries if each.revocation.by is Proof.CRL}
        for authority in (document.by_fingerprint[each] for each in sorted(needed)):
            held = known.crls.get(authority.fingerprint, ())
            if not any(now < each.next_update for each in held):
                subject = x509.load_der_x509_certificate(authority.der).subject.rfc4514_string()
                state = "the newest CRL is overdue" if held else "there is no CRL"
                told.append(f"{document.jurisdiction}: of {subject} {state}: what it issued is not recognised.")
    return told


def _age_of_crl(body: bytes, authority: bytes) -> _Age:
    crl = revocation.read_crl(body, authority)
    return crl.this_update, crl.number


def _name(authority: ListedAuthority, address: str) -> str:
    """Return the name of the file with an authority's CRL from an address."""
    return f"{authority.fingerprint[:16]}-{hashlib.sha256(address.encode()).hexdigest()[:16]}{CRL}"


def _client() -> httpx2.AsyncClient:
    return httpx2.AsyncClient(timeout=_PATIENCE, follow_redirects=False, trust_env=False)


async def _body(request: contextlib.AbstractAsyncContextManager[httpx2.Response], largest: int) -> bytes:
    """Return what a server answers; raise BadRevocationData if that is no success, or too much."""
    async with asyncio.timeout(3 * _PATIENCE), request as response:
        if response.status_code != httpx2.codes.OK:
            raise BadRevocationData(f"it answers {response.status_code}")
        body = bytearray()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > largest:
                raise BadRevocationData(f"it sends more than {largest} bytes")
        return bytes(body)
