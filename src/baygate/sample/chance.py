"""Chance that repeats itself: one stream of numbers for each enterprise, whoever draws them and in whatever order."""

from collections.abc import Sequence
from random import Random
from typing import TypeVar

_T = TypeVar("_T")


class Chance:
    """The draws of one enterprise."""

    __slots__ = ("random",)

    def __init__(self, seed: int, index: int) -> None:
        self.random = Random((seed << 40) + index).random  # noqa: S311  # made-up data, nothing secret

    def pick(self, items: Sequence[_T]) -> _T:
        """Draw one of ``items``."""
        return items[int(self.random() * len(items))]

    def number(self, least: int, most: int) -> int:
        """Draw a whole number, both ends included."""
        return least + int(self.random() * (most - least + 1))

    def happens(self, probability: float) -> bool:
        """Draw whether something happens."""
        return self.random() < probability
