"""How a command ends: with one line on what a person can put right, and well on Ctrl-C."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer
from pydantic import ValidationError

from databases.connection import DatabaseError
from settings import variable


@contextmanager
def one_clear_line(command: str = "", *errors: type[Exception]) -> Iterator[None]:
    """End a command with exit code 1 and one line on standard error, or with 0 on Ctrl-C; never with a trace.

    Args:
        command: what the line begins with, where it does not say itself whose it is.
        errors: what else, beside a database and a setting, a person can put right; their text is that line.
    """
    told: tuple[type[Exception], ...] = (DatabaseError, *errors)
    try:
        yield
    except KeyboardInterrupt:
        sys.exit(0)
    except ValidationError as error:
        problem = error.errors(include_input=False)[0]
        say = f"{variable(str(problem['loc'][0]))}: {problem['msg']}"
    except told as error:
        say = str(error)
    else:
        return
    typer.echo(f"{command}: {say}" if command else say, err=True)
    sys.exit(1)
