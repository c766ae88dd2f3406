"""The contract: the words, identifiers and types that every agency shares through the hub."""
