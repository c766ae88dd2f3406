"""The resident source: the four views bound to their tables."""

from functools import cache

from baygate.sources.binding import Binding, assemble
from baygate.sources.bindings import clearance, credit, filings, identity


@cache
def resident_binding() -> Binding:
    """Assemble the binding of the four views, once."""
    return assemble(
        objects=(*identity.OBJECTS, *credit.OBJECTS, *filings.OBJECTS, *clearance.OBJECTS),
        abstracts=(*identity.ABSTRACTS, *filings.ABSTRACTS),
        roots={**identity.ROOTS, **credit.ROOTS, **filings.ROOTS, **clearance.ROOTS},
    )
