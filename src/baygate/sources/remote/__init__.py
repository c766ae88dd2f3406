"""Remote sources: an agency's own GraphQL service, asked over HTTP."""
