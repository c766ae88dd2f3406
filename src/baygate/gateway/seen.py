"""What an answer holds: of which agencies' rows, about whom, of which types, and how many."""

from collections import Counter
from collections.abc import Mapping, Sequence

from baygate.sources.resident.facts import Marks

Rows = Mapping[str, Mapping[str, Mapping[str, int]]]
"""By the agency that published them (``provider``), the party that they are about and their concrete type: how many.

The party is "" where rows are about none. An entry point that gives a verdict on rows, and a remote source's that gives
a value, stand under their coordinate instead of a type (``Query.verifyAccount``), and so do rows that are only counted
(``MainlandEnterprise.creditRatings``). There 0 says that somebody asked and there was nothing to tell, of the agencies
whose rows it might have been (``sources.resident.facts``, rule 6).
"""


class Seen:
    """Counts the rows of one answer."""

    def __init__(self) -> None:
        self._counted: dict[bytes, dict[bytes, int]] = {}
        """By party, then by type and provider as a fact has them."""

    def take(self, text: bytes, marks: Marks) -> bytes:
        """Return the text of a statement without the facts in it (``sources.resident.facts``), which are counted.

        A row that names no party is of that of the last that did, in whose object it stands.
        """
        parts = text.split(marks.fact.encode())
        if len(parts) == 1:
            return text
        facts, naming = parts[1::2], marks.party.encode()
        counted = Counter(facts)
        # as of most answers, which are about one party: what its object holds is in it, in whatever order
        if naming in facts[0] and sum(naming in each for each in counted) == counted[facts[0]] == 1:
            of_party = self._named(facts[0], marks)
            del counted[facts[0]]
            for fact, number in counted.items():
                of_party[fact] = of_party.get(fact, 0) + number
        else:
            self._count(facts, marks)
        return b"".join(parts[::2])

    def _count(self, facts: Sequence[bytes], marks: Marks) -> None:
        """Count facts in their order."""
        naming = marks.party.encode()
        of_party = self._counted.setdefault(b"", {})
        for fact in facts:
            if naming in fact:
                of_named = self._named(fact, marks)
                of_party = of_party if fact.endswith(naming) else of_named
            else:
                of_party[fact] = of_party.get(fact, 0) + 1

    def _named(self, fact: bytes, marks: Marks) -> dict[bytes, int]:
        """Count a fact that names a party; return what is counted of that one."""
        what, _, party = fact.partition(marks.party.encode())
        what, _, number = what.partition(marks.number.encode())
        of_named = self._counted.setdefault(party, {})
        of_named[what] = of_named.get(what, 0) + (int(number) if number else 1)
        return of_named

    def add(self, type_name: str, provider: str, party: str) -> None:
        """Count a row that no statement told of."""
        of_party = self._counted.setdefault(party.encode(), {})
        fact = f"{type_name} {provider}".encode()
        of_party[fact] = of_party.get(fact, 0) + 1

    def rows(self) -> Rows:
        """Return what was counted, in one order whatever the order of the answer."""
        told = []
        for party, facts in self._counted.items():
            for fact, number in facts.items():
                type_name, _, provider = fact.decode().partition(" ")
                told.append((provider, party.decode(), type_name, number))
        rows: dict[str, dict[str, dict[str, int]]] = {}
        for provider, about, type_name, number in sorted(told):
            rows.setdefault(provider, {}).setdefault(about, {})[type_name] = number
        return rows
