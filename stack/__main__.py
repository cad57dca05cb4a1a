"""The command ``python -m stack``."""

import asyncio
import json
import logging
import shlex
import sys
from typing import Annotated

import typer
from redis import Redis
from redis.exceptions import RedisError
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from connectors.errors import ConnectorsError
from databases.command import one_clear_line
from kafka_client import silent_client
from settings import DATA, redis_service, settings, variable
from stack import dead_letters, stack, topics
from stack.dead_letters import Reason
from stack.errors import StackError
from stack.service import Service, reveal

app = typer.Typer(
    help="PostgreSQL, Redis, Kafka and Kafka Connect on this machine. An existing service is used in place of one "
    "of them where its variable is set (see .env.example).",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,  # they hold passwords
)
console = Console(highlight=False, soft_wrap=True)


@app.command()
def up() -> None:
    """Start the services and leave them running."""
    with one_clear_line("", StackError, OSError), console.status("Starting the services …"):
        stack.up(console.print)
        console.print(f'To use them in this shell: [bold]eval "$({sys.executable} -m stack env)"[/bold]')


@app.command()
def down() -> None:
    """Stop the services; their data stays."""
    with one_clear_line("", StackError, OSError), console.status("Stopping the services …"):
        stack.down()


@app.command()
def clean() -> None:
    """Stop the services and delete their data."""
    with one_clear_line("", StackError, OSError), console.status(f"Deleting {DATA} …"):
        stack.clean()


@app.command()
def status() -> None:
    """Show each service; exit with 1 if one of them cannot be used."""
    table = Table("service", "address", "pid", Column("state", overflow="fold"), Column("log", overflow="fold"))
    all_ready = True
    with one_clear_line("", StackError, OSError):
        for service, existing in _services():
            trouble = service.trouble(settings()) if existing or service.process.alive else "down"
            all_ready &= trouble is None
            table.add_row(
                service.name,
                "" if trouble == "down" else service.address(settings()),
                str(service.process.pid or ""),
                f"[red]{escape(trouble)}[/red]" if trouble else "[green]ready[/green]",
                "existing" if existing else str(service.process.log),
            )
    console.print(table)
    sys.exit(0 if all_ready else 1)


@app.command()
def doctor() -> None:
    """Look at every part of the pipeline, and say what is wrong and what to do; exit with 1 if anything is."""
    logging.disable(logging.CRITICAL)  # what clients say of it is said here in one line
    from stack.doctor import examine  # it needs the page's packages, which take their time to load

    well = True
    with one_clear_line("", StackError, OSError):
        for part, trouble, is_known in examine(_services(), settings()):
            well &= trouble is None
            if trouble:
                console.print(f"[red]✗[/red] {part:<13} {escape(trouble)}")
            else:
                console.print(f"[green]✓[/green] {part}" if is_known else f"? {part:<13} nobody says how it is")
    sys.exit(0 if well else 1)


@app.command("topics")
def list_topics() -> None:
    """List the topics: their partitions, and how many offsets they hold."""
    with silent_client(), one_clear_line("", StackError, OSError):
        table = Table("topic", Column("partitions", justify="right"), Column("offsets", justify="right"))
        for topic in asyncio.run(topics.topics()):
            table.add_row(topic.name, str(topic.partitions), f"{topic.offsets:,}")
    console.print(table)


@app.command()
def messages(topic: str, count: Annotated[int, typer.Option("-n", "--count", min=1, help="How many.")] = 1) -> None:
    """Show the last messages of a topic as JSON, the newest first."""
    with silent_client(), one_clear_line("", StackError, OSError):
        for record in asyncio.run(topics.last(topic, count)):
            console.print_json(json.dumps(topics.shown(record)))


@app.command("dead-letters")
def list_dead_letters(
    show: Annotated[
        str | None, typer.Option(help="Show one: TOPIC:PARTITION:OFFSET of the original record, or its own.")
    ] = None,
    seen: Annotated[bool, typer.Option("--seen", help="List them, and mark those listed as seen.")] = False,
    seen_until: Annotated[
        str | None, typer.Option(help="Mark as seen what a list ended with: PARTITION:OFFSET,…, as it says.")
    ] = None,
) -> None:
    """List the records that could not be understood, by topic and reason; nobody has seen those that are unseen."""
    with silent_client(), one_clear_line("", StackError, ConnectorsError, OSError):
        if seen_until is not None:
            _mark_as_seen(dead_letters.understood(seen_until))
            return
        with console.status("reading") as status:

            def progress(done: int, length: int) -> None:
                status.update(f"reading: {done:,} of {length:,}")

            if show is not None:
                letter = asyncio.run(dead_letters.one(show, progress))
            else:
                listing = asyncio.run(dead_letters.listing(progress))
        if show is not None:
            console.print_json(json.dumps(letter))
            return
        console.print(_by_reason(listing.reasons))
        if seen:
            _mark_as_seen(listing.ends)
        elif any(each.unseen for each in listing.reasons):
            command = f"python -m stack dead-letters --seen-until {dead_letters.written(listing.ends)}"
            console.print(f"To mark exactly these as seen: {command}")


def _mark_as_seen(until: dict[int, int]) -> None:
    """Mark dead letters as seen, and say how many."""
    console.print(f"{asyncio.run(dead_letters.mark_as_seen(until)):,} dead letters are marked as seen.")


def _by_reason(reasons: list[Reason]) -> Table:
    table = Table(
        "topic",
        Column("reason", overflow="fold"),
        *(Column(name, justify="right") for name in ("records", "unseen")),
        *("first, UTC", "last, UTC"),
    )
    for each in reasons:
        times = (f"{at:%Y-%m-%d %H:%M:%S}" for at in (each.first, each.last))
        table.add_row(escape(each.topic), escape(each.reason), f"{each.records:,}", f"{each.unseen:,}", *times)
    return table


@app.command()
def metrics(name: Annotated[str | None, typer.Argument(help="A document, as metrics:dashboard.")] = None) -> None:
    """Show a document that Redis holds, or without a name which there are."""
    with one_clear_line("", StackError), Redis.from_url(settings().dashboard_redis, socket_timeout=5) as redis:
        try:
            held = sorted(key.decode() for kind in ("metrics:*", "status:*") for key in redis.keys(kind))
            if name is None:
                console.print("\n".join(held))
            elif name not in held:
                raise StackError(f"Redis holds no {name}: python -m stack metrics lists what there is.")
            else:
                is_list = redis.type(name) == b"list"
                for document in redis.lrange(name, 0, -1) if is_list else [redis.get(name)]:
                    console.print_json(document.decode())
        except (RedisError, OSError) as error:
            field = "dashboard_redis_url" if settings().dashboard_redis_url else "redis_url"
            raise StackError(f"{redis_service(field)}: {error}") from error


@app.command()
def env() -> None:
    """Print the address of each service that runs, with its password, as `export NAME=value` lines for a shell."""
    with one_clear_line("", StackError, OSError):
        if sys.stdout.isatty():
            raise StackError(
                f'It prints passwords, for a shell and not for eyes: eval "$({sys.executable} -m stack env)"'
            )
        fields = [
            field
            for service, existing in _services()
            if existing or service.process.alive
            for field in service.addresses()
        ]
        if not fields:
            raise StackError(f"No service of {DATA} runs: start them with python -m stack up.")
        for field in fields:
            typer.echo(f"export {variable(field)}={shlex.quote(reveal(settings(), field))}")


def _services() -> list[tuple[Service, bool]]:
    """Return each service, and whether an existing one replaces it."""
    current = stack.Stack()
    return [(service, False) for service in current.own] + [(service, True) for service in current.existing]


if __name__ == "__main__":
    app()
