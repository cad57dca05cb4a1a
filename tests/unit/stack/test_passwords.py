import stat
from pathlib import Path

from stack import passwords


def test_passwords_are_random_and_stay_once_written(tmp_path: Path) -> None:
    file = tmp_path / "passwords.env"
    made = passwords.load(file)
    passwords.write_private(file, made)

    assert set(made) == set(passwords.NAMES)
    assert len(set(made.values())) == len(passwords.NAMES)
    assert passwords.load(file) == made
    assert passwords.load(tmp_path / "another.env") != made


def test_a_password_that_the_file_lacks_is_added(tmp_path: Path) -> None:
    file = tmp_path / "passwords.env"
    passwords.write_private(file, {"owner": "known"})

    loaded = passwords.load(file)

    assert loaded["owner"] == "known"
    assert all(loaded.values())


def test_only_its_owner_reads_a_private_file_even_one_that_others_could_read(tmp_path: Path) -> None:
    file = tmp_path / "stack.env"
    file.touch(mode=0o644)

    passwords.write_private(file, {"NAME": "value"})

    assert file.read_text() == "NAME=value\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
