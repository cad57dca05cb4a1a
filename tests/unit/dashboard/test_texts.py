"""Both languages say the same."""

import ast
from decimal import Decimal
from pathlib import Path
from string import Formatter

import pytest

import dashboard
from dashboard.language import Language
from dashboard.numbers import Numbers
from dashboard.texts import LANGUAGES, TEXTS

FOLDER = Path(dashboard.__file__).parent


@pytest.mark.parametrize("key", TEXTS)
def test_each_text_takes_the_same_values_in_each_language(key: str) -> None:
    fields = [{name for _, name, _, _ in Formatter().parse(text) if name} for text in TEXTS[key]]
    assert len(fields) == len(LANGUAGES)
    assert all(each == fields[0] for each in fields)


def test_each_text_is_said_somewhere() -> None:
    said = {
        node.value
        for file in FOLDER.glob("*.py")
        if file.name != "texts.py"
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    composed = {f"{part}_{how}" for part in ("faust", "spark", "connectors") for how in ("waiting", "fresh", "stale")}
    composed |= {"faust_silent", "spark_silent", "revenue_over_time", "orders_over_time"}
    assert TEXTS.keys() - said - composed == set()


def test_a_name_that_no_language_knows_is_shown_as_it_came() -> None:
    assert Language("Español").value("paid") == "pagado"
    assert Language("Español").value("out_for_delivery") == "out for delivery"


@pytest.mark.parametrize(
    ("locale", "money", "share"), [("en_IE", "€1,234.50", "12.5%"), ("es_ES", "1.234,50\N{NO-BREAK SPACE}€", "12,5 %")]
)
def test_numbers_are_written_as_people_of_a_language_do(locale: str, money: str, share: str) -> None:
    assert Numbers(locale).money("1234.50") == money
    assert Numbers(locale).percent(Decimal("0.125")) == share


@pytest.mark.parametrize(
    ("now", "before", "change"),
    [(150, 100, "+50.0%"), (50, 100, "-50.0%"), (0, 100, "-100.0%"), (5, 0, None), (None, 5, None)],
)
def test_a_change_has_a_sign_and_none_without_a_before(now: int | None, before: int, change: str | None) -> None:
    assert Numbers("en_IE").change(now, before) == change
