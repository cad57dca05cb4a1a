from cdc import Tally, measure, remembered
from cdc.tallies import REMEMBERED, shared_out


@remembered
def sold(country: str) -> Tally:
    return Tally(("sales", "count"), ("sales", "by_country", country))


def test_an_amount_is_added_to_each_measure_of_its_tally() -> None:
    amounts = {sold("FR"): 2, sold("DE"): 3, measure("sales", "units"): 7}
    assert shared_out(amounts) == {
        ("sales", "count"): 5,
        ("sales", "by_country", "FR"): 2,
        ("sales", "by_country", "DE"): 3,
        ("sales", "units"): 7,
    }


def test_a_measure_to_which_nothing_is_added_is_named_all_the_same() -> None:
    assert ("sales", "by_country", "FR") in shared_out({sold("FR"): 1, sold("DE"): -1})
    assert shared_out({sold("FR"): 1, sold("DE"): -1})["sales", "count"] == 0


def test_what_is_alike_is_one_tally() -> None:
    assert sold("FR") is sold("FR")
    assert sold("FR") is not sold("DE")


def test_a_tally_that_was_forgotten_adds_up_to_the_same() -> None:
    amounts: dict[Tally, int] = {sold("FR"): 2}
    for number in range(REMEMBERED):
        sold(str(number))
    amounts[sold("FR")] = 3
    assert len(amounts) == 2
    assert shared_out(amounts)["sales", "by_country", "FR"] == 5
