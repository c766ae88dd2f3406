"""Documents: what agencies and coordinating bodies sign, how it is read, and what of it is in force."""
