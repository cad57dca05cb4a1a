"""What held at a time, in whatever order it became known."""

from hypothesis import given
from hypothesis import strategies as st

from cdc.versions import Version, Versions, nearest

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


@given(known, st.sets(st.integers(0, 50)), st.integers(-5, 60))
def test_the_nearest_of_those_that_two_know_is_what_both_together_know(
    values: dict[int, str], here: set[int], moment: int
) -> None:
    all_ = [Version(*each) for each in values.items()]
    parts = [[version for version in all_ if (version.since in here) == known_here] for known_here in (True, False)]
    assert nearest([versions(*part).at(moment) for part in parts if part], moment) == versions(*all_).at(moment)


def test_of_equals_the_former_is_the_nearest() -> None:
    assert nearest([Version(1, "a"), Version(1, "b")], 1) == Version(1, "a")
