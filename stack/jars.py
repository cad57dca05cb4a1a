"""The Java side: Maven fetches the jars of ``pom.xml`` into ``lib/`` once, and Java runs them."""

import hashlib
import json
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from settings import CHECKOUT
from stack import lock, private
from stack.errors import StackError

POM = CHECKOUT / "pom.xml"
LIB = CHECKOUT / "lib"
KAFKA = LIB / "kafka"
PLUGINS = LIB / "plugins"
POSTGRES = LIB / "postgres"
SPARK = LIB / "spark"
LOGGING = Path(__file__).parent / "config" / "log4j2.properties"


def fetch(report: Callable[[str], None]) -> None:
    """Fetch the jars, unless those of this very ``pom.xml`` are there.

    Raises:
        StackError: Maven is missing, or could not fetch them.
    """
    stamp, wanted = LIB / "pom.sha256", hashlib.sha256(POM.read_bytes()).hexdigest()
    if _is(stamp, wanted):
        return
    with lock.waiting(LIB / "lock"):
        if _is(stamp, wanted):  # by another command, meanwhile
            return
        report("Fetching the jars of pom.xml with Maven (100 MB, only this once) …")
        stamp.unlink(missing_ok=True)
        for folder in (KAFKA, PLUGINS, POSTGRES, SPARK):
            shutil.rmtree(folder, ignore_errors=True)
        _maven_package()
        stamp.write_text(wanted)
        stamp.chmod(0o644)


def _is(stamp: Path, wanted: str) -> bool:
    return stamp.exists() and stamp.read_text() == wanted


def _maven_package() -> None:
    command = [program("mvn", "maven"), "-B", "-q", "-f", str(POM), "package"]
    # They are for every user of this checkout, whatever this user's umask is.
    result = subprocess.run(command, capture_output=True, text=True, check=False, umask=0o022)  # noqa: S603
    if result.returncode:
        errors = [line.partition("[ERROR] ")[2].strip() for line in result.stdout.splitlines()]
        cause = next(filter(None, (*errors, *result.stderr.splitlines())), "it did not say why")
        raise StackError(f"Maven could not fetch the jars of {POM}: {cause}")


def heap(least: str, most: str) -> tuple[str, ...]:
    """Return Java's options for a heap that small: collecting it beside the program costs more than it saves."""
    return f"-Xms{least}", f"-Xmx{most}", "-XX:+UseSerialGC"


def java(main: str, *arguments: str | Path, options: Sequence[str] = ()) -> list[str | Path]:
    """Return the command that runs a main class of the Kafka jars."""
    return [
        program("java", "openjdk-17-jre-headless"),
        *options,
        "-Djava.awt.headless=true",
        f"-Dlog4j2.configurationFile={LOGGING}",
        "-cp",
        f"{KAFKA}/*",
        main,
        *arguments,
    ]


@contextmanager
def unseen(command: Sequence[str | Path], file: Path) -> Iterator[list[str | Path]]:
    """Give a command of `java` that holds a password as one that `ps` may show: its arguments stand in a file."""
    java, *arguments = command
    private.write(file, "\n".join(json.dumps(str(argument), ensure_ascii=False) for argument in arguments))
    try:
        yield [java, f"@{file}"]
    finally:
        file.unlink()


def program(name: str, package: str) -> str:
    """Return the path of a program.

    Raises:
        StackError: It is not installed.
    """
    path = shutil.which(name)
    if path is None:
        raise StackError(f"{name} is not on the PATH: install it (on Debian and Ubuntu: apt-get install {package}).")
    return path
