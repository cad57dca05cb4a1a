"""The pages in each of their states, as Streamlit would draw them. Never is there a trace on them."""

from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.language import Language
from dashboard.numbers import NOTHING
from dashboard.redis_reader import Snapshot
from dashboard.texts import LANGUAGES
from dashboard.warehouse import Answer
from tests.unit.dashboard.conftest import NOW, Draw, answers, away, documents

WORDS = Language("English")
LATER = NOW + timedelta(minutes=5)


def metrics(page: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in page.metric}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["live", "history", "pipeline"])
def test_a_page_is_drawn_while_all_is_well(draw: Draw, name: str, language: str) -> None:
    page = draw(name, language=language)
    assert not page.exception
    assert not page.error
    assert not page.warning


def test_live_shows_redis_numbers(draw: Draw) -> None:
    shown = metrics(draw("live"))
    assert shown[WORDS("revenue_today")] == "€1,234.50"
    assert shown[WORDS("orders")] == "1,234"
    assert shown[WORDS("average")] == "€80.03"
    assert shown[WORDS("conversion")] == "25.0%"


def test_live_compares_with_yesterday(draw: Draw) -> None:
    deltas = {metric.label: metric.delta for metric in draw("live").metric}
    assert deltas[WORDS("revenue_today")] == "+25.0%"
    assert deltas[WORDS("revenue_total")] == ""


def test_live_waits_for_the_first_data(draw: Draw) -> None:
    page = draw("live", Snapshot(NOW, {}, NOW))
    assert [info.value for info in page.info] == [WORDS("waiting_first")]
    assert not page.metric
    assert not page.error


def test_live_shows_zeros_as_numbers(draw: Draw) -> None:
    found = documents()
    found["metrics:dashboard"] |= {"transactions": 0, "revenue_today": "0.00"}
    shown = metrics(draw("live", Snapshot(NOW, found, NOW)))
    assert (shown[WORDS("orders")], shown[WORDS("revenue_today")]) == ("0", "€0.00")


def test_live_claims_nothing_of_windows_that_are_not_there_yet(draw: Draw) -> None:
    found = {name: document for name, document in documents().items() if not name.startswith("metrics:spark:")}
    shown = metrics(draw("live", Snapshot(NOW, found, NOW)))
    assert (shown[WORDS("orders_a_minute")], shown[WORDS("conversion")]) == (NOTHING, NOTHING)
    assert shown[WORDS("orders")] == "1,234"


def test_live_says_which_windows_spark_has_not_reached(draw: Draw) -> None:
    found = documents()
    found["metrics:spark:transactions"]["as_of"] = (NOW - timedelta(minutes=5)).isoformat()
    page = draw("live", Snapshot(NOW, found, NOW))
    said = WORDS("windows_not_yet", time=WORDS.numbers.time(NOW - timedelta(minutes=5)))
    assert said in [caption.value for caption in page.caption]
    assert not page.exception


@pytest.mark.parametrize("part", ["faust", "spark"])
def test_live_says_who_is_silent_and_keeps_the_last_numbers(draw: Draw, part: str) -> None:
    found = documents()
    found[f"status:{part}"]["updated_at"] = (NOW - timedelta(minutes=5)).isoformat()
    page = draw("live", Snapshot(NOW, found, NOW))
    assert [warning.value for warning in page.warning] == [WORDS(f"{part}_silent", span="5 minutes")]
    assert metrics(page)[WORDS("orders")] == "1,234"


def test_live_without_redis_keeps_the_last_numbers_and_says_since_when(draw: Draw) -> None:
    page = draw("live", Snapshot(NOW, documents(), LATER, down_since=LATER))
    (error,) = page.error
    assert error.value == WORDS("redis_down", since=f"{LATER:%H:%M:%S}", read=f"{NOW:%H:%M:%S}")
    assert metrics(page)[WORDS("orders")] == "1,234"


def test_live_that_never_saw_redis_says_so(draw: Draw) -> None:
    page = draw("live", Snapshot(NOW, {}, NOW, down_since=NOW))
    assert [error.value for error in page.error] == [WORDS("redis_never", since=f"{NOW:%H:%M:%S}")]
    assert not page.exception


def test_live_goes_on_without_the_warehouse(draw: Draw) -> None:
    page = draw("live", ask=away)
    assert metrics(page)[WORDS("orders")] == "1,234"
    assert not page.error
    assert all(metric.delta == "" for metric in page.metric)


def test_history_goes_on_without_redis(draw: Draw) -> None:
    page = draw("history", Snapshot(NOW, {}, NOW, down_since=NOW))
    assert metrics(page)[WORDS("revenue")] == "€10.50"
    assert not page.error


def test_history_without_the_warehouse_says_why(draw: Draw) -> None:
    page = draw("history", ask=away)
    (error,) = page.error
    assert "dwh_db at 127.0.0.1:5432 does not answer" in error.value
    assert not page.exception


def test_history_keeps_its_last_answers_while_the_warehouse_is_away(draw: Draw) -> None:
    frames, is_there = answers(), True

    def ask(question: str, *period: object) -> Answer:
        return Answer(frames[question], NOW) if is_there else away(question, *period)

    page = draw("history", ask=ask)
    assert not page.error
    is_there = False
    page.run()
    (error,) = page.error
    assert f"{NOW:%H:%M:%S}" in error.value
    assert metrics(page)[WORDS("revenue")] == "€10.50"


def test_history_of_an_empty_warehouse_waits(draw: Draw) -> None:
    frames = answers()
    frames["bounds"] = frames["bounds"].assign(first=None, last=None)
    page = draw("history", ask=lambda question, *_period: Answer(frames[question], NOW))
    assert [info.value for info in page.info] == [WORDS("warehouse_empty")]


def test_history_of_a_period_without_sales_says_so(draw: Draw) -> None:
    frames = answers()
    frames["sales_by_day"]["revenue"] *= 0
    page = draw("history", ask=lambda question, *_period: Answer(frames[question], NOW))
    assert [info.value for info in page.info] == [WORDS("nothing_sold")]


def test_history_asks_for_the_days_that_were_picked(draw: Draw) -> None:
    asked: list[tuple[object, ...]] = []

    def ask(question: str, *period: object) -> Answer:
        asked.append((question, *(str(day) for day in period)))
        return Answer(answers()[question], NOW)

    page = draw("history", ask=ask)
    page.button_group(key="period").set_value("days_7").run()
    assert ("period", "2026-03-25", "2026-03-31") in asked
    assert ("period", "2026-03-18", "2026-03-24") in asked


def test_pipeline_says_that_there_is_nothing_to_do(draw: Draw) -> None:
    page = draw("pipeline")
    assert WORDS("all_well") in [text.value for text in page.markdown]
    assert WORDS("reconcile_equal", numbers="354", span=WORDS.numbers.span(timedelta(0))) in [
        text.value for text in page.markdown
    ]


def test_pipeline_names_a_failed_connector_and_what_to_do(draw: Draw) -> None:
    found = documents()
    found["status:connectors"]["connectors"][0] |= {"tasks": ["FAILED"], "problem": "crm-connector failed: no route"}
    page = draw("pipeline", Snapshot(NOW, found, NOW))
    assert f"- {WORDS('do_connectors')}" in [text.value for text in page.markdown]
    tables = [frame.value for frame in page.dataframe]
    assert any("crm-connector failed: no route" in table.to_string() for table in tables)


def test_pipeline_shows_dead_letters_with_their_reasons(draw: Draw) -> None:
    found = documents()
    found["metrics:events"]["by_topic"]["customer"]["dead_letters"] = 2
    letter = {"topic": "customer", "partition": 0, "offset": 7, "reason": "not JSON", "at": NOW.isoformat()}
    page = draw("pipeline", Snapshot(NOW, found, NOW, dead_letters=(letter,)))
    assert any("not JSON" in frame.value.to_string() for frame in page.dataframe)
    assert f"- {WORDS('do_dead_letters')}" in [text.value for text in page.markdown]


def test_pipeline_goes_on_without_the_warehouse_and_without_redis(draw: Draw) -> None:
    page = draw("pipeline", Snapshot(NOW, {}, NOW, down_since=NOW), ask=away)
    assert not page.exception
    assert len(page.error) == 2
