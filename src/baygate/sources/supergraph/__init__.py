"""The supergraph: what each subgraph can answer, and by which keys one moves between them."""
