"""The oracle: the same schema executed field by field by graphql-core over the same rows.

Slow and obvious. Its resolvers know nothing but the Binding; what they give must be what the compiled statement gives.
"""
