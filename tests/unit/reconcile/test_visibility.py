"""Which transactions a snapshot sees."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.visibility import IDS, Snapshot


def test_what_is_finished_is_seen_and_what_is_open_is_not() -> None:
    snapshot = Snapshot.parse("795:799:795,797")
    assert [tx_id for tx_id in range(793, 802) if snapshot.sees(tx_id)] == [793, 794, 796, 798]


def test_a_snapshot_without_open_transactions() -> None:
    assert Snapshot.parse("800:800:") == Snapshot(800, 800, frozenset())


@pytest.mark.parametrize(
    ("xmax", "tx_id", "wide"),
    [
        (IDS + 5, IDS - 1, IDS - 1),  # just before the wrap
        (IDS + 5, 4, IDS + 4),
        (IDS - 2, 3, IDS + 3),  # began after the snapshot, and after the wrap
        (3 * IDS, 7, 3 * IDS + 7),
        (100, 99, 99),
        (100, 101, 101),
    ],
)
def test_32_bits_are_widened_to_the_nearest_id(xmax: int, tx_id: int, wide: int) -> None:
    assert Snapshot(xmax, xmax, frozenset()).widened(tx_id) == wide


@given(st.integers(IDS, 2**62), st.integers(-(2**31), 2**31 - 1))
def test_every_id_within_reach_is_told_from_its_low_bits(xmax: int, distance: int) -> None:
    assert Snapshot(xmax, xmax, frozenset()).widened((xmax + distance) % IDS) == xmax + distance
