"""The identifiers that agencies exchange: one module an identifier, each with a pure ``parse``.

``parse(text)`` returns the canonical form or raises ``IdentifierError``; where there is a check
character, ``complete(stem)`` computes and appends it.

- mainland enterprises: ``uscc``, ``organisation_code``, ``customs_code``
- Hong Kong and Macau enterprises: ``ubi``, ``cr_number``, ``macau_registration``
- any party, by the hub's own key: ``party_id``; by the world's: ``lei``
- persons: ``resident_id``, ``hkid``, ``person_name``; their money: ``bank_account``
- goods and declarations: ``hs_code``, ``gtin``, ``declaration_number``
- places: ``region``

``errors`` holds the one exception, ``shape`` how a text of fixed parts is read and explained,
``code_table`` how the tables under ``data/`` are loaded.
"""

from baygate.contract.identifiers.errors import IdentifierError

__all__ = ["IdentifierError"]
