"""``python -m connectors``: make the connectors run, look at them, start them anew, take them away."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Annotated

import typer
from rich.live import Live

import logs
from connectors import partitions, topics
from connectors.beats import Beats
from connectors.connect_api import Connect
from connectors.definitions import captured, load
from connectors.display import console, progress, table
from connectors.errors import ConnectorsError
from connectors.lifecycle import Lifecycle, UnfinishedError, in_hand, wait_until_working
from connectors.observation import observe
from connectors.postgres import create_databases, source_database
from connectors.watch import watch
from databases.command import one_clear_line
from settings import settings, variable

Names = Annotated[list[str] | None, typer.Argument(help="Connectors, by default all.", show_default=False)]
Timeout = Annotated[float, typer.Option(help="Seconds to wait for a service, or for a connector to work.", min=1)]
TIMEOUT = 120.0

cli = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@cli.callback(invoke_without_command=True)
def apply(context: typer.Context, timeout: Timeout = TIMEOUT) -> None:
    """Make the connectors run: databases, topics, publications, then the connectors, which make their slots."""
    with one_clear_line("", ConnectorsError):
        logs.set_up(muted={"aiokafka"})
        if context.invoked_subcommand is None:
            create_databases(timeout)
            create_topics(timeout)
            run([], timeout, "starts", Lifecycle.apply)


@cli.command()
def status(
    names: Names = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
    timeout: Timeout = TIMEOUT,
) -> None:
    """Show connectors, their snapshots and their slots. Exits with 1 where one does not work."""
    with one_clear_line("", ConnectorsError):
        connect = Connect(timeout)
        connectors = []
        for definition in load(names or ()):
            with source_database(definition, timeout) as database:
                connectors.append(observe(definition, connect, database))
        if as_json:
            typer.echo(json.dumps([asdict(seen) for seen in connectors], default=list))
        else:
            console.print(table(connectors))
        if problems := [seen.problem for seen in connectors if seen.problem]:
            raise ConnectorsError("\n".join(problems))


@cli.command()
def restart(names: Names = None, timeout: Timeout = TIMEOUT) -> None:
    """Restart the connectors that failed. One that runs is restarted if it is named: it may stand still."""
    with one_clear_line("", ConnectorsError):
        run(names, timeout, "restarts", Lifecycle.restart_anyway if names else Lifecycle.restart)


@cli.command("watch")
def look_after() -> None:
    """Restart what fails, again and again but ever more rarely, and say in Redis how the connectors are."""
    with one_clear_line("", ConnectorsError), Beats() as beats:
        watch(beats)


@cli.command()
def resync(names: Names = None, timeout: Timeout = TIMEOUT) -> None:
    """Read the tables anew: a new snapshot replaces all that was counted."""
    with one_clear_line("", ConnectorsError):
        run(names, timeout, "begins anew", Lifecycle.begin_anew)


@cli.command()
def delete(names: Names = None, timeout: Timeout = TIMEOUT) -> None:
    """Delete connectors, their offsets, slots and publications, so that nothing keeps WAL. Topics stay."""
    with one_clear_line("", ConnectorsError):
        each(names, timeout, "is deleted", Lifecycle.delete)


@cli.command("partitions")
def extend(timeout: Timeout = TIMEOUT) -> None:
    """Give all topics as many partitions as INSTASHOP_PARTITIONS says, where they have fewer. No worker may run."""
    with one_clear_line("", ConnectorsError):
        wanted = settings().partitions
        changed = partitions.extend([*captured(), *topics.OF_THE_APP], wanted, timeout)
        console.print(f"{len(changed)} topics had fewer than {wanted} partitions, and have them now.")


def create_topics(timeout: float) -> None:
    """Make the topics that are not a table's, and say where a topic has other partitions than are asked for."""
    for topic, config in topics.OF_THE_APP.items():
        topics.create({topic: settings().partitions}, timeout, config)
    beats = [topic for each in load() for topic in (each.heartbeat_topic, each.debezium_heartbeat_topic)]
    topics.create(dict.fromkeys(beats, 1), timeout, topics.HEARTBEATS)
    for topic, count in topics.partition_counts([*captured(), *topics.OF_THE_APP], timeout).items():
        if count != settings().partitions:
            said = f"{topic} has {count} partitions, not {settings().partitions} ({variable('partitions')})"
            mend = "python -m connectors partitions adds some" if count < settings().partitions else "it keeps them"
            console.print(f"[yellow]{said}: {mend}", soft_wrap=True)


def run(names: Sequence[str] | None, timeout: float, doing: str, do: Callable[[Lifecycle], None]) -> None:
    """Do something to connectors, and wait until they work.

    A Connect that has just come up takes a moment to find that it was in the middle of a snapshot when it went
    down. So a connector that fails within its snapshot gets one more try.
    """
    each(names, timeout, doing, do)
    try:
        show_when_working(names, timeout)
    except UnfinishedError:
        each(names, timeout, "restarts", Lifecycle.restart)
        show_when_working(names, timeout)


def each(names: Sequence[str] | None, timeout: float, doing: str, do: Callable[[Lifecycle], None]) -> None:
    """Do something to each connector in turn."""
    connect = Connect(timeout)
    for definition in load(names or ()):
        with progress(definition.name, doing) as say, in_hand(definition, connect, timeout, say) as connector:
            do(connector)


def show_when_working(names: Sequence[str] | None, timeout: float) -> None:
    """Show the connectors until all of them work, and how they are then, or at the failure."""
    with Live(console=console, transient=True) as live:
        try:
            wait_until_working(
                load(names or ()), Connect(timeout), timeout, lambda connectors: live.update(table(connectors))
            )
        finally:
            console.print(live.renderable)


if __name__ == "__main__":
    cli(prog_name="python -m connectors")
