"""Workers are given single tests, and whole files where the tests share what takes long to make."""

from pathlib import Path

import pytest

from tests.scheduling import TOGETHER, OneByOne


@pytest.fixture
def scheduler(pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch) -> OneByOne:
    monkeypatch.setattr(pytestconfig.option, "tx", ["popen"], raising=False)
    return OneByOne(pytestconfig)


def test_tests_are_handed_out_one_by_one(scheduler: OneByOne):
    first, second = "tests/test_rows.py::test_a[1]", "tests/test_rows.py::test_a[2]"

    assert scheduler._split_scope(first) != scheduler._split_scope(second)


@pytest.mark.parametrize("file", sorted(TOGETHER))
def test_a_file_whose_tests_share_much_stays_together(scheduler: OneByOne, file: str):
    assert (Path(__file__).parent.parent / file).is_file()
    assert scheduler._split_scope(f"{file}::test_a") == scheduler._split_scope(f"{file}::test_b")
