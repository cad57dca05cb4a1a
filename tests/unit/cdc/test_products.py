"""Which of a product's versions are news."""

from hypothesis import given
from hypothesis import strategies as st

from cdc.items import Named
from cdc.products import Products, is_news, named
from cdc.versions import Version

NAMES = st.sampled_from([Named(each, "toys") for each in "abc"])
known = st.dictionaries(st.integers(0, 50), NAMES, min_size=1)


def products(values: dict[int, Named]) -> Products:
    made = Products()
    for since, name in values.items():
        made.add(7, Version(since, name))
    return made


def name_at(source: Products, moment: int) -> Named:
    version = named([source], 7, moment)
    assert version is not None
    return version.value


@given(known, st.integers(0, 50), NAMES)
def test_what_is_no_news_changes_nothing(values: dict[int, Named], since: int, name: Named) -> None:
    version = Version(since, name)
    without, with_it = products(values), products(values)
    with_it.add(7, version)
    changed = [moment for moment in range(since, 60) if name_at(without, moment) != name_at(with_it, moment)]
    assert is_news([without], 7, version) or not changed


@given(known, st.integers(0, 50), st.integers(0, 50), NAMES)
def test_what_one_source_knows_is_no_news_to_several(
    values: dict[int, Named], parted: int, since: int, name: Named
) -> None:
    version = Version(since, name)
    parts = [products({at: each for at, each in values.items() if (at < parted) == early}) for early in (True, False)]
    assert is_news(parts, 7, version) == is_news([products(values)], 7, version)


def test_nothing_known_makes_everything_news() -> None:
    assert is_news([Products()], 7, Version(0, Named("a", "toys")))
    assert named([Products()], 7, 0) is None
