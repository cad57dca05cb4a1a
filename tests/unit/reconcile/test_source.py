"""A standby is refused: its snapshots do not list what is open on the primary."""

from typing import cast

import pytest
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - it is a class

from reconcile.errors import NotComparable
from reconcile.source import refuse_standby
from settings import Database


class Answering:
    def __init__(self, answer: bool) -> None:
        self._answer = answer

    def execute(self, statement: str) -> None:
        assert statement == "SELECT pg_is_in_recovery()"

    def fetchall(self) -> list[tuple[bool]]:
        return [(self._answer,)]


def test_a_standby_is_refused_with_its_address() -> None:
    with pytest.raises(NotComparable, match=r"^PostgreSQL crm_db at \S+ is a standby"):
        refuse_standby(cast(Cursor, Answering(True)), Database.CRM)


def test_a_primary_is_asked() -> None:
    refuse_standby(cast(Cursor, Answering(False)), Database.CRM)
