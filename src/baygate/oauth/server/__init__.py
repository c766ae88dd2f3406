"""The embedded authorization server, for agencies that have none: Authlib's, on Starlette.

Authlib's hooks are synchronous; they run inside SQLAlchemy's ``run_sync``, so that what they read and write is one
transaction on an asynchronous connection. What Authlib leaves open is closed here: tokens bound to keys, RFC 9068
with any of our algorithms, scopes refused and not dropped, errors with the status that their RFC asks for.
"""
