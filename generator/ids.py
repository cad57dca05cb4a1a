"""Ids for new rows, fetched from the tables' sequences many at a time, so that rows can be written in any batches."""

from collections import deque

from psycopg2 import sql

from generator.operations import DATABASE_OF
from generator.storage import Storage, script

FIRST_BLOCK, LARGEST_BLOCK = 8, 1_024  # a short run should not leave large gaps, a fast one not ask often


class Ids:
    """The next ids of all tables."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._blocks: dict[str, deque[int]] = {table: deque() for table in DATABASE_OF}
        self._sizes = dict.fromkeys(DATABASE_OF, FIRST_BLOCK)

    def next_id(self, table: str) -> int:
        """Return a table's next id, which no one else gets."""
        block = self._blocks[table]
        if not block:
            size = self._sizes[table]
            rows = self._storage.read(DATABASE_OF[table], script("next_ids.sql"), table=table, count=size)
            block.extend(number for (number,) in rows)
            self._sizes[table] = min(2 * size, LARGEST_BLOCK)
        return block.popleft()

    def repair(self) -> None:
        """Move each sequence that is behind its table's rows, and forget the ids that were fetched before."""
        for table, database in DATABASE_OF.items():
            query = script("repair_sequence.sql").format(
                table=sql.Identifier(table), sequence=sql.Identifier(f"{table}_id_seq")
            )
            self._storage.read(database, query, table=table)
            self._blocks[table].clear()
