"""baygate: a GraphQL data-sharing hub between government agencies."""
