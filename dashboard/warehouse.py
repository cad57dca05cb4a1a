"""What the page asks the warehouse: views of the schema ``report``, as a role that may only read, for 10 s at most."""

from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import psycopg2
import streamlit as st

from databases.connection import DatabaseError, connect, failure
from settings import Database, Role

SQL = Path(__file__).parent / "sql"
REMEMBERED = 200
"""Answers that are kept for when the warehouse is away: some twenty periods."""


class AwayError(Exception):
    """The warehouse gives no answer, and never gave this one; the message is one line that says why."""


@dataclass(frozen=True)
class Answer:
    """What the warehouse said.

    Attributes:
        frame: The rows. Money is `Decimal`.
        read_at: When it said so, UTC.
        trouble: Why this is not the answer of now, in one line; none where it is.
    """

    frame: pd.DataFrame
    read_at: datetime
    trouble: str | None = None


def ask(question: str, first: date | None = None, last: date | None = None) -> Answer:
    """Return the answer to one of the questions in ``sql/``, or the last one where the warehouse is away.

    Args:
        question: the name of its file.
        first: the first day that it is about, where it is about a period.
        last: the last one.

    Raises:
        AwayError: where it is away and there is no last one. Nothing of a failure is remembered.
    """
    asked, memory = (question, first, last), _memory()
    try:
        answer = _ask(*asked)
    except AwayError as error:
        if asked not in memory:
            raise
        return Answer(memory[asked].frame, memory[asked].read_at, str(error))
    if len(memory) >= REMEMBERED and asked not in memory:
        memory.clear()
    memory[asked] = answer
    return answer


@st.cache_resource
def _memory() -> dict[tuple[str, date | None, date | None], Answer]:
    return {}


@st.cache_data(ttl=60, show_spinner=False, max_entries=REMEMBERED)
def _ask(question: str, first: date | None, last: date | None) -> Answer:
    """Ask. Every open page shares the answer for a minute."""
    try:
        with closing(connect(Database.DWH, Role.DASHBOARD)) as connection, connection.cursor() as cursor:
            cursor.execute((SQL / f"{question}.sql").read_text(), {"first": first, "last": last})
            columns = [column.name for column in cursor.description or ()]
            return Answer(pd.DataFrame(cursor.fetchall(), columns=columns), datetime.now(UTC))
    except psycopg2.Error as error:
        raise AwayError(str(failure(Database.DWH, error, Role.DASHBOARD))) from None
    except DatabaseError as error:
        raise AwayError(str(error)) from None
