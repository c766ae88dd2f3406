"""A world to try the hub on: made up, deterministic, valid in every identifier."""
