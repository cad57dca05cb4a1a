"""Four databases of a shop, fresh, on the server of the stack."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg2
import pytest
from psycopg2 import sql

from settings import CHECKOUT, Database, Role, Settings, database_variable


@dataclass
class ShopDatabases:
    """Databases that no connector reads and no other test sees."""

    settings: Settings
    suffix: str

    def name(self, database: Database) -> str:
        return f"{database.value}_{self.suffix}"

    def url(self, database: Database, role: Role | None = None) -> str:
        parts = urlsplit(self.settings.database_url(database, role))
        return urlunsplit(parts._replace(path=f"/{self.name(database)}"))

    def query(self, database: Database, statement: str, role: Role | None = None) -> list[tuple[Any, ...]]:
        connecting = closing(psycopg2.connect(self.url(database, role)))
        with connecting as connection, connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def maintain(self, statement: sql.Composable) -> None:
        url = urlunsplit(urlsplit(self.url(Database.INSTASHOP))._replace(path="/postgres"))
        with closing(psycopg2.connect(url)) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement)

    def start(self, module: str, *arguments: str, **environment: str) -> "subprocess.Popen[str]":
        addresses = {database_variable(database): self.url(database) for database in Database}
        return subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=CHECKOUT,
            env=os.environ | addresses | environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def run(self, module: str, *arguments: str) -> str:
        """Run a command to its good end and return what it said."""
        process = self.start(module, *arguments)
        said, _ = process.communicate()
        assert process.returncode == 0, said
        return said


@contextmanager
def fresh(settings: Settings) -> Iterator[ShopDatabases]:
    databases = ShopDatabases(settings, suffix=uuid4().hex[:8])
    try:
        yield databases
    finally:
        for database in Database:
            name = sql.Identifier(databases.name(database))
            databases.maintain(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))


def wait_for(process: "subprocess.Popen[str]", text: str) -> None:
    """Read what a command says until a line holds a text."""
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if text in line:
            return
    pytest.fail(f"{text!r} was not said: {said}")
