"""Access where no agency has signed a policy yet: all that the caller's scopes open.

A hub that serves it refuses to bind anything but loopback (``baygate.settings``).
"""

from baygate.access.access import Access, allowed

UNGOVERNED = Access(policy_version="none", types={}, unmentioned=allowed("ungoverned"))
