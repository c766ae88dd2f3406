"""Legal entity identifier, ISO 17442: 18 letters or digits and two check digits (ISO 7064, MOD 97-10)."""

from stdnum.iso7064 import mod_97_10

from baygate.contract.identifiers.shape import ALPHANUMERICS, DIGITS, Shape, part

_STEM_PART = part("issuer and entity", 18, ALPHANUMERICS, "a digit or a letter")
_SHAPE = Shape("LEI", _STEM_PART, part("check digits", 2, DIGITS, "a digit"))
_STEM = Shape("LEI without its check digits", _STEM_PART)


def parse(text: str) -> str:
    """Return the 20 characters of an LEI in upper case.

    Raises ``IdentifierError`` for another shape or wrong check digits. Of the pairs that are congruent
    modulo 97 (01 and 98, 02 and 99) only the one that ISO 7064 computes is accepted, so that an entity has
    one spelling. Source: ISO 17442; the check is python-stdnum's MOD 97-10.
    """
    code = _SHAPE.read(text)
    wanted = mod_97_10.calc_check_digits(code[:18])
    if code[18:] != wanted:
        _SHAPE.refuse(f"the check digits (19 and 20) are {code[18:]!r}; the first 18 call for {wanted!r}")
    return code


def complete(stem: str) -> str:
    """Return the 18 characters ``stem`` with their check digits.

    Raises ``IdentifierError`` for another shape.
    """
    body = _STEM.read(stem)
    return body + mod_97_10.calc_check_digits(body)
