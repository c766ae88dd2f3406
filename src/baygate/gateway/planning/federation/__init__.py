"""Planning across subgraphs: which are visited for what, and the fetches that come of it."""
