"""What can go wrong between the hub and its database, each with what to do about it."""

from baygate.errors import OperatorError


class StorageError(OperatorError):
    """The database cannot be used as it is."""


class DatabaseUnreachableError(StorageError):
    """There is no answer at the address, or it refuses the login, or the database does not exist."""


class DatabaseUnsuitableError(StorageError):
    """It answers, but is too old or in a state that the hub cannot work with."""


class EmbeddedPostgresError(StorageError):
    """The embedded PostgreSQL cannot be started."""


class SchemaVersionError(StorageError):
    """The tables are not those of this version of the hub."""


class KeyFileError(StorageError):
    """A key is missing, malformed, or open to others."""


class NotEmptyError(StorageError):
    """There is data already where a load expects none."""
