"""Named situations of federation, one or more for each of its features."""

from .abstract import ABSTRACT
from .asking import ASKING
from .keys import KEYS
from .provides import PROVIDES
from .requires import REQUIRES
from .sharing import SHARING

SCENARIOS = (*KEYS, *REQUIRES, *PROVIDES, *SHARING, *ABSTRACT, *ASKING)
