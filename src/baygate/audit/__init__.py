"""Evidence: who saw which field of whose record, under which rule, for what purpose, provable to others years later."""
