"""The shop's four databases and the warehouse: their tables as SQL, one role a job, the way to make and reach them."""

from databases.connection import DatabaseError, RefusedError, UnreachableError, address, connect, failure
from databases.create import create
from databases.migrate import MigrationError
from databases.tables import TABLES

__all__ = [
    "TABLES",
    "DatabaseError",
    "MigrationError",
    "RefusedError",
    "UnreachableError",
    "address",
    "connect",
    "create",
    "failure",
]
