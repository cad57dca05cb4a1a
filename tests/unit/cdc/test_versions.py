"""What held at a time, in whatever order it became known."""

from hypothesis import given
from hypothesis import strategies as st

from cdc.versions import Version, Versions

known = st.dictionaries(st.integers(0, 50), st.sampled_from("abc"), min_size=1)


def versions(*of: Version[str]) -> Versions[str]:
    made: Versions[str] = Versions()
    for version in of:
        made.add(version)
    return made


@given(known.flatmap(lambda all_: st.tuples(st.just(all_), st.permutations([*all_]))), st.integers(-5, 60))
def test_what_held_at_a_time_does_not_depend_on_the_order_in_which_it_became_known(
    drawn: tuple[dict[int, str], list[int]], moment: int
) -> None:
    values, order = drawn
    made = versions(*[Version(since, values[since]) for since in order * 2])
    assert made.at(moment).value == values[max([since for since in values if since <= moment], default=min(values))]


@given(known, st.integers(0, 50), st.sampled_from("abc"))
def test_what_is_no_news_changes_nothing(values: dict[int, str], since: int, value: str) -> None:
    version = Version(since, value)
    without, with_it = (versions(*map(Version, values, values.values())) for _ in range(2))
    with_it.add(version)
    changed = [moment for moment in range(since, 60) if without.at(moment).value != with_it.at(moment).value]
    assert without.is_news(version) or not changed


def test_nothing_known_makes_everything_news() -> None:
    assert versions().is_news(Version(0, "a"))
