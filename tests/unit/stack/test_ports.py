import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from stack import ports


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind((ports.HOST, 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_usual_port_where_it_is_free() -> None:
    usual = ports.any_free()

    assert ports.choose({"kafka": usual}, {}, running=()) == {"kafka": usual}


def test_another_port_where_the_usual_one_is_taken(taken: int) -> None:
    chosen = ports.choose({"kafka": taken}, {}, running=())

    assert chosen["kafka"] != taken
    assert ports.is_free(chosen["kafka"])


def test_a_port_taken_on_every_interface_is_taken() -> None:
    with socket.socket() as listener:
        listener.bind(("0.0.0.0", 0))  # noqa: S104
        listener.listen()

        assert not ports.is_free(listener.getsockname()[1])


def test_the_port_of_the_last_time_comes_before_the_usual_one(tmp_path: Path) -> None:
    file, usual, former = tmp_path / "ports.json", ports.any_free(), ports.any_free()
    assert ports.remembered(file) == {}
    ports.remember(file, {"kafka": former})

    assert ports.choose({"kafka": usual}, ports.remembered(file), running=()) == {"kafka": former}


def test_a_running_service_keeps_the_port_that_it_uses(taken: int) -> None:
    assert ports.choose({"kafka": 9092}, {"kafka": taken}, running={"kafka"}) == {"kafka": taken}
