"""What the processes log: their lines, the one switch for all of them, and that each of them has it."""

import json
import logging
import os
import re
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

import logs
from settings import CHECKOUT, Database, LogFormat, LogLevel, Settings, database_variable

NOBODY = "127.0.0.1:1"
NO_SERVICES = {
    "INSTASHOP_KAFKA": NOBODY,
    "INSTASHOP_CONNECT_URL": f"http://{NOBODY}",
    "INSTASHOP_REDIS_URL": f"redis://{NOBODY}/0",
} | {database_variable(database): f"postgresql://someone@{NOBODY}/{database}" for database in Database}

FAUST = str(Path(sys.executable).with_name("faust"))
PROCESSES = {
    "worker": [FAUST, "--quiet", "-A", "app", "worker", "-l", "error"],
    "generator": [sys.executable, "-m", "generator"],
    "spark": [sys.executable, "-m", "spark"],
    "watch": [sys.executable, "-m", "connectors", "watch"],
    "databases": [sys.executable, "-m", "databases"],
}
each_process = pytest.mark.parametrize("command", PROCESSES.values(), ids=PROCESSES)

logger = logging.getLogger("shop.till")


@pytest.fixture(autouse=True)
def own_logging(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let a test set up logging, and have it afterwards as it was."""
    monkeypatch.setattr(logging.root, "handlers", [])
    levels = {each: each.level for each in map(logging.getLogger, (None, *logs.LEAST, "client"))}
    yield
    logging.captureWarnings(False)
    for each, level in levels.items():
        each.setLevel(level)


def set_up(monkeypatch: pytest.MonkeyPatch, form: LogFormat, level: LogLevel = LogLevel.INFO, **how: Any) -> None:
    monkeypatch.setattr(logs, "settings", lambda: Settings(log_level=level, log_format=form))
    logs.set_up(**how)


def fail(why: str) -> None:
    raise ValueError(why)


def test_a_line_of_text(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    set_up(monkeypatch, LogFormat.TEXT)
    logger.info("%d € in the till", 7, extra={"event": "counted"})

    said = capsys.readouterr()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z INFO shop\.till: 7 € in the till\n", said.err)
    assert said.out == ""


def test_a_time_is_that_of_utc() -> None:
    record = logging.makeLogRecord({"name": "shop", "levelname": "INFO", "msg": "open", "created": 1.5})
    assert logs.TextLines().format(record) == "1970-01-01T00:00:01.500Z INFO shop: open"
    assert json.loads(logs.JsonLines().format(record))["time"] == "1970-01-01T00:00:01.500Z"


def test_a_line_of_json(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    set_up(monkeypatch, LogFormat.JSON, stream="stdout")
    logger.warning("two\nlines: %s", "ñ €", extra={"event": "counted", "coins": [1, 2], "till": Path("ü"), "level": 3})

    (line,) = capsys.readouterr().out.splitlines()
    fields = json.loads(line)
    assert fields.pop("time").endswith("Z")
    assert fields == {
        "level": "WARNING",
        "logger": "shop.till",
        "message": "two\nlines: ñ €",
        "event": "counted",
        "coins": [1, 2],
        "till": "ü",
    }


def test_an_exception_is_a_field_of_its_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up(monkeypatch, LogFormat.JSON)
    try:
        fail("not\nso")
    except ValueError:
        logger.exception("the till jams", stack_info=True)

    (line,) = capsys.readouterr().err.splitlines()
    fields = json.loads(line)
    assert fields["message"] == "the till jams"
    assert fields["exception"].startswith("Traceback")
    assert fields["exception"].endswith("ValueError: not\nso")
    assert "test_logs" in fields["stack"]


def test_a_warning_of_python_is_a_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    set_up(monkeypatch, LogFormat.JSON)
    warnings.warn("the till is old", stacklevel=1)

    assert json.loads(capsys.readouterr().err)["logger"] == "py.warnings"


@pytest.mark.parametrize("level", LogLevel)
def test_the_level_is_the_least_that_is_said(
    level: LogLevel, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(logger, "level", logging.DEBUG)
    set_up(monkeypatch, LogFormat.TEXT, level)
    for each in LogLevel:
        logger.log(logging.getLevelNamesMapping()[each.name], "%s it is", each)

    said = [line.split()[3] for line in capsys.readouterr().err.splitlines()]
    assert said == list(LogLevel)[list(LogLevel).index(level) :]


@pytest.mark.parametrize(("level", "heard"), [(LogLevel.INFO, ["aiokafka"]), (LogLevel.DEBUG, ["aiokafka", "client"])])
def test_what_is_noisy_is_quiet_unless_one_looks_for_a_bug(
    level: LogLevel, heard: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up(monkeypatch, LogFormat.TEXT, level, muted={"client"})
    for name in ("aiokafka", "client"):
        logging.getLogger(f"{name}.part").info("info")
        logging.getLogger(f"{name}.part").error("an error")

    said = capsys.readouterr().err
    assert [name for name in ("aiokafka", "client") if f"{name}.part: an error" in said] == heard
    assert ("part: info" in said) == (level is LogLevel.DEBUG)


@pytest.mark.parametrize("form", LogFormat)
@pytest.mark.parametrize("password", ["pearl", "a:pearl@b", "pearl%40é", "\\pearl", ""])
def test_no_password_comes_into_a_line(
    password: str, form: LogFormat, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up(monkeypatch, form)
    url = f"redis://someone:{password}@127.0.0.1:6379/0"
    try:
        fail(f"no port in {url}")
    except ValueError:
        logger.exception("%s and http://127.0.0.1:8083 are away", url, extra={"urls": [url], "by": "me@home"})

    said = capsys.readouterr().err
    assert "pearl" not in said
    assert "redis://someone:***@127.0.0.1:6379/0 and http://127.0.0.1:8083 are away" in said
    if form is LogFormat.JSON:
        assert json.loads(said)["urls"] == ["redis://someone:***@127.0.0.1:6379/0"]
        assert json.loads(said)["by"] == "me@home"


def test_a_setting_is_read_in_any_case(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (Settings().log_level, Settings().log_format) == (LogLevel.INFO, LogFormat.TEXT)
    monkeypatch.setenv("INSTASHOP_LOG_LEVEL", "Warning")
    monkeypatch.setenv("INSTASHOP_LOG_FORMAT", "JSON")
    assert (Settings().log_level, Settings().log_format) == (LogLevel.WARNING, LogFormat.JSON)
    monkeypatch.setenv("INSTASHOP_LOG_FORMAT", "xml")
    with pytest.raises(ValidationError, match="should be 'text' or 'json'"):
        Settings()


@each_process
def test_each_process_logs_json_where_that_is_asked_for(command: list[str]) -> None:
    environment = os.environ | NO_SERVICES | {"INSTASHOP_LOG_FORMAT": "json"}
    with subprocess.Popen(
        command, cwd=CHECKOUT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        assert process.stdout is not None
        said: list[dict[str, Any]] = []
        for line in process.stdout:
            said.append(json.loads(line))
            if said[-1].get("event") in {"waiting", "trouble"}:
                break
        process.kill()

    assert said
    assert said[-1]["level"] == "WARNING"
    assert NOBODY in said[-1]["message"]
    assert all({"time", "level", "logger", "message"} <= fields.keys() for fields in said)


@each_process
def test_each_process_names_a_level_that_is_none(command: list[str]) -> None:
    environment = os.environ | {"INSTASHOP_LOG_LEVEL": "loud"}
    done = subprocess.run(command, cwd=CHECKOUT, env=environment, text=True, capture_output=True, check=False)

    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.endswith("INSTASHOP_LOG_LEVEL: Input should be 'debug', 'info', 'warning' or 'error'")
