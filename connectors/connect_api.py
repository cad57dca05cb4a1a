"""Kafka Connect's REST interface, as far as it is needed here."""

from http import HTTPStatus
from typing import Any

import requests

from connectors.errors import ConnectorsError, LateError, patiently
from settings import settings, variable

Json = dict[str, Any]

PASSING = ("rebalance", "timed out")
"""Words by which Connect's internal errors tell that it is busy with its own group, or waits for Kafka."""


class _AbsentError(Exception):
    """There is no such connector."""


class Connect:
    """A client of one Connect cluster. What is only late is waited for; each error is one line."""

    def __init__(self, patience: float, timeout: float = 60.0) -> None:
        """Take the seconds for which to try a Connect that does not answer, and those to wait for each answer."""
        self._url = settings().connect_url.rstrip("/")
        self._service = f"Kafka Connect at {self._url} ({variable('connect_url')})"
        self._patience = patience
        self._timeout = timeout
        self._session = requests.Session()

    def status(self, name: str) -> Json | None:
        """Return the states of a connector and of its tasks, or none where there is no such connector."""
        try:
            self._call("GET", f"/connectors/{name}")  # a worker may still write the states of one that is deleted
            status: Json = self._call("GET", f"/connectors/{name}/status")
        except _AbsentError:
            return None
        return status

    def create_stopped(self, name: str, config: dict[str, str]) -> None:
        """Make a connector that does nothing yet, so that its offsets can be looked at first."""
        self._call("POST", "/connectors", {"name": name, "config": config, "initial_state": "STOPPED"})

    def configure(self, name: str, config: dict[str, str]) -> None:
        """Give a connector its configuration, if it has another: posting one restarts its tasks."""
        wanted = {**config, "name": name}
        if self._call("GET", f"/connectors/{name}/config") != wanted:
            self._call("PUT", f"/connectors/{name}/config", wanted)

    def offset(self, name: str, server: str) -> Json | None:
        """Return the position in a server that a connector stored with its last records; none where it has none.

        Args:
            name: the connector's name.
            server: what Debezium calls the server: the connector's `topic.prefix`.
        """
        try:
            offsets = self._call("GET", f"/connectors/{name}/offsets")["offsets"]
        except _AbsentError:
            return None
        return next((each["offset"] for each in offsets if each["partition"]["server"] == server), None)

    def delete_offsets(self, name: str) -> None:
        """Forget a stopped connector's position.

        Connect first fences the producers of its former tasks: from here on none of them can write or commit.
        """
        self._call("DELETE", f"/connectors/{name}/offsets")

    def stop(self, name: str) -> None:
        """Ask for the end of a connector's tasks; it keeps its configuration and its offsets."""
        self._call("PUT", f"/connectors/{name}/stop")

    def resume(self, name: str) -> None:
        """Ask a stopped or paused connector to run."""
        self._call("PUT", f"/connectors/{name}/resume")

    def restart(self, name: str) -> None:
        """Ask for the connector and all its tasks to be started again, whatever their states are."""
        self._call("POST", f"/connectors/{name}/restart?includeTasks=true")

    def delete(self, name: str) -> None:
        """Delete a connector. Its offsets stay, unless they were deleted before."""
        self._call("DELETE", f"/connectors/{name}")

    def _call(self, method: str, path: str, body: Json | None = None) -> Any:
        return patiently(lambda: self._request(method, path, body), self._patience, aloud=True)

    def _request(self, method: str, path: str, body: Json | None) -> Any:
        try:
            response = self._session.request(method, self._url + path, json=body, timeout=self._timeout)
        except requests.RequestException as error:
            raise LateError(f"{self._service} does not answer") from error
        if response.ok:
            return response.json() if response.content else None
        message = _message(response)
        match response.status_code:
            case HTTPStatus.NOT_FOUND if message is None:  # so it answers until all of it has started
                raise LateError(f"{self._service} does not get ready")
            case HTTPStatus.NOT_FOUND:
                raise _AbsentError(path)
            case HTTPStatus.CONFLICT if message and "already exists" in message:
                return None  # made by an earlier try, whose answer was lost
            case HTTPStatus.CONFLICT:
                raise LateError(f"{self._service} does not come to rest: {message}")
            case HTTPStatus.INTERNAL_SERVER_ERROR if message and any(word in message for word in PASSING):
                raise LateError(f"{self._service} does not come to rest: {message}")
        raise ConnectorsError(f"{self._service} refuses {method} {path}: {message or response.reason}")


def _message(response: requests.Response) -> str | None:
    """Return the one line in which Connect itself explains an error."""
    try:
        return " ".join(response.json()["message"].split())
    except (requests.JSONDecodeError, KeyError, TypeError):
        return None
