"""OAuth: clients, the tokens they get, and what is checked of a token on each request."""
