"""Unified social credit code, GB 32100-2015: the key of every legal person and organisation of the mainland.

18 characters of ``0123456789ABCDEFGHJKLMNPQRTUWXY`` (no I, O, S, V, Z):

    registration authority (1), class (1), region, GB/T 2260 (6), organisation code, GB 11714 (9), check (1)

The check makes the sum of value x weight divisible by 31, where the weights of the first 17 are 3^i mod 31
and the check's own is 1. 31 is prime, no weight is 0 modulo 31 and no two values are equal modulo 31,
so a change of any one character changes the sum: every single substitution is refused. The first 17 weights
differ, so every exchange of two unlike characters is refused too, except of the first with the last, which
both weigh 1.

Authority and class are letters or digits of the alphabet; which of them are assigned is the authorities' to
extend, so no list is kept here. python-stdnum's ``cn.uscc`` refuses letters there and accepts provinces
that do not exist, so the code is verified here.
"""

from operator import mul

from baygate.contract.identifiers import organisation_code, region
from baygate.contract.identifiers.shape import DIGITS, Shape, part

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""The 31 characters of GB 32100, each at the place of its value."""

NATIONAL_REGION = "100000"
"""The region of what national authorities register (ministries, ICBC), though not in GB/T 2260."""

_EXPECTED = "a digit or a letter other than I, O, S, V, Z"
_STEM_PARTS = (
    part("registration authority", 1, ALPHABET, _EXPECTED),
    part("class", 1, ALPHABET, _EXPECTED),
    part("region", 6, DIGITS, "a digit"),
    part("organisation code", 9, ALPHABET, _EXPECTED),
)
_SHAPE = Shape("USCC", *_STEM_PARTS, part("check character", 1, ALPHABET, _EXPECTED))
_STEM = Shape("USCC without its check character", *_STEM_PARTS)

_WEIGHTS = (*(pow(3, i, 31) for i in range(17)), 1)
_VALUES = bytes.maketrans(ALPHABET.encode(), bytes(range(31)))


def parse(text: str) -> str:
    """Return the 18 characters of a USCC in upper case.

    Raises ``IdentifierError`` for another shape, a wrong check character, or a region whose province (first
    two digits) is not in GB/T 2260; the region ``100000`` of national registrations is accepted. An
    organisation code whose own check fails is no error, see ``warnings``. Source: GB 32100-2015.
    """
    code = _SHAPE.read(text)
    if sum(map(mul, code.encode().translate(_VALUES), _WEIGHTS)) % 31:
        wanted = _check_of(code[:17])
        _SHAPE.refuse(f"the check character (the 18th) is {code[17]!r}; the first 17 call for {wanted!r}")
    _verify_region(code)
    return code


def complete(stem: str) -> str:
    """Return the 17 characters ``stem`` with their check character: a USCC that ``parse`` accepts.

    Raises ``IdentifierError`` for another shape or an unknown province. Source: GB 32100-2015.
    """
    body = _STEM.read(stem)
    _verify_region(body)
    return body + _check_of(body)


def organisation_code_of(uscc: str) -> str:
    """Return the organisation code (9 characters) inside a USCC.

    Raises ``IdentifierError`` as ``parse`` does.
    """
    return parse(uscc)[8:17]


def region_of(uscc: str) -> str:
    """Return the region (6 digits) in which a USCC was registered.

    It is a GB/T 2260 code, perhaps one since withdrawn, or ``100000``. Raises ``IdentifierError`` as
    ``parse`` does.
    """
    return parse(uscc)[2:8]


def warnings(uscc: str) -> tuple[str, ...]:
    """Return what is odd about a valid USCC: an organisation code whose own check (GB 11714) fails.

    Older codes carry such, so it is no ground for refusal. Raises ``IdentifierError`` as ``parse`` does.
    """
    if organisation_code.has_right_check(organisation_code_of(uscc)):
        return ()
    return ("the organisation code (characters 9 to 17) fails its own check (GB 11714), as older codes do",)


def _check_of(body: str) -> str:
    return ALPHABET[-sum(map(mul, body.encode().translate(_VALUES), _WEIGHTS)) % 31]


def _verify_region(code: str) -> None:
    if code[2:4] not in region.province_codes() and code[2:8] != NATIONAL_REGION:
        _SHAPE.refuse(f"the province {code[2:4]!r} (characters 3 and 4) is not in GB/T 2260")
