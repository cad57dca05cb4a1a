"""Which migrations a database still needs, and when its record does not fit the files."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from databases.migrate import MIGRATIONS, Migration, MigrationError, load, pending
from settings import Database

FILES = [Migration(number, f"{number:04}_x.sql", checksum=f"sum of {number}") for number in range(1, 8)]


@given(st.integers(0, len(FILES)))
def test_the_rest_is_applied_in_order(applied: int) -> None:
    assert pending(FILES, FILES[:applied]) == FILES[applied:]


@given(st.sets(st.sampled_from(FILES)), st.sets(st.sampled_from(FILES)))
def test_what_is_applied_is_known_and_comes_first(files: set[Migration], applied: set[Migration]) -> None:
    """Whatever the folder and the record hold: a list that completes the record in order, or a refusal."""
    newest = max((each.number for each in applied), default=0)
    fits = applied <= files and all(each.number > newest for each in files - applied)
    try:
        rest = pending(sorted(files), sorted(applied))
    except MigrationError:
        assert not fits
    else:
        assert fits
        assert rest == sorted(files - applied)


def test_a_changed_file_is_named() -> None:
    changed = FILES[1]._replace(checksum="another")
    with pytest.raises(MigrationError, match=r"^migration 0002_x\.sql has changed since it was applied"):
        pending([FILES[0], changed, FILES[2]], FILES[:2])


def test_a_database_of_a_newer_version_is_refused() -> None:
    with pytest.raises(MigrationError, match=r"^it has had migration 0003_x\.sql, which this version lacks"):
        pending(FILES[:2], FILES[:3])


def test_a_number_that_was_passed_over_is_refused() -> None:
    with pytest.raises(MigrationError, match=r"^migration 0002_x\.sql comes before one that was applied"):
        pending(FILES[:3], [FILES[0], FILES[2]])


def test_the_checksum_is_of_the_text(tmp_path: Path) -> None:
    (tmp_path / "0001_a.sql").write_text("SELECT 1")
    (tmp_path / "notes.md").write_text("no migration")
    [before] = load(tmp_path)
    (tmp_path / "0001_a.sql").write_text("SELECT 2")
    [after] = load(tmp_path)
    assert (before.number, before.name, before.script) == (1, "0001_a.sql", "SELECT 1")
    assert before.checksum != after.checksum


@pytest.mark.parametrize("database", Database)
def test_numbers_have_no_gap_and_no_twin(database: Database) -> None:
    numbers = [each.number for each in load(MIGRATIONS / database.value)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert numbers
