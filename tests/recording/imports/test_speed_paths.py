"""Short cuts that save time say what the long way says."""

import pytest

from recording.imports.reading import numbers
from vaxreg.search import exact_key, is_without_marks
from vaxreg.spreadsheets import old_fonts
from vaxreg.typed.names import checked_name
from vaxreg.typed.phones import e164


@pytest.mark.parametrize("country", ["0", "84", "+84"])
def test_a_mobile_number_is_the_one_that_the_library_gives(country):
    typed = [f"{country}{prefix}234567" for prefix in range(300, 1000)]
    found = [numbers.read_phone(one).number for one in typed]

    assert all(not number or number == e164(one) for one, number in zip(typed, found, strict=True))
    assert len(list(filter(None, found))) >= 377


@pytest.mark.parametrize(
    ("name", "is_bare"),
    [
        ("Nguyen Van An", True),
        ("Nguyễn Văn An", False),
        ("Đo Van Nam", False),
        ("K'Nam", True),
        ("Müller", False),
        ("Hoà", False),
    ],
)
def test_a_name_without_marks_is_known(name, is_bare):
    assert is_without_marks(exact_key(name)) == is_bare
    assert checked_name(name) == name


@pytest.mark.parametrize("name", ["Nguyễn Văn An", "Đỗ Thị Mỹ", "Lê Hà", "Rơ Mah H'Lơn", "Trần Ê"])
def test_a_name_in_unicode_is_in_no_old_font(name):
    assert old_fonts.recognize(name) is None
