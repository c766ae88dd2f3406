"""Everything that is published about one enterprise, and about all of them together."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from baygate.intake.copy import Batch
from baygate.intake.record_kind import RecordKind, Row
from baygate.sample import clearance, credit, filings, identity, reference
from baygate.sample.cases import CASES
from baygate.sample.chance import Chance
from baygate.sample.people import Crowd
from baygate.sample.profile import Profile, common
from baygate.storage.keys import Keys

SEED = 20_161_101
ENTERPRISES = 2_000

Rows = defaultdict[tuple[RecordKind, str], list[Row]]


@dataclass(frozen=True)
class World:
    """The sample world: the same for the same keys and seed, whatever its size and whoever makes which part."""

    keys: Keys
    seed: int = SEED

    def reference(self) -> list[Batch]:
        """Return what is there before any enterprise."""
        return reference.batches()

    def profile(self, index: int) -> Profile:
        """Return the enterprise with this number."""
        return CASES[index] if index < len(CASES) else common(index, Chance(self.seed, 2 * index))

    def slices(self, first: int, last: int, size: int) -> Iterator[tuple[int, list[Batch]]]:
        """Yield the records of the enterprises from ``first`` up to ``last``, ``size`` enterprises at a time."""
        crowd = Crowd(self.seed)
        for start in range(first, last, size):
            end = min(start + size, last)
            yield end - start, self.enterprises(range(start, end), crowd)

    def enterprises(self, indices: range, crowd: Crowd) -> list[Batch]:
        """Return the records of some enterprises, by kind and publisher."""
        rows: Rows = defaultdict(list)
        for index in indices:
            profile = self.profile(index)
            chance = Chance(self.seed, 2 * index + 1)
            identity.publish(profile, chance, self.keys, rows)
            credit.publish(profile, chance, rows)
            filings.publish(profile, chance, rows)
            clearance.publish(profile, chance, crowd, rows)
        return [Batch(kind, provider, of_kind) for (kind, provider), of_kind in rows.items()]
