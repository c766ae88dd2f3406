"""The benchmark: the hub beside a hand-written handler and field-by-field resolvers, in one run."""
