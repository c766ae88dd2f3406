"""Operations across two sources: the gateway beside the same plans written by hand."""
